// The judge's routes, smooth in the places of pins. The judge draws wires from cell centre to cell centre: along a row, then
// along a column. Here a wire's row is shared by the two rows whose centres are nearest (a hat function), and its ends lie
// between the centres of cells in the same way, so demand is linear in between and equal to the judge's at cell centres.
//
// A row wire from x = a to b takes from every cell c the part of [c, c + 1] between a and b (in cells, from centres). That is a
// running sum, from the right, of two bilinear splats of opposite sign at the wire's ends. So a wire costs a few additions however
// long it is; and its slopes come from running sums of the cells' shares in the cost, at the same ends.
import { JudgeState, MAP_ONE } from "../judge/judge-state";
import { CellNets, pairOf } from "./cell-nets";

@unmanaged
export class SmoothRoutes {
  /** Cells per µm. */
  columnsPerX: f64;
  rowsPerY: f64;
  /** Congestion of a cell by one wire. */
  horizontalUnit: f64;
  verticalUnit: f64;
  nets: usize;
  judge: usize;
  /** Judge's point of each pin, i32. */
  pinPoints: usize;
  /** Wires of each net, f32. */
  demands: usize;
  // Routes, i32 and f32. A route runs along the row of pin `rows` from the column of pin `starts` to that of pin `ends`, then
  // along that column to the row of pin `ends`.
  rowPins: usize;
  startPins: usize;
  endPins: usize;
  routeDemands: usize;
  /** Per pin, where `routeDemand` found it, in cells from the centre of the first one, within the outer centres: f32 pairs. */
  positions: usize;
  /** Splats, f32 [rows + 1][columns + 1]: of row wires, one column further right, and of column wires, one row further up. */
  horizontal: usize;
  vertical: usize;
  /** Congestion, f32 [2][rows][columns], horizontal first; room for three more. */
  congestion: usize;
  /** Tracks that macros block, and demand of nets that stand, as congestion; likewise. */
  standing: usize;
  /** Share of each cell in the cost; likewise. */
  shares: usize;
  /** Scratch, f32 [max(rows, columns)]. */
  line: usize;
}

// Demand

/** Finds the positions of pins `first` .. `end`. There is room for one after the last: two at a time. */
function findPositions(state: SmoothRoutes, judge: JudgeState, first: i32, end: i32): void {
  const nets = changetype<CellNets>(state.nets);
  const places = nets.places;
  const toRight = <f32>state.columnsPerX;
  const up = <f32>state.rowsPerY;
  const scale = f32x4(toRight, up, toRight, up);
  const most = outerCentres(judge);
  const half = f32x4.splat(0.5);
  const zero = f32x4.splat(0);
  const stop = pairOf(state.positions, end);
  let nodeAt = nets.pinNodes + (<usize>first << 2);
  let offsetAt = pairOf(nets.pinOffsets, first);
  for (let at = pairOf(state.positions, first); at < stop; at += 16, nodeAt += 8, offsetAt += 16) {
    const node = v128.load64_zero(pairOf(places, load<i32>(nodeAt)));
    const isLast = at + 8 == stop;
    const other = v128.load64_zero(pairOf(places, load<i32>(isLast ? nodeAt : nodeAt + 4)));
    const place = f32x4.add(v128.shuffle<f32>(node, other, 0, 1, 4, 5), v128.load(offsetAt));
    const position = f32x4.sub(f32x4.mul(place, scale), half);
    v128.store(at, f32x4.pmin(most, f32x4.pmax(zero, position)));
  }
}

/** Columns and rows from the centre of the first cell to that of the last one, twice. */
// @ts-ignore: decorator
@inline
function outerCentres(judge: JudgeState): v128 {
  const columns = <f32>(judge.columns - 1);
  const rows = <f32>(judge.rows - 1);
  return f32x4(columns, rows, columns, rows);
}

/** All bits of the lanes in which a position is not held at the outer centres. */
// @ts-ignore: decorator
@inline
function moves(position: v128, most: v128): v128 {
  return v128.and(f32x4.gt(position, f32x4.splat(0)), f32x4.lt(position, most));
}

