// A Redis server, workers and a learner as processes, each on a host of its own where the machine can have some, and the
// faults that befall them in the midst of runs.
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import type { Queue } from "bullmq";
import { Redis } from "ioredis";
import { generateOne } from "../../flow/index.js";
import type { Random } from "../../netlist/index.js";
import { openJobQueue } from "../../queue/job-queue.js";
import { PREFIX } from "../../queue/names.js";
import { contentOf } from "../compared-files.js";
import { Hosts } from "./hosts.js";

const MAIN = fileURLToPath(new URL("../../cli/main.js", import.meta.url));
const WORKERS = 3;
const SERVER = 0;
const LEARNER = WORKERS + 1;
const hostOfWorker = (worker: number) => worker + 1;
/** A learner that shows nothing for so long after the last fault hangs, ms. Its own limit is far shorter. */
const PATIENCE = 400_000;
const QUEUE_TIMEOUT = 180; // s
/** Room of the disk where the last worker keeps blocks: too little for one. */
const SMALL_DISK = "4k";

export interface Run {
  readonly name: string;
  readonly args: readonly string[];
  readonly files: readonly string[];
}

const PLACED = ["best.plc", "metrics.jsonl", "frames.jsonl"] as const;
export const RUNS: readonly Run[] = [
  { name: "anneal", args: ["--method", "anneal", "--iterations", "60"], files: PLACED },
  { name: "greedy", args: ["--method", "greedy", "--iterations", "60"], files: PLACED },
  {
    name: "policy",
    args: [
      ...["--method", "policy", "--policy", "none", "--iterations", "5", "--set", "episodes=8"],
      ...["--set", "groupSize=4"],
    ],
    files: [...PLACED, "checkpoints/latest.safetensors"],
  },
];

interface Learner {
  readonly child: ChildProcess;
  readonly ended: Promise<number | null>;
  stderr: string;
  isOver: boolean;
}

export class FaultBench {
  private readonly folder: string;
  private readonly hosts: Hosts | undefined;
  private readonly port: number;
  private readonly block: string;
  private server: ChildProcess | undefined;
  private hasAppendOnly = false;
  private readonly workers: (ChildProcess | undefined)[] = [];
  private readonly redis: Redis;
  private readonly queue: Queue;
  private learner: Learner | undefined;
  private count = 0;
  private isOver = false;

  private constructor(given: {
    readonly folder: string;
    readonly hosts: Hosts | undefined;
    readonly port: number;
    readonly block: string;
    readonly redis: Redis;
    readonly queue: Queue;
  }) {
    this.folder = given.folder;
    this.hosts = given.hosts;
    this.port = given.port;
    this.block = given.block;
    this.redis = given.redis;
    this.queue = given.queue;
  }

  static async open(folder: string): Promise<FaultBench> {
    const { out: block } = await generateOne({
      ...{ macros: 6, softMacros: 8, ports: 10, seed: 3, out: join(folder, "block") },
    });
    const hosts = Hosts.open(WORKERS + 2);
    const port = await freePort();
    const redis = new Redis(port, addressOf(hosts), {
      ...{ maxRetriesPerRequest: null, socketTimeout: 15_000 },
      retryStrategy: () => 200,
    });
    redis.on("error", () => {});
    const queue = await openJobQueue(redis);
    const bench = new FaultBench({ folder, hosts, port, block, redis, queue });
    await bench.startServer();
    for (let worker = 0; worker < WORKERS; worker++) bench.startWorker(worker);
    return bench;
  }

  get hasHosts(): boolean {
    return this.hosts !== undefined;
  }

  async close(): Promise<void> {
    this.isOver = true;
    this.redis.disconnect();
    for (const child of [...this.workers, this.server, this.learner?.child])
      if (child) kill(child, "SIGKILL");
    await wait(200);
    spawnSync("umount", [join(this.folder, "small")], { stdio: "ignore" });
    this.hosts?.close();
  }

