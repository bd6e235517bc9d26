// The grid maps: area that nodes cover, tracks that hard macros block, and the final congestion.
import { addTo, DEMAND_ONE, f64At, i64At, isSideways, JudgeState, MAP_ONE, NodeKind, toFixed } from "./judge-state";

/** µm: a row or column counts as fully covered if no more than this is missing (as in the original binary). */
const FULL_COVER: f64 = 1e-5;

/** Adds (sign 1) or removes (sign -1) a node's area and, for hard macros, the tracks that it blocks. */
export function coverNode(state: JudgeState, node: i32, sign: i64): void {
  const kind = load<u8>(state.kinds + node);
  if (kind == NodeKind.Port) return;
  const x = f64At(state.xs, node);
  const y = f64At(state.ys, node);
  if (x != x) return; // not placed
  const sideways = isSideways(state, node);
  const width = sideways ? f64At(state.heights, node) : f64At(state.widths, node);
  const height = sideways ? f64At(state.widths, node) : f64At(state.heights, node);
  const left = x - width / 2;
  const right = x + width / 2;
  const bottom = y - height / 2;
  const top = y + height / 2;
  const cellWidth = state.cellWidth;
  const cellHeight = state.cellHeight;
  const columns = state.columns;
  if (!(right > 0 && top > 0 && left < state.canvasWidth && bottom < state.canvasHeight)) return;
  const c0 = <i32>max(0, floor(left / cellWidth));
  const r0 = <i32>max(0, floor(bottom / cellHeight));
  const c1 = <i32>min(<f64>(columns - 1), floor(right / cellWidth));
  const r1 = <i32>min(<f64>(state.rows - 1), floor(top / cellHeight));
  const cellArea = cellWidth * cellHeight;
  for (let row = r0; row <= r1; row++) {
    const dy = min(top, <f64>(row + 1) * cellHeight) - max(bottom, <f64>row * cellHeight);
    if (dy <= 0) continue;
    for (let column = c0; column <= c1; column++) {
      const dx = min(right, <f64>(column + 1) * cellWidth) - max(left, <f64>column * cellWidth);
      if (dx <= 0) continue;
      addTo(state.density, row * columns + column, sign * toFixed(dx * dy / cellArea * MAP_ONE));
    }
  }
  if (kind == NodeKind.HardMacro) blockTracks(state, left, right, bottom, top, c0, c1, r0, r1, sign);
}

/**
 * Tracks blocked by a hard macro in the cells that it touches. If it spans several rows and covers the bottom or the top
 * one only partly, no vertical tracks are blocked in its top row; likewise no horizontal ones in its right column.
 */
function blockTracks(
  state: JudgeState, left: f64, right: f64, bottom: f64, top: f64,
  c0: i32, c1: i32, r0: i32, r1: i32, sign: i64,
): void {
  const cellWidth = state.cellWidth;
  const cellHeight = state.cellHeight;
  const columns = state.columns;
  const heightIn0 = min(top, <f64>(r0 + 1) * cellHeight) - max(bottom, <f64>r0 * cellHeight);
  const heightIn1 = min(top, <f64>(r1 + 1) * cellHeight) - max(bottom, <f64>r1 * cellHeight);
  const widthIn0 = min(right, <f64>(c0 + 1) * cellWidth) - max(left, <f64>c0 * cellWidth);
  const widthIn1 = min(right, <f64>(c1 + 1) * cellWidth) - max(left, <f64>c1 * cellWidth);
  const topRowOpen = r0 < r1 &&
    (abs(heightIn0 - cellHeight) > FULL_COVER || abs(heightIn1 - cellHeight) > FULL_COVER);
  const rightColumnOpen = c0 < c1 &&
    (abs(widthIn0 - cellWidth) > FULL_COVER || abs(widthIn1 - cellWidth) > FULL_COVER);
  const verticalPerUm = state.verticalUsed / state.verticalCapacity * MAP_ONE;
  const horizontalPerUm = state.horizontalUsed / state.horizontalCapacity * MAP_ONE;
  for (let row = r0; row <= r1; row++) {
    const dy = min(top, <f64>(row + 1) * cellHeight) - max(bottom, <f64>row * cellHeight);
    if (dy <= 0) continue;
    const vertical = !(topRowOpen && row == r1);
    for (let column = c0; column <= c1; column++) {
      const dx = min(right, <f64>(column + 1) * cellWidth) - max(left, <f64>column * cellWidth);
      if (dx <= 0) continue;
      const cell = row * columns + column;
      if (vertical) addTo(state.verticalBlocked, cell, sign * toFixed(dx * verticalPerUm));
      if (!(rightColumnOpen && column == c1)) {
        addTo(state.horizontalBlocked, cell, sign * toFixed(dy * horizontalPerUm));
      }
    }
  }
}

/** Fixed-point map [n] as f32 shares of `most`, cut at 1. */
export function readMap(map: usize, target: usize, n: i32, most: f64): void {
  const unit = 1 / (MAP_ONE * most);
  for (let i = 0; i < n; i++) {
    store<f32>(target + (<usize>i << 2), <f32>min(<f64>i64At(map, i) * unit, 1));
  }
}

/** Number of cells that share a cell's demand: those within `range`, including itself. */
// @ts-ignore: decorator
@inline
function shares(index: i32, range: i32, length: i32): f64 {
  return <f64>(min(index + range, length - 1) - max(index - range, 0) + 1);
}

/** Final horizontal congestion of a cell: demand smoothed over the rows of its column, plus blocked tracks. */
export function horizontalCongestion(state: JudgeState, row: i32, column: i32): i64 {
  const columns = state.columns;
  const cell = row * columns + column;
  const scale = MAP_ONE / DEMAND_ONE / state.horizontalCapacity;
  const range = state.smoothing;
  if (range == 0) {
    return toFixed(<f64>i64At(state.horizontalDemand, cell) * scale) + i64At(state.horizontalBlocked, cell);
  }
  const rows = state.rows;
  const last = min(row + range, rows - 1);
  let sum: f64 = 0;
  for (let r = max(row - range, 0); r <= last; r++) {
    sum += <f64>i64At(state.horizontalDemand, r * columns + column) / shares(r, range, rows);
  }
  return toFixed(sum * scale) + i64At(state.horizontalBlocked, cell);
}

/** Final vertical congestion of a cell: demand smoothed over the columns of its row, plus blocked tracks. */
export function verticalCongestion(state: JudgeState, row: i32, column: i32): i64 {
  const columns = state.columns;
  const base = row * columns;
  const scale = MAP_ONE / DEMAND_ONE / state.verticalCapacity;
  const range = state.smoothing;
  if (range == 0) {
    return toFixed(<f64>i64At(state.verticalDemand, base + column) * scale) +
      i64At(state.verticalBlocked, base + column);
  }
  const last = min(column + range, columns - 1);
  let sum: f64 = 0;
  for (let c = max(column - range, 0); c <= last; c++) {
    sum += <f64>i64At(state.verticalDemand, base + c) / shares(c, range, columns);
  }
  return toFixed(sum * scale) + i64At(state.verticalBlocked, base + column);
}
