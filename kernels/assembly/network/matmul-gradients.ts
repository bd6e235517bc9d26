// The two gradients of a product: Aᵀ·B for the weights, A·Bᵀ for the inputs.
import { addInto } from "./elementwise";
import { laneSum, madd } from "./vector";

/** Rows of A and B per pass: both strips stay in the first-level cache while every tile of C visits them. */
const ROWS_PER_PASS: i32 = 64;

/**
 * C [columnsA x columnsB] += Aᵀ · B with A [rows x columnsA] and B [rows x columnsB]. Rows of A are `strideA`
 * numbers apart, so that A may be some columns of a wider matrix.
 */
export function addTransposedMatmul(
  a: usize, strideA: i32, b: usize, c: usize,
  rows: i32, columnsA: i32, columnsB: i32,
): void {
  const stepA = <usize>strideA << 2;
  const stepB = <usize>columnsB << 2;
  for (let first = 0; first < rows; first += ROWS_PER_PASS) {
    const count = min(ROWS_PER_PASS, rows - first);
    let i = 0;
    for (; i + 4 <= columnsA; i += 4) {
      fourColumns(a + (<usize>i << 2), stepA, b, c + <usize>i * stepB, count, columnsB);
    }
    for (; i < columnsA; i++) {
      oneColumn(a + (<usize>i << 2), stepA, b, c + <usize>i * stepB, count, columnsB);
    }
    a += <usize>count * stepA;
    b += <usize>count * stepB;
  }
}

function fourColumns(a: usize, stepA: usize, b: usize, c: usize, rows: i32, columns: i32): void {
  const stepB = <usize>columns << 2;
  const stepC2 = stepB * 2;
  const stepC3 = stepB * 3;
  let j = 0;
  for (; j + 8 <= columns; j += 8) {
    let c00 = v128.load(c);
    let c01 = v128.load(c, 16);
    let c10 = v128.load(c + stepB);
    let c11 = v128.load(c + stepB, 16);
    let c20 = v128.load(c + stepC2);
    let c21 = v128.load(c + stepC2, 16);
    let c30 = v128.load(c + stepC3);
    let c31 = v128.load(c + stepC3, 16);
    let pa = a;
    let pb = b;
    for (let k = 0; k < rows; k++) {
      const b0 = v128.load(pb);
      const b1 = v128.load(pb, 16);
      let s = v128.load_splat<f32>(pa);
      c00 = madd(c00, s, b0);
      c01 = madd(c01, s, b1);
      s = v128.load_splat<f32>(pa, 4);
      c10 = madd(c10, s, b0);
      c11 = madd(c11, s, b1);
      s = v128.load_splat<f32>(pa, 8);
      c20 = madd(c20, s, b0);
      c21 = madd(c21, s, b1);
      s = v128.load_splat<f32>(pa, 12);
      c30 = madd(c30, s, b0);
      c31 = madd(c31, s, b1);
      pa += stepA;
      pb += stepB;
    }
    v128.store(c, c00);
    v128.store(c, c01, 16);
    v128.store(c + stepB, c10);
    v128.store(c + stepB, c11, 16);
    v128.store(c + stepC2, c20);
    v128.store(c + stepC2, c21, 16);
    v128.store(c + stepC3, c30);
    v128.store(c + stepC3, c31, 16);
    b += 32;
    c += 32;
  }
  if (j + 4 <= columns) {
    let c0 = v128.load(c);
    let c1 = v128.load(c + stepB);
    let c2 = v128.load(c + stepC2);
    let c3 = v128.load(c + stepC3);
    let pa = a;
    let pb = b;
    for (let k = 0; k < rows; k++) {
      const b0 = v128.load(pb);
      c0 = madd(c0, v128.load_splat<f32>(pa), b0);
      c1 = madd(c1, v128.load_splat<f32>(pa, 4), b0);
      c2 = madd(c2, v128.load_splat<f32>(pa, 8), b0);
      c3 = madd(c3, v128.load_splat<f32>(pa, 12), b0);
      pa += stepA;
      pb += stepB;
    }
    v128.store(c, c0);
    v128.store(c + stepB, c1);
    v128.store(c + stepC2, c2);
    v128.store(c + stepC3, c3);
    j += 4;
    b += 16;
    c += 16;
  }
  for (; j < columns; j++) {
    for (let i: usize = 0; i < 4; i++) oneSum(a + (i << 2), stepA, b, stepB, c + i * stepB, rows);
    b += 4;
    c += 4;
  }
}

