// Simulated annealing of hard macros on grid-cell centres, soft macros standing still. The whole loop runs here; the
// caller sets temperature and proposal shares between slices, and has the soft macros settled from time to time.
import { f64At, i32At, JudgeState } from "./judge-state";
import { exactCost, keepMove, leastCost, measureMove, MoveState, routeMove, stageNode, undoMove } from "./moves";
import { below, uniform } from "./random";
import { wireMask } from "./wire-mask";

/** Kinds of proposals; names in placer/anneal-grid.ts. */
const SWAP = 0;
const SHIFT = 1;
const FLIP = 2;
const MOVE = 3;
const SHUFFLE = 4;
const WIRE_MOVE = 5;
const WIRE_SWAP = 6;
const KINDS = 7;

/** How many times its usual change congestion may have to make up before a move is dropped unrouted. */
const SCREEN: f64 = 2;
/** Weight of the latest move in the usual change. */
const CHANGE_RATE: f64 = 1.0 / 64;

/** Two macros that overlap by no more than this do not overlap, in µm. */
const TOUCHING: f64 = 1e-6;
/** Cells that a wire move chooses the best of. */
const WIRE_CANDIDATES = 8;
/** How far from the best cell a wire swap looks, in cells. */
const WIRE_JITTER = 2;

/** Laid out by placer/anneal-grid.ts in the same order. */
@unmanaged
export class GridAnneal {
  temperature: f64;
  /** Proxy cost of the placement as it stands. */
  cost: f64;
  /** By how much a routed move's congestion changed the cost lately, on average. */
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
  /** Per class of equal size and cell: 1 where the canvas, blockages and fixed macros leave room. */
  allowed: usize;
  /** Per cell: the macro on its centre, or -1. */
  cellMacros: usize;
  /** How many cells apart two macros can be and still overlap. */
  reachColumns: i32;
  reachRows: i32;
  nodeNetStarts: usize;
  nodeNets: usize;
  wireColumns: usize;
  wireRows: usize;
  /** Cumulative shares of the kinds of proposals, f64. */
  shares: usize;
  /** Per kind: proposals, feasible ones, accepted ones (i32), and cost taken off (f64). */
  tried: usize;
  feasible: usize;
  accepted: usize;
  gains: usize;
  // The proposal under way: macros and their new cells.
  count: i32;
  chosen: usize;
  targets: usize;
}

export function gridAnnealBytes(): i32 {
  return offsetof<GridAnneal>();
}

/** Makes `steps` proposals. */
export function annealGrid(address: usize, steps: i32): void {
  const state = changetype<GridAnneal>(address);
  const moves = changetype<MoveState>(state.moves);
  const judge = changetype<JudgeState>(moves.judge);
  for (let step = 0; step < steps; step++) {
    const kind = drawKind(state);
    addOne(state.tried, kind);
    state.count = 0;
    let orientation: i32 = -1;
    if (kind == FLIP) orientation = proposeFlip(state, judge);
    else propose(state, judge, kind);
    if (state.count == 0 || (kind != FLIP && !fits(state, judge))) continue;
    addOne(state.feasible, kind);
    for (let i = 0; i < state.count; i++) {
      const macro = i32At(state.chosen, i);
      const node = i32At(state.macros, macro);
      const cell = i32At(state.targets, i);
      const turned = orientation >= 0 ? <u8>orientation : load<u8>(judge.orientations + node);
      stageNode(moves, node, centreX(judge, cell), centreY(judge, cell), turned);
    }
    const threshold = state.cost - state.temperature * Math.log(uniform(state.random));
    if (!passesScreen(state, moves, threshold)) {
      undoMove(moves);
      continue;
    }
    if (leastCost(moves) <= threshold) {
      const cost = exactCost(moves);
      if (cost <= threshold) {
        keepMove(moves);
        const gain = state.gains + (<usize>kind << 3);
        store<f64>(gain, load<f64>(gain) + state.cost - cost);
        state.cost = cost;
        addOne(state.accepted, kind);
        settleCells(state);
        continue;
      }
    }
    undoMove(moves);
  }
}

/**
 * Measures the move, and routes it unless wirelength and density alone cost so much more than the threshold that
 * congestion would have to make up for several times what it usually changes. No bound: about one acceptable move in
 * twenty is lost, and most of the others cost a fifth.
 */
// @ts-ignore: decorator
@inline
function passesScreen(state: GridAnneal, moves: MoveState, threshold: f64): bool {
  const unrouted = measureMove(moves);
  if (unrouted > threshold + SCREEN * state.congestionChange) return false;
  routeMove(moves);
  state.congestionChange += (abs(leastCost(moves) - unrouted) - state.congestionChange) * CHANGE_RATE;
  return true;
}

// @ts-ignore: decorator
@inline
function addOne(counts: usize, kind: i32): void {
  const at = counts + (<usize>kind << 2);
  store<i32>(at, load<i32>(at) + 1);
}

