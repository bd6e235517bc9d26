// What a macro would have around it on each cell: the soft macros, whose estimated places show only where their centre
// is, and other macros or the canvas edge next to it. A policy that sees cell by cell needs this to know where to leave
// room, and which cells leave no gaps.
import { NodeKind } from "../../netlist/index.js";
import type { Judge } from "../cost/judge.js";

/** Rings around the centre of the soft macros in which free area is added up. */
const RINGS = 256;

/** A macro, and the share of each cell that hard macros cover, [cells]. */
export interface MacroAmongMacros {
  readonly macro: number;
  readonly macroCover: Float32Array;
}

/** The same with the centre of the soft macros: x and y, µm. */
export interface MacroAmongAll extends MacroAmongMacros {
  readonly centre: Float64Array;
}

/** Writes planes over the grid. Keeps nothing from one call to the next. */
export class NeighbourhoodFeatures {
  private readonly judge: Judge;
  private readonly softMacros: Int32Array;
  private readonly softAreas: Float64Array;
  private readonly softArea: number;
  // Scratch memory of one call.
  /** Distance of every cell from the centre of the soft macros, µm. */
  private readonly distances: Float64Array;
  /** Free area of each ring, µm². */
  private readonly freeAreas = new Float64Array(RINGS);
  /** A map, and its sums over all rectangles from the lower left corner. */
  private readonly map: Float32Array;
  private readonly sums: Float64Array;
  private readonly line: Float64Array;
  /** Sums of the map over the macro's footprint, and over the footprint with its frame. */
  private readonly under: Float32Array;
  private readonly around: Float32Array;

  constructor(judge: Judge) {
    this.judge = judge;
    const { block, kernels } = judge;
    const { columns, rows } = block.grid;
    const soft: number[] = [];
    for (let node = 0; node < block.nodeCount; node++)
      if (block.kinds[node] !== NodeKind.HardMacro && block.kinds[node] !== NodeKind.Port) soft.push(node);
    this.softMacros = Int32Array.from(soft);
    this.softAreas = Float64Array.from(soft, (node) => block.widths[node]! * block.heights[node]!);
    this.softArea = this.softAreas.reduce((sum, area) => sum + area, 0);
    this.distances = new Float64Array(columns * rows);
    this.map = kernels.f32(columns * rows);
    this.sums = kernels.f64((columns + 1) * (rows + 1));
    this.line = kernels.f64(columns + 1);
    this.under = kernels.f32(columns * rows);
    this.around = kernels.f32(columns * rows);
  }

  /** Writes x and y of the soft macros' centre of area in the judge's placement, or of the canvas, µm. */
  softCentre(out: Float64Array): void {
    const { softMacros, softAreas } = this;
    const { block, placement } = this.judge;
    let x = 0;
    let y = 0;
    let area = 0;
    for (let i = 0; i < softMacros.length; i++) {
      const at = placement.xs[softMacros[i]!]!;
      if (Number.isNaN(at)) continue;
      area += softAreas[i]!;
      x += softAreas[i]! * at;
      y += softAreas[i]! * placement.ys[softMacros[i]!]!;
    }
    out[0] = area > 0 ? x / area : block.canvas.width / 2;
    out[1] = area > 0 ? y / area : block.canvas.height / 2;
  }

  /**
   * Fills two planes [cells]. They model the soft macros as a disc around their centre, just large enough for their
   * area in what the hard macros leave free. `distance` is the distance from the centre in disc diameters, at most 1;
   * `overlap` is the share of the macro's footprint that lies on the disc. Without soft macros they are 1 and 0.
   */
  writeSoftMacros(
    { macro, macroCover, centre }: MacroAmongAll,
    { distance, overlap }: { readonly distance: Float32Array; readonly overlap: Float32Array },
  ): void {
    if (this.softArea === 0) {
      distance.fill(1);
      overlap.fill(0);
      return;
    }
    const { distances, map, under } = this;
    const { canvas, grid } = this.judge.block;
    const radius = this.discRadius(macroCover, this.measureDistances(centre));
    const rim = Math.hypot(canvas.width / grid.columns, canvas.height / grid.rows);
    for (let cell = 0; cell < map.length; cell++) {
      const fromCentre = distances[cell]!;
      distance[cell] = Math.min(1, fromCentre / (2 * radius));
      // The rim fades over one cell, so that small moves make small changes.
      map[cell] =
        Math.max(0, Math.min(1, 0.5 + (radius - fromCentre) / rim)) * (1 - Math.min(1, macroCover[cell]!));
    }
    const [halfColumns, halfRows] = this.halfSides(macro);
    this.sumMap();
    this.sumOver(halfColumns, halfRows, under);
    const area = 4 * halfColumns * halfRows;
    for (let cell = 0; cell < map.length; cell++) overlap[cell] = under[cell]! / area;
  }

