// The reward model's data set on disk: shards of some hundred samples of one block, each a safetensors file that says
// what it holds and has a checksum. A shard that is there and intact is kept; any other is drawn anew, on worker threads.
// A shard depends on nothing but its key, so any number of workers writes the same bytes.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { type JudgeRules, loadCostTerms, PUBLISHED_RULES } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import {
  type Block,
  fileNameOf,
  InputError,
  isFile,
  makeFolder,
  removeLeftovers,
  TEMPORARY,
} from "../../netlist/index.js";
import { type JobKind, type OpenPool, onThreads } from "../../placer/index.js";
import type { Policy } from "../network/checkpoint.js";
import { loadPolicyNetwork } from "../network/contract.js";
import { graphNetwork } from "../network/network.js";
import {
  readSafetensors,
  type Safetensors,
  type SavedTensor,
  writeSafetensors,
} from "../network/safetensors.js";
import { REWARD_LABELS, REWARD_NUMBERS, type RewardSample, RewardSampler } from "./sample.js";

const SHARD = 100; // samples
/** To be raised whenever the same seed gives other samples, so that older shards are drawn anew. */
const FORMAT = "ashlar-reward-data-1";

/** Samples of one block, row by row: those of a shard, or all. */
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
  /** Where to draw instead of threads of this process. */
  readonly openPool?: OpenPool | undefined;
  readonly policies?: readonly Policy[];
  /** How the samples are scored; by default as published. */
  readonly rules?: JudgeRules;
  /** Called after every shard with the number of those that are there. */
  readonly onShard?: (done: number, total: number) => void;
}

/** Draws what is missing of a data set and reads it, block by block. Throws `InputError` for a folder that is none. */
export async function buildRewardData(
  blocks: readonly Block[],
  options: RewardDataOptions,
): Promise<RewardData[]> {
  const { folder, seed, counts, workers, policies = [], rules = PUBLISHED_RULES, onShard } = options;
  makeFolder(folder);
  removeLeftovers(folder, TEMPORARY);
  const policyDigest = digestOf(
    policies.flatMap(({ network = graphNetwork, config, parameters }) => [
      ...(network === graphNetwork ? [] : [network.name]),
      JSON.stringify(config),
      parameters,
    ]),
  );
  const tasks = blocks.flatMap((block, index) => {
    const name = `${block.name}-${digestOfBlock(block, rules)}`;
    return starts(counts[index]!).map((first): ShardTask => {
      const count = Math.min(SHARD, counts[index]! - first);
      const file = `${fileNameOf(name)}-${seed}-${String(first).padStart(6, "0")}.safetensors`;
      return {
        block: index,
        path: join(folder, file),
        key: { block: name, policies: policyDigest, seed, first, count },
      };
    });
  });
  tasks.sort((a, b) => a.key.first - b.key.first); // so that a draw that is broken off has as much of every block
  const known = await Promise.all(tasks.map(({ path, key }) => readShard(path, key)));
  const missing = tasks.filter((_, index) => !known[index]);
  if (missing.length > 0)
    await drawShards(
      missing,
      { blocks, rules, policies: policies.map(plainPolicy) },
      {
        workers,
        openPool: options.openPool,
        onShard: (done) => onShard?.(tasks.length - missing.length + done, tasks.length),
      },
    );
  const shards = await Promise.all(
    tasks.map(async ({ path, key }, index) => {
      const shard = known[index] ?? (await readShard(path, key));
      if (!shard) throw new InputError(path, "does not hold what was just written", "is the disk in order?");
      return shard;
    }),
  );
  return blocks.map((_, block) => joinShards(shards.filter((_, index) => tasks[index]!.block === block)));
}

