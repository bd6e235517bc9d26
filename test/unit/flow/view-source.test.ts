// What the viewer reads of a run's folder: it survives what it finds there, and loses no edit.
import assert from "node:assert/strict";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout } from "node:timers/promises";
import { judgeRules } from "../../../flow/block-options.js";
import { BlockView, openView } from "../../../flow/view-source.js";
import { copyPlacement, readPlacement } from "../../../netlist/index.js";
import { unpackInfluences, unpackTrace, type ViewEvent } from "../../../viz/index.js";
import { smallBlock } from "../../support/blocks.js";
import { makeFolder } from "../../support/temp-folder.js";
import { writeBlock, writeRun } from "../../support/view-fixtures.js";

const block = smallBlock(3);
const policyBlock = writeBlock();
/** Some tests change its checkpoint, and bring it back; the last one takes it away. */
const policyRun = policyBlock.then((path) => writeRun(path, "policy", 1));
const viewOf = (run: string) => new BlockView(block, run, { rules: judgeRules({}) });

/** Waits until it holds. */
async function until(holds: () => boolean): Promise<void> {
  for (let i = 0; i < 1000 && !holds(); i++) await setTimeout(20);
  assert.ok(holds());
}

test("watching: lines that do not parse are left out, and a file that cannot be read is told and ends nothing", async () => {
  const run = makeFolder();
  const metrics = join(run, "metrics.jsonl");
  const events: ViewEvent[] = [];
  const bugs: unknown[] = [];
  const unwatch = viewOf(run).watch(
    (event) => events.push(event),
    (bug) => bugs.push(bug),
  );
  const linesOf = (event: ViewEvent | undefined) => (event?.type === "metrics" ? event.run.lines : undefined);
  try {
    writeFileSync(metrics, '{"iteration":1}\ngarbage}\n{"iteration":2}\n{"iterat');
    await until(() => events.length > 0);
    assert.deepEqual(linesOf(events.at(-1)), [{ iteration: 1 }, { iteration: 2 }]);
    assert.deepEqual(bugs, []);
    // No file any more, but something that cannot be read as one.
    rmSync(metrics);
    mkdirSync(metrics);
    await until(() => bugs.length > 0);
    rmSync(metrics, { recursive: true });
    await until(() => linesOf(events.at(-1))?.length === 0);
    writeFileSync(metrics, '{"iteration":1}\n');
    appendFileSync(join(run, "frames.jsonl"), "\n");
    await until(() => events.at(-1)?.type === "frames");
    assert.deepEqual(linesOf(events.at(-2)), [{ iteration: 1 }]);
    assert.equal(bugs.length, 1, "told once, not at every look");
  } finally {
    unwatch();
  }
});

test("the state of a run's queue is told when it changes, and one of another form is not", async () => {
  const run = makeFolder();
  const view = viewOf(run);
  assert.equal(view.queue(), undefined);
  const jobs = { waiting: 1, active: 2, done: 3, issued_again: 0, late: 0, given_up: 0 };
  const worker = { name: "host-1-abc", threads: 2, running: 2, done: 3, per_second: 0.5 };
  const queue = { server: "redis://host:7379", per_second: 0.5, jobs, workers: [worker] };
  const events: ViewEvent[] = [];
  const unwatch = view.watch(
    (event) => events.push(event),
    (bug) => assert.fail(String(bug)),
  );
  try {
    const file = join(run, "queue.json");
    writeFileSync(file, JSON.stringify(queue));
    await until(() => events.length > 0);
    assert.deepEqual(events, [{ type: "queue", queue }]);
    for (const other of ["", "{}", JSON.stringify({ ...queue, workers: [{ ...worker, threads: "2" }] })]) {
      writeFileSync(file, other);
      assert.equal(view.queue(), undefined, other);
    }
    writeFileSync(file, `${JSON.stringify({ ...queue, workers: [] })}  `);
    await until(() => events.length > 1);
    assert.deepEqual(events.at(-1), { type: "queue", queue: { ...queue, workers: [] } });
    assert.equal(events.length, 2);
  } finally {
    unwatch();
  }
});

test("an edit gets a number that none before it had, also of two saved at once", async () => {
  const run = makeFolder();
  const view = viewOf(run);
  const moved = (x: number) => {
    const placement = copyPlacement(block.initial);
    placement.xs[0] = x;
    return placement;
  };
  assert.deepEqual(await Promise.all([view.save(moved(1)), view.save(moved(2))]), [
    { file: "edits/edit-1.plc" },
    { file: "edits/edit-2.plc" },
  ]);
  rmSync(join(run, "edits/edit-1.plc"));
  assert.equal((await view.save(moved(3))).file, "edits/edit-3.plc");
  assert.equal((await readPlacement(join(run, "edits/edit-2.plc"), block)).xs[0], 2);
  assert.equal((await viewOf(run).save(moved(4))).file, "edits/edit-4.plc", "of another process");
  assert.equal((await view.save(moved(5))).file, "edits/edit-5.plc");
  rmSync(join(run, "edits"), { recursive: true });
  assert.equal((await view.save(moved(6))).file, "edits/edit-6.plc");
});

