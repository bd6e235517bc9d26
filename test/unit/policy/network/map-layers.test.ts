// Transposed convolution, sampling and the cell head in kernels against their twins.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import { assertClose } from "../../../support/close.js";
import { matrixOf, normals } from "../../../support/random-arrays.js";
import {
  deconvolution,
  deconvolutionBackward,
  relu,
  reluBackward,
  samplingMatrix,
} from "../../../twins/layers-twin.js";

const kernels = Kernels.create();
const { run } = kernels;

for (const [height, width, inputs, outputs] of [
  [1, 1, 1, 4],
  [1, 3, 5, 4],
  [5, 2, 3, 8],
  [4, 4, 32, 16],
] as const) {
  test(`the transposed convolution of ${height}x${width}x${inputs} to ${outputs} channels equals the twin`, () => {
    const random = Random.stream(8, "deconvolution", height, width);
    const pixels = height * width;
    const map = normals(kernels, random, pixels * inputs);
    const weight = normals(kernels, random, inputs * 9 * outputs);
    const bias = normals(kernels, random, outputs);
    const taps = kernels.f32(pixels * 9 * outputs);
    const out = kernels.f32(4 * pixels * outputs);
    run.matmul(map.byteOffset, weight.byteOffset, 0, taps.byteOffset, pixels, inputs, 9 * outputs, 0);
    run.gatherTaps(taps.byteOffset, bias.byteOffset, out.byteOffset, height, width, outputs);
    const twinMap = matrixOf(map, pixels, inputs);
    const twinWeight = matrixOf(weight, inputs, 9 * outputs);
    const expected = deconvolution(twinMap, height, width, twinWeight, matrixOf(bias, 1, outputs));
    assertClose(out, expected.to1DArray(), 1e-5, "outputs");

    const dOut = normals(kernels, random, 4 * pixels * outputs);
    const twinDOut = matrixOf(dOut, 4 * pixels, outputs);
    const twin = deconvolutionBackward(twinMap, height, width, twinWeight, expected, twinDOut);
    const dMap = kernels.f32(pixels * inputs);
    const dWeight = kernels.f32(inputs * 9 * outputs);
    const dBias = kernels.f32(outputs);
    run.reluBackward(out.byteOffset, dOut.byteOffset, 4 * pixels * outputs);
    run.addColumnSums(dOut.byteOffset, outputs, dBias.byteOffset, 4 * pixels, outputs);
    run.spreadTaps(dOut.byteOffset, taps.byteOffset, height, width, outputs);
    run.addTransposedMatmul(
      map.byteOffset,
      inputs,
      taps.byteOffset,
      dWeight.byteOffset,
      pixels,
      inputs,
      9 * outputs,
    );
    run.matmulTransposed(taps.byteOffset, weight.byteOffset, dMap.byteOffset, pixels, 9 * outputs, inputs, 0);
    assertClose(dMap, twin.dMap.to1DArray(), 1e-5, "dMap");
    assertClose(dWeight, twin.dWeight.to1DArray(), 1e-5, "dWeight");
    assertClose(dBias, twin.dBias.to1DArray(), 1e-5, "dBias");
  });
}

for (const [height, width, rows, columns] of [
  [1, 1, 3, 2],
  [2, 2, 1, 1],
  [4, 4, 4, 4],
  [8, 4, 17, 5],
  [32, 32, 21, 24],
] as const) {
  test(`sampling ${height}x${width} at ${rows}x${columns} cells equals the twin`, () => {
    const random = Random.stream(9, "resample", rows, columns);
    const channels = 8;
    const cells = rows * columns;
    const map = normals(kernels, random, height * width * channels);
    const planes = kernels.f32(channels * cells);
    run.resample(map.byteOffset, height, width, channels, rows, columns, planes.byteOffset);
    const mix = samplingMatrix(height, width, rows, columns);
    const expected = mix.mmul(matrixOf(map, height * width, channels)).transpose();
    assertClose(planes, expected.to1DArray(), 1e-5, "planes");

    const dPlanes = normals(kernels, random, channels * cells);
    const dMap = kernels.f32(height * width * channels);
    run.resampleBackward(dPlanes.byteOffset, rows, columns, height, width, channels, dMap.byteOffset);
    const dExpected = mix.transpose().mmul(matrixOf(dPlanes, channels, cells).transpose());
    assertClose(dMap, dExpected.to1DArray(), 1e-5, "dMap");
  });
}

