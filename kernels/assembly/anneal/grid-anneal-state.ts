// State of annealing on grid cells, and which macro may be on which cell.
import { f64At, i32At, JudgeState } from "../judge/judge-state";

/** Overlaps of up to this many µm are ignored. */
const TOUCHING: f64 = 1e-6;
/** Most macros of one proposal; no more than MOST_NODES_PER_MOVE. */
export const MOST_CHOSEN: i32 = 8;

@unmanaged
export class GridAnneal {
  temperature: f64;
  /** Proxy cost of the current placement. */
  cost: f64;
  /** Moving average of how much the congestion of a routed move changed the cost. */
  congestionChange: f64;
  moves: usize;
  random: usize;
  macroCount: i32;
  /** Per macro: node, half sizes as turned, its cell, its row in `allowed`. */
  macros: usize;
  halfWidths: usize;
  halfHeights: usize;
  macroCells: usize;
  classes: usize;
  /** Macros of every class: `members[memberStarts[c] .. memberStarts[c + 1]]`. */
  memberStarts: usize;
  members: usize;
  /** Per class of equal size and cell: 1 where canvas, blockages and fixed macros leave room. */
  allowed: usize;
  /** Per cell: the macro on its centre, or -1. */
  cellMacros: usize;
  /** Largest distance in cells at which two macros can overlap. */
  reachColumns: i32;
  reachRows: i32;
  nodeNetStarts: usize;
  nodeNets: usize;
  wireColumns: usize;
  wireRows: usize;
  /** Cumulative shares of the kinds of proposals, f64. */
  shares: usize;
  /** Per kind: numbers of proposals, feasible ones and accepted ones (i32); cost removed (f64). */
  tried: usize;
  feasible: usize;
  accepted: usize;
  gains: usize;
  // The current proposal: macros and their new cells.
  count: i32;
  chosen: usize;
  targets: usize;
  /** Per node, a byte: whether it must not be mirrored. 0 if all may. */
  unmirrored: usize;
}

// @ts-ignore: decorator
@inline
export function centreX(judge: JudgeState, cell: i32): f64 {
  return (<f64>(cell % judge.columns) + 0.5) * judge.canvasWidth / <f64>judge.columns;
}

// @ts-ignore: decorator
@inline
export function centreY(judge: JudgeState, cell: i32): f64 {
  return (<f64>(cell / judge.columns) + 0.5) * judge.canvasHeight / <f64>judge.rows;
}

// @ts-ignore: decorator
@inline
export function choose(state: GridAnneal, macro: i32, cell: i32): void {
  store<i32>(state.chosen + (<usize>state.count << 2), macro);
  store<i32>(state.targets + (<usize>state.count << 2), cell);
  state.count = state.count + 1;
}

/** Whether the macro may be on the cell while the macros outside the proposal stay where they are. */
export function stands(state: GridAnneal, judge: JudgeState, macro: i32, cell: i32): bool {
  const cells = judge.columns * judge.rows;
  if (!load<u8>(state.allowed + i32At(state.classes, macro) * cells + cell)) return false;
  const column = cell % judge.columns;
  const row = cell / judge.columns;
  const lastColumn = min(judge.columns - 1, column + state.reachColumns);
  const lastRow = min(judge.rows - 1, row + state.reachRows);
  for (let r = max(0, row - state.reachRows); r <= lastRow; r++) {
    for (let c = max(0, column - state.reachColumns); c <= lastColumn; c++) {
      const other = i32At(state.cellMacros, r * judge.columns + c);
      if (other < 0 || other == macro || isChosen(state, other)) continue;
      if (overlap(state, judge, macro, cell, other, r * judge.columns + c)) return false;
    }
  }
  return true;
}

// @ts-ignore: decorator
@inline
function isChosen(state: GridAnneal, macro: i32): bool {
  for (let i = 0; i < state.count; i++) if (i32At(state.chosen, i) == macro) return true;
  return false;
}

// @ts-ignore: decorator
@inline
export function overlap(state: GridAnneal, judge: JudgeState, a: i32, cellA: i32, b: i32, cellB: i32): bool {
  const dx = abs(<f64>(cellA % judge.columns - cellB % judge.columns)) * judge.cellWidth;
  const dy = abs(<f64>(cellA / judge.columns - cellB / judge.columns)) * judge.cellHeight;
  return dx < f64At(state.halfWidths, a) + f64At(state.halfWidths, b) - TOUCHING &&
    dy < f64At(state.halfHeights, a) + f64At(state.halfHeights, b) - TOUCHING;
}

/** Whether all macros of the proposal may be on their new cells together. */
export function fits(state: GridAnneal, judge: JudgeState): bool {
  for (let i = 0; i < state.count; i++) {
    const macro = i32At(state.chosen, i);
    const cell = i32At(state.targets, i);
    if (state.count == 1 && cell == i32At(state.macroCells, macro)) return false;
    if (!stands(state, judge, macro, cell)) return false;
    for (let j = i + 1; j < state.count; j++) {
      if (overlap(state, judge, macro, cell, i32At(state.chosen, j), i32At(state.targets, j))) return false;
    }
  }
  return true;
}

/** Records the new cells of an accepted proposal. */
export function settleCells(state: GridAnneal): void {
  for (let i = 0; i < state.count; i++) {
    store<i32>(state.cellMacros + (<usize>i32At(state.macroCells, i32At(state.chosen, i)) << 2), -1);
  }
  for (let i = 0; i < state.count; i++) {
    const macro = i32At(state.chosen, i);
    const cell = i32At(state.targets, i);
    store<i32>(state.macroCells + (<usize>macro << 2), cell);
    store<i32>(state.cellMacros + (<usize>cell << 2), macro);
  }
}
