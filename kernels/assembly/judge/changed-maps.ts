// Computes final maps from demand steps and covered cells, for the flagged rows and columns only, and keeps or undoes
// these changes.
import { horizontalCongestion, verticalCongestion } from "./judge-maps";
import { DEMAND_ONE, f64At, i64At, isSideways, JudgeState, MAP_ONE, toFixed } from "./judge-state";
import { COVERED, MoveState, ROUTED, STALE } from "./move-state";
import { changeTop, TopList } from "./top-list";

/** Flags the rows and columns that a node's box touches. */
export function flagBox(state: MoveState, judge: JudgeState, node: i32): void {
  const x = f64At(judge.xs, node);
  const y = f64At(judge.ys, node);
  if (x != x || y != y) return;
  const sideways = isSideways(judge, node);
  const halfWidth = (sideways ? f64At(judge.heights, node) : f64At(judge.widths, node)) / 2;
  const halfHeight = (sideways ? f64At(judge.widths, node) : f64At(judge.heights, node)) / 2;
  const columns = judge.columns;
  const rows = judge.rows;
  if (!(x + halfWidth > 0 && y + halfHeight > 0 && x - halfWidth < judge.canvasWidth)) return;
  if (!(y - halfHeight < judge.canvasHeight)) return;
  const c0 = <i32>max(0, floor((x - halfWidth) / judge.cellWidth));
  const r0 = <i32>max(0, floor((y - halfHeight) / judge.cellHeight));
  const c1 = <i32>min(<f64>(columns - 1), floor((x + halfWidth) / judge.cellWidth));
  const r1 = <i32>min(<f64>(rows - 1), floor((y + halfHeight) / judge.cellHeight));
  for (let row = r0; row <= r1; row++) {
    store<u8>(state.rowFlags + row, load<u8>(state.rowFlags + row) | COVERED);
  }
  for (let column = c0; column <= c1; column++) {
    store<u8>(state.columnFlags + column, load<u8>(state.columnFlags + column) | COVERED);
  }
}

/** Updates the top sum of density for the covered rows. */
export function followDensity(state: MoveState, judge: JudgeState): void {
  const columns = judge.columns;
  const top = changetype<TopList>(state.densityList);
  for (let row = 0; row < judge.rows; row++) {
    if (!(load<u8>(state.rowFlags + row) & COVERED)) continue;
    for (let cell = row * columns; cell < (row + 1) * columns; cell++) {
      const old = i64At(state.keptDensity, cell);
      const fresh = i64At(judge.density, cell);
      if (old != fresh) changeTop(top, cell, old, fresh);
    }
  }
}

/** Stores a final value, and updates the top sum if it is, or was, near the top. */
// @ts-ignore: decorator
@inline
function setCongestion(at: usize, top: TopList, base: i64, i: i32, fresh: i64): void {
  const old = load<i64>(at);
  if (old == fresh) return;
  store<i64>(at, fresh);
  if (old >= base || fresh >= base) changeTop(top, i, old, fresh);
}

/** Adds up the steps, and computes the final congestion from them and the blocked tracks. */
export function finishChanged(state: MoveState, judge: JudgeState): void {
  if (judge.smoothing > 0) finishSmoothed(state, judge);
  else finishSharp(state, judge);
}

/** Without smoothing: the congestion of a cell depends only on that cell. */
function finishSharp(state: MoveState, judge: JudgeState): void {
  const columns = judge.columns;
  const rows = judge.rows;
  const cells = columns * rows;
  for (let row = 0; row < rows; row++) {
    const flags = load<u8>(state.rowFlags + row);
    if (!flags) continue;
    const at = <usize>(row * columns) << 3;
    finishLine(
      state, state.horizontalSteps + at, judge.horizontalDemand + at, judge.horizontalBlocked + at,
      judge.congestion + at, row * columns, 1, columns, (flags & COVERED) != 0,
      MAP_ONE / DEMAND_ONE / judge.horizontalCapacity,
    );
  }
  for (let column = 0; column < columns; column++) {
    const flags = load<u8>(state.columnFlags + column);
    if (!flags) continue;
    const at = <usize>column << 3;
    finishLine(
      state, state.verticalSteps + <usize>(column * rows << 3), judge.verticalDemand + at, judge.verticalBlocked + at,
      judge.congestion + (<usize>cells << 3) + at, cells + column, columns, rows, (flags & COVERED) != 0,
      MAP_ONE / DEMAND_ONE / judge.verticalCapacity,
    );
  }
}