/** 1.5 · 2^23: adding it to a whole number leaves that number in the low bits. */
const ROUNDER: f32 = 12582912;

/** The whole numbers below positions, as i32 lanes. */
// @ts-ignore: decorator
@inline
function wholes(floors: v128): v128 {
  const rounder = f32x4.splat(ROUNDER);
  return i32x4.sub(f32x4.add(floors, rounder), rounder);
}

/** Address of the element at a column and a row. */
// @ts-ignore: decorator
@inline
function elementAt(map: usize, stride: usize, column: i32, row: i32): usize {
  return map + <usize>row * stride + (<usize>column << 2);
}

/** Adds `amount` to the element at `at`, the next one, and the two in the row above, by `shares` (lanes 0 and 1) and `partY`. */
// @ts-ignore: decorator
@inline
function splat(at: usize, stride: usize, shares: v128, partY: v128, amount: v128): void {
  const upper = f32x4.mul(shares, f32x4.mul(amount, partY));
  const lower = f32x4.sub(f32x4.mul(shares, amount), upper);
  v128.store64_lane(at, f32x4.add(v128.load64_zero(at), lower), 0);
  v128.store64_lane(at + stride, f32x4.add(v128.load64_zero(at + stride), upper), 0);
}

/**
 * A number negated in lane 0 if a row wire's end lies before its start, and in lane 1 if a column wire's does. Without a branch,
 * which a processor would guess wrong for every second route.
 */
// @ts-ignore: decorator
@inline
function directed(amount: v128, places: v128): v128 {
  const distance = f32x4.sub(v128.shuffle<f32>(places, places, 2, 3, 2, 3), places);
  return v128.xor(amount, v128.and(distance, i32x4.splat(1 << 31)));
}

/**
 * Clears the maps, adds the demand of routes `first` .. `end`, and writes the congestion that they and `standing` make. Finds the
 * positions of pins `firstPin` .. `endPin`, those of the routes.
 */
export function routeDemand(address: usize, first: i32, end: i32, firstPin: i32, endPin: i32): void {
  const state = changetype<SmoothRoutes>(address);
  const judge = changetype<JudgeState>(state.judge);
  const stride = <usize>(judge.columns + 1) << 2;
  const bytes = stride * <usize>(judge.rows + 1);
  const horizontal = state.horizontal;
  const vertical = state.vertical;
  memory.fill(horizontal, 0, bytes);
  memory.fill(vertical, 0, bytes);
  findPositions(state, judge, firstPin, endPin);
  // Read once: the compiler cannot know that what the loop stores leaves the record as it is.
  const positions = state.positions;
  const rowPins = state.rowPins;
  const startPins = state.startPins;
  const endPins = state.endPins;
  const routeDemands = state.routeDemands;
  const one = f32x4.splat(1);
  for (let route = <usize>first << 2, stopAt = <usize>end << 2; route < stopAt; route += 4) {
    const start = v128.load64_zero(pairOf(positions, load<i32>(startPins + route)));
    const row = v128.load64_zero(pairOf(positions, load<i32>(rowPins + route)));
    const stop = v128.load64_zero(pairOf(positions, load<i32>(endPins + route)));
    // Lanes: x of the start, y of the row wire, x and y of the end.
    const places = v128.shuffle<f32>(v128.shuffle<f32>(start, row, 0, 5, 0, 0), stop, 0, 1, 4, 5);
    const floors = f32x4.floor(places);
    const parts = f32x4.sub(places, floors);
    const cells = wholes(floors);
    const endColumn = i32x4.extract_lane(cells, 2);
    const row0 = i32x4.extract_lane(cells, 1);
    const partY = v128.shuffle<f32>(parts, parts, 1, 1, 1, 1);
    const rest = f32x4.sub(one, parts);
    const endShares = v128.shuffle<f32>(rest, parts, 2, 6, 2, 6);
    const amounts = directed(v128.load32_splat(routeDemands + route), places);
    // Element c + 1 of a line holds what belongs to cell c, and an end at x is shared by cells x - 1 and x.
    const startX = f32x4.extract_lane(places, 0);
    const endX = f32x4.extract_lane(places, 2);
    if (startX != endX) {
      const amount = v128.shuffle<f32>(amounts, amounts, 0, 0, 0, 0);
      const startShares = v128.shuffle<f32>(rest, parts, 0, 4, 0, 4);
      const startColumn = i32x4.extract_lane(cells, 0);
      splat(elementAt(horizontal, stride, endColumn, row0), stride, endShares, partY, amount);
      splat(elementAt(horizontal, stride, startColumn, row0), stride, startShares, partY, f32x4.neg(amount));
    }
    const y = f32x4.extract_lane(places, 1);
    const endY = f32x4.extract_lane(places, 3);
    if (y != endY) {
      const amount = v128.shuffle<f32>(amounts, amounts, 1, 1, 1, 1);
      const endPartY = v128.shuffle<f32>(parts, parts, 3, 3, 3, 3);
      const endRow = i32x4.extract_lane(cells, 3);
      splat(elementAt(vertical, stride, endColumn, endRow), stride, endShares, endPartY, amount);
      splat(elementAt(vertical, stride, endColumn, row0), stride, endShares, partY, f32x4.neg(amount));
    }
  }
  finishCongestion(state, judge, stride);
}

