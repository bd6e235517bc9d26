// Training end to end on a small generated block: real worker threads, real files.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { checkLegality } from "../../env/index.js";
import { type Block, generateBlock } from "../../netlist/index.js";
import {
  type IterationMetrics,
  readTrainCheckpoint,
  type TrainCheckpoint,
  train,
  trainOptionsSchema,
  writeTrainCheckpoint,
} from "../../policy/index.js";
import { runCli, runJson, startCli } from "../support/run-cli.js";
import { makeFolder } from "../support/temp-folder.js";

const SMALL = { episodes: 6, epochs: 2, minibatch: 32, shards: 3 };

function smallBlock(): Block {
  return generateBlock({ seed: 5, macros: 8, softMacros: 20, ports: 24 });
}

async function trainSmall(settings: object, resumeFrom?: TrainCheckpoint, block = smallBlock()) {
  const metrics: IterationMetrics[] = [];
  const options = trainOptionsSchema.parse({ ...SMALL, ...settings });
  const checkpoint = await train(
    block,
    options,
    { onIteration: (line) => void metrics.push(line) },
    resumeFrom,
  );
  return { checkpoint, metrics };
}

/** Everything of the metrics that may not depend on speed. */
function withoutTimes(metrics: readonly IterationMetrics[]) {
  return metrics.map(({ seconds: _s, "charts/episodes_per_second": _e, ...rest }) => rest);
}

function assertSame(a: TrainCheckpoint, b: TrainCheckpoint): void {
  assert.deepEqual(Buffer.from(a.parameters.slice().buffer), Buffer.from(b.parameters.slice().buffer));
  assert.deepEqual(a.adam.second, b.adam.second);
  assert.deepEqual(a.state, b.state);
}

test("one, two and three workers give the same parameters, metrics and placement", async () => {
  const one = await trainSmall({ workers: 1, iterations: 3 });
  for (const workers of [2, 3]) {
    const more = await trainSmall({ workers, iterations: 3 });
    assertSame(more.checkpoint, one.checkpoint);
    assert.deepEqual(withoutTimes(more.metrics), withoutTimes(one.metrics));
  }
  assert.ok(one.checkpoint.state.best);
  assert.ok(checkLegality(smallBlock(), one.checkpoint.state.best.placement).legal);
});

test("another seed gives other placements", async () => {
  const one = await trainSmall({ iterations: 1, seed: 1 });
  const two = await trainSmall({ iterations: 1, seed: 2 });
  assert.notDeepEqual(one.checkpoint.state.best!.placement, two.checkpoint.state.best!.placement);
});

test("stopping after two iterations and resuming from the file equals four without a stop", async () => {
  const straight = await trainSmall({ iterations: 4 });
  const half = await trainSmall({ iterations: 2 });
  const path = join(makeFolder(), "half.safetensors");
  await writeTrainCheckpoint(path, half.checkpoint);
  const stored = await readTrainCheckpoint(path, smallBlock().nodeCount);
  assertSame(stored, half.checkpoint);
  const resumed = await trainSmall({ iterations: 4 }, stored);
  assertSame(resumed.checkpoint, straight.checkpoint);
  assert.deepEqual(withoutTimes([...half.metrics, ...resumed.metrics]), withoutTimes(straight.metrics));
});

test("without a prior the policy learns: the mean cost falls by more than its first spread", async () => {
  const roomy = generateBlock({ seed: 5, macros: 8, softMacros: 30, ports: 24, utilisation: 0.5 });
  const settings = { iterations: 60, episodes: 16, minibatch: 128, epochs: 3, network: { priorScale: 0 } };
  const { metrics } = await trainSmall(settings, undefined, roomy);
  const mean = (lines: readonly IterationMetrics[]) =>
    lines.reduce((sum, line) => sum + line["cost/proxy"], 0) / lines.length;
  const first = mean(metrics.slice(0, 5));
  const last = mean(metrics.slice(-5));
  const spread = Math.max(...metrics.slice(0, 5).map((line) => Math.abs(line["cost/proxy"] - first)));
  assert.ok(last < first - spread, `from ${first} to ${last}, spread of the first five ${spread}`);
});

test("a killed run resumes and ends with the files of a run that was never killed", {
  timeout: 240_000,
}, async () => {
  const folder = makeFolder();
  const block = join(folder, "block");
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
  const settings = Object.entries(SMALL).flatMap(([name, value]) => ["--set", `${name}=${value}`]);
  const place = (out: string, ...more: string[]) => [
    ...["place", block, "--iterations", "12", "--json", "--quiet", "--out", out, ...more],
    ...settings,
  ];
  const whole = join(folder, "whole");
  runJson(...place(whole));
  const killed = join(folder, "killed");
  const child = startCli(...place(killed));
  const lines = () => {
    const path = join(killed, "metrics.jsonl");
    return existsSync(path) ? readFileSync(path, "utf8").trim().split("\n").length : 0;
  };
  while (lines() < 3 && child.exitCode === null) await sleep(20);
  child.kill("SIGKILL");
  const done = lines();
  assert.ok(done >= 3 && done < 12, `killed after ${done} of 12 iterations`);
  runJson(...place(killed, "--resume"));
  const plc = (run: string) => readFileSync(join(run, "best.plc"), "utf8");
  assert.equal(plc(killed), plc(whole));
  const metrics = readFileSync(join(killed, "metrics.jsonl"), "utf8").trim().split("\n");
  assert.deepEqual(
    metrics.map((line) => (JSON.parse(line) as IterationMetrics).iteration),
    Array.from({ length: 12 }, (_, i) => i + 1),
  );
  const other = runCli(...place(killed, "--resume", "--seed", "2"));
  assert.equal(other.status, 1);
  assert.match(other.stderr, /started with seed 1, now it is 2/);
});

test("annealing gives the same file with one worker and with two, and resumes", { timeout: 240_000 }, () => {
  const folder = makeFolder();
  const block = join(folder, "block");
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
  const place = (workers: string) =>
    runJson(
      "place",
      block,
      "--method",
      "anneal",
      "--iterations",
      "24",
      "--workers",
      workers,
      "--quiet",
      "--json",
      "--out",
      join(folder, workers),
    );
  const one = place("1");
  const two = place("2");
  assert.equal(one.proxy_cost, two.proxy_cost);
  assert.equal(one.legal, true);
  const plc = (run: string) => readFileSync(join(folder, run, "best.plc"), "utf8");
  assert.equal(plc("1"), plc("2"));
});
