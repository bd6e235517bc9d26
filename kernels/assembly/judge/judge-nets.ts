// Wirelength and routing of nets: places of points, lengths of nets, and the cell borders that wires cross.
import { addTo, f64At, i32At, JudgeState, rowOf, toFixed } from "./judge-state";

/** Cell of a point: row * columns + column, or -1 outside the grid (a point on the right or top edge is outside). */
export function cellOf(state: JudgeState, x: f64, y: f64): i32 {
  let column = floor(x / state.cellWidth);
  let row = floor(y / state.cellHeight);
  if (state.clampOutside) {
    column = max(0, min(column, <f64>(state.columns - 1)));
    row = max(0, min(row, <f64>(state.rows - 1)));
  }
  // Written so that NaN (not placed) counts as outside.
  if (!(column >= 0 && column < <f64>state.columns && row >= 0 && row < <f64>state.rows)) return -1;
  return <i32>row * state.columns + <i32>column;
}

/** x offset of a point in the orientation given, from its offset (dx, dy) in N; see netlist/orientation.ts. */
// @ts-ignore: decorator
@inline
export function turnedX(orientation: i32, dx: f64, dy: f64): f64 {
  if (orientation == 0 || orientation == 3) return dx;
  if (orientation <= 2) return -dx;
  return orientation == 4 || orientation == 7 ? dy : -dy;
}

/** y offset, likewise. */
// @ts-ignore: decorator
@inline
export function turnedY(orientation: i32, dx: f64, dy: f64): f64 {
  if (orientation <= 1) return dy;
  if (orientation <= 3) return -dy;
  return orientation >= 6 ? dx : -dx;
}

/** Updates the points of a node from its place. */
export function placePointsOf(state: JudgeState, node: i32): void {
  const x = f64At(state.xs, node);
  const y = f64At(state.ys, node);
  const orientation = <i32>load<u8>(state.orientations + node);
  const end = i32At(state.nodePointStarts, node + 1);
  for (let point = i32At(state.nodePointStarts, node); point < end; point++) {
    const dx = f64At(state.pointXOffsets, point);
    const dy = f64At(state.pointYOffsets, point);
    const pointX = x + turnedX(orientation, dx, dy);
    const pointY = y + turnedY(orientation, dx, dy);
    store<f64>(state.pointXs + (<usize>point << 3), pointX);
    store<f64>(state.pointYs + (<usize>point << 3), pointY);
    store<i32>(state.pointCells + (<usize>point << 2), cellOf(state, pointX, pointY));
  }
}

/** x and y of a point as one vector. */
// @ts-ignore: decorator
@inline
export function placeOf(pointXs: usize, pointYs: usize, point: i32): v128 {
  const at = <usize>point << 3;
  return v128.load64_lane(pointYs + at, v128.load64_zero(pointXs + at), 1);
}

/** Weighted half-perimeter of a net, in fixed point. */
export function lengthOfNet(state: JudgeState, net: i32): i64 {
  const netStarts = state.netStarts;
  const netPoints = state.netPoints;
  const pointXs = state.pointXs;
  const pointYs = state.pointYs;
  const start = i32At(netStarts, net);
  const end = i32At(netStarts, net + 1);
  // x and y in one vector: the vector minimum is one instruction, while the scalar one has rules for NaN and needs many.
  let least = placeOf(pointXs, pointYs, i32At(netPoints, start));
  let most = least;
  let missing = f64x2.ne(least, least);
  for (let i = start + 1; i < end; i++) {
    const place = placeOf(pointXs, pointYs, i32At(netPoints, i));
    least = f64x2.pmin(least, place);
    most = f64x2.pmax(most, place);
    missing = v128.or(missing, f64x2.ne(place, place));
  }
  if (v128.any_true(missing)) return 0; // a point is not placed (NaN)
  const span = f64x2.extract_lane(most, 0) - f64x2.extract_lane(least, 0) +
    f64x2.extract_lane(most, 1) - f64x2.extract_lane(least, 1);
  if (!(span > 0)) return 0;
  return toFixed(span * f64At(state.netWeights, net) * state.lengthScale);
}

/** Adds `demand` to every cell of `row` from column `a` to `b`, the larger one excluded. */
// @ts-ignore: decorator
@inline
function addRow(state: JudgeState, row: i32, a: i32, b: i32, demand: i64): void {
  const map = state.horizontalDemand;
  const base = row * state.columns;
  const to = base + max(a, b);
  for (let cell = base + min(a, b); cell < to; cell++) addTo(map, cell, demand);
}

/** Adds `demand` to every cell of `column` from row `a` to `b`, the larger one excluded. */
// @ts-ignore: decorator
@inline
function addColumn(state: JudgeState, column: i32, a: i32, b: i32, demand: i64): void {
  const map = state.verticalDemand;
  const columns = state.columns;
  const to = max(a, b) * columns + column;
  for (let cell = min(a, b) * columns + column; cell < to; cell += columns) addTo(map, cell, demand);
}