/** One row, or one column (`stride` apart in the maps). If `covered` is false, only demand has changed. */
function finishLine(
  state: MoveState, steps: usize, demands: usize, blocked: usize, congestion: usize,
  first: i32, stride: i32, count: i32, covered: bool, scale: f64,
): void {
  const top = changetype<TopList>(state.congestionList);
  const base = top.base;
  const skip = <usize>stride << 3;
  const end = first + count * stride;
  let demand: i64 = 0;
  for (let i = first; i < end; i += stride) {
    demand += load<i64>(steps);
    if (covered || demand != load<i64>(demands)) {
      store<i64>(demands, demand);
      setCongestion(congestion, top, base, i, toFixed(<f64>demand * scale) + load<i64>(blocked));
    }
    steps += 8;
    demands += skip;
    blocked += skip;
    congestion += skip;
  }
}

/** With smoothing: demand of a row or column also counts in those up to `smoothing` away. */
function finishSmoothed(state: MoveState, judge: JudgeState): void {
  const columns = judge.columns;
  const rows = judge.rows;
  const range = judge.smoothing;
  const top = changetype<TopList>(state.congestionList);
  const base = top.base;
  const rowFlags = state.rowFlags;
  const columnFlags = state.columnFlags;
  for (let row = 0; row < rows; row++) {
    const flags = load<u8>(rowFlags + row);
    if (flags & COVERED) store<u8>(rowFlags + row, flags | STALE);
    if (!(flags & ROUTED)) continue;
    sumRow(state, judge, row);
    for (let near = max(0, row - range); near <= min(rows - 1, row + range); near++) {
      store<u8>(rowFlags + near, load<u8>(rowFlags + near) | STALE);
    }
  }
  for (let column = 0; column < columns; column++) {
    const flags = load<u8>(columnFlags + column);
    if (flags & COVERED) store<u8>(columnFlags + column, flags | STALE);
    if (!(flags & ROUTED)) continue;
    sumColumn(state, judge, column);
    for (let near = max(0, column - range); near <= min(columns - 1, column + range); near++) {
      store<u8>(columnFlags + near, load<u8>(columnFlags + near) | STALE);
    }
  }
  for (let row = 0; row < rows; row++) {
    if (!(load<u8>(rowFlags + row) & STALE)) continue;
    for (let column = 0; column < columns; column++) {
      const i = row * columns + column;
      setCongestion(judge.congestion + (<usize>i << 3), top, base, i, horizontalCongestion(judge, row, column));
    }
  }
  for (let column = 0; column < columns; column++) {
    if (!(load<u8>(columnFlags + column) & STALE)) continue;
    for (let row = 0; row < rows; row++) {
      const i = (rows + row) * columns + column;
      setCongestion(judge.congestion + (<usize>i << 3), top, base, i, verticalCongestion(judge, row, column));
    }
  }
}

function sumRow(state: MoveState, judge: JudgeState, row: i32): void {
  let demand: i64 = 0;
  for (let cell = row * judge.columns; cell < (row + 1) * judge.columns; cell++) {
    demand += i64At(state.horizontalSteps, cell);
    store<i64>(judge.horizontalDemand + (<usize>cell << 3), demand);
  }
}

function sumColumn(state: MoveState, judge: JudgeState, column: i32): void {
  let demand: i64 = 0;
  let cell = column;
  for (let i = column * judge.rows; i < (column + 1) * judge.rows; i++) {
    demand += i64At(state.verticalSteps, i);
    store<i64>(judge.verticalDemand + (<usize>cell << 3), demand);
    cell += judge.columns;
  }
}

/** Copies `count` i64 values from index `i` on. */
// @ts-ignore: decorator
@inline
function copyRange(to: usize, from: usize, i: i32, count: i32): void {
  const end = <usize>(i + count) << 3;
  for (let at = <usize>i << 3; at < end; at += 8) store<i64>(to + at, load<i64>(from + at));
}

