// What a policy sees of an episode: planes over the grid and a few numbers, all cheap enough to compute at every step.
import { NodeKind } from "../../netlist/index.js";
import { netsOfNodes } from "../cost/judge-nets.js";
import type { Episode } from "../environment/episode.js";
import { NeighbourhoodFeatures } from "./neighbourhood.js";
import { type QuadraticTarget, quadraticTarget } from "./quadratic-target.js";

/** Planes of an observation, in order. Each has a value per grid cell, row-major from the lower left. */
export const PLANES = [
  /** 1 where the macro may go. */
  "mask",
  /** Added wirelength if the macro goes there, from 0 at the best cell to 1 at the worst. */
  "wire",
  /** The same for the macro after it, given what is placed now. */
  "nextWire",
  /** Share of the cell that hard macros cover. */
  "macros",
  /** Area of soft macros in the cell, where they are estimated to go, in quarters of the cell; at most 1. */
  "cells",
  /** Nearness to the left or right edge, from 0 in the middle to 1 at the edge. */
  "edgeX",
  /** Nearness to the lower or upper edge. */
  "edgeY",
  /** Score of the cell by rule: edge + softMacroDistance + contact - wire - softMacroOverlap - quadraticTarget. */
  "prior",
  /** Distance from the centre of the soft macros (env/features/neighbourhood.ts). */
  "softMacroDistance",
  /** Share of the macro's footprint that lies where the soft macros need room. */
  "softMacroOverlap",
  /** Share of a frame around the macro that is covered or off the canvas. */
  "contact",
  /** Manhattan distance from the macro's quadratic target, 1 from corner to corner (env/features/quadratic-target.ts). */
  "quadraticTarget",
  /** Horizontal congestion of what is placed, at the episode's last snapshot. */
  "horizontal",
  /** Vertical congestion. */
  "vertical",
  /** Half for a row and half for a column in which the centre of a macro of the same size lies. */
  "sameSizeAlignment",
] as const;
export type PlaneName = (typeof PLANES)[number];

/** An observation has all planes or only this many of the first ones: the others take time and helped no policy yet. */
export const BASIC_PLANES = 12;

/** Least and greatest value of each plane, up to single-precision rounding. */
export const PLANE_BOUNDS: Readonly<Record<PlaneName, readonly [low: number, high: number]>> = {
  mask: [0, 1],
  wire: [0, 1],
  nextWire: [0, 1],
  macros: [0, Number.POSITIVE_INFINITY], // fixed macros may overlap
  cells: [0, 1],
  edgeX: [0, 1],
  edgeY: [0, 1],
  prior: [-3, 3],
  softMacroDistance: [0, 1],
  softMacroOverlap: [0, 1],
  contact: [0, 1],
  quadraticTarget: [0, 1],
  horizontal: [0, 1],
  vertical: [0, 1],
  sameSizeAlignment: [0, 1],
};

/** The state numbers of an observation, in order. */
export const STATE_NAMES = [
  /** Share of the macros that are placed. */
  "placedShare",
  /** Share of the cells that are feasible. */
  "feasibleShare",
  /** Sides of the macro, in canvas sides. */
  "width",
  "height",
  /** Sides of the macro after it; 0 if there is none. */
  "nextWidth",
  "nextHeight",
  /** Weight of the macro's nets relative to the mean macro, divided by 4; at most 1. */
  "netWeight",
  /** Area of all soft and of all hard macros, in canvas areas. */
  "softShare",
  "hardShare",
] as const;

/** How many state numbers an observation has. */
export const STATE_NUMBERS: number = STATE_NAMES.length;

/** Greatest value of each state number; the least is 0. */
export const STATE_HIGHS: readonly number[] = STATE_NAMES.map((name) =>
  name === "softShare" || name === "hardShare" ? Number.POSITIVE_INFINITY : 1,
);

/** By how much the wirelength cost grows if the observed macro goes to a cell, given what is placed or estimated. */
export interface WirelengthDeltas {
  at(cell: number): number;
}

/** Writes observations of one episode. An observation depends on the episode's state alone. */
export class Observer {
  readonly planes: number;
  private readonly episode: Episode;
  private readonly nodeNetStarts: Int32Array;
  private readonly nodeNets: Int32Array;
  private readonly wire: WireMask;
  private readonly nextWire: WireMask;
  private readonly shares: BlockShares;
  private readonly neighbourhood: NeighbourhoodFeatures;
  private readonly target: QuadraticTarget;
  private readonly deltas: WirelengthDeltas;
  private readonly columnsInUse: Uint8Array;
  private readonly rowsInUse: Uint8Array;