/** Turns splats into congestion: running sums, then the judge's smoothing, then what stands. */
function finishCongestion(state: SmoothRoutes, judge: JudgeState, stride: usize): void {
  const columns = judge.columns;
  const rows = judge.rows;
  const cells = columns * rows;
  for (let row = 0; row < rows; row++) {
    let sum: f32 = 0;
    for (let column = columns - 1; column >= 0; column--) {
      sum += load<f32>(state.horizontal + <usize>row * stride + (<usize>(column + 1) << 2));
      store<f32>(state.congestion + (<usize>(row * columns + column) << 2), sum * <f32>state.horizontalUnit);
    }
  }
  for (let column = 0; column < columns; column++) {
    let sum: f32 = 0;
    for (let row = rows - 1; row >= 0; row--) {
      sum += load<f32>(state.vertical + <usize>(row + 1) * stride + (<usize>column << 2));
      store<f32>(state.congestion + (<usize>(cells + row * columns + column) << 2), sum * <f32>state.verticalUnit);
    }
  }
  smoothLines(state, judge, state.congestion, false);
  for (let at: usize = 0; at < <usize>cells << 3; at += 4) {
    const congestion = state.congestion + at;
    store<f32>(congestion, load<f32>(congestion) + load<f32>(state.standing + at));
  }
}

/**
 * The judge's smoothing of both halves of a map in place: horizontal values along columns, vertical ones along rows. Each value
 * is shared evenly by the cells in range. `transposed`: the sums that the slopes need instead.
 */
function smoothLines(state: SmoothRoutes, judge: JudgeState, map: usize, transposed: bool): void {
  const range = judge.smoothing;
  if (range == 0) return;
  const columns = judge.columns;
  const rows = judge.rows;
  for (let column = 0; column < columns; column++) {
    smoothLine(state.line, map + (<usize>column << 2), rows, <usize>columns << 2, range, transposed);
  }
  const vertical = map + (<usize>(columns * rows) << 2);
  for (let row = 0; row < rows; row++) {
    smoothLine(state.line, vertical + (<usize>(row * columns) << 2), columns, 4, range, transposed);
  }
}

function smoothLine(line: usize, values: usize, length: i32, stride: usize, range: i32, transposed: bool): void {
  for (let i = 0; i < length; i++) store<f32>(line + (<usize>i << 2), load<f32>(values + <usize>i * stride));
  for (let i = 0; i < length; i++) {
    const last = min(i + range, length - 1);
    let sum: f32 = 0;
    for (let j = max(i - range, 0); j <= last; j++) {
      const sharing = transposed ? i : j;
      const sharers = min(sharing + range, length - 1) - max(sharing - range, 0) + 1;
      sum += load<f32>(line + (<usize>j << 2)) / <f32>sharers;
    }
    store<f32>(values + <usize>i * stride, sum);
  }
}

