// The side that has jobs to do: a search, or training. Each job gets a key; its task lies under a key of its own, and the
// queue holds names only. A worker stores the answer under the job's key and tells the run's list of answers. The first
// answer counts; later ones are dropped and counted. What gets lost, be it a worker, a job or the whole server's memory, is
// noticed and issued again, under the same key. So results do not depend on what happens in between.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { asInputError, InputError } from "../netlist/index.js";
import { GivenUpError, type JobPool, type OpenPool } from "../placer/index.js";
import { answerOf } from "./answer.js";
import { MOST_EVENTS, openJobQueue } from "./job-queue.js";
import { packTask, setupParcel } from "./kinds.js";
import type { QueueLogin } from "./login.js";
import {
  ALIVE_SECONDS,
  ARRAY_SECONDS,
  answerKey,
  blobKey,
  doneKey,
  doneSchema,
  type JobData,
  ownBuild,
  processName,
  RUNS,
  runKey,
  SIGN_SECONDS,
  taskKey,
} from "./names.js";
import type { Blob, Packed } from "./parcel.js";
import { parsed } from "./parsed.js";
import { Rate } from "./rate.js";
import { type RunQueueState, runQueueState } from "./run-state.js";
import { seconds } from "./seconds.js";
import { SentParcels } from "./sent-parcels.js";
import {
  connect,
  endConnection,
  fullServer,
  isFull,
  megabytes,
  type QueueServer,
  queueServer,
  startProblem,
  tellLosses,
  within,
} from "./server.js";
import { stored } from "./stored.js";
import { Watch } from "./watch.js";

export interface QueueOptions {
  readonly login?: QueueLogin | undefined;
  /** One line about workers, lost connections and jobs that were issued again. */
  readonly onProgress?: (line: string) => void;
  /** After how many seconds a job that a worker has taken is issued again. */
  readonly timeoutSeconds?: number;
  /** After how many seconds without any progress all jobs are given up; 600 by default. */
  readonly patienceSeconds?: number | undefined;
  /** Aborted when the run is to stop: jobs that are not answered soon are given up. */
  readonly signal?: AbortSignal | undefined;
  /** Told when all jobs are given up because nothing comes back. */
  readonly onGivenUp?: () => void;
  /** Whether training gives up jobs that take much longer than others. */
  readonly dropStragglers?: boolean;
}

/** What happened so far. */
export interface QueueCounts {
  readonly done: number;
  /** Late answers to jobs that had been answered. */
  duplicates: number;
  /** Jobs issued again because a worker, the server or the connection failed. */
  reissued: number;
  /** Jobs that the run gave up, as they took much longer than others. */
  dropped: number;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Workers of this version that are alive. */
  readonly workers: number;
}

/** A run's connection to its queue. */
export interface OpenedQueue {
  readonly openPool: OpenPool;
  readonly counts: QueueCounts;
  /** Why all jobs were given up, if it was not asked for. */
  readonly problem: GivenUpError | undefined;
  /** For whoever watches the run, every few seconds. */
  state(): RunQueueState;
  close(): Promise<void>;
}

/** A job that is not answered yet. */
interface Outstanding {
  readonly data: JobData;
  readonly task: Packed;
  readonly setup: Packed;
  readonly bytes: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  /** How often it was issued, and how often a worker failed at it. */
  issued: number;
  failed: number;
  missing: number;
  /** Whether it is on its way to the server, which may take longer than a look at it. */
  isSending: boolean;
  /** When it was issued last, and when the server was asked about it, s. */
  since: number;
  asked: number;
}

const TIMEOUT_SECONDS = 300;
/** A job that fails this often fails for good; so does one for which the server lacks again and again what was sent. */
const MOST_FAILURES = 3;
const MOST_MISSING = 100;
/** How long a run that is asked to stop waits for the step that it is in, s. */
const LAST_STEP_SECONDS = 10;
/** How long the end of a run waits for a server that may be gone, ms. */
const FAREWELL = 3000;
/** Between two looks at jobs that are not answered, and before the first look at one, s. */
const LOOK_SECONDS = 1;
const LOOK_AFTER_SECONDS = 3;
/** Bytes of jobs on the server at the same time; more wait here. */
const MOST_BYTES = 256 * 2 ** 20;

/** Connects to a queue for a run. Throws `InputError` for an address that is none, and a server that is not fit. */
export async function openQueue(url: string, options: QueueOptions = {}): Promise<OpenedQueue> {
  const server = queueServer(url, options.login);
  const redis = await connect(server);
  const waiter = redis.duplicate();
  waiter.on("error", () => {});
  const queue = await openJobQueue(redis);
  const client = new QueueClient({ server, redis, waiter, queue }, options);
  try {
    await client.start();
  } catch (error) {
    // The server was filled, or lost, since it was looked at.
    await client.close();
    throw startProblem(server, error);
  }
  return client;
}

