// Routes of nets on the grid: paths of branches, laid and ripped up so that an edge counts each net once.
import { f64At, i32At } from "../judge/judge-state";
import { findMaze } from "./maze";
import { findPattern } from "./patterns";
import { RouterState } from "./router-state";

/**
 * Lays the branches of the nets in `nets` that have no path yet, each by the cheapest pattern. Returns how many nets are
 * done: fewer than `count` if the pool is full.
 */
export function layPatterns(address: usize, nets: usize, count: i32): i32 {
  const state = changetype<RouterState>(address);
  for (let i = 0; i < count; i++) {
    const net = i32At(nets, i);
    const end = i32At(state.netBranches, net + 1);
    let isRoom = true;
    beginNet(state, net);
    for (let branch = i32At(state.netBranches, net); branch < end && isRoom; branch++) {
      if (i32At(state.pathCounts, branch) >= 0) continue;
      findPattern(state, branch);
      isRoom = layPath(state, branch);
    }
    endNet(state, net);
    if (!isRoom) return i;
  }
  return count;
}

/**
 * Rips up the branches of the nets in `nets` that use an edge above its capacity, and lays each by the cheapest way through
 * the maze. Returns how many nets are done: fewer than `count` if the pool is full, and then the last branch is as it was.
 */
export function rerouteNets(address: usize, nets: usize, count: i32): i32 {
  const state = changetype<RouterState>(address);
  for (let i = 0; i < count; i++) {
    const net = i32At(nets, i);
    const end = i32At(state.netBranches, net + 1);
    let isRoom = true;
    beginNet(state, net);
    for (let branch = i32At(state.netBranches, net); branch < end && isRoom; branch++) {
      if (!overflows(state, branch)) continue;
      const start = i32At(state.pathStarts, branch);
      const length = i32At(state.pathCounts, branch);
      ripPath(state, start, length);
      findMaze(state, branch);
      isRoom = layPath(state, branch);
      if (!isRoom) addUses(state, state.pool + (<usize>start << 2), length);
    }
    endNet(state, net);
    if (!isRoom) return i;
  }
  return count;
}

/** Writes 1 for each net with a branch that uses an edge above its capacity, else 0. Returns the number of such nets. */
export function findOverflowing(address: usize, netCount: i32, marks: usize): i32 {
  const state = changetype<RouterState>(address);
  let found = 0;
  for (let net = 0; net < netCount; net++) {
    let mark: u8 = 0;
    const end = i32At(state.netBranches, net + 1);
    for (let branch = i32At(state.netBranches, net); branch < end && mark == 0; branch++)
      if (overflows(state, branch)) mark = 1;
    store<u8>(marks + net, mark);
    found += mark;
  }
  return found;
}

/** Counts the uses of a net's edges by its own branches. */
function beginNet(state: RouterState, net: i32): void {
  const end = i32At(state.netBranches, net + 1);
  for (let branch = i32At(state.netBranches, net); branch < end; branch++) {
    const start = i32At(state.pathStarts, branch);
    const stop = start + i32At(state.pathCounts, branch);
    for (let i = start; i < stop; i++) addOwn(state, i32At(state.pool, i), 1);
  }
}

/** Clears them. */
function endNet(state: RouterState, net: i32): void {
  const end = i32At(state.netBranches, net + 1);
  for (let branch = i32At(state.netBranches, net); branch < end; branch++) {
    const start = i32At(state.pathStarts, branch);
    const stop = start + i32At(state.pathCounts, branch);
    for (let i = start; i < stop; i++) store<i32>(state.ownUses + (<usize>i32At(state.pool, i) << 2), 0);
  }
}

function overflows(state: RouterState, branch: i32): bool {
  const start = i32At(state.pathStarts, branch);
  const stop = start + i32At(state.pathCounts, branch);
  for (let i = start; i < stop; i++) {
    const edge = i32At(state.pool, i);
    if (<f64>i32At(state.usage, edge) > f64At(state.capacities, edge)) return true;
  }
  return false;
}

/** Makes the path that was found last that of a branch. Returns false, and does nothing, if the pool has no room. */
function layPath(state: RouterState, branch: i32): bool {
  const length = state.pathLength;
  if (state.poolUsed + length > state.poolSize) return false;
  const place = state.pool + (<usize>state.poolUsed << 2);
  memory.copy(place, state.path, <usize>length << 2);
  store<i32>(state.pathStarts + (<usize>branch << 2), state.poolUsed);
  store<i32>(state.pathCounts + (<usize>branch << 2), length);
  state.poolUsed += length;
  addUses(state, place, length);
  return true;
}

function addUses(state: RouterState, edges: usize, length: i32): void {
  for (let i = 0; i < length; i++) {
    const edge = i32At(edges, i);
    if (i32At(state.ownUses, edge) == 0) addUsage(state, edge, 1);
    addOwn(state, edge, 1);
  }
}

function ripPath(state: RouterState, start: i32, length: i32): void {
  for (let i = start; i < start + length; i++) {
    const edge = i32At(state.pool, i);
    addOwn(state, edge, -1);
    if (i32At(state.ownUses, edge) == 0) addUsage(state, edge, -1);
  }
}

// @ts-ignore: decorator
@inline
function addOwn(state: RouterState, edge: i32, amount: i32): void {
  const place = state.ownUses + (<usize>edge << 2);
  store<i32>(place, load<i32>(place) + amount);
}

// @ts-ignore: decorator
@inline
function addUsage(state: RouterState, edge: i32, amount: i32): void {
  const place = state.usage + (<usize>edge << 2);
  store<i32>(place, load<i32>(place) + amount);
}
