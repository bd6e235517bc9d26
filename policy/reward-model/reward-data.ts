// The reward model's data set on disk: shards of some hundred samples of one block, each a safetensors file that says
// what it holds and has a checksum over it. A shard that is there and checks is kept; any other is drawn anew.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { Piscina } from "piscina";
import { type JudgeRules, PUBLISHED_RULES } from "../../env/index.js";
import { type Block, fileNameOf, InputError } from "../../netlist/index.js";
import { endPool } from "../../placer/index.js";
import type { Policy } from "../network/checkpoint.js";
import { graphNetwork } from "../network/network.js";
import { digestOf, type RewardData, readShard } from "./reward-shard.js";
import type { PlainPolicy, RewardSetup, ShardTask } from "./reward-worker.js";

const SHARD = 100; // samples

export interface RewardDataOptions {
  readonly folder: string;
  readonly seed: number;
  /** Samples of each block. */
  readonly counts: readonly number[];
  readonly workers: number;
  readonly policies?: readonly Policy[];
  /** How the samples are judged; by default as everyone publishes. */
  readonly rules?: JudgeRules;
  /** After every shard: how many of how many are there. */
  readonly onShard?: (done: number, total: number) => void;
}

/** Draws what is missing of a data set and reads it, block by block. Any number of workers writes the same bytes. */
export async function buildRewardData(
  blocks: readonly Block[],
  { folder, seed, counts, workers, policies = [], rules = PUBLISHED_RULES, onShard }: RewardDataOptions,
): Promise<RewardData[]> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    throw new InputError(folder, `cannot be made a folder (${error.message})`, "choose another");
  });
  const players = digestOf(
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
        key: { block: name, policies: players, seed, first, count },
      };
    });
  });
  tasks.sort((a, b) => a.key.first - b.key.first); // so that a broken-off draw has as much of every block
  const known = await Promise.all(tasks.map(({ path, key }) => readShard(path, key)));
  const missing = tasks.filter((_, index) => !known[index]);
  if (missing.length > 0)
    await drawShards(
      missing,
      { blocks, rules, policies: policies.map(plainPolicy) },
      workers,
      tasks.length,
      onShard,
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

function plainPolicy({ network = graphNetwork, config, parameters }: Policy): PlainPolicy {
  return { networkModule: network.module, config, parameters };
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
