// Whole runs on the workers of a queue: comparisons, placements that a reward model learns from, and a pipeline. They find
// the same as in this process, with one worker, two and five.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Queue } from "bullmq";
import { Redis } from "ioredis";
import { PUBLISHED_RULES } from "../../env/index.js";
import {
  type Comparison,
  compare,
  comparisonTable,
  generateCommand,
  OUTPUT_SCHEMAS,
  place,
} from "../../flow/index.js";
import { buildRewardData, REWARD_JOBS } from "../../policy/index.js";
import { clearQueue, openQueue, type QueueStatus, queueStatus, retryFailed } from "../../queue/index.js";
import { ownBuild, queueName } from "../../queue/names.js";
import { smallBlock } from "../support/blocks.js";
import { runCli, runJson, startAshlar } from "../support/command.js";
import { startRedis, withoutRedis } from "../support/redis.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const started: ChildProcess[] = [];
const connections: Redis[] = [];
after(() => {
  for (const child of started) child.kill("SIGKILL");
  for (const connection of connections) connection.disconnect(); // a test that fails leaves it open
});

function connectTo(url: string): Redis {
  const redis = new Redis(url, { maxRetriesPerRequest: null });
  connections.push(redis);
  return redis;
}

async function startWorker(url: string, redis: Redis): Promise<void> {
  const before = await redis.scard("ashlar:workers");
  const cache = join(folder, "cache");
  started.push(startAshlar(["worker", "--queue", url, "--threads", "1", "--cache", cache]).child);
  while ((await redis.scard("ashlar:workers")) === before)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

async function tinyBlock(): Promise<string> {
  const size = { macros: 5, softMacros: 8, ports: 10 };
  return (await generateCommand({ ...size, seed: 2, force: true, out: join(folder, "tiny") })).out;
}

/** A file of each run below a folder, by the run's path. */
function filesOf(out: string, name: string): ReadonlyMap<string, string> {
  const paths = readdirSync(out, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(name));
  return new Map(paths.sort().map((path) => [path, readFileSync(join(out, path), "utf8")]));
}

/** Without wall-clock times and the name of the folder. */
function timeless(comparison: Comparison): unknown {
  const rows = comparison.rows.map(({ seconds: _, runs, ...row }) => ({
    ...row,
    runs: runs.map(({ out: _, seconds: __, curve, ...run }) => ({
      ...run,
      costs: [...new Set(curve.costs)],
    })),
  }));
  return { ...comparison, out: "", rows };
}

/** The table that is printed, its column of seconds left out. */
function tableOf(comparison: Comparison): string {
  const zero = { median: 0, min: 0, max: 0 };
  return comparisonTable({ ...comparison, rows: comparison.rows.map((row) => ({ ...row, seconds: zero })) });
}

test("comparisons, reward data and a pipeline: the same in this process, by one worker, two and five", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis();
  const redis = connectTo(server.url);
  const block = await tinyBlock();
  const blocks = [smallBlock(3), smallBlock(4)];

  const lines: string[] = [];
  const compared = (name: string, queue?: string) => {
    const options = {
      ...{ iterations: 2, seeds: "1,2", workers: 1, queue },
      out: join(folder, `compare-${name}`),
      methods: "greedy,anneal",
    };
    return compare([block], options, (line) => void lines.push(line));
  };
  const piped = (name: string, queue?: string) =>
    place(block, {
      ...{ method: "pipeline", iterations: 1, workers: 1, top: 2, queue },
      out: join(folder, `pipeline-${name}`),
      settings: { policy: { episodes: 8 }, anneal: { replicas: 2 } },
    });
  const drawn = async (name: string, url?: string) => {
    const queue = url === undefined ? undefined : await openQueue(url);
    const data = { folder: join(folder, `data-${name}`), seed: 1, counts: [110, 10], workers: 1 };
    await buildRewardData(blocks, { ...data, openPool: queue?.openPool });
    await queue?.close();
    return filesOf(data.folder, ".safetensors");
  };

  const here = await compared("here");
  await piped("here");
  const data = await drawn("here");
  assert.equal(data.size, 3);
  for (const [name, workers] of Object.entries({ one: 1, two: 2, five: 5 })) {
    while (started.length < workers) await startWorker(server.url, redis);
    const there = await compared(name, server.url);
    assert.deepEqual(timeless(there), timeless(here));
    assert.equal(tableOf(there), tableOf(here));
    for (const { runs } of there.rows) for (const { seconds } of runs) assert.ok(seconds > 0);
    const placements = filesOf(join(folder, `compare-${name}`), "best.plc");
    assert.deepEqual(placements, filesOf(join(folder, "compare-here"), "best.plc"));
    assert.equal(placements.size, 4);
    if (workers === 2) continue; // the others show the rest
    await piped(name, server.url);
    const results = (run: string) => filesOf(join(folder, `pipeline-${run}`), ".plc");
    assert.deepEqual(results(name), results("here"));
    assert.deepEqual([...results(name).keys()], ["best.plc", "top-1.plc", "top-2.plc"]);
    assert.deepEqual(await drawn(name, server.url), data);
  }
  assert.match(lines.join("\n"), /^tiny {2}anneal {2}seed 2 {2}1 worker, \d+\.\d jobs\/s$/m);

  const failing = await openQueue(server.url);
  const pool = failing.openPool(REWARD_JOBS, 1, { blocks, rules: PUBLISHED_RULES, policies: [] });
  const bad = { block: 9, seed: 1, first: 0, count: 1 };
  await assert.rejects(pool.run("shard", bad), /failed 3 times.*unknown block/);
  await failing.close();
  // What workers say of themselves is some seconds old.
  while ((await queueStatus(server.url)).jobs.done === 0)
    await new Promise((resolve) => setTimeout(resolve, 100));
  const status = OUTPUT_SCHEMAS.queue!.parse(
    runJson("queue", "--queue", server.url, "--json"),
  ) as unknown as QueueStatus;
  const { workers, failures, jobs } = status;
  assert.deepEqual(
    workers.map(({ threads }) => threads),
    [1, 1, 1, 1, 1],
  );
  assert.equal(jobs.waiting, 0);
  assert.equal(failures.length, 3);
  assert.match(failures[0]!.reason, /unknown block/);
  assert.equal(failures[0]!.kind, "reward-data shard");
  const { stdout } = runCli("queue", "--queue", server.url);
  assert.match(stdout, /: 1 thread, \d running, \d+ done, /);
  assert.match(stdout, /failures, newest first:\n {2}reward-data shard \S+ on \S+: .*unknown block/);
  await redis.quit();
  await server.stop();
});

