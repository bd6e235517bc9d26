// Detailed placement of cells in rows. Three passes, each of which only ever shortens the weighted half-perimeter
// wirelength and leaves every cell on its sites without overlap:
// - swaps: a cell changes places with another one, or goes into a gap, near the rectangle where its nets want it (global
//   swap of FastPlace: Pan, Viswanathan, Chu, "An efficient and effective detailed placement algorithm", ICCAD 2005);
// - orders: three neighbours of a segment take the best of their six orders;
// - shifts: a cell slides between its neighbours to where its nets want it.
import { f64At, i32At } from "../judge/judge-state";
import { addToTrial, beginTrial, keepTrial, optimalRegion } from "./row-nets";
import { firstRightOf, rowNear, RowState, turnTo } from "./row-state";

/** Gains below this many µm are rounding. */
const LEAST_GAIN: f64 = 1e-9;
/** Rows tried above and below the best one, and entries of a row tried left and right of the best place. */
const ROWS_TRIED: i32 = 2;
const ENTRIES_TRIED: i32 = 4;

/** One pass of swaps over all cells. Returns by how much the wirelength fell, µm. */
export function swapCells(address: usize): f64 {
  const state = changetype<RowState>(address);
  let gain: f64 = 0;
  for (let cell = 0; cell < state.cellCount; cell++) {
    if (!optimalRegion(state, cell)) continue;
    const x0 = f64At(state.boundXs, 0);
    const x1 = f64At(state.boundXs, 1);
    const y0 = f64At(state.boundYs, 0);
    const y1 = f64At(state.boundYs, 1);
    const x = f64At(state.xs, cell);
    const y = f64At(state.ys, cell);
    if (x >= x0 && x <= x1 && y >= y0 && y <= y1) continue;
    gain += swapTowards(state, cell, max(x0, min(x1, x)), max(y0, min(y1, y)));
  }
  return gain;
}

/** The best exchange or move of a cell to near a place; done if it shortens wires. Returns the gain. */
function swapTowards(state: RowState, cell: i32, x: f64, y: f64): f64 {
  const near = rowNear(state, y);
  let best: f64 = LEAST_GAIN;
  let bestSegment = -1;
  let bestIndex = 0;
  let bestIsGap = false;
  const last = min(state.rowCount - 1, near + ROWS_TRIED);
  for (let row = max(0, near - ROWS_TRIED); row <= last; row++) {
    const segment = segmentAt(state, row, x);
    if (segment < 0) continue;
    const site = <i32>floor((x - f64At(state.segmentLefts, segment)) / state.siteWidth + 0.5);
    const count = i32At(state.listCounts, segment);
    const middle = indexAt(state, segment, site);
    const end = min(count - 1, middle + ENTRIES_TRIED);
    for (let index = max(-1, middle - ENTRIES_TRIED); index <= end; index++) {
      const gapGain = tryGap(state, cell, segment, index, site, false);
      if (gapGain > best) {
        best = gapGain;
        bestSegment = segment;
        bestIndex = index;
        bestIsGap = true;
      }
      if (index < 0) continue;
      const swapGain = trySwap(state, cell, segment, index, false);
      if (swapGain > best) {
        best = swapGain;
        bestSegment = segment;
        bestIndex = index;
        bestIsGap = false;
      }
    }
  }
  if (bestSegment < 0) return 0;
  if (bestIsGap) {
    const site = <i32>floor((x - f64At(state.segmentLefts, bestSegment)) / state.siteWidth + 0.5);
    return tryGap(state, cell, bestSegment, bestIndex, site, true);
  }
  return trySwap(state, cell, bestSegment, bestIndex, true);
}

/**
 * Gain of moving a cell into the gap behind entry `index` of a segment (-1: before the first), as near to `site` as the gap
 * allows; -1 if it is too small. With `keep` the move is done.
 */
function tryGap(state: RowState, cell: i32, segment: i32, index: i32, site: i32, keep: bool): f64 {
  const gapStart = endOf(state, segment, index);
  const gapEnd = startOf(state, segment, index + 1);
  const own = i32At(state.cellSites, cell);
  if (gapEnd - gapStart < own) return -1;
  const start = max(gapStart, min(gapEnd - own, site));
  const oldSegment = i32At(state.cellSegments, cell);
  const oldStart = i32At(state.cellStarts, cell);
  const from = keep ? indexAt(state, oldSegment, oldStart) : 0; // before the cell's start changes
  place(state, cell, segment, start);
  beginTrial(state);
  const gain = -addToTrial(state, cell);
  if (!keep) {
    place(state, cell, oldSegment, oldStart);
    return gain;
  }
  keepTrial(state);
  remove(state, oldSegment, from);
  enter(state, segment, oldSegment == segment && from <= index ? index : index + 1, cell);
  return gain;
}

