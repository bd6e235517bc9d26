// From costs to advantages: how much better each step of an episode was than expected.
//
// An episode has one reward, at its end: how far its proxy cost is below the block's first mean, in deviations. An
// advantage compares that with what was to be expected, which is either
// - the mean reward of the episode's group, whose members begin alike (group-relative advantages as in GRPO, Shao et
//   al. 2024, without its division by each group's deviation: all steps are standardised together), or
// - for groups of one, the value head's estimate (generalised advantage estimation, Schulman et al. 2016).
// To that is added each macro's own share of the result, measured by the exact judge (difference rewards, Wolpert and
// Tumer 2002; env/environment/counterfactual.ts).
import type { TrainSettings } from "./settings.js";
import type { RewardScale } from "./train-checkpoint.js";
import type { Trajectory } from "./trajectory.js";

/** While nothing but dead ends has been played there is no scale yet. */
export const NO_SCALE: RewardScale = { mean: 1, deviation: 0.1 };
const SMALLEST_DEVIATION = 1e-4;
const LARGEST_REWARD = 10;

/** Mean and deviation of the complete episodes' proxy costs; undefined if none is complete. */
export function rewardScale(episodes: readonly Trajectory[]): RewardScale | undefined {
  const costs = episodes.filter(({ isComplete }) => isComplete).map(({ proxyCost }) => proxyCost);
  if (costs.length === 0) return undefined;
  const { mean, deviation } = moments(costs);
  return { mean, deviation: Math.max(deviation, SMALLEST_DEVIATION) };
}

/** Reward of an episode: how far its proxy cost is below the scale's mean, in its deviations, cut at ±10. */
export function rewardOf(episode: Trajectory, scale: RewardScale, deadEndReward: number): number {
  if (!episode.isComplete) return deadEndReward;
  const reward = (scale.mean - episode.proxyCost) / scale.deviation;
  return Math.max(-LARGEST_REWARD, Math.min(LARGEST_REWARD, reward));
}

/**
 * Fills in `advantages` and `returns` of a block's episodes, group by group. The advantages of all steps together have
 * mean 0 and deviation 1.
 */
export function computeAdvantages(
  groups: readonly (readonly Trajectory[])[],
  scale: RewardScale,
  settings: TrainSettings,
): void {
  const { groupSize, experimental } = settings;
  for (const group of groups) {
    const rewards = group.map((episode) => rewardOf(episode, scale, experimental.deadEndReward));
    const { mean } = moments(rewards);
    for (const [index, episode] of group.entries()) {
      const reward = rewards[index]!;
      const advantages = episode.ofSteps(episode.advantages);
      const returns = episode.ofSteps(episode.returns);
      if (groupSize > 1) {
        advantages.fill(reward - mean);
        returns.fill(reward);
      } else {
        const { lambda, shaping } = experimental;
        const wirelengthDeltas = episode.ofSteps(episode.wirelengthDeltas);
        const stepRewards = shapedRewards(reward, wirelengthDeltas, { shaping, unit: scale.deviation });
        const values = episode.ofSteps(episode.values);
        estimateAdvantages({ rewards: stepRewards, values, lambda }, advantages, returns);
      }
    }
  }
  const episodes = groups.flat();
  standardise(episodes.map((episode) => episode.ofSteps(episode.advantages)));
  if (settings.counterfactualWeight > 0)
    addCounterfactuals(
      episodes.filter(({ isComplete }) => isComplete),
      settings.counterfactualWeight,
    );
}

/** Adds every macro's own share of the result to its step's advantage, and standardises the sums. */
function addCounterfactuals(complete: readonly Trajectory[], weight: number): void {
  const counterfactuals = complete.map((episode) => episode.ofSteps(episode.counterfactuals));
  standardise(counterfactuals);
  for (const [i, { advantages }] of complete.entries())
    for (let step = 0; step < counterfactuals[i]!.length; step++)
      advantages[step]! += weight * counterfactuals[i]![step]!;
  standardise(complete.map((episode) => episode.ofSteps(episode.advantages)));
}

/**
 * Generalised advantage estimation with discount 1: `rewards` [steps] are what each step earned, `values` [steps] the
 * return expected before it. With lambda 1 an advantage is the plain return minus the value; a smaller lambda leans
 * more on the values of later steps.
 */
export function estimateAdvantages(
  given: { readonly rewards: Float32Array; readonly values: Float32Array; readonly lambda: number },
  outAdvantages: Float32Array,
  outReturns: Float32Array,
): void {
  const { rewards, values, lambda } = given;
  let advantage = 0;
  for (let step = rewards.length - 1; step >= 0; step--) {
    const last = step === rewards.length - 1;
    const delta = rewards[step]! + (last ? 0 : values[step + 1]!) - values[step]!;
    advantage = delta + (last ? 0 : lambda * advantage);
    outAdvantages[step] = advantage;
    outReturns[step] = advantage + values[step]!;
  }
}

/**
 * Rewards of the steps of an episode whose own reward is `reward`. With shaping, every step pays at once for the
 * wirelength that it adds (`wirelengthDeltas`, in proxy cost; `unit` of them are one reward), and the last step gets
 * all of that back: potential-based shaping (Ng et al. 1999), which changes when a policy is paid, not how much.
 */
export function shapedRewards(
  reward: number,
  wirelengthDeltas: Float32Array,
  { shaping, unit }: { readonly shaping: number; readonly unit: number },
): Float32Array {
  const rewards = new Float32Array(wirelengthDeltas.length);
  let paid = 0;
  for (let step = 0; step < rewards.length; step++) {
    const price = (shaping * wirelengthDeltas[step]!) / unit;
    rewards[step] = -price;
    paid += price;
  }
  if (rewards.length > 0) rewards[rewards.length - 1]! += reward + paid;
  return rewards;
}

/** Brings numbers to mean 0 and deviation 1, all lists together, in place. */
function standardise(lists: readonly Float32Array[]): void {
  const { mean, deviation } = moments(lists.flatMap((list) => [...list]));
  for (const list of lists)
    for (let i = 0; i < list.length; i++) list[i] = (list[i]! - mean) / (deviation + 1e-8);
}

/** Mean and deviation, NaN of nothing. */
export function moments(values: readonly number[]): { mean: number; deviation: number } {
  if (values.length === 0) return { mean: Number.NaN, deviation: Number.NaN };
  let sum = 0;
  for (const value of values) sum += value;
  const mean = sum / values.length;
  let squares = 0;
  for (const value of values) squares += (value - mean) ** 2;
  return { mean, deviation: Math.sqrt(squares / values.length) };
}
