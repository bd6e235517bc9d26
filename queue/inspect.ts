// What is going on at a queue, for `ashlar queue`: runs, workers, jobs by state and those that failed; and how to tidy up.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { openJobQueue } from "./job-queue.js";
import type { QueueLogin } from "./login.js";
import { blobKey, buildText, FAILURES, type Failure, failureSchema, jobSchema, ownBuild } from "./names.js";
import { parsed } from "./parsed.js";
import { connect, endConnection, memoryOf, queueServer } from "./server.js";
import { RUN_SIGNS, readSigns, WORKER_SIGNS } from "./signs.js";

/** A queue as it is now. */
export interface QueueStatus {
  readonly server: string;
  /** Of this process; jobs of other versions are in queues of their own and are not counted. */
  readonly version: string;
  /** Bytes; without a limit of the server's none is told. */
  readonly memory: { readonly used: number; readonly limit?: number };
  readonly jobs: {
    readonly waiting: number;
    readonly active: number;
    readonly failed: number;
    /** By the workers below. */
    readonly done: number;
  };
  readonly runs: readonly { readonly name: string; readonly version: string }[];
  readonly workers: readonly {
    readonly name: string;
    readonly version: string;
    readonly threads: number;
    readonly running: number;
    readonly done: number;
    readonly per_second: number;
    readonly now: readonly string[];
  }[];
  /** The last jobs that failed, newest first. */
  readonly failures: readonly Failure[];
}

interface Opened {
  readonly redis: Redis;
  readonly queue: Queue;
  readonly address: string;
}

/** Connects for as long as `work` takes. Throws `InputError` if the server cannot be reached or refuses the login. */
async function atQueue<Result>(
  url: string,
  login: QueueLogin | undefined,
  work: (opened: Opened) => Promise<Result>,
): Promise<Result> {
  const server = queueServer(url, login);
  const redis = await connect(server, false);
  try {
    const queue = await openJobQueue(redis);
    return await work({ redis, queue, address: server.address });
  } finally {
    endConnection(redis);
  }
}

/** What is going on at the queue of this version. Throws `InputError` if the server cannot be reached. */
export async function queueStatus(url: string, login?: QueueLogin): Promise<QueueStatus> {
  return atQueue(url, login, async ({ redis, queue, address }) => {
    const [memory, counts, { alive: runs }, { alive: workers }, failures] = await Promise.all([
      memoryOf(redis),
      queue.getJobCounts("waiting", "prioritized", "delayed", "active", "failed"),
      readSigns(redis, RUN_SIGNS),
      readSigns(redis, WORKER_SIGNS),
      redis.lrange(FAILURES, 0, -1),
    ]);
    const { waiting = 0, prioritized = 0, delayed = 0, active = 0, failed = 0 } = counts;
    return {
      server: address,
      version: buildText(ownBuild()),
      memory: { used: memory.used, ...(memory.limit > 0 && { limit: memory.limit }) },
      jobs: {
        waiting: waiting + prioritized + delayed,
        active,
        failed,
        done: workers.reduce((sum, { sign }) => sum + sign.done, 0),
      },
      runs: runs.map(({ name, sign }) => ({ name, version: buildText(sign.build) })),
      workers: workers.map(({ name, sign }) => {
        const { build, threads, running, done, perSecond, now } = sign;
        return { name, version: buildText(build), threads, running, done, per_second: perSecond, now };
      }),
      failures: failures.flatMap((entry) => parsed(failureSchema, entry) ?? []),
    };
  });
}

/** Puts the jobs of this version that failed for good back on the queue. Returns how many. */
export async function retryFailed(url: string, login?: QueueLogin): Promise<number> {
  return atQueue(url, login, async ({ queue }) => {
    const { failed = 0 } = await queue.getJobCounts("failed");
    if (failed > 0) await queue.retryJobs({ state: "failed" });
    return failed;
  });
}

/**
 * Removes what is of no use any more: jobs of runs that have ended, records of failed and finished jobs, and without any
 * run also the parcels. Returns how many jobs and parcels. Runs that are alive lose nothing.
 */
export async function clearQueue(
  url: string,
  login?: QueueLogin,
): Promise<{ readonly jobs: number; readonly parcels: number }> {
  return atQueue(url, login, async ({ redis, queue }) => {
    const { alive: runs } = await readSigns(redis, RUN_SIGNS);
    const names = new Set(runs.map(({ name }) => name));
    let jobs = 0;
    for (const job of await queue.getJobs(["waiting", "prioritized", "delayed", "failed", "completed"])) {
      const data = jobSchema.safeParse(job.data).data;
      if (data && names.has(data.run)) continue;
      await job.remove().then(
        () => jobs++,
        () => {}, // a worker has taken it meanwhile, and drops it
      );
    }
    await redis.unlink(FAILURES);
    let parcels = 0;
    if (runs.length === 0)
      for await (const keys of redis.scanStream({ match: blobKey("*"), count: 1000 }))
        if (keys.length > 0) parcels += await redis.unlink(keys as string[]);
    return { jobs, parcels };
  });
}
