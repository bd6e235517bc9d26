// Proposals of free annealing for soft macros. Each stages its nodes, or none.
import { f64At, i32At, i64At, JudgeState } from "../judge/judge-state";
import { FreeAnneal, judgeOf, movesOf } from "./free-state";
import { stageNode } from "../judge/moves";
import { netOptimal } from "./net-optimal";
import { below, uniform } from "./random";

const TAU: f64 = 6.283185307179586;
/** Random cells of which a route shift takes the most congested. */
const HOT_SAMPLES = 8;
/** Soft macros that it tries until one is on the congested line and has a wire through the cell. */
const LINE_TRIES = 24;
/** Nets of each that it checks. */
const NET_TRIES = 4;
/** Soft macros of which a cooling move takes the one in the most crowded cell, and cells of which it takes the emptiest. */
const CROWDED_SAMPLES = 3;
const COOL_SAMPLES = 6;
/** Reach of a cooling move, in cells. */
const COOL_RANGE = 3;

/** The nearest coordinate that keeps a box inside the canvas, or the middle if the canvas is too small. */
// @ts-ignore: decorator
@inline
export function inside(centre: f64, half: f64, length: f64): f64 {
  if (2 * half >= length) return length / 2;
  return max(half, min(length - half, centre));
}

/** Stages a soft macro at a place, or as near to it as possible inside the canvas. */
export function stageSoft(state: FreeAnneal, judge: JudgeState, node: i32, x: f64, y: f64): void {
  stageNode(
    movesOf(state), node,
    inside(x, f64At(state.halfWidths, node), judge.canvasWidth),
    inside(y, f64At(state.halfHeights, node), judge.canvasHeight),
    load<u8>(judge.orientations + node),
  );
}

// @ts-ignore: decorator
@inline
function anySoft(state: FreeAnneal): i32 {
  return i32At(state.softs, below(state.random, state.softCount));
}

/** Moves a soft macro to where its wires are shortest, plus a random offset of about a cell. */
export function proposeSoftOptimal(state: FreeAnneal): void {
  const node = anySoft(state);
  if (!netOptimal(state, node)) return;
  const judge = judgeOf(state);
  const radius = uniform(state.random) * Math.sqrt(-2 * Math.log(uniform(state.random)));
  const angle = TAU * uniform(state.random);
  const x = state.leastX + (state.mostX - state.leastX) * uniform(state.random);
  const y = state.leastY + (state.mostY - state.leastY) * uniform(state.random);
  stageSoft(
    state, judge, node,
    x + radius * Math.cos(angle) * judge.cellWidth, y + radius * Math.sin(angle) * judge.cellHeight,
  );
}

/** Moves a soft macro by a normally distributed step. */
export function proposeSoftStep(state: FreeAnneal): void {
  const node = anySoft(state);
  const judge = judgeOf(state);
  const radius = state.softReach * uniform(state.random) * Math.sqrt(-2 * Math.log(uniform(state.random)));
  const angle = TAU * uniform(state.random);
  const x = f64At(judge.xs, node) + radius * Math.cos(angle) * judge.canvasWidth;
  const y = f64At(judge.ys, node) + radius * Math.sin(angle) * judge.canvasHeight;
  stageSoft(state, judge, node, x, y);
}

/** Swaps two soft macros. */
export function proposeSoftSwap(state: FreeAnneal): void {
  const a = anySoft(state);
  const b = anySoft(state);
  if (a == b) return;
  const judge = judgeOf(state);
  stageSoft(state, judge, a, f64At(judge.xs, b), f64At(judge.ys, b));
  stageSoft(state, judge, b, f64At(judge.xs, a), f64At(judge.ys, a));
}

/**
 * Moves wires off a congested line. Wires run along the driver's row, then along the sink's column, so a driver on a
 * congested row moves one row up or down, and a sink on a congested column moves one column left or right.
 */