function oneColumn(a: usize, stepA: usize, b: usize, c: usize, rows: i32, columns: i32): void {
  const stepB = <usize>columns << 2;
  let j = 0;
  for (; j + 4 <= columns; j += 4) {
    let sum = v128.load(c);
    let pa = a;
    let pb = b;
    for (let k = 0; k < rows; k++) {
      sum = madd(sum, v128.load_splat<f32>(pa), v128.load(pb));
      pa += stepA;
      pb += stepB;
    }
    v128.store(c, sum);
    b += 16;
    c += 16;
  }
  for (; j < columns; j++) {
    oneSum(a, stepA, b, stepB, c, rows);
    b += 4;
    c += 4;
  }
}

function oneSum(a: usize, stepA: usize, b: usize, stepB: usize, c: usize, rows: i32): void {
  let sum = load<f32>(c);
  for (let k = 0; k < rows; k++) {
    sum += load<f32>(a) * load<f32>(b);
    a += stepA;
    b += stepB;
  }
  store<f32>(c, sum);
}

/** The sums of the lanes of four vectors, as one vector. */
// @ts-ignore: decorator
@inline
function laneSums(v0: v128, v1: v128, v2: v128, v3: v128): v128 {
  const v01 = f32x4.add(v128.shuffle<f32>(v0, v1, 0, 4, 1, 5), v128.shuffle<f32>(v0, v1, 2, 6, 3, 7));
  const v23 = f32x4.add(v128.shuffle<f32>(v2, v3, 0, 4, 1, 5), v128.shuffle<f32>(v2, v3, 2, 6, 3, 7));
  return f32x4.add(v128.shuffle<f32>(v01, v23, 0, 1, 4, 5), v128.shuffle<f32>(v01, v23, 2, 3, 6, 7));
}

/** The last 1 to 3 numbers of a row, zeros behind them; never reads past the row. */
// @ts-ignore: decorator
@inline
function loadTail(address: usize, count: i32): v128 {
  if (count == 1) return v128.load32_zero(address);
  const two = v128.load64_zero(address);
  return count == 2 ? two : v128.load_lane<f32>(address + 8, two, 2);
}

/**
 * C [rows x columns] = A [rows x inner] · Bᵀ with B [columns x inner]; added to C if `add` is not 0.
 * Only the first `columns` rows of B are read, so B may be taller.
 */
export function matmulTransposed(
  a: usize, b: usize, c: usize,
  rows: i32, inner: i32, columns: i32, add: i32,
): void {
  const step = <usize>inner << 2;
  const stepC = <usize>columns << 2;
  let i = 0;
  for (; i + 2 <= rows; i += 2) {
    let pb = b;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      dots2x4(a, pb, c + (<usize>j << 2), step, stepC, inner, add);
      pb += step << 2;
    }
    for (; j < columns; j++) {
      dot(a, pb, c + (<usize>j << 2), inner, add);
      dot(a + step, pb, c + (<usize>j << 2) + stepC, inner, add);
      pb += step;
    }
    a += step << 1;
    c += stepC << 1;
  }
  if (i < rows) {
    let pb = b;
    let j = 0;
    for (; j + 4 <= columns; j += 4) {
      dots1x4(a, pb, c + (<usize>j << 2), step, inner, add);
      pb += step << 2;
    }
    for (; j < columns; j++) {
      dot(a, pb, c + (<usize>j << 2), inner, add);
      pb += step;
    }
  }
}

