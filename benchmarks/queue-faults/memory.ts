// The memory of the Redis server while one run after the other computes on it, each of another block and by turns of
// restarts, annealing and training, so that what stays of a run would add up. Samples, the line through them, and what
// lies on the server in the end.
// Run: node dist/benchmarks/queue-faults/memory.js [MINUTES]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { PUBLISHED_RULES } from "../../env/index.js";
import type { Block } from "../../netlist/index.js";
import { annealReplicas } from "../../placer/anneal/replicas.js";
import placer from "../../placer/greedy/greedy.js";
import { GRID_ANNEAL_DEFAULTS, type OpenPool, searchByRestarts } from "../../placer/index.js";
import { train } from "../../policy/index.js";
import { openQueue, runWorker } from "../../queue/index.js";
import { ALIVE_SECONDS } from "../../queue/names.js";
import { smallBlock } from "../../test/support/blocks.js";
import { startRedis } from "../../test/support/redis.js";
import { SMALL_NETWORK } from "../../test/support/small-network.js";

/** Between two samples, ms. */
const PAUSE = 2000;
/**
 * Before the first sample, minutes: longer than parcels outlive their run, and long enough for the jobs that the server
 * remembers to be as many as they get.
 */
const WARM_UP = (4 * ALIVE_SECONDS) / 60;

const RUNS: readonly ((block: Block, openPool: OpenPool) => Promise<unknown>)[] = [
  (block, openPool) =>
    searchByRestarts(
      { block, rules: PUBLISHED_RULES, protocol: "fd", placer },
      { seed: 1, workers: 1, openPool, iterations: 40, settings: {} },
    ),
  (block, openPool) =>
    annealReplicas({
      ...{ block, rules: PUBLISHED_RULES, protocol: "fd", seed: 1, workers: 1, openPool },
      ...{ replicas: 4, rounds: 8, starts: 2, sweepsPerRestart: 0, sweeps: 8, gridShare: 1 },
      anneal: { ...GRID_ANNEAL_DEFAULTS, stepsPerMacro: 2 },
      onRound: async () => true,
    }),
  (block, openPool) =>
    train([block], {
      settings: { episodes: 8, groupSize: 4, minibatch: 32, experimental: { network: SMALL_NETWORK } },
      ...{ seed: 1, workers: 1, openPool, budget: { iterations: 3 } },
    }),
];

const [minutes = "30"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "ashlar-memory-"));
const server = await startRedis();
const redis = new Redis(server.url);
const stop = new AbortController();
const worker = runWorker(
  { queue: server.url, threads: 1, cache: folder },
  { signal: stop.signal, onLine: () => {} },
);
interface Sample {
  readonly minutes: number;
  readonly kilobytes: number;
  readonly keys: number;
}
const samples: Sample[] = [];
const began = performance.now();
const elapsed = () => (performance.now() - began) / 60_000;
const end = WARM_UP + Number(minutes);
const sampler = setInterval(async () => {
  const [, used] = /used_memory:(\d+)/.exec(await redis.info("memory"))!;
  samples.push({ minutes: elapsed(), kilobytes: Number(used) / 1024, keys: await redis.dbsize() });
}, PAUSE);
let [runs, jobs] = [0, 0];
while (elapsed() < end) {
  const queue = await openQueue(server.url);
  await RUNS[runs % RUNS.length]!(smallBlock(runs + 1), queue.openPool);
  runs++;
  jobs += queue.counts.done;
  await queue.close();
}
clearInterval(sampler);
const left = await keysByKind();
stop.abort();
await worker;
await redis.quit();
await server.stop();
rmSync(folder, { recursive: true });

const steady = samples.filter((sample) => sample.minutes > WARM_UP);
const mean = (of: (sample: Sample) => number, some: readonly Sample[] = steady) =>
  some.reduce((sum, sample) => sum + of(sample), 0) / some.length;
const memory = ({ kilobytes }: Sample) => kilobytes;
const x = mean((sample) => sample.minutes);
const slope =
  mean((sample) => (sample.minutes - x) * (sample.kilobytes - mean(memory))) /
  mean((sample) => (sample.minutes - x) ** 2);
const spread = Math.sqrt(mean((sample) => (sample.kilobytes - mean(memory)) ** 2));
const fifth = Math.floor(steady.length / 5);
const [first, last] = [steady.slice(0, fifth), steady.slice(-fifth)];
const whole = (number: number) => number.toFixed(0);
console.log(
  `${runs} runs, ${jobs} jobs in ${elapsed().toFixed(1)} minutes, the first ${WARM_UP} not counted`,
);
console.log(
  `${steady.length} samples: mean ${whole(mean(memory))} kB, spread ${whole(spread)} kB, ` +
    `least ${whole(Math.min(...steady.map(memory)))} kB, most ${whole(Math.max(...steady.map(memory)))} kB`,
);
console.log(
  `slope ${slope.toFixed(2)} kB a minute; mean of the first fifth ${whole(mean(memory, first))} kB, ` +
    `of the last ${whole(mean(memory, last))} kB; keys ${whole(mean(({ keys }) => keys, first))} and ${whole(mean(({ keys }) => keys, last))}`,
);
for (const [kind, { keys, bytes }] of left)
  console.log(`in the end: ${String(keys).padStart(5)} keys, ${whole(bytes / 1024).padStart(6)} kB  ${kind}`);
for (const sample of samples.filter((_, at) => at % 30 === 0))
  console.log(
    `${sample.minutes.toFixed(1)} min ${whole(sample.kilobytes)} kB in ${sample.keys} keys${sample.minutes > WARM_UP ? "" : ", not counted"}`,
  );

/** Keys on the server and their bytes, those of a kind together, the most bytes first. */
async function keysByKind(): Promise<[string, { keys: number; bytes: number }][]> {
  const kinds = new Map<string, { keys: number; bytes: number }>();
  for await (const names of redis.scanStream({ count: 1000 }))
    for (const name of names as string[]) {
      // ashlar:KIND:NAME, or ashlar:jobs-BUILD:WHAT of BullMQ; its jobs are named by a run, a pool and a number.
      const [, kind, what = ""] = name.split(":");
      const text = kind!.startsWith("jobs-")
        ? `jobs: ${/^.+\.\d+\.\d+-/.test(what) ? "a job" : what}`
        : kind!;
      const sum = kinds.get(text) ?? { keys: 0, bytes: 0 };
      sum.keys++;
      sum.bytes += (await redis.memory("USAGE", name)) ?? 0;
      kinds.set(text, sum);
    }
  return [...kinds].sort(([, a], [, b]) => b.bytes - a.bytes);
}
