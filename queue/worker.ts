// The side that computes: `ashlar worker`. It takes jobs of its own build, fetches what they need, runs them on threads, so
// that this thread is free to keep its locks, and stores the answers. It may be ended at any moment: what it had taken is
// issued again to another.
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Job, Worker } from "bullmq";
import type { Redis } from "ioredis";
import { z } from "zod";
import { InputError, isInputError } from "../netlist/index.js";
import type { Answer } from "./answer.js";
import { DiskCache } from "./disk-cache.js";
import { type CheckedPool, kindOf } from "./kinds.js";
import type { QueueLogin } from "./login.js";
import {
  ALIVE_SECONDS,
  ARRAY_SECONDS,
  answerKey,
  blobKey,
  buildText,
  doneKey,
  FAILURES,
  FAILURES_SECONDS,
  type Failure,
  type JobData,
  jobSchema,
  MOST_FAILURES_KEPT,
  ownBuild,
  PREFIX,
  processName,
  queueName,
  runKey,
  SIGN_SECONDS,
  taskKey,
  WORKERS,
  type WorkerSign,
  workerKey,
} from "./names.js";
import { blobOf, pack, partsOf, unpack } from "./parcel.js";
import { Rate } from "./rate.js";
import { seconds } from "./seconds.js";
import { connect, endConnection, queueServer, startProblem, tellLosses, within } from "./server.js";
import { forgetGone, RUN_SIGNS, readSigns, WORKER_SIGNS } from "./signs.js";
import { stored, unstored } from "./stored.js";

export const workerOptionsSchema = z.strictObject({
  queue: z
    .string()
    .describe("Redis server that holds the jobs: redis://HOST:PORT, or rediss://HOST:PORT (encrypted)"),
  threads: z.number().int().min(1).max(64).default(2).describe("jobs that are computed at the same time"),
  once: z
    .boolean()
    .default(false)
    .describe("end when the runs that the worker has served are over, instead of waiting for more"),
  cache: z
    .string()
    .optional()
    .describe("folder where blocks are kept (default .cache/ashlar/blocks in the home folder)"),
  health: z.number().int().min(1).default(60).describe("seconds between two lines that say how it is going"),
});

export type WorkerOptions = z.input<typeof workerOptionsSchema>;

export interface WorkerObserver {
  readonly login?: QueueLogin | undefined;
  /** One line about what the worker does. */
  readonly onLine: (line: string) => void;
  /** Aborted when the worker is to finish what it computes and end. */
  readonly signal?: AbortSignal | undefined;
}

/** What a worker has done when it ends. */
export interface WorkerSummary {
  readonly done: number;
  readonly failed: number;
  readonly seconds: number;
}

/** How long a job stays a worker's without a sign of life, and how often lost ones are looked for, ms. */
const LOCK = 6000;
const LOST_CHECK = 2000;
/** A job that was lost this often is no harm: workers may be ended at any moment. */
const MOST_LOSSES = 1_000_000;
/** Runs whose blocks and threads are kept ready. */
const MOST_OPEN = 4;
/** How long a worker that ends waits for a lost server, s, and for its answer to a farewell, ms. */
const LOST_CHECKS = 5;
const FAREWELL = 3000;
/** Arrays of jobs that are kept in memory. */
const MOST_PARTS = 64;

/** Takes jobs until it is asked to end. Throws `InputError` for a server that is not fit, and a run of another version. */
export async function runWorker(given: WorkerOptions, observer: WorkerObserver): Promise<WorkerSummary> {
  const options = workerOptionsSchema.parse(given);
  const server = queueServer(options.queue, observer.login);
  const redis = await connect(server);
  try {
    const host = new WorkerHost(redis, options, observer);
    observer.onLine(
      `worker ${host.name}: ashlar ${buildText(ownBuild())}, ${options.threads} threads, queue ${server.address}`,
    );
    return await host.serve();
  } finally {
    endConnection(redis);
  }
}