export function proposeRouteShift(state: FreeAnneal): void {
  const judge = judgeOf(state);
  const cells = judge.columns * judge.rows;
  let hottest = 0;
  let heat: i64 = -1;
  for (let i = 0; i < HOT_SAMPLES; i++) {
    const index = below(state.random, 2 * cells);
    const value = i64At(judge.congestion, index);
    if (value <= heat) continue;
    heat = value;
    hottest = index;
  }
  const horizontal = hottest < cells;
  const cell = horizontal ? hottest : hottest - cells;
  const row = cell / judge.columns;
  const column = cell - row * judge.columns;
  for (let i = 0; i < LINE_TRIES; i++) {
    const node = anySoft(state);
    const x = f64At(judge.xs, node);
    const y = f64At(judge.ys, node);
    // Centres are on the canvas, so these numbers are small.
    if ((horizontal ? <i32>(y / judge.cellHeight) : <i32>(x / judge.cellWidth)) != (horizontal ? row : column)) {
      continue;
    }
    if (!wiresThrough(state, judge, node, horizontal, row, column)) continue;
    const step: f64 = below(state.random, 2) == 0 ? -1 : 1;
    stageSoft(
      state, judge, node,
      horizontal ? x : x + step * judge.cellWidth, horizontal ? y + step * judge.cellHeight : y,
    );
    return;
  }
}

/** Whether one of a few random nets that the node drives (or, for vertical wires, sinks) runs through the cell. */
function wiresThrough(
  state: FreeAnneal, judge: JudgeState, node: i32, horizontal: bool, row: i32, column: i32,
): bool {
  const first = i32At(state.nodeNetStarts, node);
  const count = i32At(state.nodeNetStarts, node + 1) - first;
  if (count == 0) return false;
  const columns = judge.columns;
  for (let i = 0; i < NET_TRIES; i++) {
    const net = i32At(state.nodeNets, first + below(state.random, count));
    const start = i32At(judge.netStarts, net);
    const end = i32At(judge.netStarts, net + 1);
    const driver = i32At(judge.netPoints, start);
    const drives = i32At(judge.pointNodes, driver) == node;
    if (drives != horizontal) continue;
    const source = i32At(judge.pointCells, driver);
    if (source < 0) continue;
    if (!horizontal) {
      const sourceRow = source / columns;
      const ownRow = <i32>(f64At(judge.ys, node) / judge.cellHeight);
      if (min(sourceRow, ownRow) <= row && row < max(sourceRow, ownRow)) return true;
      continue;
    }
    const sourceColumn = source % columns;
    for (let j = start + 1; j < end; j++) {
      const sink = i32At(judge.pointCells, i32At(judge.netPoints, j));
      if (sink < 0) continue;
      const sinkColumn = sink % columns;
      if (min(sourceColumn, sinkColumn) <= column && column < max(sourceColumn, sinkColumn)) return true;
    }
  }
  return false;
}

/** How crowded a cell is: covered area plus wires in both directions. */
// @ts-ignore: decorator
@inline
function crowding(judge: JudgeState, cell: i32): i64 {
  const cells = judge.columns * judge.rows;
  return i64At(judge.density, cell) + i64At(judge.congestion, cell) + i64At(judge.congestion, cells + cell);
}

// @ts-ignore: decorator
@inline
function clampCell(at: i32, count: i32): i32 {
  return max(0, min(count - 1, at));
}

/** Moves a soft macro from a crowded cell to a less crowded one nearby. */
export function proposeCooling(state: FreeAnneal): void {
  const judge = judgeOf(state);
  const columns = judge.columns;
  let node = -1;
  let most: i64 = -1;
  for (let i = 0; i < CROWDED_SAMPLES; i++) {
    const candidate = anySoft(state);
    const c = clampCell(<i32>(f64At(judge.xs, candidate) / judge.cellWidth), columns);
    const r = clampCell(<i32>(f64At(judge.ys, candidate) / judge.cellHeight), judge.rows);
    const value = crowding(judge, r * columns + c);
    if (value <= most) continue;
    most = value;
    node = candidate;
  }
  const column = <i32>(f64At(judge.xs, node) / judge.cellWidth);
  const row = <i32>(f64At(judge.ys, node) / judge.cellHeight);
  let least = most;
  let target = -1;
  for (let i = 0; i < COOL_SAMPLES; i++) {
    const c = clampCell(column + below(state.random, 2 * COOL_RANGE + 1) - COOL_RANGE, columns);
    const r = clampCell(row + below(state.random, 2 * COOL_RANGE + 1) - COOL_RANGE, judge.rows);
    const value = crowding(judge, r * columns + c);
    if (value >= least) continue;
    least = value;
    target = r * columns + c;
  }
  if (target < 0) return;
  stageSoft(
    state, judge, node,
    (<f64>(target % columns) + uniform(state.random)) * judge.cellWidth,
    (<f64>(target / columns) + uniform(state.random)) * judge.cellHeight,
  );
}
