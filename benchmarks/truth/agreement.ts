// How well two rankings agree.
import type { Random } from "../../netlist/index.js";

/** Kendall's tau-b of paired values: 1 for the same order, -1 for the reverse, 0 on average for unrelated ones. NaN if one is constant. */
export function kendall(a: readonly number[], b: readonly number[]): number {
  let [agreeing, untiedA, untiedB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++)
    for (let j = 0; j < i; j++) {
      const [signA, signB] = [Math.sign(a[i]! - a[j]!), Math.sign(b[i]! - b[j]!)];
      agreeing += signA * signB;
      untiedA += Math.abs(signA);
      untiedB += Math.abs(signB);
    }
  return agreeing / Math.sqrt(untiedA * untiedB);
}

/** A mean with its 95 % interval. */
export interface Interval {
  readonly mean: number;
  readonly low: number;
  readonly high: number;
}

const RESAMPLES = 1000;
const TAIL = 0.025;

/**
 * Mean over blocks of the tau within each, with an interval by bootstrap: blocks are drawn with repetition, and within each
 * its placements. `pairs` has for each block the figure and the truth of its placements.
 */
export function meanTau(
  pairs: readonly { readonly figure: readonly number[]; readonly truth: readonly number[] }[],
  random: Random,
): Interval {
  const drawn = Array.from({ length: RESAMPLES }, () =>
    mean(
      pairs.map(() => {
        const { figure, truth } = pairs[random.below(pairs.length)]!;
        const chosen = figure.map(() => random.below(figure.length));
        return kendall(
          chosen.map((i) => figure[i]!),
          chosen.map((i) => truth[i]!),
        );
      }),
    ),
  ).sort((a, b) => a - b);
  return {
    mean: mean(pairs.map(({ figure, truth }) => kendall(figure, truth))),
    low: drawn[Math.floor(TAIL * RESAMPLES)]!,
    high: drawn[Math.ceil((1 - TAIL) * RESAMPLES) - 1]!,
  };
}

export function mean(values: readonly number[]): number {
  const counted = values.filter((value) => !Number.isNaN(value));
  return counted.reduce((sum, value) => sum + value, 0) / counted.length;
}
