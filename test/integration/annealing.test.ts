// Annealing end to end on a small generated block: real worker threads, real files.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");

before(() => {
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
});

// 24 sweeps, restarted after 8 on grid cells: three times under fd; under free, where a third of the budget is theirs, once.
for (const [protocol, perRestart, rounds] of [
  ["fd", "0", 12],
  ["fd", "8", 36],
  ["free", "8", 12],
  ["free", "3", 20],
] as const)
  test(`annealing under ${protocol} restarted after ${perRestart} sweeps: the same legal placement with one worker and with two`, () => {
    const run = (workers: string) => join(folder, `${protocol}-${perRestart}-${workers}`);
    const place = (workers: string) =>
      runJson(
        ...["place", block, "--method", "anneal", "--protocol", protocol, "--iterations", "24"],
        ...["--set", `sweepsPerRestart=${perRestart}`],
        ...["--workers", workers, "--out", run(workers), "--quiet", "--json"],
      );
    const one = place("1");
    const two = place("2");
    assert.equal(one.protocol, protocol);
    assert.equal(one.legal, true);
    assert.equal(one.proxy_cost, two.proxy_cost);
    const plc = (workers: string) => readFileSync(join(run(workers), "best.plc"), "utf8");
    assert.equal(plc("1"), plc("2"));
    const lines = readFileSync(join(run("1"), "metrics.jsonl"), "utf8")
      .trim()
      .split("\n");
    assert.equal(lines.length, rounds);
    assert.equal(one.iterations, 24, "sweeps of each replica");
    const score = runJson("eval", block, "--placement", join(run("1"), "best.plc"), "--json");
    assert.ok(Math.abs(Number(score.proxy_cost) / Number(one.proxy_cost) - 1) < 1e-12);
    assert.equal(score.legal, true);
  });
