// Dense products of row-major f32 matrices, A·B: the forward pass of a dense layer; its gradients are in
// matmul-gradients.ts. Sums run in registers, 4 x 8 at a time; k is not unrolled, which V8 turns into slower code.
// Written for the policy's sizes: B fits in the first-level cache, so nothing is packed.
import { madd } from "./vector";

/** Bits of `mode`: add to C instead of overwriting it; apply max(0, ·) at the end. */
export enum MatmulMode {
  add = 1,
  relu = 2,
}

// @ts-ignore: decorator
@inline
function relu4(x: v128): v128 {
  return f32x4.pmax(x, f32x4.splat(0)); // one instruction, unlike f32x4.max; NaN passes through
}

/** What four sums start from: C itself, the bias (0 for none), or zero. */
// @ts-ignore: decorator
@inline
function start4(c: usize, bias: usize, mode: i32): v128 {
  if (mode & MatmulMode.add) return v128.load(c);
  return bias != 0 ? v128.load(bias) : f32x4.splat(0);
}

// @ts-ignore: decorator
@inline
function start1(c: usize, bias: usize, mode: i32): f32 {
  if (mode & MatmulMode.add) return load<f32>(c);
  return bias != 0 ? load<f32>(bias) : 0;
}

// @ts-ignore: decorator
@inline
function finish4(c: usize, sum: v128, mode: i32): void {
  v128.store(c, mode & MatmulMode.relu ? relu4(sum) : sum);
}

/**
 * C [rows x columns] = A [rows x inner] · B [inner x columns], plus bias [columns] on every row unless `bias` is 0.
 * mode: bit 0 adds to C (the bias is then ignored), bit 1 applies ReLU.
 */
export function matmul(
  a: usize, b: usize, bias: usize, c: usize,
  rows: i32, inner: i32, columns: i32, mode: i32,
): void {
  const strideA = <usize>inner << 2;
  const strideC = <usize>columns << 2;
  let i = 0;
  for (; i + 4 <= rows; i += 4) {
    fourRows(a, b, bias, c, inner, columns, mode);
    a += strideA << 2;
    c += strideC << 2;
  }
  for (; i < rows; i++) {
    oneRow(a, b, bias, c, inner, columns, mode);
    a += strideA;
    c += strideC;
  }
}

function fourRows(a: usize, b: usize, bias: usize, c: usize, inner: i32, columns: i32, mode: i32): void {
  const strideA = <usize>inner << 2;
  const strideA2 = strideA * 2;
  const strideA3 = strideA * 3;
  const strideB = <usize>columns << 2;
  const strideC2 = strideB * 2;
  const strideC3 = strideB * 3;
  const biasStep: usize = bias != 0 ? 1 : 0;
  let j = 0;
  for (; j + 8 <= columns; j += 8) {
    let c00 = start4(c, bias, mode);
    let c01 = start4(c + 16, bias + 16 * biasStep, mode);
    let c10 = start4(c + strideB, bias, mode);
    let c11 = start4(c + strideB + 16, bias + 16 * biasStep, mode);
    let c20 = start4(c + strideC2, bias, mode);
    let c21 = start4(c + strideC2 + 16, bias + 16 * biasStep, mode);
    let c30 = start4(c + strideC3, bias, mode);
    let c31 = start4(c + strideC3 + 16, bias + 16 * biasStep, mode);
    let pa = a;
    let pb = b;
    for (let k = 0; k < inner; k++) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      let s = v128.load_splat<f32>(pa);
      c00 = madd(c00, s, b0);
      c01 = madd(c01, s, b1);
      s = v128.load_splat<f32>(pa + strideA);
      c10 = madd(c10, s, b0);
      c11 = madd(c11, s, b1);
      s = v128.load_splat<f32>(pa + strideA2);
      c20 = madd(c20, s, b0);
      c21 = madd(c21, s, b1);
      s = v128.load_splat<f32>(pa + strideA3);
      c30 = madd(c30, s, b0);
      c31 = madd(c31, s, b1);
      pa += 4;
      pb += strideB;
    }
    finish4(c, c00, mode);
    finish4(c + 16, c01, mode);
    finish4(c + strideB, c10, mode);
    finish4(c + strideB + 16, c11, mode);
    finish4(c + strideC2, c20, mode);
    finish4(c + strideC2 + 16, c21, mode);
    finish4(c + strideC3, c30, mode);
    finish4(c + strideC3 + 16, c31, mode);
    b += 32;
    c += 32;
    bias += 32 * biasStep;
  }
  if (j + 4 <= columns) {
    let c0 = start4(c, bias, mode);
    let c1 = start4(c + strideB, bias, mode);
    let c2 = start4(c + strideC2, bias, mode);
    let c3 = start4(c + strideC3, bias, mode);
    let pa = a;
    let pb = b;
    for (let k = 0; k < inner; k++) {
      const b0 = v128.load(pb);
      c0 = madd(c0, v128.load_splat<f32>(pa), b0);
      c1 = madd(c1, v128.load_splat<f32>(pa + strideA), b0);
      c2 = madd(c2, v128.load_splat<f32>(pa + strideA2), b0);
      c3 = madd(c3, v128.load_splat<f32>(pa + strideA3), b0);
      pa += 4;
      pb += strideB;
    }
    finish4(c, c0, mode);
    finish4(c + strideB, c1, mode);
    finish4(c + strideC2, c2, mode);
    finish4(c + strideC3, c3, mode);
    j += 4;
    b += 16;
    c += 16;
    bias += 16 * biasStep;
  }
  for (; j < columns; j++) {
    for (let i = 0; i < 4; i++) oneSum(a + <usize>i * strideA, b, bias, c + <usize>i * strideB, inner, strideB, mode);
    b += 4;
    c += 4;
    bias += 4 * biasStep;
  }
}

