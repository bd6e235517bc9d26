// Does a process that runs job after job, or trains for long, keep what it does not need? Samples memory, open files and
// threads, and fits a line to each.
import { readdirSync, readFileSync } from "node:fs";
import { place, trainCommand } from "../../flow/index.js";

/** What is sampled, in MiB or counted. */
export interface Sample {
  /** Of the process, with its threads' and kernels' memory. */
  readonly resident: number;
  /** Of V8's heap in the main thread, after the last collection of garbage. */
  readonly heap: number;
  /** Of arrays outside the heap. */
  readonly buffers: number;
  /** Open files, sockets and pipes; NaN where the system does not tell. */
  readonly descriptors: number;
  readonly threads: number;
}

export const MEASURES = ["resident", "heap", "buffers", "descriptors", "threads"] as const;

export function sample(): Sample {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  return {
    resident: mebibytes(rss),
    heap: mebibytes(heapUsed),
    buffers: mebibytes(arrayBuffers),
    descriptors: entriesOf("/proc/self/fd"),
    threads: Number(/^Threads:\s*(\d+)/m.exec(statusText())?.[1] ?? Number.NaN),
  };
}

function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length - 1; // without the one that reads the folder
  } catch {
    return Number.NaN;
  }
}

function statusText(): string {
  try {
    return readFileSync("/proc/self/status", "utf8");
  } catch {
    return "";
  }
}

/** How a measure develops over equally distant samples. */
export interface Trend {
  /** Medians of the first and the last fifth of the samples. */
  readonly first: number;
  readonly last: number;
  /** What the fitted line gains over all samples, and its standard error. */
  readonly growth: number;
  readonly error: number;
  /** Standard deviation from the line. */
  readonly spread: number;
}

/** A line through the samples, by least squares. */
export function trendOf(values: readonly number[]): Trend {
  const count = values.length;
  const centre = (count - 1) / 2;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  let [products, squares] = [0, 0];
  for (const [i, value] of values.entries()) {
    products += (i - centre) * (value - mean);
    squares += (i - centre) ** 2;
  }
  const slope = products / squares;
  const residual = values.reduce((sum, value, i) => sum + (value - mean - slope * (i - centre)) ** 2, 0);
  const variance = residual / (count - 2);
  const fifth = Math.max(1, Math.floor(count / 5));
  return {
    first: median(values.slice(0, fifth)),
    last: median(values.slice(-fifth)),
    growth: slope * (count - 1),
    error: Math.sqrt(variance / squares) * (count - 1),
    spread: Math.sqrt(variance),
  };
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[sorted.length >> 1]!;
}

/** Methods of the runs, one after the other: with worker threads of each kind, cell placers and networks. */
const METHODS = ["random", "greedy", "anneal", "policy", "analytic", "refine", "mincut", "pipeline"] as const;

/** Runs `place` again and again and samples after every run. */
export async function soakPlace(
  block: string,
  options: { readonly runs: number; readonly out: string; readonly methods?: readonly string[] },
): Promise<Sample[]> {
  const { runs, out, methods = METHODS } = options;
  const samples: Sample[] = [];
  for (let run = 0; run < runs; run++) {
    const method = methods[run % methods.length]!;
    await place(block, { method, iterations: 1, workers: 1, seed: run, out, force: true });
    samples.push(sample());
  }
  return samples;
}

/** Trains for some time and samples once in `every` seconds. */
export async function soakTraining(
  block: string,
  { seconds, every, out }: { readonly seconds: number; readonly every: number; readonly out: string },
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const timer = setInterval(() => samples.push(sample()), 1000 * every);
  try {
    await trainCommand(block, {
      budget: `${seconds}s`,
      workers: 1,
      seed: 1,
      out,
      settings: { entropy: 0.01 },
    });
  } finally {
    clearInterval(timer);
  }
  return samples;
}