  /** @param planes how many of `PLANES`: `BASIC_PLANES`, or all, for which the episode must track congestion */
  constructor(episode: Episode, planes: number = BASIC_PLANES) {
    if (planes !== BASIC_PLANES && planes !== PLANES.length)
      throw new Error(
        `internal: observations have ${BASIC_PLANES} or ${PLANES.length} planes, not ${planes}`,
      );
    if (planes > BASIC_PLANES && !episode.congestion)
      throw new Error("internal: congestion planes of an episode that does not track congestion");
    this.planes = planes;
    const { kernels, nets, block } = episode.judge;
    this.episode = episode;
    const incidence = netsOfNodes(block.nodeCount, nets);
    this.nodeNetStarts = kernels.i32(incidence.starts.length);
    this.nodeNetStarts.set(incidence.starts);
    this.nodeNets = kernels.i32(incidence.nets.length);
    this.nodeNets.set(incidence.nets);
    const { columns, rows } = block.grid;
    const wireMask = () => ({ columns: kernels.f64(columns), rows: kernels.f64(rows) });
    this.wire = wireMask();
    this.nextWire = wireMask();
    this.shares = sharesOf(episode, this.nodeNetStarts, this.nodeNets);
    this.neighbourhood = new NeighbourhoodFeatures(episode.judge);
    this.target = quadraticTarget(block, nets);
    const unit = 1 / ((block.canvas.width + block.canvas.height) * (nets.totalWeight || 1));
    const { wire } = this;
    this.deltas = {
      at: (cell) => unit * (wire.columns[cell % columns]! + wire.rows[Math.floor(cell / columns)]!),
    };
    this.columnsInUse = new Uint8Array(columns);
    this.rowsInUse = new Uint8Array(rows);
  }

  /**
   * Fills `outPlanes` [planes x cells] and `outState` [STATE_NUMBERS] for the macro to place now; there must be one.
   * The deltas returned are overwritten by the next observation.
   */
  observe(outPlanes: Float32Array, outState: Float32Array): WirelengthDeltas {
    const { episode } = this;
    const { block, placement } = episode.judge;
    const { columns, rows } = block.grid;
    const cells = columns * rows;
    const plane = (name: PlaneName) => {
      const start = PLANES.indexOf(name) * cells;
      return outPlanes.subarray(start, start + cells);
    };
    plane("mask").set(episode.mask);
    const [wire, nextWire] = [plane("wire"), plane("nextWire")];
    this.writeWire(episode.nextMacro, this.nextWire, nextWire);
    this.writeWire(episode.macro, this.wire, wire);
    const macroCover = plane("macros").fill(0);
    const softCover = plane("cells").fill(0);
    for (let node = 0; node < block.nodeCount; node++) {
      const kind = block.kinds[node];
      if (kind === NodeKind.Port || Number.isNaN(placement.xs[node])) continue;
      addCover(episode, node, kind === NodeKind.HardMacro ? macroCover : softCover);
    }
    for (let cell = 0; cell < cells; cell++) softCover[cell] = Math.min(softCover[cell]!, 4) / 4;
    const [edgeX, edgeY] = [plane("edgeX"), plane("edgeY")];
    for (let row = 0, cell = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, cell++) {
        edgeX[cell] = Math.abs((2 * column + 1) / columns - 1);
        edgeY[cell] = Math.abs((2 * row + 1) / rows - 1);
      }
    const distance = plane("softMacroDistance");
    const overlap = plane("softMacroOverlap");
    const contact = plane("contact");
    this.neighbourhood.writeSoftMacros({ macro: episode.macro, macroCover }, { distance, overlap });
    this.neighbourhood.writeContact({ macro: episode.macro, macroCover }, contact);
    const target = plane("quadraticTarget");
    this.writeTarget(target);
    const prior = plane("prior");
    for (let cell = 0; cell < cells; cell++)
      prior[cell] =
        Math.max(edgeX[cell]!, edgeY[cell]!) +
        distance[cell]! +
        contact[cell]! -
        wire[cell]! -
        overlap[cell]! -
        target[cell]!;
    if (this.planes > BASIC_PLANES) {
      plane("horizontal").set(episode.congestion!.subarray(0, cells));
      plane("vertical").set(episode.congestion!.subarray(cells));
      this.writeSameSize(plane("sameSizeAlignment"));
    }
    this.writeState(outState);
    return this.deltas;
  }

