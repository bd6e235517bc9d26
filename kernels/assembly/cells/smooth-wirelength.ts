// The weighted-average wirelength (Hsu, Chang, Balabanov: "TSV-aware analytical placement for 3D IC designs", DAC 2011) and
// its slopes. On one axis, a net's length is about
//   sum x·e^(x/γ) / sum e^(x/γ) - sum x·e^(-x/γ) / sum e^(-x/γ),
// a little less than the length of its bounding box, and equal to it as γ goes to 0. The four sums of a net (x and y, high and low
// end) are the lanes of one vector: the low end of x is the high end of -x.
import { roughPower4 } from "../exponential";
import { CellNets } from "./cell-nets";

/** e^x = 2^(x · LOG2_E). */
const LOG2_E: f32 = Math.LOG2E as f32;

/** What the kernels below return: nothing, the half-perimeters of the nets, or their smooth lengths. */
const NO_LENGTH: i32 = 0;
const HALF_PERIMETER: i32 = 1;
const SMOOTH_LENGTH: i32 = 2;

/**
 * Weighted sum of the smooth lengths of nets `first` .. `end`, µm. Writes the slopes of their pins.
 * @param gamma softness, µm
 */
export function smoothWirelength(address: usize, first: i32, end: i32, gamma: f32): f64 {
  return writeSlopes(changetype<CellNets>(address), first, end, gamma, SMOOTH_LENGTH);
}

/** Writes the slopes of the pins of nets `first` .. `end`. Returns the weighted sum of their half-perimeters, µm. */
export function wireSlopes(nets: CellNets, first: i32, end: i32, gamma: f32): f64 {
  return writeSlopes(nets, first, end, gamma, HALF_PERIMETER);
}

/** Writes the slopes of the pins of nets `first` .. `end`: `smoothWirelength` without the lengths. */
export function smoothWireSlopes(address: usize, first: i32, end: i32, gamma: f32): void {
  writeSlopes(changetype<CellNets>(address), first, end, gamma, NO_LENGTH);
}

// @ts-ignore: decorator
@inline
function writeSlopes(nets: CellNets, first: i32, end: i32, gamma: f32, length: i32): f64 {
  const split = max(first, min(end, nets.twoPinCount));
  return twoPinNets(nets, first, split, gamma, length) + largerNets(nets, split, end, gamma, length);
}

// Addresses in a record are read once, before a loop: the compiler cannot know that what the loop stores leaves them as they are.

/** Place of the pin whose node's number is at `nodeAt` and whose offset is at `offsetAt`, in lanes 0 and 1. */
// @ts-ignore: decorator
@inline
function placeOf(places: usize, nodeAt: usize, offsetAt: usize): v128 {
  const place = v128.load64_zero(places + (<usize>load<i32>(nodeAt) << 3));
  return f32x4.add(place, v128.load64_zero(offsetAt));
}

/** Two nets at a time: x and y of the first, x and y of the second. On an axis the length is d · tanh(d / 2γ). */
// @ts-ignore: decorator
@inline
function twoPinNets(nets: CellNets, first: i32, end: i32, gamma: f32, wanted: i32): f64 {
  if (first >= end) return 0;
  const rate = f32x4.splat(1 / gamma);
  const powerRate = f32x4.splat(LOG2_E / gamma);
  const one = f32x4.splat(1);
  const signs = i32x4.splat(1 << 31);
  const places = nets.places;
  const firstPin = <usize>load<i32>(nets.netStarts + (<usize>first << 2));
  let nodeAt = nets.pinNodes + (firstPin << 2);
  let offsetAt = nets.pinOffsets + (firstPin << 3);
  let slopeAt = nets.pinSlopes + (firstPin << 3);
  let weightAt = nets.netWeights + (<usize>first << 2);
  const weightEnd = nets.netWeights + (<usize>end << 2);
  let total: f64 = 0;
  for (; weightAt < weightEnd; weightAt += 8, nodeAt += 16, offsetAt += 32, slopeAt += 32) {
    const last = weightAt + 4 == weightEnd; // the last of an odd number twice
    const toOther: usize = last ? 0 : 1;
    const otherNode = nodeAt + (toOther << 3);
    const otherOffset = offsetAt + (toOther << 4);
    const distance = f32x4.sub(
      v128.shuffle<f32>(placeOf(places, nodeAt, offsetAt), placeOf(places, otherNode, otherOffset), 0, 1, 4, 5),
      v128.shuffle<f32>(
        placeOf(places, nodeAt + 4, offsetAt + 8), placeOf(places, otherNode + 4, otherOffset + 8), 0, 1, 4, 5,
      ),
    );
    const length = f32x4.abs(distance);
    const scaled = f32x4.mul(length, rate);
    const e = roughPower4(f32x4.neg(f32x4.mul(length, powerRate)));
    const inverse = f32x4.div(one, f32x4.add(one, e));
    const tanh = f32x4.mul(f32x4.sub(one, e), inverse);
    const weights = v128.shuffle<f32>(
      v128.load32_splat(weightAt), v128.load32_splat(weightAt + (toOther << 2)), 0, 1, 4, 5,
    );
    // d/dd of d·tanh(d/2γ): tanh + (d/γ)·2e/(1 + e)².
    const bend = f32x4.mul(f32x4.mul(scaled, f32x4.add(e, e)), f32x4.mul(inverse, inverse));
    const steepness = f32x4.mul(weights, f32x4.add(tanh, bend));
    const slope = v128.xor(steepness, v128.and(distance, signs));
    const opposite = f32x4.neg(slope);
    v128.store(slopeAt, v128.shuffle<f32>(slope, opposite, 0, 1, 4, 5));
    if (!last) v128.store(slopeAt + 16, v128.shuffle<f32>(slope, opposite, 2, 3, 6, 7));
    if (wanted == NO_LENGTH) continue;
    const lengths = f32x4.mul(weights, wanted == SMOOTH_LENGTH ? f32x4.mul(length, tanh) : length);
    total += f32x4.extract_lane(lengths, 0) + f32x4.extract_lane(lengths, 1);
    if (!last) total += f32x4.extract_lane(lengths, 2) + f32x4.extract_lane(lengths, 3);
  }
  return total;
}

