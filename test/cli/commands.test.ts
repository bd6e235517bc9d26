// Every command as a user runs it, on a small generated block.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { runCli, runJson } from "../support/run-cli.js";
import { makeFolder } from "../support/temp-folder.js";

const SCORE_KEYS = [
  "wirelength",
  "wirelength_cost",
  "density_cost",
  "congestion_cost",
  "proxy_cost",
  "overlaps",
  "legal",
];
const folder = makeFolder();
const block = join(folder, "block");

before(() => {
  runJson("generate", "--macros", "8", "--seed", "5", "--out", block, "--json");
});

test("every command explains itself with an example", () => {
  for (const command of ["info", "eval", "place", "train", "generate"]) {
    const { status, stdout } = runCli(command, "--help");
    assert.equal(status, 0);
    assert.match(stdout, /Examples?:\n {2}ashlar /, command);
  }
});

test("the same generate command gives the same bytes", () => {
  const again = join(folder, "again");
  runJson("generate", "--macros", "8", "--seed", "5", "--name", "generated_8_5", "--out", again, "--json");
  for (const name of ["netlist.pb.txt.gz", "initial.plc"])
    assert.deepEqual(readFileSync(join(again, name)), readFileSync(join(block, name)), name);
});

test("info counts what generate made", () => {
  const info = JSON.stringify(runJson("info", block, "--json"));
  assert.match(info, /"hardMacros":8/);
});

test("place writes its files, and eval of best.plc gives back its costs", () => {
  for (const method of ["policy", "anneal", "random"]) {
    const out = join(folder, method);
    const summary = runJson(
      "place",
      block,
      "--method",
      method,
      "--iterations",
      "3",
      "--out",
      out,
      "--json",
      "--quiet",
    );
    for (const key of [...SCORE_KEYS, "seconds", "method", "protocol"])
      assert.ok(key in summary, `${method} ${key}`);
    assert.equal(summary.method, method);
    assert.equal(summary.protocol, "fd");
    assert.equal(summary.legal, true);
    for (const name of [
      "best.plc",
      "best.svg",
      "summary.json",
      "options.json",
      "metrics.jsonl",
      "report.html",
    ])
      assert.ok(existsSync(join(out, name)), `${method} ${name}`);
    const score = runJson("eval", block, "--placement", join(out, "best.plc"), "--json");
    assert.deepEqual(Object.keys(score), SCORE_KEYS);
    for (const key of SCORE_KEYS.slice(0, 5)) {
      const [found, expected] = [Number(score[key]), Number(summary[key])];
      assert.ok(Math.abs(found / expected - 1) < 1e-12, `${method} ${key}: ${found} and ${expected}`);
    }
    assert.equal(score.overlaps, 0);
  }
});

test("the learned placement keeps its netlist's fixed ports where they were", () => {
  const places = (path: string) =>
    readFileSync(path, "utf8")
      .split("\n")
      .filter((line) => / - 1$/.test(line));
  const before = places(join(block, "initial.plc"));
  assert.ok(before.length > 0);
  assert.deepEqual(places(join(folder, "policy", "best.plc")), before);
});

test("train leaves a checkpoint and metrics with the documented names", () => {
  const out = join(folder, "train");
  const summary = runJson("train", block, "--iterations", "2", "--out", out, "--json", "--quiet");
  assert.equal(summary.iterations, 2);
  assert.ok(existsSync(String(summary.checkpoint)));
  const lines = readFileSync(join(out, "metrics.jsonl"), "utf8").trim().split("\n");
  assert.equal(lines.length, 2);
  const documented = readFileSync("docs/training.md", "utf8");
  for (const key of Object.keys(JSON.parse(lines[0]!) as object))
    assert.ok(documented.includes(`\`${key}\``), `docs/training.md explains ${key}`);
});

test("progress goes to standard error, the result alone to standard output", () => {
  const { stdout, stderr } = runCli(
    "place",
    block,
    "--iterations",
    "1",
    "--out",
    join(folder, "p"),
    "--json",
  );
  assert.equal(stdout.trim().split("\n").length, 1);
  assert.match(stderr, /iteration 1/);
});
