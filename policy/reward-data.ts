// The reward model's data set on disk: shards of some hundred samples of one block, each a safetensors file that says
// what it holds and has a checksum over it. A shard that is there and checks is kept; any other is drawn anew.
import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Piscina } from "piscina";
import { type Block, InputError } from "../netlist/index.js";
import { endPool } from "../placer/index.js";
import type { Policy } from "./checkpoint.js";
import { REWARD_LABELS, REWARD_NUMBERS, type RewardSample } from "./reward-sample.js";
import type { RewardSetup, ShardTask } from "./reward-worker.js";
import { readSafetensors, type SavedTensor, writeSafetensors } from "./safetensors.js";

/** To be raised whenever the same seed gives other samples, so that older shards are drawn anew. */
const FORMAT = "ashlar-reward-data-1";
const SHARD = 100; // samples

/** What a shard must be to be kept. */
export interface ShardKey {
  /** The block's name and a digest of it. */
  readonly block: string;
  /** Digest of the policies that may have played. */
  readonly policies: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** All samples of one block, row by row. */
export interface RewardData {
  readonly count: number;
  /** [count], indices into `REWARD_SOURCES` */
  readonly sources: Int32Array;
  /** [count x movable macros] */
  readonly cells: Int32Array;
  /** [count x 2 x graph nodes] */
  readonly places: Float32Array;
  /** [count x REWARD_NUMBERS] */
  readonly numbers: Float32Array;
  /** [count x REWARD_LABELS] */
  readonly labels: Float32Array;
}

export interface RewardDataOptions {
  readonly folder: string;
  readonly seed: number;
  /** Samples of each block. */
  readonly counts: readonly number[];
  readonly workers: number;
  readonly policies?: readonly Policy[];
  /** After every shard: how many of how many are there. */
  readonly onShard?: (done: number, total: number) => void;
}

/** Draws what is missing of a data set and reads it, block by block. Any number of workers writes the same bytes. */
export async function buildRewardData(
  blocks: readonly Block[],
  { folder, seed, counts, workers, policies = [], onShard }: RewardDataOptions,
): Promise<RewardData[]> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new InputError(folder, `cannot be made a folder (${error.message})`, "choose another");
  });
  const players = digestOf(
    policies.flatMap(({ config, parameters }) => [JSON.stringify(config), parameters]),
  );
  const tasks = blocks.flatMap((block, index) => {
    const name = `${block.name}-${digestOfBlock(block)}`;
    return starts(counts[index]!).map((first): ShardTask => {
      const count = Math.min(SHARD, counts[index]! - first);
      const file = `${name.replace(/[^\w.-]/g, "_")}-${seed}-${String(first).padStart(6, "0")}.safetensors`;
      return {
        block: index,
        path: join(folder, file),
        key: { block: name, policies: players, seed, first, count },
      };
    });
  });
  tasks.sort((a, b) => a.key.first - b.key.first); // so that a broken-off draw has as much of every block
  const known = await Promise.all(tasks.map(({ path, key }) => readShard(path, key)));
  const missing = tasks.filter((_, index) => !known[index]);
  if (missing.length > 0) await drawShards(missing, { blocks, policies }, workers, tasks.length, onShard);
  const shards = await Promise.all(
    tasks.map(async ({ path, key }, index) => {
      const shard = known[index] ?? (await readShard(path, key));
      if (!shard) throw new InputError(path, "does not hold what was just written", "is the disk in order?");
      return shard;
    }),
  );
  return blocks.map((_, block) => joinShards(shards.filter((_, index) => tasks[index]!.block === block)));
}

async function drawShards(
  tasks: readonly ShardTask[],
  setup: RewardSetup,
  workers: number,
  total: number,
  onShard: RewardDataOptions["onShard"],
): Promise<void> {
  const pool = new Piscina({
    filename: new URL("./reward-worker.js", import.meta.url).href,
    minThreads: workers,
    maxThreads: workers,
    workerData: setup,
  });
  let done = total - tasks.length;
  try {
    // One task at a time for each worker: of a long queue Piscina puts every other task off, and order matters here.
    const queue = tasks.values();
    const feed = async (): Promise<void> => {
      for (const task of queue) {
        await pool.run(task);
        onShard?.(++done, total);
      }
    };
    await Promise.all(Array.from({ length: workers }, feed));
  } finally {
    await endPool(pool);
  }
}