interface Connections {
  readonly server: QueueServer;
  readonly redis: Redis;
  /** Waits for answers, which blocks it. */
  readonly waiter: Redis;
  readonly queue: Queue;
}

class QueueClient implements OpenedQueue {
  readonly counts = {
    ...{ done: 0, duplicates: 0, reissued: 0, dropped: 0, bytesSent: 0, bytesReceived: 0, workers: 0 },
  };
  readonly openPool: OpenPool;
  private readonly connections: Connections;
  private readonly onProgress: (line: string) => void;
  private readonly timeoutSeconds: number;
  private readonly run = processName();
  private readonly outstanding = new Map<string, Outstanding>();
  private readonly parcels = new SentParcels();
  private bytesOut = 0;
  private readonly waitingForRoom: (() => void)[] = [];
  private readonly timers: NodeJS.Timeout[] = [];
  private readonly rate = new Rate();
  private pools = 0;
  private isClosed = false;
  private isLooking = false;
  private readonly watch: Watch;
  private readonly options: QueueOptions;
  /** Why no job is done any more. */
  private givenUp: GivenUpError | undefined;
  /** When the run was asked to stop, s. */
  private stopAt: number | undefined;
  problem: GivenUpError | undefined;

  constructor(connections: Connections, options: QueueOptions) {
    this.connections = connections;
    this.options = options;
    this.onProgress = options.onProgress ?? (() => {});
    this.timeoutSeconds = options.timeoutSeconds ?? TIMEOUT_SECONDS;
    const { server } = connections;
    this.watch = new Watch({ server, onLine: this.onProgress, patienceSeconds: options.patienceSeconds });
    this.openPool = Object.assign(this.pool.bind(this), {
      isRemote: true,
      dropsStragglers: options.dropStragglers === true,
    });
  }

  async start(): Promise<void> {
    const { redis, server } = this.connections;
    await this.giveSign();
    tellLosses(redis, server, (line) => {
      if (!this.isClosed) this.onProgress(`queue: ${line}`);
    });
    void this.receive();
    this.timers.push(setInterval(() => void this.giveSign().catch(() => {}), 1000 * SIGN_SECONDS));
    this.timers.push(setInterval(() => this.tick(), 1000 * LOOK_SECONDS));
  }

  private pool(...[kind, , setup]: Parameters<OpenPool>): JobPool {
    const parcel = setupParcel(kind.name, setup);
    const number = this.pools++;
    let jobs = 0;
    const own = new Set<string>();
    const setupParts: Packed = { bytes: Buffer.alloc(0), parts: [parcel.whole, ...parcel.parts] };
    for (const { hash } of setupParts.parts) this.parcels.need(hash);
    return {
      run: (name, task, signal) => {
        const key = `${this.run}.${number}.${jobs++}`;
        const data: JobData = { run: this.run, key, kind: kind.name, name, setup: parcel.whole.hash };
        own.add(key);
        // Where the connection is lost, what the server has of it ends by itself.
        const giveUp = () => void this.drop(key, signal!.reason).catch(() => {});
        signal?.addEventListener("abort", giveUp, { once: true });
        const answer = this.submit(data, { task: packTask(task), setup: setupParts }, signal);
        return answer
          .catch((error) => {
            if (signal?.aborted && error === signal.reason) this.counts.dropped++;
            throw error;
          })
          .finally(() => {
            signal?.removeEventListener("abort", giveUp);
            own.delete(key);
          });
      },
      close: async () => {
        for (const { hash } of setupParts.parts) this.release(hash);
        await within(FAREWELL, Promise.all([...own].map((key) => this.drop(key))));
      },
    };
  }

  state(): RunQueueState {
    const { run, counts, outstanding, watch, rate } = this;
    const { address: server } = this.connections.server;
    const perSecond = rate.at(counts.done);
    return runQueueState({ server, run, perSecond, counts, open: outstanding.size, workers: watch.workers });
  }

  private async submit(
    data: JobData,
    { task, setup }: Pick<Outstanding, "task" | "setup">,
    signal: AbortSignal | undefined,
  ): Promise<unknown> {
    const bytes = task.bytes.length;
    if (bytes > MOST_BYTES)
      throw new InputError(
        `--queue ${this.connections.server.address}`,
        `a job takes ${megabytes(bytes)}, ${megabytes(MOST_BYTES)} are the most`,
        "leave --queue out, or cluster the block coarser",
      );
    while (this.bytesOut + bytes > MOST_BYTES && this.bytesOut > 0)
      await new Promise<void>((resolve) => this.waitingForRoom.push(resolve));
    if (this.isClosed) throw new Error("the queue was closed");
    if (this.givenUp) throw this.givenUp;
    signal?.throwIfAborted();
    this.bytesOut += bytes;
    for (const { hash } of task.parts) this.parcels.need(hash);
    try {
      return await new Promise<unknown>((resolve, reject) => {
        const job: Outstanding = {
          ...{ data, task, setup, bytes, resolve, reject, issued: 0, failed: 0, missing: 0 },
          ...{ isSending: false, since: seconds(), asked: seconds() },
        };
        this.outstanding.set(data.key, job);
        this.issue(job);
      });
    } finally {
      this.bytesOut -= bytes;
      for (const { hash } of task.parts) this.release(hash);
      for (const resolve of this.waitingForRoom.splice(0)) resolve();
    }
  }

