// Names of keys on the server, and which processes understand each other. Keys begin with `ashlar:`; jobs of another build
// are in another queue, so that no worker ever takes one that it would compute differently.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import { z } from "zod";

/** To be raised when jobs change. */
const FORMAT = 1;

const PACKAGE = new URL("../../package.json", import.meta.url);
const KERNELS = new URL("../kernels/ashlar.wasm", import.meta.url);

/** What must be equal on both sides. */
export interface Build {
  readonly version: string;
  readonly format: number;
  /** Of the compiled kernels. */
  readonly kernels: string;
}

let known: Build | undefined;

export function ownBuild(): Build {
  known ??= {
    version: (JSON.parse(readFileSync(PACKAGE, "utf8")) as { version: string }).version,
    format: FORMAT,
    kernels: createHash("sha256").update(readFileSync(KERNELS)).digest("hex").slice(0, 8),
  };
  return known;
}

export function buildText({ version, format, kernels }: Build): string {
  return `${version} (jobs ${format}, kernels ${kernels})`;
}

export const PREFIX = "ashlar";

/** Name of the queue of a build. */
export function queueName({ version, format, kernels }: Build): string {
  return `jobs-${version}-${format}-${kernels}`;
}

/** All runs and all workers that are known; each lives as long as its own key. */
export const RUNS = `${PREFIX}:runs`;
export const WORKERS = `${PREFIX}:workers`;

export const runKey = (run: string) => `${PREFIX}:run:${run}`;
export const workerKey = (worker: string) => `${PREFIX}:worker:${worker}`;
export const blobKey = (hash: string) => `${PREFIX}:blob:${hash}`;
export const taskKey = (job: string) => `${PREFIX}:task:${job}`;
export const answerKey = (job: string) => `${PREFIX}:answer:${job}`;
/** List of the jobs of a run that have been answered. */
export const doneKey = (run: string) => `${PREFIX}:done:${run}`;

/** Seconds that a process counts as alive after its last sign, and between two signs. */
export const ALIVE_SECONDS = 30;
export const SIGN_SECONDS = 5;
/** Life of arrays on the server, s; while a run needs them it renews it. */
export const ARRAY_SECONDS = 600;

/** A name for a process, different from all others. */
export function processName(): string {
  return `${hostname().replace(/[^A-Za-z0-9-]/g, "-")}-${process.pid}-${randomBytes(3).toString("hex")}`;
}

const buildSchema = z.strictObject({ version: z.string(), format: z.number(), kernels: z.string() });

/** What a run says of itself. */
export const runSchema = z.object({ build: buildSchema });
/** What a worker says of itself. */
export const workerSchema = z.object({
  build: buildSchema,
  threads: z.number(),
  /** Jobs done, and those it computes now. */
  done: z.number(),
  running: z.number(),
  /** Jobs per second over the last minute. */
  perSecond: z.number(),
  /** What it computes now, one text for each job. */
  now: z.array(z.string()),
});
export type WorkerSign = z.output<typeof workerSchema>;

export const hashSchema = z.string().regex(/^[0-9a-f]{64}$/);

/** A job: names only. What it is about lies under keys of its own. */
export const jobSchema = z.strictObject({
  run: z.string().regex(/^[A-Za-z0-9-]{1,120}$/),
  /** The job's key, the same each time it is issued. */
  key: z.string().regex(/^[A-Za-z0-9.-]{1,160}$/),
  kind: z.string().regex(/^[A-Za-z-]{1,40}$/),
  name: z.string().regex(/^[A-Za-z-]{1,40}$/),
  /** Parcels of what is the same for all jobs of the pool. */
  setup: hashSchema,
});
export type JobData = z.output<typeof jobSchema>;

/** List of the jobs that failed last, newest first; it ends a day after the last one. */
export const FAILURES = `${PREFIX}:failures`;
export const MOST_FAILURES_KEPT = 100;
export const FAILURES_SECONDS = 86_400;

/** A job that failed: an entry of `FAILURES`. */
export const failureSchema = z.object({
  run: z.string(),
  job: z.string(),
  kind: z.string(),
  worker: z.string(),
  reason: z.string(),
});
export type Failure = z.output<typeof failureSchema>;

/** What a worker says when it has answered a job: an entry of the list of a run. */
export const doneSchema = z.strictObject({
  key: z.string(),
  worker: z.string(),
  /** Of the answer. */
  bytes: z.number(),
  seconds: z.number(),
});
