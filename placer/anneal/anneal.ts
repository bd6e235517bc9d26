// Method `anneal`: simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983) by several replicas. Protocol fd: hard
// macros on grid cells. Protocol free: the same first, then hard and soft macros anywhere.
//
// To follow it down: this page, replicas.ts (what each replica does when), worker.ts (one thread), anneal-grid.ts (one
// sweep) and its kernels in kernels/assembly/anneal/.
import { z } from "zod";
import { InputError, isFile, leastOf, readOwnJson } from "../../netlist/index.js";
import type { Method, MethodContext, MethodResult } from "../method.js";
import {
  reviveScored,
  SECONDS_PER_CHECKPOINT,
  SECONDS_PER_LINE,
  type StoredScored,
  storeScored,
  throttle,
  timeText,
} from "../search.js";
import { GRID_ANNEAL_DEFAULTS, GRID_PROPOSALS, type GridProposal } from "./anneal-grid.js";
import { ANNEALS_IN_BURSTS } from "./bursts.js";
import { annealReplicas, type ReplicasState, type RoundReport } from "./replicas.js";

const shareSchemas = Object.fromEntries(
  GRID_PROPOSALS.map((name) => [
    name,
    z
      .number()
      .min(0)
      .default(GRID_ANNEAL_DEFAULTS.shares[name])
      .describe("relative frequency of this proposal"),
  ]),
) as Record<GridProposal, z.ZodDefault<z.ZodNumber>>;

const settingsSchema = z.strictObject({
  replicas: z
    .number()
    .int()
    .min(1)
    .max(64)
    .optional()
    .describe(
      "annealings side by side, of which the worst continues from the best after every round, by default 2, under protocol es with a budget of seconds no more than workers; raise it on machines with more cores",
    ),
  rounds: z
    .number()
    .int()
    .min(1)
    .max(1000)
    .default(12)
    .describe(
      "parts of a schedule, after which replicas exchange placements and progress is saved; lower it if a round takes under a second",
    ),
  sweepsPerRestart: z
    .number()
    .int()
    .min(0)
    .optional()
    .describe(
      "sweeps of a replica after which it restarts hot from a new start, by default 20, under protocol es 60; 0: one schedule for the whole budget; raise it on blocks where longer schedules end lower",
    ),
  starts: z
    .number()
    .int()
    .min(1)
    .default(8)
    .describe(
      "placements drawn for a start, of which the best is taken; lower it if drawing them takes much of the budget",
    ),
  gridShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.35)
    .describe(
      "protocol free: part of the budget on grid cells, before all macros move anywhere; lower it for few macros and many soft macros",
    ),
  hottest: z
    .number()
    .positive()
    .default(GRID_ANNEAL_DEFAULTS.hottest)
    .describe("first temperature from a drawn start, in proxy cost; lower it to keep more of that"),
  warmHottest: z
    .number()
    .positive()
    .default(1e-4)
    .describe("first temperature from a given placement; lower it to keep more of that"),
  coldest: z
    .number()
    .positive()
    .default(GRID_ANNEAL_DEFAULTS.coldest)
    .describe("last temperature, in proxy cost; lower it if the cost still falls at the end"),
  stepsPerMacro: z
    .number()
    .positive()
    .default(GRID_ANNEAL_DEFAULTS.stepsPerMacro)
    .describe(
      "proposals per macro in a sweep, after which the soft macros are placed anew; raise it if placing them takes most of the time",
    ),
  experimental: z
    .strictObject({
      shares: z
        .strictObject(shareSchemas)
        .prefault({})
        .describe("relative frequency of each kind of proposal"),
    })
    .prefault({})
    .describe("may change or go in any version"),
});

export type AnnealSettings = z.output<typeof settingsSchema>;

/** Where costs scatter, as under fd, several short schedules find more than a long one. */
const SWEEPS_PER_RESTART = { fd: 20, es: 60, free: 20 } as const;

const REPLICAS = 2;

const CHECKPOINT = "checkpoints/anneal.json";

export const annealMethod: Method<AnnealSettings> = {
  name: "anneal",
  description: "simulated annealing by several replicas, restarted as often as the budget allows",
  protocols: ["fd", "es", "free"],
  settings: settingsSchema,
  oldNames: {
    renamed: { stretches: "rounds", cycle: "sweepsPerRestart", shares: "experimental.shares" },
  },
  checkpoint: CHECKPOINT,
  warmStart: { upright: true },
  turns: ["free"],
  distributes: true,
  run: anneal,
};

