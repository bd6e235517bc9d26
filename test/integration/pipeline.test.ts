// The pipeline: gradients, a policy, then annealing from the better placement; killed in each part and gone on with.
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
  "anneal.rounds=4",
  "--set",
  "anneal.sweepsPerRestart=4",
];

/** What the command prints on one worker. */
let one: Awaited<ReturnType<typeof place>>;

before(async () => {
  const { code, stderr } = await ashlar("generate", "--macros", "9", "--seed", "2", "--out", block);
  assert.equal(code, 0, stderr);
  one = await place("one", "--workers", "1");
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

test("annealing starts from the best placement before it and never ends above it; workers do not matter", async () => {
  assert.equal(one.legal, true);
  await place("two", "--workers", "2");
  assert.equal(plc("two"), plc("one"));
  const lines = metrics("one");
  assert.deepEqual(
    lines.map((line) => line.iteration),
    lines.map((_, i) => i + 1),
  );
  const [played, rounds] = ["episodes", "sweeps"].map((name) => lines.filter((line) => name in line).length);
  assert.deepEqual([played, rounds], [8, 8], "8 iterations of the policy, then two schedules of 4 rounds");
  const costs = lines.map((line) => line["cost/best"]).filter((cost) => cost !== undefined);
  assert.equal(costs.length, 1 + 8 + 8, "gradients end with the cost of what they found");
  const before = Math.min(costs[0], costs[8]);
  assert.ok(costs.slice(9).every((cost) => cost <= before));
  assert.equal(one.proxy_cost, costs.at(-1));
  assertSecondsRise("one");
});

test("under protocol free the places are free in the end", async () => {
  const { legal, protocol } = await place("free", "--protocol", "free", "--set", "anneal.stepsPerMacro=20");
  assert.deepEqual({ legal, protocol }, { legal: true, protocol: "free" });
});

test("a budget of seconds is kept, and the policy learns if asked to", async () => {
  const { code, stdout, stderr } = await ashlar(
    ...["place", block, "--method", "pipeline", "--budget", "6s", "--out", out("learns"), "--json"],
    ...["--set", "policyShare=0.6", "--set", "policy.epochs=1", "--set", "policy.episodes=4"],
  );
  assert.equal(code, 0, stderr);
  const { seconds, episodes } = JSON.parse(stdout);
  assert.ok(seconds < 20, `${seconds} s`);
  assert.ok(episodes > 4, `${episodes} episodes`);
  assert.ok(metrics("learns").some((line) => line["charts/gradient_steps"] > 0));
});

for (const [part, checkpoint] of [
  ["gradients", "mixed.json"],
  ["policy", "latest.safetensors"],
  ["annealing", "anneal.json"],
] as const)
  test(`killed in its part ${part}, it goes on to the same bytes`, async () => {
    const name = `killed-${part}`;
    const { child, finished } = startAshlar(command(name));
    while (!existsSync(join(out(name), "checkpoints", checkpoint)) && child.exitCode === null)
      await setTimeout(5);
    child.kill("SIGKILL");
    await finished;
    const { episodes } = await place(name, "--resume");
    assert.equal(plc(name), plc("one"));
    assert.equal(episodes, one.episodes);
    const essence = (run: string) => metrics(run).map((line) => [line.iteration, line["cost/best"]]);
    assert.deepEqual(essence(name), essence("one"));
    assertSecondsRise(name);
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
