// What a worker thread does for a data set of the reward model: draw, measure and write whole shards. A shard depends
// on nothing but its task.
import { workerData } from "piscina";
import { type JudgeRules, loadCostTerms } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import type { Block } from "../../netlist/index.js";
import type { Policy } from "../network/checkpoint.js";
import { loadPolicyNetwork } from "../network/contract.js";
import { RewardSampler } from "./reward-sample.js";
import { type ShardKey, writeShard } from "./reward-shard.js";

/** A policy without its functions, which no thread can be handed: it imports the network's module. */
export interface PlainPolicy extends Pick<Policy, "config" | "parameters"> {
  readonly networkModule: string;
}

export interface RewardSetup {
  readonly blocks: readonly Block[];
  readonly rules: JudgeRules;
  readonly policies: readonly PlainPolicy[];
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
      policies: await Promise.all(policies.map(loadPolicy)),
      judge: await loadCostTerms(rules),
    });
    samplers.set(block, sampler);
  }
  const samples = [];
  for (let index = key.first; index < key.first + key.count; index++)
    samples.push(sampler.draw(key.seed, index));
  await writeShard(path, key, samples);
}

async function loadPolicy({ networkModule, config, parameters }: PlainPolicy): Promise<Policy> {
  return { network: await loadPolicyNetwork(networkModule), config, parameters, notes: {} };
}
