// The distribution over cells: log-probabilities, probabilities, entropy, and their gradient. Masked logits
// (-1e30) get probability exactly 0.
import { exp4, LOWEST } from "../exponential";

/**
 * logProbabilities [n] and probabilities [n] of logits [n]; returns the entropy in nats.
 * At least one logit must not be masked.
 */
export function softmax(logits: usize, logProbabilities: usize, probabilities: usize, n: i32): f64 {
  let highest = load<f32>(logits);
  for (let i = 1; i < n; i++) {
    const logit = load<f32>(logits + (<usize>i << 2));
    if (logit > highest) highest = logit;
  }
  const shift = f32x4.splat(highest);
  let total: f64 = 0;
  let weighted: f64 = 0; // sum of e^x · x, which gives the entropy
  for (let i = 0; i < n; i += 4) {
    const at = <usize>i << 2;
    const count = min(4, n - i);
    // The last vector is padded with masked logits; only its own numbers are stored.
    let x = f32x4.splat(-1e30);
    if (count == 4) x = v128.load(logits + at);
    else x = loadPart(logits + at, x, count);
    x = f32x4.sub(x, shift);
    const e = exp4(x);
    const ex = f32x4.mul(e, f32x4.pmax(x, f32x4.splat(LOWEST))); // 0 · -1e30 is fine, 0 · -infinity is not
    total += laneSum(e);
    weighted += laneSum(ex);
    if (count == 4) v128.store(probabilities + at, e);
    else storePart(probabilities + at, e, count);
  }
  const logTotal = NativeMath.log(total);
  const factor = f32x4.splat(<f32>(1 / total));
  const offset = <f32>(<f64>highest + logTotal);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    v128.store(probabilities + at, f32x4.mul(v128.load(probabilities + at), factor));
    v128.store(logProbabilities + at, f32x4.sub(v128.load(logits + at), f32x4.splat(offset)));
  }
  for (; i < n; i++) {
    const at = <usize>i << 2;
    store<f32>(probabilities + at, load<f32>(probabilities + at) * <f32>(1 / total));
    store<f32>(logProbabilities + at, load<f32>(logits + at) - offset);
  }
  return logTotal - weighted / total;
}

/**
 * dLogits [n] of dLogProbability · log p[action] + dEntropy · entropy:
 *   dLogProbability · ([i = action] − p_i) − dEntropy · p_i · (log p_i + entropy), exactly 0 where p_i = 0.
 */
export function softmaxBackward(
  logProbabilities: usize, probabilities: usize, n: i32, entropy: f64,
  action: i32, dLogProbability: f32, dEntropy: f32, dLogits: usize,
): void {
  const entropies = f32x4.splat(<f32>entropy);
  const dLogs = f32x4.splat(dLogProbability);
  const dEntropies = f32x4.splat(dEntropy);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    const slope = f32x4.mul(dEntropies, f32x4.add(v128.load(logProbabilities + at), entropies));
    const p = v128.load(probabilities + at);
    v128.store(dLogits + at, f32x4.neg(f32x4.mul(p, f32x4.add(dLogs, slope))));
  }
  for (; i < n; i++) {
    const at = <usize>i << 2;
    const slope = dEntropy * (load<f32>(logProbabilities + at) + <f32>entropy);
    store<f32>(dLogits + at, -(load<f32>(probabilities + at) * (dLogProbability + slope)));
  }
  const chosen = dLogits + (<usize>action << 2);
  store<f32>(chosen, load<f32>(chosen) + dLogProbability);
}

// @ts-ignore: decorator
@inline
function loadPart(address: usize, rest: v128, count: i32): v128 {
  let v = v128.load_lane<f32>(address, rest, 0);
  if (count > 1) v = v128.load_lane<f32>(address + 4, v, 1);
  if (count > 2) v = v128.load_lane<f32>(address + 8, v, 2);
  return v;
}

// @ts-ignore: decorator
@inline
function storePart(address: usize, v: v128, count: i32): void {
  v128.store_lane<f32>(address, v, 0);
  if (count > 1) v128.store_lane<f32>(address + 4, v, 1);
  if (count > 2) v128.store_lane<f32>(address + 8, v, 2);
}

// @ts-ignore: decorator
@inline
function laneSum(v: v128): f64 {
  return <f64>f32x4.extract_lane(v, 0) + <f64>f32x4.extract_lane(v, 1)
    + (<f64>f32x4.extract_lane(v, 2) + <f64>f32x4.extract_lane(v, 3));
}
