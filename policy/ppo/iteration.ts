// The steps of a training iteration between playing and updating: costs to rewards, rewards to advantages, and what
// to log of the episodes played.
import type { Costs } from "../../env/index.js";
import { type Block, emptyPlacement } from "../../netlist/index.js";
import { estimateAdvantages, shapedRewards } from "./advantages.js";
import type { TrainOptions } from "./settings.js";
import type { BestPlacement, RewardScale } from "./train-state.js";
import { isComplete, type Trajectory } from "./trajectory.js";

/** For iterations of nothing but dead ends, before there is a scale. */
export const NO_SCALE: RewardScale = { mean: 1, deviation: 0.1 };
const SMALLEST_DEVIATION = 1e-4;
const LARGEST_REWARD = 10;

/** Undefined as long as no episode was complete. */
export function rewardScale(played: readonly Trajectory[]): RewardScale | undefined {
  const costs = played.filter(isComplete).map((trajectory) => trajectory.costs[4]!);
  if (costs.length === 0) return undefined;
  const { mean, deviation } = moments(costs);
  return { mean, deviation: Math.max(deviation, SMALLEST_DEVIATION) };
}

/** Reward of an episode: how far its proxy is below the first iteration's mean, in deviations. */
export function rewardOf(trajectory: Trajectory, scale: RewardScale, deadEndReward: number): number {
  if (!isComplete(trajectory)) return deadEndReward;
  const reward = (scale.mean - trajectory.costs[4]!) / scale.deviation;
  return Math.max(-LARGEST_REWARD, Math.min(LARGEST_REWARD, reward));
}

/**
 * Fills in advantages and returns, then brings the advantages of all steps to mean 0 and deviation 1. In groups of
 * several episodes, which begin alike, an advantage is the reward over the group's mean (no value is needed for it).
 */
export function computeAdvantages(
  played: readonly Trajectory[],
  scale: RewardScale,
  options: TrainOptions,
): void {
  const finalRewards = played.map((trajectory) => rewardOf(trajectory, scale, options.deadEndReward));
  for (const [index, trajectory] of played.entries()) {
    const steps = trajectory.summary[0]!;
    const reward = finalRewards[index]!;
    if (options.group > 1) {
      const start = index - (index % options.group);
      const { mean } = moments(finalRewards.slice(start, start + options.group));
      stepsOf(trajectory, trajectory.advantages).fill(reward - mean);
      stepsOf(trajectory, trajectory.returns).fill(reward);
      continue;
    }
    const rewards = shapedRewards(
      steps,
      reward,
      trajectory.wirelengthDeltas,
      scale.deviation,
      options.shaping,
    );
    const { values, advantages, returns } = trajectory;
    estimateAdvantages(steps, rewards, values, options.lambda, advantages, returns);
  }
  standardise(played.map((t) => stepsOf(t, t.advantages)));
  if (options.counterfactualWeight > 0)
    addCounterfactuals(played.filter(isComplete), options.counterfactualWeight);
}

/** Adds every macro's own share of the result to its step's advantage, and brings these to deviation 1 again. */
function addCounterfactuals(complete: readonly Trajectory[], weight: number): void {
  const counterfactuals = complete.map((t) => stepsOf(t, t.counterfactuals));
  standardise(counterfactuals);
  for (const [i, trajectory] of complete.entries())
    for (let step = 0; step < counterfactuals[i]!.length; step++)
      trajectory.advantages[step]! += weight * counterfactuals[i]![step]!;
  standardise(complete.map((t) => stepsOf(t, t.advantages)));
}

/** Brings numbers to mean 0 and deviation 1, all lists together, in place. */
function standardise(lists: readonly Float32Array[]): void {
  const { mean, deviation } = moments(lists.flatMap((list) => [...list]));
  for (const list of lists)
    for (let i = 0; i < list.length; i++) list[i] = (list[i]! - mean) / (deviation + 1e-8);
}