// @ts-ignore: decorator
@inline
function largerNets(nets: CellNets, first: i32, end: i32, gamma: f32, wanted: i32): f64 {
  if (first >= end) return 0;
  const rate = f32x4.splat(1 / gamma);
  const powerRate = f32x4.splat(LOG2_E / gamma);
  const one = f32x4.splat(1);
  const signs = i32x4(0, 0, 1 << 31, 1 << 31);
  const places = nets.places;
  const values = nets.scratch; // per pin: x, y, -x, -y
  let startAt = nets.netStarts + (<usize>first << 2);
  const lastStart = nets.netStarts + (<usize>end << 2);
  const firstPin = <usize>load<i32>(startAt);
  const firstNode = nets.pinNodes;
  let nodeAt = firstNode + (firstPin << 2);
  let offsetAt = nets.pinOffsets + (firstPin << 3);
  let slopeAt = nets.pinSlopes + (firstPin << 3);
  let weightAt = nets.netWeights + (<usize>first << 2);
  let total: f64 = 0;
  for (; startAt < lastStart; startAt += 4, weightAt += 4) {
    const stop = firstNode + (<usize>load<i32>(startAt, 4) << 2);
    const weight = load<f32>(weightAt);
    if (weight == 0) {
      offsetAt += (stop - nodeAt) << 1;
      slopeAt += (stop - nodeAt) << 1;
      nodeAt = stop;
      continue;
    }
    const bytes = (stop - nodeAt) << 2;
    const exponentials = values + bytes;
    let most = f32x4.splat(<f32>-Infinity);
    for (let at = values; at < exponentials; at += 16, nodeAt += 4, offsetAt += 8) {
      const place = placeOf(places, nodeAt, offsetAt);
      const value = v128.xor(v128.shuffle<f32>(place, place, 0, 1, 0, 1), signs);
      v128.store(at, value);
      most = f32x4.pmax(most, value);
    }
    let sum = f32x4.splat(0);
    let moment = f32x4.splat(0);
    for (let at = values; at < exponentials; at += 16) {
      const below = f32x4.sub(v128.load(at), most);
      const e = roughPower4(f32x4.mul(below, powerRate));
      v128.store(at, below);
      v128.store(at + bytes, e);
      sum = f32x4.add(sum, e);
      moment = f32x4.add(moment, f32x4.mul(below, e));
    }
    const inverse = f32x4.div(one, sum);
    const mean = f32x4.mul(moment, inverse);
    // Slope by a pin: e/sum · (1 + (below - mean)/γ), times the weight.
    const factor = f32x4.mul(inverse, f32x4.splat(weight));
    for (let at = values; at < exponentials; at += 16, slopeAt += 8) {
      const bend = f32x4.mul(f32x4.sub(v128.load(at), mean), rate);
      const slope = f32x4.mul(f32x4.mul(factor, v128.load(at + bytes)), f32x4.add(one, bend));
      v128.store64_lane(slopeAt, f32x4.sub(slope, v128.shuffle<f32>(slope, slope, 2, 3, 2, 3)), 0);
    }
    if (wanted == NO_LENGTH) continue;
    const ends = wanted == SMOOTH_LENGTH ? f32x4.add(most, mean) : most;
    total += weight * (
      f32x4.extract_lane(ends, 0) + f32x4.extract_lane(ends, 1) +
      f32x4.extract_lane(ends, 2) + f32x4.extract_lane(ends, 3)
    );
  }
  return total;
}