/** A run whose jobs are computed here. */
interface OpenRun {
  readonly pool: Promise<CheckedPool>;
  users: number;
}

/** The server lacks what a job needs. */
class MissingError extends Error {}

class WorkerHost {
  readonly name = processName();
  private readonly redis: Redis;
  private readonly options: z.output<typeof workerOptionsSchema>;
  private readonly observer: WorkerObserver;
  private readonly disk: DiskCache;
  /** By the hash of the setup, the one used last at the end. */
  private readonly open = new Map<string, OpenRun>();
  private readonly parts = new Map<string, unknown>();
  private readonly began = seconds();
  private readonly served = new Set<string>();
  private done = 0;
  private failed = 0;
  private dropped = 0;
  private running = 0;
  private busySeconds = 0;
  /** What is computed now, by the key of the job. */
  private readonly now = new Map<string, string>();
  private readonly rate = new Rate();
  private hasEnded = false;
  private end: (reason?: InputError) => void = () => {};

  constructor(redis: Redis, options: z.output<typeof workerOptionsSchema>, observer: WorkerObserver) {
    this.redis = redis;
    this.options = options;
    this.observer = observer;
    const folder = options.cache ?? join(homedir(), ".cache", "ashlar", "blocks");
    this.disk = new DiskCache(folder, (line) => this.say(line));
  }

  /** Serves until the signal, or with `once` until there is nothing left to do. */
  async serve(): Promise<WorkerSummary> {
    const { signal } = this.observer;
    try {
      await this.giveSign();
      await this.refuseOtherBuild();
    } catch (error) {
      throw startProblem(queueServer(this.options.queue), error);
    }
    const { Worker } = await import("bullmq");
    const worker = new Worker(queueName(ownBuild()), (job: Job) => this.compute(job), {
      connection: this.redis,
      prefix: PREFIX,
      concurrency: this.options.threads,
      lockDuration: LOCK,
      stalledInterval: LOST_CHECK,
      maxStalledCount: MOST_LOSSES,
    });
    this.watch(worker);
    const ended = new Promise<InputError | undefined>((resolve) => {
      this.end = resolve;
    });
    const stop = () => this.end();
    signal?.addEventListener("abort", stop, { once: true });
    if (signal?.aborted) stop();
    const signs = setInterval(() => void this.tick(), 1000 * SIGN_SECONDS);
    const health = setInterval(() => this.say(this.healthLine()), 1000 * this.options.health);
    try {
      const reason = await ended;
      if (this.running > 0) this.say(`ending: ${this.running} jobs are finished first`);
      await Promise.race([worker.close(), this.whileConnected()]);
      if (reason) throw reason;
    } finally {
      clearInterval(signs);
      clearInterval(health);
      signal?.removeEventListener("abort", stop);
      // Without its server BullMQ waits for ever before it stops the timer of its locks, which would keep this process alive.
      // biome-ignore lint/complexity/useLiteralKeys: a protected member
      void worker["lockManager"].close();
      await Promise.all(
        [...this.open.values()].map(async ({ pool }) => (await pool.catch(() => undefined))?.close()),
      );
      if (this.redis.status === "ready")
        await within(
          FAREWELL,
          this.redis.multi().srem(WORKERS, this.name).unlink(workerKey(this.name)).exec(),
        );
      this.hasEnded = true;
      void worker.disconnect().catch(() => {});
    }
    this.say(`ended: ${this.healthLine()}`);
    return { done: this.done, failed: this.failed, seconds: seconds() - this.began };
  }

  /** Resolves when the server has been gone for a while: what a worker that ends has computed has nowhere to go then. */
  private async whileConnected(): Promise<void> {
    for (let lost = 0; lost < LOST_CHECKS; lost = this.redis.status === "ready" ? 0 : lost + 1)
      await sleep(1000, undefined, { ref: false });
  }