  /** The kinds of faults, each with what it does. It ends when the fault is over. */
  readonly faults: Readonly<Record<string, (random: Random) => Promise<void>>> = {
    "worker killed": async (random) => {
      const worker = random.below(WORKERS);
      kill(this.workers[worker]!, "SIGKILL");
      await wait(random.uniform() * 2000);
      this.startWorker(worker);
    },
    "worker stopped and continued": async (random) => {
      const worker = this.workers[random.below(WORKERS)]!;
      kill(worker, "SIGSTOP");
      await wait(500 + random.uniform() * 10_000);
      kill(worker, "SIGCONT");
    },
    "learner killed": async () => {
      kill(this.learner!.child, "SIGKILL");
      await this.learner!.ended;
    },
    "server killed, memory lost": (random) => this.restartServer(random, false),
    "server killed, append-only file": (random) => this.restartServer(random, true),
    "network of a worker cut": (random) => this.cut(random, hostOfWorker(random.below(WORKERS))),
    "network of the learner cut": (random) => this.cut(random, LEARNER),
    "network of the server cut": (random) => this.cut(random, SERVER),
    "jobs twice": async () => {
      for (const job of await this.queue.getJobs(["waiting", "active"]))
        if (job) await this.queue.add(job.name, job.data, { jobId: `${job.id}-twice${this.count++}` });
    },
    "jobs delayed": async (random) => {
      await this.queue.pause();
      await wait(500 + random.uniform() * 6000);
      await this.queue.resume();
    },
    "answers delayed": async (random) => {
      const held: [string, string][] = [];
      const end = performance.now() + 500 + random.uniform() * 5000;
      while (performance.now() < end) {
        for (const list of await this.redis.keys(`${PREFIX}:done:*`))
          for (const entry of (await this.redis.lpop(list, 100)) ?? []) held.push([list, entry]);
        await wait(5);
      }
      for (const [list, entry] of held) await this.redis.rpush(list, entry);
    },
    "server full": async (random) => {
      const [, used] = /used_memory:(\d+)/.exec(await this.redis.info("memory"))!;
      await this.redis.config("SET", "maxmemory", String(Number(used) - 100_000));
      await wait(500 + random.uniform() * 5000);
      await this.redis.config("SET", "maxmemory", "0");
    },
    "disk of a worker full": async () => {
      kill(this.workers[WORKERS - 1]!, "SIGKILL");
      await this.startWorker(WORKERS - 1, this.smallDisk());
    },
  };

  /**
   * Does a run while faults befall it; `next` says after how many ms the next one comes, and which. What the run leaves
   * must be what it leaves without a queue.
   */
  async run(
    { name, args, files }: Run,
    next: () => { readonly after: number; readonly fault: () => Promise<void> } | undefined,
  ): Promise<{ readonly problems: string[]; readonly seconds: number; readonly resumed: number }> {
    const began = performance.now();
    const reference = await this.reference({ name, args, files });
    const out = join(this.folder, `${name}-${this.count++}`);
    const problems: string[] = [];
    let resumed = -1;
    let code: number | null = null;
    for (;;) {
      this.startLearner(args, out, existsSync(join(out, "options.json")));
      resumed++;
      const learner = this.learner!;
      for (;;) {
        const event = next();
        if (!event) break;
        await Promise.race([wait(event.after), learner.ended]);
        if (learner.isOver) break;
        await event.fault();
        if (learner.isOver) break;
      }
      const hangs = setTimeout(() => {
        problems.push(`hangs: ${learner.stderr.slice(-300)}`);
        kill(learner.child, "SIGKILL");
      }, PATIENCE);
      code = await learner.ended;
      clearTimeout(hangs);
      if (code === 0 || problems.length > 0) break;
      if (code === 1 && !isOneLine(learner.stderr))
        problems.push(`ended with 1: ${learner.stderr.slice(-800)}`);
      if (code !== null && code !== 1) problems.push(`ended with ${code}: ${learner.stderr.slice(-800)}`);
      if (problems.length > 0) break;
      if (resumed > 50) {
        problems.push(`was resumed ${resumed} times: ${learner.stderr.slice(-300)}`);
        break;
      }
    }
    for (const file of files) {
      const [expected, found] = [reference, out].map((path) => contentOf(join(path, file)));
      if (!expected || !found) problems.push(`${file} is missing`);
      else if (!expected.equals(found)) problems.push(`${file} differs`);
    }
    await wait(1000);
    for (const [worker, child] of this.workers.entries())
      if (child!.exitCode !== null) {
        problems.push(`worker ${worker} has ended with ${child!.exitCode}`);
        this.startWorker(worker);
      }
    if (problems.length === 0) rmSync(out, { recursive: true, force: true });
    return { problems, seconds: (performance.now() - began) / 1000, resumed };
  }

  /** What the run leaves without a queue. */
  private async reference({ name, args }: Run): Promise<string> {
    const out = join(this.folder, `${name}-here`);
    if (contentOf(join(out, "best.plc"))) return out;
    const child = spawn(process.execPath, [MAIN, ...this.placeArgs(args, out)], { stdio: "ignore" });
    const [code] = await once(child, "close");
    if (code !== 0) throw new Error(`${name} ends with ${code} without a queue`);
    return out;
  }

  private placeArgs(args: readonly string[], out: string): string[] {
    return ["place", this.block, ...args, "--workers", "1", "--seed", "5", "--out", out];
  }

