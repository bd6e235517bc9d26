// A network of one's own, a plain JavaScript module: trained, stored, played and viewed like the built-in one.
import assert from "node:assert/strict";
import { join, resolve } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { generateBlock, InputError } from "../../../../netlist/index.js";
import {
  evaluatePolicy,
  graphNetwork,
  loadPolicyNetwork,
  networkLayout,
  type PolicyNetworkModule,
  parseTrainSettings,
  readPolicy,
  readTrainCheckpoint,
  type TrainObserver,
  tensorOf,
  tracePolicy,
  train,
  writePolicy,
  writeTrainCheckpoint,
} from "../../../../policy/index.js";
import { makeFolder } from "../../../support/temp-folder.js";

const folder = makeFolder();
const LINEAR = pathToFileURL(resolve("examples/own-policy-network.js")).href;
const linear = await loadPolicyNetwork(LINEAR);
const block = generateBlock({ seed: 2, macros: 6, softMacros: 12, ports: 16 });
// With groups of one, so that the value is learned and used.
const settings = parseTrainSettings({ episodes: 8, groupSize: 1, minibatch: 32, learningRate: 0.1 });

const run = (workers: number, iterations = 3, observer: TrainObserver = {}) =>
  train([block], { settings, seed: 4, workers, budget: { iterations }, network: linear, observer });

test("it learns on worker threads, the same for any number of them, and lays its tensors as it says", async () => {
  const one = await run(1);
  const two = await run(2);
  assert.deepEqual(two.parameters, one.parameters);
  assert.deepEqual(two.state, one.state);
  const { network: config } = settings.experimental;
  const layout = networkLayout(linear, config);
  assert.deepEqual(
    layout.tensors.map(({ name, shape }) => [name, shape]),
    [
      ["weights", [config.planes]],
      ["value", [1]],
    ],
  );
  const weights = tensorOf(layout, one.parameters, "weights");
  // A plane that is the same on all feasible cells teaches nothing.
  assert.ok(weights.filter((weight) => weight !== 0).length > 8, `${weights}`);
  assert.notEqual(tensorOf(layout, one.parameters, "value")[0], 0);
});

test("its first policy is the prior, as the built-in network's is", async () => {
  const play = (network: PolicyNetworkModule) =>
    evaluatePolicy(block, undefined, { samples: 8, settings, network, seed: 4, workers: 1 });
  assert.deepEqual(await play(linear), await play(graphNetwork));
});

test("a checkpoint holds its name and tensors, and training continues from it to the last bit", async () => {
  const path = join(folder, "linear.safetensors");
  const half = await run(1, 2);
  await writeTrainCheckpoint(path, half);
  const read = await readTrainCheckpoint(path, [block.nodeCount], { network: linear });
  const { first, second, steps } = half.adam;
  assert.deepEqual(read, { ...half, adam: { first, second, steps } });
  const options = { settings, seed: 4, workers: 1, budget: { iterations: 3 }, network: linear };
  const resumed = await train([block], { ...options, from: read });
  assert.deepEqual(resumed.parameters, (await run(1)).parameters);
  const policy = join(folder, "linear-policy.safetensors");
  const { parameters } = half;
  await writePolicy(policy, {
    network: linear,
    config: settings.experimental.network,
    parameters,
    notes: {},
  });
  assert.deepEqual((await readPolicy(policy, linear)).parameters, parameters);
});

/** Refused with one line that says all of this. */
async function refused(work: () => unknown, ...messages: RegExp[]): Promise<void> {
  await assert.rejects(
    async () => work(),
    (error) => {
      assert.ok(error instanceof InputError, String(error));
      for (const message of messages) assert.match(error.message, message);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    },
  );
}

test("the file of another network is refused with one line", async () => {
  const path = join(folder, "other.safetensors");
  await writeTrainCheckpoint(path, await run(1, 1));
  await refused(
    () => readPolicy(path),
    /other\.safetensors: is of the network 'linear', not of 'graph'/,
    /--network/,
  );
  const shipped = "policy/weights/shipped.safetensors";
  await refused(() => readPolicy(shipped, linear), /is of the network 'graph', not of 'linear'/);
});

test("a trace shows what it plays; it has no embeddings", async () => {
  const { trace, embeddings } = tracePolicy(block, {}, await run(1, 1));
  const cells = block.grid.rows * block.grid.columns;
  assert.equal(trace.actions.length, 6);
  for (let step = 0; step < 6; step++) {
    const probabilities = trace.probabilities.subarray(step * cells, (step + 1) * cells);
    const mask = trace.masks.subarray(step * cells, (step + 1) * cells);
    assert.ok(probabilities.every((probability, cell) => mask[cell] !== 0 || probability === 0));
    assert.ok(Math.abs(probabilities.reduce((sum, probability) => sum + probability, 0) - 1) < 1e-5);
  }
  assert.deepEqual([embeddings.nodes.length, embeddings.values.length], [0, 0]);
});

test("a loaded policy is scaled only by a network that can", async () => {
  const { parameters } = await run(1, 1);
  const start = (initLogitScale: number) =>
    train([block], {
      settings: { ...settings, epochs: 0, initLogitScale },
      seed: 4,
      budget: { iterations: 1 },
      network: linear,
      from: { network: linear, parameters },
    });
  assert.deepEqual((await start(1)).parameters, parameters);
  await refused(
    () => start(0.5),
    /setting initLogitScale: is 0\.5, but the network 'linear' has no scaleLogits/,
  );
});

test("a module without a network, or with another one, is refused before training begins", async () => {
  const moduleOf = (code: string) => `data:text/javascript,${encodeURIComponent(code)}`;
  await refused(() => loadPolicyNetwork("file:///nowhere.mjs"), /nowhere\.mjs: cannot be imported/);
  await refused(() => loadPolicyNetwork(moduleOf("export default 3")), /exports no policy network/);
  const budget = { iterations: 1 };
  const withModule = (module: string) => train([block], { budget, network: { ...linear, module } });
  await refused(
    () => withModule(graphNetwork.module),
    /is the policy network 'graph', 'linear' was expected/,
  );
  await refused(() => withModule(""), /policy network 'linear': has no module/);
  const tensors = (shape: number[], name = "a") => ({
    ...linear,
    tensors: () => [
      { name: "a", shape: [2] },
      { name, shape },
    ],
  });
  await refused(
    () => networkLayout(tensors([2]), settings.experimental.network),
    /tensor 'a' of .*'linear': there are two/,
  );
  await refused(
    () => networkLayout(tensors([0.5], "b"), settings.experimental.network),
    /tensor 'b' .*has the shape \[0\.5\]/,
  );
});