/** A row alone: 32 columns at a time, because eight sums hide the latency of the additions. */
function oneRow(a: usize, b: usize, bias: usize, c: usize, inner: i32, columns: i32, mode: i32): void {
  const strideB = <usize>columns << 2;
  const biasStep: usize = bias != 0 ? 1 : 0;
  let j = 0;
  for (; j + 32 <= columns; j += 32) {
    let c0 = start4(c, bias, mode);
    let c1 = start4(c + 16, bias + 16 * biasStep, mode);
    let c2 = start4(c + 32, bias + 32 * biasStep, mode);
    let c3 = start4(c + 48, bias + 48 * biasStep, mode);
    let c4 = start4(c + 64, bias + 64 * biasStep, mode);
    let c5 = start4(c + 80, bias + 80 * biasStep, mode);
    let c6 = start4(c + 96, bias + 96 * biasStep, mode);
    let c7 = start4(c + 112, bias + 112 * biasStep, mode);
    let pa = a;
    let pb = b;
    for (let k = 0; k < inner; k++) {
      const s = v128.load_splat<f32>(pa);
      c0 = madd(c0, s, v128.load(pb));
      c1 = madd(c1, s, v128.load(pb, 16));
      c2 = madd(c2, s, v128.load(pb, 32));
      c3 = madd(c3, s, v128.load(pb, 48));
      c4 = madd(c4, s, v128.load(pb, 64));
      c5 = madd(c5, s, v128.load(pb, 80));
      c6 = madd(c6, s, v128.load(pb, 96));
      c7 = madd(c7, s, v128.load(pb, 112));
      pa += 4;
      pb += strideB;
    }
    finish4(c, c0, mode);
    finish4(c + 16, c1, mode);
    finish4(c + 32, c2, mode);
    finish4(c + 48, c3, mode);
    finish4(c + 64, c4, mode);
    finish4(c + 80, c5, mode);
    finish4(c + 96, c6, mode);
    finish4(c + 112, c7, mode);
    b += 128;
    c += 128;
    bias += 128 * biasStep;
  }
  for (; j + 4 <= columns; j += 4) {
    let sum = start4(c, bias, mode);
    let pa = a;
    let pb = b;
    for (let k = 0; k < inner; k++) {
      sum = madd(sum, v128.load_splat<f32>(pa), v128.load(pb));
      pa += 4;
      pb += strideB;
    }
    finish4(c, sum, mode);
    b += 16;
    c += 16;
    bias += 16 * biasStep;
  }
  for (; j < columns; j++) {
    oneSum(a, b, bias, c, inner, strideB, mode);
    b += 4;
    c += 4;
    bias += 4 * biasStep;
  }
}

function oneSum(a: usize, b: usize, bias: usize, c: usize, inner: i32, strideB: usize, mode: i32): void {
  let sum = start1(c, bias, mode);
  for (let k = 0; k < inner; k++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += strideB;
  }
  if (mode & MatmulMode.relu && sum < 0) sum = 0;
  store<f32>(c, sum);
}
