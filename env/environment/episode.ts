// One game of macro placement. The macros of a block go onto feasible grid cells one by one. After the last one the
// cell placer places the soft macros, and the judge scores the result. environment.ts wraps this in the interface that
// reinforcement learning expects; searches that need no observations use it directly.
import { copyPlacement, type Placement, type Random } from "../../netlist/index.js";
import type { Costs, Judge } from "../cost/judge.js";
import { OrientationChooser } from "../cost/orientations.js";
import { MaskMaker } from "./feasibility.js";
import { macrosByArea } from "./macro-order.js";

/**
 * Places the soft macros (clusters of standard cells) around the hard macros of a judge's placement. Must be
 * deterministic: the same hard macros give the same result.
 */
export interface CellPlacer {
  /** Name of the protocol; printed next to every figure, as figures compare only within one protocol. */
  readonly name: string;
  /** Places the soft macros of the judge's own placement, once all hard macros are placed. */
  placeSoftMacros(): void;
  /**
   * Places the soft macros after a small change of the hard ones, beginning from where they are. May be left out; then
   * `placeSoftMacros` takes its place.
   */
  adjustSoftMacros?(): void;
  /**
   * Estimates where the soft macros will go while hard macros are still missing, by a few cheap sweeps from where they
   * are or from the canvas centre, and moves them there. Expects the judge's points to match its placement, and leaves
   * them so.
   */
  estimateSoftMacros(sweeps: number, fromCentre: boolean): void;
}

/** Makes the cell placer of a judge, which it keeps working on. */
export type CellPlacerFactory = (judge: Judge) => CellPlacer;

/** A macro was put on a cell that its mask forbids: the caller's mistake. The episode is as before. */
export class InfeasibleActionError extends Error {
  override name = "InfeasibleActionError";
  readonly action: number;
  /** A copy of the mask at that step. */
  readonly mask: Uint8Array;

  constructor(macroName: string, action: number, mask: Uint8Array) {
    super(`macro '${macroName}' may not go to cell ${action}`);
    this.action = action;
    this.mask = mask.slice();
  }
}

export interface EpisodeOptions {
  /** Node numbers of the macros in the order in which they are placed; by default by area, largest first. */
  readonly macros?: Int32Array;
  /** Keep `congestion` up to date; off by default, because it costs a tenth of the steps a full evaluation each. */
  readonly tracksCongestion?: boolean;
}

/** Sweeps of the soft macros' estimate at the start of an episode, and after every macro placed. */
const SWEEPS_AT_START = 30;
const SWEEPS_PER_STEP = 2;

/** Congestion snapshots of an episode, evenly over its steps: a full evaluation takes as long as several steps. */
const SNAPSHOTS = 10;
/** Used tracks as a multiple of the available ones at which a snapshot saturates. */
const MOST_CONGESTION = 2;

export class Episode {
  readonly judge: Judge;
  /** The macros to place, in order. */
  readonly macros: Int32Array;
  /**
   * Congestion of the macros placed and the estimated soft macros, [2 x cells], horizontal before vertical, from 0 to 1
   * at twice the available tracks. Taken at every tenth part of the steps; undefined unless tracked.
   */
  readonly congestion: Float32Array | undefined;
  /** Indices into `macros`, in the sequence in which this episode places them. */
  private readonly sequence: Int32Array;
  private readonly cells: CellPlacer;
  private readonly masks: MaskMaker;
  private readonly start: Placement;
  private readonly orientations: OrientationChooser;
  private nextIndex = 0;
  private feasibleCount = 0;

  constructor(
    judge: Judge,
    cells: CellPlacer,
    { macros = macrosByArea(judge.block), tracksCongestion = false }: EpisodeOptions = {},
  ) {
    this.judge = judge;
    this.cells = cells;
    this.macros = macros;
    this.sequence = new Int32Array(macros.length);
    this.masks = new MaskMaker(judge);
    this.orientations = new OrientationChooser(judge);
    const { columns, rows } = judge.block.grid;
    this.congestion = tracksCongestion ? judge.kernels.f32(2 * columns * rows) : undefined;
    this.start = startOf(judge, macros, cells);
    this.reset();
  }

  /**
   * Takes all macros of the order off the canvas and puts the soft macros where ports and fixed macros pull them. The
   * macros whose indices are in `first` are placed before all others; the others follow in order.
   */
  reset(first: readonly number[] = []): void {
    const { sequence } = this;
    sequence.set(first);
    const goesFirst = new Set(first);
    for (let index = 0, at = first.length; index < sequence.length; index++)
      if (!goesFirst.has(index)) sequence[at++] = index;
    const { placement, kernels, state } = this.judge;
    placement.xs.set(this.start.xs);
    placement.ys.set(this.start.ys);
    placement.orientations.set(this.start.orientations);
    kernels.run.placePoints(state.address);
    this.nextIndex = 0;
    this.updateMask();
    this.updateCongestion();
  }

  /** Number of macros placed so far. */
  get step(): number {
    return this.nextIndex;
  }