function starts(count: number): number[] {
  return Array.from({ length: Math.ceil(count / SHARD) }, (_, shard) => shard * SHARD);
}

/** Writes a shard whole or not at all. */
export async function writeShard(
  path: string,
  key: ShardKey,
  samples: readonly RewardSample[],
): Promise<void> {
  const table = (part: "cells" | "places" | "numbers" | "labels"): SavedTensor => {
    const width = samples[0]![part].length;
    const flat =
      part === "cells" ? new Int32Array(samples.length * width) : new Float32Array(samples.length * width);
    for (const [row, sample] of samples.entries()) flat.set(sample[part], row * width);
    return { shape: [samples.length, width], data: flat };
  };
  const sources = Int32Array.from(samples, ({ source }) => source);
  const tensors = new Map<string, SavedTensor>([
    ["sources", { shape: [samples.length], data: sources }],
    ["cells", table("cells")],
    ["places", table("places")],
    ["numbers", table("numbers")],
    ["labels", table("labels")],
  ]);
  const sha256 = digestOf([...tensors.values()].map(({ data }) => data));
  await writeSafetensors(path, { tensors, metadata: { ...metadataOf(key), sha256 } });
}

function metadataOf({ block, policies, seed, first, count }: ShardKey): Record<string, string> {
  const numbers = REWARD_NUMBERS.join(" ");
  return {
    format: FORMAT,
    block,
    policies,
    seed: String(seed),
    first: String(first),
    count: String(count),
    numbers,
  };
}

/** A shard; undefined if it is not there, broken, or of something else. */
export async function readShard(path: string, key: ShardKey): Promise<RewardData | undefined> {
  const file = await readSafetensors(path).catch((error: unknown) => {
    if (error instanceof InputError) return undefined;
    throw error;
  });
  if (!file) return undefined;
  const { tensors, metadata } = file;
  const expected = Object.entries(metadataOf(key));
  if (expected.some(([name, value]) => metadata[name] !== value)) return undefined;
  if (metadata.sha256 !== digestOf([...tensors.values()].map(({ data }) => data))) return undefined;
  const [sources, cells, places, numbers, labels] = ["sources", "cells", "places", "numbers", "labels"].map(
    (name) => tensors.get(name)?.data,
  );
  if (!(sources instanceof Int32Array && cells instanceof Int32Array && places instanceof Float32Array))
    return undefined;
  if (!(numbers instanceof Float32Array && labels instanceof Float32Array)) return undefined;
  if (sources.length !== key.count || labels.length !== key.count * REWARD_LABELS.length) return undefined;
  return { count: key.count, sources, cells, places, numbers, labels };
}

function joinShards(shards: readonly RewardData[]): RewardData {
  const floats = (part: "places" | "numbers" | "labels") =>
    concatenate(
      Float32Array,
      shards.map((shard) => shard[part]),
    );
  const integers = (part: "sources" | "cells") =>
    concatenate(
      Int32Array,
      shards.map((shard) => shard[part]),
    );
  return {
    count: shards.reduce((sum, { count }) => sum + count, 0),
    sources: integers("sources"),
    cells: integers("cells"),
    places: floats("places"),
    numbers: floats("numbers"),
    labels: floats("labels"),
  };
}

function concatenate<T extends Float32Array | Int32Array>(
  type: new (length: number) => T,
  parts: readonly T[],
): T {
  const whole = new type(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** SHA-256 of texts and arrays one after the other, hexadecimal. */
function digestOf(
  parts: readonly (string | Float32Array | Float64Array | Int32Array | Uint8Array)[],
): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

/** Everything of a block that places and costs depend on. */
function digestOfBlock(block: Block): string {
  const { canvas, grid, routing, smoothing, overlapThreshold, blockages, initial } = block;
  return digestOf([
    JSON.stringify({ canvas, grid, routing, smoothing, overlapThreshold, blockages }),
    ...[
      block.kinds,
      block.widths,
      block.heights,
      block.fixed,
      block.pinNodes,
      block.netStarts,
      block.netPins,
    ],
    ...[block.pinXOffsets, block.pinYOffsets, block.netWeights, initial.xs, initial.ys],
  ]).slice(0, 16);
}
