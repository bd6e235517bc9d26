// How well two rankings agree.
import { Matrix, solve } from "ml-matrix";
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

/**
 * For each block the truth that a linear fit of the terms foretells, fitted on all other blocks by least squares. All is
 * relative to the mean of its block. `terms` has for each term, block and placement its value. NaN with a single block.
 */
export function fittedOnOthers(
  terms: readonly (readonly (readonly number[])[])[],
  truths: readonly (readonly number[])[],
): number[][] {
  const relative = (values: readonly number[]) => values.map((value) => value / mean(values) - 1);
  const rows = truths.map((truth, block) => {
    const columns = terms.map((term) => relative(term[block]!));
    return truth.map((_, placement) => columns.map((column) => column[placement]!));
  });
  const targets = truths.map((truth) => relative(truth));
  return truths.map((truth, block) => {
    const others = rows.flatMap((found, other) => (other === block ? [] : found));
    if (others.length === 0) return truth.map(() => Number.NaN);
    const wanted = targets.flatMap((found, other) => (other === block ? [] : found));
    const weights = solve(new Matrix(others), Matrix.columnVector(wanted), true).to1DArray();
    return rows[block]!.map((row) => row.reduce((sum, value, term) => sum + value * weights[term]!, 0));
  });
}

export function mean(values: readonly number[]): number {
  const counted = values.filter((value) => !Number.isNaN(value));
  return counted.reduce((sum, value) => sum + value, 0) / counted.length;
}
