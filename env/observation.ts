// What a policy sees of an episode, as planes over the grid and a few numbers, all cheap enough for every step.
import { CongestionSoFar } from "./congestion-so-far.js";
import type { Episode } from "./episode.js";
import { netsOfNodes } from "./judge-nets.js";

/**
 * Planes of an observation, row-major, row 0 at the bottom: feasible cells; growth of the wirelength for the macro
 * and for the next one; area covered by macros and (anticipated) by soft macros; nearness to the vertical and to the
 * horizontal edges, 0 in the middle and 1 at the edge; a prior; horizontal and vertical congestion so far; and rows and
 * columns in which a macro of the same sides stands.
 */
export const PLANES = [
  "mask",
  "wire",
  "nextWire",
  "macros",
  "cells",
  "edgeX",
  "edgeY",
  "prior",
  "horizontal",
  "vertical",
  "alike",
] as const;

/** An observation has all planes or only so many of the first: the others take time and helped no policy so far. */
export const BASIC_PLANES = 8;

/**
 * The prior says what people do: macros to the edge, so that the middle stays free for the cells, and among the
 * cells of a ring the one with the shortest wires. The weight of the wires beside the edge was chosen on generated
 * blocks.
 */
const PRIOR_WIRE = 0.4;

/** Numbers of an observation: progress, share of feasible cells, size of the macro and of the next one. */
export const STATE_NUMBERS = 6;

/** Writes observations of one episode. */
export class Observer {
  readonly planes: number;
  private readonly episode: Episode;
  private readonly nodeNetStarts: Int32Array;
  private readonly nodeNets: Int32Array;
  private readonly columnWire: Float64Array;
  private readonly rowWire: Float64Array;
  private readonly wireUnit: number;
  private readonly congestion: CongestionSoFar | undefined;
  private readonly seenColumns: Uint8Array;
  private readonly seenRows: Uint8Array;

  /** @param planes how many of `PLANES`: all, or `BASIC_PLANES` */
  constructor(episode: Episode, planes: number = BASIC_PLANES) {
    if (planes !== BASIC_PLANES && planes !== PLANES.length)
      throw new Error(
        `internal: observations have ${BASIC_PLANES} or ${PLANES.length} planes, not ${planes}`,
      );
    this.planes = planes;
    const { kernels, nets, block } = episode.judge;
    this.episode = episode;
    const incidence = netsOfNodes(block.nodeCount, nets);
    this.nodeNetStarts = kernels.i32(incidence.starts.length);
    this.nodeNetStarts.set(incidence.starts);
    this.nodeNets = kernels.i32(incidence.nets.length);
    this.nodeNets.set(incidence.nets);
    this.columnWire = kernels.f64(block.grid.columns);
    this.rowWire = kernels.f64(block.grid.rows);
    this.congestion = planes > BASIC_PLANES ? new CongestionSoFar(episode) : undefined;
    this.seenColumns = new Uint8Array(block.grid.columns);
    this.seenRows = new Uint8Array(block.grid.rows);
    this.wireUnit = 1 / ((block.canvas.width + block.canvas.height) * (nets.totalWeight || 1));
  }

  /** Fills `outPlanes` [planes x cells] and `outState` [STATE_NUMBERS] for the current macro. */
  observe(outPlanes: Float32Array, outState: Float32Array): void {
    const { episode } = this;
    const { block, placement } = episode.judge;
    const { columns, rows } = block.grid;
    const cells = columns * rows;
    const plane = (name: (typeof PLANES)[number]) => {
      const start = PLANES.indexOf(name) * cells;
      return outPlanes.subarray(start, start + cells);
    };
    plane("mask").set(episode.mask);
    this.wirePlane(episode.nextMacro, plane("nextWire"));
    this.wirePlane(episode.macro, plane("wire")); // last, so that `growthAt` speaks of the current macro
    const macroPlane = plane("macros").fill(0);
    const cellPlane = plane("cells").fill(0);
    for (let node = 0; node < block.nodeCount; node++) {
      const kind = block.kinds[node];
      if (kind === 3 || Number.isNaN(placement.xs[node])) continue;
      addCover(episode, node, kind === 0 ? macroPlane : cellPlane);
    }
    for (let cell = 0; cell < cells; cell++) cellPlane[cell] = Math.min(cellPlane[cell]!, 4) / 4;
    const edgeX = plane("edgeX");
    const edgeY = plane("edgeY");
    for (let row = 0, cell = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, cell++) {
        edgeX[cell] = Math.abs((2 * column + 1) / columns - 1);
        edgeY[cell] = Math.abs((2 * row + 1) / rows - 1);
      }
    const wire = plane("wire");
    const prior = plane("prior");
    for (let cell = 0; cell < cells; cell++)
      prior[cell] = Math.max(edgeX[cell]!, edgeY[cell]!) - PRIOR_WIRE * wire[cell]!;
    if (this.congestion) {
      this.congestion.write(plane("horizontal"), plane("vertical"));
      this.alikePlane(plane("alike"));
    }
    const width = (node: number) => (node < 0 ? 0 : block.widths[node]! / block.canvas.width);
    const height = (node: number) => (node < 0 ? 0 : block.heights[node]! / block.canvas.height);
    outState[0] = episode.step / episode.macros.length;
    outState[1] = episode.feasibleCells / cells;
    outState[2] = width(episode.macro);
    outState[3] = height(episode.macro);
    outState[4] = width(episode.nextMacro);
    outState[5] = height(episode.nextMacro);
  }