  /** Puts a job on the queue, after all that it needs. */
  private issue(job: Outstanding): void {
    if (job.issued > 0) this.counts.reissued++;
    job.issued++;
    job.since = seconds();
    job.isSending = true;
    const id = jobId(job);
    this.send(job)
      .then(() => this.connections.queue.add(job.data.name, job.data, { jobId: id }))
      .catch((error) => {
        if (this.isClosed) return;
        if (isFull(error)) this.fail(job, fullServer(this.connections.server));
        // Otherwise the connection was lost in between: the job is missed and issued again.
      })
      .finally(() => {
        job.isSending = false;
        job.asked = seconds();
      });
  }

  private async send({ data, task, setup }: Outstanding): Promise<void> {
    const { redis } = this.connections;
    const commands = redis.multi();
    const put = (key: string, bytes: Buffer) => {
      commands.set(key, bytes, "EX", ARRAY_SECONDS);
      this.counts.bytesSent += bytes.length;
    };
    const putPart = ({ hash, bytes }: Blob, compress: boolean) => {
      if (this.parcels.mustSend(hash)) put(blobKey(hash), stored(bytes, compress));
    };
    for (const part of setup.parts) putPart(part, true);
    for (const part of task.parts) putPart(part, false);
    put(taskKey(data.key), stored(task.bytes, false));
    for (const [error] of (await commands.exec()) ?? []) if (error) throw error;
  }

  /** What is done every second. */
  private tick(): void {
    void this.look();
    const isConnected = this.connections.redis.status === "ready";
    const problem = this.watch.check({ isWaiting: this.outstanding.size > 0, isConnected });
    if (problem && !this.givenUp) {
      this.problem = problem;
      this.options.onGivenUp?.();
      this.giveUp(problem);
    }
    if (!this.options.signal?.aborted) return;
    this.stopAt ??= seconds();
    const mayFinish = isConnected && this.counts.workers > 0 && seconds() - this.stopAt < LAST_STEP_SECONDS;
    if (this.outstanding.size > 0 && !mayFinish)
      this.giveUp(
        new GivenUpError(
          `--queue ${this.connections.server.address}`,
          "the run was stopped before its first step was done",
        ),
      );
  }

  /** Fails all jobs, and those to come. */
  private giveUp(error: GivenUpError): void {
    this.givenUp ??= error;
    void within(FAREWELL, Promise.all([...this.outstanding.keys()].map((key) => this.drop(key))));
  }

  private fail(job: Outstanding, error: Error): void {
    if (this.outstanding.delete(job.data.key)) job.reject(error);
  }

  /** Takes answers as they come. */
  private async receive(): Promise<void> {
    const { redis, waiter } = this.connections;
    const list = doneKey(this.run);
    while (!this.isClosed) {
      try {
        const first = await waiter.blpop(list, 2); // s
        if (!first) continue;
        const more = (await redis.lpop(list, 100)) ?? [];
        await Promise.all(
          [first[1], ...more].map((entry) => {
            const done = parsed(doneSchema, entry);
            return done && this.take(done.key);
          }),
        );
      } catch {
        // The connection was lost. What was missed is found by `look`.
        if (!this.isClosed) await new Promise((resolve) => setTimeout(resolve, 100)); // ms
      }
    }
  }

  /** Takes the answer to a job from the server. */
  private async take(key: string): Promise<void> {
    const { redis } = this.connections;
    if (!this.outstanding.has(key)) {
      this.counts.duplicates++;
      await redis.unlink(answerKey(key));
      return;
    }
    const bytes = await redis.getBuffer(answerKey(key));
    const job = this.outstanding.get(key);
    if (!bytes || !job) return;
    this.counts.bytesReceived += bytes.length;
    const answer = answerOf(bytes);
    this.watch.progress();
    if ("value" in answer) {
      this.outstanding.delete(key);
      this.counts.done++;
      job.resolve(answer.value);
      await redis.unlink(answerKey(key), taskKey(key));
      return;
    }
    await redis.unlink(answerKey(key));
    const { message, isInput, isMissing, worker } = answer.problem;
    if (isInput) this.fail(job, asInputError(message));
    else if (isMissing) this.sendAgain(job);
    else this.retry(job, `worker ${worker}: ${message}`);
  }

