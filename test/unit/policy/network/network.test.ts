// The network in kernels against its float64 twin, and what its users rely on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../../kernels/index.js";
import type { PolicyGraph } from "../../../../policy/network/graph-encoder.js";
import { PolicyNetwork, type PolicyStep } from "../../../../policy/network/network.js";
import type { NetworkConfig, NetworkOptions } from "../../../../policy/network/network-config.js";
import { initialiseParameters, parameterLayout } from "../../../../policy/network/parameters.js";
import { assertClose } from "../../../support/close.js";
import { twinBackward, twinForward } from "../../../twins/network-twin.js";
import {
  noisyParameters,
  randomGraph,
  randomLogitGradient,
  randomStep,
  smallConfig,
} from "../tiny-policy.js";

function build(config: NetworkConfig, values: Float32Array) {
  const kernels = Kernels.create();
  const parameters = kernels.f32(values.length);
  const gradients = kernels.f32(values.length);
  parameters.set(values);
  return {
    kernels,
    parameters,
    gradients,
    network: new PolicyNetwork(kernels, config, parameters, gradients),
  };
}

/** Logits of the cells that are open; the others are checked on their own. */
function openLogits(step: PolicyStep, logits: ArrayLike<number>): number[] {
  return Array.from(logits).filter((_, cell) => step.mask[cell]);
}

interface Case {
  readonly name: string;
  readonly options?: Partial<NetworkOptions>;
  readonly graph: readonly [nodes: number, edges: number];
  readonly grid: readonly [rows: number, columns: number];
  readonly nodes: [number, number];
}

const CASES: readonly Case[] = [
  { name: "an ordinary block", graph: [17, 40], grid: [9, 11], nodes: [3, 12] },
  { name: "no next node", graph: [5, 9], grid: [7, 5], nodes: [0, -1] },
  { name: "the same node now and next", graph: [3, 3], grid: [3, 5], nodes: [1, 1] },
  { name: "one node, no edges, one row", graph: [1, 0], grid: [1, 17], nodes: [0, -1] },
  { name: "no encoder", options: { encoder: false }, graph: [5, 9], grid: [5, 5], nodes: [0, 1] },
  { name: "no deconvolution", options: { deconvolution: false }, graph: [5, 9], grid: [5, 5], nodes: [0, 1] },
  {
    name: "neither",
    options: { encoder: false, deconvolution: false },
    graph: [5, 9],
    grid: [5, 5],
    nodes: [0, 1],
  },
  { name: "no prior", options: { priorPlane: -1 }, graph: [5, 9], grid: [5, 5], nodes: [0, 1] },
  {
    name: "the default sizes",
    options: {
      width: 16,
      rounds: 3,
      trunk: 64,
      deconvolutionChannels: [16, 8, 4],
      cellHidden: 16,
      valueHidden: 32,
    },
    graph: [17, 33],
    grid: [17, 21],
    nodes: [3, 4],
  },
];

for (const { name, options, graph: size, grid, nodes } of CASES) {
  test(`logits, value and every gradient equal the twin: ${name}`, () => {
    const config = smallConfig(options);
    const values = noisyParameters(config, 1);
    const { gradients, network } = build(config, values);
    const graph = randomGraph(size[0], size[1], config.nodeFeatures);
    const [rows, columns] = grid;
    const block = { graph, rows, columns };
    network.setBlock(graph, rows, columns);
    network.encode();
    // Two steps on one encoding: the second has the nodes the other way round, where there are two.
    const turned: [number, number] = nodes[1] < 0 ? nodes : [nodes[1], nodes[0]];
    const steps = [randomStep(config, rows * columns, nodes), randomStep(config, rows * columns, turned, 99)];
    const expected = new Float64Array(values.length);
    for (const [i, step] of steps.entries()) {
      const twin = twinForward(config, values, block, step);
      assertClose([network.forward(step)], [twin.value], 1e-5, "value");
      assertClose(openLogits(step, network.logits), openLogits(step, twin.logits), 1e-5, "logits");
      for (const [cell, open] of step.mask.entries()) {
        if (!open) assert.equal(network.logits[cell], Math.fround(-1e30));
      }
      const dLogits = randomLogitGradient(step, 30 + i);
      const dValue = 0.5 - i;
      network.backward(dLogits, dValue);
      const gradient = twinBackward(config, values, block, step, dLogits, dValue);
      for (let k = 0; k < expected.length; k++) expected[k] = expected[k]! + gradient[k]!;
    }
    network.encodeBackward();
    for (const { name: tensor, offset, length } of parameterLayout(config).tensors) {
      assertClose(
        gradients.subarray(offset, offset + length),
        expected.subarray(offset, offset + length),
        1e-4,
        `gradient of ${tensor}`,
      );
    }
  });
}

