// Nets of moved nodes: their new lengths, and their routes as steps of demand. A wire of any length takes two additions.
// Adding up the steps along a row or column gives exactly the integers of the full evaluation.
import { addTo, i32At, i64At, JudgeState } from "./judge-state";
import { MoveState, ROUTED } from "./move-state";

// @ts-ignore: decorator
@inline
function stepRow(state: MoveState, columns: i32, row: i32, a: i32, b: i32, demand: i64): void {
  if (a == b) return;
  const base = row * columns;
  addTo(state.horizontalSteps, base + min(a, b), demand);
  addTo(state.horizontalSteps, base + max(a, b), -demand);
  store<u8>(state.rowFlags + row, load<u8>(state.rowFlags + row) | ROUTED);
}

// @ts-ignore: decorator
@inline
function stepColumn(state: MoveState, rows: i32, column: i32, a: i32, b: i32, demand: i64): void {
  if (a == b) return;
  const base = column * rows;
  addTo(state.verticalSteps, base + min(a, b), demand);
  addTo(state.verticalSteps, base + max(a, b), -demand);
  store<u8>(state.columnFlags + column, load<u8>(state.columnFlags + column) | ROUTED);
}

/** Two cells: along the source's row, then along the sink's column. */
// @ts-ignore: decorator
@inline
function stepTwo(state: MoveState, judge: JudgeState, source: i32, sink: i32, demand: i64): void {
  const from = i32At(state.cellPlaces, source);
  const to = i32At(state.cellPlaces, sink);
  stepRow(state, judge.columns, from >> 16, from & 0xffff, to & 0xffff, demand);
  stepColumn(state, judge.rows, to & 0xffff, from >> 16, to >> 16, demand);
}

/** Three cells, by the rules of `routeThree` in judge-nets.ts. */
function stepThree(state: MoveState, judge: JudgeState, a: i32, b: i32, c: i32, demand: i64): void {
  const columns = judge.columns;
  const rows = judge.rows;
  const first = min(min(a, b), c);
  const third = max(max(a, b), c);
  const second = a + b + c - first - third;
  // By row, then column, which is the order of cell numbers.
  const low = i32At(state.cellPlaces, first);
  const middle = i32At(state.cellPlaces, second);
  const high = i32At(state.cellPlaces, third);
  // By column, then row.
  let k1 = rotl<i32>(low, 16);
  let k2 = rotl<i32>(middle, 16);
  let k3 = rotl<i32>(high, 16);
  let swap: i32;
  if (k1 > k2) { swap = k1; k1 = k2; k2 = swap; }
  if (k2 > k3) { swap = k2; k2 = k3; k3 = swap; }
  if (k1 > k2) { swap = k1; k1 = k2; k2 = swap; }
  const x1 = k1 >> 16;
  const x2 = k2 >> 16;
  const x3 = k3 >> 16;
  const y1 = k1 & 0xffff;
  const y2 = k2 & 0xffff;
  const y3 = k3 & 0xffff;
  if (x1 < x2 && x2 < x3 && min(y1, y3) < y2 && y2 < max(y1, y3)) {
    stepRow(state, columns, y1, x1, x2, demand);
    stepRow(state, columns, y2, x2, x3, demand);
    stepColumn(state, rows, x2, y1, y2, demand);
    stepColumn(state, rows, x3, y2, y3, demand);
  } else if (x2 == x3 && x1 < x2 && y1 < min(y2, y3)) {
    stepRow(state, columns, y1, x1, x2, demand);
    stepColumn(state, rows, x2, y1, max(y2, y3), demand);
  } else if (y2 == y3) {
    stepRow(state, columns, y1, x1, x2, demand);
    stepRow(state, columns, y2, x2, x3, demand);
    stepColumn(state, rows, x2, y1, y2, demand);
  } else {
    stepRow(state, columns, middle >> 16, x1, x3, demand);
    stepColumn(state, rows, low & 0xffff, low >> 16, middle >> 16, demand);
    stepColumn(state, rows, high & 0xffff, middle >> 16, high >> 16, demand);
  }
}