/** Sets `standing` to the tracks that the judge's macros block. */
export function readBlockedTracks(address: usize): void {
  const state = changetype<SmoothRoutes>(address);
  const judge = changetype<JudgeState>(state.judge);
  const cells = judge.columns * judge.rows;
  for (let cell = 0; cell < cells; cell++) {
    const at = <usize>cell << 2;
    const horizontal = <f64>load<i64>(judge.horizontalBlocked + (at << 1)) / MAP_ONE;
    const vertical = <f64>load<i64>(judge.verticalBlocked + (at << 1)) / MAP_ONE;
    store<f32>(state.standing + at, <f32>horizontal);
    store<f32>(state.standing + (<usize>cells << 2) + at, <f32>vertical);
  }
}

// Slopes

/** Turns the cells' shares in the cost into running sums, in `horizontal` and `vertical`; `shares` is overwritten. */
export function sumShares(address: usize): void {
  const state = changetype<SmoothRoutes>(address);
  const judge = changetype<JudgeState>(state.judge);
  const columns = judge.columns;
  const rows = judge.rows;
  const cells = columns * rows;
  const stride = <usize>(columns + 1) << 2;
  smoothLines(state, judge, state.shares, true);
  // The last line and column are read with weight 0.
  memory.fill(state.horizontal, 0, stride * <usize>(rows + 1));
  memory.fill(state.vertical, 0, stride * <usize>(rows + 1));
  for (let row = 0; row < rows; row++) {
    let sum: f32 = 0;
    for (let column = 0; column < columns; column++) {
      sum += load<f32>(state.shares + (<usize>(row * columns + column) << 2)) * <f32>state.horizontalUnit;
      store<f32>(state.horizontal + <usize>row * stride + (<usize>(column + 1) << 2), sum);
    }
  }
  for (let column = 0; column < columns; column++) {
    let sum: f32 = 0;
    for (let row = 0; row < rows; row++) {
      sum += load<f32>(state.shares + (<usize>(cells + row * columns + column) << 2)) * <f32>state.verticalUnit;
      store<f32>(state.vertical + <usize>(row + 1) * stride + (<usize>column << 2), sum);
    }
  }
}

/** Slopes of a bilinear map beside the element at `at`, by x in lane 0 and by y in lane 1. */
// @ts-ignore: decorator
@inline
function slopeAt(at: usize, stride: usize, partX: v128, partY: v128): v128 {
  const lower = v128.load64_zero(at);
  const rise = f32x4.sub(v128.load64_zero(at + stride), lower);
  const line = f32x4.add(lower, f32x4.mul(rise, partY));
  const left = v128.shuffle<f32>(line, rise, 0, 4, 0, 4);
  const change = f32x4.sub(v128.shuffle<f32>(line, rise, 1, 5, 1, 5), left);
  const between = f32x4.add(left, f32x4.mul(partX, change));
  return v128.shuffle<f32>(change, between, 0, 5, 0, 5);
}

/**
 * Adds to `slopes` (f32 pairs, per moving node) `factor` times the slopes of sum(share · congestion) by the routes' pins, where
 * `routeDemand` found them.
 */
