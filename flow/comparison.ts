// What comes out of a comparison, and its statistics: rows of block and method with median, least and greatest over
// the seeds, and the curve of best cost against time with its band.
import { greatestOf } from "../netlist/index.js";
import type { Score } from "./evaluate.js";
import type { Nudged } from "./nudges.js";
import type { PublishedFigure } from "./published.js";
import type { VerifyFigures } from "./verify.js";

/** Costs that the table shows. */
export const COMPARED = ["proxy_cost", "wirelength_cost", "density_cost", "congestion_cost"] as const;
export type Compared = (typeof COMPARED)[number];

/** Figures of `verify` that stand beside them. Lengths in µm. */
export const COMPARED_VERIFIED = [
  "flat_wirelength",
  "routed_wirelength",
  "pattern_overflow",
  "overflow",
  "ace_5",
] as const;
export type ComparedVerified = (typeof COMPARED_VERIFIED)[number];

/** The best cost at moments of a run; it only falls. */
export interface CostCurve {
  readonly seconds: readonly number[];
  readonly costs: readonly number[];
}

/** One run of one method; `reason` instead of a score if it failed. */
export interface ComparedRun {
  readonly seed: number;
  readonly out: string;
  readonly seconds: number;
  readonly iterations?: number;
  readonly score?: Score;
  /** With `nudges`: costs of nudged copies of the best placement. */
  readonly nudged?: Nudged;
  readonly curve: CostCurve;
  readonly reason?: string;
  /** With `verify`: what the best placement is worth once cells and wires are real, and the time that took. */
  readonly verified?: Pick<VerifyFigures, ComparedVerified | "legal" | "macro_overlaps" | "seconds">;
  /** Why it could not be verified. */
  readonly unverified?: string;
}

export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

export interface MeanSpread {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** A method on a block over all seeds. */
export interface ComparisonRow {
  readonly block: string;
  readonly method: string;
  readonly protocol: string;
  readonly runs: readonly ComparedRun[];
  /** Over the runs that gave a placement; undefined if none did. */
  readonly costs: Readonly<Record<Compared, Spread>> | undefined;
  readonly seconds: Spread | undefined;
  /** With `nudges`: the runs' mean costs over their nudged copies; undefined if none has one. */
  readonly nudged?: MeanSpread;
  /** Over the verified runs; undefined if none was. */
  readonly verified?: Readonly<Record<ComparedVerified, MeanSpread>>;
  /** Runs with a legal placement. */
  readonly legal: number;
  /** Why runs failed or could not be verified, each reason once. */
  readonly reasons: readonly string[];
}

export interface Comparison {
  readonly ashlar: string;
  readonly protocol: string;
  /** Wall-clock time of each run, or its iterations where only these end it. */
  readonly budget: string;
  readonly iterations?: number;
  readonly workers: number;
  readonly seeds: readonly number[];
  readonly methods: readonly string[];
  readonly blocks: readonly string[];
  readonly rows: readonly ComparisonRow[];
  readonly published: readonly PublishedFigure[];
  readonly out: string;
  /** It was asked to stop: the last run is shorter, and further ones are missing. */
  readonly interrupted?: true;
}

export function rowOf(
  block: string,
  method: string,
  protocol: string,
  runs: readonly ComparedRun[],
): ComparisonRow {
  const scores = runs.flatMap((run) => (run.score ? [run.score] : []));
  const costs =
    scores.length > 0
      ? (Object.fromEntries(
          COMPARED.map((name) => [name, spreadOf(scores.map((score) => score[name]))]),
        ) as Record<Compared, Spread>)
      : undefined;
  const finished = runs.filter((run) => run.score);
  const verified = runs.flatMap((run) => run.verified ?? []);
  const nudged = runs.flatMap((run) => run.nudged?.mean ?? []);
  return {
    block,
    method,
    protocol,
    runs,
    costs,
    seconds: finished.length > 0 ? spreadOf(finished.map((run) => run.seconds)) : undefined,
    ...(nudged.length > 0 && { nudged: meanSpreadOf(nudged) }),
    ...(verified.length > 0 && {
      verified: Object.fromEntries(
        COMPARED_VERIFIED.map((name) => [name, meanSpreadOf(verified.map((figures) => figures[name]))]),
      ) as Record<ComparedVerified, MeanSpread>,
    }),
    legal: scores.filter((score) => score.legal).length,
    reasons: [...new Set(runs.flatMap(({ reason, unverified }) => reason ?? unverified ?? []))],
  };
}

/** Median (the mean of the middle two, if even), least and greatest. */
export function spreadOf(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const median = sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
  return { median, min: sorted[0]!, max: sorted[sorted.length - 1]! };
}

/** Mean, least and greatest. */
export function meanSpreadOf(values: readonly number[]): MeanSpread {
  const { min, max } = spreadOf(values);
  return { mean: values.reduce((sum, value) => sum + value, 0) / values.length, min, max };
}

/** The best cost against time that a run's metrics tell, ending with its result. */
export function costCurve(
  metrics: readonly Readonly<Record<string, unknown>>[],
  end: { readonly seconds: number; readonly cost: number },
): CostCurve {
  const seconds: number[] = [];
  const costs: number[] = [];
  let best = Number.POSITIVE_INFINITY;
  const add = (time: unknown, cost: unknown) => {
    if (typeof time !== "number" || typeof cost !== "number" || !(cost < best)) return;
    best = cost;
    seconds.push(time);
    costs.push(cost);
  };
  for (const line of metrics) add(line.seconds, line["cost/best"]);
  add(end.seconds, end.cost);
  // The line goes on to the end, though nothing better was found.
  if (seconds.length > 0 && seconds[seconds.length - 1]! < end.seconds) {
    seconds.push(end.seconds);
    costs.push(best);
  }
  return { seconds, costs };
}

/** Median and band at every moment when a run improved, from when all runs have a placement. */
export function medianCurve(curves: readonly CostCurve[]): {
  readonly xs: number[];
  readonly ys: number[];
  readonly lows: number[];
  readonly highs: number[];
} {
  const used = curves.filter((curve) => curve.seconds.length > 0);
  const xs: number[] = [];
  const ys: number[] = [];
  const lows: number[] = [];
  const highs: number[] = [];
  const add = (time: number, { median, min, max }: Spread) => {
    xs.push(time);
    ys.push(median);
    lows.push(min);
    highs.push(max);
  };
  const moments = [...new Set(used.flatMap((curve) => curve.seconds))].sort((a, b) => a - b);
  const start = greatestOf(used.map((curve) => curve.seconds[0]!));
  let before: Spread | undefined;
  for (const time of moments.filter((moment) => moment >= start)) {
    const now = spreadOf(used.map((curve) => costAt(curve, time)));
    if (before) add(time, before); // a step: what was best holds until now
    add(time, now);
    before = now;
  }
  return { xs, ys, lows, highs };
}

function costAt({ seconds, costs }: CostCurve, time: number): number {
  let cost = Number.POSITIVE_INFINITY;
  for (let i = 0; i < seconds.length && seconds[i]! <= time; i++) cost = costs[i]!;
  return cost;
}
