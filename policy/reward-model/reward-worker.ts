// What a worker thread does for a data set of the reward model: draw, measure and write whole shards. A shard depends
// on nothing but its task.
import { workerData } from "piscina";
import { type JudgeRules, loadCostTerms } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import type { Block } from "../../netlist/index.js";
import type { Policy } from "../network/checkpoint.js";
import { RewardSampler } from "./reward-sample.js";
import { type ShardKey, writeShard } from "./reward-shard.js";

export interface RewardSetup {
  readonly blocks: readonly Block[];
  readonly rules: JudgeRules;
  readonly policies: readonly Policy[];
}

export interface ShardTask {
  /** Index of the block. */
  readonly block: number;
  readonly path: string;
  readonly key: ShardKey;
}

const samplers = new Map<number, RewardSampler>();

export default async function drawShard({ block, path, key }: ShardTask): Promise<void> {
  const { blocks, rules, policies } = workerData as RewardSetup;
  let sampler = samplers.get(block);
  if (!sampler) {
    sampler = new RewardSampler(Kernels.create(), blocks[block]!, {
      policies,
      judge: await loadCostTerms(rules),
    });
    samplers.set(block, sampler);
  }
  const samples = [];
  for (let index = key.first; index < key.first + key.count; index++)
    samples.push(sampler.draw(key.seed, index));
  await writeShard(path, key, samples);
}
