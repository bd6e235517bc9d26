// One thread of a parallel annealing: runs a stretch of one replica's schedule and hands its state back. A stretch
// depends on nothing but the task, so it does not matter which thread gets it.
import { workerData } from "piscina";
import { type Costs, Episode, Judge, type JudgeRules, loadCostTerms, Observer } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, copyPlacement, type Placement, Random } from "../../netlist/index.js";
import { ForceDirectedPlacer } from "../cells/force-directed.js";
import { FreeAnnealer } from "./anneal-free.js";
import { GridAnnealer, type GridAnnealOptions } from "./anneal-grid.js";
import { drawStart } from "./prior-start.js";
import type { StretchPlan } from "./schedule.js";

export interface AnnealSetup {
  readonly block: Block;
  readonly rules: JudgeRules;
  readonly options: GridAnnealOptions;
  /** Placements drawn for the start of a replica. */
  readonly starts: number;
}

/** Where a replica stands between two stretches. */
export interface Replica {
  readonly placement: Placement;
  /** Settled cost of `placement`. */
  readonly costs: Costs;
}

export interface Stretch {
  /** Undefined: draw a start first. */
  readonly from: Replica | undefined;
  readonly seed: number;
  /** Which stream of the seed: replica and stretch number. */
  readonly replica: number;
  readonly stretch: number;
  readonly stage: StretchPlan["stage"];
  /** Part of the schedule, 0 to 1. */
  readonly begin: number;
  readonly end: number;
  /** Slices of the schedule, or wall-clock seconds, or whichever is over first. */
  readonly slices?: number | undefined;
  readonly seconds?: number | undefined;
}

export interface StretchResult {
  readonly last: Replica;
  readonly best: Replica;
  readonly slices: number;
  /** That these slices took, and what came before them, such as drawing a start. */
  readonly seconds: number;
  readonly secondsBefore: number;
  /** Seconds after the stretch began, and the settled proxy cost, of every improvement. */
  readonly improvements: readonly (readonly [number, number])[];
}

/** A thread's own tools, made on its first task. */
interface Bench {
  readonly judge: Judge;
  readonly cells: ForceDirectedPlacer;
  readonly episode: Episode;
  readonly observer: Observer;
  grid?: GridAnnealer;
  free?: FreeAnnealer;
}

let bench: Bench | undefined;

async function makeBench({ block, rules }: AnnealSetup): Promise<Bench> {
  const judge = new Judge(Kernels.create(), block, await loadCostTerms(rules));
  const cells = new ForceDirectedPlacer(judge);
  const episode = new Episode(judge, cells);
  return { judge, cells, episode, observer: new Observer(episode) };
}

/** Runs a stretch; undefined if no start could be drawn. */
export default async function runStretch(task: Stretch): Promise<StretchResult | undefined> {
  const setup = workerData as AnnealSetup;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  bench ??= await makeBench(setup);
  const random = Random.stream(task.seed, "anneal", task.replica, task.stretch);
  const from = task.from ?? drawStart(bench.episode, bench.observer, random, setup.starts);
  if (!from) return undefined;
  const annealer = startAnnealer(bench, setup, task.stage, from, random);
  const improvements: [number, number][] = [[seconds(), annealer.best.costs.proxyCost]];
  let last: Replica = annealer.best;
  let slices = 0;
  const secondsBefore = seconds();
  for (;;) {
    const done = Math.max(share(slices, task.slices), share(seconds(), task.seconds));
    if (done >= 1) break;
    const costs = annealer.slice(task.begin + done * (task.end - task.begin));
    slices++;
    const { proxyCost } = annealer.best.costs;
    if (proxyCost < improvements.at(-1)![1]) improvements.push([seconds(), proxyCost]);
    last = { placement: copyPlacement(bench.judge.placement), costs };
  }
  return {
    last,
    best: annealer.best,
    slices,
    seconds: seconds() - secondsBefore,
    secondsBefore,
    improvements,
  };
}

/** How much of a budget is spent; 0 if there is none, 1 if it is nothing. */
function share(spent: number, budget: number | undefined): number {
  if (budget === undefined) return 0;
  return budget > 0 ? spent / budget : 1;
}

/** What both kinds of annealing have in common. */
interface Annealer {
  readonly best: Replica;
  slice(progress: number): Costs;
}

function startAnnealer(
  bench: Bench,
  setup: AnnealSetup,
  stage: Stretch["stage"],
  { placement, costs }: Replica,
  random: Random,
): Annealer {
  if (stage === "free") {
    if (bench.free) bench.free.begin(placement, random);
    else bench.free = new FreeAnnealer(bench.judge, placement, random);
    return bench.free;
  }
  bench.grid ??= new GridAnnealer(bench.judge, bench.cells, setup.options);
  bench.grid.begin(placement, random, costs);
  return bench.grid;
}
