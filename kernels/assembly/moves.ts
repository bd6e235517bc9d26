// Moves, judged by what they change: nodes are put elsewhere, the state follows, and either all of it is kept or all
// of it is undone. Every sum is an integer, so the state after any number of moves is the one that a full evaluation
// would give, bit by bit.
import { coverNode, horizontalCongestion, verticalCongestion } from "./judge-maps";
import { cellOf, lengthOfNet, rerouteSink, routeNet, turnedX, turnedY } from "./judge-nets";
import { f64At, i32At, i64At, JudgeState } from "./judge-state";
import { changeTop, exactTop, leastTop, rebuildTop, settleTop, TopList } from "./top-list";

/** Laid out by env/incremental-judge.ts in the same order. */
@unmanaged
export class MoveState {
  // What a unit of each sum counts in the proxy cost.
  lengthFactor: f64;
  densityFactor: f64;
  congestionFactor: f64;
  /** Wirelength before the move under way. */
  oldWirelength: i64;
  judge: usize;
  densityList: usize;
  congestionList: usize;
  /** Nets of every point. */
  pointNetStarts: usize;
  pointNets: usize;
  // The move under way: nodes with their new places.
  moveCount: i32;
  moveNodes: usize;
  moveXs: usize;
  moveYs: usize;
  moveOrientations: usize;
  oldXs: usize;
  oldYs: usize;
  oldOrientations: usize;
  // Points that it moves, with their places before; and after, until they are written.
  pointCount: i32;
  points: usize;
  oldPointXs: usize;
  oldPointYs: usize;
  oldPointCells: usize;
  newPointXs: usize;
  newPointYs: usize;
  newPointCells: usize;
  // Nets that it touches; `rerouted` says how many of their points change their cells (two stands for more), and
  // `netMovers` which of the points of the move did so last.
  netStamp: i32;
  netCount: i32;
  nets: usize;
  oldLengths: usize;
  netStamps: usize;
  rerouted: usize;
  netMovers: usize;
  // Values of the two top lists that it changes: index (congestion after density), value before.
  changeCount: i32;
  changes: usize;
  oldValues: usize;
  // The maps as they were before the move.
  keptHorizontalDemand: usize;
  keptVerticalDemand: usize;
  keptHorizontalBlocked: usize;
  keptVerticalBlocked: usize;
  keptDensity: usize;
}

export function moveStateBytes(): i32 {
  return offsetof<MoveState>();
}

/** Makes the state ready for moves; the judge must have evaluated the placement in full. */
export function startMoves(address: usize): void {
  const state = changetype<MoveState>(address);
  const judge = changetype<JudgeState>(state.judge);
  clearDirty(judge);
  rebuildTop(changetype<TopList>(state.densityList));
  rebuildTop(changetype<TopList>(state.congestionList));
  const bytes = <usize>(judge.columns * judge.rows) << 3;
  memory.copy(state.keptHorizontalDemand, judge.horizontalDemand, bytes);
  memory.copy(state.keptVerticalDemand, judge.verticalDemand, bytes);
  memory.copy(state.keptHorizontalBlocked, judge.horizontalBlocked, bytes);
  memory.copy(state.keptVerticalBlocked, judge.verticalBlocked, bytes);
  memory.copy(state.keptDensity, judge.density, bytes);
}

// @ts-ignore: decorator
@inline
function clearDirty(judge: JudgeState): void {
  judge.horizontalLow = judge.rows;
  judge.horizontalHigh = -1;
  judge.verticalLow = judge.rows;
  judge.verticalHigh = -1;
  judge.coverLow = judge.rows;
  judge.coverHigh = -1;
}

/** Adds a node to the move under way. */
// @ts-ignore: decorator
@inline
export function stageNode(state: MoveState, node: i32, x: f64, y: f64, orientation: u8): void {
  const i = state.moveCount;
  state.moveCount = i + 1;
  store<i32>(state.moveNodes + (<usize>i << 2), node);
  store<f64>(state.moveXs + (<usize>i << 3), x);
  store<f64>(state.moveYs + (<usize>i << 3), y);
  store<u8>(state.moveOrientations + i, orientation);
}

