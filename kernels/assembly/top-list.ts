// The sum of the k largest of n values, kept up while single values change: values are counted in buckets by size,
// the boundary bucket is the one that holds the k-th largest. Only its members are ever compared with each other.
import { addTo, i32At, i64At } from "./judge-state";
import { sumOfLargest } from "./select";

/** Fractional bits of a value (see MAP_BITS) that a bucket's number leaves out: buckets are 2^-10 wide. */
const BUCKET_SHIFT: i64 = 32;
/** Values of 4 and more share the last bucket. */
export const BUCKETS: i32 = 4096;

/** Laid out by env/incremental-judge.ts in the same order. */
@unmanaged
export class TopList {
  /** Sum of all values in buckets above the boundary. */
  sumAbove: i64;
  k: i32;
  n: i32;
  boundary: i32;
  /** Number of values above the boundary: less than k. */
  countAbove: i32;
  values: usize;
  /** Per bucket: how many values, and their sum. */
  counts: usize;
  sums: usize;
  scratch: usize;
}

export function topListBytes(): i32 {
  return offsetof<TopList>();
}

// @ts-ignore: decorator
@inline
function bucketOf(value: i64): i32 {
  const bucket = value >> BUCKET_SHIFT;
  return bucket >= <i64>BUCKETS ? BUCKETS - 1 : <i32>bucket;
}

// @ts-ignore: decorator
@inline
function addCount(list: TopList, bucket: i32, amount: i32): void {
  const at = list.counts + (<usize>bucket << 2);
  store<i32>(at, load<i32>(at) + amount);
}

/** Counts all values afresh. */
export function rebuildTop(list: TopList): void {
  memory.fill(list.counts, 0, <usize>BUCKETS << 2);
  memory.fill(list.sums, 0, <usize>BUCKETS << 3);
  for (let i = 0; i < list.n; i++) {
    const value = i64At(list.values, i);
    const bucket = bucketOf(value);
    addCount(list, bucket, 1);
    addTo(list.sums, bucket, value);
  }
  list.boundary = BUCKETS - 1;
  list.countAbove = 0;
  list.sumAbove = 0;
  settleTop(list);
}

/** A value changes from `before` to `after`; the array itself is the caller's. `settleTop` must follow. */
// @ts-ignore: decorator
@inline
export function changeTop(list: TopList, before: i64, after: i64): void {
  const from = bucketOf(before);
  const to = bucketOf(after);
  addTo(list.sums, from, -before);
  addTo(list.sums, to, after);
  if (from != to) {
    addCount(list, from, -1);
    addCount(list, to, 1);
  }
  if (from > list.boundary) {
    list.countAbove--;
    list.sumAbove -= before;
  }
  if (to > list.boundary) {
    list.countAbove++;
    list.sumAbove += after;
  }
}

/** Moves the boundary to the bucket of the k-th largest value. */
export function settleTop(list: TopList): void {
  while (list.countAbove >= list.k) {
    list.boundary++;
    list.countAbove -= i32At(list.counts, list.boundary);
    list.sumAbove -= i64At(list.sums, list.boundary);
  }
  while (list.boundary > 0 && list.countAbove + i32At(list.counts, list.boundary) < list.k) {
    list.countAbove += i32At(list.counts, list.boundary);
    list.sumAbove += i64At(list.sums, list.boundary);
    list.boundary--;
  }
}

/** No more than the sum of the k largest: those in the boundary bucket are taken at its lower edge. */
// @ts-ignore: decorator
@inline
export function leastTop(list: TopList): i64 {
  return list.sumAbove + <i64>(list.k - list.countAbove) * (<i64>list.boundary << BUCKET_SHIFT);
}

/** The sum of the k largest, exactly. */
export function exactTop(list: TopList): i64 {
  const missing = list.k - list.countAbove;
  const members = i32At(list.counts, list.boundary);
  if (missing >= members) return list.sumAbove + i64At(list.sums, list.boundary);
  const low = <i64>list.boundary << BUCKET_SHIFT;
  const high = list.boundary == BUCKETS - 1 ? i64.MAX_VALUE : low + (<i64>1 << BUCKET_SHIFT);
  const values = list.values;
  const scratch = list.scratch;
  let found = 0;
  for (let i = 0; found < members; i++) {
    const value = i64At(values, i);
    if (value < low || value >= high) continue;
    store<i64>(scratch + (<usize>found << 3), value);
    found++;
  }
  return list.sumAbove + sumOfLargest(scratch, members, missing);
}