  private watch(worker: Worker): void {
    worker.on("error", () => {}); // a lost connection, which `close` tells
    worker.on("stalled", (id) => this.say(`job ${id} was lost by a worker and is taken again`));
    tellLosses(this.redis, queueServer(this.options.queue), (line) => {
      if (!this.hasEnded) this.say(line);
    });
  }

  private say(line: string): void {
    this.observer.onLine(line);
  }

  private healthLine(): string {
    const elapsed = seconds() - this.began;
    const busy = (100 * this.busySeconds) / (elapsed * this.options.threads);
    const failures = this.failed > 0 ? `, ${this.failed} failed` : "";
    const drops = this.dropped > 0 ? `, ${this.dropped} of ended runs dropped` : "";
    return (
      `${this.done} jobs done${failures}${drops}, ${(this.done / elapsed).toFixed(2)} per second, ` +
      `${this.running} running, threads ${Math.min(100, busy).toFixed(0)} % busy`
    );
  }

  private async giveSign(): Promise<void> {
    if (this.redis.status !== "ready") return;
    const { done, running } = this;
    const sign: WorkerSign = {
      ...{ build: ownBuild(), threads: this.options.threads, done, running },
      perSecond: this.rate.at(done),
      now: [...this.now.values()],
    };
    await this.redis
      .multi()
      .sadd(WORKERS, this.name)
      .set(workerKey(this.name), JSON.stringify(sign), "EX", ALIVE_SECONDS)
      .exec();
    await forgetGone(this.redis, RUN_SIGNS);
    await forgetGone(this.redis, WORKER_SIGNS);
  }

  private async tick(): Promise<void> {
    try {
      await this.giveSign();
      await this.refuseOtherBuild();
      if (this.options.once && this.running === 0 && this.served.size > 0) {
        const left = await Promise.all([...this.served].map((run) => this.redis.exists(runKey(run))));
        if (left.every((count) => count === 0)) this.end();
      }
    } catch (error) {
      if (isInputError(error)) this.end(error);
      // Otherwise the connection was lost.
    }
  }

  /** Throws `InputError` if all runs there are need another build: this worker would wait for ever. */
  private async refuseOtherBuild(): Promise<void> {
    const { alive } = await readSigns(this.redis, RUN_SIGNS);
    const builds = alive.map(({ sign }) => buildText(sign.build));
    const own = buildText(ownBuild());
    if (builds.length === 0 || builds.includes(own) || this.running > 0) return;
    throw new InputError(
      `--queue ${this.options.queue}`,
      `the runs there are of ashlar ${builds[0]}, this worker is ${own}`,
      "install the same version on both sides",
    );
  }

  /** Computes a job of the queue. Throws only if the answer cannot be stored. */
  private async compute(job: Job): Promise<void> {
    const data = jobSchema.parse(job.data);
    if ((await this.redis.exists(runKey(data.run))) === 0) {
      this.dropped++;
      return;
    }
    if (!this.served.has(data.run)) this.say(`serving run ${data.run}`);
    this.served.add(data.run);
    this.running++;
    this.now.set(data.key, `${data.kind} ${data.name} of ${data.run}`);
    const began = seconds();
    try {
      const answer = await this.answerOf(data);
      const took = seconds() - began;
      this.busySeconds += took;
      await this.store(data, answer, took);
      if ("value" in answer) this.done++;
      else if (!answer.problem.isMissing) {
        this.failed++;
        const reason = answer.problem.message.split("\n")[0]!;
        this.say(`job ${data.key} (${data.kind} ${data.name}) failed: ${reason}`);
        await this.tellFailure(data, reason);
      }
    } finally {
      this.running--;
      this.now.delete(data.key);
    }
  }

  /** For `ashlar queue`. */
  private async tellFailure({ run, key, kind, name }: JobData, reason: string): Promise<void> {
    const failure: Failure = { run, job: key, kind: `${kind} ${name}`, worker: this.name, reason };
    await this.redis
      .multi()
      .lpush(FAILURES, JSON.stringify(failure))
      .ltrim(FAILURES, 0, MOST_FAILURES_KEPT - 1)
      .expire(FAILURES, FAILURES_SECONDS)
      .exec();
  }

