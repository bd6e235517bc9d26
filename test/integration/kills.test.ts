// Commands that are killed, pairs on one folder, and job after job in one process. `benchmarks/kills` and
// `benchmarks/soak` do the same with many more.
import assert from "node:assert/strict";
import { test } from "node:test";
import { COMMANDS } from "../../benchmarks/kills/commands.js";
import { KillBench } from "../../benchmarks/kills/kills.js";
import { runPairs } from "../../benchmarks/kills/pairs.js";
import { soakPlace } from "../../benchmarks/soak/soak.js";
import { generateOne } from "../../flow/index.js";
import { Random } from "../../netlist/index.js";
import { makeFolder } from "../support/temp-folder.js";

const KILLED = ["place anneal", "train", "generate", "cells", "place mixed"];

test("what is killed and called again writes the same bytes, and leaves nothing else", async () => {
  const bench = await KillBench.open(makeFolder());
  let killed = 0;
  for (const name of KILLED) {
    const command = COMMANDS.find((known) => known.name === name);
    assert.ok(command, name);
    const { kills, problems } = await bench.kill(command, Random.stream(3, name), 0.3);
    assert.deepEqual(problems, [], name);
    killed += kills;
  }
  assert.ok(killed > 0, "all had ended before they were killed");
});

test("a viewer that is killed has every edit that it acknowledged, and no half of one", async () => {
  const bench = await KillBench.open(makeFolder());
  for (const afterFirstEdit of [false, true]) {
    const random = Random.stream(4, String(Number(afterFirstEdit)));
    const { saved, problems } = await bench.killViewer(random, { afterFirstEdit });
    assert.deepEqual(problems, []);
    if (afterFirstEdit) assert.ok(saved > 0, "no edit was acknowledged");
  }
});

test("of two processes that place in one folder at the same moment one is refused", async () => {
  // On a busy machine one may have ended before the other begins.
  let met = 0;
  for (let round = 0; round < 10 && met === 0; round++) {
    const { refused, problems } = await runPairs(2, makeFolder());
    assert.deepEqual(problems, []);
    met += refused;
  }
  assert.ok(met > 0, "none of them met");
});

test("run after run in one process opens no more files and keeps no more threads", async (context) => {
  const { out: block } = await generateOne({ macros: 6, seed: 3, out: `${makeFolder()}/block` });
  const samples = await soakPlace(block, {
    runs: 8,
    methods: ["greedy", "policy", "anneal", "refine"],
    out: `${makeFolder()}/run`,
  });
  const [first, last] = [samples[3]!, samples[7]!]; // after each method's first run, and its second
  if (Number.isNaN(first.threads)) context.diagnostic("files and threads are counted on Linux only");
  assert.deepEqual([last.descriptors, last.threads], [first.descriptors, first.threads]);
});
