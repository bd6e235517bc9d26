// A policy that gets an encoder plays as before, and can tell macros apart once it learns.
import assert from "node:assert/strict";
import { test } from "node:test";
import { generateBlock } from "../../../../netlist/index.js";
import {
  freshParameters,
  type Policy,
  parameterLayout,
  parseTrainSettings,
  tensorOf,
  train,
  withEncoder,
} from "../../../../policy/index.js";

const block = generateBlock({ seed: 2, macros: 6, softMacros: 12, ports: 16 });
const base = { episodes: 8, minibatch: 32 };
const run = { workers: 1, seed: 4, budget: { iterations: 1 } };

/** Trained a little without an encoder, so that nothing of it is zero by chance. */
async function learned(): Promise<Policy> {
  const settings = { ...base, experimental: { network: { encoder: false } } };
  const { parameters, settings: parsed } = await train([block], { ...run, settings });
  return { config: parsed.experimental.network, parameters, notes: {} };
}

test("an encoder that is added changes nothing that is played, but what is learned", async () => {
  const policy = await learned();
  const grown = withEncoder(policy, 9);
  assert.equal(grown.config.encoder, true);
  const costs = async (start: Policy, epochs: number) => {
    const found: number[] = [];
    const { parameters } = await train([block], {
      ...run,
      settings: { ...base, epochs, experimental: { network: start.config } },
      observer: { onIteration: (line) => void found.push(line["cost/proxy"]) },
      from: start,
    });
    return { found, parameters };
  };
  assert.deepEqual((await costs(grown, 0)).found, (await costs(policy, 0)).found);
  const layout = parameterLayout(grown.config);
  const before = tensorOf(layout, grown.parameters, "trunk.weight");
  const embeddings = 3 * grown.config.width * grown.config.trunk;
  assert.ok(before.subarray(0, embeddings).every((weight) => weight === 0));
  const after = tensorOf(layout, (await costs(grown, 2)).parameters, "trunk.weight");
  assert.ok(after.subarray(0, embeddings).some((weight) => weight !== 0));
});

test("a policy with an encoder is given back as it is", () => {
  const { network: config } = parseTrainSettings().experimental;
  const policy = { config, parameters: freshParameters(config, 1), notes: {} };
  assert.equal(withEncoder(policy, 2), policy);
});
