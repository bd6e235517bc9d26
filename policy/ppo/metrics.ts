// What a training iteration logs, by the names in metrics.jsonl; what each means is in docs/training.md.
import { moments } from "./advantages.js";
import { type LossStatistics, meanPlayed } from "./loss.js";
import type { BestPlacement, RewardScale } from "./train-checkpoint.js";
import type { Trajectory } from "./trajectory.js";

/** One line of metrics.jsonl. */
export interface IterationMetrics {
  readonly iteration: number;
  readonly seconds: number;
  readonly episodes: number;
  readonly dead_ends: number;
  readonly "cost/proxy": number;
  readonly "cost/proxy_min": number;
  readonly "cost/best": number;
  readonly "cost/relative": number;
  readonly "cost/wirelength": number;
  readonly "cost/density": number;
  readonly "cost/congestion": number;
  readonly "losses/policy": number;
  readonly "losses/value": number;
  readonly "losses/entropy": number;
  readonly "losses/approx_kl": number;
  readonly "losses/clip_fraction": number;
  readonly "losses/explained_variance": number;
  readonly "losses/gradient_norm": number;
  readonly "charts/gradient_steps": number;
  readonly "charts/episodes_per_second": number;
  readonly "charts/play_seconds": number;
  /** Where jobs that take much longer than others are given up. */
  readonly "charts/dropped_jobs"?: number;
}

/** A block's episodes of an iteration, and what is known of the block. */
export interface PlayedBlock {
  readonly played: readonly Trajectory[];
  readonly best?: BestPlacement | undefined;
  readonly scale?: RewardScale;
}

/** The costs of an iteration: means over the blocks, as far as they have a placement. */
export function costMetrics(blocks: readonly PlayedBlock[]) {
  const each = blocks.map(costMetricsOf);
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

/** Means are over the episodes from an empty canvas, the rest is over all. */
function costMetricsOf({ played, best, scale }: PlayedBlock) {
  const complete = played.filter(({ isComplete }) => isComplete);
  const wholeCosts = complete.filter(({ isWhole }) => isWhole).map(({ costs }) => costs);
  const mean = (name: "proxyCost" | "wirelengthCost" | "densityCost" | "congestionCost") =>
    moments(wholeCosts.map((costs) => costs[name])).mean;
  return {
    dead_ends: played.length - complete.length,
    "cost/proxy": mean("proxyCost"),
    "cost/proxy_min": complete.reduce((low, t) => Math.min(low, t.proxyCost), Number.POSITIVE_INFINITY),
    "cost/best": best?.costs.proxyCost ?? Number.NaN,
    "cost/relative": mean("proxyCost") / (scale?.mean ?? Number.NaN),
    "cost/wirelength": mean("wirelengthCost"),
    "cost/density": mean("densityCost"),
    "cost/congestion": mean("congestionCost"),
  };
}

/** What an update did. */
export interface UpdateStatistics {
  /** Of every minibatch of which the gradient was computed. */
  readonly minibatches: LossStatistics[];
  /** Sum of the gradients' norms before they were cut, over the steps taken. */
  gradientNorms: number;
}

/** The losses of an update: means over its minibatches. */
export function updateMetrics(
  { minibatches, gradientNorms }: UpdateStatistics,
  played: readonly Trajectory[],
) {
  const count = Math.max(1, minibatches.length);
  const mean = (name: Parameters<typeof meanPlayed>[1]) =>
    minibatches.reduce((sum, statistics) => sum + meanPlayed(statistics, name), 0) / count;
  return {
    "losses/policy": mean("policyLoss"),
    "losses/value": mean("valueLoss"),
    "losses/entropy": mean("entropy"),
    "losses/approx_kl": mean("kl"),
    "losses/clip_fraction": mean("clipped"),
    "losses/explained_variance": explainedVariance(played),
    "losses/gradient_norm": gradientNorms / count,
    "charts/gradient_steps": minibatches.length,
  };
}

/** 1 - variance of (return - value) / variance of the returns; 0 if the returns are all the same. */
export function explainedVariance(played: readonly Trajectory[]): number {
  const returns = played.flatMap((episode) => [...episode.ofSteps(episode.returns)]);
  const values = played.flatMap((episode) => [...episode.ofSteps(episode.values)]);
  const spread = moments(returns).deviation ** 2;
  const error = moments(returns.map((value, i) => value - values[i]!)).deviation ** 2;
  return spread > 0 ? 1 - error / spread : 0;
}

/**
 * Mean entropy, in nats, of the steps of episodes from an empty canvas; NaN if there were none. An episode that begins
 * with most macros placed may have hardly a choice, which says nothing about the policy.
 */
export function wholeEntropy(played: readonly Trajectory[]): number {
  return moments(played.filter(({ isWhole }) => isWhole).map(({ meanEntropy }) => meanEntropy)).mean;
}
