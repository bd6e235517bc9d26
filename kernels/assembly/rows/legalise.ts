// Row legalisation by Abacus (Spindler, Schlichtmann, Johannes: "Abacus: fast legalization of standard cell circuits with
// minimal movement", ISPD 2008): cells come from left to right, each is tried at the end of the segments near where it is
// wanted, where clusters of touching cells slide to the mean of what their cells want, and it stays in the segment that
// moves it least.
import { f64At, i32At } from "../judge/judge-state";
import { firstRightOf, rowNear, RowState } from "./row-state";

/**
 * Puts the cells of `order` (by their wanted left edges) into segments. Wanted places are in `xs` and `ys`; the results are
 * written there, to `cellSegments` and `cellStarts`, and to the lists of the segments. Returns how many cells were
 * placed: fewer than all if one fits nowhere, and then that is the one at this index of `order`.
 */
export function legaliseRows(address: usize, order: usize): i32 {
  const state = changetype<RowState>(address);
  const count = state.cellCount;
  for (let segment = 0; segment < state.segmentCount; segment++) {
    store<i32>(state.lastClusters + (<usize>segment << 2), -1);
    store<i32>(state.segmentUsed + (<usize>segment << 2), 0);
  }
  for (let i = 0; i < count; i++) {
    const cell = i32At(order, i);
    const segment = bestSegment(state, cell);
    if (segment < 0) return i;
    append(state, segment, cell);
  }
  for (let segment = 0; segment < state.segmentCount; segment++) settle(state, segment);
  return count;
}

/** The segment at whose end a cell moves least, in µm in x and y together; -1 if none has room. */
function bestSegment(state: RowState, cell: i32): i32 {
  const x = f64At(state.xs, cell);
  const y = f64At(state.ys, cell);
  const near = rowNear(state, y);
  let best = -1;
  let least = Infinity;
  // Rows by turns above and below the nearest, until both ways are farther than the best place found.
  let above = near;
  let below = near - 1;
  while (true) {
    const up = above < state.rowCount ? abs(f64At(state.rowBottoms, above) - y) : Infinity;
    const down = below >= 0 ? abs(f64At(state.rowBottoms, below) - y) : Infinity;
    const dy = min(up, down);
    if (dy >= least) return best; // also if no row is left
    const row = up <= down ? above++ : below--;
    const found = bestInRow(state, row, cell, x, dy, least);
    if (found < 0) continue;
    best = found;
    least = dy + abs(trial(state, found, cell, x) - x);
  }
}

/** The segment of a row where the cell moves less than `least`, by dy and in x; -1 for none. */
function bestInRow(state: RowState, row: i32, cell: i32, x: f64, dy: f64, least: f64): i32 {
  const first = i32At(state.rowSegments, row);
  const end = i32At(state.rowSegments, row + 1);
  const low = firstRightOf(state, row, x);
  let best = -1;
  for (let segment = low; segment < end; segment++) {
    if (dy + f64At(state.segmentLefts, segment) - x >= least) break;
    const cost = dy + abs(trial(state, segment, cell, x) - x);
    if (cost < least) {
      least = cost;
      best = segment;
    }
  }
  for (let segment = low - 1; segment >= first; segment--) {
    const right = f64At(state.segmentLefts, segment) + <f64>i32At(state.segmentSites, segment) * state.siteWidth;
    if (dy + x - right >= least) break;
    const cost = dy + abs(trial(state, segment, cell, x) - x);
    if (cost < least) {
      least = cost;
      best = segment;
    }
  }
  return best;
}

/** Where the cell would come to lie at the end of a segment, µm; infinite if it does not fit. */
function trial(state: RowState, segment: i32, cell: i32, x: f64): f64 {
  const own = i32At(state.cellSites, cell);
  if (i32At(state.segmentUsed, segment) + own > i32At(state.segmentSites, segment)) return Infinity;
  collapse(state, segment, cell, x);
  return f64At(state.segmentLefts, segment) + (state.newStart + <f64>(state.newSites - own)) * state.siteWidth;
}

