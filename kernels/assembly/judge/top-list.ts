// Sum of the k largest values of an array that changes little by little: a histogram of the values near the top, with the
// members of its buckets in one list. A change takes O(1); the sum sorts only the members of one bucket.
import { i32At, i64At } from "./judge-state";
import { sumOfLargest } from "./select";

/** Buckets of the histogram. */
export const BUCKETS: i32 = 512;

@unmanaged
export class TopList {
  /** Lower end of the window. Values below are far from the top and not listed. 1 if all of these are zero. */
  base: i64;
  /** Sum of the values in buckets above `boundary`. */
  sumAbove: i64;
  /** The array (i64, not negative). Its owner reports every change by `changeTop`. */
  values: usize;
  length: i32;
  wanted: i32;
  /** A bucket spans 2^shift. */
  shift: i32;
  boundary: i32;
  countAbove: i32;
  memberCount: i32;
  /** Numbers of members below and above which the window is chosen again. */
  fewest: i32;
  most: i32;
  /** Per bucket: number and sum of its members. */
  counts: usize;
  sums: usize;
  /** Indices of the values at or above `base`, in any order, and the position of each index in that list. */
  members: usize;
  places: usize;
  scratch: usize;
}

// @ts-ignore: decorator
@inline
function bucketOf(top: TopList, value: i64): i32 {
  return <i32>min((value - top.base) >> <i64>top.shift, <i64>(BUCKETS - 1));
}

/** Chooses the window for the current values. */
export function rebuildTop(top: TopList): void {
  const length = top.length;
  const scratch = top.scratch;
  const ranked = min(length, 2 * top.wanted + 16);
  memory.copy(scratch, top.values, <usize>length << 3);
  sumOfLargest(scratch, length, ranked);
  let low = i64At(scratch, 0);
  let high = low;
  for (let i = 1; i < ranked; i++) {
    low = min(low, i64At(scratch, i));
    high = max(high, i64At(scratch, i));
  }
  const base = max<i64>(1, low - (high - low) / 8 - (1 << 30));
  top.base = base;
  let shift = 0;
  while (((high - base) / 4 * 5) >> <i64>shift >= <i64>BUCKETS) shift++;
  top.shift = shift;
  memory.fill(top.counts, 0, <usize>BUCKETS << 2);
  memory.fill(top.sums, 0, <usize>BUCKETS << 3);
  top.boundary = BUCKETS - 1;
  top.countAbove = 0;
  top.sumAbove = 0;
  top.memberCount = 0;
  for (let i = 0; i < length; i++) {
    const value = i64At(top.values, i);
    if (value >= base) addMember(top, i, value);
  }
  top.fewest = base == 1 ? 0 : top.wanted + (top.memberCount - top.wanted) / 4;
  top.most = 2 * top.memberCount + 64;
}

/** Chooses the window again if too few or too many values are in it. */
export function keepTop(top: TopList): void {
  if (top.memberCount < top.fewest || top.memberCount > top.most) rebuildTop(top);
}

// @ts-ignore: decorator
@inline
function count(top: TopList, value: i64, sign: i32): void {
  const bucket = bucketOf(top, value);
  const countAt = top.counts + (<usize>bucket << 2);
  const sumAt = top.sums + (<usize>bucket << 3);
  const amount = sign > 0 ? value : -value;
  store<i32>(countAt, load<i32>(countAt) + sign);
  store<i64>(sumAt, load<i64>(sumAt) + amount);
  if (bucket > top.boundary) {
    top.countAbove += sign;
    top.sumAbove += amount;
  }
}

function addMember(top: TopList, i: i32, value: i64): void {
  const place = top.memberCount++;
  store<i32>(top.members + (<usize>place << 2), i);
  store<i32>(top.places + (<usize>i << 2), place);
  count(top, value, 1);
}

function removeMember(top: TopList, i: i32, value: i64): void {
  const last = i32At(top.members, --top.memberCount);
  const place = i32At(top.places, i);
  store<i32>(top.members + (<usize>place << 2), last);
  store<i32>(top.places + (<usize>last << 2), place);
  count(top, value, -1);
}

/** Updates the list after value `i` changed from `old` to `fresh`. */
export function changeTop(top: TopList, i: i32, old: i64, fresh: i64): void {
  const base = top.base;
  if (old >= base) {
    if (fresh >= base) {
      count(top, old, -1);
      count(top, fresh, 1);
    } else {
      removeMember(top, i, old);
    }
  } else if (fresh >= base) {
    addMember(top, i, fresh);
  }
}

/** Moves the boundary to the bucket of the k-th largest value. Returns the number of values above it. */
// @ts-ignore: decorator
@inline
function settleTop(top: TopList): i32 {
  const wanted = top.wanted;
  let boundary = top.boundary;
  let above = top.countAbove;
  let sum = top.sumAbove;
  while (above >= wanted) {
    boundary++;
    above -= i32At(top.counts, boundary);
    sum -= i64At(top.sums, boundary);
  }
  while (above + i32At(top.counts, boundary) < wanted) {
    above += i32At(top.counts, boundary);
    sum += i64At(top.sums, boundary);
    boundary--;
  }
  top.boundary = boundary;
  top.countAbove = above;
  top.sumAbove = sum;
  return above;
}

/** A lower bound of the sum of the k largest values: those in the boundary bucket count as its lower edge. */
export function leastTop(top: TopList): i64 {
  if (top.memberCount < top.wanted) return 0;
  const missing = top.wanted - settleTop(top);
  return top.sumAbove + <i64>missing * (top.base + (<i64>top.boundary << <i64>top.shift));
}

/** Sum of the `wanted` largest values. */
export function exactTop(top: TopList): i64 {
  const wanted = top.wanted;
  if (top.memberCount < wanted) {
    if (top.base > 1) {
      memory.copy(top.scratch, top.values, <usize>top.length << 3);
      return sumOfLargest(top.scratch, top.length, wanted);
    }
    // Everything outside the window is zero.
    let all: i64 = 0;
    for (let bucket = 0; bucket < BUCKETS; bucket++) all += i64At(top.sums, bucket);
    return all;
  }
  const missing = wanted - settleTop(top);
  const boundary = top.boundary;
  const inBucket = i32At(top.counts, boundary);
  if (missing == inBucket) return top.sumAbove + i64At(top.sums, boundary);
  return top.sumAbove + largestOfBucket(top, boundary, inBucket, missing);
}

/** Sum of the `missing` largest of the `inBucket` members of a bucket. */
function largestOfBucket(top: TopList, bucket: i32, inBucket: i32, missing: i32): i64 {
  const scratch = top.scratch;
  const values = top.values;
  const members = top.members;
  const memberCount = top.memberCount;
  const low = top.base + (<i64>bucket << <i64>top.shift);
  const high = bucket == BUCKETS - 1 ? i64.MAX_VALUE : low + (<i64>1 << <i64>top.shift);
  let found: usize = 0;
  let least = i64.MAX_VALUE;
  let greatest: i64 = 0;
  for (let i = 0; i < memberCount; i++) {
    const value = i64At(values, i32At(members, i));
    if (value < low || value >= high) continue;
    store<i64>(scratch + (found << 3), value);
    found++;
    least = min(least, value);
    greatest = max(greatest, value);
  }
  if (least == greatest) return least * <i64>missing;
  if (missing == 1) return greatest;
  if (missing == inBucket - 1) {
    return i64At(top.sums, bucket) - least;
  }
  return sumOfLargest(scratch, inBucket, missing);
}
