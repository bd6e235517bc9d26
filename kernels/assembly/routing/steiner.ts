// Rectilinear Steiner trees. Up to four pins in closed form; for more, a minimum spanning tree (Prim) that edge substitution
// shortens (Borah, Owens, Irwin: "An edge-based heuristic for Steiner routing", IEEE TCAD 13, 1994): join a node to the
// nearest point of another edge's bounding box, and remove the longest edge of the loop that this closes.
import { f64At, i32At } from "../judge/judge-state";
import { SteinerState } from "./steiner-state";

/** Passes of edge substitution over all nodes. A pass that finds nothing is the last. */
const MOST_PASSES: i32 = 8;
/** Nets of more pins look for edges to join no farther than `NEAR` edges away, as the whole tree would take too long. */
const SMALL_NET: i32 = 64;
const NEAR: i32 = 6;
/** Shorter gains are rounding errors, µm. */
const LEAST_GAIN: f64 = 1e-6;

/** Builds the trees of all nets. Branches without length are left out. Returns the number of branches. */
export function buildTrees(address: usize): i32 {
  const state = changetype<SteinerState>(address);
  let count = 0;
  for (let net = 0; net < state.netCount; net++) {
    store<i32>(state.branchStarts + (<usize>net << 2), count);
    const first = i32At(state.netStarts, net);
    const pins = i32At(state.netStarts, net + 1) - first;
    begin(state, first, pins);
    if (pins == 3) joinThree(state);
    else if (pins == 4) joinFour(state);
    else {
      span(state);
      if (pins > 4) substituteEdges(state);
    }
    count = writeBranches(state, count);
  }
  store<i32>(state.branchStarts + (<usize>state.netCount << 2), count);
  return count;
}

/** A tree of pins without edges. */
function begin(state: SteinerState, first: i32, pins: i32): void {
  state.nodeCount = pins;
  state.pinCount = pins;
  state.freeNodeCount = 0;
  state.freeEdgeCount = 0;
  state.edgeCount = 0;
  for (let pin = 0; pin < pins; pin++) {
    store<f64>(state.nodeXs + (<usize>pin << 3), f64At(state.pinXs, first + pin));
    store<f64>(state.nodeYs + (<usize>pin << 3), f64At(state.pinYs, first + pin));
    store<i32>(state.degrees + (<usize>pin << 2), 0);
    store<i32>(state.firstHalves + (<usize>pin << 2), -1);
  }
}

/** Three pins meet at the median of their places. */
function joinThree(state: SteinerState): void {
  const point = addPoint(
    state,
    median(f64At(state.nodeXs, 0), f64At(state.nodeXs, 1), f64At(state.nodeXs, 2)),
    median(f64At(state.nodeYs, 0), f64At(state.nodeYs, 1), f64At(state.nodeYs, 2)),
  );
  for (let pin = 0; pin < 3; pin++) addEdge(state, pin, point);
}

/**
 * Four pins: two pairs, each joined within its bounding box, and the boxes joined at their nearest points. Every tree of
 * four pins is a case of one of the three pairings, so the shortest of them is the shortest tree.
 */
function joinFour(state: SteinerState): void {
  let best = 1;
  let least = Infinity;
  for (let mate = 1; mate < 4; mate++) {
    const c = mate == 1 ? 2 : 1;
    const d = mate == 3 ? 2 : 3;
    const length =
      distance(state, 0, mate) + distance(state, c, d) +
      gap(state.nodeXs, 0, mate, c, d) + gap(state.nodeYs, 0, mate, c, d);
    if (length < least) {
      least = length;
      best = mate;
    }
  }
  const c = best == 1 ? 2 : 1;
  const d = best == 3 ? 2 : 3;
  const p = addPoint(state, nearEnd(state.nodeXs, 0, best, c, d), nearEnd(state.nodeYs, 0, best, c, d));
  const q = addPoint(state, nearEnd(state.nodeXs, c, d, 0, best), nearEnd(state.nodeYs, c, d, 0, best));
  addEdge(state, 0, p);
  addEdge(state, best, p);
  addEdge(state, c, q);
  addEdge(state, d, q);
  addEdge(state, p, q);
}