test("queue: what a run that is gone has left is shown and removed; no server is one line", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis();
  const redis = connectTo(server.url);
  const queue = new Queue(queueName(ownBuild()), { connection: redis, prefix: "ashlar" });
  const setup = "0".repeat(64);
  for (const run of ["gone", "alive"])
    await queue.add("round", { run, key: `${run}.0.0`, kind: "anneal", name: "round", setup });
  await redis.set(`ashlar:blob:${setup}`, "x");
  const sign = async (run: string) => {
    await redis.sadd("ashlar:runs", run);
    await redis.set(`ashlar:run:${run}`, JSON.stringify({ build: ownBuild() }));
  };
  await sign("alive");
  const before = await queueStatus(server.url);
  assert.equal(before.jobs.waiting, 2);
  assert.deepEqual(
    before.runs.map(({ name }) => name),
    ["alive"],
  );
  assert.match(
    runCli("queue", "--queue", server.url).stdout,
    /workers: none; start one with: ashlar worker --queue redis:/,
  );
  assert.deepEqual(runJson("queue", "clean", "--queue", server.url, "--json"), { jobs: 1, parcels: 0 });
  assert.equal((await queueStatus(server.url)).jobs.waiting, 1);
  await redis.del("ashlar:run:alive");
  assert.deepEqual(await clearQueue(server.url), { jobs: 1, parcels: 1 });
  assert.equal(await retryFailed(server.url), 0);
  await queue.close();
  await redis.quit();
  await server.stop();
  const { code, stderr } = runCli("queue", "--queue", server.url);
  assert.equal(code, 1);
  assert.match(stderr, /^ashlar: --queue redis:\S+: the server cannot be reached .*\n$/);
});

test("a comparison on a queue refuses what a worker would not run, before it connects", async () => {
  const queue = "redis://127.0.0.1:9";
  const out = join(folder, "refused");
  const block = await tinyBlock();
  await assert.rejects(
    compare([block], { methods: "greedy,mixed", queue, out }),
    /'mixed' computes on this machine/,
  );
  const own = { name: "mine", description: "", protocols: ["fd"], run: async () => undefined } as const;
  await assert.rejects(compare([block], { methods: [own], queue, out }), /code of your own \(--methods\)/);
  const costTerms = [{ module: "./x.js", weight: 1 }] as never;
  await assert.rejects(compare([block], { methods: "greedy", costTerms, queue, out }), /--cost-term/);
});
