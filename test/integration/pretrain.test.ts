// Pretraining as a user runs it: several blocks, a held-out one, the policy's file in place, and what is refused.
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { pretrain } from "../../flow/index.js";
import { loadBlock } from "../../netlist/index.js";
import { evaluatePolicy, parseTrainSettings, readPolicy, readTrainCheckpoint } from "../../policy/index.js";
import { ashlar } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const [a, b, unseen] = ["a", "b", "unseen"].map((name) => join(folder, name)) as [string, string, string];
const SMALL = [
  ...["--set", "episodes=8", "--set", "minibatch=32"],
  ...["--set", "epochs=2", "--set", "learningRate=0.02"],
];

before(async () => {
  for (const [seed, out] of [a, b, unseen].entries()) {
    const made = await ashlar("generate", "--macros", "8", "--seed", String(seed + 1), "--out", out);
    assert.equal(made.code, 0, made.stderr);
  }
});

async function json(...args: string[]) {
  const { code, stdout, stderr } = await ashlar(...args, "--json");
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

const out = (name: string) => join(folder, name);
const pretrained = (name: string, ...more: string[]) =>
  json(
    "pretrain",
    a,
    b,
    "--held-out",
    unseen,
    "--samples",
    "16",
    "--iterations",
    "3",
    "--out",
    out(name),
    ...SMALL,
    ...more,
  );
const policyOf = (name: string) => join(out(name), "policy.safetensors");

test("a policy of two blocks plays a third one, and can go on learning there", async () => {
  const summary = await pretrained("run", "--workers", "1");
  assert.deepEqual(
    summary.blocks.map((block: { block: string }) => block.block),
    ["a", "b"],
  );
  assert.ok(summary.blocks.every(({ first, best }: { first: number; best: number }) => best <= first));
  const [{ block, before: untrained, after }] = summary.held_out;
  assert.equal(block, "unseen");
  assert.ok(untrained.best <= untrained.mean && after.best <= after.mean);
  assert.notEqual(untrained.mean, after.mean, "learning changes what the policy plays");

  const shot = ["place", unseen, "--policy", policyOf("run"), "--iterations", "2"];
  const played = await json(...shot, "--out", out("shot"), "--set", "episodes=8");
  assert.equal(played.legal, true);
  const learned = await readPolicy(policyOf("run"));
  const still = await readPolicy(join(out("shot"), "checkpoints/latest.safetensors"));
  assert.deepEqual(still.parameters, learned.parameters, "playing does not change the policy");
  await json(...shot, "--finetune", "--out", out("tuned"), ...SMALL);
  const tuned = await readPolicy(join(out("tuned"), "checkpoints/latest.safetensors"));
  assert.notDeepEqual(tuned.parameters, learned.parameters);
});

test("a softened policy is written as it plays: what was trusted once is not trusted less again", async () => {
  const still = ["--iterations", "0", "--samples", "64"];
  const softened = await pretrained(
    "soft",
    ...still,
    "--policy",
    policyOf("run"),
    "--set",
    "initLogitScale=0.3",
  );
  const [{ before: began, after }] = softened.held_out;
  assert.deepEqual(after, began, "nothing was learned");
  const [{ after: whole }] = (await pretrained("whole", ...still, "--policy", policyOf("run"))).held_out;
  assert.notEqual(after.mean, whole.mean);
  const played = await pretrained("soft-again", ...still, "--policy", policyOf("soft"));
  assert.deepEqual(played.held_out[0].after, after);
});

test("the same policy with two workers; a run that goes on ends as one that was not stopped", async () => {
  const whole = out("run");
  assert.ok(existsSync(whole), "the first test made it");
  await pretrained("two", "--workers", "2");
  assert.deepEqual(readFileSync(policyOf("two")), readFileSync(policyOf("run")));
  await pretrained("half", "--iterations", "1");
  await pretrained("half", "--resume");
  assert.deepEqual(readFileSync(policyOf("half")), readFileSync(policyOf("run")));
});

test("under protocol es training and the figures of held-out blocks are of that protocol", async () => {
  const es = ["--protocol", "es", "--workers", "1"];
  const { protocol, blocks, held_out } = await pretrained("es", ...es);
  assert.equal(protocol, "es");
  const settings = parseTrainSettings({ episodes: 8 });
  const evaluation = { samples: 16, settings, seed: 1, workers: 1 } as const;
  const block = await loadBlock(unseen);
  const policy = await readPolicy(policyOf("es"));
  assert.deepEqual(held_out[0].after, await evaluatePolicy(block, policy, { ...evaluation, protocol: "es" }));
  assert.notDeepEqual(held_out[0].after, await evaluatePolicy(block, policy, evaluation));
  assert.notDeepEqual(policy.parameters, (await readPolicy(policyOf("run"))).parameters);
  // On one block the best placement has the cost that the run gives it, with soft macros where the protocol's placer puts them.
  const trained = await json("train", a, ...es, "--iterations", "1", "--out", out("train-es"), ...SMALL);
  assert.equal(trained.protocol, "es");
  const placement = ["--placement", join(trained.out, "best.plc")];
  assert.equal((await json("eval", a, ...placement)).proxy_cost, trained.proxy_cost);
  // Placing them anew differs a little: since they were placed, hard macros have been mirrored.
  const anew = async (placer: string) =>
    (await json("eval", a, ...placement, "--place-cells", placer)).proxy_cost as number;
  const [byEs, byFd] = [await anew("es"), await anew("fd")];
  assert.ok(Math.abs(byEs / trained.proxy_cost - 1) < 0.01, `${byEs} ${trained.proxy_cost}`);
  assert.ok(byFd / trained.proxy_cost - 1 > 0.02, `${byFd} ${trained.proxy_cost}`);
  assert.ok(blocks.every(({ first }: { first: number }) => first > 0));
});

test("train with several blocks is pretraining on them", async () => {
  const { policy } = await json("train", a, b, "--iterations", "3", "--out", out("train"), ...SMALL);
  assert.deepEqual(readFileSync(policy), readFileSync(policyOf("run")));
});

test("demonstrations by other methods are the elites that training begins with", async () => {
  const shown = join(folder, "demonstrations");
  const costs: number[] = [];
  for (const [name, block] of [
    ["a", a],
    ["b-s1", b],
  ] as const) {
    const run = ["--method", "anneal", "--iterations", "2", "--workers", "1", "--out", join(shown, name)];
    costs.push((await json("place", block, ...run)).proxy_cost);
  }
  await pretrained("taught", "--demonstrations", shown, "--iterations", "1", "--workers", "1");
  const { state } = await readTrainCheckpoint(
    join(out("taught"), "checkpoints/latest.safetensors"),
    await Promise.all([a, b].map(async (path) => (await loadBlock(path)).nodeCount)),
  );
  state.blocks.forEach(({ elites }, i) => {
    // Cells are settled anew, so that the cost is near that of the run, not the same.
    assert.ok(Math.abs(elites![0]!.proxyCost - costs[i]!) < 0.02 * costs[i]!, `${elites![0]!.proxyCost}`);
  });
  const taught = await readPolicy(policyOf("taught"));
  await pretrained("untaught", "--iterations", "1", "--workers", "1");
  assert.notDeepEqual(taught.parameters, (await readPolicy(policyOf("untaught"))).parameters);
});

test("the package's own policy plays when asked, and is what learning starts from when nothing is said", async () => {
  const play = (name: string, ...more: string[]) =>
    json("place", unseen, "--iterations", "1", "--out", out(name), "--set", "episodes=8", ...more);
  const parametersOf = async (name: string) =>
    (await readPolicy(join(out(name), "checkpoints/latest.safetensors"))).parameters;
  const played = await play("shipped", "--policy", "shipped");
  assert.equal(played.legal, true);
  const own = (await readPolicy("dist/policy/weights/shipped.safetensors")).parameters;
  assert.deepEqual(await parametersOf("shipped"), own, "played, not changed");
  await play("silent");
  await play("said", "--policy", "shipped", "--finetune");
  assert.deepEqual(await parametersOf("silent"), await parametersOf("said"));
  assert.notDeepEqual(await parametersOf("silent"), own);
  await play("none", "--policy", "none");
  assert.notDeepEqual(await parametersOf("none"), await parametersOf("silent"));
  // Another network cannot start with these weights: from scratch, and it says so.
  await play("sized", "--set", "experimental.network.width=8");
});

test("what does not go together is refused with one line", async () => {
  const refused = async (message: RegExp, ...args: string[]) => {
    const { code, stderr } = await ashlar(...args);
    assert.equal(code, 1);
    assert.match(stderr, message);
    const problems = stderr.replace(/^reading .*\n/gm, "").trim();
    assert.equal(problems.split("\n").length, 1, stderr);
  };
  const mixed = join(folder, "mixed");
  await json("place", a, "--method", "greedy", "--iterations", "1", "--out", join(mixed, "a"));
  const text = join(folder, "text.safetensors");
  writeFileSync(text, "no policy at all");
  const place = ["place", unseen, "--quiet", "--iterations", "1", "--out", out("no")];
  await refused(/text\.safetensors/, ...place, "--policy", text);
  await refused(
    /missing\.safetensors: no such file/,
    ...place,
    "--policy",
    join(folder, "missing.safetensors"),
  );
  await refused(/'greedy' plays no policy/, ...place, "--policy", policyOf("run"), "--method", "greedy");
  await refused(/no --policy to tune/, ...place, "--finetune");
  await refused(
    /--set experimental\.network: \{"width":8\}, but the network is that of/,
    ...place,
    "--policy",
    policyOf("run"),
    "--set",
    "experimental.network.width=8",
  );
  await refused(/'a' is among the blocks trained on/, "pretrain", a, b, "--held-out", a, "--out", out("no"));
  const teach = (path: string) => ["pretrain", a, b, "--demonstrations", path, "--out", out("no")];
  await refused(/nowhere: no such folder/, ...teach(join(folder, "nowhere")));
  await refused(/holds no run of 'b'/, ...teach(mixed));
  await refused(/--grid: is for a single block/, "train", a, b, "--grid", "9x9", "--out", out("no"));
  await refused(/a second block named 'a'/, "pretrain", a, a, "--out", out("no"));
});

test("a stop while held-out blocks are played ends that early, and what is cut short is left out", async () => {
  const stop = new AbortController();
  // The policy is written just before the first held-out block begins.
  const looking = setInterval(() => existsSync(policyOf("stopped")) && stop.abort(), 1);
  const options = { heldOut: [unseen, b], samples: 1024, iterations: 1, workers: 1, out: out("stopped") };
  const summary = await pretrain([a], options, { signal: stop.signal });
  clearInterval(looking);
  assert.deepEqual([summary.held_out, summary.interrupted], [[], true]);

  const block = await loadBlock(unseen);
  const settings = parseTrainSettings({});
  const played = (signal?: AbortSignal) =>
    evaluatePolicy(block, undefined, { ...{ samples: 64, settings, seed: 1, workers: 1 }, signal });
  const [whole, cut] = [await played(), await played(AbortSignal.abort())];
  assert.ok(Number.isFinite(whole.mean));
  assert.notEqual(cut.mean, whole.mean); // of fewer episodes
});