  /** The server has lost what it was sent. */
  private sendAgain(job: Outstanding): void {
    this.parcels.forget();
    if (++job.missing < MOST_MISSING) this.issue(job);
    else this.fail(job, new Error(`the server lost a job ${job.missing} times`));
  }

  private retry(job: Outstanding, problem: string): void {
    job.failed++;
    if (job.failed >= MOST_FAILURES)
      this.fail(job, new Error(`a job failed ${job.failed} times, last on ${problem}`));
    else {
      this.onProgress(`queue: a job is issued again, as it failed on ${problem.split("\n")[0]}`);
      this.issue(job);
    }
  }

  /** Asks about jobs that are not answered, and issues those again that are lost or take too long. */
  private async look(): Promise<void> {
    const { queue, redis } = this.connections;
    if (this.isLooking || redis.status !== "ready") return;
    this.isLooking = true;
    try {
      for (const job of [...this.outstanding.values()]) {
        if (job.isSending || seconds() - job.asked < LOOK_AFTER_SECONDS) continue;
        job.asked = seconds();
        const state = await queue.getJobState(jobId(job));
        if (!this.outstanding.has(job.data.key)) continue;
        const isLate = state === "active" && seconds() - job.since > this.timeoutSeconds;
        const isWaiting = ["waiting", "prioritized", "delayed"].includes(state);
        if (isWaiting || (state === "active" && !isLate)) continue;
        if (await redis.exists(answerKey(job.data.key))) await this.take(job.data.key);
        else if (isLate) {
          this.onProgress(`queue: a job is issued again after ${this.timeoutSeconds} s without an answer`);
          this.issue(job);
        } else if (state === "failed") this.retry(job, "a worker that could not answer");
        else if (this.outstanding.has(job.data.key)) this.sendAgain(job);
      }
    } catch {
      // The connection was lost; the next look is soon.
    } finally {
      this.isLooking = false;
    }
  }

  /** Tells workers that this run is alive, renews the life of what it needs, and says which workers there are. */
  private async giveSign(): Promise<void> {
    const { redis, queue } = this.connections;
    if (redis.status !== "ready") return;
    const commands = redis
      .multi()
      .sadd(RUNS, this.run)
      .set(runKey(this.run), JSON.stringify({ build: ownBuild() }), "EX", ALIVE_SECONDS);
    for (const hash of this.parcels.needed) commands.expire(blobKey(hash), ARRAY_SECONDS);
    for (const key of this.outstanding.keys()) commands.expire(taskKey(key), ARRAY_SECONDS);
    await commands.exec();
    await queue.trimEvents(MOST_EVENTS); // a server that was restarted without its data has forgotten the bound
    await this.watch.readWorkers(redis);
    this.counts.workers = this.watch.workers.length;
  }

  private release(hash: string): void {
    for (const leaving of this.parcels.release(hash))
      if (!this.isClosed) void this.connections.redis.unlink(blobKey(leaving)).catch(() => {});
  }

  /** Gives a job up. */
  private async drop(key: string, reason = new Error("the pool was closed")): Promise<void> {
    const job = this.outstanding.get(key);
    if (!job) return;
    this.fail(job, this.givenUp ?? reason);
    const { queue, redis } = this.connections;
    if (redis.status !== "ready") return;
    await queue.remove(jobId(job)).catch(() => 0); // one that a worker has taken cannot be removed
    await redis.unlink(taskKey(key));
  }

  async close(): Promise<void> {
    if (this.isClosed) return;
    const { redis, waiter, queue } = this.connections;
    await within(FAREWELL, Promise.all([...this.outstanding.keys()].map((key) => this.drop(key))));
    this.isClosed = true;
    for (const timer of this.timers) clearInterval(timer);
    waiter.disconnect();
    if (redis.status === "ready") {
      const farewell = redis.multi().srem(RUNS, this.run).unlink(runKey(this.run), doneKey(this.run));
      // A parcel may be another run's, too, which then renews its life.
      for (const hash of this.parcels.present) farewell.expire(blobKey(hash), ALIVE_SECONDS);
      await within(FAREWELL, farewell.exec());
    }
    await within(FAREWELL, queue.close());
    endConnection(redis);
    const { duplicates, reissued, dropped } = this.counts;
    const counted = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;
    const slow =
      dropped > 0 ? `, ${counted(dropped, "job", "jobs")} given up as they took much longer than others` : "";
    const again = counted(reissued, "job was", "jobs were");
    const late = counted(duplicates, "late answer", "late answers");
    if (duplicates + reissued + dropped > 0)
      this.onProgress(`queue: ${again} issued again, ${late} dropped${slow}`);
  }
}

/** Under which BullMQ knows what was issued last. */
function jobId({ data, issued }: Outstanding): string {
  return `${data.key}-${issued}`;
}
