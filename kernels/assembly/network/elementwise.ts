// Simple loops over f32 arrays of any length: sums, gradient of ReLU, copies. The last 1 to 3 numbers are scalar.
import { laneSum, madd } from "./vector";

/** target [n] += source [n]. */
export function addInto(target: usize, source: usize, n: i32): void {
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(target, f32x4.add(v128.load(target), v128.load(source)));
    target += 16;
    source += 16;
  }
  for (; i < n; i++) {
    store<f32>(target, load<f32>(target) + load<f32>(source));
    target += 4;
    source += 4;
  }
}

/** target [n] += factor · source [n]. */
export function addScaledInto(target: usize, source: usize, factor: f32, n: i32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(target, f32x4.add(v128.load(target), f32x4.mul(factors, v128.load(source))));
    target += 16;
    source += 16;
  }
  for (; i < n; i++) {
    store<f32>(target, load<f32>(target) + factor * load<f32>(source));
    target += 4;
    source += 4;
  }
}

/** numbers [n] *= factor. */
export function scaleNumbers(numbers: usize, factor: f32, n: i32): void {
  const factors = f32x4.splat(factor);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(numbers, f32x4.mul(factors, v128.load(numbers)));
    numbers += 16;
  }
  for (; i < n; i++) {
    store<f32>(numbers, factor * load<f32>(numbers));
    numbers += 4;
  }
}

/** Copies n numbers; the ranges may overlap. */
export function copyNumbers(target: usize, source: usize, n: i32): void {
  memory.copy(target, source, <usize>n << 2);
}

/** Sets n numbers to 0. */
export function clearNumbers(target: usize, n: i32): void {
  memory.fill(target, 0, <usize>n << 2);
}

/** Gradient of ReLU from its output: gradients [n] become 0 where outputs [n] are not positive. */
export function reluBackward(outputs: usize, gradients: usize, n: i32): void {
  const zero = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    v128.store(gradients, v128.and(v128.load(gradients), f32x4.gt(v128.load(outputs), zero)));
    outputs += 16;
    gradients += 16;
  }
  for (; i < n; i++) {
    if (!(load<f32>(outputs) > 0)) store<f32>(gradients, 0);
    outputs += 4;
    gradients += 4;
  }
}

/** out [columns] += the sum of the rows of a matrix [rows x columns] whose rows are `stride` numbers apart. */
export function addColumnSums(matrix: usize, stride: i32, out: usize, rows: i32, columns: i32): void {
  const step = <usize>stride << 2;
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    // Two sums, because one would wait for each addition.
    let even = v128.load(out);
    let odd = f32x4.splat(0);
    let p = matrix;
    let i = 0;
    for (; i + 2 <= rows; i += 2) {
      even = f32x4.add(even, v128.load(p));
      odd = f32x4.add(odd, v128.load(p + step));
      p += step << 1;
    }
    if (i < rows) even = f32x4.add(even, v128.load(p));
    v128.store(out, f32x4.add(even, odd));
    matrix += 16;
    out += 16;
  }
  for (; j < columns; j++) {
    let sum = load<f32>(out);
    let p = matrix;
    for (let i = 0; i < rows; i++) {
      sum += load<f32>(p);
      p += step;
    }
    store<f32>(out, sum);
    matrix += 4;
    out += 4;
  }
}

/** out [rows] = the mean of each row of a matrix [rows x columns]. */
export function rowMeans(matrix: usize, out: usize, rows: i32, columns: i32): void {
  for (let i = 0; i < rows; i++) {
    store<f32>(out + (<usize>i << 2), sumNumbers(matrix, columns) / <f32>columns);
    matrix += <usize>columns << 2;
  }
}

/** Sum of n numbers. */
export function sumNumbers(numbers: usize, n: i32): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let i = 0;
  for (; i + 16 <= n; i += 16) {
    s0 = f32x4.add(s0, v128.load(numbers));
    s1 = f32x4.add(s1, v128.load(numbers, 16));
    s2 = f32x4.add(s2, v128.load(numbers, 32));
    s3 = f32x4.add(s3, v128.load(numbers, 48));
    numbers += 64;
  }
  let sum = laneSum(f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3)));
  for (; i < n; i++) {
    sum += load<f32>(numbers);
    numbers += 4;
  }
  return sum;
}

/** Sum of a [n] · b [n]. */
export function dotProduct(a: usize, b: usize, n: i32): f32 {
  let sums = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= n; i += 4) {
    sums = madd(sums, v128.load(a), v128.load(b));
    a += 16;
    b += 16;
  }
  let sum = laneSum(sums);
  for (; i < n; i++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  return sum;
}