export function gatherRoutes(address: usize, first: i32, end: i32, factor: f32, slopes: usize): void {
  const state = changetype<SmoothRoutes>(address);
  const nets = changetype<CellNets>(state.nets);
  const judge = changetype<JudgeState>(state.judge);
  const stride = <usize>(judge.columns + 1) << 2;
  const most = outerCentres(judge);
  const perPlace = f32x4.mul(
    f32x4(<f32>state.columnsPerX, <f32>state.rowsPerY, 0, 0), f32x4.splat(factor),
  );
  const onlyX = i32x4(-1, 0, 0, 0);
  const positions = state.positions;
  const rowPins = state.rowPins;
  const startPins = state.startPins;
  const endPins = state.endPins;
  const routeDemands = state.routeDemands;
  const horizontal = state.horizontal;
  const vertical = state.vertical;
  const pinNodes = nets.pinNodes;
  const movingCount = nets.movingCount;
  for (let route = <usize>first << 2, stopAt = <usize>end << 2; route < stopAt; route += 4) {
    const rowPin = load<i32>(rowPins + route);
    const startPin = load<i32>(startPins + route);
    const endPin = load<i32>(endPins + route);
    const start = v128.load64_zero(pairOf(positions, startPin));
    const row = v128.load64_zero(pairOf(positions, rowPin));
    const stop = v128.load64_zero(pairOf(positions, endPin));
    const places = v128.shuffle<f32>(v128.shuffle<f32>(start, row, 0, 5, 0, 0), stop, 0, 1, 4, 5);
    const floors = f32x4.floor(places);
    const parts = f32x4.sub(places, floors);
    const cells = wholes(floors);
    const endColumn = i32x4.extract_lane(cells, 2);
    const row0 = i32x4.extract_lane(cells, 1);
    const partY = v128.shuffle<f32>(parts, parts, 1, 1, 1, 1);
    const endPartX = v128.shuffle<f32>(parts, parts, 2, 2, 2, 2);
    const demand = f32x4.mul(perPlace, v128.load32_splat(routeDemands + route));
    const backward = directed(f32x4.splat(0), places); // sign bits
    // Lanes 0 and 1: slopes by the x of the column wire and by the y of the row wire, which meet at the corner; and by the
    // two other ends.
    let corner = f32x4.splat(0);
    let slopeStart = f32x4.splat(0);
    let slopeEnd = f32x4.splat(0);
    const startX = f32x4.extract_lane(places, 0);
    const endX = f32x4.extract_lane(places, 2);
    if (startX != endX) {
      const amount = v128.xor(demand, v128.shuffle<f32>(backward, backward, 0, 0, 0, 0));
      const startAt = elementAt(horizontal, stride, i32x4.extract_lane(cells, 0), row0);
      const endAt = elementAt(horizontal, stride, endColumn, row0);
      slopeStart = f32x4.mul(amount, slopeAt(startAt, stride, v128.shuffle<f32>(parts, parts, 0, 0, 0, 0), partY));
      corner = f32x4.sub(f32x4.mul(amount, slopeAt(endAt, stride, endPartX, partY)), v128.andnot(slopeStart, onlyX));
    }
    const y = f32x4.extract_lane(places, 1);
    const endY = f32x4.extract_lane(places, 3);
    if (y != endY) {
      const amount = v128.xor(demand, v128.shuffle<f32>(backward, backward, 1, 1, 1, 1));
      const startAt = elementAt(vertical, stride, endColumn, row0);
      const endAt = elementAt(vertical, stride, endColumn, i32x4.extract_lane(cells, 3));
      slopeEnd = f32x4.mul(amount, slopeAt(endAt, stride, endPartX, v128.shuffle<f32>(parts, parts, 3, 3, 3, 3)));
      corner = f32x4.sub(corner, f32x4.mul(amount, slopeAt(startAt, stride, endPartX, partY)));
      corner = f32x4.add(corner, v128.and(slopeEnd, onlyX));
    }
    // By the end's x (the corner's) and y; by the start's x; by the row's y (the corner's).
    const endNode = load<i32>(pinNodes + (<usize>endPin << 2));
    if (endNode < movingCount) {
      const atEnd = v128.bitselect(corner, slopeEnd, onlyX);
      addPair(pairOf(slopes, endNode), v128.and(atEnd, moves(stop, most)));
    }
    const startNode = load<i32>(pinNodes + (<usize>startPin << 2));
    const atStart = f32x4.neg(v128.and(slopeStart, v128.and(onlyX, moves(start, most))));
    const atRow = v128.andnot(v128.and(corner, moves(row, most)), onlyX);
    if (rowPin == startPin) {
      if (startNode < movingCount) addPair(pairOf(slopes, startNode), f32x4.add(atStart, atRow));
    } else {
      if (startNode < movingCount) addPair(pairOf(slopes, startNode), atStart);
      const rowNode = load<i32>(pinNodes + (<usize>rowPin << 2));
      if (rowNode < movingCount) addPair(pairOf(slopes, rowNode), atRow);
    }
  }
}

// @ts-ignore: decorator
@inline
function addPair(at: usize, slope: v128): void {
  v128.store64_lane(at, f32x4.add(v128.load64_zero(at), slope), 0);
}
