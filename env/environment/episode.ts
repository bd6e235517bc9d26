// One game of macro placement: the macros of a block go one by one onto feasible grid cells; when the last one
// stands, the cell placer settles the soft macros and the judge scores the result.
import { copyPlacement, type Placement } from "../../netlist/index.js";
import type { Costs, Judge } from "../cost/judge.js";
import { OrientationChooser } from "../cost/orientations.js";
import type { CellPlacer } from "./cell-placer.js";
import { MaskMaker } from "./feasibility.js";
import { macrosByArea } from "./macro-order.js";

/** A macro was put on a cell that its mask forbids: the caller's mistake. */
export class InfeasibleActionError extends Error {
  override name = "InfeasibleActionError";
  readonly action: number;
  readonly mask: Uint8Array;

  constructor(macroName: string, action: number, mask: Uint8Array) {
    super(`macro '${macroName}' may not go to cell ${action}`);
    this.action = action;
    this.mask = mask.slice();
  }
}

/** How many sweeps bring the anticipated places of the soft macros up to date after a macro is placed. */
const SWEEPS_PER_STEP = 2;
const SWEEPS_AT_START = 30;

export class Episode {
  readonly judge: Judge;
  /** The macros to place, in order. */
  readonly macros: Int32Array;
  /** Numbers in `macros`, in the sequence in which this episode places them. */
  private readonly sequence: Int32Array;
  private readonly cells: CellPlacer;
  private readonly masks: MaskMaker;
  private readonly start: Placement;
  private readonly orientations: OrientationChooser;
  /** How many times the canvas was cleared: tells one episode from the next. */
  resets = 0;
  private nextIndex = 0;
  private feasibleCount = 0;

  /** @param macros the order; by default by area descending */
  constructor(judge: Judge, cells: CellPlacer, macros: Int32Array = macrosByArea(judge.block)) {
    this.judge = judge;
    this.cells = cells;
    this.macros = macros;
    this.sequence = new Int32Array(macros.length);
    this.masks = new MaskMaker(judge);
    this.orientations = new OrientationChooser(judge);
    this.start = startOf(judge, macros, cells);
    this.reset();
  }

  /**
   * Takes all macros of the order off the canvas; soft macros go where ports and fixed macros pull them. The macros are
   * placed in their order, but for those with the numbers `first`, which go before all others.
   */
  reset(first: readonly number[] = []): void {
    const { sequence } = this;
    sequence.set(first);
    const goesFirst = new Set(first);
    for (let number = 0, at = first.length; number < sequence.length; number++)
      if (!goesFirst.has(number)) sequence[at++] = number;
    const { placement, kernels, state } = this.judge;
    placement.xs.set(this.start.xs);
    placement.ys.set(this.start.ys);
    placement.orientations.set(this.start.orientations);
    kernels.run.placePoints(state.address);
    this.nextIndex = 0;
    this.resets++;
    this.feasibleCount = this.macro < 0 ? 0 : this.masks.maskFor(this.macro);
  }

  /** Number of macros placed so far. */
  get step(): number {
    return this.nextIndex;
  }

  /** The macro to place now, or -1 when all stand. */
  get macro(): number {
    return this.macroAt(this.nextIndex);
  }

  /** The macro after that, or -1. */
  get nextMacro(): number {
    return this.macroAt(this.nextIndex + 1);
  }

  /** Number in `macros` of the macro that a step of this episode places, or -1 beyond the last step. */
  numberAt(step: number): number {
    return this.sequence[step] ?? -1;
  }

  /** The macro that a step of this episode places, or -1 beyond the last step. */
  macroAt(step: number): number {
    return this.macros[this.numberAt(step)] ?? -1;
  }

  /** All macros stand. */
  get complete(): boolean {
    return this.nextIndex === this.macros.length;
  }

  /** The current macro fits nowhere. */
  get deadEnd(): boolean {
    return !this.complete && this.feasibleCount === 0;
  }

  /** Per cell, 1 where the current macro may go. Valid until the next step. */
  get mask(): Uint8Array {
    return this.masks.mask;
  }

  get feasibleCells(): number {
    return this.feasibleCount;
  }

  /** Puts the current macro's centre on a cell's centre. */
  place(cell: number): void {
    const { macro } = this;
    if (macro < 0 || this.masks.mask[cell] !== 1)
      throw new InfeasibleActionError(this.judge.block.nodeNames[macro] ?? "none", cell, this.masks.mask);
    putOnCell(this.judge, macro, cell);
    this.judge.kernels.run.placeNodePoints(this.judge.state.address, macro);
    this.nextIndex++;
    if (this.complete) return;
    this.cells.estimateSoftMacros(SWEEPS_PER_STEP, false);
    this.feasibleCount = this.masks.maskFor(this.macro);
  }

  /** Settles the soft macros, mirrors macros where that pays, and scores the placement, which stays in `judge.placement`. */
  finish(): Costs {
    if (!this.complete) throw new Error("internal: an episode is scored before all macros stand");
    this.cells.placeSoftMacros();
    return this.orientations.choose(this.macros);
  }
}

/** Moves a node's centre to a cell's centre. */
export function putOnCell(judge: Judge, node: number, cell: number): void {
  const { canvas, grid } = judge.block;
  judge.placement.xs[node] = (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns;
  judge.placement.ys[node] = ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows;
}

/** Distance of two cells along columns and rows, in cells. */
export function cellDistance(a: number, b: number, columns: number): number {
  return (
    Math.abs((a % columns) - (b % columns)) + Math.abs(Math.floor(a / columns) - Math.floor(b / columns))
  );
}

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
