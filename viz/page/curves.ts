// Lines of the charts: from the metrics of runs to what is drawn. Runs of one configuration that differ in their seed
// become a band with a median. Smoothing counts points of the run, so it does not change with the zoom.
import type { RunMetrics, Trace } from "../protocol.js";

export const TABS = {
  cost: "Proxy cost",
  components: "Components",
  training: "Training",
  value: "Value",
  results: "Results",
} as const;
export type Tab = keyof typeof TABS;

export const X_AXES = { iteration: "iteration", seconds: "seconds", episodes: "episodes" } as const;
export type XAxis = keyof typeof X_AXES;

/** Points that a smoothed value is the mean of: it and those before it. */
export const SMOOTHINGS = [1, 5, 20, 100] as const;

export interface Line {
  readonly label: string;
  /** Index into the colours of series. */
  readonly colour: number;
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
  /** Least and greatest value at each x: of the runs of a band, or of the points in a smoothed value. */
  readonly lows?: readonly (number | null)[];
  readonly highs?: readonly (number | null)[];
  /** The runs of a band. */
  readonly members?: readonly Line[];
}

export interface CurveChoice {
  readonly x: XAxis;
  readonly smoothing: number;
  /** Labels of runs that have a line of their own even if their configuration has a band. */
  readonly pinned: ReadonlySet<string>;
  /** Labels of runs that are left out. */
  readonly hidden: ReadonlySet<string>;
}

/** Titles of the y axes. */
export const Y_TITLES: Readonly<Record<Tab, string>> = {
  cost: "proxy cost",
  components: "cost",
  training: "nats, or loss",
  value: "value",
  results: "",
};

const PARTS = ["wirelength", "density", "congestion"] as const;

/** The lines of a tab. */
export function curvesOf(
  tab: Tab,
  { metrics, trace }: { readonly metrics: readonly RunMetrics[]; readonly trace: Trace | undefined },
  choice: CurveChoice,
): Line[] {
  if (tab === "results") return [];
  if (tab === "value") return trace ? [valueLine(trace)] : [];
  const shown = metrics.filter(({ label }) => !choice.hidden.has(label));
  const [first] = shown;
  if (!first) return [];
  const line = (run: RunMetrics, key: string, [label, colour]: readonly [string, number]): Line[] => {
    const points = lineOf(run, key, { ...choice, label, colour });
    return points ? [points] : [];
  };
  if (tab === "components") return PARTS.flatMap((name, i) => line(first, `cost/${name}`, [name, i]));
  if (tab === "training")
    return [
      ...line(first, "losses/entropy", ["entropy, nats", 0]),
      ...line(first, "losses/value", ["value loss", 1]),
    ];
  if (shown.length === 1)
    return [
      ...line(first, "cost/best", ["best so far", 0]),
      ...line(first, "cost/proxy", ["mean of the iteration", 1]),
    ];
  return families(shown, choice.pinned).flatMap(({ label, runs }, colour) => {
    const members = runs.flatMap((run) =>
      line(run, "cost/best", [runs.length > 1 ? run.label : `${run.label}: best`, colour]),
    );
    return members.length < 2 ? members : [bandOf(members, `${label}: median of ${members.length}`)];
  });
}

/** Runs that are drawn as one: those of one configuration, or a single one. */
export interface Family {
  readonly label: string;
  readonly runs: readonly RunMetrics[];
}

/** Runs by their configuration, in the order of their first run; pinned ones stay alone. */
export function families(metrics: readonly RunMetrics[], pinned: ReadonlySet<string>): Family[] {
  const found = new Map<string, RunMetrics[]>();
  for (const run of metrics) {
    const { configuration } = run;
    const key = configuration === undefined || pinned.has(run.label) ? `run ${run.label}` : configuration;
    found.set(key, [...(found.get(key) ?? []), run]);
  }
  return [...found].map(([key, runs]) => ({ label: runs.length > 1 ? key : runs[0]!.label, runs }));
}

/** Axes that all runs have figures for. */
export function axesOf(metrics: readonly RunMetrics[]): XAxis[] {
  return (Object.keys(X_AXES) as XAxis[]).filter(
    (axis) =>
      metrics.length > 0 &&
      metrics.every(({ lines }) => lines.length > 0 && lines.every((line) => typeof line[axis] === "number")),
  );
}

/** Values of an axis, one for each line. */
export function axisValues(lines: RunMetrics["lines"], axis: XAxis): number[] {
  return lines.map((line) => Number(line[axis]));
}

