// How much a policy to start with is trusted: not at all is the prior, wholly is the policy itself.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { generateBlock } from "../../../../netlist/index.js";
import { type TrainOptions, train, trainOptionsSchema } from "../../../../policy/index.js";

const block = generateBlock({ seed: 2, macros: 6, softMacros: 12, ports: 16 });
const base = { iterations: 1, episodes: 8, workers: 1, minibatch: 32, seed: 4 };
const parse = (options: object): TrainOptions => trainOptionsSchema.parse({ ...base, ...options });

let parameters: Float32Array;
before(async () => {
  ({ parameters } = await train([block], parse({ iterations: 8, learningRate: 0.02 })));
});

/** Mean cost of the first episodes, and the policy's parameters after them, which nothing changes. */
async function played(options: object, start?: { parameters: Float32Array }) {
  const costs: number[] = [];
  const observer = { onIteration: (line: { "cost/proxy": number }) => void costs.push(line["cost/proxy"]) };
  const { parameters } = await train([block], parse({ epochs: 0, ...options }), observer, start);
  return { cost: costs[0]!, parameters };
}

test("without trust the prior plays, with all of it the policy, and it is between them with a part", async () => {
  const prior = await played({ seed: 5 });
  const whole = await played({ seed: 5 }, { parameters });
  const quarter = await played({ seed: 5, trust: 0.25 }, { parameters });
  assert.equal((await played({ seed: 5, trust: 0 }, { parameters })).cost, prior.cost);
  assert.notEqual(whole.cost, prior.cost, "it has learned something");
  assert.deepEqual(whole.parameters, parameters);
  for (const other of [prior, whole]) assert.notEqual(quarter.cost, other.cost);
});

test("only the last layer and the prior's scale change", async () => {
  const { parameters: softened } = await played({ trust: 0.5 }, { parameters });
  const changed = Array.from(softened.keys()).filter((i) => softened[i] !== parameters[i]);
  const { cellHidden } = parse({}).network;
  assert.ok(changed.length > 0 && changed.length <= cellHidden + 2, `${changed.length} changed`);
});

test("a policy that began without the prior is softened towards it too", async () => {
  const network = { priorScale: 0 };
  const { parameters } = await train([block], parse({ iterations: 2, network }));
  const prior = await played({ seed: 5 });
  assert.equal((await played({ seed: 5, trust: 0, network }, { parameters })).cost, prior.cost);
});
