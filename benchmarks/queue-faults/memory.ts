// The memory of the Redis server while one run after the other computes on it: samples, the line through them, their spread.
// Run: node dist/benchmarks/queue-faults/memory.js [MINUTES]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { PUBLISHED_RULES } from "../../env/index.js";
import placer from "../../placer/greedy/greedy.js";
import { searchByRestarts } from "../../placer/index.js";
import { openQueue, runWorker } from "../../queue/index.js";
import { smallBlock } from "../../test/support/blocks.js";
import { startRedis } from "../../test/support/redis.js";

/** Between two samples, ms. */
const PAUSE = 5000;
const [minutes = "30"] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "ashlar-memory-"));
const server = await startRedis();
const redis = new Redis(server.url);
const stop = new AbortController();
const worker = runWorker(
  { queue: server.url, threads: 1, cache: folder },
  { signal: stop.signal, onLine: () => {} },
);
const samples: { readonly minutes: number; readonly kilobytes: number }[] = [];
const began = performance.now();
const elapsed = () => (performance.now() - began) / 60_000;
const sampler = setInterval(async () => {
  const [, used] = /used_memory:(\d+)/.exec(await redis.info("memory"))!;
  samples.push({ minutes: elapsed(), kilobytes: Number(used) / 1024 });
}, PAUSE);
let [runs, jobs] = [0, 0];
while (elapsed() < Number(minutes)) {
  const queue = await openQueue(server.url);
  const block = smallBlock(runs + 1); // another block in each run, so that what stays would add up
  await searchByRestarts(
    { block, rules: PUBLISHED_RULES, protocol: "fd", placer },
    { seed: runs++, workers: 1, openPool: queue.openPool, iterations: 40, settings: {} },
  );
  jobs += queue.counts.done;
  await queue.close();
}
clearInterval(sampler);
stop.abort();
await worker;
const keys = await redis.dbsize();
await redis.quit();
await server.stop();
rmSync(folder, { recursive: true });

// Blocks of runs that are over live for ten minutes: the server grows until the first of them are dropped.
const later = samples.filter((sample) => sample.minutes > 11);
const fitted = later.length > 10 ? later : samples;
const mean = (of: (sample: (typeof samples)[number]) => number) =>
  fitted.reduce((sum, sample) => sum + of(sample), 0) / fitted.length;
const [x, y] = [mean((sample) => sample.minutes), mean((sample) => sample.kilobytes)];
const slope =
  mean((sample) => (sample.minutes - x) * (sample.kilobytes - y)) /
  mean((sample) => (sample.minutes - x) ** 2);
const spread = Math.sqrt(mean((sample) => (sample.kilobytes - y) ** 2));
console.log(`${runs} runs, ${jobs} jobs in ${elapsed().toFixed(1)} minutes, ${samples.length} samples`);
console.log(
  `from minute ${fitted[0]!.minutes.toFixed(1)}: mean ${y.toFixed(0)} kB, spread ${spread.toFixed(0)} kB`,
);
console.log(`slope ${slope.toFixed(2)} kB a minute; ${keys} keys at the end`);
for (const sample of samples.filter((_, at) => at % 12 === 0))
  console.log(`${sample.minutes.toFixed(1)} min ${sample.kilobytes.toFixed(0)} kB`);