/** Where a run's iteration is on an axis: at the last line up to it. */
export function placeOnAxis(run: RunMetrics | undefined, iteration: number, axis: XAxis): number {
  if (!run || axis === "iteration") return iteration;
  const at = run.lines.findLastIndex((line) => Number(line.iteration) <= iteration);
  return axisValues(run.lines, axis)[Math.max(0, at)] ?? iteration;
}

/** The iteration of a run that was under way at a place on an axis. */
export function iterationAt(run: RunMetrics | undefined, place: number, axis: XAxis): number {
  if (!run || axis === "iteration") return place;
  const at = axisValues(run.lines, axis).findLastIndex((value) => value <= place);
  return Number(run.lines[Math.max(0, at)]?.iteration ?? 0);
}

function lineOf(
  run: RunMetrics,
  key: string,
  { x, smoothing, label, colour }: CurveChoice & { readonly label: string; readonly colour: number },
): Line | undefined {
  const places = axisValues(run.lines, x);
  const points = run.lines.flatMap((line, i) =>
    typeof line[key] === "number" ? [{ x: places[i]!, y: line[key] as number }] : [],
  );
  if (points.length === 0) return undefined;
  const ys = points.map((point) => point.y);
  const line = { label, colour, xs: points.map((point) => point.x) };
  // The best so far is what it is; smoothing it would show costs that no placement has.
  return key === "cost/best" ? { ...line, ys } : { ...line, ...smoothed(ys, smoothing) };
}

/** Means of each value and those before it, with the least and the greatest of them; a window of 1 changes nothing. */
export function smoothed(values: readonly number[], window: number): Pick<Line, "ys" | "lows" | "highs"> {
  if (window <= 1) return { ys: values };
  const ys: number[] = [];
  const lows: number[] = [];
  const highs: number[] = [];
  for (let at = 0; at < values.length; at++) {
    const part = values.slice(Math.max(0, at + 1 - window), at + 1);
    let [sum, low, high] = [0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (const value of part) {
      sum += value;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    ys.push(sum / part.length);
    lows.push(low);
    highs.push(high);
  }
  return { ys, lows, highs };
}

/** Most places at which a band is computed. */
const MOST_PLACES = 2000;

/** The median, least and greatest of several lines. A run that has ended keeps its last value. */
export function bandOf(members: readonly Line[], label: string): Line {
  const all = [...new Set(members.flatMap(({ xs }) => xs))].sort((a, b) => a - b);
  const every = Math.ceil(all.length / MOST_PLACES);
  const xs = all.filter((_, i) => i % every === 0 || i === all.length - 1);
  const [ys, lows, highs]: [(number | null)[], (number | null)[], (number | null)[]] = [[], [], []];
  const next = members.map(() => 0);
  for (const x of xs) {
    const values: number[] = [];
    members.forEach((member, i) => {
      while (next[i]! < member.xs.length && member.xs[next[i]!]! <= x) next[i]!++;
      const value = member.ys[next[i]! - 1];
      if (typeof value === "number") values.push(value);
    });
    values.sort((a, b) => a - b);
    ys.push(medianOf(values));
    lows.push(values[0] ?? null);
    highs.push(values.at(-1) ?? null);
  }
  return { label, colour: members[0]!.colour, xs, ys, lows, highs, members };
}

/** The median of sorted values; null of none. */
export function medianOf(sorted: readonly number[]): number | null {
  if (sorted.length === 0) return null;
  const middle = (sorted.length - 1) / 2;
  return (sorted[Math.floor(middle)]! + sorted[Math.ceil(middle)]!) / 2;
}

function valueLine(trace: Trace): Line {
  return {
    label: "value the policy expects",
    colour: 0,
    xs: Array.from(trace.values, (_, step) => step + 1),
    ys: Array.from(trace.values),
  };
}

/** The columns of uPlot: all lines, with their limits, over the union of their x values. Missing values are null. */
export function columnsOf(lines: readonly Line[]): (number | null)[][] {
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, index) => [x, index]));
  const column = (line: Line, values: readonly (number | null)[]) => {
    const result: (number | null)[] = new Array(xs.length).fill(null);
    line.xs.forEach((x, index) => {
      result[at.get(x)!] = values[index] ?? null;
    });
    return result;
  };
  return [
    xs,
    ...lines.flatMap((line) =>
      line.lows && line.highs
        ? [column(line, line.ys), column(line, line.highs), column(line, line.lows)]
        : [column(line, line.ys)],
    ),
  ];
}
