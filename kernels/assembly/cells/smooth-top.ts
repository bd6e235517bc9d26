// A smooth mean of the largest values (conditional value at risk; Rockafellar and Uryasev, Journal of Risk 2, 2000):
//   min over t of t + (1/k) sum τ·log(1 + e^((v - t)/τ)),
// which goes to the mean of the k largest values as τ goes to 0. Its slope by a value is that value's share.
import { exp4 } from "../exponential";

/** Halvings and Newton steps at most: the bracket shrinks below f32's resolution in fewer. */
const MOST_STEPS = 60;

/** 1 / (1 + e^-x) of four numbers. */
// @ts-ignore: decorator
@inline
function sigmoid4(x: v128): v128 {
  const e = exp4(f32x4.neg(f32x4.abs(x)));
  const one = f32x4.splat(1);
  const larger = f32x4.div(one, f32x4.add(one, e));
  return v128.bitselect(larger, f32x4.sub(one, larger), f32x4.ge(x, f32x4.splat(0)));
}

/**
 * Writes each value's share, between 0 and 1/k; they add up to 1. `values` and `shares` are f32 [n] with room for three more.
 * Returns t, the value of which half is counted. 0 < k < n.
 */
export function smoothTop(values: usize, shares: usize, n: i32, k: i32, tau: f32): f32 {
  const bytes = <usize>n << 2;
  const padded = (bytes + 15) & ~15;
  for (let at = bytes; at < padded; at += 4) store<f32>(values + at, -1e30);
  let low: f32 = Infinity as f32;
  let high: f32 = -Infinity as f32;
  for (let at: usize = 0; at < bytes; at += 4) {
    low = min(low, load<f32>(values + at));
    high = max(high, load<f32>(values + at));
  }
  // At `low` more than k count, at `high` fewer.
  low -= 40 * tau;
  high += 40 * tau;
  const rate = f32x4.splat(1 / tau);
  let t: f32 = 0.5 * (low + high);
  for (let step = 0; step < MOST_STEPS; step++) {
    const at = f32x4.splat(t);
    let sum = f32x4.splat(0);
    let slopes = f32x4.splat(0);
    for (let i: usize = 0; i < padded; i += 16) {
      const share = sigmoid4(f32x4.mul(f32x4.sub(v128.load(values + i), at), rate));
      sum = f32x4.add(sum, share);
      slopes = f32x4.add(slopes, f32x4.mul(share, f32x4.sub(f32x4.splat(1), share)));
    }
    const excess = laneSum(sum) - <f32>k;
    if (excess > 0) low = t;
    else high = t;
    if (abs(excess) < 1e-5 * <f32>k) break;
    const slope = laneSum(slopes) / tau;
    const newton = t + excess / slope;
    // Also where the slope is 0: then `newton` is infinite or not a number.
    t = newton > low && newton < high ? newton : 0.5 * (low + high);
  }
  const at = f32x4.splat(t);
  const scale = f32x4.splat(1 / <f32>k);
  for (let i: usize = 0; i < padded; i += 16) {
    const share = sigmoid4(f32x4.mul(f32x4.sub(v128.load(values + i), at), rate));
    v128.store(shares + i, f32x4.mul(share, scale));
  }
  return t;
}

// @ts-ignore: decorator
@inline
function laneSum(v: v128): f32 {
  return (f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2)) + (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3));
}
