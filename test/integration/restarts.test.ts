// Methods that place again and again: real worker threads, real files, killed and gone on with.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { Random } from "../../netlist/index.js";
import greedyPlacer from "../../placer/greedy/greedy.js";
import { drawSettings, PLACER_METHODS } from "../../placer/index.js";
import { ashlar, startAshlar } from "../support/command.js";
import { runFiles } from "../support/run-files.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const NAMES = PLACER_METHODS.filter((method) => "placer" in method).map(({ name }) => name);

before(async () => {
  const { code, stderr } = await ashlar("generate", "--macros", "9", "--seed", "2", "--out", block);
  assert.equal(code, 0, stderr);
});

const { out, plc, metrics: timedMetrics } = runFiles(folder);
const metrics = (name: string) => timedMetrics(name).map((line) => ({ ...line, seconds: 0 }));

async function place(method: string, name: string, ...options: readonly string[]) {
  const result = await ashlar("place", block, "--method", method, "--out", out(name), "--json", ...options);
  assert.equal(result.code, 0, result.stderr);
  return JSON.parse(result.stdout);
}

for (const method of NAMES) {
  test(`${method}: legal, the same with one worker and with three, and cut in two and resumed`, async () => {
    const whole = await place(method, `${method}-whole`, "--iterations", "14", "--workers", "1");
    assert.equal(whole.legal, true);
    assert.equal(whole.method, method);
    assert.equal(whole.iterations, 14);
    await place(method, `${method}-wide`, "--iterations", "14", "--workers", "3");
    assert.equal(plc(`${method}-wide`), plc(`${method}-whole`));
    await place(method, `${method}-half`, "--iterations", "5");
    await place(method, `${method}-half`, "--iterations", "14", "--resume");
    assert.equal(plc(`${method}-half`), plc(`${method}-whole`));
    assert.deepEqual(metrics(`${method}-half`), metrics(`${method}-whole`));
    const scored = await ashlar(
      "eval",
      block,
      "--placement",
      join(out(`${method}-whole`), "best.plc"),
      "--json",
    );
    assert.ok(Math.abs(JSON.parse(scored.stdout).proxy_cost / whole.proxy_cost - 1) < 1e-12);
  });
}

test("more attempts are never worse, and another seed is another search", async () => {
  const few = await place("greedy", "few", "--iterations", "3");
  const many = await place("greedy", "many", "--iterations", "40");
  assert.ok(many.proxy_cost <= few.proxy_cost);
  await place("greedy", "other", "--iterations", "40", "--seed", "2");
  assert.notDeepEqual(metrics("other"), metrics("many"));
});

test("a search that is killed keeps its best placement and goes on from there", async () => {
  const args = ["place", block, "--method", "greedy", "--budget", "60s", "--out", out("killed")];
  const { child, finished } = startAshlar(args);
  const checkpoint = join(out("killed"), "checkpoints", "restarts.json");
  while (!existsSync(checkpoint) && child.exitCode === null) await setTimeout(20);
  child.kill("SIGKILL");
  const { stderr } = await finished;
  assert.ok(existsSync(checkpoint), stderr);
  const { attempts } = JSON.parse(readFileSync(checkpoint, "utf8"));
  assert.ok(attempts >= 1);
  const resumed = await place("greedy", "killed", "--iterations", String(attempts + 5), "--resume");
  assert.equal(resumed.iterations, attempts + 5);
  assert.deepEqual(
    metrics("killed").map((line) => line.iteration),
    Array.from({ length: resumed.iterations }, (_, i) => i + 1),
  );
});

test("settings that are given are not drawn", async () => {
  await place(
    "greedy",
    "given",
    "--iterations",
    "20",
    "--set",
    "noise=0",
    "--set",
    "edgeWeight=1",
    "--set",
    "roomWeight=1",
    "--set",
    "targetWeight=1",
    "--set",
    "growth=0.5",
  );
  const costs = new Set(metrics("given").map((line) => line["cost/proxy"]));
  assert.equal(costs.size, 1, "without noise every attempt is the same");
});

test("drawn settings lie in their ranges; later ones around the best", () => {
  const { starts, settings } = greedyPlacer;
  const best = { edgeWeight: 1, roomWeight: 1, targetWeight: 1, noise: 0.05, growth: 5 };
  let near = 0;
  for (let attempt = starts!.length; attempt < 400; attempt++) {
    const drawn = drawSettings(greedyPlacer, attempt, Random.stream(1, "draw", attempt), best);
    for (const [name, { least, most }] of Object.entries(settings!))
      assert.ok(drawn[name]! >= least * (1 - 1e-12) && drawn[name]! <= most * (1 + 1e-12), name);
    if (Math.abs(Math.log(drawn.edgeWeight!)) < 0.6) near++;
  }
  assert.ok(near > 200, `${near} of 398 near the best; 136 if all were drawn from everywhere`);
});
