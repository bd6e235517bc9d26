// Finds overlapping macros and lets them push each other. The canvas is divided into strips, every body is an entry of all
// strips that it reaches, and each strip is swept from left to right, two entries at a time. A pair that meets in several
// strips counts in the first of them, where one of the two begins.
import { ForceState, pairAt } from "./force-state";
import { f64At, i32At } from "../judge/judge-state";

/** µm: macros push only if they overlap by more (the value that TILOS gives for the original). */
const CONTACT: f64 = 1e-4;

/** Adds the entries of fixed bodies, which do not change while others move. */
export function enterStanding(state: ForceState): void {
  const first = state.movingCount;
  const end = state.bodyCount;
  state.widestStanding = 0;
  for (let body = first; body < end; body++) {
    state.widestStanding = max(state.widestStanding, 2 * f64At(state.halfWidths, body));
  }
  sortByLeftEdge(state, first, end);
  enter(state, first, end, state.standingStarts, state.standingFirst);
}

/**
 * Pushes all overlapping pairs with a moving body apart along the line between their centres. If the centres coincide, the
 * body of the lower node is pushed along (-1, -1). Adds to `forces`.
 */
export function push(state: ForceState, strength: f64): void {
  const movingCount = state.movingCount;
  sortByLeftEdge(state, 0, movingCount);
  enter(state, 0, movingCount, state.movingStarts, 0);
  const entries = i32At(state.movingStarts, state.stripCount);
  memory.fill(state.pushXs, 0, <usize>entries << 3);
  memory.fill(state.pushYs, 0, <usize>entries << 3);
  for (let strip = 0; strip < state.stripCount; strip++) pushStrip(state, strip, strength);
  for (let entry = 0; entry < entries; entry++) {
    const force = pairAt(state.forces, i32At(state.entryBodies, entry));
    store<f64>(force, load<f64>(force) + f64At(state.pushXs, entry));
    store<f64>(force, load<f64>(force, 8) + f64At(state.pushYs, entry), 8);
  }
}

/** Sorts bodies `start` .. `end` of the order by left edge. Insertion sort, because few change places in a step. */
function sortByLeftEdge(state: ForceState, start: i32, end: i32): void {
  const order = state.order;
  const lefts = state.bodyLefts;
  for (let body = start; body < end; body++) {
    const left = load<f64>(pairAt(state.places, body)) - f64At(state.halfWidths, body);
    store<f64>(lefts + (<usize>body << 3), left);
  }
  for (let i = start + 1; i < end; i++) {
    const body = i32At(order, i);
    const left = f64At(lefts, body);
    let j = i - 1;
    while (j >= start) {
      const other = i32At(order, j);
      if (f64At(lefts, other) <= left) break;
      store<i32>(order + (<usize>(j + 1) << 2), other);
      j--;
    }
    store<i32>(order + (<usize>(j + 1) << 2), body);
  }
}

/** Makes the entries of the bodies from `start` to `end` of the order, strip by strip, from entry `base` on. */
function enter(state: ForceState, start: i32, end: i32, starts: usize, base: i32): void {
  const stripCount = state.stripCount;
  memory.fill(starts, 0, <usize>(stripCount + 1) << 2);
  for (let i = start; i < end; i++) {
    const body = i32At(state.order, i);
    const y = load<f64>(pairAt(state.places, body), 8);
    const halfHeight = f64At(state.halfHeights, body);
    const first = stripOf(state, y - halfHeight);
    const last = stripOf(state, y + halfHeight);
    store<i32>(state.firstStrips + (<usize>body << 2), first);
    store<i32>(state.lastStrips + (<usize>body << 2), last);
    for (let strip = first; strip <= last; strip++) add(starts, strip, 1);
  }
  // The count of each strip becomes its end; filling it backwards turns that into its start.
  let sum = base;
  for (let strip = 0; strip <= stripCount; strip++) {
    sum += i32At(starts, strip);
    store<i32>(starts + (<usize>strip << 2), sum);
  }
  for (let i = end - 1; i >= start; i--) {
    const body = i32At(state.order, i);
    const first = i32At(state.firstStrips, body);
    const last = i32At(state.lastStrips, body);
    for (let strip = first; strip <= last; strip++) {
      add(starts, strip, -1);
      writeEntry(state, i32At(starts, strip), body, strip == first);
    }
  }
}

// @ts-ignore: decorator
@inline
function stripOf(state: ForceState, y: f64): i32 {
  const strip = floor(y * state.stripsPerMicron);
  const last = state.stripCount - 1;
  if (!(strip > 0)) return 0; // below the canvas, or not placed (NaN)
  return strip < <f64>last ? <i32>strip : last;
}

// @ts-ignore: decorator
@inline
function add(counts: usize, index: i32, change: i32): void {
  const at = counts + (<usize>index << 2);
  store<i32>(at, load<i32>(at) + change);
}

// @ts-ignore: decorator
@inline
function writeEntry(state: ForceState, entry: i32, body: i32, isFirst: bool): void {
  const place = pairAt(state.places, body);
  const at = <usize>entry << 3;
  store<i32>(state.entryBodies + (<usize>entry << 2), body);
  store<f64>(state.lefts + at, f64At(state.bodyLefts, body));
  store<f64>(state.xs + at, load<f64>(place));
  store<f64>(state.ys + at, load<f64>(place, 8));
  store<f64>(state.entryHalfWidths + at, f64At(state.halfWidths, body));
  store<f64>(state.entryHalfHeights + at, f64At(state.halfHeights, body));
  store<i64>(state.isFirst + at, isFirst ? -1 : 0);
}

