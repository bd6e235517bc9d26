// The weighted-average wirelength (Hsu, Chang, Balabanov: "TSV-aware analytical placement for 3D IC designs", DAC 2011) and
// its slopes. On one axis, a net's length is about
//   sum x·e^(x/γ) / sum e^(x/γ) - sum x·e^(-x/γ) / sum e^(-x/γ),
// a little less than the length of its bounding box, and equal to it as γ goes to 0. The four sums of a net (x and y, high and low
// end) are the lanes of one vector: the low end of x is the high end of -x.
import { roughPower4 } from "../exponential";
import { CellNets, f32At, pairOf, pinPlace } from "./cell-nets";

/** e^x = 2^(x · LOG2_E). */
const LOG2_E: f32 = Math.LOG2E as f32;

/**
 * Weighted sum of the smooth lengths of nets `first` .. `end`, µm. Writes the slopes of their pins.
 * @param gamma softness, µm
 */
export function smoothWirelength(address: usize, first: i32, end: i32, gamma: f32): f64 {
  const nets = changetype<CellNets>(address);
  const split = max(first, min(end, nets.twoPinCount));
  return twoPinNets(nets, first, split, gamma, true) + largerNets(nets, split, end, gamma, true);
}

/** Writes the slopes of the pins of nets `first` .. `end`. Returns the weighted sum of their half-perimeters, µm. */
export function wireSlopes(nets: CellNets, first: i32, end: i32, gamma: f32): f64 {
  const split = max(first, min(end, nets.twoPinCount));
  return twoPinNets(nets, first, split, gamma, false) + largerNets(nets, split, end, gamma, false);
}

/** Two nets at a time: x and y of the first, x and y of the second. On an axis the length is d · tanh(d / 2γ). */
// @ts-ignore: decorator
@inline
function twoPinNets(nets: CellNets, first: i32, end: i32, gamma: f32, smooth: bool): f64 {
  const rate = f32x4.splat(1 / gamma);
  const powerRate = f32x4.splat(LOG2_E / gamma);
  const one = f32x4.splat(1);
  const signs = i32x4.splat(1 << 31);
  let total: f64 = 0;
  for (let net = first; net < end; net += 2) {
    const other = net + 1 < end ? net + 1 : net; // the last of an odd number twice
    const pin = load<i32>(nets.netStarts + (<usize>net << 2));
    const otherPin = load<i32>(nets.netStarts + (<usize>other << 2));
    const distance = f32x4.sub(
      v128.shuffle<f32>(pinPlace(nets, pin), pinPlace(nets, otherPin), 0, 1, 4, 5),
      v128.shuffle<f32>(pinPlace(nets, pin + 1), pinPlace(nets, otherPin + 1), 0, 1, 4, 5),
    );
    const length = f32x4.abs(distance);
    const scaled = f32x4.mul(length, rate);
    const e = roughPower4(f32x4.neg(f32x4.mul(length, powerRate)));
    const inverse = f32x4.div(one, f32x4.add(one, e));
    const tanh = f32x4.mul(f32x4.sub(one, e), inverse);
    const weight = f32At(nets.netWeights, net);
    const otherWeight = f32At(nets.netWeights, other);
    const weights = v128.shuffle<f32>(f32x4.splat(weight), f32x4.splat(otherWeight), 0, 1, 4, 5);
    // d/dd of d·tanh(d/2γ): tanh + (d/γ)·2e/(1 + e)².
    const bend = f32x4.mul(f32x4.mul(scaled, f32x4.add(e, e)), f32x4.mul(inverse, inverse));
    const steepness = f32x4.mul(weights, f32x4.add(tanh, bend));
    const slope = v128.xor(steepness, v128.and(distance, signs));
    v128.store(pairOf(nets.pinSlopes, pin), v128.shuffle<f32>(slope, f32x4.neg(slope), 0, 1, 4, 5));
    v128.store(pairOf(nets.pinSlopes, otherPin), v128.shuffle<f32>(slope, f32x4.neg(slope), 2, 3, 6, 7));
    const lengths = f32x4.mul(weights, smooth ? f32x4.mul(length, tanh) : length);
    total += f32x4.extract_lane(lengths, 0) + f32x4.extract_lane(lengths, 1);
    if (other != net) total += f32x4.extract_lane(lengths, 2) + f32x4.extract_lane(lengths, 3);
  }
  return total;
}

// @ts-ignore: decorator
@inline
function largerNets(nets: CellNets, first: i32, end: i32, gamma: f32, smooth: bool): f64 {
  const rate = f32x4.splat(1 / gamma);
  const powerRate = f32x4.splat(LOG2_E / gamma);
  const one = f32x4.splat(1);
  const signs = i32x4(0, 0, 1 << 31, 1 << 31);
  let total: f64 = 0;
  let start = load<i32>(nets.netStarts + (<usize>first << 2));
  for (let net = first; net < end; net++) {
    const pin = start;
    const stop = load<i32>(nets.netStarts + (<usize>(net + 1) << 2));
    start = stop;
    const weight = f32At(nets.netWeights, net);
    if (weight == 0) continue;
    const values = nets.scratch; // per pin: x, y, -x, -y
    const exponentials = nets.scratch + (<usize>(stop - pin) << 4);
    let most = f32x4.splat(<f32>-Infinity);
    let at: usize = 0;
    for (let i = pin; i < stop; i++, at += 16) {
      const place = pinPlace(nets, i);
      const value = v128.xor(v128.shuffle<f32>(place, place, 0, 1, 0, 1), signs);
      v128.store(values + at, value);
      most = f32x4.pmax(most, value);
    }
    let sum = f32x4.splat(0);
    let moment = f32x4.splat(0);
    const bytes = at;
    for (at = 0; at < bytes; at += 16) {
      const below = f32x4.sub(v128.load(values + at), most);
      const e = roughPower4(f32x4.mul(below, powerRate));
      v128.store(values + at, below);
      v128.store(exponentials + at, e);
      sum = f32x4.add(sum, e);
      moment = f32x4.add(moment, f32x4.mul(below, e));
    }
    const inverse = f32x4.div(one, sum);
    const mean = f32x4.mul(moment, inverse);
    // Slope by a pin: e/sum · (1 + (below - mean)/γ), times the weight.
    const factor = f32x4.mul(inverse, f32x4.splat(weight));
    let slopeAt = pairOf(nets.pinSlopes, pin);
    for (at = 0; at < bytes; at += 16, slopeAt += 8) {
      const bend = f32x4.mul(f32x4.sub(v128.load(values + at), mean), rate);
      const slope = f32x4.mul(f32x4.mul(factor, v128.load(exponentials + at)), f32x4.add(one, bend));
      v128.store64_lane(slopeAt, f32x4.sub(slope, v128.shuffle<f32>(slope, slope, 2, 3, 2, 3)), 0);
    }
    const ends = smooth ? f32x4.add(most, mean) : most;
    total += weight * (
      f32x4.extract_lane(ends, 0) + f32x4.extract_lane(ends, 1) +
      f32x4.extract_lane(ends, 2) + f32x4.extract_lane(ends, 3)
    );
  }
  return total;
}
