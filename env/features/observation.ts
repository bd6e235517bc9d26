// What a policy sees of an episode, as planes over the grid and a few numbers, all cheap enough for every step.
import { NodeKind } from "../../netlist/index.js";
import { netsOfNodes } from "../cost/judge-nets.js";
import type { Episode } from "../environment/episode.js";
import { NeighbourhoodFeatures } from "./neighbourhood.js";
import { CongestionSoFar } from "./partial-congestion.js";
import { type QuadraticTarget, quadraticTarget } from "./quadratic-target.js";

/**
 * Planes of an observation, row-major, row 0 at the bottom: feasible cells; growth of the wirelength for the macro
 * and for the next one; area covered by macros and (anticipated) by soft macros; nearness to the vertical and to the
 * horizontal edges, 0 in the middle and 1 at the edge; a prior (to the edges, away from where soft macros gather, near
 * the macro's wires and where the plan has it, without gaps); where soft macros will gather, what the macro would
 * displace of them, and what it would touch; distance from where a plan has the macro; horizontal and vertical
 * congestion so far; and rows and columns in which a macro of the same sides stands.
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
  "softMacroDistance",
  "softMacroOverlap",
  "contact",
  "quadraticTarget",
  "horizontal",
  "vertical",
  "sameSizeAlignment",
] as const;

/** An observation has all planes or only so many of the first: the others take time and helped no policy so far. */
export const BASIC_PLANES = 12;

/** Numbers of an observation; what they are, see `Observer.stateNumbers`. */
export const STATE_NUMBERS = 9;

/** Writes observations of one episode. */
export class Observer {
  readonly planes: number;
  private readonly episode: Episode;
  private readonly nodeNetStarts: Int32Array;
  private readonly nodeNets: Int32Array;
  private readonly columnWire: Float64Array;
  private readonly rowWire: Float64Array;
  private readonly wireUnit: number;
  private readonly shares: BlockShares;
  private readonly surroundings: NeighbourhoodFeatures;
  private readonly plan: QuadraticTarget;
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
    this.shares = sharesOf(episode, this.nodeNetStarts, this.nodeNets);
    this.surroundings = new NeighbourhoodFeatures(episode.judge);
    this.plan = quadraticTarget(block, nets);
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
    this.wirePlane(episode.macro, plane("wire")); // last, so that `wirelengthDeltaAt` speaks of the current macro
    const macroPlane = plane("macros").fill(0);
    const cellPlane = plane("cells").fill(0);
    for (let node = 0; node < block.nodeCount; node++) {
      const kind = block.kinds[node];
      if (kind === NodeKind.Port || Number.isNaN(placement.xs[node])) continue;
      addCover(episode, node, kind === NodeKind.HardMacro ? macroPlane : cellPlane);
    }
    for (let cell = 0; cell < cells; cell++) cellPlane[cell] = Math.min(cellPlane[cell]!, 4) / 4;
    const edgeX = plane("edgeX");
    const edgeY = plane("edgeY");
    for (let row = 0, cell = 0; row < rows; row++)
      for (let column = 0; column < columns; column++, cell++) {
        edgeX[cell] = Math.abs((2 * column + 1) / columns - 1);
        edgeY[cell] = Math.abs((2 * row + 1) / rows - 1);
      }
    const [softMacroDistance, softMacroOverlap, contact] = [
      plane("softMacroDistance"),
      plane("softMacroOverlap"),
      plane("contact"),
    ];
    this.surroundings.writeSoftMacroDistance(episode.macro, macroPlane, softMacroDistance, softMacroOverlap);
    this.surroundings.writeContact(episode.macro, macroPlane, contact);
    this.quadraticTargetPlane(plane("quadraticTarget"));
    const [wire, plan, prior] = [plane("wire"), plane("quadraticTarget"), plane("prior")];
    for (let cell = 0; cell < cells; cell++)
      prior[cell] =
        Math.max(edgeX[cell]!, edgeY[cell]!) +
        softMacroDistance[cell]! +
        contact[cell]! -
        wire[cell]! -
        softMacroOverlap[cell]! -
        plan[cell]!;
    if (this.congestion) {
      this.congestion.write(plane("horizontal"), plane("vertical"));
      this.sameSizePlane(plane("sameSizeAlignment"));
    }
    this.stateNumbers(outState);
  }

  /**
   * Share of the macros that stand, of cells that are feasible; sides of the macro and of the next one over the
   * canvas'; what the macro's nets weigh beside a mean macro's, cut at 4 and divided by 4; share of the canvas that soft
   * and that hard macros take.
   */
  private stateNumbers(out: Float32Array): void {
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
    out[6] = Math.min(4, shares.pulls[episode.macro]!) / 4;
    out[7] = shares.soft;
    out[8] = shares.hard;
  }

  /** Growth of the wirelength cost if the macro observed last goes to `cell`, anticipated soft macros included. */
  wirelengthDeltaAt(cell: number): number {
    const { columns } = this.episode.judge.block.grid;
    return this.wireUnit * (this.columnWire[cell % columns]! + this.rowWire[Math.floor(cell / columns)]!);
  }

  /** Distance from where the plan has the macro, 1 from corner to corner, along the axes; 0 where there is no plan. */
  private quadraticTargetPlane(out: Float32Array): void {
    const { episode, plan } = this;
    const { columns, rows } = episode.judge.block.grid;
    const [x, y] = [plan.xs[episode.macro]!, plan.ys[episode.macro]!];
    for (let row = 0, cell = 0; row < rows; row++) {
      const dy = Number.isNaN(y) ? 0 : Math.abs((row + 0.5) / rows - y) / 2;
      for (let column = 0; column < columns; column++, cell++)
        out[cell] = dy + (Number.isNaN(x) ? 0 : Math.abs((column + 0.5) / columns - x) / 2);
    }
  }

  /** Half for a row, half for a column in which the centre of a macro of the same sides stands. */
  private sameSizePlane(out: Float32Array): void {
    const { episode, seenColumns, seenRows } = this;
    const { block, placement } = episode.judge;
    const { canvas, widths, heights } = block;
    const { columns, rows } = block.grid;
    const { macro, step } = episode;
    seenColumns.fill(0);
    seenRows.fill(0);
    for (let i = 0; i < step; i++) {
      const node = episode.macroAt(i);
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

/** What does not change in an episode. */
interface BlockShares {
  /** Of the canvas. */
  readonly soft: number;
  readonly hard: number;
  /** Weight of each node's nets over a mean macro's. */
  readonly pulls: Float64Array;
}

function sharesOf(episode: Episode, starts: Int32Array, nodeNets: Int32Array): BlockShares {
  const { block, nets } = episode.judge;
  const { widths, heights, kinds, canvas } = block;
  const area = { soft: 0, hard: 0 };
  const pulls = new Float64Array(block.nodeCount);
  for (let node = 0; node < block.nodeCount; node++) {
    if (kinds[node] !== NodeKind.Port)
      area[kinds[node] === NodeKind.HardMacro ? "hard" : "soft"] +=
        (widths[node]! * heights[node]!) / (canvas.width * canvas.height);
    for (let i = starts[node]!; i < starts[node + 1]!; i++) pulls[node]! += nets.netWeights[nodeNets[i]!]!;
  }
  const mean = episode.macros.reduce((sum, macro) => sum + pulls[macro]!, 0) / (episode.macros.length || 1);
  return { ...area, pulls: mean > 0 ? pulls.map((pull) => pull / mean) : pulls };
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