function dots2x4(a: usize, b: usize, c: usize, step: usize, stepC: usize, inner: i32, add: i32): void {
  const step2 = step * 2;
  const step3 = step * 3;
  let c00 = f32x4.splat(0);
  let c01 = f32x4.splat(0);
  let c02 = f32x4.splat(0);
  let c03 = f32x4.splat(0);
  let c10 = f32x4.splat(0);
  let c11 = f32x4.splat(0);
  let c12 = f32x4.splat(0);
  let c13 = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= inner; k += 4) {
    const a0 = v128.load(a);
    const a1 = v128.load(a + step);
    let x = v128.load(b);
    c00 = madd(c00, a0, x);
    c10 = madd(c10, a1, x);
    x = v128.load(b + step);
    c01 = madd(c01, a0, x);
    c11 = madd(c11, a1, x);
    x = v128.load(b + step2);
    c02 = madd(c02, a0, x);
    c12 = madd(c12, a1, x);
    x = v128.load(b + step3);
    c03 = madd(c03, a0, x);
    c13 = madd(c13, a1, x);
    a += 16;
    b += 16;
  }
  if (k < inner) {
    const a0 = loadTail(a, inner - k);
    const a1 = loadTail(a + step, inner - k);
    let x = loadTail(b, inner - k);
    c00 = madd(c00, a0, x);
    c10 = madd(c10, a1, x);
    x = loadTail(b + step, inner - k);
    c01 = madd(c01, a0, x);
    c11 = madd(c11, a1, x);
    x = loadTail(b + step2, inner - k);
    c02 = madd(c02, a0, x);
    c12 = madd(c12, a1, x);
    x = loadTail(b + step3, inner - k);
    c03 = madd(c03, a0, x);
    c13 = madd(c13, a1, x);
  }
  let first = laneSums(c00, c01, c02, c03);
  let second = laneSums(c10, c11, c12, c13);
  if (add) {
    first = f32x4.add(first, v128.load(c));
    second = f32x4.add(second, v128.load(c + stepC));
  }
  v128.store(c, first);
  v128.store(c + stepC, second);
}

function dots1x4(a: usize, b: usize, c: usize, step: usize, inner: i32, add: i32): void {
  const step2 = step * 2;
  const step3 = step * 3;
  let c0 = f32x4.splat(0);
  let c1 = f32x4.splat(0);
  let c2 = f32x4.splat(0);
  let c3 = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= inner; k += 4) {
    const x = v128.load(a);
    c0 = madd(c0, x, v128.load(b));
    c1 = madd(c1, x, v128.load(b + step));
    c2 = madd(c2, x, v128.load(b + step2));
    c3 = madd(c3, x, v128.load(b + step3));
    a += 16;
    b += 16;
  }
  if (k < inner) {
    const x = loadTail(a, inner - k);
    c0 = madd(c0, x, loadTail(b, inner - k));
    c1 = madd(c1, x, loadTail(b + step, inner - k));
    c2 = madd(c2, x, loadTail(b + step2, inner - k));
    c3 = madd(c3, x, loadTail(b + step3, inner - k));
  }
  const sums = laneSums(c0, c1, c2, c3);
  v128.store(c, add ? f32x4.add(sums, v128.load(c)) : sums);
}

function dot(a: usize, b: usize, c: usize, inner: i32, add: i32): void {
  let sums = f32x4.splat(0);
  let k = 0;
  for (; k + 4 <= inner; k += 4) {
    sums = madd(sums, v128.load(a), v128.load(b));
    a += 16;
    b += 16;
  }
  let sum = laneSum(sums);
  for (; k < inner; k++) {
    sum += load<f32>(a) * load<f32>(b);
    a += 4;
    b += 4;
  }
  store<f32>(c, add ? sum + load<f32>(c) : sum);
}

/**
 * Gradients of a dense layer on one vector: dWeight [inputs x outputs] += x ⊗ dOut, dBias [outputs] += dOut, and
 * dX [dInputs] += weight · dOut for the first `dInputs` inputs.
 */
export function denseBackward(
  x: usize, weight: usize, dOut: usize, dWeight: usize, dBias: usize, dX: usize,
  inputs: i32, outputs: i32, dInputs: i32,
): void {
  addTransposedMatmul(x, inputs, dOut, dWeight, 1, inputs, outputs);
  addInto(dBias, dOut, outputs);
  matmulTransposed(dOut, weight, dX, 1, outputs, dInputs, 1);
}