  private writeState(out: Float32Array): void {
    const { episode, shares } = this;
    const { block } = episode.judge;
    const width = (node: number) => (node < 0 ? 0 : block.widths[node]! / block.canvas.width);
    const height = (node: number) => (node < 0 ? 0 : block.heights[node]! / block.canvas.height);
    out[0] = episode.step / episode.macros.length;
    out[1] = episode.feasibleCells / episode.mask.length;
    out[2] = width(episode.macro);
    out[3] = height(episode.macro);
    out[4] = width(episode.nextMacro);
    out[5] = height(episode.nextMacro);
    out[6] = Math.min(4, shares.netWeights[episode.macro]!) / 4;
    out[7] = shares.soft;
    out[8] = shares.hard;
  }

  /** Manhattan distance from the macro's quadratic target, 1 from corner to corner; 0 along an axis without a target. */
  private writeTarget(out: Float32Array): void {
    const { episode, target } = this;
    const { columns, rows } = episode.judge.block.grid;
    const [x, y] = [target.xs[episode.macro]!, target.ys[episode.macro]!];
    for (let row = 0, cell = 0; row < rows; row++) {
      const dy = Number.isNaN(y) ? 0 : Math.abs((row + 0.5) / rows - y) / 2;
      for (let column = 0; column < columns; column++, cell++)
        out[cell] = dy + (Number.isNaN(x) ? 0 : Math.abs((column + 0.5) / columns - x) / 2);
    }
  }

  private writeSameSize(out: Float32Array): void {
    const { episode, columnsInUse, rowsInUse } = this;
    const { block, placement } = episode.judge;
    const { canvas, widths, heights } = block;
    const { columns, rows } = block.grid;
    const { macro, step } = episode;
    columnsInUse.fill(0);
    rowsInUse.fill(0);
    for (let i = 0; i < step; i++) {
      const node = episode.macroAt(i);
      if (widths[node] !== widths[macro] || heights[node] !== heights[macro]) continue;
      columnsInUse[Math.floor((placement.xs[node]! * columns) / canvas.width)] = 1;
      rowsInUse[Math.floor((placement.ys[node]! * rows) / canvas.height)] = 1;
    }
    for (let row = 0, cell = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, cell++)
        out[cell] = (rowsInUse[row]! + columnsInUse[column]!) / 2;
  }

  /** Fills `parts` with the added wirelength of a macro by column and by row, and `out` with their sum, scaled. */
  private writeWire(macro: number, parts: WireMask, out: Float32Array): void {
    if (macro < 0) {
      out.fill(0);
      return;
    }
    const { judge } = this.episode;
    const { columns, rows } = parts;
    judge.kernels.run.wireMask(
      judge.state.address,
      macro,
      this.nodeNetStarts.byteOffset,
      this.nodeNets.byteOffset,
      columns.byteOffset,
      rows.byteOffset,
    );
    const [bestColumn, worstColumn] = range(columns);
    const [bestRow, worstRow] = range(rows);
    const span = worstColumn - bestColumn + worstRow - bestRow;
    const scale = span > 0 ? 1 / span : 0;
    for (let row = 0, cell = 0; row < rows.length; row++) {
      const rowPart = rows[row]! - bestRow - bestColumn;
      for (let column = 0; column < columns.length; column++, cell++)
        out[cell] = (columns[column]! + rowPart) * scale;
    }
  }
}

/** Added weighted wirelength in µm: that of a cell is its column's part plus its row's. */
interface WireMask {
  readonly columns: Float64Array;
  readonly rows: Float64Array;
}

/** What is the same at every step. */
interface BlockShares {
  /** Area of all soft and of all hard macros, in canvas areas. */
  readonly soft: number;
  readonly hard: number;
  /** Weight of each node's nets, relative to the mean macro's. */
  readonly netWeights: Float64Array;
}

function sharesOf(episode: Episode, starts: Int32Array, nodeNets: Int32Array): BlockShares {
  const { block, nets } = episode.judge;
  const { widths, heights, kinds, canvas } = block;
  const area = { soft: 0, hard: 0 };
  const weights = new Float64Array(block.nodeCount);
  for (let node = 0; node < block.nodeCount; node++) {
    if (kinds[node] !== NodeKind.Port)
      area[kinds[node] === NodeKind.HardMacro ? "hard" : "soft"] +=
        (widths[node]! * heights[node]!) / (canvas.width * canvas.height);
    for (let i = starts[node]!; i < starts[node + 1]!; i++) weights[node]! += nets.netWeights[nodeNets[i]!]!;
  }
  const mean = episode.macros.reduce((sum, macro) => sum + weights[macro]!, 0) / (episode.macros.length || 1);
  return { ...area, netWeights: mean > 0 ? weights.map((weight) => weight / mean) : weights };
}

/** Adds to every cell the share of it that a node covers. */
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

/** Least and greatest value. */
function range(values: Float64Array): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return [low, high];
}
