// Pattern routes: ways from one end of a branch to the other with at most two turns and without detour, in a fixed order.
import { i32At } from "../judge/judge-state";
import { edgeCost } from "./edge-cost";
import { RouterState } from "./router-state";

/** Most Z-shaped candidates of each direction; wider boxes try this many columns or rows at equal distances. */
const MOST_MIDDLES: i32 = 8;

/** Writes the cheapest pattern of a branch to the state's path: Ls first, then Zs; the first of equals counts. */
export function findPattern(state: RouterState, branch: i32): void {
  const columns = state.columns;
  const from = i32At(state.branchFroms, branch);
  const to = i32At(state.branchTos, branch);
  const x0 = from % columns;
  const y0 = from / columns;
  const x1 = to % columns;
  const y1 = to / columns;
  state.pathLength = 0;
  if (x0 == x1 || y0 == y1) {
    writeAcross(state, y0, x0, x1);
    writeUp(state, x1, y0, y1);
    return;
  }
  let isAcross = true; // the first and the last part are horizontal, the middle one is in column `middle`
  let middle = x1;
  let least = acrossFirst(state, x0, y0, x1, y1, x1, Infinity);
  let cost = acrossFirst(state, x0, y0, x1, y1, x0, least);
  if (cost < least) {
    least = cost;
    middle = x0;
  }
  const width = abs(x1 - x0);
  const inColumns = min(width - 1, MOST_MIDDLES);
  for (let i = 1; i <= inColumns; i++) {
    const x = min(x0, x1) + <i32>((<i64>i * width) / (inColumns + 1));
    cost = acrossFirst(state, x0, y0, x1, y1, x, least);
    if (cost >= least) continue;
    least = cost;
    middle = x;
  }
  const height = abs(y1 - y0);
  const inRows = min(height - 1, MOST_MIDDLES);
  for (let i = 1; i <= inRows; i++) {
    const y = min(y0, y1) + <i32>((<i64>i * height) / (inRows + 1));
    cost = upFirst(state, x0, y0, x1, y1, y, least);
    if (cost >= least) continue;
    least = cost;
    middle = y;
    isAcross = false;
  }
  if (isAcross) {
    writeAcross(state, y0, x0, middle);
    writeUp(state, middle, y0, y1);
    writeAcross(state, y1, middle, x1);
  } else {
    writeUp(state, x0, y0, middle);
    writeAcross(state, middle, x0, x1);
    writeUp(state, x1, middle, y1);
  }
}

/** Cost by way of a column; a number of at least `limit` if it is not less. */
function acrossFirst(state: RouterState, x0: i32, y0: i32, x1: i32, y1: i32, x: i32, limit: f64): f64 {
  let cost = (x == x0 || x == x1 ? 1 : 2) * state.bend;
  cost = across(state, y0, x0, x, cost, limit);
  cost = up(state, x, y0, y1, cost, limit);
  return across(state, y1, x, x1, cost, limit);
}

/** The same by way of a row. */
function upFirst(state: RouterState, x0: i32, y0: i32, x1: i32, y1: i32, y: i32, limit: f64): f64 {
  let cost = 2 * state.bend;
  cost = up(state, x0, y0, y, cost, limit);
  cost = across(state, y, x0, x1, cost, limit);
  return up(state, x1, y, y1, cost, limit);
}

function across(state: RouterState, y: i32, x0: i32, x1: i32, start: f64, limit: f64): f64 {
  let cost = start;
  const end = max(x0, x1);
  for (let x = min(x0, x1); x < end && cost < limit; x++) cost += ownFree(state, y * state.columns + x, state.stepX);
  return cost;
}

function up(state: RouterState, x: i32, y0: i32, y1: i32, start: f64, limit: f64): f64 {
  let cost = start;
  const cells = state.columns * state.rows;
  const end = max(y0, y1);
  for (let y = min(y0, y1); y < end && cost < limit; y++)
    cost += ownFree(state, cells + y * state.columns + x, state.stepY);
  return cost;
}

/** All patterns are equally long, so the net's own wires may be shared for nothing. */
// @ts-ignore: decorator
@inline
function ownFree(state: RouterState, edge: i32, step: f64): f64 {
  return i32At(state.ownUses, edge) > 0 ? 0 : edgeCost(state, edge, step);
}

function writeAcross(state: RouterState, y: i32, x0: i32, x1: i32): void {
  const end = max(x0, x1);
  for (let x = min(x0, x1); x < end; x++) write(state, y * state.columns + x);
}

function writeUp(state: RouterState, x: i32, y0: i32, y1: i32): void {
  const cells = state.columns * state.rows;
  const end = max(y0, y1);
  for (let y = min(y0, y1); y < end; y++) write(state, cells + y * state.columns + x);
}

// @ts-ignore: decorator
@inline
function write(state: RouterState, edge: i32): void {
  store<i32>(state.path + (<usize>(state.pathLength++) << 2), edge);
}