function starts(count: number): number[] {
  return Array.from({ length: Math.ceil(count / SHARD) }, (_, shard) => shard * SHARD);
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

/** Everything that places and costs depend on: of a block, and the rules of its judge if they are not the published. */
function digestOfBlock(block: Block, rules: JudgeRules): string {
  const { canvas, grid, routing, smoothing, overlapThreshold, blockages, fences, initial } = block;
  const judged = JSON.stringify(rules);
  return digestOf([
    ...(judged === JSON.stringify(PUBLISHED_RULES) ? [] : [judged]),
    JSON.stringify({ canvas, grid, routing, smoothing, overlapThreshold, blockages, fences }),
    ...[
      block.kinds,
      block.widths,
      block.heights,
      block.fixed,
      block.pinNodes,
      block.netStarts,
      block.netPins,
    ],
    ...[block.pinXOffsets, block.pinYOffsets, block.netWeights, initial.xs, initial.ys, initial.orientations],
  ]).slice(0, 16);
}

// Shards.

/** What a shard must be to be kept. */
interface ShardKey {
  /** The block's name and a digest of it. */
  readonly block: string;
  /** Digest of the policies that may have played. */
  readonly policies: string;
  readonly seed: number;
  readonly first: number;
  readonly count: number;
}

/** Writes a shard whole or not at all. */
async function writeShard(path: string, key: ShardKey, tables: ShardTables): Promise<void> {
  const rows = tables.sources.length;
  const table = (data: Int32Array | Float32Array): SavedTensor => ({
    shape: [rows, data.length / rows],
    data,
  });
  const tensors = new Map<string, SavedTensor>([
    ["sources", { shape: [rows], data: tables.sources }],
    ["cells", table(tables.cells)],
    ["places", table(tables.places)],
    ["numbers", table(tables.numbers)],
    ["labels", table(tables.labels)],
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
async function readShard(path: string, key: ShardKey): Promise<RewardData | undefined> {
  let file: Safetensors | undefined;
  try {
    if (isFile(path)) file = await readSafetensors(path);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
  }
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

/** SHA-256 of texts and arrays one after the other, hexadecimal. */
function digestOf(
  parts: readonly (string | Float32Array | Float64Array | Int32Array | Uint8Array)[],
): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}

// Jobs.

/** A policy without its functions, which no thread can be handed: it imports the network's module. */
interface PlainPolicy extends Pick<Policy, "config" | "parameters"> {
  readonly networkModule: string;
}

function plainPolicy({ network = graphNetwork, config, parameters }: Policy): PlainPolicy {
  return { networkModule: network.module, config, parameters };
}

/** What is the same for all jobs. */
export interface RewardSetup {
  readonly blocks: readonly Block[];
  readonly rules: JudgeRules;
  readonly policies: readonly PlainPolicy[];
}

interface ShardTask {
  /** Index of the block. */
  readonly block: number;
  readonly path: string;
  readonly key: ShardKey;
}

/** A shard as a job: samples `first` to `first + count` of a block. */
interface ShardDraw extends Pick<ShardKey, "seed" | "first" | "count"> {
  readonly block: number;
}

/** A shard's samples, row by row. */
type ShardTables = Omit<RewardData, "count">;

/** Shards that are asked for at the same time where others draw them. */
const REMOTE_SHARDS = 64;

async function drawShards(
  tasks: readonly ShardTask[],
  setup: RewardSetup,
  {
    workers,
    openPool = onThreads,
    onShard,
  }: Pick<RewardDataOptions, "workers" | "openPool"> & { readonly onShard: (done: number) => void },
): Promise<void> {
  const pool = openPool(REWARD_JOBS, workers, setup);
  let done = 0;
  try {
    // One task at a time for each worker: Piscina puts off every other task of a long queue, and order matters here.
    const queue = tasks.values();
    const feed = async (): Promise<void> => {
      for (const { block, path, key } of queue) {
        const { seed, first, count } = key;
        const draw: ShardDraw = { block, seed, first, count };
        await writeShard(path, key, (await pool.run("shard", draw)) as ShardTables);
        onShard(++done);
      }
    };
    await Promise.all(Array.from({ length: openPool.isRemote ? REMOTE_SHARDS : workers }, feed));
  } finally {
    await pool.close();
  }
}

export const REWARD_JOBS: JobKind = { name: "reward-data", module: import.meta.url };

/** The jobs of a thread: `shard` draws and measures the samples of a shard. */
export function openJobs(setup: RewardSetup) {
  const samplers = new Map<number, RewardSampler>();
  return { shard: (task: ShardDraw) => drawShard(task, setup, samplers) };
}

async function drawShard(
  { block, seed, first, count }: ShardDraw,
  { blocks, rules, policies }: RewardSetup,
  samplers: Map<number, RewardSampler>,
): Promise<ShardTables> {
  let sampler = samplers.get(block);
  if (!sampler) {
    sampler = new RewardSampler(Kernels.create(), blocks[block]!, {
      policies: await Promise.all(policies.map(loadPolicy)),
      judge: await loadCostTerms(rules),
    });
    samplers.set(block, sampler);
  }
  const samples: RewardSample[] = [];
  for (let index = first; index < first + count; index++) samples.push(sampler.draw(seed, index));
  const floats = (part: "places" | "numbers" | "labels") =>
    concatenate(
      Float32Array,
      samples.map((sample) => sample[part]),
    );
  return {
    sources: Int32Array.from(samples, ({ source }) => source),
    cells: concatenate(
      Int32Array,
      samples.map(({ cells }) => cells),
    ),
    places: floats("places"),
    numbers: floats("numbers"),
    labels: floats("labels"),
  };
}

async function loadPolicy({ networkModule, config, parameters }: PlainPolicy): Promise<Policy> {
  return { network: await loadPolicyNetwork(networkModule), config, parameters, notes: {} };
}
