// How well the reward model orders placements: Kendall's rank correlation of predicted and true costs, and the
// same for linear regressions on the model's numbers, which it must beat.
import type { RewardBlock, RewardModel } from "./model.js";
import { REWARD_LABELS, type RewardLabel } from "./sample.js";

/** Kendall's tau per label. */
export type Taus = Readonly<Record<RewardLabel, number>>;

/** How well each of the predictors orders some samples of a block. */
export interface RewardScore {
  readonly samples: number;
  readonly model: Taus;
  /** Linear in the wirelengths before soft macros are placed, and linear in all numbers that the model sees. */
  readonly linearLengths: Taus;
  readonly linearAll: Taus;
}

/** Scores the model and two linear fits (`fitLinear` by LENGTH_NUMBERS and by all) on the samples `indices` of a block. */
export function scoreBlock(
  { block, indices }: { readonly block: RewardBlock; readonly indices: readonly number[] },
  model: RewardModel,
  linear: { readonly lengths: readonly number[]; readonly all: readonly number[] },
): RewardScore {
  const predicted = model.predict(block, indices);
  const taus = (value: (row: number, label: number) => number): Taus =>
    Object.fromEntries(
      REWARD_LABELS.map((name, label) => [
        name,
        kendallTau(
          indices.map((_, row) => value(row, label)),
          indices.map((index) => block.labels[index]![label]!),
        ),
      ]),
    ) as unknown as Taus;
  const line = (weights: readonly number[]) => (row: number, label: number) =>
    linearPrediction(block.numbers[indices[row]!]!, weights, {
      outputs: REWARD_LABELS.length,
      output: label,
    });
  return {
    samples: indices.length,
    model: taus((row, label) => predicted[row]![label]!),
    linearLengths: taus(line(linear.lengths)),
    linearAll: taus(line(linear.all)),
  };
}

/**
 * Kendall's tau-b of two lists of numbers: agreeing less disagreeing pairs over the geometric mean of the pairs that are
 * not tied in the one and in the other (Kendall 1945). 1 for the same order, -1 for the opposite one; NaN if one of
 * the lists is constant.
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let agreement = 0;
  let untiedA = 0;
  let untiedB = 0;
  for (let i = 0; i < a.length; i++) {
    const ai = a[i]!;
    const bi = b[i]!;
    for (let j = 0; j < i; j++) {
      const da = Math.sign(ai - a[j]!);
      const db = Math.sign(bi - b[j]!);
      agreement += da * db;
      untiedA += da * da;
      untiedB += db * db;
    }
  }
  return agreement / Math.sqrt(untiedA * untiedB);
}

/** Column `output` of inputs · weights, where weights are [inputs x outputs]; further inputs are left out. */
export function linearPrediction(
  inputs: ArrayLike<number>,
  weights: readonly number[],
  { outputs, output }: { readonly outputs: number; readonly output: number },
): number {
  let sum = 0;
  for (let i = 0; i * outputs < weights.length; i++) sum += inputs[i]! * weights[i * outputs + output]!;
  return sum;
}
