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

/** Of the placements of a block a cheap figure and what it should foretell. */
export interface Pairs {
  readonly figure: readonly number[];
  readonly truth: readonly number[];
}

/** Tau within a block, with an interval by bootstrap over its placements. */
export function blockTau(pairs: Pairs, random: Random): Interval {
  return intervalOf(kendall(pairs.figure, pairs.truth), () => resampledTau(pairs, random));
}

/**
 * Mean over blocks of the tau within each, with an interval by bootstrap: blocks are drawn with repetition, and within each
 * its placements.
 */
export function meanTau(blocks: readonly Pairs[], random: Random): Interval {
  return intervalOf(mean(blocks.map(({ figure, truth }) => kendall(figure, truth))), () =>
    mean(blocks.map(() => resampledTau(blocks[random.below(blocks.length)]!, random))),
  );
}

/**
 * How many times as large a truth is in the second of two placements as in the first: the geometric mean over blocks of that
 * within each, with an interval by bootstrap over blocks, and within each over its pairs.
 */
export function meanRatio(
  blocks: readonly (readonly (readonly [number, number])[])[],
  random: Random,
): Interval {
  const logs = blocks.map((pairs) => pairs.map(([first, second]) => Math.log(second / first)));
  const {
    mean: average,
    low,
    high,
  } = intervalOf(mean(logs.map(mean)), () =>
    mean(
      logs.map(() => {
        const drawn = logs[random.below(logs.length)]!;
        return mean(drawn.map(() => drawn[random.below(drawn.length)]!));
      }),
    ),
  );
  return { mean: Math.exp(average), low: Math.exp(low), high: Math.exp(high) };
}

function resampledTau({ figure, truth }: Pairs, random: Random): number {
  const chosen = figure.map(() => random.below(figure.length));
  return kendall(
    chosen.map((i) => figure[i]!),
    chosen.map((i) => truth[i]!),
  );
}

/** The middle 95 % of what is drawn anew. */
function intervalOf(value: number, drawAnew: () => number): Interval {
  const drawn = Array.from({ length: RESAMPLES }, drawAnew)
    .filter((one) => !Number.isNaN(one))
    .sort((a, b) => a - b);
  return {
    mean: value,
    low: drawn[Math.floor(TAIL * drawn.length)] ?? Number.NaN,
    high: drawn[Math.ceil((1 - TAIL) * drawn.length) - 1] ?? Number.NaN,
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

/**
 * For each block the figure that agrees best with the truth on all others. `figures` has for each figure, block and placement
 * its value.
 */
export function chosenOnOthers(
  figures: readonly (readonly (readonly number[])[])[],
  truths: readonly (readonly number[])[],
): (readonly number[])[] {
  const taus = figures.map((blocks) => blocks.map((values, block) => kendall(values, truths[block]!)));
  return truths.map((_, block) => {
    const onOthers = taus.map((tau) => {
      const average = mean(tau.filter((_, other) => other !== block));
      return Number.isNaN(average) ? Number.NEGATIVE_INFINITY : average;
    });
    return figures[onOthers.indexOf(Math.max(...onOthers))]![block]!;
  });
}

/** Of those that are numbers. */
export function mean(values: readonly number[]): number {
  const counted = values.filter((value) => !Number.isNaN(value));
  return counted.reduce((sum, value) => sum + value, 0) / counted.length;
}

/** Standard deviation of what the values were drawn from. */
export function deviation(values: readonly number[]): number {
  const middle = mean(values);
  return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / (values.length - 1));
}
