// Does a process that runs job after job, or trains for long, keep what it does not need? Samples memory, open files and
// threads, and fits a line to each.
import { readdirSync, readFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { getHeapSnapshot, setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { place, trainCommand } from "../../flow/index.js";

/** What is sampled, in MiB or counted. */
export interface Sample {
  /** Of the process, with its threads' and kernels' memory. */
  readonly resident: number;
  /** Of V8's heap in the main thread, right after a collection of garbage. */
  readonly heap: number;
  /** Of arrays outside the heap. */
  readonly buffers: number;
  /** Open files, sockets and pipes; NaN where the system does not tell. */
  readonly descriptors: number;
  readonly threads: number;
}

export const MEASURES = ["resident", "heap", "buffers", "descriptors", "threads"] as const;

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

export function sample(): Sample {
  collectGarbage();
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage();
  const mebibytes = (bytes: number) => bytes / 2 ** 20;
  return {
    resident: mebibytes(rss),
    heap: mebibytes(heapUsed),
    buffers: mebibytes(arrayBuffers),
    descriptors: entriesOf("/proc/self/fd"),
    threads: threadCount(),
  };
}

/** Looks that must agree before counts are taken for settled, and the most looks; one every 10 ms. */
const ALIKE = 3;
const MOST_LOOKS = 500;

/**
 * Waits until the counts of files and threads no longer change: the system counts a thread for a moment after it was joined,
 * on a busy machine for longer.
 */
async function settled(): Promise<void> {
  let before = "";
  for (let look = 0, alike = 0; look < MOST_LOOKS && alike < ALIKE; look++) {
    await wait(10);
    const now = `${entriesOf("/proc/self/fd")} ${threadCount()}`;
    alike = now === before ? alike + 1 : 0;
    before = now;
  }
}

function entriesOf(folder: string): number {
  try {
    return readdirSync(folder).length - 1; // without the one that reads the folder
  } catch {
    return Number.NaN;
  }
}

function threadCount(): number {
  try {
    const text = readFileSync("/proc/self/status", "utf8");
    return Number(/^Threads:\s*(\d+)/m.exec(text)?.[1] ?? Number.NaN);
  } catch {
    return Number.NaN;
  }
}

/** What the main thread holds on to: bytes by kind and name of object. */
export type LiveObjects = ReadonlyMap<string, number>;

/**
 * V8 compiles, and compiles again, for as long as a program runs. Its machine code and notes about it make the heap grow slowly
 * without any leak, so they are left out here. So is what lies outside the heap, such as the buffer of a checkpoint that is
 * being written: it counts as `buffers`.
 */
const NOT_OBJECTS: ReadonlySet<string> = new Set(["code", "hidden", "object shape", "native"]);

/** Reads a heap snapshot, which collects garbage first. */
export async function liveObjects(): Promise<LiveObjects> {
  const { snapshot, nodes, strings } = JSON.parse(await text(getHeapSnapshot())) as {
    snapshot: { meta: { node_fields: string[]; node_types: [string[]] } };
    nodes: number[];
    strings: string[];
  };
  const fields = snapshot.meta.node_fields;
  const types = snapshot.meta.node_types[0];
  const [typeAt, nameAt, sizeAt] = ["type", "name", "self_size"].map((field) => fields.indexOf(field)) as [
    number,
    number,
    number,
  ];
  const live = new Map<string, number>();
  for (let node = 0; node < nodes.length; node += fields.length) {
    const type = types[nodes[node + typeAt]!]!;
    if (NOT_OBJECTS.has(type)) continue;
    const name = type.endsWith("string") ? type : `${type} ${strings[nodes[node + nameAt]!]!.slice(0, 60)}`;
    live.set(name, (live.get(name) ?? 0) + nodes[node + sizeAt]!);
  }
  return live;
}

/** Kinds of objects of which there is more, in bytes, most first. */
export function grown(before: LiveObjects, after: LiveObjects): [name: string, bytes: number][] {
  return [...after]
    .map(([name, bytes]): [string, number] => [name, bytes - (before.get(name) ?? 0)])
    .filter(([, bytes]) => bytes > 0)
    .sort(([, a], [, b]) => b - a);
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
    await settled();
    samples.push(sample());
  }
  return samples;
}

/** Trains for some time and samples once in `every` seconds; `onMark` is called after a fifth of the time and near its end. */
export async function soakTraining(
  block: string,
  { seconds, every, out }: { readonly seconds: number; readonly every: number; readonly out: string },
  onMark: () => void = () => {},
): Promise<Sample[]> {
  const samples: Sample[] = [];
  const timer = setInterval(() => samples.push(sample()), 1000 * every);
  const marks = [0.2, 0.95].map((share) => setTimeout(onMark, 1000 * seconds * share));
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
    for (const mark of marks) clearTimeout(mark);
  }
  return samples;
}
