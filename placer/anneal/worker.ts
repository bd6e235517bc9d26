// One thread of a parallel annealing: runs a round of one replica's schedule and hands its state back. A round
// depends on nothing but the task, so any thread can run it.
import {
  type CellPlacer,
  type Costs,
  Environment,
  Judge,
  type JudgeRules,
  loadCostTerms,
  PLANES,
  sampleByPrior,
} from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, copyPlacement, Random } from "../../netlist/index.js";
import { loadCellPlacer } from "../cells/own-cell-placer.js";
import type { Protocol } from "../cells/protocols.js";
import type { JobKind } from "../jobs.js";
import type { ScoredPlacement } from "../method.js";
import { FreeAnnealer } from "./anneal-free.js";
import { GridAnnealer, type GridAnnealOptions } from "./anneal-grid.js";

export interface AnnealSetup {
  readonly block: Block;
  readonly rules: JudgeRules;
  readonly protocol: Protocol;
  readonly cellPlacer?: string | undefined;
  readonly options: GridAnnealOptions;
  /** Placements drawn for the start of a replica. */
  readonly starts: number;
}

/** A round of one replica. */
export interface Round {
  /** On grid cells with soft macros placed by the protocol's cell placer (`fd`, `es`), or all macros anywhere (`free`). */
  readonly stage: "grid" | "free";
  /** Part of the schedule, 0 to 1. */
  readonly begin: number;
  readonly end: number;
  /** First temperature of the schedule on grid cells, if not that of the options. */
  readonly hottest?: number | undefined;
  /** Undefined: draw a start first. */
  readonly from: ScoredPlacement | undefined;
  readonly seed: number;
  /** Which stream of the seed: replica and round number. */
  readonly replica: number;
  readonly round: number;
  /** Sweeps, or wall-clock seconds, or whichever is over first. */
  readonly sweeps?: number | undefined;
  readonly seconds?: number | undefined;
}

export interface RoundResult {
  readonly last: ScoredPlacement;
  readonly best: ScoredPlacement;
  readonly sweeps: number;
  /** That these sweeps took, and what came before them, such as drawing a start. */
  readonly seconds: number;
  readonly secondsBefore: number;
}

/** A thread's own tools, made on its first task. */
interface WorkerContext {
  readonly judge: Judge;
  readonly cells: CellPlacer;
  readonly environment: Environment;
  grid?: GridAnnealer;
  free?: FreeAnnealer;
}

async function makeContext({ block, rules, ...cellRules }: AnnealSetup): Promise<WorkerContext> {
  const judge = new Judge(Kernels.create(), block, await loadCostTerms(rules));
  const cells = (await loadCellPlacer(cellRules))(judge);
  return { judge, cells, environment: new Environment(judge, cells) };
}

export const ANNEAL_JOBS: JobKind = { name: "anneal", module: import.meta.url };

/** The jobs of a thread: `round` runs a round; undefined if no start could be drawn. */
export function openJobs(setup: AnnealSetup) {
  let context: Promise<WorkerContext> | undefined;
  return {
    async round(task: Round): Promise<RoundResult | undefined> {
      const began = performance.now();
      context ??= makeContext(setup);
      return runRound(task, { setup, context: await context, began });
    },
  };
}

/** `began`: when the task came, ms, so that making the context counts. */
function runRound(
  task: Round,
  given: { readonly setup: AnnealSetup; readonly context: WorkerContext; readonly began: number },
): RoundResult | undefined {
  const { setup, context, began } = given;
  const seconds = () => (performance.now() - began) / 1000;
  const random = Random.stream(task.seed, "anneal", task.replica, task.round);
  const from = task.from ?? drawStart(context.environment, random, setup.starts);
  if (!from) return undefined;
  const annealer = startAnnealer(context, setup, task.stage, from, random);
  let last: ScoredPlacement = annealer.best;
  let sweeps = 0;
  const secondsBefore = seconds();
  for (;;) {
    const done = Math.max(share(sweeps, task.sweeps), share(seconds(), task.seconds));
    if (done >= 1) break;
    const costs = annealer.sweep(task.begin + done * (task.end - task.begin), task.hottest);
    sweeps++;
    last = { placement: copyPlacement(context.judge.placement), costs };
  }
  // What rounds are compared by, and continue from, depends on the hard macros alone.
  if (annealer.onlyAdjusted) {
    const costs = annealer.settle!();
    last = { placement: copyPlacement(context.judge.placement), costs };
  }
  return { last, best: annealer.best, sweeps, seconds: seconds() - secondsBefore, secondsBefore };
}

/** How much of a budget is spent; 0 if there is none, 1 if it is nothing. */
function share(spent: number, budget: number | undefined): number {
  if (budget === undefined) return 0;
  return budget > 0 ? spent / budget : 1;
}

/** What both kinds of annealing have in common. */
interface Annealer {
  readonly best: ScoredPlacement;
  sweep(progress: number, hottest?: number): Costs;
  readonly onlyAdjusted?: boolean;
  settle?(): Costs;
}

function startAnnealer(
  context: WorkerContext,
  setup: AnnealSetup,
  stage: Round["stage"],
  { placement, costs }: ScoredPlacement,
  random: Random,
): Annealer {
  if (stage === "free") {
    if (context.free) context.free.begin(placement, random);
    else context.free = new FreeAnnealer(context.judge, placement, random);
    return context.free;
  }
  context.grid ??= new GridAnnealer(context.judge, context.cells, setup.options);
  context.grid.begin(placement, random, costs);
  return context.grid;
}

/** How strongly a start follows the prior: probabilities are proportional to exp(sharpness * prior). */
const SHARPNESS = 50;
const PRIOR = PLANES.indexOf("prior");

/**
 * The best of `tries` placements whose macros were drawn cell by cell from the prior that observations carry, soft
 * macros placed; undefined if all met a dead end.
 */
export function drawStart(
  environment: Environment,
  random: Random,
  tries: number,
): ScoredPlacement | undefined {
  const { judge } = environment.episode;
  const cells = environment.actionSpace.count;
  let best: ScoredPlacement | undefined;
  for (let i = 0; i < tries; i++) {
    let seen = environment.reset();
    while (!seen.terminated) {
      const prior = seen.observation.planes.subarray(PRIOR * cells, (PRIOR + 1) * cells);
      seen = environment.step(sampleByPrior({ prior, mask: seen.mask, sharpness: SHARPNESS }, random));
    }
    const { costs } = seen.info;
    if (costs && (!best || costs.proxyCost < best.costs.proxyCost))
      best = { placement: copyPlacement(judge.placement), costs };
  }
  return best;
}