/** The cluster that a cell makes at the end of a segment with those that it pushes, in the state's `new` fields. */
function collapse(state: RowState, segment: i32, cell: i32, x: f64): void {
  const capacity = i32At(state.segmentSites, segment);
  let sum = (x - f64At(state.segmentLefts, segment)) / state.siteWidth;
  let weight: f64 = 1;
  let sites = i32At(state.cellSites, cell);
  let start = inside(sum, capacity - sites);
  let cluster = i32At(state.lastClusters, segment);
  while (cluster >= 0) {
    const before = i32At(state.clusterSites, cluster);
    if (f64At(state.clusterStarts, cluster) + <f64>before <= start) break;
    sum += f64At(state.clusterSums, cluster) - weight * <f64>before;
    weight += f64At(state.clusterWeights, cluster);
    sites += before;
    start = inside(sum / weight, capacity - sites);
    cluster = i32At(state.previousClusters, cluster);
  }
  state.newSum = sum;
  state.newWeight = weight;
  state.newStart = start;
  state.newSites = sites;
  state.newPrevious = cluster;
}

/** The same for good: the cell is a cluster, which swallows those that it pushes. */
function append(state: RowState, segment: i32, cell: i32): void {
  collapse(state, segment, cell, f64At(state.xs, cell));
  const used = state.segmentUsed + (<usize>segment << 2);
  store<i32>(used, load<i32>(used) + i32At(state.cellSites, cell));
  const last = i32At(state.lastClusters, segment);
  store<i32>(state.previousCells + (<usize>cell << 2), last); // a cluster is named by its last cell
  store<i32>(state.previousClusters + (<usize>cell << 2), state.newPrevious);
  store<i32>(state.clusterSites + (<usize>cell << 2), state.newSites);
  store<f64>(state.clusterStarts + (<usize>cell << 3), state.newStart);
  store<f64>(state.clusterWeights + (<usize>cell << 3), state.newWeight);
  store<f64>(state.clusterSums + (<usize>cell << 3), state.newSum);
  store<i32>(state.lastClusters + (<usize>segment << 2), cell);
  store<i32>(state.cellSegments + (<usize>cell << 2), segment);
}

// @ts-ignore: decorator
@inline
function inside(start: f64, last: i32): f64 {
  return max<f64>(0, min<f64>(start, <f64>last));
}

/**
 * Rounds the clusters of a segment to sites, and writes its cells. Rounding keeps clusters apart, because their distances
 * are at least whole widths.
 */
function settle(state: RowState, segment: i32): void {
  let count = 0;
  for (let cell = i32At(state.lastClusters, segment); cell >= 0; cell = i32At(state.previousCells, cell)) count++;
  store<i32>(state.listCounts + (<usize>segment << 2), count);
  let at = i32At(state.listStarts, segment) + count;
  const left = f64At(state.segmentLefts, segment);
  const bottom = f64At(state.rowBottoms, i32At(state.segmentRows, segment));
  let cluster = i32At(state.lastClusters, segment);
  let cell = cluster;
  while (cluster >= 0) {
    const next = i32At(state.previousClusters, cluster);
    let start = <i32>floor(f64At(state.clusterStarts, cluster) + 0.5) + i32At(state.clusterSites, cluster);
    while (cell != next) {
      start -= i32At(state.cellSites, cell);
      store<i32>(state.cellStarts + (<usize>cell << 2), start);
      store<f64>(state.xs + (<usize>cell << 3), left + <f64>start * state.siteWidth);
      store<f64>(state.ys + (<usize>cell << 3), bottom);
      store<i32>(state.rowCells + (<usize>--at << 2), cell);
      cell = i32At(state.previousCells, cell);
    }
    cluster = next;
  }
}
