// Products and small passes against ml-matrix, at sizes around the tiles' edges.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Kernels } from "../../../kernels/index.js";
import { Random } from "../../../netlist/index.js";
import { assertClose } from "../../support/close.js";
import { matrixOf, normals } from "../../support/random-arrays.js";
import { columnSums, relu, reluBackward } from "../../twins/layers-twin.js";

const kernels = Kernels.create();
const { run } = kernels;
const SIZES = [1, 2, 3, 4, 5, 8, 13, 17, 37];
const ADD = 1;
const RELU = 2;

/** Every combination of three sizes would be 729 products; a third of them meets every pair of sizes. */
function* sizeTriples(): Generator<[number, number, number]> {
  for (const [i, first] of SIZES.entries()) {
    for (const [j, second] of SIZES.entries()) {
      for (const [k, third] of SIZES.entries()) if ((i + j + k) % 3 === 0) yield [first, second, third];
    }
  }
}

test("A·B with bias, ReLU or added to what is there equals ml-matrix", () => {
  const random = Random.stream(1, "matmul");
  for (const [rows, inner, columns] of sizeTriples()) {
    const a = normals(kernels, random, rows * inner);
    const b = normals(kernels, random, inner * columns);
    const bias = normals(kernels, random, columns);
    const c = normals(kernels, random, rows * columns);
    const before = matrixOf(c, rows, columns);
    const product = matrixOf(a, rows, inner).mmul(matrixOf(b, inner, columns));
    const biased = product.clone().addRowVector(Array.from(bias));
    const what = `${rows}x${inner}x${columns}`;
    const multiply = (biasAddress: number, mode: number): void =>
      run.matmul(a.byteOffset, b.byteOffset, biasAddress, c.byteOffset, rows, inner, columns, mode);
    multiply(0, ADD);
    assertClose(c, Matrix.add(before, product).to1DArray(), 1e-5, `${what} added`);
    multiply(0, 0);
    assertClose(c, product.to1DArray(), 1e-5, what);
    multiply(bias.byteOffset, 0);
    assertClose(c, biased.to1DArray(), 1e-5, `${what} with bias`);
    multiply(bias.byteOffset, RELU);
    assertClose(c, relu(biased).to1DArray(), 1e-5, `${what} with bias and ReLU`);
  }
});

test("one row of many columns equals ml-matrix", () => {
  const random = Random.stream(2, "matmul");
  for (const columns of [32, 33, 64, 71, 512]) {
    const a = normals(kernels, random, 64);
    const b = normals(kernels, random, 64 * columns);
    const bias = normals(kernels, random, columns);
    const c = kernels.f32(columns);
    run.matmul(a.byteOffset, b.byteOffset, bias.byteOffset, c.byteOffset, 1, 64, columns, 0);
    const expected = matrixOf(a, 1, 64)
      .mmul(matrixOf(b, 64, columns))
      .addRowVector(Array.from(bias));
    assertClose(c, expected.to1DArray(), 1e-5, `${columns} columns`);
  }
});

test("C += Aᵀ·B equals ml-matrix, also for some columns of a wider A and for many rows", () => {
  const random = Random.stream(3, "matmul");
  for (const [rows, columnsA, columnsB] of [
    ...sizeTriples(),
    [64, 4, 8],
    [65, 5, 9],
    [200, 12, 20],
  ] as const) {
    const stride = columnsA + 3;
    const a = normals(kernels, random, rows * stride);
    const b = normals(kernels, random, rows * columnsB);
    const c = normals(kernels, random, columnsA * columnsB);
    const before = matrixOf(c, columnsA, columnsB);
    run.addTransposedMatmul(a.byteOffset + 8, stride, b.byteOffset, c.byteOffset, rows, columnsA, columnsB);
    const part = matrixOf(a, rows, stride).subMatrix(0, rows - 1, 2, columnsA + 1);
    const expected = before.add(part.transpose().mmul(matrixOf(b, rows, columnsB)));
    assertClose(c, expected.to1DArray(), 1e-5, `${rows}x${columnsA}x${columnsB}`);
  }
});

