// What moved a decision: against the same question asked of a netlist that never had the node.
import assert from "node:assert/strict";
import { resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { Environment, Judge, MACRO_ORDERS, PLANES } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import { type Block, NodeKind } from "../../../netlist/index.js";
import { makeCellPlacer } from "../../../placer/index.js";
import {
  Agent,
  type DecisionInfluences,
  graphInput,
  graphNetwork,
  InfluenceProbe,
  loadPolicyNetwork,
  networkLayout,
  type PlayedCheckpoint,
  parseTrainSettings,
  tensorsOf,
  tracePolicy,
} from "../../../policy/index.js";
import { smallBlock } from "../../support/blocks.js";
import { assertClose } from "../../support/close.js";
import { SMALL_NETWORK } from "../../support/small-network.js";
import { noisyParameters } from "./tiny-policy.js";

const block = smallBlock(4, 7);
const KINDS: readonly number[] = [NodeKind.HardMacro, NodeKind.SoftMacro, NodeKind.Port];
const LINEAR = pathToFileURL(resolve("examples/own-policy-network.js")).href;

function checkpointWith(network: object): PlayedCheckpoint {
  const settings = parseTrainSettings({
    experimental: { network: { ...SMALL_NETWORK, priorScale: 2, ...network } },
  });
  const parameters = noisyParameters(settings.experimental.network, 7);
  return { settings, parameters, state: { iteration: 0, episodes: 0, blocks: [{}] } };
}

function probeOf(checkpoint: PlayedCheckpoint, of: Block = block) {
  const { trace } = tracePolicy(of, {}, checkpoint);
  return { trace, probe: new InfluenceProbe(of, {}, { checkpoint, actions: trace.actions }) };
}

const membersOf = ({ starts, members }: DecisionInfluences, entry: number) =>
  members.slice(starts[entry], starts[entry + 1]);

/** The block whose nets have no pins of these nodes. */
function withoutPins(nodes: ReadonlySet<number>): Block {
  const lists = Array.from({ length: block.netCount }, (_, net) =>
    [...block.netPins.subarray(block.netStarts[net], block.netStarts[net + 1])].filter(
      (pin) => !nodes.has(block.pinNodes[pin]!),
    ),
  ).filter((pins) => pins.length > 0);
  const kept = [...block.netWeights].filter((_, net) =>
    block.netPins
      .subarray(block.netStarts[net], block.netStarts[net + 1])
      .some((pin) => !nodes.has(block.pinNodes[pin]!)),
  );
  const netStarts = new Int32Array(lists.length + 1);
  for (const [net, { length }] of lists.entries()) netStarts[net + 1] = netStarts[net]! + length;
  const netPins = Int32Array.from(lists.flat());
  return { ...block, netCount: lists.length, netStarts, netPins, netWeights: Float64Array.from(kept) };
}

/** An environment of a block, a few steps into an episode. */
function environmentAt(of: Block, cells: readonly number[], checkpoint: PlayedCheckpoint): Environment {
  const judge = new Judge(Kernels.create(), of);
  const { planes, live } = checkpoint.settings.experimental.network;
  const environment = new Environment(judge, makeCellPlacer("fd", judge), {
    macros: MACRO_ORDERS.area(block),
    planes,
    readsPlaces: live,
  });
  environment.reset();
  for (const cell of cells) environment.step(cell);
  return environment;
}

/** log π(cell) of a step, by a netlist without the nodes of one entry, or with all if the entry is -1. */
function plainTwin(
  checkpoint: PlayedCheckpoint,
  found: DecisionInfluences,
  actions: Int32Array,
  entry: number,
) {
  const { step, cell } = found;
  const cells = [...actions.subarray(0, step)];
  const gone = new Set(entry < 0 ? [] : membersOf(found, entry));
  const whole = environmentAt(block, cells, checkpoint);
  const other = environmentAt(withoutPins(gone), cells, checkpoint);
  const { judge } = other.episode;
  judge.placement.xs.set(whole.episode.judge.placement.xs);
  judge.placement.ys.set(whole.episode.judge.placement.ys);
  for (const node of gone) judge.placement.xs[node] = Number.NaN;
  judge.kernels.run.placePoints(judge.state.address);
  const size = block.grid.rows * block.grid.columns;
  const { planes: count } = other.observer;
  const [planes, given] = [new Float32Array(count * size), new Float32Array(count * size)];
  const state = new Float32Array(other.observer.state.length);
  other.observer.observe(planes, state);
  whole.observer.observe(given, state);
  // The target is that of the whole netlist, and is part of the prior.
  const plane = (name: (typeof PLANES)[number]) =>
    planes.subarray(PLANES.indexOf(name) * size, (PLANES.indexOf(name) + 1) * size);
  const prior = plane("prior");
  const target = given.subarray(PLANES.indexOf("quadraticTarget") * size).subarray(0, size);
  for (let i = 0; i < size; i++) prior[i] = prior[i]! + plane("quadraticTarget")[i]! - target[i]!;
  plane("quadraticTarget").set(target);

  const { network: config } = checkpoint.settings.experimental;
  const graph = graphInput(block, config.spectral, { live: config.live });
  const edges = [...graph.edgeSources.keys()].filter(
    (edge) => graph.edgeSources[edge] !== entry && graph.edgeTargets[edge] !== entry,
  );
  const width = graph.features.length / graph.nodeCount;
  const kernels = Kernels.create();
  const parameters = kernels.f32(checkpoint.parameters.length);
  parameters.set(checkpoint.parameters);
  const { network = graphNetwork } = checkpoint;
  const agent = new Agent(
    kernels,
    {
      graph: {
        ...graph,
        features: graph.features.map((value, i) => (Math.floor(i / width) === entry ? 0 : value)),
        edgeCount: edges.length,
        edgeSources: Int32Array.from(edges, (edge) => graph.edgeSources[edge]!),
        edgeTargets: Int32Array.from(edges, (edge) => graph.edgeTargets[edge]!),
        edgeWeights: Float32Array.from(edges, (edge) => graph.edgeWeights[edge]!),
      },
      ...block.grid,
    },
    { network, config, parameters, gradients: kernels.f32(parameters.length) },
  );
  agent.encode();
  const seen = agent.stepOf(whole.episode, { planes, state }, other.observer.source.places);
  if (entry >= 0) seen.places?.set([0.5, 0.5, 0], 3 * entry);
  agent.evaluate(seen);
  return agent.distribution.logProbabilities[cell]!;
}

// The ports of this block join soft macros only, and so reach a hard macro by the graph alone.
for (const [name, network, kinds] of [
  ["no encoder", { encoder: false }, KINDS.slice(0, 2)],
  ["a static encoder", {}, KINDS],
  ["a live encoder", { live: true, liveEdges: 3 }, KINDS],
] as const)
  test(`with ${name}, taking a node out is the same as never having had its wires, its area and its edges`, async () => {
    const checkpoint = checkpointWith(network);
    const { trace, probe } = probeOf(checkpoint);
    const isMoved: Record<number, boolean> = {};
    const step = 4;
    const found = await probe.explain(step);
    assert.equal(found.macro, trace.macros[step]);
    assert.equal(found.cell, trace.actions[step]);
    const size = block.grid.rows * block.grid.columns;
    const expected = Math.log(trace.probabilities[step * size + found.cell]!);
    assertClose([found.logProbability], [expected], 1e-5);
    assertClose([plainTwin(checkpoint, found, trace.actions, -1)], [expected], 1e-5);
    for (const [entry, change] of found.changes.entries()) {
      const [node] = membersOf(found, entry);
      if (node === found.macro) {
        assert.ok(Number.isNaN(change));
        continue;
      }
      const without = plainTwin(checkpoint, found, trace.actions, entry);
      const error = Math.abs(change - (expected - without));
      assert.ok(error < 1e-4, `step ${step}, node ${node}: ${change}, ${expected - without}`);
      if (Math.abs(change) > 1e-3) isMoved[block.kinds[node!]!] = true;
    }
    assert.deepEqual(Object.keys(isMoved).map(Number).sort(), kinds, "kinds of nodes that move it");
  });

test("without an encoder, macros that are still to be placed move nothing but the wires of the next one", async () => {
  const { trace, probe } = probeOf(checkpointWith({ encoder: false }));
  const found = await probe.explain(2);
  const changeOf = (macro: number) => found.changes.find((_, entry) => membersOf(found, entry)[0] === macro);
  assert.notEqual(changeOf(trace.macros[3]!), 0);
  for (const macro of trace.macros.subarray(4)) assert.equal(changeOf(macro), 0);
  assert.notEqual(changeOf(trace.macros[1]!), 0);
});

test("of many nodes the heaviest neighbours are taken out, then the nearest; the answer is the same again", async () => {
  const { probe } = probeOf(checkpointWith({}));
  const all = await probe.explain(5);
  const neighbours = all.weights.filter((weight) => weight > 0).length;
  assert.ok(neighbours > 3 && neighbours < all.weights.length - 2);
  const some = await probe.explain(5, { most: 3 });
  const tried = [...some.changes.keys()].filter((entry) => !Number.isNaN(some.changes[entry]!));
  assert.equal(tried.length, 3);
  const lightest = Math.min(...tried.map((entry) => all.weights[entry]!));
  assert.ok(all.weights.every((weight, entry) => weight <= lightest || tried.includes(entry)));
  for (const entry of tried) assert.equal(some.changes[entry], all.changes[entry]);
  const more = await probe.explain(5, { most: neighbours + 1 });
  const [other] = [...more.changes.keys()].filter(
    (i) => !Number.isNaN(more.changes[i]!) && all.weights[i] === 0,
  );
  assert.ok(other !== undefined);
  await probe.explain(1);
  assert.deepEqual(await probe.explain(5), all);
});

test("attention is told of networks that have it, for all nodes, and those with the most are taken out after the neighbours", async () => {
  const { probe } = probeOf(checkpointWith({ live: true }));
  const live = await probe.explain(3, { most: 1 });
  assert.equal(live.attention.length, live.weights.length);
  assertClose([live.attention.reduce((sum, share) => sum + share, 0)], [1], 1e-6);
  const neighbours = live.weights.filter((weight) => weight > 0).length;
  const { changes } = await probe.explain(3, { most: neighbours + 1 });
  const isOther = (entry: number) => live.weights[entry] === 0 && membersOf(live, entry)[0] !== live.macro;
  const others = [...live.weights.keys()].filter(isOther);
  const most = Math.max(...others.map((entry) => live.attention[entry]!));
  const [last] = others.filter((entry) => !Number.isNaN(changes[entry]!));
  assert.equal(live.attention[last!], most);
  const fixed = await probeOf(checkpointWith({})).probe.explain(3, { most: 1 });
  assert.equal(fixed.attention.length, 0);
});

test("a network of one's own is asked the same way", async () => {
  const network = await loadPolicyNetwork(LINEAR);
  const settings = parseTrainSettings({});
  const shape = settings.experimental.network;
  const parameters = new Float32Array(networkLayout(network, shape).length);
  network.initialise(shape, 1, tensorsOf(networkLayout(network, shape), parameters));
  const checkpoint = { network, settings, parameters, state: { iteration: 0, episodes: 0, blocks: [{}] } };
  const { trace, probe } = probeOf(checkpoint);
  const found = await probe.explain(3);
  assert.equal(found.attention.length, 0);
  for (const entry of [0, 8]) {
    const change = found.logProbability - plainTwin(checkpoint, found, trace.actions, entry);
    assert.ok(Math.abs(found.changes[entry]! - change) < 1e-4);
  }
  assert.ok(found.changes.some((change) => Math.abs(change) > 1e-3));
});

test("memory that is borrowed is given back, and is zero when it is allocated again", () => {
  const kernels = Kernels.create();
  const address = () => kernels.u8(1).byteOffset;
  const before = address();
  const borrowed = kernels.borrow(() => {
    const numbers = kernels.i32(100_000); // more than the memory's first page
    return numbers.fill(7).byteOffset;
  });
  assert.throws(() => kernels.borrow(() => assert.fail(`${kernels.f64(9).fill(1).length}`)));
  const again = kernels.i32(100_000);
  assert.equal(again.byteOffset, borrowed);
  assert.ok(again.every((value) => value === 0));
  assert.ok(borrowed > before);
});
