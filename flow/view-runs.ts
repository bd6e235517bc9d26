// The curves of the runs that the viewer shows, with what groups them: runs that differ in their seed only have one
// configuration.
import { join } from "node:path";
import type { RunMetrics, RunResult } from "../viz/index.js";
import { readMetricsOf } from "./run-folder.js";
import { readJson, runState } from "./run-record.js";

/** A run's folder and the name that it has in the viewer. */
export interface NamedRun {
  readonly label: string;
  readonly run: string;
}

/** Metrics, configurations and results of runs. */
export function metricsOfRuns(runs: readonly NamedRun[]): RunMetrics[] {
  const configurations = configurationsOf(runs.map(({ run }) => run));
  return runs.map(({ label, run }, i) => {
    const summary = readJson(join(run, "summary.json")) as Summary | undefined;
    const finished = runState(run) === "finished" ? summary : undefined;
    return {
      label,
      lines: curveOf(run, finished),
      ...(configurations[i] !== undefined && { configuration: configurations[i] }),
      ...(finished && { result: resultOf(finished) }),
    };
  });
}

type Summary = Readonly<Record<string, unknown>>;

function resultOf(summary: Summary): RunResult | undefined {
  const { proxy_cost, wirelength_cost, density_cost, congestion_cost, seconds, legal } = summary;
  const numbers = [proxy_cost, wirelength_cost, density_cost, congestion_cost, seconds];
  if (!numbers.every((value) => typeof value === "number")) return undefined;
  const [proxy, wirelength, density, congestion, time] = numbers as [number, number, number, number, number];
  return { proxy, wirelength, density, congestion, seconds: time, legal: legal === true };
}

/**
 * Metrics of a run. What it does at its end, such as turning macros, may improve the result once more, and gets a line of
 * its own, so that the curve ends at the cost of the result.
 */
function curveOf(run: string, summary: Summary | undefined): RunMetrics["lines"] {
  const lines = readMetricsOf(run);
  const last = lines.at(-1);
  const { proxy_cost: result, seconds } = summary ?? {};
  if (!last || typeof result !== "number" || last["cost/best"] === result) return lines;
  const { episodes, iteration } = last;
  return [...lines, { iteration: Number(iteration) + 1, seconds, episodes, "cost/best": result }];
}

/** Options that do not belong to a configuration: seeds, and what changes no result. */
const OWN = ["seed", "out", "workers", "resume", "force", "quiet"];

/** By run, the name of its configuration. Different configurations have different names. */
export function configurationsOf(runs: readonly string[]): (string | undefined)[] {
  const names = new Map<string, string>();
  return runs.map((run) => {
    const record = readJson(join(run, "options.json")) as { options?: Summary; inputs?: unknown } | undefined;
    if (!record?.options) return undefined;
    const options = Object.fromEntries(
      Object.entries(record.options).filter(([name]) => !OWN.includes(name)),
    );
    const key = JSON.stringify([sorted(options), record.inputs]);
    const known = names.get(key);
    if (known !== undefined) return known;
    const name = nameOf(options);
    const alike = [...names.values()].filter(
      (other) => other === name || other.startsWith(`${name} #`),
    ).length;
    names.set(key, alike > 0 ? `${name} #${alike + 1}` : name);
    return names.get(key);
  });
}

/** Method, protocol and budget, in a few words. */
function nameOf({ method, protocol, budget, iterations, settings }: Summary): string {
  const changed = Object.entries((settings ?? {}) as Summary)
    .filter(([, value]) => typeof value !== "object")
    .map(([name, value]) => `${name}=${value}`);
  const length = iterations === undefined ? budget : `${iterations} iterations`;
  return [method ?? "run", protocol, length, ...changed].filter((part) => part !== undefined).join(", ");
}

/** The value with the keys of all its objects in order. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, inner]) => [name, sorted(inner)]));
}
