// A shard of the reward model's data set: some hundred samples of one block in a safetensors file that says what it
// holds and has a checksum over it.
import { createHash } from "node:crypto";
import { InputError } from "../../netlist/index.js";
import { readSafetensors, type SavedTensor, writeSafetensors } from "../network/safetensors.js";
import { REWARD_LABELS, REWARD_NUMBERS, type RewardSample } from "./reward-sample.js";

/** To be raised whenever the same seed gives other samples, so that older shards are drawn anew. */
const FORMAT = "ashlar-reward-data-1";

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

/** Samples of one block, those of a shard or all, row by row. */
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

/** SHA-256 of texts and arrays one after the other, hexadecimal. */
export function digestOf(
  parts: readonly (string | Float32Array | Float64Array | Int32Array | Uint8Array)[],
): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest("hex");
}