async function anneal(context: MethodContext<AnnealSettings>): Promise<MethodResult | undefined> {
  const { block, start, protocol, run, onProgress } = context;
  const { rounds, starts, gridShare, warmHottest, experimental, ...others } = context.settings;
  const { sweepsPerRestart = SWEEPS_PER_RESTART[protocol], replicas: wanted, ...schedule } = others;
  const resumed = context.resume ? readState(run.file(CHECKPOINT), block.nodeCount) : undefined;
  const replicas = resumed?.state.replicas.length ?? wanted ?? replicasFor(context);
  if (context.rules.terms.length > 0) onProgress(ANNEALS_IN_BURSTS);
  if (resumed) onProgress(`resuming after round ${resumed.state.round}`);
  const before = resumed?.before ?? { iterations: start?.iterations ?? 0, episodes: start?.episodes ?? 0 };
  const isFirst = before.iterations + before.episodes === 0;
  if (resumed || (context.resume && isFirst))
    await run.continueAfter(before.iterations + (resumed?.state.round ?? 0));
  else run.beginStage();
  const state = await annealReplicas({
    block,
    rules: context.rules,
    seed: context.seed,
    workers: context.workers,
    openPool: context.openPool,
    protocol,
    cellPlacer: context.cellPlacer,
    replicas,
    rounds,
    sweepsPerRestart,
    starts,
    sweeps: context.budget.iterations,
    seconds: context.budget.seconds,
    gridShare: protocol === "free" ? gridShare : 1,
    anneal: { ...schedule, shares: experimental.shares },
    warmHottest,
    from: resumed?.state ?? (start && startState(start, replicas)),
    onRound: roundKeeper(context, before),
  });
  if (!state) return undefined;
  if (state === resumed?.state)
    onProgress("its schedules are over: a longer annealing is another run (--out)");
  await run.writeJson(CHECKPOINT, storeState(state, before));
  // Sweeps are counted over all replicas; an iteration is a sweep of each.
  return { ...state.best, iterations: Math.round(state.sweeps / replicas), episodes: before.episodes };
}

/**
 * Replicas that share a thread halve each other's sweeps, and where sweeps are few one of twice as many ends lower. What is
 * counted by iterations does not depend on the number of threads.
 */
function replicasFor({ protocol, budget, workers }: MethodContext<AnnealSettings>): number {
  const isTimed = budget.iterations === undefined && budget.seconds !== undefined;
  return isTimed && protocol === "es" ? Math.min(REPLICAS, workers) : REPLICAS;
}

/** Keeps best placement, metrics and checkpoint on disk after every round; returns whether to continue. */
function roundKeeper(context: MethodContext<AnnealSettings>, before: Before) {
  const { block, run, onProgress } = context;
  const started = performance.now();
  const lineDue = throttle(SECONDS_PER_LINE);
  const checkpointDue = throttle(SECONDS_PER_CHECKPOINT);
  const budgetSeconds = context.budget.iterations === undefined ? context.budget.seconds : undefined;
  let written: ReplicasState["best"] | undefined;
  let firstRound: number | undefined;
  return async ({ state, rounds, results }: RoundReport): Promise<boolean> => {
    const elapsed = (performance.now() - started) / 1000;
    const { costs, placement } = state.best;
    const better = state.best !== written;
    if (better) await run.writeBest(block, placement, costs);
    written = state.best;
    for (const { best, last } of results)
      for (const found of [best, last]) run.offer?.(found.placement, found.costs);
    run.appendMetrics({
      iteration: before.iterations + state.round,
      seconds: elapsed,
      sweeps: state.sweeps,
      "cost/proxy": leastOf(results.map((result) => result.last.costs.proxyCost)),
      "cost/best": costs.proxyCost,
    });
    firstRound ??= state.round - 1;
    const [done, toDo] = [state.round - firstRound, rounds - state.round];
    const left = budgetSeconds === undefined ? (elapsed / done) * toDo : budgetSeconds - elapsed;
    if (lineDue(elapsed, better))
      onProgress(
        `round ${state.round} of ${rounds}  ${timeText(elapsed, left)}  best ${costs.proxyCost.toFixed(4)}`,
      );
    if (checkpointDue(elapsed, better)) await run.writeJson(CHECKPOINT, storeState(state, before));
    return !context.signal?.aborted;
  };
}

function startState({ placement, costs }: MethodResult, replicas: number): ReplicasState {
  const best = { placement, costs };
  return {
    round: 0,
    isWarm: true,
    sweeps: 0,
    restartBest: best,
    best,
    replicas: Array.from({ length: replicas }, () => best),
  };
}

/** What a method before did: its iterations in metrics.jsonl, and episodes. */
interface Before {
  readonly iterations: number;
  readonly episodes: number;
}

interface StoredState extends Omit<ReplicasState, "restartBest" | "best" | "replicas"> {
  readonly before: Before;
  readonly restartBest: StoredScored;
  readonly best: StoredScored;
  readonly replicas: readonly StoredScored[];
}

function storeState(state: ReplicasState, before: Before): StoredState {
  return {
    ...state,
    before,
    restartBest: storeScored(state.restartBest),
    best: storeScored(state.best),
    replicas: state.replicas.map(storeScored),
  };
}

/** Fields of checkpoints that version 0.1 wrote under other names. */
const RENAMED_FIELDS: Readonly<Record<string, string>> = {
  stretch: "round",
  slices: "sweeps",
  cycles: "restarts",
  cycleBest: "restartBest",
};

function readState(path: string, nodeCount: number): { state: ReplicasState; before: Before } | undefined {
  if (!isFile(path)) return undefined;
  try {
    const fields = Object.entries(readOwnJson(path) as object);
    const stored = Object.fromEntries(fields.map(([name, value]) => [RENAMED_FIELDS[name] ?? name, value]));
    const { before, restartBest, best, replicas, ...rest } = stored as unknown as StoredState;
    if (!Number.isInteger(before.iterations + before.episodes)) throw new Error("of another version");
    const state = {
      ...rest,
      restartBest: reviveScored(restartBest, nodeCount),
      best: reviveScored(best, nodeCount),
      replicas: replicas.map((replica) => reviveScored(replica, nodeCount)),
    };
    return { before, state };
  } catch {
    throw new InputError(path, "is not a checkpoint of annealing this block", "choose another --out");
  }
}