/** The pairs of a strip: moving entries with each other and with fixed ones whose left edge is near enough. */
function pushStrip(state: ForceState, strip: i32, strength: f64): void {
  const end = <usize>i32At(state.movingStarts, strip + 1) << 3;
  let standing = <usize>i32At(state.standingStarts, strip) << 3;
  const standingEnd = <usize>i32At(state.standingStarts, strip + 1) << 3;
  for (let a = <usize>i32At(state.movingStarts, strip) << 3; a < end; a += 8) {
    const left = load<f64>(state.lefts + a);
    const right = load<f64>(state.xs + a) + load<f64>(state.entryHalfWidths + a);
    pushRun(state, a, a + 8, end, right, strength);
    while (standing < standingEnd && load<f64>(state.lefts + standing) < left - state.widestStanding) standing += 8;
    pushRun(state, a, standing, standingEnd, right, strength);
  }
}

/**
 * Pushes entry `a` apart from the entries from `first` up to `end`, or up to the first whose left edge is beyond `right`.
 * All are byte offsets into the arrays of entries. Pushes of fixed entries are added up too, but never read.
 */
// @ts-ignore: decorator
@inline
function pushRun(state: ForceState, a: usize, first: usize, end: usize, right: f64, strength: f64): void {
  const lefts = state.lefts;
  if (first >= end || load<f64>(lefts + first) > right) return;
  const xs = state.xs;
  const ys = state.ys;
  const halfWidths = state.entryHalfWidths;
  const halfHeights = state.entryHalfHeights;
  const firsts = state.isFirst;
  const x = f64x2.splat(load<f64>(xs + a));
  const y = f64x2.splat(load<f64>(ys + a));
  const reachX = f64x2.splat(load<f64>(halfWidths + a) - CONTACT);
  const reachY = f64x2.splat(load<f64>(halfHeights + a) - CONTACT);
  const isFirst = i64x2.splat(load<i64>(firsts + a));
  const zero = f64x2.splat(0);
  let sumX = zero;
  let sumY = zero;
  let b = first;
  for (; b + 8 < end; b += 16) {
    if (load<f64>(lefts + b) > right) break;
    const dx = f64x2.sub(x, v128.load(xs + b));
    const dy = f64x2.sub(y, v128.load(ys + b));
    const overlapX = f64x2.le(f64x2.abs(dx), f64x2.add(reachX, v128.load(halfWidths + b)));
    const overlapY = f64x2.le(f64x2.abs(dy), f64x2.add(reachY, v128.load(halfHeights + b)));
    const counts = v128.and(v128.and(overlapX, overlapY), v128.or(isFirst, v128.load(firsts + b)));
    const distance = f64x2.sqrt(f64x2.add(f64x2.mul(dx, dx), f64x2.mul(dy, dy)));
    if (v128.any_true(f64x2.eq(distance, zero))) {
      pushPair(state, a, b, strength);
      pushPair(state, a, b + 8, strength);
      continue;
    }
    const scale = v128.and(f64x2.div(f64x2.splat(strength), distance), counts);
    const pushX = f64x2.mul(dx, scale);
    const pushY = f64x2.mul(dy, scale);
    sumX = f64x2.add(sumX, pushX);
    sumY = f64x2.add(sumY, pushY);
    v128.store(state.pushXs + b, f64x2.sub(v128.load(state.pushXs + b), pushX));
    v128.store(state.pushYs + b, f64x2.sub(v128.load(state.pushYs + b), pushY));
  }
  addPush(
    state, a,
    f64x2.extract_lane(sumX, 0) + f64x2.extract_lane(sumX, 1),
    f64x2.extract_lane(sumY, 0) + f64x2.extract_lane(sumY, 1),
  );
  if (b + 8 == end && load<f64>(lefts + b) <= right) pushPair(state, a, b, strength);
}

/** The same for a single pair: the last of an odd number, or one with coinciding centres. */
function pushPair(state: ForceState, a: usize, b: usize, strength: f64): void {
  if (!(load<i64>(state.isFirst + a) | load<i64>(state.isFirst + b))) return;
  const dx = load<f64>(state.xs + a) - load<f64>(state.xs + b);
  const dy = load<f64>(state.ys + a) - load<f64>(state.ys + b);
  if (abs(dx) > load<f64>(state.entryHalfWidths + a) - CONTACT + load<f64>(state.entryHalfWidths + b)) return;
  if (abs(dy) > load<f64>(state.entryHalfHeights + a) - CONTACT + load<f64>(state.entryHalfHeights + b)) return;
  const distance = sqrt(dx * dx + dy * dy);
  const towards: f64 = nodeOf(state, a) < nodeOf(state, b) ? -strength : strength;
  const pushX = distance > 0 ? dx * (strength / distance) : towards;
  const pushY = distance > 0 ? dy * (strength / distance) : towards;
  addPush(state, a, pushX, pushY);
  addPush(state, b, -pushX, -pushY);
}

// @ts-ignore: decorator
@inline
function nodeOf(state: ForceState, entry: usize): i32 {
  return i32At(state.bodyNodes, load<i32>(state.entryBodies + (entry >> 1)));
}

// @ts-ignore: decorator
@inline
function addPush(state: ForceState, entry: usize, x: f64, y: f64): void {
  store<f64>(state.pushXs + entry, load<f64>(state.pushXs + entry) + x);
  store<f64>(state.pushYs + entry, load<f64>(state.pushYs + entry) + y);
}