  private startLearner(args: readonly string[], out: string, resume: boolean): void {
    const queue = ["--queue", this.url, "--queue-timeout", String(QUEUE_TIMEOUT)];
    const child = this.start(LEARNER, [
      ...this.placeArgs(args, out),
      ...queue,
      ...(resume ? ["--resume"] : []),
    ]);
    const learner: Learner = {
      child,
      ended: once(child, "close").then(([code]) => {
        learner.isOver = true;
        return code as number | null;
      }),
      ...{ stderr: "", isOver: false },
    };
    child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      learner.stderr = (learner.stderr + text).slice(-4000);
    });
    this.learner = learner;
  }

  private startWorker(worker: number, cache = join(this.folder, `cache-${worker}`)): void {
    const args = ["worker", "--queue", this.url, "--threads", "1", "--cache", cache, "--quiet"];
    this.workers[worker] = this.start(hostOfWorker(worker), args);
    this.workers[worker].stderr!.setEncoding("utf8").on("data", (text: string) => {
      // One that is started while its network is cut, or the server full, ends and is started again, as whatever runs it would do.
      if (!/cannot be reached|are needed; raise maxmemory/.test(text))
        process.stdout.write(`worker ${worker}: ${text}`);
      else if (!this.isOver) setTimeout(() => this.startWorker(worker, cache), 500);
    });
  }

  private start(host: number, args: readonly string[]): ChildProcess {
    const command: readonly [string, ...string[]] = [process.execPath, MAIN, ...args];
    const [program, ...rest] = this.hosts?.on(host, ...command) ?? command;
    return spawn(program, rest, { stdio: ["ignore", "ignore", "pipe"] });
  }

  private get serverAddress(): string {
    return addressOf(this.hosts);
  }

  private get url(): string {
    return `redis://${this.serverAddress}:${this.port}`;
  }

  private async startServer(): Promise<void> {
    const data = join(this.folder, "server");
    mkdirSync(data, { recursive: true });
    const command: readonly [string, ...string[]] = [
      ...(["redis-server", "--port", String(this.port), "--bind", this.serverAddress] as const),
      ...["--protected-mode", "no", "--save", "", "--dir", data],
      ...["--appendonly", this.hasAppendOnly ? "yes" : "no", "--appendfsync", "always"],
    ];
    const [program, ...rest] = this.hosts?.on(SERVER, ...command) ?? command;
    this.server = spawn(program, rest, { stdio: "ignore" });
    while ((await Promise.race([this.redis.ping().catch(() => ""), wait(1000)])) !== "PONG") await wait(100);
  }

  /** Kills the server and starts it again, with what it has in its file or without anything. */
  private async restartServer(random: Random, appendOnly: boolean): Promise<void> {
    if (appendOnly) {
      await this.redis.config("SET", "appendonly", "yes");
      while (/aof_rewrite_in_progress:1|aof_rewrite_scheduled:1/.test(await this.redis.info("persistence")))
        await wait(50);
      await wait(200 + random.uniform() * 1000);
    }
    const server = this.server!;
    kill(server, "SIGKILL");
    await once(server, "exit");
    await wait(random.uniform() * 3000);
    const data = join(this.folder, "server");
    if (!appendOnly) rmSync(data, { recursive: true, force: true });
    this.hasAppendOnly = appendOnly;
    await this.startServer();
    if (appendOnly) await this.redis.config("SET", "appendonly", "no");
  }

  private async cut(random: Random, host: number): Promise<void> {
    this.hosts!.setLink(host, "down");
    await wait(300 + random.uniform() * (random.uniform() < 0.25 ? 25_000 : 6000));
    this.hosts!.setLink(host, "up");
  }

  private smallDisk(): string {
    const path = join(this.folder, "small");
    mkdirSync(path, { recursive: true });
    spawnSync("umount", [path], { stdio: "ignore" });
    spawnSync("mount", ["-t", "tmpfs", "-o", `size=${SMALL_DISK}`, "tmpfs", path], { stdio: "ignore" });
    return join(path, "blocks");
  }
}

/** Of the server. */
function addressOf(hosts: Hosts | undefined): string {
  return hosts?.address(SERVER) ?? "127.0.0.1";
}

/**
 * Whether a learner that ended by itself said why in one last line, and how to go on; or that it did not begin, as the
 * server could not be used just then.
 */
function isOneLine(stderr: string): boolean {
  const last = stderr.trimEnd().split("\n").at(-1) ?? "";
  return /^ashlar: --queue .*(--resume|cannot be reached|are needed; raise maxmemory)/.test(last);
}

function kill(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
