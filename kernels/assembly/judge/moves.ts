// Incremental evaluation of moves: nodes move, the state is updated, and the move is either kept or undone as a whole.
// Every sum is an integer, so the state after any number of moves equals that of a full evaluation, bit by bit.
import { finishChanged, flagBox, followDensity, keepChanged, undoChanged } from "./changed-maps";
import { pullOf } from "./guides";
import { coverNode } from "./judge-maps";
import { lengthOfNet, placePointsOf } from "./judge-nets";
import { f64At, i32At, i64At, JudgeState } from "./judge-state";
import { MoveState } from "./move-state";
import { rerouteNet } from "./route-steps";
import { exactTop, keepTop, leastTop, rebuildTop, TopList } from "./top-list";

export { MoveState };

/** Prepares the state for moves, after a full evaluation of the placement. */
export function startMoves(address: usize): void {
  const state = changetype<MoveState>(address);
  const judge = changetype<JudgeState>(state.judge);
  takeSteps(state, judge);
  const bytes = <usize>(judge.columns * judge.rows) << 3;
  memory.copy(state.keptPointXs, judge.pointXs, <usize>judge.pointCount << 3);
  memory.copy(state.keptPointYs, judge.pointYs, <usize>judge.pointCount << 3);
  memory.copy(state.keptPointCells, judge.pointCells, <usize>judge.pointCount << 2);
  memory.copy(state.keptHorizontalSteps, state.horizontalSteps, bytes);
  memory.copy(state.keptVerticalSteps, state.verticalSteps, bytes);
  memory.copy(state.keptHorizontalDemand, judge.horizontalDemand, bytes);
  memory.copy(state.keptVerticalDemand, judge.verticalDemand, bytes);
  memory.copy(state.keptHorizontalBlocked, judge.horizontalBlocked, bytes);
  memory.copy(state.keptVerticalBlocked, judge.verticalBlocked, bytes);
  memory.copy(state.keptDensity, judge.density, bytes);
  memory.copy(state.keptCongestion, judge.congestion, bytes << 1);
  memory.fill(state.rowFlags, 0, judge.rows);
  memory.fill(state.columnFlags, 0, judge.columns);
  rebuildTop(changetype<TopList>(state.densityList));
  rebuildTop(changetype<TopList>(state.congestionList));
  state.oldDensityTop = judge.densityTop;
  state.oldCongestionTop = judge.congestionTop;
}

/** Steps from the demand maps. */
function takeSteps(state: MoveState, judge: JudgeState): void {
  const columns = judge.columns;
  const rows = judge.rows;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const cell = row * columns + column;
      const left = column > 0 ? i64At(judge.horizontalDemand, cell - 1) : 0;
      const below = row > 0 ? i64At(judge.verticalDemand, cell - columns) : 0;
      const vertical = state.verticalSteps + (<usize>(column * rows + row) << 3);
      store<i64>(state.horizontalSteps + (<usize>cell << 3), i64At(judge.horizontalDemand, cell) - left);
      store<i64>(vertical, i64At(judge.verticalDemand, cell) - below);
      store<i32>(state.cellPlaces + (<usize>cell << 2), row << 16 | column);
    }
  }
}

/** Adds a node to the current move. */
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

/** Moves the staged nodes. `leastCost` and `exactCost` then return the cost; `keepMove` or `undoMove` must follow. */
export function applyMove(state: MoveState): void {
  measureMove(state);
  routeMove(state);
}

/**
 * The first and cheap half of a move: places, covered area and net lengths. Returns the proxy cost for unchanged
 * congestion. `routeMove` or `undoMove` must follow.
 */
export function measureMove(state: MoveState): f64 {
  const judge = changetype<JudgeState>(state.judge);
  state.oldWirelength = judge.wirelength;
  state.routed = 0;
  state.pointCount = 0;
  state.netCount = 0;
  if (state.netStamp == i32.MAX_VALUE) {
    memory.fill(state.netStamps, 0, <usize>judge.netCount << 2); // old stamps must not equal new ones
    state.netStamp = 0;
  }
  state.netStamp++;
  for (let i = 0; i < state.moveCount; i++) moveOneNode(state, judge, i);
  followDensity(state, judge);
  let wirelength = judge.wirelength;
  for (let i = 0; i < state.netCount; i++) {
    const net = i32At(state.nets, i);
    const at = judge.netLengths + (<usize>net << 3);
    const before = load<i64>(at);
    const after = lengthOfNet(judge, net);
    store<i64>(state.oldLengths + (<usize>i << 3), before);
    store<i64>(at, after);
    wirelength += after - before;
  }
  judge.wirelength = wirelength;
  return proxyOf(state, wirelength, leastTop(changetype<TopList>(state.densityList)), state.oldCongestionTop);
}

/** The second half of a move: routes and congestion. */
export function routeMove(state: MoveState): void {
  const judge = changetype<JudgeState>(state.judge);
  for (let i = 0; i < state.netCount; i++) rerouteNet(state, judge, i32At(state.nets, i));
  finishChanged(state, judge);
  state.routed = 1;
}

