// Full evaluation: all three costs of a placement, from the places of nodes alone.
import { coverNode, horizontalCongestion, verticalCongestion } from "./judge-maps";
import { lengthOfNet, placePointsOf, routeNet } from "./judge-nets";
import { JudgeState } from "./judge-state";
import { sumOfLargest } from "./select";

/**
 * Evaluates the placement in `xs`, `ys`, `orientations`. Points, net lengths, maps and the three sums are left in the
 * state. Nodes at NaN are not placed: they cover nothing, and their nets are neither measured nor routed.
 */
export function evaluatePlacement(address: usize): void {
  const state = changetype<JudgeState>(address);
  const cells = state.columns * state.rows;
  const bytes = <usize>cells << 3;
  memory.fill(state.horizontalDemand, 0, bytes);
  memory.fill(state.verticalDemand, 0, bytes);
  memory.fill(state.horizontalBlocked, 0, bytes);
  memory.fill(state.verticalBlocked, 0, bytes);
  memory.fill(state.density, 0, bytes);
  for (let node = 0; node < state.nodeCount; node++) {
    placePointsOf(state, node);
    coverNode(state, node, 1);
  }
  let wirelength: i64 = 0;
  for (let net = 0; net < state.netCount; net++) {
    const length = lengthOfNet(state, net);
    store<i64>(state.netLengths + (<usize>net << 3), length);
    wirelength += length;
    routeNet(state, net, 1);
  }
  state.wirelength = wirelength;
  finishMaps(state);
  memory.copy(state.selection, state.density, bytes);
  state.densityTop = sumOfLargest(state.selection, cells, state.densityCount);
  memory.copy(state.selection, state.congestion, bytes << 1);
  state.congestionTop = sumOfLargest(state.selection, cells << 1, state.congestionCount);
}

/** Final congestion of every cell. */
function finishMaps(state: JudgeState): void {
  const cells = state.columns * state.rows;
  let cell = 0;
  for (let row = 0; row < state.rows; row++) {
    for (let column = 0; column < state.columns; column++) {
      store<i64>(state.congestion + (<usize>cell << 3), horizontalCongestion(state, row, column));
      store<i64>(state.congestion + (<usize>(cells + cell) << 3), verticalCongestion(state, row, column));
      cell++;
    }
  }
}

/** Updates the points of all nodes from their places, and nothing else. */
export function placePoints(address: usize): void {
  const state = changetype<JudgeState>(address);
  for (let node = 0; node < state.nodeCount; node++) placePointsOf(state, node);
}

/** Updates the points of one node from its place. */
export function placeNodePoints(address: usize, node: i32): void {
  placePointsOf(changetype<JudgeState>(address), node);
}
