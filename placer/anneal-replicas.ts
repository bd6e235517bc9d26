// Annealing by several replicas on worker threads, with go-with-the-winners: the schedule is cut into stretches;
// after each, the replica that stands worst goes on from where the best one stands. The number of replicas is an
// option of its own, so that the number of workers does not change the result.
import { Piscina } from "piscina";
import type { CostWeights } from "../env/index.js";
import type { Block } from "../netlist/index.js";
import type { GridAnnealOptions } from "./anneal-grid.js";
import type { AnnealSetup, Replica, Stretch, StretchResult } from "./anneal-worker.js";
import { endPool } from "./end-pool.js";

export interface ReplicaOptions {
  readonly seed: number;
  readonly workers: number;
  readonly replicas: number;
  readonly stretches: number;
  readonly starts: number;
  /** One of the two: slices of every replica's schedule, or wall-clock seconds for all. */
  readonly slices?: number | undefined;
  readonly seconds?: number | undefined;
  /** Part of the stretches that anneal on grid cells: 1 for protocol `fd`; the rest moves all macros anywhere. */
  readonly gridShare: number;
  readonly anneal: GridAnnealOptions;
}

/** All that is needed to go on after a stretch. */
export interface ReplicasState {
  /** Stretches done. */
  readonly stretch: number;
  readonly replicas: readonly Replica[];
  readonly best: Replica;
  readonly slices: number;
}

export interface StretchReport {
  readonly state: ReplicasState;
  readonly results: readonly StretchResult[];
}

/** Runs the stretches that `from` has not done; `onStretch` is waited for. Undefined if no start was found. */
export async function annealReplicas(
  block: Block,
  weights: CostWeights,
  options: ReplicaOptions,
  onStretch: (report: StretchReport) => void | Promise<void> = () => {},
  from?: ReplicasState,
): Promise<ReplicasState | undefined> {
  const setup: AnnealSetup = { block, weights, options: options.anneal, starts: options.starts };
  const pool = new Piscina({
    filename: new URL("./anneal-worker.js", import.meta.url).href,
    minThreads: options.workers,
    maxThreads: options.workers,
    workerData: setup,
  });
  let state = from;
  try {
    while ((state?.stretch ?? 0) < options.stretches) {
      const tasks = stretchTasks(options, state);
      const results = await Promise.all(
        tasks.map((task) => pool.run(task) as Promise<StretchResult | undefined>),
      );
      const found = results.filter((result) => result !== undefined);
      if (found.length === 0) return undefined;
      state = nextState(state, found, options.replicas);
      await onStretch({ state, results: found });
    }
  } finally {
    await endPool(pool);
  }
  return state;
}

/**
 * What every replica does next. When the stage changes, and in the last quarter of each, all go on from the best
 * placement known.
 */
function stretchTasks(options: ReplicaOptions, state: ReplicasState | undefined): Stretch[] {
  const { stretches, replicas, seed } = options;
  const stretch = state?.stretch ?? 0;
  const onGrid = Math.max(1, Math.round(options.gridShare * stretches));
  const stage = stretch < onGrid ? "grid" : "free";
  const first = stage === "grid" ? 0 : onGrid;
  const count = stage === "grid" ? onGrid : stretches - onGrid;
  const fromBest = stretch === onGrid || stretch - first === Math.floor(0.75 * count);
  const share = replicas > options.workers ? options.workers / replicas : 1;
  return Array.from({ length: replicas }, (_, replica) => ({
    from: fromBest ? state?.best : state?.replicas[replica],
    seed,
    replica,
    stretch,
    stage,
    begin: (stretch - first) / count,
    end: (stretch - first + 1) / count,
    slices: options.slices === undefined ? undefined : slicesOf(options.slices, stretch, stretches),
    seconds: options.seconds === undefined ? undefined : (share * options.seconds) / stretches,
  }));
}

function slicesOf(slices: number, stretch: number, stretches: number): number {
  return Math.floor(((stretch + 1) * slices) / stretches) - Math.floor((stretch * slices) / stretches);
}

function nextState(
  state: ReplicasState | undefined,
  results: readonly StretchResult[],
  count: number,
): ReplicasState {
  const cost = (replica: Replica) => replica.costs.proxyCost;
  let best = state?.best ?? results[0]!.best;
  for (const result of results) if (cost(result.best) < cost(best)) best = result.best;
  const replicas = Array.from({ length: count }, (_, i) => results[i % results.length]!.last);
  const order = replicas.map((_, i) => i).sort((a, b) => cost(replicas[a]!) - cost(replicas[b]!) || a - b);
  replicas[order.at(-1)!] = replicas[order[0]!]!;
  const slices = (state?.slices ?? 0) + results.reduce((sum, result) => sum + result.slices, 0);
  return { stretch: (state?.stretch ?? 0) + 1, replicas, best, slices };
}
