// Layout and initial values of the parameters, and the configuration's checks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Random } from "../../../../netlist/index.js";
import { tensorOf } from "../../../../policy/network/memory.js";
import {
  freshParameters,
  networkConfig,
  orthogonalMatrix,
  parameterLayout,
} from "../../../../policy/network/parameters.js";
import { assertClose } from "../../../support/close.js";
import { matrixOf } from "../../../support/random-arrays.js";
import { smallConfig } from "../tiny-policy.js";

test("an orthogonal matrix has orthogonal vectors of its gain along its shorter side", () => {
  for (const [rows, columns] of [
    [1, 1],
    [5, 5],
    [7, 3],
    [3, 7],
    [1, 6],
  ] as const) {
    const q = orthogonalMatrix(rows, columns, {
      gain: 1.5,
      random: Random.stream(1, "q", rows, columns),
    });
    const product = rows >= columns ? q.transpose().mmul(q) : q.mmul(q.transpose());
    const expected = Matrix.eye(product.rows, product.rows, 1.5 ** 2);
    assertClose(product.to1DArray(), expected.to1DArray(), 1e-12, `${rows}x${columns}`);
  }
});

test("tensors follow each other without overlap, each on its own cache line", () => {
  const { tensors, length } = parameterLayout(smallConfig());
  let end = 0;
  for (const tensor of tensors) {
    assert.ok(tensor.offset >= end && tensor.offset - end < 16 && tensor.offset % 16 === 0, tensor.name);
    assert.equal(
      tensor.length,
      tensor.shape.reduce((product, side) => product * side, 1),
    );
    end = tensor.offset + tensor.length;
  }
  assert.ok(length >= end && length - end < 16);
  assert.equal(new Set(tensors.map(({ name }) => name)).size, tensors.length);
});

test("a fresh network has orthogonal layers, zero biases and a zero last policy layer", () => {
  const config = smallConfig();
  const layout = parameterLayout(config);
  const values = freshParameters(config, 1);
  const get = (name: string): Float32Array => tensorOf(layout, values, name);
  for (const { name } of layout.tensors) {
    if (name.endsWith("bias"))
      assert.ok(
        get(name).every((value) => value === 0),
        name,
      );
  }
  assert.ok(get("cell.logit.weight").every((value) => value === 0));
  assert.deepEqual([...get("cell.priorScale")], [0.5]);
  assertClose([Math.hypot(...get("value.output.weight"))], [1], 1e-6);
  const trunk = matrixOf(get("trunk.weight"), 27, 12);
  assertClose(trunk.transpose().mmul(trunk).to1DArray(), Matrix.eye(12, 12, 2).to1DArray(), 1e-6);
  // A round's Wa, Wb and c are one layer from [h_i, h_j, w].
  const ends = matrixOf(get("encoder.round0.ends"), 8, 16);
  const joint = Matrix.zeros(17, 8);
  joint.setSubMatrix(ends.subMatrix(0, 7, 0, 7), 0, 0).setSubMatrix(ends.subMatrix(0, 7, 8, 15), 8, 0);
  joint.setRow(16, Array.from(get("encoder.round0.edge")));
  assertClose(joint.transpose().mmul(joint).to1DArray(), Matrix.eye(8, 8, 2).to1DArray(), 1e-6);
});

test("the same seed gives the same parameters, another seed others", () => {
  const config = smallConfig();
  const [a, b, c] = [1, 1, 2].map((seed) => freshParameters(config, seed));
  assert.deepEqual(a, b);
  assert.notDeepEqual(a, c);
});

test("the ablations have no parameters of what they leave out", () => {
  const names = (options: object): string =>
    parameterLayout(smallConfig(options))
      .tensors.map(({ name }) => name)
      .join();
  assert.match(names({}), /encoder.*deconvolution/);
  assert.doesNotMatch(names({ encoder: false }), /encoder/);
  assert.doesNotMatch(names({ deconvolution: false }), /deconvolution/);
});

test("the configuration fills in defaults and refuses what it does not know or cannot do", () => {
  const needed = { nodeFeatures: 4, stateFeatures: 2, planes: 3 };
  const { width, rounds, trunk, deconvolutionChannels, cellHidden, valueHidden, priorPlane } =
    networkConfig(needed);
  assert.deepEqual([width, rounds, trunk, cellHidden, valueHidden, priorPlane], [16, 3, 64, 16, 32, -1]);
  assert.deepEqual(deconvolutionChannels, [16, 8, 4]);
  assert.throws(() => networkConfig({ ...needed, widht: 8 } as typeof needed), /widht/);
  assert.throws(() => networkConfig({ ...needed, width: 6 }), /multiple of 4/);
  assert.throws(() => networkConfig({ ...needed, priorPlane: 3 }), /priorPlane/);
  assert.throws(() => networkConfig({ ...needed, stateFeatures: 0, encoder: false }), /state features/);
});
