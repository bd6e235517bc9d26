// Bilinear sampling of a map [height x width x channels] at the cell centres of a rows x columns grid over the same
// canvas: row r of the grid has its centre at (r + 0.5) · height / rows of the map, whose own centres lie at
// i + 0.5; beyond the outermost centres the map continues flat. The result is one plane per channel,
// [channels x rows x columns]. Channels are a multiple of 4.
import { madd } from "./vector";

/** Where the centre of cell `i` lies among `size` map rows of `perCell` rows to a cell, clamped to their centres. */
// @ts-ignore: decorator
@inline
function position(i: i32, perCell: f32, size: i32): f32 {
  const at = (<f32>i + 0.5) * perCell - 0.5;
  const last = <f32>(size - 1);
  return at < 0 ? 0 : at > last ? last : at; // comparisons are cheaper than min and max, which mind NaN
}

/** planes [channels x rows·columns] = the map at the cell centres. */
export function resample(
  map: usize, height: i32, width: i32, channels: i32,
  rows: i32, columns: i32, planes: usize,
): void {
  const pixel = <usize>channels << 2;
  const mapRow = pixel * <usize>width;
  const plane = <usize>rows * <usize>columns * 4;
  const perRow = <f32>height / <f32>rows;
  const perColumn = <f32>width / <f32>columns;
  for (let r = 0; r < rows; r++) {
    const y = position(r, perRow, height);
    const y0 = <i32>y;
    const fy = y - <f32>y0;
    const lower = map + <usize>y0 * mapRow;
    const upper = y0 + 1 < height ? lower + mapRow : lower;
    for (let c = 0; c < columns; c++) {
      const x = position(c, perColumn, width);
      const x0 = <i32>x;
      const fx = x - <f32>x0;
      const left = <usize>x0 * pixel;
      const right = x0 + 1 < width ? left + pixel : left;
      const w11 = f32x4.splat(fy * fx);
      const w10 = f32x4.splat(fy * (1 - fx));
      const w01 = f32x4.splat((1 - fy) * fx);
      const w00 = f32x4.splat((1 - fy) * (1 - fx));
      let out = planes;
      for (let k: usize = 0; k < pixel; k += 16) {
        const below = f32x4.add(
          f32x4.mul(w00, v128.load(lower + left + k)),
          f32x4.mul(w01, v128.load(lower + right + k)),
        );
        const above = f32x4.add(
          f32x4.mul(w10, v128.load(upper + left + k)),
          f32x4.mul(w11, v128.load(upper + right + k)),
        );
        const value = f32x4.add(below, above);
        v128.store_lane<f32>(out, value, 0);
        v128.store_lane<f32>(out + plane, value, 1);
        v128.store_lane<f32>(out + plane * 2, value, 2);
        v128.store_lane<f32>(out + plane * 3, value, 3);
        out += plane * 4;
      }
      planes += 4;
    }
  }
}

/** Gradient of `resample`: dMap [height x width x channels] += from dPlanes [channels x rows·columns]. */
export function resampleBackward(
  dPlanes: usize, rows: i32, columns: i32,
  height: i32, width: i32, channels: i32, dMap: usize,
): void {
  const pixel = <usize>channels << 2;
  const mapRow = pixel * <usize>width;
  const plane = <usize>rows * <usize>columns * 4;
  const perRow = <f32>height / <f32>rows;
  const perColumn = <f32>width / <f32>columns;
  for (let r = 0; r < rows; r++) {
    const y = position(r, perRow, height);
    const y0 = <i32>y;
    const fy = y - <f32>y0;
    const lower = dMap + <usize>y0 * mapRow;
    const upper = y0 + 1 < height ? lower + mapRow : lower;
    for (let c = 0; c < columns; c++) {
      const x = position(c, perColumn, width);
      const x0 = <i32>x;
      const fx = x - <f32>x0;
      const left = <usize>x0 * pixel;
      const right = x0 + 1 < width ? left + pixel : left;
      const w11 = f32x4.splat(fy * fx);
      const w10 = f32x4.splat(fy * (1 - fx));
      const w01 = f32x4.splat((1 - fy) * fx);
      const w00 = f32x4.splat((1 - fy) * (1 - fx));
      let from = dPlanes;
      for (let k: usize = 0; k < pixel; k += 16) {
        let value = v128.load32_zero(from);
        value = v128.load_lane<f32>(from + plane, value, 1);
        value = v128.load_lane<f32>(from + plane * 2, value, 2);
        value = v128.load_lane<f32>(from + plane * 3, value, 3);
        // One after the other: at the border two of the four pixels are the same.
        v128.store(lower + left + k, madd(v128.load(lower + left + k), w00, value));
        v128.store(lower + right + k, madd(v128.load(lower + right + k), w01, value));
        v128.store(upper + left + k, madd(v128.load(upper + left + k), w10, value));
        v128.store(upper + right + k, madd(v128.load(upper + right + k), w11, value));
        from += plane * 4;
      }
      dPlanes += 4;
    }
  }
}