/** Gain of exchanging a cell with entry `index` of a segment; -1 if one of them does not fit. With `keep` it is done. */
function trySwap(state: RowState, cell: i32, segment: i32, index: i32, keep: bool): f64 {
  const other = entryAt(state, segment, index);
  if (other == cell) return -1;
  const own = i32At(state.cellSites, cell);
  const others = i32At(state.cellSites, other);
  const oldSegment = i32At(state.cellSegments, cell);
  const oldStart = i32At(state.cellStarts, cell);
  const otherStart = i32At(state.cellStarts, other);
  const from = indexAt(state, oldSegment, oldStart);
  let newStart: i32;
  let otherNew: i32;
  if (oldSegment == segment && abs(from - index) == 1) {
    // Neighbours: they keep their outer ends.
    if (from < index) {
      otherNew = oldStart;
      newStart = otherStart + others - own;
    } else {
      newStart = otherStart;
      otherNew = oldStart + own - others;
    }
  } else {
    newStart = fit(endOf(state, segment, index - 1), startOf(state, segment, index + 1), own, otherStart + ((others - own) >> 1));
    otherNew = fit(endOf(state, oldSegment, from - 1), startOf(state, oldSegment, from + 1), others, oldStart + ((own - others) >> 1));
    if (newStart < 0 || otherNew < 0) return -1;
  }
  place(state, cell, segment, newStart);
  place(state, other, oldSegment, otherNew);
  beginTrial(state);
  const gain = -addToTrial(state, cell) - addToTrial(state, other);
  if (!keep) {
    place(state, cell, oldSegment, oldStart);
    place(state, other, segment, otherStart);
    return gain;
  }
  keepTrial(state);
  writeEntry(state, oldSegment, from, other);
  writeEntry(state, segment, index, cell);
  return gain;
}

/** The start nearest to `wanted` of `sites` between two ends; -1 if they do not fit. */
// @ts-ignore: decorator
@inline
function fit(start: i32, end: i32, sites: i32, wanted: i32): i32 {
  return end - start < sites ? -1 : max(start, min(end - sites, wanted));
}

/** One pass over all runs of three neighbours: each takes the best of its six orders. Returns the gain, µm. */
export function reorderCells(address: usize): f64 {
  const state = changetype<RowState>(address);
  let gain: f64 = 0;
  for (let segment = 0; segment < state.segmentCount; segment++) {
    const count = i32At(state.listCounts, segment);
    for (let index = 0; index + 2 < count; index++) gain += reorderThree(state, segment, index);
  }
  return gain;
}

function reorderThree(state: RowState, segment: i32, index: i32): f64 {
  const a = entryAt(state, segment, index);
  const b = entryAt(state, segment, index + 1);
  const c = entryAt(state, segment, index + 2);
  const start = i32At(state.cellStarts, a);
  const second = i32At(state.cellStarts, b);
  const third = i32At(state.cellStarts, c);
  const gapA = second - start - i32At(state.cellSites, a);
  const gapB = third - second - i32At(state.cellSites, b);
  let best: f64 = LEAST_GAIN;
  let bestOrder = 0;
  for (let order = 1; order < 6; order++) {
    placeThree(state, segment, start, gapA, gapB, a, b, c, order);
    beginTrial(state);
    const gain = -addToTrial(state, a) - addToTrial(state, b) - addToTrial(state, c);
    if (gain > best) {
      best = gain;
      bestOrder = order;
    }
  }
  placeThree(state, segment, start, gapA, gapB, a, b, c, bestOrder);
  if (bestOrder == 0) return 0;
  beginTrial(state);
  addToTrial(state, a);
  addToTrial(state, b);
  addToTrial(state, c);
  keepTrial(state);
  for (let i = 0; i < 3; i++) writeEntry(state, segment, index + i, ordered(a, b, c, bestOrder, i));
  return best;
}

/** Entry i of the three cells in one of their six orders; order 0 is a, b, c. */
// @ts-ignore: decorator
@inline
function ordered(a: i32, b: i32, c: i32, order: i32, i: i32): i32 {
  if (i == 0) return order < 2 ? a : order < 4 ? b : c;
  const x = order < 2 ? b : a;
  const y = order < 4 ? c : b;
  return ((order & 1) == 0) == (i == 1) ? x : y;
}

/** Puts three cells into their stretch in one order. The gaps between them keep their places in the row. */
function placeThree(
  state: RowState, segment: i32, start: i32, gapA: i32, gapB: i32, a: i32, b: i32, c: i32, order: i32,
): void {
  const first = ordered(a, b, c, order, 0);
  const second = ordered(a, b, c, order, 1);
  const third = ordered(a, b, c, order, 2);
  place(state, first, segment, start);
  const next = start + i32At(state.cellSites, first) + gapA;
  place(state, second, segment, next);
  place(state, third, segment, next + i32At(state.cellSites, second) + gapB);
}

