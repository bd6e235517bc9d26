// What a macro would find around it on each cell: the soft macros that will gather there, of which the anticipated
// places are only the middle, and macros or the canvas' edge beside it. A policy that sees single cells needs this to
// know where room is to be left, and what leaves no gaps.
import { NodeKind } from "../../netlist/index.js";
import type { Judge } from "../cost/judge.js";

/** Rings around the middle of the soft macros, in which room is counted. */
const RINGS = 256;

/** Writes planes over the grid. Nothing is kept from one step to the next. */
export class NeighbourhoodFeatures {
  private readonly judge: Judge;
  private readonly softMacros: Int32Array;
  private readonly softAreas: Float64Array;
  private readonly softArea: number;
  /** Of every cell's centre from the middle of the soft macros, in µm. */
  private readonly distances: Float64Array;
  private readonly room = new Float64Array(RINGS);
  private readonly map: Float32Array;
  private readonly sums: Float64Array;
  private readonly line: Float64Array;
  /** Sums of the map over a macro's footprint and over its frame. */
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

  /**
   * Fills `softMacroDistance` [cells] with the distance from the middle of the soft macros, in radii of the disc that has room
   * for all of them beside the macros, cut at 2 and halved; and `softMacroOverlap` with the share of the footprint of `macro`
   * on that disc. `macros` [cells] is the share of each cell that macros cover.
   */
  writeSoftMacroDistance(
    macro: number,
    macros: Float32Array,
    softMacroDistance: Float32Array,
    softMacroOverlap: Float32Array,
  ): void {
    if (this.softArea === 0) {
      softMacroDistance.fill(1);
      softMacroOverlap.fill(0);
      return;
    }
    const { distances, map, under } = this;
    const { canvas, grid } = this.judge.block;
    const radius = this.radius(macros, this.measure());
    const rim = Math.hypot(canvas.width / grid.columns, canvas.height / grid.rows);
    for (let cell = 0; cell < map.length; cell++) {
      const distance = distances[cell]!;
      softMacroDistance[cell] = Math.min(1, distance / (2 * radius));
      // The rim is one cell wide, so that a small move changes little.
      map[cell] =
        Math.max(0, Math.min(1, 0.5 + (radius - distance) / rim)) * (1 - Math.min(1, macros[cell]!));
    }
    const [halfColumns, halfRows] = this.halfSides(macro);
    this.sumUp();
    this.sumOver(halfColumns, halfRows, under);
    const area = 4 * halfColumns * halfRows;
    for (let cell = 0; cell < map.length; cell++) softMacroOverlap[cell] = under[cell]! / area;
  }

  /** Fills `contact` [cells] with the share of a frame of one cell around `macro` that is covered or off the canvas. */
  writeContact(macro: number, macros: Float32Array, contact: Float32Array): void {
    const { map, under, around } = this;
    const { columns, rows } = this.judge.block.grid;
    const [halfColumns, halfRows] = this.halfSides(macro);
    const frame = 4 * ((halfColumns + 1) * (halfRows + 1) - halfColumns * halfRows);
    // Of room left, so that what is off the canvas counts as covered.
    for (let cell = 0; cell < map.length; cell++) map[cell] = 1 - Math.min(1, macros[cell]!);
    this.sumUp();
    this.sumOver(halfColumns, halfRows, under);
    this.sumOver(halfColumns + 1, halfRows + 1, around);
    for (let cell = 0; cell < columns * rows; cell++)
      contact[cell] = 1 - (around[cell]! - under[cell]!) / frame;
  }

  /** Distances from the soft macros' middle, by area; returns the greatest. */
  private measure(): number {
    const { softMacros, softAreas, distances } = this;
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
    x = area > 0 ? x / area : block.canvas.width / 2;
    y = area > 0 ? y / area : block.canvas.height / 2;
    const { columns, rows } = block.grid;
    let farthest = 0;
    for (let row = 0, cell = 0; row < rows; row++) {
      const dy = ((row + 0.5) * block.canvas.height) / rows - y;
      for (let column = 0; column < columns; column++, cell++) {
        const dx = ((column + 0.5) * block.canvas.width) / columns - x;
        distances[cell] = Math.sqrt(dx * dx + dy * dy);
        if (distances[cell]! > farthest) farthest = distances[cell]!;
      }
    }
    return farthest;
  }

  /** Of the disc with as much room beside the macros as the soft macros have area; all of the canvas if it is less. */
  private radius(macros: Float32Array, farthest: number): number {
    const { room, distances } = this;
    const { canvas } = this.judge.block;
    const cellArea = (canvas.width * canvas.height) / distances.length;
    room.fill(0);
    for (let cell = 0; cell < distances.length; cell++) {
      const ring = Math.min(RINGS - 1, Math.floor((distances[cell]! / farthest) * RINGS));
      room[ring]! += cellArea * (1 - Math.min(1, macros[cell]!));
    }
    let left = this.softArea;
    for (let ring = 0; ring < RINGS; ring++) {
      if (left <= room[ring]!) return (farthest * (ring + left / room[ring]!)) / RINGS;
      left -= room[ring]!;
    }
    return farthest;
  }

  /** Half the sides of a macro in columns and rows. */
  private halfSides(macro: number): [number, number] {
    const { widths, heights, canvas, grid } = this.judge.block;
    return [
      (widths[macro]! / 2 / canvas.width) * grid.columns,
      (heights[macro]! / 2 / canvas.height) * grid.rows,
    ];
  }

  private sumUp(): void {
    const { map, sums } = this;
    const { block, kernels } = this.judge;
    kernels.run.sumTable(map.byteOffset, block.grid.columns, block.grid.rows, sums.byteOffset);
  }

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