/** Carries the staged nodes' move out. `leastCost` and `exactCost` then tell its cost; keep or undo must follow. */
export function applyMove(state: MoveState): void {
  const judge = changetype<JudgeState>(state.judge);
  state.oldWirelength = judge.wirelength;
  state.pointCount = 0;
  state.netCount = 0;
  state.changeCount = 0;
  state.netStamp++;
  for (let i = 0; i < state.moveCount; i++) moveOneNode(state, judge, i);
  const netCount = state.netCount;
  const nets = state.nets;
  const rerouted = state.rerouted;
  const netLengths = judge.netLengths;
  const oldLengths = state.oldLengths;
  const netMovers = state.netMovers;
  const points = state.points;
  const newPointCells = state.newPointCells;
  for (let i = 0; i < netCount; i++) {
    const net = i32At(nets, i);
    const changed = load<u8>(rerouted + net);
    if (changed == 0) continue;
    if (changed == 1) {
      const mover = i32At(netMovers, net);
      if (rerouteSink(judge, net, i32At(points, mover), i32At(newPointCells, mover))) {
        store<u8>(rerouted + net, 0);
        continue;
      }
    }
    routeNet(judge, net, -1);
  }
  for (let i = 0; i < state.pointCount; i++) {
    const point = <usize>i32At(state.points, i);
    store<f64>(judge.pointXs + (point << 3), f64At(state.newPointXs, i));
    store<f64>(judge.pointYs + (point << 3), f64At(state.newPointYs, i));
    store<i32>(judge.pointCells + (point << 2), i32At(state.newPointCells, i));
  }
  let wirelength = judge.wirelength;
  for (let i = 0; i < netCount; i++) {
    const net = i32At(nets, i);
    const at = netLengths + (<usize>net << 3);
    const before = load<i64>(at);
    const after = lengthOfNet(judge, net);
    store<i64>(oldLengths + (<usize>i << 3), before);
    store<i64>(at, after);
    wirelength += after - before;
    if (load<u8>(rerouted + net)) routeNet(judge, net, 1);
  }
  judge.wirelength = wirelength;
  updateLists(state, judge);
}

/** Moves one staged node: what it covers, and the list of its points with their new places. */
function moveOneNode(state: MoveState, judge: JudgeState, i: i32): void {
  const node = i32At(state.moveNodes, i);
  const at = <usize>node << 3;
  store<f64>(state.oldXs + (<usize>i << 3), load<f64>(judge.xs + at));
  store<f64>(state.oldYs + (<usize>i << 3), load<f64>(judge.ys + at));
  store<u8>(state.oldOrientations + i, load<u8>(judge.orientations + node));
  const x = f64At(state.moveXs, i);
  const y = f64At(state.moveYs, i);
  const orientation = load<u8>(state.moveOrientations + i);
  coverNode(judge, node, -1);
  store<f64>(judge.xs + at, x);
  store<f64>(judge.ys + at, y);
  store<u8>(judge.orientations + node, orientation);
  coverNode(judge, node, 1);
  const end = i32At(judge.nodePointStarts, node + 1);
  for (let point = i32At(judge.nodePointStarts, node); point < end; point++) {
    const dx = f64At(judge.pointXOffsets, point);
    const dy = f64At(judge.pointYOffsets, point);
    const newX = x + turnedX(<i32>orientation, dx, dy);
    const newY = y + turnedY(<i32>orientation, dx, dy);
    const newCell = cellOf(judge, newX, newY);
    const oldCell = i32At(judge.pointCells, point);
    const p = state.pointCount;
    state.pointCount = p + 1;
    store<i32>(state.points + (<usize>p << 2), point);
    store<f64>(state.oldPointXs + (<usize>p << 3), f64At(judge.pointXs, point));
    store<f64>(state.oldPointYs + (<usize>p << 3), f64At(judge.pointYs, point));
    store<i32>(state.oldPointCells + (<usize>p << 2), oldCell);
    store<f64>(state.newPointXs + (<usize>p << 3), newX);
    store<f64>(state.newPointYs + (<usize>p << 3), newY);
    store<i32>(state.newPointCells + (<usize>p << 2), newCell);
    touchNets(state, point, p, newCell != oldCell);
  }
}

