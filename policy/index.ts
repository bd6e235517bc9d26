// What is learned: the network, its parameters, its optimiser.

export { ActionDistribution, Agent, mostProbable, sample } from "./agent.js";
export {
  type AdamState,
  type Checkpoint,
  type Policy,
  readCheckpoint,
  readPolicy,
  writeCheckpoint,
  writePolicy,
} from "./network/checkpoint.js";
export * from "./network/contract.js";
export { type GraphInput, graphInput } from "./network/graph-input.js";
export * from "./network/memory.js";
export { graphNetwork } from "./network/network.js";
export * from "./network/parameters.js";
export * from "./network/safetensors.js";
export * from "./ppo/adam.js";
export type { IterationMetrics } from "./ppo/metrics.js";
export * from "./ppo/ppo.js";
export * from "./ppo/settings.js";
export * from "./ppo/train-checkpoint.js";
export * from "./pretrain/demonstrations.js";
export * from "./pretrain/evaluate-policy.js";
export * from "./reward-model/kendall.js";
export * from "./reward-model/reward-checkpoint.js";
export * from "./reward-model/reward-data.js";
export * from "./reward-model/reward-model.js";
export { type RewardNetworkConfig, rewardLayout } from "./reward-model/reward-network.js";
export {
  LENGTH_NUMBERS,
  REWARD_LABELS,
  REWARD_NUMBERS,
  type RewardLabel,
} from "./reward-model/reward-sample.js";
export type { RewardData } from "./reward-model/reward-shard.js";
export { REWARD_SOURCES, type RewardSource } from "./reward-model/reward-sources.js";
export * from "./trace.js";
