// Annealing by several replicas on worker threads, with go-with-the-winners (Aldous and Vazirani 1994): the schedule is
// cut into rounds; after each, the replica with the worst placement continues from the best one. The number of replicas
// is an option of its own, so that the number of workers does not change the result. A budget for more than one schedule
// restarts: costs scatter so much once soft macros are placed that several short schedules find a better best than one
// long one.
import type { JudgeRules } from "../../env/index.js";
import type { Block } from "../../netlist/index.js";
import type { Protocol } from "../cells/protocols.js";
import { GivenUpError, type OpenPool, onThreads } from "../jobs.js";
import type { ScoredPlacement } from "../method.js";
import type { GridAnnealOptions } from "./anneal-grid.js";
import { ANNEAL_JOBS, type AnnealSetup, type Round, type RoundResult } from "./worker.js";

export interface ReplicaOptions {
  readonly block: Block;
  readonly rules: JudgeRules;
  readonly seed: number;
  readonly workers: number;
  /** Where rounds are computed, by default on threads of this process. */
  readonly openPool?: OpenPool | undefined;
  readonly protocol: Protocol;
  /** URL of the module of a cell placer instead of the protocol's. */
  readonly cellPlacer?: string | undefined;
  readonly replicas: number;
  /** Of a schedule. */
  readonly rounds: number;
  /** Placements drawn for a start. */
  readonly starts: number;
  /** Sweeps of a replica after which it starts over, so that a longer budget has several schedules; 0: never. */
  readonly sweepsPerRestart: number;
  /** One of the two: sweeps of every replica, or wall-clock seconds for all. */
  readonly sweeps?: number | undefined;
  readonly seconds?: number | undefined;
  /** Part of the budget that anneals on grid cells: 1 for protocol `fd`; the rest moves all macros anywhere. */
  readonly gridShare: number;
  readonly anneal: GridAnnealOptions;
  /** First temperature of the first schedule if its start was given. Default: as from drawn starts. */
  readonly warmHottest?: number | undefined;
  /** Where to continue, or a given start. */
  readonly from?: ReplicasState | undefined;
  /** Called after every round and waited for; false ends the annealing. */
  readonly onRound: (report: RoundReport) => Promise<boolean>;
}

/** All that is needed to continue after a round. */
export interface ReplicasState {
  /** Rounds done, of all schedules. */
  readonly round: number;
  /** Whether the first schedule began from a given placement. */
  readonly isWarm?: boolean | undefined;
  /** Schedules on grid cells that there will be, once known. */
  readonly restarts?: number | undefined;
  readonly replicas: readonly ScoredPlacement[];
  /** Since the last restart, and of all. */
  readonly restartBest: ScoredPlacement;
  readonly best: ScoredPlacement;
  readonly sweeps: number;
}

export interface RoundReport {
  readonly state: ReplicasState;
  /** Rounds that there will be. */
  readonly rounds: number;
  readonly results: readonly RoundResult[];
}

/** Runs the rounds that `from` has not done, as far as the seconds go. Undefined if no start was found. */
export async function annealReplicas(options: ReplicaOptions): Promise<ReplicasState | undefined> {
  const { block, rules, protocol, cellPlacer, starts, anneal, openPool = onThreads } = options;
  const setup: AnnealSetup = { block, rules, protocol, cellPlacer, starts, options: anneal };
  const pool = openPool(ANNEAL_JOBS, options.workers, setup);
  let state = options.from;
  let schedule = new Schedule(options, state?.restarts ?? restartsOf(options));
  const clock = startClock(options, schedule.at(state?.round ?? 0).spentBefore);
  try {
    while ((state?.round ?? 0) < schedule.rounds && !(state && clock.isOver())) {
      const plan = schedule.at(state?.round ?? 0);
      const tasks = roundTasks(options, plan, state, clock.secondsOf(plan));
      const results = await Promise.all(
        tasks.map((task) => pool.run("round", task) as Promise<RoundResult | undefined>),
      );
      const found = results.filter((result) => result !== undefined);
      if (found.length === 0) return undefined;
      const restarts: number = state?.restarts ?? restartsOf(options, found);
      state = nextState(state, found, options.replicas, { ...plan, restarts });
      schedule = new Schedule(options, restarts);
      if (!(await options.onRound({ state, rounds: schedule.rounds, results: found }))) break;
    }
  } catch (error) {
    if (!(state && error instanceof GivenUpError)) throw error; // the round in progress is lost, no other
  } finally {
    await pool.close();
  }
  return state;
}