/** One pass over all cells: each slides between its neighbours to where its nets want it. Returns the gain, µm. */
export function shiftCells(address: usize): f64 {
  const state = changetype<RowState>(address);
  let gain: f64 = 0;
  for (let segment = 0; segment < state.segmentCount; segment++) {
    const count = i32At(state.listCounts, segment);
    for (let index = 0; index < count; index++) {
      const cell = entryAt(state, segment, index);
      const low = endOf(state, segment, index - 1);
      const high = startOf(state, segment, index + 1) - i32At(state.cellSites, cell);
      if (low == high || !optimalRegion(state, cell)) continue;
      const old = i32At(state.cellStarts, cell);
      const x = f64At(state.xs, cell);
      const wanted = max(f64At(state.boundXs, 0), min(f64At(state.boundXs, 1), x));
      const site = <i32>floor((wanted - f64At(state.segmentLefts, segment)) / state.siteWidth + 0.5);
      const start = max(low, min(high, site));
      if (start == old) continue;
      place(state, cell, segment, start);
      beginTrial(state);
      const shorter = -addToTrial(state, cell);
      if (shorter > LEAST_GAIN) {
        keepTrial(state);
        gain += shorter;
      } else place(state, cell, segment, old);
    }
  }
  return gain;
}

// Segments and their lists.

/** The segment of a row that holds x, or the one nearest to it; -1 if the row has none. */
function segmentAt(state: RowState, row: i32, x: f64): i32 {
  const first = i32At(state.rowSegments, row);
  const end = i32At(state.rowSegments, row + 1);
  if (first == end) return -1;
  const low = firstRightOf(state, row, x);
  if (low == first) return first;
  const left = low - 1;
  if (low == end) return left;
  const right = f64At(state.segmentLefts, left) + <f64>i32At(state.segmentSites, left) * state.siteWidth;
  return x - right <= f64At(state.segmentLefts, low) - x ? left : low;
}

/** Index of the last entry of a segment that starts at or before a site; -1 for none. */
function indexAt(state: RowState, segment: i32, site: i32): i32 {
  let low = 0;
  let high = i32At(state.listCounts, segment);
  while (low < high) {
    const middle = (low + high) >> 1;
    if (i32At(state.cellStarts, entryAt(state, segment, middle)) <= site) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

// @ts-ignore: decorator
@inline
function entryAt(state: RowState, segment: i32, index: i32): i32 {
  return i32At(state.rowCells, i32At(state.listStarts, segment) + index);
}

// @ts-ignore: decorator
@inline
function writeEntry(state: RowState, segment: i32, index: i32, cell: i32): void {
  store<i32>(state.rowCells + (<usize>(i32At(state.listStarts, segment) + index) << 2), cell);
}

/** First site behind an entry; the segment's first for -1. */
// @ts-ignore: decorator
@inline
function endOf(state: RowState, segment: i32, index: i32): i32 {
  if (index < 0) return 0;
  const cell = entryAt(state, segment, index);
  return i32At(state.cellStarts, cell) + i32At(state.cellSites, cell);
}

/** First site of an entry; the segment's end behind the last. */
// @ts-ignore: decorator
@inline
function startOf(state: RowState, segment: i32, index: i32): i32 {
  if (index >= i32At(state.listCounts, segment)) return i32At(state.segmentSites, segment);
  return i32At(state.cellStarts, entryAt(state, segment, index));
}

function place(state: RowState, cell: i32, segment: i32, start: i32): void {
  turnTo(state, cell, segment);
  store<i32>(state.cellSegments + (<usize>cell << 2), segment);
  store<i32>(state.cellStarts + (<usize>cell << 2), start);
  store<f64>(state.xs + (<usize>cell << 3), f64At(state.segmentLefts, segment) + <f64>start * state.siteWidth);
  store<f64>(state.ys + (<usize>cell << 3), f64At(state.rowBottoms, i32At(state.segmentRows, segment)));
}

function remove(state: RowState, segment: i32, index: i32): void {
  const counts = state.listCounts + (<usize>segment << 2);
  const count = load<i32>(counts) - 1;
  store<i32>(counts, count);
  const at = state.rowCells + (<usize>(i32At(state.listStarts, segment) + index) << 2);
  memory.copy(at, at + 4, <usize>(count - index) << 2);
}

function enter(state: RowState, segment: i32, index: i32, cell: i32): void {
  const counts = state.listCounts + (<usize>segment << 2);
  const count = load<i32>(counts);
  store<i32>(counts, count + 1);
  const at = state.rowCells + (<usize>(i32At(state.listStarts, segment) + index) << 2);
  memory.copy(at + 4, at, <usize>(count - index) << 2);
  store<i32>(at, cell);
}