// @ts-ignore: decorator
@inline
function centreX(judge: JudgeState, cell: i32): f64 {
  return (<f64>(cell % judge.columns) + 0.5) * judge.canvasWidth / <f64>judge.columns;
}

// @ts-ignore: decorator
@inline
function centreY(judge: JudgeState, cell: i32): f64 {
  return (<f64>(cell / judge.columns) + 0.5) * judge.canvasHeight / <f64>judge.rows;
}

function drawKind(state: GridAnneal): i32 {
  const draw = uniform(state.random);
  for (let kind = 0; kind < KINDS - 1; kind++) if (draw <= f64At(state.shares, kind)) return kind;
  return KINDS - 1;
}

// @ts-ignore: decorator
@inline
function choose(state: GridAnneal, macro: i32, cell: i32): void {
  store<i32>(state.chosen + (<usize>state.count << 2), macro);
  store<i32>(state.targets + (<usize>state.count << 2), cell);
  state.count = state.count + 1;
}

/** Mirrors the macro in x, in y or in both; returns the new orientation. */
function proposeFlip(state: GridAnneal, judge: JudgeState): i32 {
  const macro = below(state.random, state.macroCount);
  choose(state, macro, i32At(state.macroCells, macro));
  const now = <i32>load<u8>(judge.orientations + i32At(state.macros, macro));
  const family = now & 4; // N FN S FS, or E FE W FW: the sides keep their lengths
  return family | ((now + 1 + below(state.random, 3)) & 3);
}

function propose(state: GridAnneal, judge: JudgeState, kind: i32): void {
  const macro = below(state.random, state.macroCount);
  const cells = judge.columns * judge.rows;
  if (kind == MOVE) {
    choose(state, macro, below(state.random, cells));
  } else if (kind == SWAP) {
    swapWith(state, macro, below(state.random, state.macroCount));
  } else if (kind == SHIFT) {
    proposeShift(state, judge, macro);
  } else if (kind == SHUFFLE) {
    proposeShuffle(state);
  } else {
    const node = i32At(state.macros, macro);
    const moves = changetype<MoveState>(state.moves);
    wireMask(moves.judge, node, state.nodeNetStarts, state.nodeNets, state.wireColumns, state.wireRows);
    if (kind == WIRE_MOVE) proposeWireMove(state, judge, macro);
    else proposeWireSwap(state, judge, macro);
  }
}

// @ts-ignore: decorator
@inline
function swapWith(state: GridAnneal, a: i32, b: i32): void {
  if (a == b) return;
  choose(state, a, i32At(state.macroCells, b));
  choose(state, b, i32At(state.macroCells, a));
}

/** To one of the eight cells around, or by as much as the macro's own size along one axis. */
function proposeShift(state: GridAnneal, judge: JudgeState, macro: i32): void {
  const cell = i32At(state.macroCells, macro);
  const direction = below(state.random, 9);
  if (direction == 4) return;
  const column = cell % judge.columns + direction % 3 - 1;
  const row = cell / judge.columns + direction / 3 - 1;
  if (column < 0 || column >= judge.columns || row < 0 || row >= judge.rows) return;
  choose(state, macro, row * judge.columns + column);
}

/** Four macros change places in a ring. */
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

/** The cell with the shortest wires among a few random ones. */
function proposeWireMove(state: GridAnneal, judge: JudgeState, macro: i32): void {
  let best = -1;
  let bestLength: f64 = Infinity;
  for (let i = 0; i < WIRE_CANDIDATES; i++) {
    const cell = below(state.random, judge.columns * judge.rows);
    const length = f64At(state.wireColumns, cell % judge.columns) + f64At(state.wireRows, cell / judge.columns);
    if (length >= bestLength || !stands(state, judge, macro, cell)) continue;
    bestLength = length;
    best = cell;
  }
  if (best >= 0) choose(state, macro, best);
}

/** Changes places with a macro near the cell where the wires would be shortest. */
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

/** Whether the macro may stand on the cell, the others being where they are. */
function stands(state: GridAnneal, judge: JudgeState, macro: i32, cell: i32): bool {
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
function overlap(state: GridAnneal, judge: JudgeState, a: i32, cellA: i32, b: i32, cellB: i32): bool {
  const dx = abs(<f64>(cellA % judge.columns - cellB % judge.columns)) * judge.cellWidth;
  const dy = abs(<f64>(cellA / judge.columns - cellB / judge.columns)) * judge.cellHeight;
  return dx < f64At(state.halfWidths, a) + f64At(state.halfWidths, b) - TOUCHING &&
    dy < f64At(state.halfHeights, a) + f64At(state.halfHeights, b) - TOUCHING;
}

/** Whether all chosen macros may stand on their targets together. */
function fits(state: GridAnneal, judge: JudgeState): bool {
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

/** Notes where the accepted proposal's macros now stand. */
function settleCells(state: GridAnneal): void {
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
