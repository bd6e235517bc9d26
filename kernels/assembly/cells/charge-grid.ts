// Rectangles on a grid of bins: how full they make the bins, and how a map over the bins pushes them. Used with the bins of the
// electrostatic field and with the judge's own cells. Four bins of a row are read and written at a time, also where the
// rectangle ends earlier: the part that it covers of them is 0. So every map needs room for three more numbers at its end.

@unmanaged
export class ChargeGrid {
  columns: i32;
  rows: i32;
  /** Bins per µm. */
  binsPerX: f64;
  binsPerY: f64;
  /** Per rectangle: centre and half sizes, f32 pairs, µm. */
  places: usize;
  halfSizes: usize;
  /** Per rectangle: how full it makes a bin that it covers, f32. */
  charges: usize;
}

// Edges of a rectangle in bins, cut at the edges of the grid.

// @ts-ignore: decorator
@inline
function leftOf(grid: ChargeGrid, at: usize): f32 {
  return max((load<f32>(grid.places + at) - load<f32>(grid.halfSizes + at)) * <f32>grid.binsPerX, 0);
}

// @ts-ignore: decorator
@inline
function rightOf(grid: ChargeGrid, at: usize): f32 {
  return min((load<f32>(grid.places + at) + load<f32>(grid.halfSizes + at)) * <f32>grid.binsPerX, <f32>grid.columns);
}

// @ts-ignore: decorator
@inline
function bottomOf(grid: ChargeGrid, at: usize): f32 {
  return max((load<f32>(grid.places + at, 4) - load<f32>(grid.halfSizes + at, 4)) * <f32>grid.binsPerY, 0);
}

// @ts-ignore: decorator
@inline
function topOf(grid: ChargeGrid, at: usize): f32 {
  return min((load<f32>(grid.places + at, 4) + load<f32>(grid.halfSizes + at, 4)) * <f32>grid.binsPerY, <f32>grid.rows);
}

/** Parts of the four bins from `bin` on that lie between `low` and `high`. */
// @ts-ignore: decorator
@inline
function coverOf(bin: i32, low: v128, high: v128): v128 {
  const starts = f32x4.add(f32x4.splat(<f32>bin), f32x4(0, 1, 2, 3));
  const ends = f32x4.add(starts, f32x4.splat(1));
  const cover = f32x4.sub(f32x4.pmin(high, ends), f32x4.pmax(low, starts));
  return f32x4.pmax(f32x4.splat(0), cover);
}

// @ts-ignore: decorator
@inline
function laneSum(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2)) + (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3));
}

/** Adds rectangles `first` .. `end` to `map` [rows x columns], f32; 1 is a full bin. Those without a place (NaN) are left out. */
export function addCharges(address: usize, first: i32, end: i32, map: usize): void {
  const grid = changetype<ChargeGrid>(address);
  const columns = grid.columns;
  for (let i = first; i < end; i++) {
    const at = <usize>i << 3;
    const left = leftOf(grid, at);
    const right = rightOf(grid, at);
    const bottom = bottomOf(grid, at);
    const top = topOf(grid, at);
    if (!(left < right && bottom < top)) continue;
    const charge = load<f32>(grid.charges + (<usize>i << 2));
    const low = f32x4.splat(left);
    const high = f32x4.splat(right);
    const lastRow = min(<i32>top, grid.rows - 1);
    for (let row = <i32>bottom; row <= lastRow; row++) {
      const height = min(top, <f32>(row + 1)) - max(bottom, <f32>row);
      const factor = f32x4.splat(charge * height);
      for (let column = <i32>left; <f32>column < right; column += 4) {
        const bins = map + (<usize>(row * columns + column) << 2);
        v128.store(bins, f32x4.add(v128.load(bins), f32x4.mul(factor, coverOf(column, low, high))));
      }
    }
  }
}

/**
 * Adds to `slopes` (f32 pairs, of rectangles) `factor` times the field over each rectangle, summed over the bins as far as it
 * covers them: the way in which charges feel an electric field.
 */
