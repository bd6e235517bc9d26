// Runs on the workers of a queue: the same bytes as in this thread and on threads, whatever becomes of the workers.
import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { Redis } from "ioredis";
import { PUBLISHED_RULES } from "../../env/index.js";
import { OUTPUT_SCHEMAS } from "../../flow/index.js";
import { readQueueState } from "../../flow/queue-state.js";
import { annealReplicas } from "../../placer/anneal/replicas.js";
import greedyPlacer from "../../placer/greedy/greedy.js";
import {
  GRID_ANNEAL_DEFAULTS,
  inThisThread,
  type OpenPool,
  onThreads,
  searchByRestarts,
} from "../../placer/index.js";
import { train } from "../../policy/index.js";
import { openQueue, queueStatus, runWorker } from "../../queue/index.js";
import { MOST_EVENTS, openJobQueue } from "../../queue/job-queue.js";
import { ALIVE_SECONDS } from "../../queue/names.js";
import { smallBlock } from "../support/blocks.js";
import { type Finished, runCli, startAshlar } from "../support/command.js";
import { startRedis, withoutRedis } from "../support/redis.js";
import { SMALL_NETWORK } from "../support/small-network.js";
import { makeFolder } from "../support/temp-folder.js";

const PASSWORD = "five green bottles";
const folder = makeFolder();
const block = smallBlock(3);
const started: ChildProcess[] = [];
after(() => {
  for (const child of started) child.kill("SIGKILL");
});

/** What each search finds, and what training has learned in the end. */
const SEARCHES: Readonly<Record<string, (openPool: OpenPool) => Promise<unknown>>> = {
  annealing: async (openPool) =>
    (await annealReplicas({
      ...{ block, rules: PUBLISHED_RULES, protocol: "fd", seed: 1, workers: 2, openPool },
      ...{ replicas: 3, rounds: 4, starts: 2, sweepsPerRestart: 0, sweeps: 8, gridShare: 1 },
      anneal: { ...GRID_ANNEAL_DEFAULTS, stepsPerMacro: 2 },
      onRound: async () => true,
    }))!.best,
  restarts: async (openPool) =>
    (
      await searchByRestarts(
        { block, rules: PUBLISHED_RULES, protocol: "fd", placer: greedyPlacer },
        { seed: 1, workers: 2, openPool, iterations: 12, settings: {} },
      )
    ).improvements.at(-1)!,
  training: (openPool) => learn(openPool),
};

/** Trains on two blocks, with episodes that begin from earlier ones and some that are imitated. */
async function learn(openPool: OpenPool, onIteration: () => void = () => {}): Promise<unknown> {
  const { parameters, adam, state } = await train([block, smallBlock(4)], {
    settings: {
      episodes: 8,
      groupSize: 2,
      epochs: 2,
      minibatch: 32,
      experimental: { network: SMALL_NETWORK },
    },
    ...{ seed: 5, workers: 2, openPool, budget: { iterations: 3 }, observer: { onIteration } },
  });
  return { parameters, first: adam.first, second: adam.second, state };
}

function startWorker(
  url: string,
  ...more: readonly string[]
): { child: ChildProcess; finished: Promise<Finished> } {
  const cache = join(folder, "blocks");
  const worker = startAshlar([
    "worker",
    "--queue",
    url,
    "--threads",
    "1",
    "--cache",
    cache,
    "--json",
    ...more,
  ]);
  started.push(worker.child);
  return worker;
}

/** A worker of one thread in this process. */
function workerHere(url: string) {
  const stop = new AbortController();
  const lines: string[] = [];
  const done = runWorker(
    { queue: url, threads: 1, cache: join(folder, "blocks") },
    { signal: stop.signal, onLine: (line) => void lines.push(line) },
  );
  return {
    lines,
    name: () => /^worker (\S+):/.exec(lines[0] ?? "")?.[1] ?? "",
    end: () => {
      stop.abort();
      return done;
    },
  };
}

