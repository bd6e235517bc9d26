// Runs and options of version 0.1 under their old names: they still work, and say what to call things now.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { ashlar, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const block = join(folder, "block");
const out = (name: string) => join(folder, name);

before(() => {
  runJson("generate", "--macros", "9", "--seed", "2", "--out", block, "--json");
});

/** Rewrites a JSON file of a run. */
function rewrite(path: string, change: (value: Record<string, unknown>) => unknown): void {
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))));
}

test("a run of annealing that version 0.1 recorded is resumed, under old names of its settings and of today", async () => {
  const args = (name: string, ...more: string[]) => [
    ...["place", block, "--method", "anneal", "--out", out(name), "--json", ...more],
  ];
  const today = ["--set", "rounds=4", "--set", "sweepsPerRestart=4"];
  const old = ["--set", "stretches=4", "--set", "cycle=4"];
  runJson(...args("whole", "--iterations", "8", ...today));
  for (const [name, settings] of [
    ["by-today's-names", today],
    ["by-old-names", old],
  ] as const) {
    runJson(...args(name, "--iterations", "8", "--budget", "1ms", ...today));
    rewrite(join(out(name), "options.json"), ({ options, ...record }) => {
      // Version 0.1 did not have the options left out here.
      const { settings, turn, objective, cells, keep, group, ...others } = options as Record<string, unknown>;
      assert.deepEqual(settings, { rounds: 4, sweepsPerRestart: 4 });
      assert.deepEqual([turn, objective, cells, keep, group], [false, "proxy", false, [], []]);
      return { ...record, options: { ...others, set: ["stretches=4", "cycle=4"] } };
    });
    rewrite(join(out(name), "checkpoints/anneal.json"), (checkpoint) => {
      const { round, sweeps, restarts, restartBest, ...others } = checkpoint;
      assert.ok(Number(round) >= 1 && Number(round) < 8, `${round} rounds of 8`);
      return { ...others, stretch: round, slices: sweeps, cycles: restarts, cycleBest: restartBest };
    });
    const { code, stderr } = await ashlar(...args(name, "--iterations", "8", "--resume", ...settings));
    assert.equal(code, 0, stderr);
    assert.match(stderr, /resuming after round/);
    assert.equal(/setting cycle is now called sweepsPerRestart/.test(stderr), name === "by-old-names");
    const plc = (run: string) => readFileSync(join(out(run), "best.plc"), "utf8");
    assert.equal(plc(name), plc("whole"));
  }
  const other = await ashlar(...args("by-old-names", "--resume", "--set", "rounds=5"));
  assert.match(other.stderr, /started with settings \{"rounds":4,"sweepsPerRestart":4\}, now it is/);
});

test("a search by restarts that version 0.1 left is resumed to the same placement; one without a drawn setting is refused", async () => {
  const args = (name: string, ...more: string[]) => [
    ...["place", block, "--method", "greedy", "--out", out(name), "--json", "--iterations", ...more],
  ];
  runJson(...args("searched", "40"));
  runJson(...args("half", "12"));
  const checkpoint = join(out("half"), "checkpoints/restarts.json");
  type Improvement = { readonly settings: Record<string, number> };
  const improvements = (change: (settings: Record<string, number>) => object) =>
    rewrite(checkpoint, (state) => ({
      ...state,
      improvements: (state.improvements as Improvement[]).map((one) => ({
        ...one,
        settings: change(one.settings),
      })),
    }));
  improvements(({ targetWeight: planWeight, ...others }) => ({ ...others, planWeight }));
  runJson(...args("half", "40", "--resume"));
  const best = (run: string) => readFileSync(join(out(run), "best.plc"), "utf8");
  const costs = (run: string) =>
    readFileSync(join(out(run), "metrics.jsonl"), "utf8").replace(/"seconds":[^,]*,/g, "");
  assert.equal(best("half"), best("searched"));
  assert.equal(costs("half"), costs("searched"));
  const renamed = await ashlar(...args("half", "41", "--resume", "--set", "planWeight=1"));
  assert.match(renamed.stderr, /setting planWeight is now called targetWeight/);
  improvements(({ targetWeight: _, ...others }) => others);
  const missing = await ashlar(...args("half", "50", "--resume"));
  assert.equal(missing.code, 1);
  assert.match(missing.stderr, /restarts\.json: is not a checkpoint of placing this block/);
});

test("an option's old name is read with a warning, from the command line and from a file", async () => {
  const config = join(folder, "config.json");
  writeFileSync(config, JSON.stringify({ teach: join(folder, "nowhere"), set: ["episodes=2"] }));
  for (const given of [
    ["--teach", join(folder, "nowhere")],
    ["--config", config],
  ]) {
    const { code, stderr } = await ashlar("pretrain", block, "--out", out("no"), ...given);
    assert.equal(code, 1);
    assert.match(
      stderr,
      /^--teach is called --demonstrations now;.*\n(reading .*\n)*ashlar: .*nowhere: no such folder/,
    );
  }
  const help = await ashlar("pretrain", "--help");
  assert.match(help.stdout, /--demonstrations <value>/);
  assert.doesNotMatch(help.stdout, /--teach/);
});
