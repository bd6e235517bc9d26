// Annealing by several replicas on worker threads, with go-with-the-winners: the schedule is cut into stretches;
// after each, the replica that stands worst goes on from where the best one stands. The number of replicas is an
// option of its own, so that the number of workers does not change the result. A budget for more than one schedule
// anneals in cycles: costs scatter so much once soft macros are settled that several short schedules find a better best
// than one long one.
import { Piscina } from "piscina";
import type { JudgeRules } from "../../env/index.js";
import type { Block } from "../../netlist/index.js";
import { endPool } from "../end-pool.js";
import type { GridAnnealOptions } from "./anneal-grid.js";
import type { AnnealSetup, Replica, Stretch, StretchResult } from "./anneal-worker.js";
import { type StretchPlan, Timetable } from "./schedule.js";

export interface ReplicaOptions {
  readonly seed: number;
  readonly workers: number;
  readonly replicas: number;
  /** Of a schedule. */
  readonly stretches: number;
  readonly starts: number;
  /** Slices of a replica after which it starts over, so that a longer budget has several cycles; 0: never. */
  readonly cycle: number;
  /** One of the two: slices of every replica's schedule, or wall-clock seconds for all. */
  readonly slices?: number | undefined;
  readonly seconds?: number | undefined;
  /** Part of the budget that anneals on grid cells: 1 for protocol `fd`; the rest moves all macros anywhere. */
  readonly gridShare: number;
  readonly anneal: GridAnnealOptions;
}

/** All that is needed to go on after a stretch. */
export interface ReplicasState {
  /** Stretches done. */
  readonly stretch: number;
  /** Cycles that there will be, once known. */
  readonly cycles?: number | undefined;
  readonly replicas: readonly Replica[];
  /** Of the cycle, and of all. */
  readonly cycleBest: Replica;
  readonly best: Replica;
  readonly slices: number;
}

export interface StretchReport {
  readonly state: ReplicasState;
  /** Stretches that there will be. */
  readonly stretches: number;
  readonly results: readonly StretchResult[];
}

/**
 * Runs the stretches that `from` has not done, as far as the seconds go; `onStretch` is waited for, and ends it
 * by false. Undefined if no start was found.
 */
export async function annealReplicas(
  block: Block,
  rules: JudgeRules,
  options: ReplicaOptions,
  onStretch: (report: StretchReport) => Promise<boolean> = async () => true,
  from?: ReplicasState,
): Promise<ReplicasState | undefined> {
  const setup: AnnealSetup = { block, rules, options: options.anneal, starts: options.starts };
  const pool = new Piscina({
    filename: new URL("./anneal-worker.js", import.meta.url).href,
    minThreads: options.workers,
    maxThreads: options.workers,
    workerData: setup,
  });
  let state = from;
  let timetable = new Timetable(options, state?.cycles ?? cyclesOf(options));
  const clock = startClock(options, timetable.at(state?.stretch ?? 0).spentBefore);
  try {
    while ((state?.stretch ?? 0) < timetable.stretches && !(state && clock.isOver())) {
      const plan = timetable.at(state?.stretch ?? 0);
      const tasks = stretchTasks(options, plan, state, clock.secondsOf(plan));
      const results = await Promise.all(
        tasks.map((task) => pool.run(task) as Promise<StretchResult | undefined>),
      );
      const found = results.filter((result) => result !== undefined);
      if (found.length === 0) return undefined;
      const cycles: number = state?.cycles ?? cyclesOf(options, found);
      state = nextState(state, found, options.replicas, plan, cycles);
      timetable = new Timetable(options, cycles);
      if (!(await onStretch({ state, stretches: timetable.stretches, results: found }))) break;
    }
  } finally {
    await endPool(pool);
  }
  return state;
}

/** How the wall-clock seconds go, if they count; `spent` is the part of them that went before. */
function startClock({ seconds }: ReplicaOptions, spent: number) {
  if (seconds === undefined) return { isOver: () => false, secondsOf: () => undefined };
  const end = performance.now() + 1000 * seconds * (1 - spent);
  const left = () => Math.max(0, (end - performance.now()) / 1000);
  return {
    isOver: () => left() === 0,
    /** Of a stretch: its part of what is left to its schedule, so that a slow one, or drawing a start, delays no other. */
    secondsOf({ spentBefore, spentAfter, spentAtEnd }: StretchPlan): number {
      const toSchedule = Math.max(0, left() - seconds * (1 - spentAtEnd));
      return (toSchedule * (spentAfter - spentBefore)) / (spentAtEnd - spentBefore);
    },
  };
}