  /** The macro to place now, or -1 once all are placed. */
  get macro(): number {
    return this.macroAt(this.nextIndex);
  }

  /** The macro to place after that, or -1. */
  get nextMacro(): number {
    return this.macroAt(this.nextIndex + 1);
  }

  /** Index in `macros` of the macro that a step of this episode places, or -1 beyond the last step. */
  numberAt(step: number): number {
    return this.sequence[step] ?? -1;
  }

  /** The macro that a step of this episode places, or -1 beyond the last step. */
  macroAt(step: number): number {
    return this.macros[this.numberAt(step)] ?? -1;
  }

  /** All macros are placed. */
  get complete(): boolean {
    return this.nextIndex === this.macros.length;
  }

  /** The current macro fits on no cell. */
  get deadEnd(): boolean {
    return !this.complete && this.feasibleCount === 0;
  }

  /** Per cell, 1 where the current macro may go. Overwritten by the next step. */
  get mask(): Uint8Array {
    return this.masks.mask;
  }

  /** Number of cells that the current macro may go to. */
  get feasibleCells(): number {
    return this.feasibleCount;
  }

  /** Puts the current macro's centre on a cell's centre. Throws `InfeasibleActionError` if the mask forbids it. */
  place(cell: number): void {
    const { macro } = this;
    if (macro < 0 || this.masks.mask[cell] !== 1)
      throw new InfeasibleActionError(this.judge.block.nodeNames[macro] ?? "none", cell, this.masks.mask);
    putOnCell(this.judge, macro, cell);
    this.judge.kernels.run.placeNodePoints(this.judge.state.address, macro);
    this.nextIndex++;
    if (!this.complete) this.cells.estimateSoftMacros(SWEEPS_PER_STEP, false);
    this.updateMask();
    this.updateCongestion();
  }

  /**
   * Places the soft macros, mirrors hard macros where that lowers the cost, and scores the placement, which stays in
   * `judge.placement`. Only once all macros are placed.
   */
  finish(): Costs {
    if (!this.complete) throw new Error("internal: an episode is scored before all macros are placed");
    this.cells.placeSoftMacros();
    return this.orientations.choose(this.macros);
  }

  private updateMask(): void {
    if (this.complete) this.masks.mask.fill(0);
    this.feasibleCount = this.complete ? 0 : this.masks.maskFor(this.macro);
  }

  private updateCongestion(): void {
    const every = Math.max(1, Math.ceil(this.macros.length / SNAPSHOTS));
    if (!this.congestion || this.complete || this.nextIndex % every !== 0) return;
    this.judge.evaluateMaps();
    this.judge.writeCongestion(this.congestion, MOST_CONGESTION);
  }
}

/** The placement at the start of every episode. */
function startOf(judge: Judge, macros: Int32Array, cells: CellPlacer): Placement {
  const { placement, block, kernels, state } = judge;
  placement.xs.set(block.initial.xs);
  placement.ys.set(block.initial.ys);
  placement.orientations.set(block.initial.orientations);
  for (const macro of macros) {
    placement.xs[macro] = Number.NaN;
    placement.ys[macro] = Number.NaN;
    placement.orientations[macro] = 0; // every macro starts as N; orientations are chosen at the end
  }
  kernels.run.placePoints(state.address);
  cells.estimateSoftMacros(SWEEPS_AT_START, true);
  return copyPlacement(placement);
}

/** Moves a node's centre to a cell's centre. */
export function putOnCell(judge: Judge, node: number, cell: number): void {
  const { canvas, grid } = judge.block;
  judge.placement.xs[node] = (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns;
  judge.placement.ys[node] = ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows;
}

/** Manhattan distance of two cells, in cells. */
export function cellDistance(a: number, b: number, columns: number): number {
  return (
    Math.abs((a % columns) - (b % columns)) + Math.abs(Math.floor(a / columns) - Math.floor(b / columns))
  );
}

/** A feasible cell for the current macro, each with the same probability. The episode must not have ended. */
export function sampleFeasibleCell(episode: Episode, random: Random): number {
  if (episode.feasibleCells === 0) throw new Error("internal: no feasible cell to sample");
  let left = random.below(episode.feasibleCells);
  for (let cell = 0; ; cell++) if (episode.mask[cell] === 1 && left-- === 0) return cell;
}

/**
 * A feasible cell with probability proportional to exp(sharpness · prior), by the Gumbel-max trick; -1 if there is none.
 * `prior` and `mask` hold a value per cell.
 */
export function sampleByPrior(
  { prior, mask, sharpness }: { prior: Float32Array; mask: Uint8Array; sharpness: number },
  random: Random,
): number {
  let chosen = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let cell = 0; cell < mask.length; cell++) {
    if (mask[cell] === 0) continue;
    const score = sharpness * prior[cell]! - Math.log(-Math.log(1 - random.uniform()));
    if (score <= highest) continue;
    highest = score;
    chosen = cell;
  }
  return chosen;
}
