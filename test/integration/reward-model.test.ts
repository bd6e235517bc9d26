// The reward model from end to end on tiny blocks: shards that are the same whoever draws them and kept if they
// check, fitting that can be stopped and gone on with, and an encoder that a policy can start with.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { Block } from "../../netlist/index.js";
import {
  buildRewardData,
  encoderFrom,
  graphInput,
  parameterLayout,
  parseTrainSettings,
  REWARD_LABELS,
  type RewardFitOptions,
  RewardModel,
  readPolicy,
  readRewardModel,
  rewardBlock,
  tensorOf,
  writeRewardModel,
} from "../../policy/index.js";
import { smallBlock } from "../support/blocks.js";
import { ashlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const blocks: Block[] = [
  { ...smallBlock(3), name: "three" },
  { ...smallBlock(5), name: "five" },
];
const FIT: RewardFitOptions = { seed: 1, epochs: 4, minibatch: 16, learningRate: 0.003 };
const config = { network: parseTrainSettings().experimental.network, hidden: 16, numbers: true };

function folderOf(name: string): string {
  const folder = join(makeFolder(), name);
  mkdirSync(folder);
  return folder;
}

const draw = (folder: string, workers: number, count = 150) =>
  buildRewardData(blocks, { folder, workers, seed: 7, counts: [count, 40] });

const bytesOf = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name))]));

test("one worker and three write the same shards, and other seeds others", async () => {
  const [one, three] = [folderOf("one"), folderOf("three")];
  const data = await draw(one, 1);
  await draw(three, 3);
  assert.equal(readdirSync(one).length, 3, "two shards of one block, one of the other");
  assert.deepEqual(bytesOf(one), bytesOf(three));
  assert.equal(data[0]!.count, 150);
  assert.ok(data[0]!.labels.every((label) => Number.isFinite(label) && label > 0));
  assert.ok(new Set(data[0]!.sources).size >= 4, "several sources");
});

test("shards that check are kept, broken and missing ones are drawn anew", async () => {
  const folder = folderOf("kept");
  const before = await draw(folder, 1);
  const [first, second, third] = readdirSync(folder).map((name) => join(folder, name));
  const bytes = bytesOf(folder);
  const written = (path: string) => statSync(path).mtimeMs;
  const kept = written(first!);
  const broken = readFileSync(second!);
  broken[broken.length - 3]! ^= 1; // one bit of a label
  writeFileSync(second!, broken);
  rmSync(third!);
  let drawn = 0;
  const after = await buildRewardData(blocks, {
    folder,
    workers: 1,
    seed: 7,
    counts: [150, 40],
    onShard: () => drawn++,
  });
  assert.equal(drawn, 2);
  assert.deepEqual(bytesOf(folder), bytes);
  assert.deepEqual(after, before);
  assert.equal(written(first!), kept);
});

test("fitting lowers the error, and stopped and gone on with it ends with the same bits", async () => {
  const folder = folderOf("fit");
  const data = await draw(folder, 1);
  const prepared = blocks.map((block, index) => rewardBlock(graphInput(block), data[index]!));
  const whole = RewardModel.start(config, 1, prepared);
  const errors = Array.from({ length: FIT.epochs }, () => whole.runEpoch(prepared, FIT));
  assert.ok(errors.at(-1)! < errors[0]!, `errors ${errors}`);

  const half = RewardModel.start(config, 1, prepared);
  for (let epoch = 0; epoch < 2; epoch++) half.runEpoch(prepared, FIT);
  const path = join(folder, "half.safetensors");
  await writeRewardModel(path, { config, state: half.state(), notes: {} });
  const resumed = new RewardModel(config, (await readRewardModel(path)).state);
  while (resumed.epoch < FIT.epochs) resumed.runEpoch(prepared, FIT);
  assert.deepEqual(resumed.state(), whole.state());

  const policy = encoderFrom({ config, state: whole.state(), notes: {} }, 1);
  const carried = tensorOf(parameterLayout(config.network), policy.parameters, "encoder.round0.ends");
  const own = tensorOf(parameterLayout(config.network), whole.parameters, "encoder.round0.ends");
  assert.deepEqual([...carried], [...own]);
});

test("pretrain --reward-model writes a model, scores and a policy that trains on", async () => {
  const folder = makeFolder();
  const paths = ["a", "b", "unseen"].map((name) => join(folder, name));
  for (const [seed, out] of paths.entries()) {
    const made = await ashlar("generate", "--macros", "6", "--seed", String(seed + 1), "--out", out);
    assert.equal(made.code, 0, made.stderr);
  }
  const [a, b, unseen] = paths as [string, string, string];
  const out = join(folder, "run");
  const run = (...more: string[]) =>
    ashlar("pretrain", a, b, "--reward-model", "--held-out", unseen, "--out", out, "--json", ...more);
  const done = await run("--placements", "200", "--epochs", "2", "--workers", "2");
  assert.equal(done.code, 0, done.stderr);
  const summary = JSON.parse(done.stdout);
  assert.deepEqual(
    summary.held_out.map(({ block, samples }: { block: string; samples: number }) => [block, samples]),
    [["unseen", 100]],
  );
  for (const label of REWARD_LABELS)
    for (const tau of [summary[`tau_${label}`], summary.held_out[0].model[label]])
      assert.ok(tau >= -1 && tau <= 1, `${label} ${tau}`);
  // 100 placements of the unseen block, a tenth of 200 of the others, in a panel for each label.
  const dots = readFileSync(join(out, "scatter.svg"), "utf8").match(/h\.01/g)?.length;
  assert.equal(dots, (100 + 20) * REWARD_LABELS.length);
  assert.ok((await readPolicy(summary.policy)).config.encoder);
  const trained = await ashlar(
    ...["train", a, "--policy", summary.policy, "--iterations", "1", "--set", "episodes=4", "--json"],
    ...["--out", join(folder, "trained"), "--workers", "1"],
  );
  assert.equal(trained.code, 0, trained.stderr);

  const model = readFileSync(summary.model);
  const again = await run("--placements", "200", "--epochs", "2", "--workers", "1", "--resume");
  assert.equal(again.code, 0, again.stderr);
  assert.deepEqual(readFileSync(summary.model), model);

  const other = await run(
    ...["--placements", "200", "--epochs", "2", "--resume", "--set", "learningRate=0.01"],
  );
  assert.equal(other.code, 1);
  assert.match(other.stderr, /started with settings not set, now it is \{"learningRate":0.01\}/);

  const refused = await run("--budget", "5s");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /--budget: does not go with --reward-model/);
  const live = await run("--resume", "--set", "network.live=true");
  assert.equal(live.code, 1);
  assert.match(live.stderr, /--set network\.live: true, but a reward model sees finished placements/);
});