/** Distance of the intervals [a, b] and [c, d] of places on one axis. */
function gap(places: usize, a: i32, b: i32, c: i32, d: i32): f64 {
  return max<f64>(
    0,
    max(
      min(f64At(places, c), f64At(places, d)) - max(f64At(places, a), f64At(places, b)),
      min(f64At(places, a), f64At(places, b)) - max(f64At(places, c), f64At(places, d)),
    ),
  );
}

/** The place in [a, b] that is nearest to [c, d]; where they overlap, the lower end of what they share. */
function nearEnd(places: usize, a: i32, b: i32, c: i32, d: i32): f64 {
  const low = min(f64At(places, a), f64At(places, b));
  const high = max(f64At(places, a), f64At(places, b));
  return min(high, max(low, min(f64At(places, c), f64At(places, d))));
}

function median(a: f64, b: f64, c: f64): f64 {
  return max(min(a, b), min(max(a, b), c));
}

/** A minimum spanning tree of the pins by Prim's algorithm, from the first pin. */
function span(state: SteinerState): void {
  const pins = state.pinCount;
  for (let pin = 1; pin < pins; pin++) {
    store<f64>(state.distances + (<usize>pin << 3), distance(state, pin, 0));
    store<i32>(state.nearest + (<usize>pin << 2), 0);
  }
  for (let joined = 1; joined < pins; joined++) {
    let next = -1;
    let least = Infinity;
    for (let pin = 1; pin < pins; pin++) {
      if (f64At(state.distances, pin) >= least) continue;
      least = f64At(state.distances, pin);
      next = pin;
    }
    addEdge(state, i32At(state.nearest, next), next);
    store<f64>(state.distances + (<usize>next << 3), Infinity);
    store<i32>(state.nearest + (<usize>next << 2), -1); // in the tree
    for (let pin = 1; pin < pins; pin++) {
      if (i32At(state.nearest, pin) < 0) continue;
      const length = distance(state, pin, next);
      if (length >= f64At(state.distances, pin)) continue;
      store<f64>(state.distances + (<usize>pin << 3), length);
      store<i32>(state.nearest + (<usize>pin << 2), next);
    }
  }
}

/** Shortens a tree by edge substitution until a pass over its nodes finds nothing. */
function substituteEdges(state: SteinerState): void {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    let found = false;
    for (let node = 0; node < state.nodeCount; node++) {
      if (i32At(state.degrees, node) <= 0) continue;
      while (substituteAt(state, node)) found = true;
    }
    for (let node = state.pinCount; node < state.nodeCount; node++) tidy(state, node);
    if (!found) return;
  }
}

/** Makes the substitution at a node that gains most. Returns whether there is one. */
function substituteAt(state: SteinerState, node: i32): bool {
  const x = f64At(state.nodeXs, node);
  const y = f64At(state.nodeYs, node);
  const farthest = state.pinCount > SMALL_NET ? NEAR : i32.MAX_VALUE;
  let best = LEAST_GAIN;
  let bestHalf = -1;
  let bestRemoved = -1;
  // A walk from the node: each entry is a node with the longest edge on the way to it.
  let top = 0;
  push(state, top++, node, -1, -1, 0);
  while (top > 0) {
    top--;
    const at = i32At(state.walkNodes, top);
    const cameBy = i32At(state.walkHalves, top);
    const longest = i32At(state.walkLongest, top);
    const steps = i32At(state.walkSteps, top);
    for (let half = i32At(state.firstHalves, at); half >= 0; half = i32At(state.nextHalves, half)) {
      if (half == (cameBy ^ 1) && cameBy >= 0) continue;
      const next = i32At(state.targets, half);
      if (longest >= 0) {
        const gain = edgeLength(state, longest) - toBox(state, at, next, x, y);
        if (gain > best) {
          best = gain;
          bestHalf = half;
          bestRemoved = longest;
        }
      }
      if (steps + 1 >= farthest) continue;
      const edge = half >> 1;
      const isLonger = longest < 0 || edgeLength(state, edge) > edgeLength(state, longest);
      push(state, top++, next, half, isLonger ? edge : longest, steps + 1);
    }
  }
  if (bestHalf < 0) return false;
  return substitute(state, node, bestHalf, bestRemoved);
}

