// The loss of PPO (Schulman et al. 2017) over a shard of samples, and its gradient with respect to the parameters.
// Per sample: -min(r A, clip(r, 1 ± ε) A) + c_v (v - R)² / 2 - c_e H, averaged over the whole minibatch. A step of one of
// the best episodes so far counts -c_i log p instead (self-imitation, Oh et al. 2018).
import { STATE_NUMBERS } from "../../env/index.js";
import type { ActionDistribution } from "../network/action-distribution.js";
import type { PolicyNetwork } from "../network/network.js";
import type { Trajectory } from "./trajectory.js";

/** A step of a stored episode. */
export interface Sample {
  readonly slot: number;
  readonly step: number;
  /** To be imitated: the loss is the log-probability of its action alone. */
  readonly imitate: boolean;
}

export interface LossOptions {
  readonly clip: number;
  readonly entropy: number;
  readonly valueWeight: number;
  /** Weight of steps to be imitated. */
  readonly imitation: number;
  /** Samples of the whole minibatch, by which the gradient is divided. */
  readonly minibatch: number;
}

/** Derivative of a sample's policy loss by the log-probability of its action, and what to log of it. */
export function clippedSurrogate(
  logProbability: number,
  oldLogProbability: number,
  advantage: number,
  clip: number,
): { loss: number; slope: number; clipped: boolean; kl: number } {
  const logRatio = logProbability - oldLogProbability;
  const ratio = Math.exp(logRatio);
  const bounded = Math.min(Math.max(ratio, 1 - clip), 1 + clip);
  const loss = -Math.min(ratio * advantage, bounded * advantage);
  // The minimum follows the bounded branch, which is flat, only where the ratio has left the range on the good side.
  const flat = ratio * advantage > bounded * advantage;
  // An estimate of the divergence that is never negative (Schulman, "Approximating KL divergence").
  const kl = ratio - 1 - logRatio;
  return { loss, slope: flat ? 0 : -advantage * ratio, clipped: bounded !== ratio, kl };
}

/** What a shard of a gradient reports: sums over its samples. */
export interface ShardStatistics {
  /** Samples that were just played; the rest are imitated and counted in nothing else. */
  readonly played: number;
  readonly policyLoss: number;
  readonly valueLoss: number;
  readonly entropy: number;
  readonly kl: number;
  readonly clipped: number;
  /** Of the imitated samples: minus the sum of the log-probabilities of their actions. */
  readonly imitationLoss: number;
}

/** The statistics of no sample. */
export const NO_SAMPLES: ShardStatistics = {
  played: 0,
  policyLoss: 0,
  valueLoss: 0,
  entropy: 0,
  kl: 0,
  clipped: 0,
  imitationLoss: 0,
};

/** Adds the shard's gradient to the network's; the block must be encoded with the current parameters. */
export function accumulateGradient(
  network: PolicyNetwork,
  distribution: ActionDistribution,
  slots: readonly Trajectory[],
  samples: readonly Sample[],
  options: LossOptions,
): ShardStatistics {
  const sums = { ...NO_SAMPLES };
  for (const { slot: slotIndex, step, imitate } of samples) {
    const slot = slots[slotIndex]!;
    const cells = distribution.probabilities.length;
    const planeNumbers = slot.planes.length / slot.actions.length;
    const mask = slot.masks.subarray(step * cells, (step + 1) * cells);
    const value = network.forward({
      currentNode: slot.nodes[2 * step]!,
      nextNode: slot.nodes[2 * step + 1]!,
      state: slot.states.subarray(step * STATE_NUMBERS, (step + 1) * STATE_NUMBERS),
      planes: slot.planes.subarray(step * planeNumbers, (step + 1) * planeNumbers),
      mask,
    });
    distribution.update(network.logits);
    const action = slot.actions[step]!;
    if (imitate) {
      distribution.backward(action, -options.imitation / options.minibatch, 0, network.dLogits);
      network.backward(network.dLogits, 0);
      sums.imitationLoss -= distribution.logProbabilities[action]!;
      continue;
    }
    sums.played++;
    const { loss, slope, clipped, kl } = clippedSurrogate(
      distribution.logProbabilities[action]!,
      slot.logProbabilities[step]!,
      slot.advantages[step]!,
      options.clip,
    );
    const valueError = value - slot.returns[step]!;
    const { minibatch } = options;
    distribution.backward(action, slope / minibatch, -options.entropy / minibatch, network.dLogits);
    network.backward(network.dLogits, (options.valueWeight * valueError) / minibatch);
    sums.policyLoss += loss;
    sums.valueLoss += 0.5 * valueError * valueError;
    sums.entropy += distribution.entropy;
    sums.kl += kl;
    sums.clipped += clipped ? 1 : 0;
  }
  network.encodeBackward();
  return sums;
}