  /**
   * Fills `contact` [cells] with the share of a frame, one cell wide around the macro, that hard macros cover or that
   * lies off the canvas.
   */
  writeContact({ macro, macroCover }: MacroAmongMacros, contact: Float32Array): void {
    const { map, under, around } = this;
    const { columns, rows } = this.judge.block.grid;
    const [halfColumns, halfRows] = this.halfSides(macro);
    const frame = 4 * ((halfColumns + 1) * (halfRows + 1) - halfColumns * halfRows);
    // The map holds free area rather than cover, so that off the canvas, where sums find 0, all counts as covered.
    for (let cell = 0; cell < map.length; cell++) map[cell] = 1 - Math.min(1, macroCover[cell]!);
    this.sumMap();
    this.sumOver(halfColumns, halfRows, under);
    this.sumOver(halfColumns + 1, halfRows + 1, around);
    for (let cell = 0; cell < columns * rows; cell++)
      contact[cell] = 1 - (around[cell]! - under[cell]!) / frame;
  }

  /** Fills `distances` from the centre of the soft macros; returns the greatest. */
  private measureDistances([x, y]: Float64Array): number {
    const { distances } = this;
    const { block } = this.judge;
    const { columns, rows } = block.grid;
    let farthest = 0;
    for (let row = 0, cell = 0; row < rows; row++) {
      const dy = ((row + 0.5) * block.canvas.height) / rows - y!;
      for (let column = 0; column < columns; column++, cell++) {
        const dx = ((column + 0.5) * block.canvas.width) / columns - x!;
        distances[cell] = Math.sqrt(dx * dx + dy * dy);
        if (distances[cell]! > farthest) farthest = distances[cell]!;
      }
    }
    return farthest;
  }

  /** Radius in µm of the disc whose free area is that of the soft macros; `farthest` if the canvas has less. */
  private discRadius(macroCover: Float32Array, farthest: number): number {
    const { freeAreas, distances } = this;
    const { canvas } = this.judge.block;
    const cellArea = (canvas.width * canvas.height) / distances.length;
    freeAreas.fill(0);
    for (let cell = 0; cell < distances.length; cell++) {
      const ring = Math.min(RINGS - 1, Math.floor((distances[cell]! / farthest) * RINGS));
      freeAreas[ring]! += cellArea * (1 - Math.min(1, macroCover[cell]!));
    }
    let left = this.softArea;
    for (let ring = 0; ring < RINGS; ring++) {
      if (left <= freeAreas[ring]!) return (farthest * (ring + left / freeAreas[ring]!)) / RINGS;
      left -= freeAreas[ring]!;
    }
    return farthest;
  }

  /** Half the sides of a macro, in columns and rows. */
  private halfSides(macro: number): [number, number] {
    const { widths, heights, canvas, grid } = this.judge.block;
    return [
      (widths[macro]! / 2 / canvas.width) * grid.columns,
      (heights[macro]! / 2 / canvas.height) * grid.rows,
    ];
  }

  private sumMap(): void {
    const { map, sums } = this;
    const { block, kernels } = this.judge;
    kernels.run.sumTable(map.byteOffset, block.grid.columns, block.grid.rows, sums.byteOffset);
  }

  /** Sums of the map over a rectangle of these half sides around every cell's centre. */
  private sumOver(halfColumns: number, halfRows: number, out: Float32Array): void {
    const { sums, line } = this;
    const { block, kernels } = this.judge;
    const { columns, rows } = block.grid;
    kernels.run.footprintSums(
      sums.byteOffset,
      columns,
      rows,
      halfColumns,
      halfRows,
      line.byteOffset,
      out.byteOffset,
    );
  }
}
