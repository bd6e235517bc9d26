// What a worker accepts from the queue, and what a run puts on it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PUBLISHED_RULES } from "../../../env/index.js";
import { isInputError } from "../../../netlist/index.js";
import greedyPlacer from "../../../placer/greedy/greedy.js";
import {
  ANNEAL_JOBS,
  type AnnealSetup,
  GRID_ANNEAL_DEFAULTS,
  RESTART_JOBS,
  type WorkerSetup,
} from "../../../placer/index.js";
import { kindOf, packTask, setupParcel } from "../../../queue/kinds.js";
import { unpack } from "../../../queue/parcel.js";
import { queueServer } from "../../../queue/server.js";
import { smallBlock } from "../../support/blocks.js";

const block = smallBlock(3);
const setup: AnnealSetup = {
  ...{ block, rules: PUBLISHED_RULES, protocol: "fd", options: GRID_ANNEAL_DEFAULTS, starts: 2 },
};

function arrived(name: string, sent: unknown): Record<string, unknown> {
  const { whole, parts } = setupParcel(name, sent);
  return unpack(whole.bytes, (hash) => unpack(parts.find((part) => part.hash === hash)!.bytes)) as never;
}

test("a setup arrives as it was sent, its block as a parcel of its own", async () => {
  const { parts } = setupParcel(ANNEAL_JOBS.name, setup);
  assert.equal(parts.length, 1);
  assert.equal(setupParcel(ANNEAL_JOBS.name, { ...setup, starts: 9 }).parts[0]!.hash, parts[0]!.hash);
  const { source: _, ...sent } = block;
  assert.deepEqual(arrived(ANNEAL_JOBS.name, setup).block, sent);
  await kindOf(ANNEAL_JOBS.name).open(arrived(ANNEAL_JOBS.name, setup), 1).close();
});

test("a worker refuses setups and tasks of another form, and modules that are not the product's", async () => {
  const anneal = kindOf(ANNEAL_JOBS.name);
  const good = arrived(ANNEAL_JOBS.name, setup);
  const { fixed: _, ...incomplete } = good.block as typeof block;
  const bad = [
    { ...good, block: incomplete },
    { ...good, block: { ...block, source: undefined, pinNodes: block.pinNodes.map(() => block.nodeCount) } },
    { ...good, block: { ...block, source: undefined, widths: new Float64Array(1) } },
    { ...good, rules: { ...PUBLISHED_RULES, terms: [{ module: "file:///tmp/x.js", weight: 1 }] } },
    { ...good, cellPlacer: "file:///tmp/x.js" },
    { ...good, more: 1 },
  ];
  for (const other of bad) assert.throws(() => anneal.open(other, 1), { name: "ZodError" });
  const restarts = kindOf(RESTART_JOBS.name);
  for (const placer of ["placer/../../x.js", "/tmp/x.js", "file:///tmp/x.js", "node:fs", "cli/main.js"])
    assert.throws(() => restarts.open({ ...good, placer }, 1), { name: "ZodError" });
  const pool = anneal.open(good, 1);
  const task = { stage: "grid", begin: 0, end: 1, seed: 1, replica: 0, round: 0, from: undefined };
  assert.ok(pool.check("round", task));
  const short = new Float64Array(1);
  const from = { placement: { xs: short, ys: short, orientations: new Uint8Array(1) }, costs: {} };
  for (const other of [
    { ...task, stage: "x" },
    { ...task, more: 1 },
    { ...task, from },
  ])
    assert.throws(() => pool.check("round", other));
  assert.throws(() => pool.check("constructor", task), /no job is called 'constructor'/);
  assert.throws(() => kindOf("toString"), /no kind of jobs/);
  await pool.close();
});

test("code of the user's own is refused before it is sent", () => {
  const rules = { ...PUBLISHED_RULES, terms: [{ module: "file:///tmp/mine.js", weight: 1 }] };
  const own: WorkerSetup = { block, rules: PUBLISHED_RULES, protocol: "fd", placer: "file:///tmp/mine.js" };
  const sends: readonly (() => unknown)[] = [
    () => setupParcel(ANNEAL_JOBS.name, { ...setup, rules }),
    () => setupParcel(ANNEAL_JOBS.name, { ...setup, cellPlacer: "file:///tmp/mine.js" }),
    () => setupParcel(RESTART_JOBS.name, own),
  ];
  for (const send of sends)
    assert.throws(send, (error) => isInputError(error) && /mine\.js/.test(error.message));
  assert.equal(
    arrived(RESTART_JOBS.name, { ...own, placer: greedyPlacer.module }).placer,
    "placer/greedy/greedy.js",
  );
});

test("arrays that several tasks share are one parcel", () => {
  const parameters = new Float32Array(10_000);
  const [a, b] = [packTask({ parameters, samples: [1] }), packTask({ parameters, samples: [2] })];
  assert.equal(a.parts.length, 1);
  assert.equal(a.parts[0], b.parts[0]);
  assert.ok(a.bytes.length < 400);
});

test("addresses of queues: passwords are refused and never repeated", () => {
  assert.equal(queueServer("redis://server").address, "redis://server:6379");
  assert.equal(queueServer("rediss://[::1]:6380/2").address, "rediss://[::1]:6380/2");
  const { host, database, isEncrypted } = queueServer("rediss://[::1]:6380/2");
  assert.deepEqual({ host, database, isEncrypted }, { host: "::1", database: 2, isEncrypted: true });
  for (const url of [
    "",
    "server:6379",
    "http://server",
    "redis://",
    "redis://server/x",
    "redis://server?x=1",
  ])
    assert.throws(() => queueServer(url), isInputError, url);
  for (const url of ["redis://me:secret@server", "redis://:secret@server"])
    assert.throws(
      () => queueServer(url),
      (error) =>
        isInputError(error) && !error.message.includes("secret") && /ASHLAR_QUEUE/.test(error.message),
    );
});
