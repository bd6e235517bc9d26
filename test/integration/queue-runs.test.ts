// Whole runs on the workers of a queue: comparisons, placements that a reward model learns from, and a pipeline. They find
// the same as in this process, with one worker and with two.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Redis } from "ioredis";
import { type Comparison, compare, comparisonTable, generateCommand, place } from "../../flow/index.js";
import { buildRewardData } from "../../policy/index.js";
import { openQueue } from "../../queue/index.js";
import { smallBlock } from "../support/blocks.js";
import { startAshlar } from "../support/command.js";
import { startRedis, withoutRedis } from "../support/redis.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill("SIGKILL");
});

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

test("comparisons, reward data and a pipeline: the same in this process, by one worker and by two", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis();
  const redis = new Redis(server.url);
  const block = await tinyBlock();
  const blocks = [smallBlock(3), smallBlock(4)];

  const compared = (name: string, queue?: string) =>
    compare([block], {
      ...{ iterations: 2, seeds: "1,2", workers: 1, queue },
      out: join(folder, `compare-${name}`),
      methods: "greedy,anneal",
    });
  const piped = (name: string, queue?: string) =>
    place(block, {
      ...{ method: "pipeline", iterations: 1, workers: 1, queue, out: join(folder, `pipeline-${name}`) },
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
  for (const name of ["one", "two"]) {
    await startWorker(server.url, redis);
    const there = await compared(name, server.url);
    assert.deepEqual(timeless(there), timeless(here));
    assert.equal(tableOf(there), tableOf(here));
    for (const { runs } of there.rows) for (const { seconds } of runs) assert.ok(seconds > 0);
    const placements = filesOf(join(folder, `compare-${name}`), "best.plc");
    assert.deepEqual(placements, filesOf(join(folder, "compare-here"), "best.plc"));
    assert.equal(placements.size, 4);
    await piped(name, server.url);
    const best = (run: string) => readFileSync(join(folder, `pipeline-${run}`, "best.plc"), "utf8");
    assert.equal(best(name), best("here"));
    assert.deepEqual(await drawn(name, server.url), data);
  }
  await redis.quit();
  await server.stop();
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
