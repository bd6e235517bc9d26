// Helpers for vectors of four f32.

/** sum + x · y, rounded twice: a fused product would differ between machines. */
// @ts-ignore: decorator
@inline
export function madd(sum: v128, x: v128, y: v128): v128 {
  return f32x4.add(sum, f32x4.mul(x, y));
}

/** Sum of the four numbers. */
// @ts-ignore: decorator
@inline
export function laneSum(v: v128): f32 {
  return f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 1)
    + (f32x4.extract_lane(v, 2) + f32x4.extract_lane(v, 3));
}