/** Moves one staged node with its points, updates covered area and lists its nets. */
function moveOneNode(state: MoveState, judge: JudgeState, i: i32): void {
  const node = i32At(state.moveNodes, i);
  const at = <usize>node << 3;
  const oldX = load<f64>(judge.xs + at);
  const oldY = load<f64>(judge.ys + at);
  const oldOrientation = load<u8>(judge.orientations + node);
  store<f64>(state.oldXs + (<usize>i << 3), oldX);
  store<f64>(state.oldYs + (<usize>i << 3), oldY);
  store<u8>(state.oldOrientations + i, oldOrientation);
  const x = f64At(state.moveXs, i);
  const y = f64At(state.moveYs, i);
  const orientation = load<u8>(state.moveOrientations + i);
  // A node that is only mirrored covers the same area.
  const covers = x != oldX || y != oldY || orientation >> 2 != oldOrientation >> 2;
  if (covers) {
    flagBox(state, judge, node);
    coverNode(judge, node, -1);
  }
  store<f64>(judge.xs + at, x);
  store<f64>(judge.ys + at, y);
  store<u8>(judge.orientations + node, orientation);
  if (covers) {
    flagBox(state, judge, node);
    coverNode(judge, node, 1);
  }
  placePointsOf(judge, node);
  state.pointCount += i32At(judge.nodePointStarts, node + 1) - i32At(judge.nodePointStarts, node);
  const stamp = state.netStamp;
  let count = state.netCount;
  const end = i32At(state.nodeNetStarts, node + 1);
  for (let j = i32At(state.nodeNetStarts, node); j < end; j++) {
    const net = i32At(state.nodeNets, j);
    const stampAt = state.netStamps + (<usize>net << 2);
    if (load<i32>(stampAt) == stamp) continue;
    store<i32>(stampAt, stamp);
    store<i32>(state.nets + (<usize>count << 2), net);
    count++;
  }
  state.netCount = count;
}

/** Proxy cost from the three sums, and the pull of guides. */
// @ts-ignore: decorator
@inline
function proxyOf(state: MoveState, wirelength: i64, density: i64, congestion: i64): f64 {
  const proxy = <f64>wirelength * state.lengthFactor + <f64>density * state.densityFactor +
    <f64>congestion * state.congestionFactor;
  const judge = changetype<JudgeState>(state.judge);
  return judge.guideCount > 0 ? proxy + pullOf(judge) : proxy;
}

/** A lower bound of the proxy cost after the current move, without selecting the largest values. */
export function leastCost(state: MoveState): f64 {
  const judge = changetype<JudgeState>(state.judge);
  return proxyOf(
    state, judge.wirelength,
    leastTop(changetype<TopList>(state.densityList)), leastTop(changetype<TopList>(state.congestionList)),
  );
}

/** The proxy cost after the current move. Updates the judge's sums. */
export function exactCost(state: MoveState): f64 {
  const judge = changetype<JudgeState>(state.judge);
  judge.densityTop = exactTop(changetype<TopList>(state.densityList));
  judge.congestionTop = exactTop(changetype<TopList>(state.congestionList));
  return proxyOf(state, judge.wirelength, judge.densityTop, judge.congestionTop);
}

/** Keeps the current move; `exactCost` must have been called. */
export function keepMove(state: MoveState): void {
  const judge = changetype<JudgeState>(state.judge);
  state.oldDensityTop = judge.densityTop;
  state.oldCongestionTop = judge.congestionTop;
  for (let i = 0; i < state.moveCount; i++) {
    copyPoints(
      judge, i32At(state.moveNodes, i), state.keptPointXs, state.keptPointYs, state.keptPointCells,
      judge.pointXs, judge.pointYs, judge.pointCells,
    );
  }
  keepChanged(state, judge);
  keepTop(changetype<TopList>(state.densityList));
  keepTop(changetype<TopList>(state.congestionList));
  state.moveCount = 0;
}

/** Undoes the current move. The judge's top sums stay those of the last `exactCost`. */
export function undoMove(state: MoveState): void {
  const judge = changetype<JudgeState>(state.judge);
  undoChanged(state, judge);
  for (let i = 0; i < state.netCount; i++) {
    store<i64>(judge.netLengths + (<usize>i32At(state.nets, i) << 3), i64At(state.oldLengths, i));
  }
  judge.wirelength = state.oldWirelength;
  for (let i = state.moveCount - 1; i >= 0; i--) {
    const node = i32At(state.moveNodes, i);
    store<f64>(judge.xs + (<usize>node << 3), f64At(state.oldXs, i));
    store<f64>(judge.ys + (<usize>node << 3), f64At(state.oldYs, i));
    store<u8>(judge.orientations + node, load<u8>(state.oldOrientations + i));
    copyPoints(
      judge, node, judge.pointXs, judge.pointYs, judge.pointCells,
      state.keptPointXs, state.keptPointYs, state.keptPointCells,
    );
  }
  state.moveCount = 0;
}

/** Copies the places and cells of a node's points. */
// @ts-ignore: decorator
@inline
function copyPoints(
  judge: JudgeState, node: i32, toXs: usize, toYs: usize, toCells: usize, xs: usize, ys: usize, cells: usize,
): void {
  const end = i32At(judge.nodePointStarts, node + 1);
  for (let point = i32At(judge.nodePointStarts, node); point < end; point++) {
    const at = <usize>point << 3;
    store<f64>(toXs + at, load<f64>(xs + at));
    store<f64>(toYs + at, load<f64>(ys + at));
    store<i32>(toCells + (at >> 1), load<i32>(cells + (at >> 1)));
  }
}

// The same by address, for calls from TypeScript.

/** Makes the staged move and returns its proxy cost. */
export function tryMove(address: usize): f64 {
  const state = changetype<MoveState>(address);
  applyMove(state);
  return exactCost(state);
}

export function commitMove(address: usize): void {
  keepMove(changetype<MoveState>(address));
}

/** Undoes the move; the judge's costs are those before it. */
export function revertMove(address: usize): void {
  const state = changetype<MoveState>(address);
  const judge = changetype<JudgeState>(state.judge);
  undoMove(state);
  judge.densityTop = state.oldDensityTop;
  judge.congestionTop = state.oldCongestionTop;
}
