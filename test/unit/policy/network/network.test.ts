// The network in kernels against its float64 twin, and what its users rely on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../../kernels/index.js";
import type { PolicyGraph, PolicyStep } from "../../../../policy/network/contract.js";
import { tensorsOf } from "../../../../policy/network/memory.js";
import { graphNetwork } from "../../../../policy/network/network.js";
import {
  freshParameters,
  type NetworkConfig,
  type NetworkOptions,
  parameterLayout,
} from "../../../../policy/network/parameters.js";
import { assertClose } from "../../../support/close.js";
import { twinBackward, twinForward } from "../../../twins/network-twin.js";
import {
  noisyParameters,
  randomGraph,
  randomLogitGradient,
  randomStep,
  smallConfig,
} from "../tiny-policy.js";

/** Parameters and gradients in a memory of their own. */
function build(config: NetworkConfig, values: Float32Array, kernels = Kernels.create()) {
  const parameters = kernels.f32(values.length);
  const gradients = kernels.f32(values.length);
  parameters.set(values);
  return { config, kernels, parameters, gradients };
}
type Memory = ReturnType<typeof build>;

interface Board {
  readonly graph: PolicyGraph;
  readonly rows: number;
  readonly columns: number;
}

/** A network for one block, and the arrays that it shares with its user. */
function networkFor({ config, kernels, parameters, gradients }: Memory, { graph, rows, columns }: Board) {
  const layout = parameterLayout(config);
  const logits = kernels.f32(rows * columns);
  const dLogits = kernels.f32(rows * columns);
  const network = graphNetwork.create({
    kernels,
    shape: config,
    parameters: tensorsOf(layout, parameters),
    gradients: tensorsOf(layout, gradients),
    graph,
    rows,
    columns,
    logits,
    dLogits,
  });
  return {
    logits,
    forward: (step: PolicyStep) => network.forward(step),
    encode: () => network.encode!(),
    encodeBackward: () => network.encodeBackward!(),
    backward: (slopes: Float32Array, dValue: number) => {
      dLogits.set(slopes);
      network.backward(dValue);
    },
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
  { name: "live", options: { live: true, liveEdges: 2 }, graph: [17, 40], grid: [9, 11], nodes: [3, 12] },
  {
    name: "live, all edges, no next node",
    options: { live: true, liveEdges: 0 },
    graph: [9, 20],
    grid: [5, 5],
    nodes: [2, -1],
  },
  { name: "live, one node", options: { live: true }, graph: [1, 0], grid: [1, 17], nodes: [0, -1] },
  {
    name: "live without deconvolution",
    options: { live: true, deconvolution: false },
    graph: [5, 9],
    grid: [5, 5],
    nodes: [0, 1],
  },
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
    const memory = build(config, values);
    const { gradients } = memory;
    const graph = randomGraph(size[0], size[1], config.nodeFeatures);
    const [rows, columns] = grid;
    const block = { graph, rows, columns };
    const network = networkFor(memory, block);
    network.encode();
    // Two steps on one encoding: the second has the nodes the other way round, where there are two.
    const turned: [number, number] = nodes[1] < 0 ? nodes : [nodes[1], nodes[0]];
    const nodeCount = size[0];
    const steps = [nodes, turned].map((pair, i) =>
      randomStep(config, rows * columns, pair, { seed: [21, 99][i]!, nodeCount }),
    );
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
  const memory = build(config, freshParameters(config, 5));
  const graph = randomGraph(5, 9, config.nodeFeatures);
  const network = networkFor(memory, { graph, rows: 4, columns: 6 });
  network.encode();
  const step = randomStep(config, 24, [0, 1]);
  network.forward(step);
  const prior = step.planes.subarray(24, 48);
  const expected = Array.from(prior, (value, cell) => (step.mask[cell] ? 0.5 * value : Math.fround(-1e30)));
  assert.deepEqual([...network.logits], expected);
});

/** Logits, value and gradients of one step on a new network, as one list. */
function runOnce(memory: Memory, board: Board): { readonly result: number[]; readonly logits: Float32Array } {
  memory.gradients.fill(0);
  const network = networkFor(memory, board);
  network.encode();
  const { nodeCount } = board.graph;
  const step = randomStep(memory.config, board.rows * board.columns, [0, 1], { nodeCount });
  const value = network.forward(step);
  network.backward(randomLogitGradient(step), 1);
  network.encodeBackward();
  return { result: [value, ...network.logits, ...memory.gradients], logits: network.logits };
}

for (const live of [false, true])
  test(`networks of a large and of a small block in one memory give the same bits as alone, live ${live}`, () => {
    const config = smallConfig({ live });
    const values = noisyParameters(config, 2);
    const small = { graph: randomGraph(5, 9, config.nodeFeatures), rows: 5, columns: 7 };
    const large = { graph: randomGraph(50, 200, config.nodeFeatures), rows: 20, columns: 20 };
    const alone = runOnce(build(config, values), small).result;
    const shared = build(config, values);
    const first = runOnce(shared, large);
    const before = [...first.logits];
    assert.deepEqual(runOnce(shared, small).result, alone);
    assert.deepEqual([...first.logits], before);
  });

test("two networks on one memory and one set of parameters do not disturb each other", () => {
  const config = smallConfig();
  const values = noisyParameters(config, 2);
  const board = { graph: randomGraph(5, 9, config.nodeFeatures), rows: 5, columns: 7 };
  const first = build(config, values);
  const attached = Kernels.attach(first.kernels.handle);
  const second = { ...first, kernels: attached, gradients: attached.f32(values.length) };
  const { result: expected, logits } = runOnce(first, board);
  runOnce(second, { graph: randomGraph(6, 12, config.nodeFeatures), rows: 6, columns: 6 });
  assert.deepEqual([...logits], expected.slice(1, 36));
  assert.deepEqual(runOnce(second, board).result, expected);
});

test("arrays and indices that do not fit are refused before a kernel sees them", () => {
  const config = smallConfig();
  const memory = build(config, noisyParameters(config, 2));
  const graph = randomGraph(5, 9, config.nodeFeatures);
  const size = { rows: 5, columns: 5 };
  const wrongEdges = { ...graph, edgeTargets: new Int32Array(9).fill(5) };
  assert.throws(() => networkFor(memory, { graph: wrongEdges, ...size }), /internal: edge 0/);
  const oneNodeMore = { ...graph, nodeCount: 6 };
  assert.throws(() => networkFor(memory, { graph: oneNodeMore, ...size }), /internal: 25 features/);
  const network = networkFor(memory, { graph, ...size });
  network.encode();
  const step = randomStep(config, 25, [0, 1]);
  assert.throws(() => network.forward({ ...step, currentNode: 5 }), /internal: nodes 5 and 1/);
  assert.throws(
    () => network.forward({ ...step, planes: step.planes.subarray(1) }),
    /internal: state, planes, mask/,
  );
});