  private async answerOf(data: JobData): Promise<Answer> {
    const { kind, name, key, setup } = data;
    try {
      const run = this.openRun(kind, setup);
      run.users++;
      try {
        const pool = await run.pool;
        const bytes = await this.redis.getBuffer(taskKey(key));
        if (!bytes) throw new MissingError("the task");
        return { value: await pool.run(name, pool.check(name, await this.unpacked(unstored(bytes)))) };
      } finally {
        run.users--;
      }
    } catch (error) {
      const isMissing = error instanceof MissingError;
      const isInput = isInputError(error);
      const { message, stack } = error as Error;
      const text = isInput || isMissing ? message : (stack ?? message);
      return { problem: { message: text, worker: this.name, isInput, isMissing } };
    }
  }

  /** Stores an answer unless there is one, and tells the run in any case: it counts late ones. */
  private async store({ run, key }: JobData, answer: Answer, took: number): Promise<void> {
    const bytes = stored(pack(answer).bytes, false);
    const entry = JSON.stringify({ key, worker: this.name, bytes: bytes.length, seconds: took });
    const replies = await this.redis
      .multi()
      .set(answerKey(key), bytes, "EX", ARRAY_SECONDS, "NX")
      .rpush(doneKey(run), entry)
      .expire(doneKey(run), ARRAY_SECONDS)
      .exec();
    for (const [error] of replies ?? []) if (error) throw error;
  }

  /** The pool for the jobs of a setup. Pools that no job needs are closed when there are too many. */
  private openRun(kind: string, setup: string): OpenRun {
    let run = this.open.get(setup);
    if (run) this.open.delete(setup);
    else {
      run = { pool: this.openPool(kind, setup), users: 0 };
      run.pool.catch(() => this.open.delete(setup));
    }
    this.open.set(setup, run);
    for (const [hash, { pool, users }] of this.open) {
      if (this.open.size <= MOST_OPEN) break;
      if (users > 0 || hash === setup) continue;
      this.open.delete(hash);
      void pool.then((opened) => opened.close());
    }
    return run;
  }

  private async openPool(kind: string, hash: string): Promise<CheckedPool> {
    const known = kindOf(kind);
    const parts = new Map<string, unknown>();
    const fetchAll = async (part: string): Promise<Buffer> => {
      const bytes = this.disk.read(part) ?? (await this.fetch(part, true));
      for (const inner of partsOf(bytes)) parts.set(inner, unpack(await fetchAll(inner)));
      return bytes;
    };
    const whole = await fetchAll(hash);
    return known.open(
      unpack(whole, (part) => parts.get(part)),
      this.options.threads,
    );
  }

  /** Bytes from the server, whose hash is checked. */
  private async fetch(hash: string, keep: boolean): Promise<Buffer> {
    const found = await this.redis.getBuffer(blobKey(hash));
    if (!found) throw new MissingError(`parcel ${hash}`);
    const bytes = unstored(found);
    if (blobOf(bytes).hash !== hash) throw new MissingError(`parcel ${hash}, which is broken`);
    if (keep) this.disk.write(hash, bytes);
    return bytes;
  }

  /** A task with its large arrays, which several jobs may share. */
  private async unpacked(bytes: Buffer): Promise<unknown> {
    const own = new Map<string, unknown>();
    for (const hash of partsOf(bytes)) {
      const value = this.parts.get(hash) ?? unpack(await this.fetch(hash, false));
      this.parts.delete(hash);
      this.parts.set(hash, value);
      own.set(hash, value);
    }
    for (const oldest of this.parts.keys()) {
      if (this.parts.size <= MOST_PARTS) break;
      this.parts.delete(oldest);
    }
    return unpack(bytes, (hash) => own.get(hash));
  }
}