/** What the replicas do in a round. */
export interface RoundPlan extends Pick<Round, "stage" | "begin" | "end"> {
  /** Number of the schedule on grid cells. */
  readonly restart: number;
  /** Where they continue: from a new start, their own placement, or the best one since the restart or of all. */
  readonly from: "start" | "own" | "restart" | "best";
  /** Part of the budget up to the beginning of the round, to its end and to that of its schedule, 0 to 1. */
  readonly spentBefore: number;
  readonly spentAfter: number;
  readonly spentAtEnd: number;
}

/** In the last quarter of a schedule all replicas continue from the best placement. */
const LAST_QUARTER = 0.75;

/**
 * The rounds of an annealing: schedules on grid cells, each from hot to cold from a new start, then, under protocol
 * `free`, one schedule for all macros anywhere.
 */
export class Schedule {
  /** In all. */
  readonly rounds: number;
  /** Part of the budget that the schedules on grid cells take together. */
  readonly gridShare: number;
  private readonly restarts: number;
  private readonly perRestart: number;
  private readonly perSchedule: number;

  /**
   * @param options rounds of one schedule, and the part of the budget, and of these rounds, for grid cells
   * @param restarts schedules on grid cells
   */
  constructor(
    { rounds, gridShare }: { readonly rounds: number; readonly gridShare: number },
    restarts: number,
  ) {
    this.perRestart = Math.max(1, Math.round(gridShare * rounds));
    this.restarts = restarts;
    this.rounds = restarts * this.perRestart + rounds - this.perRestart;
    this.perSchedule = rounds;
    this.gridShare = this.perRestart / rounds;
  }

  at(round: number): RoundPlan {
    const first = this.restarts * this.perRestart;
    const spentBefore = this.spent(round);
    const spentAfter = this.spent(round + 1);
    if (round < first) {
      const at = round % this.perRestart;
      const isLate = at > 0 && at === Math.floor(LAST_QUARTER * this.perRestart);
      const from = at === 0 ? "start" : isLate ? "restart" : "own";
      const [begin, end] = [at / this.perRestart, (at + 1) / this.perRestart];
      const spentAtEnd = this.spent(round - at + this.perRestart);
      const restart = Math.floor(round / this.perRestart);
      return { stage: "grid", restart, begin, end, from, spentBefore, spentAfter, spentAtEnd };
    }
    const count = this.rounds - first;
    const at = round - first;
    const fromBest = at === 0 || at === Math.floor(LAST_QUARTER * count);
    const [begin, end] = [at / count, (at + 1) / count];
    return {
      stage: "free",
      restart: this.restarts,
      begin,
      end,
      from: fromBest ? "best" : "own",
      spentBefore,
      spentAfter,
      spentAtEnd: 1,
    };
  }

  /** Part of the budget that the first rounds take; those of several restarts are shorter. */
  private spent(rounds: number): number {
    const onGrid = Math.min(rounds, this.restarts * this.perRestart);
    return (onGrid / this.restarts + (rounds - onGrid)) / this.perSchedule;
  }
}

/** How the wall-clock seconds are divided, if there is such a budget; `spent` is the part used before. */
function startClock({ seconds }: ReplicaOptions, spent: number) {
  if (seconds === undefined) return { isOver: () => false, secondsOf: () => undefined };
  const end = performance.now() + 1000 * seconds * (1 - spent);
  const left = () => Math.max(0, (end - performance.now()) / 1000);
  return {
    isOver: () => left() === 0,
    /** A round's part of what is left to its schedule, so that a slow one, or drawing a start, delays no other. */
    secondsOf({ spentBefore, spentAfter, spentAtEnd }: RoundPlan): number {
      const toSchedule = Math.max(0, left() - seconds * (1 - spentAtEnd));
      return (toSchedule * (spentAfter - spentBefore)) / (spentAtEnd - spentBefore);
    },
  };
}