/**
 * How many cycles the budget has room for: by its slices, or by its seconds and how long the slices of the first
 * stretch took; one as long as that is not known.
 */
function cyclesOf(options: ReplicaOptions, results?: readonly StretchResult[]): number {
  const { cycle, slices, seconds } = options;
  if (cycle === 0) return 1;
  const { gridShare } = new Timetable(options, 1);
  if (slices !== undefined) return Math.max(1, Math.round((gridShare * slices) / cycle));
  if (seconds === undefined || !results) return 1;
  const sum = (of: (result: StretchResult) => number) => results.reduce((all, result) => all + of(result), 0);
  const slice = sum((result) => result.seconds) / sum((result) => result.slices);
  const before = sum((result) => result.secondsBefore) / results.length;
  const perCycle = (before + cycle * slice) / threadShare(options);
  return perCycle > 0 ? Math.max(1, Math.round((gridShare * seconds) / perCycle)) : 1;
}

/** Of a budget in seconds, what each replica gets when threads are fewer: they take turns. */
function threadShare({ replicas, workers }: ReplicaOptions): number {
  return 1 / Math.ceil(replicas / workers);
}

/** What every replica does next. */
function stretchTasks(
  options: ReplicaOptions,
  plan: StretchPlan,
  state: ReplicasState | undefined,
  seconds: number | undefined,
): Stretch[] {
  const { replicas, seed, cycle, stretches } = options;
  const stretch = state?.stretch ?? 0;
  const { stage, begin, end, spentBefore, spentAfter } = plan;
  const budget = (whole: number) => Math.floor(spentAfter * whole) - Math.floor(spentBefore * whole);
  // How many cycles there will be is not known before the first stretch, which is no longer than one of several.
  const isMeasured = state?.cycles === undefined && cycle > 0;
  const most = isMeasured ? Math.max(1, Math.round(cycle / stretches)) : undefined;
  return Array.from({ length: replicas }, (_, replica) => ({
    from: origin(plan, state, replica),
    seed,
    replica,
    stretch,
    stage,
    begin,
    end,
    slices: options.slices === undefined ? most : budget(options.slices),
    seconds: seconds && threadShare(options) * seconds,
  }));
}

function origin(
  { from }: StretchPlan,
  state: ReplicasState | undefined,
  replica: number,
): Replica | undefined {
  if (from === "own") return state?.replicas[replica];
  return from === "best" ? state?.best : bestOfCycle(from, state);
}

/** The best that the cycle has so far. The first one has what a method before found; all others draw their start. */
function bestOfCycle(from: StretchPlan["from"], state: ReplicasState | undefined): Replica | undefined {
  return from === "start" && state?.stretch !== 0 ? undefined : state?.cycleBest;
}

function nextState(
  state: ReplicasState | undefined,
  results: readonly StretchResult[],
  count: number,
  { from }: StretchPlan,
  cycles: number,
): ReplicasState {
  const cost = (replica: Replica) => replica.costs.proxyCost;
  const least = (known: Replica | undefined) =>
    results.reduce(
      (best, result) => (cost(result.best) < cost(best) ? result.best : best),
      known ?? results[0]!.best,
    );
  const replicas = Array.from({ length: count }, (_, i) => results[i % results.length]!.last);
  const order = replicas.map((_, i) => i).sort((a, b) => cost(replicas[a]!) - cost(replicas[b]!) || a - b);
  replicas[order.at(-1)!] = replicas[order[0]!]!;
  return {
    stretch: (state?.stretch ?? 0) + 1,
    cycles,
    replicas,
    cycleBest: least(bestOfCycle(from, state)),
    best: least(state?.best),
    slices: (state?.slices ?? 0) + results.reduce((sum, result) => sum + result.slices, 0),
  };
}