/** 1 - variance of (return - value) / variance of the returns; 0 if the returns are all the same. */
export function explainedVariance(played: readonly Trajectory[]): number {
  const returns = played.flatMap((t) => [...stepsOf(t, t.returns)]);
  const values = played.flatMap((t) => [...stepsOf(t, t.values)]);
  const spread = moments(returns).deviation ** 2;
  const error = moments(returns.map((value, i) => value - values[i]!)).deviation ** 2;
  return spread > 0 ? 1 - error / spread : 0;
}

/** The cheapest complete placement of these episodes, or the one known before if none is cheaper. */
export function bestOf(
  block: Block,
  played: readonly Trajectory[],
  known: BestPlacement | undefined,
  iteration: number,
): BestPlacement | undefined {
  let best = known;
  for (const trajectory of played) {
    if (!isComplete(trajectory) || (best && trajectory.costs[4]! >= best.costs.proxyCost)) continue;
    const [wirelength, wirelengthCost, densityCost, congestionCost, proxyCost] = trajectory.costs;
    const costs = { wirelength, wirelengthCost, densityCost, congestionCost, proxyCost } as Costs;
    best = { costs, iteration, placement: placementOf(block, trajectory) };
  }
  return best;
}

function placementOf(block: Block, trajectory: Trajectory) {
  const placement = emptyPlacement(block.nodeCount);
  placement.xs.set(trajectory.xs);
  placement.ys.set(trajectory.ys);
  placement.orientations.set(trajectory.orientations);
  return placement;
}

/** What an iteration played of a block, and what is known of it. */
export interface PlayedBlock {
  readonly played: readonly Trajectory[];
  readonly best?: BestPlacement | undefined;
  readonly scale?: RewardScale;
}

/** By their names in metrics.jsonl: means over the blocks, as far as they have a placement. */
export function iterationMetrics(blocks: readonly PlayedBlock[]) {
  const each = blocks.map(blockMetrics);
  const mean = (key: keyof (typeof each)[number]) =>
    moments(each.map((metrics) => metrics[key]).filter(Number.isFinite)).mean;
  return {
    dead_ends: each.reduce((sum, metrics) => sum + metrics.dead_ends, 0),
    "cost/proxy": mean("cost/proxy"),
    "cost/proxy_min": mean("cost/proxy_min"),
    "cost/best": mean("cost/best"),
    "cost/relative": mean("cost/relative"),
    "cost/wirelength": mean("cost/wirelength"),
    "cost/density": mean("cost/density"),
    "cost/congestion": mean("cost/congestion"),
  };
}

/** Means are over the episodes played from an empty canvas, the rest over all. */
function blockMetrics({ played, best, scale }: PlayedBlock) {
  const complete = played.filter(isComplete);
  const whole = complete.filter(isWhole);
  const mean = (index: number) => moments(whole.map((trajectory) => trajectory.costs[index]!)).mean;
  return {
    dead_ends: played.length - complete.length,
    "cost/proxy": mean(4),
    "cost/proxy_min": complete.reduce((low, t) => Math.min(low, t.costs[4]!), Number.POSITIVE_INFINITY),
    "cost/best": best?.costs.proxyCost ?? Number.NaN,
    "cost/relative": mean(4) / (scale?.mean ?? Number.NaN),
    "cost/wirelength": mean(1),
    "cost/density": mean(2),
    "cost/congestion": mean(3),
  };
}

/**
 * Mean entropy, in nats, of the steps of episodes from an empty canvas; NaN if there were none. What begins with most
 * macros standing may have hardly a choice, which says nothing about the policy.
 */
export function wholeEntropy(played: readonly Trajectory[]): number {
  return moments(played.filter(isWhole).map(({ costs }) => costs[5]!)).mean;
}

/** Began on an empty canvas. */
function isWhole(trajectory: Trajectory): boolean {
  return trajectory.summary[2] === 0;
}

function stepsOf(trajectory: Trajectory, values: Float32Array): Float32Array {
  return values.subarray(0, trajectory.summary[0]);
}

export function moments(values: readonly number[]): { mean: number; deviation: number } {
  if (values.length === 0) return { mean: Number.NaN, deviation: Number.NaN };
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
