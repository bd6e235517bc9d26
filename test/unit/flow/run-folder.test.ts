// What a run's folder takes for the same run, and what it keeps of another one.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { RunFolder } from "../../../flow/run-folder.js";
import { makeFolder } from "../../support/temp-folder.js";

const folder = makeFolder();
const file = (name: string) => {
  writeFileSync(join(folder, name), `content of ${name}`);
  return join(folder, name);
};
const [a, b, c] = [file("a"), file("b"), file("c")];
const run = join(folder, "run");
const open = async (inputs: readonly string[], resume: boolean, settings: object = {}) => {
  const options = { seed: 1, settings, workers: resume ? 2 : 1 };
  const opened = await RunFolder.open({ out: run, options, inputs, resume, force: !resume });
  return opened.whileOpen(async () => {});
};

test("a run is gone on with by the same files in the same order and the same settings only", async () => {
  await open([a, b], false, { clip: 0.1 });
  await open([a, b], true, { clip: 0.1 });
  await assert.rejects(open([b, a], true, { clip: 0.1 }), /b: is not the file/);
  await assert.rejects(open([a, b, c], true, { clip: 0.1 }), /c: is not the file/);
  await assert.rejects(open([a], true, { clip: 0.1 }), /b: is not given, but the run in/);
  await assert.rejects(open([a, b], true), /started with settings \{"clip":0.1\}, now it is not set/);
});

test("a run that is older than an option goes on as long as the option is as its default", async () => {
  const resume = (options: object, defaults?: object) =>
    RunFolder.open({
      ...{ out: run, options: { seed: 1, workers: 1, ...options }, inputs: [a], resume: true },
      ...(defaults && { defaults: { ...defaults } }),
    }).then((opened) => opened.whileOpen(async () => {}));
  await open([a], false);
  await resume({ turn: false, objective: "proxy" }, { turn: false, objective: "proxy", later: 3 });
  await assert.rejects(
    resume({ turn: true }, { turn: false }),
    /started with turn false, now it is true; resume with/,
  );
  await assert.rejects(resume({ snap: "row" }, { turn: false }), /with snap not set, now it is "row"/);
  await assert.rejects(resume({ turn: false }), /with turn not set, now it is false/);
});

test("a run started over leaves nothing of the one before but what is not its own", async () => {
  await open([a], false);
  const before = readdirSync(run);
  for (const name of [
    "best.plc",
    "best.pl",
    "policy.safetensors",
    "reward.safetensors",
    "scatter.svg",
    "notes.txt",
  ])
    writeFileSync(join(run, name), "of before");
  writeFileSync(join(run, "checkpoints", "latest.safetensors"), "of before");
  await open([b], false);
  assert.deepEqual(readdirSync(run).sort(), [...before, "notes.txt"].sort());
  assert.ok(!existsSync(join(run, "checkpoints", "latest.safetensors")));
});

test("a run that is started over has no summary from the first file that goes", async () => {
  await open([a], false);
  writeFileSync(join(run, "summary.json"), "{}");
  rmSync(join(run, "options.json"));
  mkdirSync(join(run, "options.json")); // ends it there
  await assert.rejects(open([a], false), /options\.json: is a directory/);
  assert.ok(!existsSync(join(run, "summary.json")));
  rmdirSync(join(run, "options.json"));
});

test("a folder that another process writes to is left as it is; one refused is free at once", async () => {
  await open([a], false);
  writeFileSync(join(run, "running.json"), JSON.stringify({ process: process.ppid }));
  const before = readdirSync(run);
  for (const resume of [false, true])
    await assert.rejects(open([b], resume), /run: process \d+ is writing here; wait for it, stop it, or/);
  assert.deepEqual(readdirSync(run), before);
  rmSync(join(run, "running.json"));
  await assert.rejects(open([b], true), /is not the file/);
  await open([a], true);
});

test("a folder in the place of a run's file is not removed", async () => {
  await open([a], false);
  mkdirSync(join(run, "best.plc"));
  await assert.rejects(open([a], false), /best\.plc: is a directory, but a run writes a file there; move it/);
  rmdirSync(join(run, "best.plc"));
});
