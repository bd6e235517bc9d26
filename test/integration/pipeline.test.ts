// The pipeline: a policy first, then annealing from its best placement; killed in either half and gone on with.
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { ashlar, startAshlar } from "../support/command.js";
import { runFiles } from "../support/run-files.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const SMALL = [
  "--set",
  "policy.episodes=4",
  "--set",
  "policy.epochs=1",
  "--set",
  "anneal.rounds=4",
  "--set",
  "anneal.sweepsPerRestart=4",
];

before(async () => {
  const { code, stderr } = await ashlar("generate", "--macros", "9", "--seed", "2", "--out", block);
  assert.equal(code, 0, stderr);
});

const { out, plc, metrics } = runFiles(folder);
const command = (name: string, ...options: readonly string[]) => [
  ...["place", block, "--method", "pipeline", "--iterations", "8", "--out", out(name), "--json"],
  ...SMALL,
  ...options,
];

function assertSecondsRise(name: string) {
  const seconds = metrics(name).map((line) => line.seconds);
  assert.ok(
    seconds.every((value, i) => i === 0 || value > seconds[i - 1]),
    `${name}: ${seconds.join(" ")}`,
  );
}

async function place(name: string, ...options: readonly string[]) {
  const { code, stdout, stderr } = await ashlar(...command(name, ...options));
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

test("annealing starts from the policy's best placement and never ends above it; workers do not matter", async () => {
  // From scratch: the shipped policy may find the best of so small a block before annealing has its turn.
  const one = await place("one", "--policy", "none", "--workers", "1");
  assert.equal(one.legal, true);
  await place("two", "--policy", "none", "--workers", "2");
  assert.equal(plc("two"), plc("one"));
  const lines = metrics("one");
  assert.deepEqual(
    lines.map((line) => line.iteration),
    Array.from({ length: 8 + 8 }, (_, i) => i + 1),
    "8 iterations of the policy, then two schedules of 4 rounds of annealing",
  );
  const costs = lines.map((line) => line["cost/best"]);
  assert.deepEqual(
    [...costs].sort((a, b) => b - a),
    costs,
  );
  assert.ok(costs.at(-1) < costs[7], "annealing found something better");
  assert.equal(one.proxy_cost, costs.at(-1));
  assertSecondsRise("one");
});

for (const [half, checkpoint] of [
  ["policy", "latest.safetensors"],
  ["annealing", "anneal.json"],
] as const)
  test(`killed while the ${half} runs, it goes on to the same bytes`, async () => {
    const whole = await place("whole", "--force");
    const name = `killed-${half}`;
    const { child, finished } = startAshlar(command(name));
    while (!existsSync(join(out(name), "checkpoints", checkpoint)) && child.exitCode === null)
      await setTimeout(5);
    child.kill("SIGKILL");
    await finished;
    const { episodes } = await place(name, "--resume");
    assert.equal(plc(name), plc("whole"));
    assert.equal(episodes, whole.episodes);
    const essence = (run: string) => metrics(run).map((line) => [line.iteration, line["cost/best"]]);
    assert.deepEqual(essence(name), essence("whole"));
    assertSecondsRise(name);
  });

/** What was reported of the two taking turns, iterations of the policy among it, and which of them the lines of metrics are of. */
interface Turns {
  readonly turns: readonly string[];
  readonly lines: readonly string[];
  readonly seconds: readonly number[];
}

/**
 * With a budget in seconds. On a machine so slow that its threads take most of that to start, once more with four times as
 * much; test/unit/flow/pipeline.test.ts has the same without a clock.
 */
async function placeInTime(
  name: string,
  { budget, hadTime }: { readonly budget: number; readonly hadTime: (found: Turns) => boolean },
  ...options: readonly string[]
): Promise<Turns> {
  const found = await placeOnce(name, `${budget}s`, ...options);
  return hadTime(found) ? found : placeOnce(`${name}-longer`, `${4 * budget}s`, ...options);
}

async function placeOnce(name: string, budget: string, ...options: readonly string[]): Promise<Turns> {
  const { code, stderr } = await ashlar(
    ...["place", block, "--method", "pipeline", "--budget", budget, "--out", out(name), ...options],
  );
  assert.equal(code, 0, stderr);
  assertSecondsRise(name);
  const told = stderr.match(/^iteration|annealing from|the policy learns on/gm) ?? [];
  const turns = told.filter((each, i) => each !== told[i - 1]);
  const lines = metrics(name).map((line) => ("sweeps" in line ? "annealing" : "policy"));
  return { turns, lines, seconds: metrics(name).map((line) => line.seconds) };
}

/** No proposals: annealing settles what it is given. It gives up before it has drawn other starts. */
const FINDS_NOTHING = [
  ...["--set", "anneal.stepsPerMacro=1e-9", "--set", "anneal.sweepsPerRestart=1", "--set", "anneal.rounds=1"],
];

test("with annealing that finds nothing better, the policy learns on before annealing ends the run", async () => {
  const { turns, lines } = await placeInTime(
    "level",
    { budget: 10, hadTime: (found) => found.turns.length === 5 },
    ...FINDS_NOTHING,
    ...["--set", "trialShare=0.02", "--set", "policyShare=0.7", "--set", "policy.order=area"],
    ...["--set", "policy.episodes=8"],
  );
  const learning = ["iteration", "annealing from"];
  assert.deepEqual(turns, [...learning, "the policy learns on", ...learning]);
  const annealed = lines.indexOf("annealing");
  assert.ok(
    annealed > 0 && !lines.slice(annealed).includes("policy"),
    "of a given-up annealing no lines are left",
  );
});

test("annealing that finds something better keeps the rest of the time", async () => {
  // With its share the policy would have had nine tenths of it.
  const learnedIn = ({ lines, seconds }: Turns) => seconds[lines.indexOf("annealing") - 1]! / seconds.at(-1)!;
  const found = await placeInTime(
    "ahead",
    { budget: 6, hadTime: (found) => learnedIn(found) < 0.8 },
    ...[
      "--policy",
      "none",
      "--set",
      "policy.experimental.network.priorScale=0",
      "--set",
      "policy.order=area",
    ],
    // After the trial the policy would get nearly all of the time, if annealing left it any.
    ...["--set", "policy.episodes=1", "--set", "policy.group=1", "--set", "policyShare=0.9"],
  );
  assert.deepEqual(found.turns, ["iteration", "annealing from"]);
  assert.ok(learnedIn(found) < 0.8, `${learnedIn(found)} of ${found.seconds.at(-1)} s`);
});

test("annealing that finds nothing better has all of the time when the policy's is over", async () => {
  const { turns, seconds } = await placeOnce(
    "late",
    "6s",
    ...FINDS_NOTHING,
    // Starting the workers alone takes the policy longer than its share.
    ...["--set", "trialShare=0.004", "--set", "policyShare=0.01", "--set", "policy.order=area"],
  );
  assert.deepEqual(turns, ["iteration", "annealing from"]);
  assert.ok(seconds.at(-1)! > 4, `it ended after ${seconds.at(-1)} s of 6`);
});

test("a share of nothing and an unknown option are refused", async () => {
  for (const [setting, says] of [
    ["policyShare=0", /policyShare/],
    ["anneal.heat=1", /heat/],
    ["policy.clip=-1", /clip/],
  ] as const) {
    const { code, stderr } = await ashlar(...command("refused", "--set", setting));
    assert.equal(code, 1);
    assert.match(stderr, says);
  }
});
