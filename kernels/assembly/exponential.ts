// The exponential of four numbers, computed here with f32 operations only, so that it gives the same bits on every machine.

const LOG2_E: f32 = Math.LOG2E as f32;
const LN2_HIGH: f32 = 0.693359375; // exact in 10 bits, so that n · LN2_HIGH is exact
const LN2_LOW: f32 = -2.1219444005469057e-4;
/** e^x below this is smaller than the smallest normal number and becomes 0. */
export const LOWEST: f32 = -87;

/** e^x of four numbers x <= 0: e^x = 2^n · e^r with |r| <= ln 2 / 2 and e^r by its Taylor series to r^7. */
// @ts-ignore: decorator
@inline
export function exp4(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(LOWEST));
  const n = f32x4.nearest(f32x4.mul(bounded, f32x4.splat(LOG2_E)));
  const high = f32x4.sub(bounded, f32x4.mul(n, f32x4.splat(LN2_HIGH)));
  const r = f32x4.sub(high, f32x4.mul(n, f32x4.splat(LN2_LOW)));
  let sum = f32x4.splat(1.0 / 5040.0);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 720.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 120.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 24.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1.0 / 6.0));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(0.5));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return v128.and(f32x4.mul(sum, power), f32x4.gt(x, f32x4.splat(LOWEST)));
}

/** 1.5 · 2^23: adding it to a number of few bits leaves that number, rounded to a whole one, in the low bits. */
const ROUNDER: f32 = 12582912;

/**
 * 2^x of four numbers x <= 0, with half the work of `exp4`: the relative error is up to 3e-6, more for results below 1e-10, and
 * 2^-126 takes the place of all smaller results. By the Taylor series to r^5 of 2^r with |r| <= 1/2.
 */
// @ts-ignore: decorator
@inline
export function roughPower4(x: v128): v128 {
  const bounded = f32x4.pmax(x, f32x4.splat(-126));
  const shifted = f32x4.add(bounded, f32x4.splat(ROUNDER));
  const r = f32x4.sub(bounded, f32x4.sub(shifted, f32x4.splat(ROUNDER)));
  let sum = f32x4.splat(1.3333558146e-3);
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(9.6181291076e-3));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(5.5504108665e-2));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(2.4022650696e-1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(6.9314718056e-1));
  sum = f32x4.add(f32x4.mul(sum, r), f32x4.splat(1));
  // Adds the whole part to the exponent.
  return i32x4.add(sum, i32x4.shl(shifted, 23));
}
