// The update of an iteration: a few passes over its steps in shuffled minibatches, each divided into shards whose
// gradients are added in order, so that the number of workers does not show in a single bit.
import type { Kernels } from "../../kernels/index.js";
import { Random } from "../../netlist/index.js";
import type { Adam } from "./adam.js";
import type { TrainingPool } from "./pool.js";
import type { Sample } from "./ppo-loss.js";
import type { TrainOptions } from "./settings.js";
import type { Slot } from "./trajectory.js";

/** Means over the updates of an iteration. */
export interface UpdateStatistics {
  policyLoss: number;
  valueLoss: number;
  entropy: number;
  kl: number;
  clipFraction: number;
  gradientNorm: number;
  gradientSteps: number;
}

/** What an update changes, and the memory that it needs: one gradient per shard. All in kernel memory. */
export interface Learner {
  readonly parameters: Float32Array;
  readonly adam: Adam;
  readonly shards: readonly Float32Array[];
  /** Ranges of the parameters, from and to, that stay as they are. */
  readonly frozen: readonly (readonly [number, number])[];
}

/** Memory for the shards' gradients, one after the other. */
export function shardGradients(kernels: Kernels, shards: number, parameterCount: number): Float32Array[] {
  return Array.from({ length: shards }, () => kernels.f32(parameterCount));
}

/** Episodes of an update. */
export interface Batch {
  readonly slots: readonly Slot[];
  /** From which of them on episodes are not new but to be imitated. */
  readonly firstImitated: number;
}

/**
 * Runs the epochs of one iteration. `counter.version` goes up with every change of the parameters. Stops early when
 * the mean divergence of a minibatch from the policy that played exceeds the target.
 */
export async function updatePolicy(
  pool: TrainingPool,
  learner: Learner,
  batch: Batch,
  options: TrainOptions,
  iteration: number,
  counter: { version: number },
): Promise<UpdateStatistics> {
  const { parameters, adam, shards } = learner;
  const totals: UpdateStatistics = {
    policyLoss: 0,
    valueLoss: 0,
    entropy: 0,
    kl: 0,
    clipFraction: 0,
    gradientNorm: 0,
    gradientSteps: 0,
  };
  const places = batch.slots.map(({ at, block }) => ({ at, block }));
  const samples: Sample[] = batch.slots.flatMap(({ trajectory }, slot) =>
    Array.from({ length: trajectory.summary[0]! }, (_, step) => ({
      slot,
      step,
      imitate: slot >= batch.firstImitated,
    })),
  );
  const random = Random.stream(options.seed, "shuffle", iteration);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    random.shuffle(samples);
    for (let start = 0; start < samples.length; start += options.minibatch) {
      const minibatch = samples.slice(start, start + options.minibatch);
      const statistics = await pool.gradients(
        shards.map((gradient, shard) => ({
          gradientAt: gradient.byteOffset,
          samples: partOf(minibatch, shard, shards.length),
          slots: places,
          version: counter.version,
          loss: {
            clip: options.clip,
            entropy: halved(options.entropy, options.entropyHalving, iteration),
            valueWeight: options.valueWeight,
            imitation: options.imitation,
            minibatch: minibatch.length,
          },
        })),
      );
      const sum = (key: keyof (typeof statistics)[number]) =>
        statistics.reduce((total, shard) => total + shard[key], 0);
      const mean = (key: keyof (typeof statistics)[number]) => sum(key) / Math.max(1, sum("played"));
      const kl = mean("kl");
      totals.policyLoss += mean("policyLoss");
      totals.valueLoss += mean("valueLoss");
      totals.entropy += mean("entropy");
      totals.kl += kl;
      totals.clipFraction += mean("clipped");
      totals.gradientSteps++;
      if (kl > options.targetKl && epoch > 0) return averaged(totals);
      addShards(shards);
      for (const [start, end] of learner.frozen) shards[0]!.fill(0, start, end);
      totals.gradientNorm += adam.step(parameters, shards[0]!, {
        learningRate: halved(options.learningRate, options.learningRateHalving, iteration),
        maxGradientNorm: options.gradientNorm,
      });
      counter.version++;
    }
  }
  return averaged(totals);
}

/** A weight of the options in an iteration, the first being 0: halved every so many; as it is if that is 0. */
export function halved(weight: number, every: number, iteration: number): number {
  return every === 0 ? weight : weight * 2 ** (-iteration / every);
}

/** Adds all shards to the first, in order. */
function addShards(shards: readonly Float32Array[]): void {
  const [sum, ...rest] = shards;
  for (const shard of rest) for (let i = 0; i < shard.length; i++) sum![i]! += shard[i]!;
}

function partOf<T>(items: readonly T[], part: number, parts: number): T[] {
  return items.slice(
    Math.floor((part * items.length) / parts),
    Math.floor(((part + 1) * items.length) / parts),
  );
}

function averaged(totals: UpdateStatistics): UpdateStatistics {
  const { gradientSteps } = totals;
  const count = Math.max(1, gradientSteps);
  return {
    policyLoss: totals.policyLoss / count,
    valueLoss: totals.valueLoss / count,
    entropy: totals.entropy / count,
    kl: totals.kl / count,
    clipFraction: totals.clipFraction / count,
    gradientNorm: totals.gradientNorm / count,
    gradientSteps,
  };
}
