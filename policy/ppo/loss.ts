// The loss of an update and its gradient with respect to the parameters, over the samples of one shard.
//
// Per step that was just played, averaged over the whole minibatch (PPO, Schulman et al. 2017):
//   -min(r A, clip(r, 1 ± clip) A) + valueWeight (v - R)² / 2 - entropy H
// with r the probability ratio of the action under the new and the old policy, A the advantage, R the return, v the
// value and H the entropy. Per step of one of the best episodes so far (self-imitation, Oh et al. 2018, without its
// weighting by the advantage):
//   -imitation log p
import type { ObservationDrawing } from "../../env/index.js";
import type { Agent } from "../agent.js";
import type { Trajectory } from "./trajectory.js";

/** A step of a stored episode. */
export interface Sample {
  /** Index of the episode in the batch. */
  readonly episode: number;
  readonly step: number;
  /** Whether the step is to be imitated: its loss is the log-probability of its action alone. */
  readonly imitate: boolean;
}

/** Samples in their order, with the episodes that they are steps of and no others. */
export function withOwnEpisodes<Episode>(
  samples: readonly Sample[],
  episodes: readonly Episode[],
): { readonly samples: readonly Sample[]; readonly episodes: readonly Episode[] } {
  const used = [...new Set(samples.map(({ episode }) => episode))];
  const places = new Map(used.map((episode, place) => [episode, place]));
  return {
    samples: samples.map((sample) => ({ ...sample, episode: places.get(sample.episode)! })),
    episodes: used.map((episode) => episodes[episode]!),
  };
}

export interface LossOptions {
  readonly clip: number;
  readonly entropy: number;
  readonly valueWeight: number;
  /** Weight of the steps to be imitated. */
  readonly imitation: number;
  /** Samples of the whole minibatch, by which the gradient is divided. */
  readonly minibatch: number;
}

/** Sums over the samples of a shard. */
export interface LossStatistics {
  /** Samples that were just played. The imitated ones count in `imitationLoss` alone. */
  readonly played: number;
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  readonly kl: number;
  readonly clipped: number;
  /** Minus the sum of the log-probabilities of the imitated actions. */
  readonly imitationLoss: number;
}

/** The statistics of no sample. */
export const NO_SAMPLES: LossStatistics = {
  played: 0,
  policyLoss: 0,
  valueLoss: 0,
  entropy: 0,
  kl: 0,
  clipped: 0,
  imitationLoss: 0,
};

/** Mean of a statistic over the samples that were just played, 0 if there were none. */
export function meanPlayed(
  statistics: LossStatistics,
  name: "policyLoss" | "valueLoss" | "entropy" | "kl" | "clipped",
): number {
  return statistics[name] / Math.max(1, statistics.played);
}

/** Who computes a gradient: an agent, and what draws its block's observations into `planes` [planes x cells]. */
export interface Learning {
  readonly agent: Agent;
  readonly drawing: Pick<ObservationDrawing, "draw">;
  readonly planes: Float32Array;
}

/**
 * Adds the gradient of the samples to the agent's gradients. The agent must have encoded its block with the current
 * parameters.
 */
export function accumulateGradient(
  { agent, drawing, planes }: Learning,
  { episodes, samples }: { readonly episodes: readonly Trajectory[]; readonly samples: readonly Sample[] },
  options: LossOptions,
): LossStatistics {
  const { network, distribution, dLogits } = agent;
  const { minibatch } = options;
  const sums = { ...NO_SAMPLES };
  for (const { episode: index, step, imitate } of samples) {
    const episode = episodes[index]!;
    const source = episode.source(step);
    const { macros, mask } = source;
    drawing.draw(source, planes);
    const seen = { macro: macros[0]!, nextMacro: macros[1]!, mask };
    const value = agent.evaluate(agent.stepOf(seen, { planes, state: episode.state(step) }, source.places));
    const action = episode.actions[step]!;
    if (imitate) {
      distribution.backward(action, { logProbability: -options.imitation / minibatch, entropy: 0 }, dLogits);
      network.backward(0);
      sums.imitationLoss -= distribution.logProbabilities[action]!;
      continue;
    }
    const { loss, slope, clipped, kl } = clippedSurrogate({
      logProbability: distribution.logProbabilities[action]!,
      oldLogProbability: episode.logProbabilities[step]!,
      advantage: episode.advantages[step]!,
      clip: options.clip,
    });
    const valueError = value - episode.returns[step]!;
    const slopes = { logProbability: slope / minibatch, entropy: -options.entropy / minibatch };
    distribution.backward(action, slopes, dLogits);
    network.backward((options.valueWeight * valueError) / minibatch);
    sums.played++;
    sums.policyLoss += loss;
    sums.valueLoss += 0.5 * valueError * valueError;
    sums.entropy += distribution.entropy;
    sums.kl += kl;
    sums.clipped += clipped ? 1 : 0;
  }
  network.encodeBackward?.();
  return sums;
}

/** A sample's policy loss, its derivative by the log-probability of the action, and what to log of it. */
export function clippedSurrogate(sample: {
  readonly logProbability: number;
  readonly oldLogProbability: number;
  readonly advantage: number;
  readonly clip: number;
}): { loss: number; slope: number; clipped: boolean; kl: number } {
  const { advantage, clip } = sample;
  const logRatio = sample.logProbability - sample.oldLogProbability;
  const ratio = Math.exp(logRatio);
  const bounded = Math.min(Math.max(ratio, 1 - clip), 1 + clip);
  const loss = -Math.min(ratio * advantage, bounded * advantage);
  // The minimum follows the bounded branch, which is flat, only where the ratio has left the range on the good side.
  const flat = ratio * advantage > bounded * advantage;
  // An estimate of the divergence that is never negative (Schulman, "Approximating KL divergence").
  const kl = ratio - 1 - logRatio;
  return { loss, slope: flat ? 0 : -advantage * ratio, clipped: bounded !== ratio, kl };
}