test("before any training the logits are the prior plane times its scale, and infeasible cells -1e30", () => {
  const config = smallConfig();
  const values = new Float32Array(parameterLayout(config).length);
  initialiseParameters(config, 5, values);
  const { network } = build(config, values);
  network.setBlock(randomGraph(5, 9, config.nodeFeatures), 4, 6);
  network.encode();
  const step = randomStep(config, 24, [0, 1]);
  network.forward(step);
  const prior = step.planes.subarray(24, 48);
  const expected = Array.from(prior, (value, cell) => (step.mask[cell] ? 0.5 * value : Math.fround(-1e30)));
  assert.deepEqual([...network.logits], expected);
});

/** Logits, value and gradients of one step, as one list. */
function runOnce(
  { network, gradients }: { network: PolicyNetwork; gradients: Float32Array },
  config: NetworkConfig,
  graph: PolicyGraph,
  rows: number,
  columns: number,
): number[] {
  gradients.fill(0);
  network.setBlock(graph, rows, columns);
  network.encode();
  const step = randomStep(config, rows * columns, [0, 1]);
  const value = network.forward(step);
  network.backward(randomLogitGradient(step), 1);
  network.encodeBackward();
  return [value, ...network.logits, ...gradients];
}

test("a small block after a large one gives the same bits as alone, and asks for no more memory", () => {
  const config = smallConfig();
  const values = noisyParameters(config, 2);
  const small = randomGraph(5, 9, config.nodeFeatures);
  const large = randomGraph(50, 200, config.nodeFeatures);
  const alone = runOnce(build(config, values), config, small, 5, 7);
  const shared = build(config, values);
  runOnce(shared, config, large, 20, 20);
  const before = shared.kernels.u8(1).byteOffset;
  assert.deepEqual(runOnce(shared, config, small, 5, 7), alone);
  assert.equal(shared.kernels.u8(1).byteOffset, before + 64);
});

test("two networks on one memory and one set of parameters do not disturb each other", () => {
  const config = smallConfig();
  const values = noisyParameters(config, 2);
  const graph = randomGraph(5, 9, config.nodeFeatures);
  const first = build(config, values);
  const attached = Kernels.attach(first.kernels.handle);
  const gradients = attached.f32(values.length);
  const second = { gradients, network: new PolicyNetwork(attached, config, first.parameters, gradients) };
  const expected = runOnce(first, config, graph, 5, 7);
  runOnce(second, config, randomGraph(6, 12, config.nodeFeatures), 6, 6);
  assert.deepEqual([...first.network.logits], expected.slice(1, 36));
  assert.deepEqual(runOnce(second, config, graph, 5, 7), expected);
});

test("arrays and indices that do not fit are refused before a kernel sees them", () => {
  const config = smallConfig();
  const { network } = build(config, noisyParameters(config, 2));
  const graph = randomGraph(5, 9, config.nodeFeatures);
  assert.throws(
    () => network.setBlock({ ...graph, edgeTargets: new Int32Array(9).fill(5) }, 5, 5),
    /internal: edge 0/,
  );
  assert.throws(() => network.setBlock({ ...graph, nodeCount: 6 }, 5, 5), /internal: 25 features/);
  network.setBlock(graph, 5, 5);
  network.encode();
  const step = randomStep(config, 25, [0, 1]);
  assert.throws(() => network.forward({ ...step, currentNode: 5 }), /internal: nodes 5 and 1/);
  assert.throws(
    () => network.forward({ ...step, planes: step.planes.subarray(1) }),
    /internal: state, planes, mask/,
  );
});
