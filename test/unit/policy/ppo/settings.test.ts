// Settings of training: what is checked, and old names, which this version still reads.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { generateBlock, InputError } from "../../../../netlist/index.js";
import { readTrainCheckpoint, train, trainSettingsSchema } from "../../../../policy/index.js";
import { migrateSettings, parseTrainSettings, RENAMED } from "../../../../policy/ppo/settings.js";

test("there are at most twelve public settings, and each says in a sentence when to change it", () => {
  const { experimental, ...settings } = trainSettingsSchema.shape;
  assert.ok(Object.keys(settings).length <= 12);
  for (const [name, { description }] of Object.entries(settings))
    assert.ok(description && description.length > 40, `${name}: ${description}`);
  assert.ok(experimental.description);
});

test("a setting that is not known, or out of range, is refused with its name", () => {
  const refused = (values: Record<string, unknown>, message: RegExp) =>
    assert.throws(
      () => parseTrainSettings(values),
      (error) => error instanceof InputError && message.test(error.message),
    );
  refused({ learningrate: 1 }, /learningrate/);
  refused({ experimental: { momentum: 1 } }, /setting experimental.*momentum/);
  refused({ epochs: -1 }, /setting epochs/);
  refused({ experimental: { network: { width: 7 } } }, /setting experimental\.network\.width/);
  refused(
    { experimental: { lambda: 0.9 } },
    /setting experimental\.lambda: has no effect unless groupSize is 1/,
  );
  refused(JSON.parse('{"__proto__": {"epochs": 2}}'), /__proto__/);
  assert.equal(parseTrainSettings({ groupSize: 1, experimental: { lambda: 0.9 } }).experimental.lambda, 0.9);
});

test("every old name is read as its new one, with a warning that names both", () => {
  const current = parseTrainSettings();
  for (const [old, path] of Object.entries(RENAMED)) {
    const value = path
      .split(".")
      .reduce<unknown>((group, name) => (group as Record<string, unknown>)[name], current);
    assert.notEqual(value, undefined, `${path} is no setting`);
    const warnings: string[] = [];
    assert.deepEqual(
      parseTrainSettings({ [old]: value }, (line) => warnings.push(line)),
      current,
    );
    assert.deepEqual(warnings, [`setting ${old} is now called ${path}`]);
  }
});

test("old names stand for groups of settings too, and take their place beside new ones", () => {
  const given = { trust: 0.25, network: { trunk: 32 }, experimental: { elites: 3, network: { planes: 15 } } };
  const { initLogitScale, experimental } = parseTrainSettings(given);
  assert.equal(initLogitScale, 0.25);
  assert.deepEqual(
    [experimental.elites, experimental.network.trunk, experimental.network.planes],
    [3, 32, 15],
  );
});

test("a setting given by both its names is refused, as is one that exists no more; its default is dropped", () => {
  const none = () => assert.fail("no warning was expected");
  assert.throws(() => migrateSettings({ groupSize: 4, group: 8 }, () => {}), /groupSize: is given twice/);
  assert.throws(
    () => migrateSettings({ freeze: "encoder" }, none),
    /setting freeze: does not exist any more/,
  );
  const warnings: string[] = [];
  assert.deepEqual(
    { ...migrateSettings({ sampling: "even", epochs: 2 }, (line) => warnings.push(line)) },
    { epochs: 2 },
  );
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /setting sampling does not exist any more/);
});

test("a checkpoint of the version before is read with one warning, and training continues as it would have then", async () => {
  // Written by the version before these names, after one of two iterations on this block.
  const path = "test/unit/policy/ppo/fixtures/before-settings.safetensors";
  const block = generateBlock({ seed: 1, macros: 4, softMacros: 8, ports: 8 });
  const warnings: string[] = [];
  const onWarning = (line: string) => void warnings.push(line);
  const checkpoint = await readTrainCheckpoint(path, [block.nodeCount], { onWarning });
  assert.equal(warnings.length, 1);
  assert.match(warnings[0]!, /before-settings\.safetensors was written by an earlier version/);
  const { settings, seed } = checkpoint;
  const { groupSize, counterfactualWeight, initLogitScale, experimental } = settings;
  assert.deepEqual([seed, groupSize, counterfactualWeight, initLogitScale], [7, 1, 0.5, 0.5]);
  const { elites, counterfactualSamples, entropyHalving, clip, lambda, shaping, network } = experimental;
  assert.deepEqual([elites, counterfactualSamples, entropyHalving, clip, network.trunk], [3, 3, 20, 0.3, 8]);
  assert.deepEqual([lambda, shaping], [0.9, 0.5]);
  const { parameters, state } = await train([block], {
    settings,
    seed,
    workers: 1,
    budget: { iterations: 2 },
    from: checkpoint,
  });
  // What that version came to after the second iteration.
  assert.equal(state.blocks[0]!.best!.costs.proxyCost, 0.8761139489060481);
  assert.equal(
    createHash("sha256").update(new Uint8Array(parameters.slice().buffer)).digest("hex"),
    "341a62c54a171f4b5fc42e5ea47bb7b3f7b58f3221e416c06b0ac8e6f0e322dd",
  );
});

test("a run without blocks or limits, and numbers that are none, are refused before anything begins", async () => {
  const block = generateBlock({ seed: 1, macros: 4, softMacros: 8, ports: 8 });
  const refused = (work: Promise<unknown>, message: RegExp) =>
    assert.rejects(work, (error) => error instanceof InputError && message.test(error.message));
  const budget = { iterations: 0 };
  await refused(train([], { budget }), /blocks: there are none/);
  await refused(train([block], { budget: {} }), /budget: neither seconds nor iterations/);
  await refused(train([block], { budget, seed: -1 }), /seed: -1/);
  await refused(train([block], { budget, workers: 1.5 }), /workers: 1\.5/);
  await refused(train([block], { budget, settings: { epochs: -1 } }), /setting epochs/);
});
