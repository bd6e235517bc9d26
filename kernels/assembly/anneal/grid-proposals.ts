// Proposals of annealing on grid cells: macros and their new cells.
import { choose, GridAnneal, MOST_CHOSEN, overlap, stands } from "./grid-anneal-state";
import { f64At, i32At, i64At, JudgeState } from "../judge/judge-state";
import { MoveState } from "../judge/moves";
import { below, uniform } from "./random";
import { wireMask } from "../features/wire-mask";

/** Kinds of proposals. Their names are those of the annealer's settings. */
export enum GridProposal {
  swap,
  shift,
  flip,
  move,
  shuffle,
  wireMove,
  wireSwap,
  sizeSwap,
  slide,
  coolMove,
}
const KINDS: i32 = GridProposal.coolMove + 1;

/** Random cells of which a wire move or a cool move takes the best. */
const CANDIDATES = 8;
/** Random macros of which a cool move takes the one in the most congestion. */
const HOT_CANDIDATES = 4;
/** Largest random offset of a wire swap from the best cell, in cells. */
const WIRE_JITTER = 2;

/** Draws a kind of proposal by the shares. */
export function drawKind(state: GridAnneal): i32 {
  const draw = uniform(state.random);
  for (let kind = 0; kind < KINDS - 1; kind++) if (draw <= f64At(state.shares, kind)) return kind;
  return KINDS - 1;
}

/** Mirrors the macro in x, in y or in both; returns the new orientation, or -1 if the macro must not be mirrored. */
export function proposeFlip(state: GridAnneal, judge: JudgeState): i32 {
  const macro = below(state.random, state.macroCount);
  if (state.unmirrored != 0 && load<u8>(state.unmirrored + i32At(state.macros, macro)) != 0) return -1;
  choose(state, macro, i32At(state.macroCells, macro));
  const now = <i32>load<u8>(judge.orientations + i32At(state.macros, macro));
  const family = now & 4; // N FN S FS, or E FE W FW: the sides keep their lengths
  return family | ((now + 1 + below(state.random, 3)) & 3);
}

export function propose(state: GridAnneal, judge: JudgeState, kind: i32): void {
  const macro = below(state.random, state.macroCount);
  const cells = judge.columns * judge.rows;
  if (kind == GridProposal.move) {
    choose(state, macro, below(state.random, cells));
  } else if (kind == GridProposal.swap) {
    swapWith(state, macro, below(state.random, state.macroCount));
  } else if (kind == GridProposal.shift) {
    proposeShift(state, judge, macro);
  } else if (kind == GridProposal.shuffle) {
    proposeShuffle(state);
  } else if (kind == GridProposal.sizeSwap) {
    swapWith(state, macro, memberLike(state, macro));
  } else if (kind == GridProposal.slide) {
    proposeSlide(state, judge, macro);
  } else if (kind == GridProposal.coolMove) {
    proposeCoolMove(state, judge);
  } else {
    const node = i32At(state.macros, macro);
    const moves = changetype<MoveState>(state.moves);
    wireMask(moves.judge, node, state.nodeNetStarts, state.nodeNets, state.wireColumns, state.wireRows);
    if (kind == GridProposal.wireMove) proposeWireMove(state, judge, macro);
    else proposeWireSwap(state, judge, macro);
  }
}

/** Moves a macro to one of the eight cells around. */
function proposeShift(state: GridAnneal, judge: JudgeState, macro: i32): void {
  const cell = i32At(state.macroCells, macro);
  const direction = below(state.random, 9);
  if (direction == 4) return;
  const column = cell % judge.columns + direction % 3 - 1;
  const row = cell / judge.columns + direction / 3 - 1;
  if (column < 0 || column >= judge.columns || row < 0 || row >= judge.rows) return;
  choose(state, macro, row * judge.columns + column);
}

/** Rotates the places of four macros. */
function proposeShuffle(state: GridAnneal): void {
  if (state.macroCount < 4) return;
  const a = below(state.random, state.macroCount);
  const b = below(state.random, state.macroCount);
  const c = below(state.random, state.macroCount);
  const d = below(state.random, state.macroCount);
  if (a == b || a == c || a == d || b == c || b == d || c == d) return;
  choose(state, a, i32At(state.macroCells, b));
  choose(state, b, i32At(state.macroCells, c));
  choose(state, c, i32At(state.macroCells, d));
  choose(state, d, i32At(state.macroCells, a));
}