test("A·Bᵀ, written or added, equals ml-matrix", () => {
  const random = Random.stream(4, "matmul");
  for (const [rows, inner, columns] of sizeTriples()) {
    const a = normals(kernels, random, rows * inner);
    const b = normals(kernels, random, columns * inner);
    const c = normals(kernels, random, rows * columns);
    const before = matrixOf(c, rows, columns);
    const product = matrixOf(a, rows, inner).mmul(matrixOf(b, columns, inner).transpose());
    run.matmulTransposed(a.byteOffset, b.byteOffset, c.byteOffset, rows, inner, columns, 1);
    assertClose(c, Matrix.add(before, product).to1DArray(), 1e-5, `${rows}x${inner}x${columns} added`);
    run.matmulTransposed(a.byteOffset, b.byteOffset, c.byteOffset, rows, inner, columns, 0);
    assertClose(c, product.to1DArray(), 1e-5, `${rows}x${inner}x${columns}`);
  }
});

test("the small passes equal ml-matrix at any length", () => {
  const random = Random.stream(5, "passes");
  for (const rows of SIZES) {
    for (const columns of SIZES) {
      const n = rows * columns;
      const x = normals(kernels, random, n);
      const y = normals(kernels, random, n);
      const matrix = matrixOf(x, rows, columns);

      const sums = normals(kernels, random, columns);
      const sumsBefore = matrixOf(sums, 1, columns);
      run.addColumnSums(x.byteOffset, columns, sums.byteOffset, rows, columns);
      assertClose(sums, sumsBefore.add(columnSums(matrix)).to1DArray(), 1e-5, "column sums");

      const means = kernels.f32(rows);
      run.rowMeans(x.byteOffset, means.byteOffset, rows, columns);
      assertClose(means, matrix.mean("row"), 1e-5, "row means");

      const dot = x.reduce((sum, value, i) => sum + value * y[i]!, 0);
      const size = x.reduce((sum, value, i) => sum + Math.abs(value * y[i]!), 0);
      assert.ok(Math.abs(run.dotProduct(x.byteOffset, y.byteOffset, n) - dot) <= 1e-6 * size);
      const total = x.reduce((sum, value) => sum + value, 0);
      const totalSize = x.reduce((sum, value) => sum + Math.abs(value), 0);
      assert.ok(Math.abs(run.sumNumbers(x.byteOffset, n) - total) <= 1e-6 * totalSize);

      const gradient = y.slice();
      run.reluBackward(x.byteOffset, y.byteOffset, n);
      assertClose(
        y,
        reluBackward(matrix, matrixOf(gradient, rows, columns)).to1DArray(),
        0,
        "ReLU's gradient",
      );

      const target = normals(kernels, random, n);
      const expected = Array.from(target, (value, i) => -3 * (value + x[i]! + 0.5 * x[i]!));
      run.addInto(target.byteOffset, x.byteOffset, n);
      run.addScaledInto(target.byteOffset, x.byteOffset, 0.5, n);
      run.scaleNumbers(target.byteOffset, -3, n);
      assertClose(target, expected, 1e-5, "sum");
      run.copyNumbers(target.byteOffset, x.byteOffset, n);
      assert.deepEqual(target.slice(), x.slice());
      run.clearNumbers(target.byteOffset, n);
      assert.ok(target.every((value) => value === 0));
    }
  }
});

test("the gradients of a dense layer on one vector equal ml-matrix", () => {
  const random = Random.stream(6, "dense");
  for (const [inputs, outputs, dInputs] of [
    [1, 1, 1],
    [5, 3, 5],
    [17, 12, 8],
    [64, 48, 64],
    [13, 4, 0],
  ] as const) {
    const arrays = [inputs, inputs * outputs, outputs, inputs * outputs, outputs, dInputs];
    const [x, weight, dOut, dWeight, dBias, dX] = arrays.map((length) =>
      normals(kernels, random, length),
    ) as [Float32Array, Float32Array, Float32Array, Float32Array, Float32Array, Float32Array];
    const dY = matrixOf(dOut, 1, outputs);
    const wantedWeight = matrixOf(dWeight, inputs, outputs).add(matrixOf(x, inputs, 1).mmul(dY));
    const wantedBias = matrixOf(dBias, 1, outputs).add(dY);
    const back = dY.mmul(matrixOf(weight, inputs, outputs).transpose()).to1DArray();
    const wantedX = Array.from(dX, (value, i) => value + back[i]!);
    const addresses = [x, weight, dOut, dWeight, dBias, dX].map((array) => array.byteOffset);
    run.denseBackward(
      ...(addresses as [number, number, number, number, number, number]),
      inputs,
      outputs,
      dInputs,
    );
    assertClose(dWeight, wantedWeight.to1DArray(), 1e-5, "weights");
    assertClose(dBias, wantedBias.to1DArray(), 1e-5, "bias");
    assertClose(dX, wantedX, 1e-5, "inputs");
  }
});