test("one thread, threads, one worker, two and five find the same; a worker that is killed changes nothing", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis();
  const lines: string[] = [];
  const first = startWorker(server.url);
  const found = new Map<string, unknown>();
  for (const [name, search] of Object.entries(SEARCHES)) {
    found.set(name, await search(onThreads));
    assert.deepEqual(await search(inThisThread), found.get(name), name);
  }
  const queue = await openQueue(server.url, { onProgress: (line) => void lines.push(line) });
  for (const [name, search] of Object.entries(SEARCHES))
    assert.deepEqual(await search(queue.openPool), found.get(name), `${name}, one worker`);
  assert.equal(queue.counts.reissued, 0);

  const second = startWorker(server.url);
  const redis = new Redis(server.url);
  while ((await redis.scard("ashlar:workers")) < 2) await new Promise((resolve) => setTimeout(resolve, 50));
  let iterations = 0;
  const learned = await learn(queue.openPool, () => {
    if (++iterations === 1) first.child.kill("SIGKILL");
  });
  assert.deepEqual(learned, found.get("training"), "two workers, one killed");
  assert.equal((await first.finished).code, null);

  const more = Array.from({ length: 4 }, () => workerHere(server.url));
  for (const { name } of more)
    while ((await redis.sismember("ashlar:workers", name())) === 0)
      await new Promise((resolve) => setTimeout(resolve, 50));
  for (const [name, search] of Object.entries(SEARCHES))
    assert.deepEqual(await search(queue.openPool), found.get(name), `${name}, five workers`);
  const shares = await Promise.all(more.map(({ end }) => end()));
  for (const { name, lines: said } of more) {
    assert.equal(await redis.sismember("ashlar:workers", name()), 0, "a worker that ends says goodbye");
    assert.doesNotMatch(said.join("\n"), /is lost/);
  }
  assert.ok(
    shares.some(({ done }) => done > 0),
    "workers that come later take part",
  );

  await queueStatus(server.url);
  const { maxLenEvents } = await (await openJobQueue(redis)).getMeta();
  assert.equal(maxLenEvents, MOST_EVENTS, "whoever looks at a queue leaves the bound of its events");
  await queue.close();
  const left = await redis.keys("ashlar:*");
  assert.deepEqual(
    left.filter((key) => /^ashlar:(task|answer|done|run):/.test(key)),
    [],
    "a run leaves nothing of its own",
  );
  const parcels = left.filter((key) => key.startsWith("ashlar:blob:"));
  assert.ok(parcels.length > 0);
  for (const key of parcels) assert.ok((await redis.ttl(key)) <= ALIVE_SECONDS, "parcels end soon after it");
  await redis.quit();
  second.child.kill("SIGTERM");
  const { code, stdout, stderr } = await second.finished;
  assert.equal(code, 0, stderr);
  assert.ok(OUTPUT_SCHEMAS.worker!.parse(JSON.parse(stdout)), stdout);
  assert.ok(JSON.parse(stdout).done > 0, stdout);
  assert.match(stderr, /^worker .*: ashlar .* 1 threads, queue redis:/);
  assert.match(stderr, /^serving run /m);
  assert.match(stderr, /^ended: \d+ jobs done/m);
  await server.stop();
});

test("place on a queue with a password: the same files, and the password in none of them", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis("--requirepass", PASSWORD);
  const options = ["--method", "policy", "--iterations", "1", "--set", "episodes=8", "--quiet", "--json"];
  const path = join(folder, "block");
  runCli("generate", "--macros", "6", "--soft-macros", "8", "--ports", "10", "--seed", "4", "--out", path);
  const refused = runCli("place", path, ...options, "--queue", server.url, "--out", join(folder, "refused"));
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^ashlar: --queue redis:\S+: the server refuses the login .*ASHLAR_QUEUE_PASSWORD/,
  );

  process.env.ASHLAR_QUEUE_PASSWORD = PASSWORD;
  const worker = startWorker(server.url, "--once");
  const here = runCli("place", path, ...options, "--out", join(folder, "here"));
  const there = startAshlar([
    "place",
    path,
    ...options,
    "--queue",
    server.url,
    "--out",
    join(folder, "there"),
  ]);
  const { code, stderr } = await there.finished;
  assert.equal(code, 0, stderr);
  assert.equal(here.code, 0, here.stderr);
  for (const file of ["best.plc", "checkpoints/latest.safetensors"])
    assert.deepEqual(
      readFileSync(join(folder, "there", file)),
      readFileSync(join(folder, "here", file)),
      file,
    );
  const told = readQueueState(join(folder, "there"))!;
  assert.ok(told.jobs.done > 0);
  assert.deepEqual([told.jobs.waiting, told.jobs.active, told.server], [0, 0, server.url]);
  const { options: record } = JSON.parse(readFileSync(join(folder, "there", "options.json"), "utf8"));
  assert.equal(record.queue, server.url);
  for (const file of readdirSync(join(folder, "there"), { recursive: true, withFileTypes: true }))
    if (file.isFile()) {
      const text = readFileSync(join(file.parentPath ?? file.path, file.name), "latin1");
      assert.ok(!text.includes(PASSWORD), file.name);
    }
  const ended = await worker.finished;
  delete process.env.ASHLAR_QUEUE_PASSWORD;
  assert.equal(ended.code, 0, ended.stderr);
  assert.ok(!ended.stderr.includes(PASSWORD));
  await server.stop();
});

test("servers that would drop jobs, other versions and code of one's own are refused with one line", {
  skip: withoutRedis,
}, async () => {
  const server = await startRedis("--maxmemory", "200mb", "--maxmemory-policy", "allkeys-lru");
  await assert.rejects(openQueue(server.url), /maxmemory-policy is allkeys-lru.*noeviction/);
  const redis = new Redis(server.url);
  await redis.config("SET", "maxmemory-policy", "noeviction");
  await redis.config("SET", "maxmemory", "8mb");
  await assert.rejects(openQueue(server.url), /MiB left of its maxmemory of 8 MiB/);
  await redis.config("SET", "maxmemory", "0");

  const build = { version: "9.9.9", format: 1, kernels: "00000000" };
  await redis.sadd("ashlar:runs", "other");
  await redis.set("ashlar:run:other", JSON.stringify({ build }));
  const { code, stderr } = runCli("worker", "--queue", server.url);
  assert.equal(code, 1);
  assert.match(stderr, /the runs there are of ashlar 9\.9\.9 .*; install the same version on both sides\n$/);
  await redis.quit();
  await server.stop();
  await assert.rejects(
    openQueue(server.url),
    /cannot be reached .*ECONNREFUSED.*; is Redis or Valkey running there/,
  );
});