/** Moves a macro to the cell with the shortest wires among a few random ones. */
function proposeWireMove(state: GridAnneal, judge: JudgeState, macro: i32): void {
  let best = -1;
  let bestLength: f64 = Infinity;
  for (let i = 0; i < CANDIDATES; i++) {
    const cell = below(state.random, judge.columns * judge.rows);
    const length = f64At(state.wireColumns, cell % judge.columns) + f64At(state.wireRows, cell / judge.columns);
    if (length >= bestLength || !stands(state, judge, macro, cell)) continue;
    bestLength = length;
    best = cell;
  }
  if (best >= 0) choose(state, macro, best);
}

/** Moves a macro near the cell where its wires would be shortest, and swaps it with the macro there. */
function proposeWireSwap(state: GridAnneal, judge: JudgeState, macro: i32): void {
  const column = leastOf(state.wireColumns, judge.columns) + below(state.random, 2 * WIRE_JITTER + 1) - WIRE_JITTER;
  const row = leastOf(state.wireRows, judge.rows) + below(state.random, 2 * WIRE_JITTER + 1) - WIRE_JITTER;
  if (column < 0 || column >= judge.columns || row < 0 || row >= judge.rows) return;
  const cell = row * judge.columns + column;
  const other = i32At(state.cellMacros, cell);
  if (other >= 0) swapWith(state, macro, other);
  else choose(state, macro, cell);
}

function leastOf(values: usize, count: i32): i32 {
  let best = 0;
  for (let i = 1; i < count; i++) if (f64At(values, i) < f64At(values, best)) best = i;
  return best;
}

// @ts-ignore: decorator
@inline
function swapWith(state: GridAnneal, a: i32, b: i32): void {
  if (a == b) return;
  choose(state, a, i32At(state.macroCells, b));
  choose(state, b, i32At(state.macroCells, a));
}

/** Another macro of the same size, or the same macro if there is none. */
function memberLike(state: GridAnneal, macro: i32): i32 {
  const kind = i32At(state.classes, macro);
  const start = i32At(state.memberStarts, kind);
  const count = i32At(state.memberStarts, kind + 1) - start;
  return i32At(state.members, start + below(state.random, count));
}

/** Moves a macro by one cell along its row or column, and pushes the macros in its way. */
function proposeSlide(state: GridAnneal, judge: JudgeState, macro: i32): void {
  const direction = below(state.random, 4);
  const columnStep = direction == 0 ? 1 : direction == 1 ? -1 : 0;
  const rowStep = direction == 2 ? 1 : direction == 3 ? -1 : 0;
  const reach = columnStep != 0 ? state.reachColumns : state.reachRows;
  while (true) {
    const cell = i32At(state.macroCells, macro);
    let column = cell % judge.columns + columnStep;
    let row = cell / judge.columns + rowStep;
    if (column < 0 || column >= judge.columns || row < 0 || row >= judge.rows) break;
    const target = row * judge.columns + column;
    choose(state, macro, target);
    let pushed = -1;
    for (let i = 0; i <= reach; i++) {
      if (column < 0 || column >= judge.columns || row < 0 || row >= judge.rows) break;
      const other = i32At(state.cellMacros, row * judge.columns + column);
      if (other >= 0 && overlap(state, judge, macro, target, other, row * judge.columns + column)) pushed = other;
      if (pushed >= 0) break;
      column += columnStep;
      row += rowStep;
    }
    if (pushed < 0) return;
    if (state.count == MOST_CHOSEN) break;
    macro = pushed;
  }
  state.count = 0;
}

/** Moves the one of a few macros that is in the most congestion to the least congested of a few cells. */
function proposeCoolMove(state: GridAnneal, judge: JudgeState): void {
  let macro = -1;
  let hottest: i64 = -1;
  for (let i = 0; i < HOT_CANDIDATES; i++) {
    const other = below(state.random, state.macroCount);
    const heat = heatOf(judge, i32At(state.macroCells, other));
    if (heat <= hottest) continue;
    hottest = heat;
    macro = other;
  }
  let best = -1;
  let coolest = hottest;
  for (let i = 0; i < CANDIDATES; i++) {
    const cell = below(state.random, judge.columns * judge.rows);
    const heat = heatOf(judge, cell);
    if (heat >= coolest || !stands(state, judge, macro, cell)) continue;
    coolest = heat;
    best = cell;
  }
  if (best >= 0) choose(state, macro, best);
}

/** Congestion of a cell: the larger of the two directions. */
// @ts-ignore: decorator
@inline
function heatOf(judge: JudgeState, cell: i32): i64 {
  return max(i64At(judge.congestion, cell), i64At(judge.congestion, judge.columns * judge.rows + cell));
}