// @ts-ignore: decorator
@inline
function touchNets(state: MoveState, point: i32, mover: i32, moved: bool): void {
  const pointNets = state.pointNets;
  const netStamps = state.netStamps;
  const netStamp = state.netStamp;
  const rerouted = state.rerouted;
  const netMovers = state.netMovers;
  const nets = state.nets;
  let netCount = state.netCount;
  const end = i32At(state.pointNetStarts, point + 1);
  for (let j = i32At(state.pointNetStarts, point); j < end; j++) {
    const net = i32At(pointNets, j);
    const stampAt = netStamps + (<usize>net << 2);
    if (load<i32>(stampAt) != netStamp) {
      store<i32>(stampAt, netStamp);
      store<u8>(rerouted + net, <u8>moved);
      store<i32>(nets + (<usize>netCount << 2), net);
      netCount++;
    } else if (moved) {
      store<u8>(rerouted + net, load<u8>(rerouted + net) == 0 ? 1 : 2);
    }
    if (moved) store<i32>(netMovers + (<usize>net << 2), mover);
  }
  state.netCount = netCount;
}

/** Brings the values of density and congestion in the changed rows up to date. */
function updateLists(state: MoveState, judge: JudgeState): void {
  const columns = judge.columns;
  const cells = columns * judge.rows;
  const densityList = changetype<TopList>(state.densityList);
  const congestionList = changetype<TopList>(state.congestionList);
  const density = judge.density;
  const keptDensity = state.keptDensity;
  const coverEnd = (judge.coverHigh + 1) * columns;
  for (let cell = judge.coverLow * columns; cell < coverEnd; cell++) {
    const before = i64At(keptDensity, cell);
    const after = i64At(density, cell);
    if (before == after) continue;
    logChange(state, cell, before);
    changeTop(densityList, before, after);
  }
  settleTop(densityList);
  const range = judge.smoothing;
  const demandX = judge.horizontalDemand;
  const demandY = judge.verticalDemand;
  const keptDemandX = state.keptHorizontalDemand;
  const keptDemandY = state.keptVerticalDemand;
  const horizontalLow = max(0, min(judge.horizontalLow - range, judge.coverLow));
  const horizontalHigh = min(judge.rows - 1, max(judge.horizontalHigh + range, judge.coverHigh));
  for (let row = horizontalLow; row <= horizontalHigh; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      if (
        range == 0 && i64At(demandX, cell) == i64At(keptDemandX, cell) &&
        i64At(judge.horizontalBlocked, cell) == i64At(state.keptHorizontalBlocked, cell)
      ) continue;
      changeCongestion(state, congestionList, judge, cell, cells, horizontalCongestion(judge, row, column));
    }
  }
  const verticalLow = min(judge.verticalLow, judge.coverLow);
  const verticalHigh = max(judge.verticalHigh, judge.coverHigh);
  for (let row = verticalLow; row <= verticalHigh; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      if (
        range == 0 && i64At(demandY, cell) == i64At(keptDemandY, cell) &&
        i64At(judge.verticalBlocked, cell) == i64At(state.keptVerticalBlocked, cell)
      ) continue;
      changeCongestion(state, congestionList, judge, cells + cell, cells, verticalCongestion(judge, row, column));
    }
  }
  settleTop(congestionList);
}

// @ts-ignore: decorator
@inline
function changeCongestion(
  state: MoveState, list: TopList, judge: JudgeState, index: i32, cells: i32, after: i64,
): void {
  const at = judge.congestion + (<usize>index << 3);
  const before = load<i64>(at);
  if (before == after) return;
  store<i64>(at, after);
  logChange(state, cells + index, before);
  changeTop(list, before, after);
}

// @ts-ignore: decorator
@inline
function logChange(state: MoveState, index: i32, before: i64): void {
  const i = <usize>state.changeCount;
  state.changeCount++;
  store<i32>(state.changes + (i << 2), index);
  store<i64>(state.oldValues + (i << 3), before);
}

/** Proxy cost from the three sums. */
// @ts-ignore: decorator
@inline
function proxyOf(state: MoveState, wirelength: i64, density: i64, congestion: i64): f64 {
  return <f64>wirelength * state.lengthFactor + <f64>density * state.densityFactor +
    <f64>congestion * state.congestionFactor;
}

/** A lower bound of the proxy cost after the move under way, without any selection. */
export function leastCost(state: MoveState): f64 {
  const judge = changetype<JudgeState>(state.judge);
  return proxyOf(
    state, judge.wirelength,
    leastTop(changetype<TopList>(state.densityList)), leastTop(changetype<TopList>(state.congestionList)),
  );
}

/** The proxy cost after the move under way; leaves the sums in the judge's state. */
export function exactCost(state: MoveState): f64 {
  const judge = changetype<JudgeState>(state.judge);
  judge.densityTop = exactTop(changetype<TopList>(state.densityList));
  judge.congestionTop = exactTop(changetype<TopList>(state.congestionList));
  return proxyOf(state, judge.wirelength, judge.densityTop, judge.congestionTop);
}

