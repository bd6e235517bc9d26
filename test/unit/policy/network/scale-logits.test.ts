// How much a policy to start with is trusted: not at all is the prior, wholly is the policy itself.
import assert from "node:assert/strict";
import { before, test } from "node:test";
import { generateBlock } from "../../../../netlist/index.js";
import { parseTrainSettings, type TrainSettingsInput, train } from "../../../../policy/index.js";

const block = generateBlock({ seed: 2, macros: 6, softMacros: 12, ports: 16 });
const base = { episodes: 8, minibatch: 32 };
const run = { workers: 1, seed: 4 };

let parameters: Float32Array;
before(async () => {
  ({ parameters } = await train([block], {
    ...run,
    settings: { ...base, learningRate: 0.02 },
    budget: { iterations: 8 },
  }));
});

/** Mean cost of the first episodes, and the policy's parameters after them, which nothing changes. */
async function played(
  { seed = 4, ...settings }: TrainSettingsInput & { readonly seed?: number },
  from?: { parameters: Float32Array },
) {
  const costs: number[] = [];
  const observer = { onIteration: (line: { "cost/proxy": number }) => void costs.push(line["cost/proxy"]) };
  const { parameters } = await train([block], {
    ...run,
    seed,
    settings: { ...base, epochs: 0, ...settings },
    budget: { iterations: 1 },
    observer,
    from,
  });
  return { cost: costs[0]!, parameters };
}

test("without trust the prior plays, with all of it the policy, and it is between them with a part", async () => {
  const prior = await played({ seed: 5 });
  const whole = await played({ seed: 5 }, { parameters });
  const quarter = await played({ seed: 5, initLogitScale: 0.25 }, { parameters });
  assert.equal((await played({ seed: 5, initLogitScale: 0 }, { parameters })).cost, prior.cost);
  assert.notEqual(whole.cost, prior.cost, "it has learned something");
  assert.deepEqual(whole.parameters, parameters);
  for (const other of [prior, whole]) assert.notEqual(quarter.cost, other.cost);
});

test("only the last layer and the prior's scale change", async () => {
  const { parameters: softened } = await played({ initLogitScale: 0.5 }, { parameters });
  const changed = Array.from(softened.keys()).filter((i) => softened[i] !== parameters[i]);
  const { cellHidden } = parseTrainSettings().experimental.network;
  assert.ok(changed.length > 0 && changed.length <= cellHidden + 2, `${changed.length} changed`);
});

test("a policy that began without the prior is softened towards it too", async () => {
  const experimental = { network: { priorScale: 0 } };
  const { parameters } = await train([block], {
    ...run,
    settings: { ...base, experimental },
    budget: { iterations: 2 },
  });
  const prior = await played({ seed: 5 });
  assert.equal((await played({ seed: 5, initLogitScale: 0, experimental }, { parameters })).cost, prior.cost);
});