test("two viewers of one run lose no edit", async () => {
  const run = makeFolder();
  const views = [viewOf(run), viewOf(run)];
  const places = Array.from({ length: 40 }, (_, edit) => edit);
  const saved = await Promise.all(
    places.map(async (x) => {
      const placement = copyPlacement(block.initial);
      placement.xs[0] = x;
      return (await views[x % 2]!.save(placement)).file;
    }),
  );
  assert.equal(new Set(saved).size, places.length);
  for (const [x, file] of saved.entries())
    assert.equal((await readPlacement(join(run, file), block)).xs[0], x, file);
});

test("a policy is played once per checkpoint, whoever asks meanwhile, and again after a failure", async () => {
  const run = await policyRun;
  const checkpoint = join(run, "checkpoints/latest.safetensors");
  const whole = readFileSync(checkpoint);
  const time = Math.floor(statSync(checkpoint).mtimeMs / 1000);
  const write = (bytes: Uint8Array) => {
    writeFileSync(checkpoint, bytes);
    utimesSync(checkpoint, time, time);
  };
  const view = await openView(run);
  write(new Uint8Array(whole.length));
  await assert.rejects(Promise.all([view.trace(), view.embedding()]));
  write(whole);
  const [first, second] = await Promise.all([view.trace(), view.trace(), view.embedding()]);
  assert.ok(first === second, "one and the same");
  assert.ok((await view.trace()) === first);
});

test("what moved a decision is told for the episode that a page shows, once, or one line says why not", async () => {
  const run = await policyRun;
  const view = await openView(run);
  const { checkpoint, actions, macros } = unpackTrace(await view.trace());
  const [first, again, other] = await Promise.all([0, 0, 1].map((step) => view.influences(step, checkpoint)));
  assert.ok(first === again, "one and the same");
  const found = unpackInfluences(other!);
  assert.deepEqual([found.step, found.macro, found.cell], [1, macros[1], actions[1]]);
  assert.ok(found.changes.some((change) => change !== 0 && !Number.isNaN(change)));
  // Another viewer says the same.
  assert.deepEqual(await (await openView(run)).influences(1, checkpoint), other);
  await assert.rejects(view.influences(12, checkpoint), /^InputError: step 12: the episode has 12 steps/);
  await assert.rejects(view.influences(0, 7), /^InputError: episode: it is of an earlier checkpoint/);
  // Training has gone on; the page shows the episode of before.
  const file = join(run, "checkpoints/latest.safetensors");
  utimesSync(file, 7, 7);
  assert.equal(await view.influences(0, checkpoint), first);
  const { checkpoint: next } = unpackTrace(await view.trace());
  assert.notEqual(next, checkpoint);
  assert.deepEqual(await view.influences(0, next), first);
  await assert.rejects(view.influences(0, checkpoint), /earlier checkpoint/);
  rmSync(file);
  await assert.rejects(view.influences(0, 8), /^InputError: policy: the run has no checkpoint/);
  await assert.rejects((await openView(await policyBlock)).influences(0, 1), /^InputError: policy/);
});

test("a block has no frames, whatever lies in the folder that it is looked at from", async () => {
  const before = process.cwd();
  const path = await writeBlock();
  const run = await writeRun(path, "random", 2);
  assert.ok(existsSync(join(run, "frames.jsonl")));
  process.chdir(run);
  try {
    const { meta } = await (await openView(path)).frames("best");
    assert.deepEqual(meta.costs, []);
  } finally {
    process.chdir(before);
  }
});

test("the page is told which cost terms of the run its costs leave out", async () => {
  const run = makeFolder();
  const rules = { weights: { wirelength: 1, density: 0.5, congestion: 0.5 }, outside: "skip" };
  assert.deepEqual((await viewOf(run).session()).rules, { ...rules, leftOut: [] });
  // As soon as the run is recorded, not only when it has a summary.
  const costTerms = [
    { name: "left", weight: 0.5 },
    { name: "fences", weight: 1 },
  ];
  writeFileSync(join(run, "options.json"), JSON.stringify({ options: { costTerms }, inputs: [] }));
  assert.deepEqual((await viewOf(run).session()).rules, { ...rules, leftOut: ["left", "fences"] });
});
