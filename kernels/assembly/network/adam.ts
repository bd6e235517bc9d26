// Adam (Kingma and Ba, 2015, algorithm 1) with clipping of the whole gradient's norm.

/** Square of the Euclidean norm of n numbers, summed in f64. */
export function squaredNorm(numbers: usize, n: i32): f64 {
  let low = f64x2.splat(0);
  let high = f64x2.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const v = v128.load(numbers);
    const first = f64x2.promote_low_f32x4(v);
    const second = f64x2.promote_low_f32x4(v128.shuffle<f32>(v, v, 2, 3, 2, 3));
    low = f64x2.add(low, f64x2.mul(first, first));
    high = f64x2.add(high, f64x2.mul(second, second));
    numbers += 16;
  }
  const both = f64x2.add(low, high);
  let sum = f64x2.extract_lane(both, 0) + f64x2.extract_lane(both, 1);
  for (; i < n; i++) {
    const x = <f64>load<f32>(numbers);
    sum += x * x;
    numbers += 4;
  }
  return sum;
}

/**
 * One step on n parameters. Gradients whose norm is above maxNorm are scaled down to it. Returns the norm before
 * that; a norm that is not finite changes nothing.
 * @param first moving mean of gradients [n]
 * @param second moving mean of their squares [n]
 * @param correction1 1 − beta1^t
 * @param correction2 1 − beta2^t
 */
export function adamStep(
  parameters: usize, gradients: usize, first: usize, second: usize, n: i32,
  learningRate: f64, beta1: f64, beta2: f64, epsilon: f64,
  correction1: f64, correction2: f64, maxNorm: f64,
): f64 {
  const norm = sqrt<f64>(squaredNorm(gradients, n));
  if (!isFinite<f64>(norm)) return norm;
  const scale = <f32>(norm > maxNorm ? maxNorm / norm : 1);
  const rate = <f32>(learningRate / correction1);
  const inverse2 = <f32>(1 / correction2);
  const keep1 = <f32>beta1;
  const gain1 = <f32>(1 - beta1);
  const keep2 = <f32>beta2;
  const gain2 = <f32>(1 - beta2);
  const eps = <f32>epsilon;
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    const at = <usize>i << 2;
    const g = f32x4.mul(v128.load(gradients + at), f32x4.splat(scale));
    const m = f32x4.add(f32x4.mul(f32x4.splat(keep1), v128.load(first + at)), f32x4.mul(f32x4.splat(gain1), g));
    const squared = f32x4.mul(f32x4.splat(gain2), f32x4.mul(g, g));
    const v = f32x4.add(f32x4.mul(f32x4.splat(keep2), v128.load(second + at)), squared);
    v128.store(first + at, m);
    v128.store(second + at, v);
    const root = f32x4.sqrt(f32x4.mul(v, f32x4.splat(inverse2)));
    const step = f32x4.div(f32x4.mul(f32x4.splat(rate), m), f32x4.add(root, f32x4.splat(eps)));
    v128.store(parameters + at, f32x4.sub(v128.load(parameters + at), step));
  }
  for (; i < n; i++) {
    const at = <usize>i << 2;
    const g = load<f32>(gradients + at) * scale;
    const m = keep1 * load<f32>(first + at) + gain1 * g;
    const v = keep2 * load<f32>(second + at) + gain2 * (g * g);
    store<f32>(first + at, m);
    store<f32>(second + at, v);
    const step = (rate * m) / (sqrt<f32>(v * inverse2) + eps);
    store<f32>(parameters + at, load<f32>(parameters + at) - step);
  }
  return norm;
}
