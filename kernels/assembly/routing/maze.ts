// The cheapest way from one end of a branch to the other through a window of the grid, by A*. Horizontal and vertical wires
// are two layers of states, so that turns have their price.
import { f64At, i32At } from "../judge/judge-state";
import { edgeCost } from "./edge-cost";
import { RouterState } from "./router-state";

// Moves that lead to a state.
const START: i32 = 0;
const TURN: i32 = 1;
const RIGHT: i32 = 2;
const LEFT: i32 = 3;
const UP: i32 = 4;
const DOWN: i32 = 5;

/** Writes the cheapest path of a branch within the window to the state's path. */
export function findMaze(state: RouterState, branch: i32): void {
  const columns = state.columns;
  const cells = columns * state.rows;
  const from = i32At(state.branchFroms, branch);
  const to = i32At(state.branchTos, branch);
  const fromX = from % columns;
  const fromY = from / columns;
  const toX = to % columns;
  const toY = to / columns;
  const left = max(0, min(fromX, toX) - state.margin);
  const right = min(columns - 1, max(fromX, toX) + state.margin);
  const bottom = max(0, min(fromY, toY) - state.margin);
  const top = min(state.rows - 1, max(fromY, toY) + state.margin);
  state.stamp++;
  state.heapCount = 0;
  reach(state, 2 * from, START, 0, estimate(state, 0, fromX - toX, fromY - toY));
  reach(state, 2 * from + 1, START, 0, estimate(state, 1, fromX - toX, fromY - toY));
  let goal = -1;
  while (state.heapCount > 0) {
    const at = takeLeast(state);
    state.expanded++;
    const cell = at >> 1;
    if (cell == to) {
      goal = at;
      break;
    }
    const x = cell % columns;
    const y = cell / columns;
    const cost = f64At(state.costs, at);
    const dx = x - toX;
    const dy = y - toY;
    reach(state, at ^ 1, TURN, cost + state.bend, estimate(state, (at & 1) ^ 1, dx, dy));
    if ((at & 1) == 0) {
      if (x < right)
        reach(state, at + 2, RIGHT, cost + edgeCost(state, cell, state.stepX), estimate(state, 0, dx + 1, dy));
      if (x > left)
        reach(state, at - 2, LEFT, cost + edgeCost(state, cell - 1, state.stepX), estimate(state, 0, dx - 1, dy));
    } else {
      if (y < top)
        reach(
          state, at + 2 * columns, UP, cost + edgeCost(state, cells + cell, state.stepY),
          estimate(state, 1, dx, dy + 1),
        );
      if (y > bottom)
        reach(
          state, at - 2 * columns, DOWN, cost + edgeCost(state, cells + cell - columns, state.stepY),
          estimate(state, 1, dx, dy - 1),
        );
    }
  }
  writePath(state, goal);
}

/** Least cost to the goal from a distance of dx and dy cells: lengths, and a turn if there must be one. */
// @ts-ignore: decorator
@inline
function estimate(state: RouterState, layer: i32, dx: i32, dy: i32): f64 {
  const turns = layer == 0 ? dy != 0 : dx != 0;
  return <f64>abs(dx) * state.stepX + <f64>abs(dy) * state.stepY + (turns ? state.bend : 0);
}

/** Notes a way to a state if it is the first or a cheaper one. States that left the heap are settled. */
function reach(state: RouterState, at: i32, move: i32, cost: f64, rest: f64): void {
  if (i32At(state.stamps, at) == state.stamp) {
    if (i32At(state.heapPlaces, at) < 0 || f64At(state.costs, at) <= cost) return;
  } else {
    store<i32>(state.stamps + (<usize>at << 2), state.stamp);
    store<i32>(state.heapPlaces + (<usize>at << 2), state.heapCount);
    store<i32>(state.heapStates + (<usize>state.heapCount << 2), at);
    state.heapCount++;
  }
  store<f64>(state.costs + (<usize>at << 3), cost);
  store<i32>(state.moves + (<usize>at << 2), move);
  rise(state, i32At(state.heapPlaces, at), at, cost + rest);
}

/** Moves a state up the heap to where its new key belongs. */
function rise(state: RouterState, start: i32, at: i32, key: f64): void {
  let place = start;
  while (place > 0) {
    const parent = (place - 1) >> 1;
    if (f64At(state.heapKeys, parent) <= key) break;
    put(state, place, i32At(state.heapStates, parent), f64At(state.heapKeys, parent));
    place = parent;
  }
  put(state, place, at, key);
}

/** Takes the state of the least key from the heap. */
function takeLeast(state: RouterState): i32 {
  const least = i32At(state.heapStates, 0);
  store<i32>(state.heapPlaces + (<usize>least << 2), -1);
  const count = --state.heapCount;
  if (count == 0) return least;
  const at = i32At(state.heapStates, count);
  const key = f64At(state.heapKeys, count);
  let place = 0;
  while (true) {
    let child = 2 * place + 1;
    if (child >= count) break;
    if (child + 1 < count && f64At(state.heapKeys, child + 1) < f64At(state.heapKeys, child)) child++;
    if (f64At(state.heapKeys, child) >= key) break;
    put(state, place, i32At(state.heapStates, child), f64At(state.heapKeys, child));
    place = child;
  }
  put(state, place, at, key);
  return least;
}

// @ts-ignore: decorator
@inline
function put(state: RouterState, place: i32, at: i32, key: f64): void {
  store<f64>(state.heapKeys + (<usize>place << 3), key);
  store<i32>(state.heapStates + (<usize>place << 2), at);
  store<i32>(state.heapPlaces + (<usize>at << 2), place);
}

/** Writes the edges on the way back from a state to the start. */
function writePath(state: RouterState, goal: i32): void {
  const columns = state.columns;
  const cells = columns * state.rows;
  state.pathLength = 0;
  let at = goal;
  let move = i32At(state.moves, at);
  while (move != START) {
    const cell = at >> 1;
    let edge = -1;
    if (move == TURN) at ^= 1;
    else if (move == RIGHT) {
      at -= 2;
      edge = cell - 1;
    } else if (move == LEFT) {
      at += 2;
      edge = cell;
    } else if (move == UP) {
      at -= 2 * columns;
      edge = cells + cell - columns;
    } else {
      at += 2 * columns;
      edge = cells + cell;
    }
    if (edge >= 0) store<i32>(state.path + (<usize>(state.pathLength++) << 2), edge);
    move = i32At(state.moves, at);
  }
}