export function gatherField(
  address: usize, first: i32, end: i32, fieldXs: usize, fieldYs: usize, factor: f32, slopes: usize,
): void {
  const grid = changetype<ChargeGrid>(address);
  const columns = grid.columns;
  for (let i = first; i < end; i++) {
    const at = <usize>i << 3;
    const left = leftOf(grid, at);
    const right = rightOf(grid, at);
    const bottom = bottomOf(grid, at);
    const top = topOf(grid, at);
    if (!(left < right && bottom < top)) continue;
    const low = f32x4.splat(left);
    const high = f32x4.splat(right);
    const lastRow = min(<i32>top, grid.rows - 1);
    let sumX = f32x4.splat(0);
    let sumY = f32x4.splat(0);
    for (let row = <i32>bottom; row <= lastRow; row++) {
      const height = f32x4.splat(min(top, <f32>(row + 1)) - max(bottom, <f32>row));
      for (let column = <i32>left; <f32>column < right; column += 4) {
        const bins = <usize>(row * columns + column) << 2;
        const cover = f32x4.mul(height, coverOf(column, low, high));
        // A bin that is not covered may be one beyond the map's end, with any bits.
        const covered = f32x4.gt(cover, f32x4.splat(0));
        sumX = f32x4.add(sumX, f32x4.mul(cover, v128.and(covered, v128.load(fieldXs + bins))));
        sumY = f32x4.add(sumY, f32x4.mul(cover, v128.and(covered, v128.load(fieldYs + bins))));
      }
    }
    const scale = factor * load<f32>(grid.charges + (<usize>i << 2));
    store<f32>(slopes + at, load<f32>(slopes + at) + scale * laneSum(sumX));
    store<f32>(slopes + at, load<f32>(slopes + at, 4) + scale * laneSum(sumY), 4);
  }
}

/**
 * Adds to `slopes` (f32 pairs) `factor` times the exact derivative of sum(weight · fullness) over the bins by the rectangle's
 * place: the weights along its leading edge less those along its trailing one.
 */
export function gatherEdges(
  address: usize, first: i32, end: i32, weights: usize, factor: f32, slopes: usize,
): void {
  const grid = changetype<ChargeGrid>(address);
  const columns = grid.columns;
  for (let i = first; i < end; i++) {
    const at = <usize>i << 3;
    const left = leftOf(grid, at);
    const right = rightOf(grid, at);
    const bottom = bottomOf(grid, at);
    const top = topOf(grid, at);
    if (!(left < right && bottom < top)) continue;
    const firstRow = <i32>bottom;
    const lastRow = min(<i32>top, grid.rows - 1);
    const firstColumn = <i32>left;
    const lastColumn = min(<i32>right, columns - 1);
    // An edge that is cut at the grid's does not move.
    const hasLeft: f32 = left > 0 ? 1 : 0;
    const hasRight: f32 = right < <f32>columns ? 1 : 0;
    const hasBottom: f32 = bottom > 0 ? 1 : 0;
    const hasTop: f32 = top < <f32>grid.rows ? 1 : 0;
    let slopeX: f32 = 0;
    for (let row = firstRow; row <= lastRow; row++) {
      const height = min(top, <f32>(row + 1)) - max(bottom, <f32>row);
      const bins = weights + (<usize>(row * columns) << 2);
      const rightWeight = load<f32>(bins + (<usize>lastColumn << 2));
      const leftWeight = load<f32>(bins + (<usize>firstColumn << 2));
      slopeX += height * (hasRight * rightWeight - hasLeft * leftWeight);
    }
    let slopeY: f32 = 0;
    for (let column = firstColumn; column <= lastColumn; column++) {
      const width = min(right, <f32>(column + 1)) - max(left, <f32>column);
      const topWeight = load<f32>(weights + (<usize>(lastRow * columns + column) << 2));
      const bottomWeight = load<f32>(weights + (<usize>(firstRow * columns + column) << 2));
      slopeY += width * (hasTop * topWeight - hasBottom * bottomWeight);
    }
    const scale = factor * load<f32>(grid.charges + (<usize>i << 2));
    store<f32>(slopes + at, load<f32>(slopes + at) + scale * <f32>grid.binsPerX * slopeX);
    store<f32>(slopes + at, load<f32>(slopes + at, 4) + scale * <f32>grid.binsPerY * slopeY, 4);
  }
}