/** Copies the changed rows of a map. */
// @ts-ignore: decorator
@inline
function copyRows(to: usize, from: usize, low: i32, high: i32, columns: i32): void {
  if (high < low) return;
  const start = <usize>(low * columns) << 3;
  memory.copy(to + start, from + start, <usize>((high - low + 1) * columns) << 3);
}

/** Keeps the move under way. */
export function keepMove(state: MoveState): void {
  const judge = changetype<JudgeState>(state.judge);
  const columns = judge.columns;
  copyRows(state.keptHorizontalDemand, judge.horizontalDemand, judge.horizontalLow, judge.horizontalHigh, columns);
  copyRows(state.keptVerticalDemand, judge.verticalDemand, judge.verticalLow, judge.verticalHigh, columns);
  copyRows(state.keptHorizontalBlocked, judge.horizontalBlocked, judge.coverLow, judge.coverHigh, columns);
  copyRows(state.keptVerticalBlocked, judge.verticalBlocked, judge.coverLow, judge.coverHigh, columns);
  copyRows(state.keptDensity, judge.density, judge.coverLow, judge.coverHigh, columns);
  clearDirty(judge);
  state.moveCount = 0;
}

/** Undoes the move under way. The judge's two top sums are those of the last `exactCost`. */
export function undoMove(state: MoveState): void {
  const judge = changetype<JudgeState>(state.judge);
  const columns = judge.columns;
  const cells = columns * judge.rows;
  const densityList = changetype<TopList>(state.densityList);
  const congestionList = changetype<TopList>(state.congestionList);
  for (let i = state.changeCount - 1; i >= 0; i--) {
    const index = i32At(state.changes, i);
    const before = i64At(state.oldValues, i);
    if (index < cells) {
      changeTop(densityList, i64At(judge.density, index), before);
    } else {
      const at = judge.congestion + (<usize>(index - cells) << 3);
      changeTop(congestionList, load<i64>(at), before);
      store<i64>(at, before);
    }
  }
  settleTop(densityList);
  settleTop(congestionList);
  copyRows(judge.horizontalDemand, state.keptHorizontalDemand, judge.horizontalLow, judge.horizontalHigh, columns);
  copyRows(judge.verticalDemand, state.keptVerticalDemand, judge.verticalLow, judge.verticalHigh, columns);
  copyRows(judge.horizontalBlocked, state.keptHorizontalBlocked, judge.coverLow, judge.coverHigh, columns);
  copyRows(judge.verticalBlocked, state.keptVerticalBlocked, judge.coverLow, judge.coverHigh, columns);
  copyRows(judge.density, state.keptDensity, judge.coverLow, judge.coverHigh, columns);
  clearDirty(judge);
  for (let i = state.pointCount - 1; i >= 0; i--) {
    const point = <usize>i32At(state.points, i);
    store<f64>(judge.pointXs + (point << 3), f64At(state.oldPointXs, i));
    store<f64>(judge.pointYs + (point << 3), f64At(state.oldPointYs, i));
    store<i32>(judge.pointCells + (point << 2), i32At(state.oldPointCells, i));
  }
  for (let i = 0; i < state.netCount; i++) {
    store<i64>(judge.netLengths + (<usize>i32At(state.nets, i) << 3), i64At(state.oldLengths, i));
  }
  judge.wirelength = state.oldWirelength;
  for (let i = state.moveCount - 1; i >= 0; i--) {
    const node = <usize>i32At(state.moveNodes, i);
    store<f64>(judge.xs + (node << 3), f64At(state.oldXs, i));
    store<f64>(judge.ys + (node << 3), f64At(state.oldYs, i));
    store<u8>(judge.orientations + node, load<u8>(state.oldOrientations + i));
  }
  state.moveCount = 0;
}

// The same by address, for callers outside the module.

/** Carries out the staged move and returns its proxy cost. */
export function tryMove(address: usize): f64 {
  const state = changetype<MoveState>(address);
  applyMove(state);
  return exactCost(state);
}

export function commitMove(address: usize): void {
  keepMove(changetype<MoveState>(address));
}

/** Undoes the move; the top sums are computed again, so that the judge's costs are those before it. */
export function revertMove(address: usize): void {
  const state = changetype<MoveState>(address);
  undoMove(state);
  exactCost(state);
}