/** Copies one column of a row-major map of `length` values. */
// @ts-ignore: decorator
@inline
function copyColumn(to: usize, from: usize, column: i32, columns: i32, length: i32): void {
  for (let cell = column; cell < length; cell += columns) {
    store<i64>(to + (<usize>cell << 3), i64At(from, cell));
  }
}

/** Makes the changed rows and columns the kept ones, and clears the flags. */
export function keepChanged(state: MoveState, judge: JudgeState): void {
  const columns = judge.columns;
  const rows = judge.rows;
  const cells = columns * rows;
  for (let row = 0; row < rows; row++) {
    const flags = load<u8>(state.rowFlags + row);
    if (!flags) continue;
    store<u8>(state.rowFlags + row, 0);
    const i = row * columns;
    if (flags & ROUTED) {
      copyRange(state.keptHorizontalSteps, state.horizontalSteps, i, columns);
      copyRange(state.keptHorizontalDemand, judge.horizontalDemand, i, columns);
    }
    if (flags & COVERED) {
      copyRange(state.keptHorizontalBlocked, judge.horizontalBlocked, i, columns);
      copyRange(state.keptVerticalBlocked, judge.verticalBlocked, i, columns);
      copyRange(state.keptDensity, judge.density, i, columns);
    }
    copyRange(state.keptCongestion, judge.congestion, i, columns);
  }
  for (let column = 0; column < columns; column++) {
    const flags = load<u8>(state.columnFlags + column);
    if (!flags) continue;
    store<u8>(state.columnFlags + column, 0);
    if (flags & ROUTED) {
      copyRange(state.keptVerticalSteps, state.verticalSteps, column * rows, rows);
      copyColumn(state.keptVerticalDemand, judge.verticalDemand, column, columns, cells);
    }
    copyColumn(state.keptCongestion + (<usize>cells << 3), judge.congestion + (<usize>cells << 3), column, columns, cells);
  }
}

/** Restores the final congestion of one row or column. */
function restoreLine(congestion: usize, kept: usize, top: TopList, first: i32, stride: i32, count: i32): void {
  const base = top.base;
  const end = first + count * stride;
  for (let i = first; i < end; i += stride) {
    setCongestion(congestion + (<usize>i << 3), top, base, i, i64At(kept, i));
  }
}

/** Restores the changed rows and columns, and clears the flags. */
export function undoChanged(state: MoveState, judge: JudgeState): void {
  const columns = judge.columns;
  const rows = judge.rows;
  const cells = columns * rows;
  const densityTop = changetype<TopList>(state.densityList);
  const congestionTop = changetype<TopList>(state.congestionList);
  for (let row = 0; row < rows; row++) {
    const flags = load<u8>(state.rowFlags + row);
    if (!flags) continue;
    store<u8>(state.rowFlags + row, 0);
    const i = row * columns;
    if (flags & ROUTED) {
      copyRange(state.horizontalSteps, state.keptHorizontalSteps, i, columns);
      copyRange(judge.horizontalDemand, state.keptHorizontalDemand, i, columns);
    }
    if (flags & COVERED) {
      copyRange(judge.horizontalBlocked, state.keptHorizontalBlocked, i, columns);
      copyRange(judge.verticalBlocked, state.keptVerticalBlocked, i, columns);
      for (let cell = i; cell < i + columns; cell++) {
        const old = i64At(judge.density, cell);
        const kept = i64At(state.keptDensity, cell);
        if (old == kept) continue;
        store<i64>(judge.density + (<usize>cell << 3), kept);
        changeTop(densityTop, cell, old, kept);
      }
    }
    if (state.routed) restoreLine(judge.congestion, state.keptCongestion, congestionTop, i, 1, columns);
  }
  for (let column = 0; column < columns; column++) {
    const flags = load<u8>(state.columnFlags + column);
    if (!flags) continue;
    store<u8>(state.columnFlags + column, 0);
    if (flags & ROUTED) {
      copyRange(state.verticalSteps, state.keptVerticalSteps, column * rows, rows);
      copyColumn(judge.verticalDemand, state.keptVerticalDemand, column, columns, cells);
    }
    if (state.routed) restoreLine(judge.congestion, state.keptCongestion, congestionTop, cells + column, columns, rows);
  }
}