  /** Growth of the wirelength cost if the macro observed last goes to `cell`, anticipated soft macros included. */
  growthAt(cell: number): number {
    const { columns } = this.episode.judge.block.grid;
    return this.wireUnit * (this.columnWire[cell % columns]! + this.rowWire[Math.floor(cell / columns)]!);
  }

  /** Half for a row, half for a column in which the centre of a macro of the same sides stands. */
  private alikePlane(out: Float32Array): void {
    const { episode, seenColumns, seenRows } = this;
    const { block, placement } = episode.judge;
    const { canvas, widths, heights } = block;
    const { columns, rows } = block.grid;
    const { macro, macros, step } = episode;
    seenColumns.fill(0);
    seenRows.fill(0);
    for (let i = 0; i < step; i++) {
      const node = macros[i]!;
      if (widths[node] !== widths[macro] || heights[node] !== heights[macro]) continue;
      seenColumns[Math.floor((placement.xs[node]! * columns) / canvas.width)] = 1;
      seenRows[Math.floor((placement.ys[node]! * rows) / canvas.height)] = 1;
    }
    for (let row = 0, cell = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, cell++)
        out[cell] = (seenRows[row]! + seenColumns[column]!) / 2;
  }

  /** Growth of the wirelength for a macro at every cell, scaled to 0 (best cell) .. 1 (worst). */
  private wirePlane(macro: number, out: Float32Array): void {
    if (macro < 0) {
      out.fill(0);
      return;
    }
    const { judge } = this.episode;
    judge.kernels.run.wireMask(
      judge.state.address,
      macro,
      this.nodeNetStarts.byteOffset,
      this.nodeNets.byteOffset,
      this.columnWire.byteOffset,
      this.rowWire.byteOffset,
    );
    const [bestColumn, worstColumn] = range(this.columnWire);
    const [bestRow, worstRow] = range(this.rowWire);
    const span = worstColumn - bestColumn + worstRow - bestRow;
    const scale = span > 0 ? 1 / span : 0;
    for (let row = 0, cell = 0; row < this.rowWire.length; row++) {
      const rowPart = this.rowWire[row]! - bestRow - bestColumn;
      for (let column = 0; column < this.columnWire.length; column++, cell++)
        out[cell] = (this.columnWire[column]! + rowPart) * scale;
    }
  }
}

/** Adds the share of every cell that a node covers. */
function addCover(episode: Episode, node: number, out: Float32Array): void {
  const { block, placement } = episode.judge;
  const { columns, rows } = block.grid;
  const cellWidth = block.canvas.width / columns;
  const cellHeight = block.canvas.height / rows;
  const sideways = placement.orientations[node]! >= 4;
  const halfWidth = (sideways ? block.heights[node]! : block.widths[node]!) / 2;
  const halfHeight = (sideways ? block.widths[node]! : block.heights[node]!) / 2;
  const left = (placement.xs[node]! - halfWidth) / cellWidth;
  const right = (placement.xs[node]! + halfWidth) / cellWidth;
  const bottom = (placement.ys[node]! - halfHeight) / cellHeight;
  const top = (placement.ys[node]! + halfHeight) / cellHeight;
  const lastColumn = Math.min(columns - 1, Math.floor(right));
  const lastRow = Math.min(rows - 1, Math.floor(top));
  for (let row = Math.max(0, Math.floor(bottom)); row <= lastRow; row++) {
    const dy = Math.min(top, row + 1) - Math.max(bottom, row);
    for (let column = Math.max(0, Math.floor(left)); column <= lastColumn; column++)
      out[row * columns + column]! += dy * (Math.min(right, column + 1) - Math.max(left, column));
  }
}

function range(values: Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
