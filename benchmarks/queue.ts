// What computing on a queue costs, and how it scales, on one machine. Everything is measured in one run, by turns, and told
// as ratios, as the machine's other work hits all alike. It starts its own Redis server and workers. Run:
//
//   node dist/benchmarks/queue.js [--block BLOCK] [--jobs 6] [--rounds 3] [--seconds 0.5] [--json]
//
// - overhead: jobs of about --seconds each, rounds of annealing, on one thread of this process and on one worker of one
//   thread. Processor time of all processes is compared, which other work hardly touches, and the wall clock.
//   Of it: processor time of the run's own process and of the server for each job, and what a job takes that computes
//   next to nothing, from its submission to its answer.
// - scaling: the same jobs on 1, 2, 4 and 8 workers of one thread; jobs per second over those of one worker, and processor time of a
//   job over that with one worker, which other work hardly touches.
// - traffic: bytes of a training run by episodes and by gradients, before compression by the connection.
import { type ChildProcess, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { PUBLISHED_RULES } from "../env/index.js";
import { generateCommand } from "../flow/index.js";
import { type Block, loadBlock } from "../netlist/index.js";
import {
  ANNEAL_JOBS,
  type AnnealSetup,
  GRID_ANNEAL_DEFAULTS,
  type JobPool,
  type OpenPool,
  onThreads,
} from "../placer/index.js";
import { train } from "../policy/index.js";
import { type OpenedQueue, openQueue, queueStatus } from "../queue/index.js";
import { pack } from "../queue/parcel.js";
import { startRedis, withoutRedis } from "../test/support/redis.js";
import { makeFolder } from "../test/support/temp-folder.js";

const { values } = parseArgs({
  options: {
    block: { type: "string" },
    jobs: { type: "string", default: "6" },
    rounds: { type: "string", default: "3" },
    seconds: { type: "string", default: "0.5" },
    json: { type: "boolean", default: false },
  },
});
const [jobs, rounds, jobSeconds] = [values.jobs, values.rounds, values.seconds].map(Number) as [
  number,
  number,
  number,
];
const MAIN = fileURLToPath(new URL("../cli/main.js", import.meta.url));
/** Of `/proc/PID/stat`; 100 on every Linux. */
const TICKS_PER_SECOND = 100;
const EPISODES = 32;
const ITERATIONS = 2;

if (withoutRedis) {
  console.error(withoutRedis);
  process.exit(1);
}
const folder = makeFolder();
const children: ChildProcess[] = [];
process.on("exit", () => {
  for (const child of children) child.kill("SIGKILL");
});

const server = await startRedis();
const queue = await openQueue(server.url);
const block = await loadBlock(values.block ?? (await generated()));
const setup: AnnealSetup = {
  ...{ block, rules: PUBLISHED_RULES, protocol: "fd", options: GRID_ANNEAL_DEFAULTS, starts: 1 },
};
const sweeps = await calibrated();

const load = loadavg()[0]!;
const overheads: { readonly cpu: number; readonly wall: number; readonly seconds: number }[] = [];
await startWorker();
await timed(queue.openPool, 1); // the block travels, threads start
for (let round = 0; round < rounds; round++) {
  const here = await timed(onThreads, jobs);
  const there = await timed(queue.openPool, jobs);
  overheads.push({
    cpu: there.cpu / here.cpu - 1,
    wall: there.wall / here.wall - 1,
    seconds: here.cpu / jobs,
  });
}
const shares = await processorShares();
const traffic = await trained(queue, block);
const scaling = new Map<number, { readonly speed: number; readonly cpu: number }[]>();
for (const workers of [1, 2, 4, 8]) {
  while (children.length < workers) await startWorker();
  await timed(queue.openPool, workers);
  const measured: { readonly speed: number; readonly cpu: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    const { wall, cpu } = await timed(queue.openPool, 2 * jobs);
    measured.push({ speed: (2 * jobs) / wall, cpu: cpu / (2 * jobs) });
  }
  scaling.set(workers, measured);
}
await queue.close();
for (const child of children) child.kill("SIGKILL"); // a worker that ends in peace would wait for the server
await server.stop();

/** A median over that of one worker. */
const relative = (workers: number, key: "speed" | "cpu") =>
  median(scaling.get(workers)!.map((measured) => measured[key])) /
  median(scaling.get(1)!.map((measured) => measured[key]));
const result = {
  block: block.name,
  nodes: block.nodeCount,
  processors: availableParallelism(),
  load_before: load,
  job_seconds: median(overheads.map(({ seconds }) => seconds)),
  overhead_cpu: median(overheads.map(({ cpu }) => cpu)),
  overhead_wall: median(overheads.map(({ wall }) => wall)),
  ...shares,
  ...Object.fromEntries(
    [...scaling.keys()].flatMap((workers) => [
      [`speed_${workers}`, relative(workers, "speed")],
      [`cpu_${workers}`, relative(workers, "cpu")],
    ]),
  ),
  ...traffic,
};
if (values.json) console.log(JSON.stringify(result));
else for (const [name, value] of Object.entries(result)) console.log(`${name.padEnd(24)} ${value}`);

async function generated(): Promise<string> {
  const size = { macros: 32, softMacros: 200, ports: 100 };
  return (await generateCommand({ ...size, seed: 1, force: true, out: join(folder, "block") })).out;
}

async function startWorker(): Promise<void> {
  const args = [
    "worker",
    "--queue",
    server.url,
    "--threads",
    "1",
    "--quiet",
    "--cache",
    join(folder, "cache"),
  ];
  children.push(spawn(process.execPath, [MAIN, ...args], { stdio: "ignore" }));
  while ((await queueStatus(server.url)).workers.length < children.length)
    await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Sweeps of a job that takes about as long as asked, by processor time. */
async function calibrated(): Promise<number> {
  const some = 8;
  const pool = onThreads(ANNEAL_JOBS, 1, setup);
  await round(pool, { sweeps: 1, replica: 0 });
  const before = ownCpu();
  await round(pool, { sweeps: some, replica: 1 });
  const seconds = ownCpu() - before;
  await pool.close();
  return Math.max(1, Math.round((some * jobSeconds) / seconds));
}

function round(pool: JobPool, { sweeps, replica }: { readonly sweeps: number; readonly replica: number }) {
  return pool.run("round", { stage: "grid", begin: 0, end: 1, seed: 1, replica, round: 0, sweeps });
}

/** Wall-clock time and processor time of all processes for some jobs, s. */
async function timed(
  openPool: OpenPool,
  count: number,
): Promise<{ readonly wall: number; readonly cpu: number }> {
  const pool = openPool(ANNEAL_JOBS, 1, setup);
  if (!openPool.isRemote) await round(pool, { sweeps: 1, replica: 0 }); // the thread starts
  const [began, cpu] = [performance.now(), allCpu()];
  await Promise.all(Array.from({ length: count }, (_, replica) => round(pool, { sweeps, replica })));
  const spent = { wall: (performance.now() - began) / 1000, cpu: allCpu() - cpu };
  await pool.close();
  return spent;
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Of a process, so far, s. */
function cpuOf(pid: number): number {
  const [user, system] = readFileSync(`/proc/${pid}/stat`, "utf8")
    .replace(/^.*\) /, "")
    .split(" ")
    .slice(11, 13);
  return (Number(user) + Number(system)) / TICKS_PER_SECOND;
}

/** Processor time of this process and the server for each job, and the least that a job without a sweep takes, ms. */
async function processorShares(): Promise<Record<string, number>> {
  const pool = queue.openPool(ANNEAL_JOBS, 1, setup);
  const few = 40;
  const took: number[] = [];
  const [own, served] = [ownCpu(), cpuOf(server.pid)];
  for (let replica = 0; replica < few; replica++) {
    const began = performance.now();
    await round(pool, { sweeps: 0, replica });
    took.push(performance.now() - began);
  }
  const [run_ms_per_job, server_ms_per_job] = [ownCpu() - own, cpuOf(server.pid) - served].map(
    (seconds) => (1000 * seconds) / few,
  ) as [number, number];
  await pool.close();
  return { run_ms_per_job, server_ms_per_job, least_ms_per_job: Math.min(...took) };
}

/** Processor time so far of this process, the workers and the server, s. */
function allCpu(): number {
  const others = [server.pid, ...children.map(({ pid }) => pid!)];
  return ownCpu() + others.reduce((sum, pid) => sum + cpuOf(pid), 0);
}

/** Bytes that a training run moves. */
async function trained({ openPool, counts }: OpenedQueue, block: Block): Promise<Record<string, number>> {
  const before = { ...counts };
  const names: string[] = [];
  const received: Record<string, number> = {};
  const counting: OpenPool = Object.assign(
    (...given: Parameters<OpenPool>) => {
      const pool = openPool(...given);
      const run = async (name: string, task: unknown) => {
        names.push(name);
        const answer = await pool.run(name, task);
        received[name] = (received[name] ?? 0) + pack(answer).bytes.length;
        return answer;
      };
      return { ...pool, run };
    },
    { isRemote: true },
  );
  const episodes = EPISODES * ITERATIONS;
  await train([block], {
    settings: { episodes: EPISODES, epochs: 1 },
    ...{ seed: 1, workers: 1, openPool: counting, budget: { iterations: ITERATIONS } },
  });
  return {
    episodes,
    rollout_jobs: names.filter((name) => name === "rollouts").length,
    gradient_jobs: names.filter((name) => name === "gradient").length,
    sent_per_episode: Math.round((counts.bytesSent - before.bytesSent) / episodes),
    rollout_bytes_per_episode: Math.round(received.rollouts! / episodes),
    gradient_bytes_per_job: Math.round(
      received.gradient! / names.filter((name) => name === "gradient").length,
    ),
  };
}

function median(numbers: readonly number[]): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