test("sampling a map at its own size gives the map, and halfway between two pixels their mean", () => {
  const map = kernels.f32(2 * 4);
  map.set([1, 10, 100, 1000, 3, 30, 300, 3000]); // two pixels side by side, four channels
  const same = kernels.f32(2 * 4);
  run.resample(map.byteOffset, 1, 2, 4, 1, 2, same.byteOffset);
  assert.deepEqual([...same], [1, 3, 10, 30, 100, 300, 1000, 3000]);
  const middle = kernels.f32(4);
  run.resample(map.byteOffset, 1, 2, 4, 1, 1, middle.byteOffset);
  assert.deepEqual([...middle], [2, 20, 200, 2000]);
});

for (const [channels, hidden, cells] of [
  [1, 4, 1],
  [3, 4, 5],
  [14, 16, 17],
  [5, 8, 64],
  [14, 16, 503],
] as const) {
  test(`the cell head of ${channels} channels, ${hidden} hidden, ${cells} cells equals the twin`, () => {
    const random = Random.stream(10, "cells", cells);
    const inputs = normals(kernels, random, channels * cells);
    const weights = normals(kernels, random, hidden * channels);
    const biases = normals(kernels, random, hidden);
    const outWeights = normals(kernels, random, hidden);
    const prior = normals(kernels, random, cells);
    const mask = kernels.u8(cells);
    for (let cell = 0; cell < cells; cell++) mask[cell] = random.below(4) === 0 ? 0 : 1 + random.below(255);
    const hiddens = kernels.f32(hidden * cells);
    const logits = kernels.f32(cells);
    const twinHidden = relu(
      matrixOf(weights, hidden, channels)
        .mmul(matrixOf(inputs, channels, cells))
        .addColumnVector(Array.from(biases)),
    );
    for (const scale of [0.75, 0]) {
      run.cellHead(
        inputs.byteOffset,
        weights.byteOffset,
        biases.byteOffset,
        outWeights.byteOffset,
        0.25,
        scale === 0 ? 0 : prior.byteOffset,
        scale,
        mask.byteOffset,
        hiddens.byteOffset,
        logits.byteOffset,
        channels,
        hidden,
        cells,
      );
      const plain = matrixOf(outWeights, 1, hidden).mmul(twinHidden).add(0.25).to1DArray();
      const expected = plain.map((logit, cell) => logit + scale * prior[cell]!);
      assertClose(hiddens, twinHidden.to1DArray(), 1e-5, "hidden");
      const open = [...mask.keys()].filter((cell) => mask[cell] !== 0);
      assertClose(
        open.map((cell) => logits[cell]!),
        open.map((cell) => expected[cell]!),
        1e-5,
        "logits",
      );
      for (const cell of mask.keys()) if (mask[cell] === 0) assert.equal(logits[cell], Math.fround(-1e30));
    }

    const dLogits = normals(kernels, random, cells);
    const dHiddens = kernels.f32(hidden * cells);
    const dBiases = kernels.f32(hidden);
    const dOutWeights = kernels.f32(hidden);
    run.cellHeadBackward(
      dLogits.byteOffset,
      hiddens.byteOffset,
      outWeights.byteOffset,
      dHiddens.byteOffset,
      dBiases.byteOffset,
      dOutWeights.byteOffset,
      hidden,
      cells,
    );
    const dLogit = matrixOf(dLogits, 1, cells);
    const dExpected = reluBackward(twinHidden, matrixOf(outWeights, hidden, 1).mmul(dLogit));
    assertClose(dHiddens, dExpected.to1DArray(), 1e-5, "dHidden");
    assertClose(dBiases, dExpected.sum("row"), 1e-5, "dBias");
    assertClose(dOutWeights, dLogit.mmul(twinHidden.transpose()).to1DArray(), 1e-5, "dOut");
  });
}
