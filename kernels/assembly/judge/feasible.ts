// Where a macro may be placed: inside the canvas, without overlap with placed hard macros and blockages.
import { f64At, i32At, isSideways, JudgeState } from "./judge-state";

/** Overlaps of up to this many µm are ignored. */
export const TOUCHING: f64 = 1e-6;
/** In cells: a macro may exceed the canvas by this much, because sizes in files are single-precision. */
const OUTSIDE_TOLERANCE: f64 = 1e-4;

/**
 * Writes the mask of a node over all cells: 1 where its centre may be on the cell's centre. The node must not be placed,
 * or its own place counts as an obstacle. Its box in orientation N may lie over edges and blockages by `overX` and `overY`
 * µm, which are halo. Blockages are `blockageCount` rows of left, bottom, right, top.
 * Returns the number of feasible cells.
 */
export function maskCells(
  address: usize, node: i32, overX: f64, overY: f64, hardMacros: usize, hardCount: i32,
  blockages: usize, blockageCount: i32, mask: usize,
): i32 {
  const state = changetype<JudgeState>(address);
  const columns = state.columns;
  const rows = state.rows;
  memory.fill(mask, 0, <usize>(columns * rows));
  const sideways = isSideways(state, node);
  const halfWidth = (sideways ? f64At(state.heights, node) : f64At(state.widths, node)) / 2;
  const halfHeight = (sideways ? f64At(state.widths, node) : f64At(state.heights, node)) / 2;
  // Without the halo that may lie over edges.
  const bodyHalfWidth = halfWidth - (sideways ? overY : overX);
  const bodyHalfHeight = halfHeight - (sideways ? overX : overY);
  const cellWidth = state.cellWidth;
  const cellHeight = state.cellHeight;
  // Columns whose centre leaves the macro inside: halfWidth - tolerance <= (c + 0.5) cellWidth <= W - halfWidth + …
  const c0 = <i32>max(0, ceil((bodyHalfWidth / cellWidth) - OUTSIDE_TOLERANCE - 0.5));
  const r0 = <i32>max(0, ceil((bodyHalfHeight / cellHeight) - OUTSIDE_TOLERANCE - 0.5));
  const c1 = <i32>min(<f64>(columns - 1), floor((state.canvasWidth - bodyHalfWidth) / cellWidth + OUTSIDE_TOLERANCE - 0.5));
  const r1 = <i32>min(<f64>(rows - 1), floor((state.canvasHeight - bodyHalfHeight) / cellHeight + OUTSIDE_TOLERANCE - 0.5));
  if (c1 < c0) return 0;
  for (let row = r0; row <= r1; row++) memory.fill(mask + row * columns + c0, 1, <usize>(c1 - c0 + 1));
  for (let i = 0; i < hardCount; i++) {
    const other = i32At(hardMacros, i);
    const x = f64At(state.xs, other);
    if (x != x) continue;
    const turned = isSideways(state, other);
    const reachX = (turned ? f64At(state.heights, other) : f64At(state.widths, other)) / 2 + halfWidth - TOUCHING;
    const reachY = (turned ? f64At(state.widths, other) : f64At(state.heights, other)) / 2 + halfHeight - TOUCHING;
    clearRange(state, mask, x, f64At(state.ys, other), reachX, reachY);
  }
  for (let i = 0; i < blockageCount; i++) {
    const left = f64At(blockages, 4 * i);
    const bottom = f64At(blockages, 4 * i + 1);
    const right = f64At(blockages, 4 * i + 2);
    const top = f64At(blockages, 4 * i + 3);
    clearRange(
      state, mask, (left + right) / 2, (bottom + top) / 2,
      (right - left) / 2 + bodyHalfWidth - TOUCHING, (top - bottom) / 2 + bodyHalfHeight - TOUCHING,
    );
  }
  let count = 0;
  for (let cell = 0; cell < columns * rows; cell++) count += <i32>load<u8>(mask + cell);
  return count;
}

/** Clears the cells whose centres are nearer to (x, y) than reachX and reachY on both axes. */
function clearRange(state: JudgeState, mask: usize, x: f64, y: f64, reachX: f64, reachY: f64): void {
  const cellWidth = state.cellWidth;
  const cellHeight = state.cellHeight;
  const columns = state.columns;
  const c0 = <i32>max(0, floor((x - reachX) / cellWidth - 0.5) + 1);
  const r0 = <i32>max(0, floor((y - reachY) / cellHeight - 0.5) + 1);
  const c1 = <i32>min(<f64>(columns - 1), ceil((x + reachX) / cellWidth - 0.5) - 1);
  const r1 = <i32>min(<f64>(state.rows - 1), ceil((y + reachY) / cellHeight - 0.5) - 1);
  if (c1 < c0) return;
  for (let row = r0; row <= r1; row++) memory.fill(mask + row * columns + c0, 0, <usize>(c1 - c0 + 1));
}