/** Two cells: along the source's row, then along the sink's column. */
// @ts-ignore: decorator
@inline
function routeTwo(state: JudgeState, source: i32, sink: i32, demand: i64): void {
  const columns = state.columns;
  const sourceRow = rowOf(state, source);
  const sourceColumn = source - sourceRow * columns;
  const sinkRow = rowOf(state, sink);
  const sinkColumn = sink - sinkRow * columns;
  addRow(state, sourceRow, sourceColumn, sinkColumn, demand);
  addColumn(state, sinkColumn, sourceRow, sinkRow, demand);
}

/** Three cells: an L, or a T whose trunk is the middle row. The driver does not matter. */
function routeThree(state: JudgeState, a: i32, b: i32, c: i32, demand: i64): void {
  const columns = state.columns;
  const rows = state.rows;
  // Keys that sort by column, then row.
  const aRow = rowOf(state, a);
  const bRow = rowOf(state, b);
  const cRow = rowOf(state, c);
  let k1 = (a - aRow * columns) * rows + aRow;
  let k2 = (b - bRow * columns) * rows + bRow;
  let k3 = (c - cRow * columns) * rows + cRow;
  let swap: i32;
  if (k1 > k2) { swap = k1; k1 = k2; k2 = swap; }
  if (k2 > k3) { swap = k2; k2 = k3; k3 = swap; }
  if (k1 > k2) { swap = k1; k1 = k2; k2 = swap; }
  const x1 = k1 / rows;
  const x2 = k2 / rows;
  const x3 = k3 / rows;
  const y1 = k1 - x1 * rows;
  const y2 = k2 - x2 * rows;
  const y3 = k3 - x3 * rows;
  if (x1 < x2 && x2 < x3 && min(y1, y3) < y2 && y2 < max(y1, y3)) {
    addRow(state, y1, x1, x2, demand);
    addRow(state, y2, x2, x3, demand);
    addColumn(state, x2, y1, y2, demand);
    addColumn(state, x3, y2, y3, demand);
  } else if (x2 == x3 && x1 < x2 && y1 < min(y2, y3)) {
    addRow(state, y1, x1, x2, demand);
    addColumn(state, x2, y1, max(y2, y3), demand);
  } else if (y2 == y3) {
    addRow(state, y1, x1, x2, demand);
    addRow(state, y2, x2, x3, demand);
    addColumn(state, x2, y1, y2, demand);
  } else {
    // Sorted by row, then column, which is the order of the cells' own numbers.
    const c1 = min(min(a, b), c);
    const c3 = max(max(a, b), c);
    const c2 = a + b + c - c1 - c3;
    const r1 = rowOf(state, c1);
    const r2 = rowOf(state, c2);
    const r3 = rowOf(state, c3);
    addRow(state, r2, x1, x3, demand);
    addColumn(state, c1 - r1 * columns, r1, r2, demand);
    addColumn(state, c3 - r3 * columns, r2, r3, demand);
  }
}

/**
 * Adds a net's wires to the demand maps, `sign` times. Wires run between the distinct cells of the net's points;
 * a net with a point outside the grid is not routed (rule of the original binary).
 */
export function routeNet(state: JudgeState, net: i32, sign: i64): void {
  const netPoints = state.netPoints;
  const pointCells = state.pointCells;
  const start = i32At(state.netStarts, net);
  const end = i32At(state.netStarts, net + 1);
  const source = i32At(pointCells, i32At(netPoints, start));
  if (end - start == 2) {
    const sink = i32At(pointCells, i32At(netPoints, start + 1));
    if (source < 0 || sink < 0 || source == sink) return;
    routeTwo(state, source, sink, load<i64>(state.netDemands + (<usize>net << 3)) * sign);
    return;
  }
  const stamp = ++state.stamp;
  const stamps = state.cellStamps;
  const list = state.cellList;
  if (source < 0) return;
  store<i32>(stamps + (<usize>source << 2), stamp);
  let count = 0;
  for (let i = start + 1; i < end; i++) {
    const cell = i32At(pointCells, i32At(netPoints, i));
    if (cell < 0) return;
    const at = stamps + (<usize>cell << 2);
    if (load<i32>(at) == stamp) continue;
    store<i32>(at, stamp);
    store<i32>(list + (<usize>count << 2), cell);
    count++;
  }
  if (count == 0) return;
  const demand = load<i64>(state.netDemands + (<usize>net << 3)) * sign;
  if (count == 2) {
    routeThree(state, source, i32At(list, 0), i32At(list, 1), demand);
    return;
  }
  for (let i = 0; i < count; i++) routeTwo(state, source, i32At(list, i), demand);
}