function push(state: SteinerState, at: i32, node: i32, half: i32, longest: i32, steps: i32): void {
  store<i32>(state.walkNodes + (<usize>at << 2), node);
  store<i32>(state.walkHalves + (<usize>at << 2), half);
  store<i32>(state.walkLongest + (<usize>at << 2), longest);
  store<i32>(state.walkSteps + (<usize>at << 2), steps);
}

/** Joins a node to the edge of a half edge, and removes an edge. Returns false if there is no room for another point. */
function substitute(state: SteinerState, node: i32, half: i32, removed: i32): bool {
  const from = i32At(state.targets, half ^ 1);
  const to = i32At(state.targets, half);
  const x = within(f64At(state.nodeXs, node), f64At(state.nodeXs, from), f64At(state.nodeXs, to));
  const y = within(f64At(state.nodeYs, node), f64At(state.nodeYs, from), f64At(state.nodeYs, to));
  let point: i32;
  if (x == f64At(state.nodeXs, from) && y == f64At(state.nodeYs, from)) point = from;
  else if (x == f64At(state.nodeXs, to) && y == f64At(state.nodeYs, to)) point = to;
  else {
    if (state.freeNodeCount == 0 && state.nodeCount == state.nodeRoom) return false;
    removeEdge(state, half >> 1);
    point = addPoint(state, x, y);
    addEdge(state, from, point);
    addEdge(state, point, to);
  }
  const a = i32At(state.targets, 2 * removed);
  const b = i32At(state.targets, 2 * removed + 1);
  removeEdge(state, removed);
  addEdge(state, node, point);
  tidy(state, a);
  tidy(state, b);
  return true;
}

/** Removes a Steiner point that fewer than three edges need, and moves one of three to their median. */
function tidy(state: SteinerState, start: i32): void {
  let node = start;
  while (node >= state.pinCount) {
    const degree = i32At(state.degrees, node);
    if (degree < 0 || degree > 3) return;
    const first = i32At(state.firstHalves, node);
    const a = degree > 0 ? i32At(state.targets, first) : -1;
    if (degree <= 1) {
      if (degree == 1) removeEdge(state, first >> 1);
      freePoint(state, node);
      node = a; // it has an edge less
      continue;
    }
    const second = i32At(state.nextHalves, first);
    const b = i32At(state.targets, second);
    if (degree == 2) {
      removeEdge(state, first >> 1);
      removeEdge(state, second >> 1);
      freePoint(state, node);
      addEdge(state, a, b);
      return;
    }
    const c = i32At(state.targets, i32At(state.nextHalves, second));
    store<f64>(
      state.nodeXs + (<usize>node << 3),
      median(f64At(state.nodeXs, a), f64At(state.nodeXs, b), f64At(state.nodeXs, c)),
    );
    store<f64>(
      state.nodeYs + (<usize>node << 3),
      median(f64At(state.nodeYs, a), f64At(state.nodeYs, b), f64At(state.nodeYs, c)),
    );
    return;
  }
}

function addPoint(state: SteinerState, x: f64, y: f64): i32 {
  const node = state.freeNodeCount > 0 ? i32At(state.freeNodes, --state.freeNodeCount) : state.nodeCount++;
  store<f64>(state.nodeXs + (<usize>node << 3), x);
  store<f64>(state.nodeYs + (<usize>node << 3), y);
  store<i32>(state.degrees + (<usize>node << 2), 0);
  store<i32>(state.firstHalves + (<usize>node << 2), -1);
  return node;
}