/** Adds the steps of a net's route over the cells in `cells` (per point), `sign` times. */
function stepNet(state: MoveState, judge: JudgeState, net: i32, cells: usize, sign: i64): void {
  const start = i32At(judge.netStarts, net);
  const points = judge.netPoints + (<usize>start << 2);
  const last = i32At(judge.netStarts, net + 1) - start - 1;
  const source = i32At(cells, load<i32>(points));
  if (source < 0) return;
  const demand = i64At(judge.netDemands, net) * sign;
  if (last == 1) {
    const sink = i32At(cells, load<i32>(points, 4));
    if (sink >= 0 && sink != source) stepTwo(state, judge, source, sink, demand);
    return;
  }
  // Finds distinct sinks by stamps, without a branch that could not be predicted.
  const list = judge.cellList;
  const stamps = judge.cellStamps;
  const stamp = nextStamp(judge);
  store<i32>(stamps + (<usize>source << 2), stamp);
  let count = 0;
  for (let i = 1; i <= last; i++) {
    const cell = i32At(cells, i32At(points, i));
    if (cell < 0) return;
    const at = stamps + (<usize>cell << 2);
    store<i32>(list + (<usize>count << 2), cell);
    count += <i32>(load<i32>(at) != stamp);
    store<i32>(at, stamp);
  }
  if (count == 2) {
    stepThree(state, judge, source, i32At(list, 0), i32At(list, 1), demand);
    return;
  }
  for (let i = 0; i < count; i++) stepTwo(state, judge, source, i32At(list, i), demand);
}

/** Nets with at least this many points are checked for a single sink that moved. */
const MANY: i32 = 5;

/** Removes a net's old route and adds the new one, if one of its points moved to another cell. */
export function rerouteNet(state: MoveState, judge: JudgeState, net: i32): void {
  const before = state.keptPointCells;
  const after = judge.pointCells;
  const start = i32At(judge.netStarts, net);
  const points = judge.netPoints + (<usize>start << 2);
  const count = i32At(judge.netStarts, net + 1) - start;
  let changed = 0;
  let mover = 0;
  for (let i = 0; i < count; i++) {
    const point = i32At(points, i);
    if (i32At(before, point) == i32At(after, point)) continue;
    changed++;
    mover = i;
  }
  if (changed == 0) return;
  if (changed == 1 && mover > 0 && count >= MANY && rerouteSink(state, judge, net, points, count, mover)) return;
  stepNet(state, judge, net, before, -1);
  stepNet(state, judge, net, after, 1);
}

/**
 * Reroutes only the wires of the one sink that moved, and returns true. If other wires change too, does nothing and
 * returns false. Wires belong to that sink alone if three other cells hold points both before and after.
 */
function rerouteSink(state: MoveState, judge: JudgeState, net: i32, points: usize, count: i32, mover: i32): bool {
  const cells = judge.pointCells;
  const source = i32At(cells, load<i32>(points));
  const oldCell = i32At(state.keptPointCells, i32At(points, mover));
  const newCell = i32At(cells, i32At(points, mover));
  if (source < 0 || oldCell < 0 || newCell < 0) return false;
  const stamps = judge.cellStamps;
  const stamp = nextStamp(judge);
  store<i32>(stamps + (<usize>source << 2), stamp);
  let others = 0;
  for (let i = 1; i < count; i++) {
    if (i == mover) continue;
    const cell = i32At(cells, i32At(points, i));
    if (cell < 0) return false;
    const at = stamps + (<usize>cell << 2);
    others += <i32>(load<i32>(at) != stamp);
    store<i32>(at, stamp);
  }
  if (others < 3) return false;
  const demand = i64At(judge.netDemands, net);
  // Cells with another point keep their wires.
  if (i32At(stamps, oldCell) != stamp) stepTwo(state, judge, source, oldCell, -demand);
  if (i32At(stamps, newCell) != stamp) stepTwo(state, judge, source, newCell, demand);
  return true;
}

/** A new stamp, which no cell has. */
// @ts-ignore: decorator
@inline
function nextStamp(judge: JudgeState): i32 {
  let stamp = judge.stamp + 1;
  if (stamp <= 0) {
    // The counter has overflowed. Old stamps must not equal new ones.
    memory.fill(judge.cellStamps, 0, <usize>(judge.columns * judge.rows) << 2);
    stamp = 1;
  }
  judge.stamp = stamp;
  return stamp;
}
