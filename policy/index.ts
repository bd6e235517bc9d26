// What is learned: the network, its parameters, its optimiser.
import type { Method } from "../placer/index.js";
import { policyMethod } from "./method.js";

/** The methods of this folder. */
export const POLICY_METHODS: readonly Method[] = [policyMethod];

export { ActionDistribution, Agent, mostProbable, sample } from "./agent.js";
export { type DecisionInfluences, InfluenceProbe, MOST_TAKEN_OUT } from "./influence.js";
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
export { openEpisodeHost } from "./ppo/episode-host.js";
export type { IterationMetrics } from "./ppo/metrics.js";
export * from "./ppo/ppo.js";
export { ORDERS, TRAINING_JOBS, type TrainingSetup } from "./ppo/remote-workers.js";
export * from "./ppo/settings.js";
export * from "./ppo/train-checkpoint.js";
export * from "./pretrain/demonstrations.js";
export * from "./pretrain/evaluate-policy.js";
export * from "./reward-model/checkpoint.js";
export {
  buildRewardData,
  REWARD_JOBS,
  type RewardData,
  type RewardDataOptions,
  type RewardSetup,
} from "./reward-model/data.js";
export {
  fitLinear,
  isHeldOut,
  type RewardBlock,
  type RewardFitOptions,
  RewardModel,
  type RewardState,
  rewardBlock,
} from "./reward-model/model.js";
export { type RewardNetworkConfig, rewardLayout } from "./reward-model/network.js";
export {
  LENGTH_NUMBERS,
  REWARD_LABELS,
  REWARD_NUMBERS,
  type RewardLabel,
  RewardSampler,
} from "./reward-model/sample.js";
export { kendallTau, type RewardScore, scoreBlock, type Taus } from "./reward-model/scoring.js";
export { REWARD_SOURCES, type RewardSource } from "./reward-model/sources.js";
export * from "./start-policy.js";
export { type NodeEmbeddings, type PlayedCheckpoint, type PolicyTrace, tracePolicy } from "./trace.js";
export * from "./train-in-run.js";