function freePoint(state: SteinerState, node: i32): void {
  store<i32>(state.degrees + (<usize>node << 2), -1);
  store<i32>(state.freeNodes + (<usize>(state.freeNodeCount++) << 2), node);
}

function addEdge(state: SteinerState, a: i32, b: i32): void {
  const edge = state.freeEdgeCount > 0 ? i32At(state.freeEdges, --state.freeEdgeCount) : state.edgeCount++;
  link(state, a, 2 * edge, b);
  link(state, b, 2 * edge + 1, a);
}

function link(state: SteinerState, node: i32, half: i32, target: i32): void {
  store<i32>(state.targets + (<usize>half << 2), target);
  store<i32>(state.nextHalves + (<usize>half << 2), i32At(state.firstHalves, node));
  store<i32>(state.firstHalves + (<usize>node << 2), half);
  store<i32>(state.degrees + (<usize>node << 2), i32At(state.degrees, node) + 1);
}

function removeEdge(state: SteinerState, edge: i32): void {
  unlink(state, i32At(state.targets, 2 * edge + 1), 2 * edge);
  unlink(state, i32At(state.targets, 2 * edge), 2 * edge + 1);
  store<i32>(state.freeEdges + (<usize>(state.freeEdgeCount++) << 2), edge);
}

function unlink(state: SteinerState, node: i32, half: i32): void {
  let place = state.firstHalves + (<usize>node << 2);
  while (load<i32>(place) != half) place = state.nextHalves + (<usize>load<i32>(place) << 2);
  store<i32>(place, i32At(state.nextHalves, half));
  store<i32>(state.degrees + (<usize>node << 2), i32At(state.degrees, node) - 1);
}

/** Appends the edges of the tree that have a length. */
function writeBranches(state: SteinerState, start: i32): i32 {
  let count = start;
  for (let node = 0; node < state.nodeCount; node++) {
    if (i32At(state.degrees, node) < 0) continue;
    for (let half = i32At(state.firstHalves, node); half >= 0; half = i32At(state.nextHalves, half)) {
      const other = i32At(state.targets, half);
      if (other < node || distance(state, node, other) == 0) continue; // each edge once
      store<f64>(state.fromXs + (<usize>count << 3), f64At(state.nodeXs, node));
      store<f64>(state.fromYs + (<usize>count << 3), f64At(state.nodeYs, node));
      store<f64>(state.toXs + (<usize>count << 3), f64At(state.nodeXs, other));
      store<f64>(state.toYs + (<usize>count << 3), f64At(state.nodeYs, other));
      count++;
    }
  }
  return count;
}

// @ts-ignore: decorator
@inline
function distance(state: SteinerState, a: i32, b: i32): f64 {
  return (
    abs(f64At(state.nodeXs, a) - f64At(state.nodeXs, b)) + abs(f64At(state.nodeYs, a) - f64At(state.nodeYs, b))
  );
}

// @ts-ignore: decorator
@inline
function edgeLength(state: SteinerState, edge: i32): f64 {
  return distance(state, i32At(state.targets, 2 * edge), i32At(state.targets, 2 * edge + 1));
}

/** Distance of (x, y) from the bounding box of two nodes. */
// @ts-ignore: decorator
@inline
function toBox(state: SteinerState, a: i32, b: i32, x: f64, y: f64): f64 {
  return (
    abs(x - within(x, f64At(state.nodeXs, a), f64At(state.nodeXs, b))) +
    abs(y - within(y, f64At(state.nodeYs, a), f64At(state.nodeYs, b)))
  );
}

/** The place between a and b that is nearest to `place`. */
// @ts-ignore: decorator
@inline
function within(place: f64, a: f64, b: f64): f64 {
  return max(min(a, b), min(max(a, b), place));
}