/**
 * How many schedules the budget has room for: by its sweeps, or by its seconds and how long the sweeps of the first
 * round took; one as long as that is not known.
 */
function restartsOf(options: ReplicaOptions, results?: readonly RoundResult[]): number {
  const { sweepsPerRestart, sweeps, seconds, from } = options;
  if (sweepsPerRestart === 0) return 1;
  const { gridShare } = new Schedule(options, 1);
  if (sweeps !== undefined) return Math.max(1, Math.round((gridShare * sweeps) / sweepsPerRestart));
  if (seconds === undefined || !results) return 1;
  const sum = (of: (result: RoundResult) => number) => results.reduce((all, result) => all + of(result), 0);
  const perSweep = sum((result) => result.seconds) / sum((result) => result.sweeps);
  const before = sum((result) => result.secondsBefore) / results.length;
  const perRestart = (before + sweepsPerRestart * perSweep) / threadShare(options);
  // A first round from a given start does not tell how long it takes to draw those of the others, so they need whole schedules.
  const whole = from?.isWarm ? Math.floor : Math.round;
  return perRestart > 0 ? Math.max(1, whole((gridShare * seconds) / perRestart)) : 1;
}

/** Of a budget in seconds, what each replica gets when threads are fewer: they take turns. */
function threadShare({ replicas, workers }: ReplicaOptions): number {
  return 1 / Math.ceil(replicas / workers);
}

/** What every replica does next. */
function roundTasks(
  options: ReplicaOptions,
  plan: RoundPlan,
  state: ReplicasState | undefined,
  seconds: number | undefined,
): Round[] {
  const { replicas, seed, sweepsPerRestart, rounds } = options;
  const { stage, restart, begin, end, spentBefore, spentAfter } = plan;
  const budget = (whole: number) => Math.floor(spentAfter * whole) - Math.floor(spentBefore * whole);
  // How many schedules there will be is not known before the first round, which is no longer than one of several.
  const isMeasured = state?.restarts === undefined && sweepsPerRestart > 0;
  const most = isMeasured ? Math.max(1, Math.round(sweepsPerRestart / rounds)) : undefined;
  return Array.from({ length: replicas }, (_, replica) => ({
    from: origin(plan, state, replica),
    seed,
    replica,
    round: state?.round ?? 0,
    stage,
    begin,
    end,
    hottest: state?.isWarm && restart === 0 ? options.warmHottest : undefined,
    sweeps: options.sweeps === undefined ? most : budget(options.sweeps),
    seconds: seconds && threadShare(options) * seconds,
  }));
}

function origin(
  { from }: RoundPlan,
  state: ReplicasState | undefined,
  replica: number,
): ScoredPlacement | undefined {
  if (from === "own") return state?.replicas[replica];
  return from === "best" ? state?.best : bestOfRestart(from, state);
}

/** The best since the restart. The first schedule has what a method before found; all others draw their start. */
function bestOfRestart(
  from: RoundPlan["from"],
  state: ReplicasState | undefined,
): ScoredPlacement | undefined {
  return from === "start" && state?.round !== 0 ? undefined : state?.restartBest;
}

function nextState(
  state: ReplicasState | undefined,
  results: readonly RoundResult[],
  count: number,
  { from, restarts }: RoundPlan & { readonly restarts: number },
): ReplicasState {
  const cost = (replica: ScoredPlacement) => replica.costs.proxyCost;
  const least = (known: ScoredPlacement | undefined) =>
    results.reduce(
      (best, result) => (cost(result.best) < cost(best) ? result.best : best),
      known ?? results[0]!.best,
    );
  const replicas = Array.from({ length: count }, (_, i) => results[i % results.length]!.last);
  const order = replicas.map((_, i) => i).sort((a, b) => cost(replicas[a]!) - cost(replicas[b]!) || a - b);
  replicas[order.at(-1)!] = replicas[order[0]!]!;
  return {
    round: (state?.round ?? 0) + 1,
    isWarm: state?.isWarm,
    restarts,
    replicas,
    restartBest: least(bestOfRestart(from, state)),
    best: least(state?.best),
    sweeps: (state?.sweeps ?? 0) + results.reduce((sum, result) => sum + result.sweeps, 0),
  };
}
