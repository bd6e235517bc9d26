// One thread of a search by restarts: makes one attempt and hands its placement back. An attempt depends on nothing
// but the task, so it does not matter which thread gets it.
import { workerData } from "piscina";
import {
  Episode,
  Judge,
  type JudgeOptions,
  type JudgeRules,
  loadCostTerms,
  MaskMaker,
  macrosByArea,
  macrosByConnectivity,
  Observer,
  OrientationChooser,
  sampleFeasibleCell,
} from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, copyPlacement, Random } from "../../netlist/index.js";
import { analyticPlacement } from "../analytic/analytic.js";
import { ForceDirectedPlacer } from "../cells/force-directed.js";
import { GREEDY_PLAIN, type GreedySettings, greedyPlacement, growsAlongWires } from "../greedy/greedy.js";
import { type MincutOptions, mincutPlacement } from "../mincut/mincut.js";
import { Refiner } from "../refine/refine.js";
import type { OneShotName, Scored, Settings } from "./restarts.js";

export interface RestartSetup {
  readonly block: Block;
  readonly rules: JudgeRules;
}

export interface Attempt {
  readonly method: OneShotName;
  readonly seed: number;
  /** Which stream of the seed. */
  readonly attempt: number;
  readonly settings: Settings;
  /** The best placement that the attempt may know of. */
  readonly from: Scored | undefined;
}

/** A game that places macros in one order. */
interface Game {
  readonly episode: Episode;
  readonly observer: Observer;
}

/** A thread's own tools, made when first needed. */
class Bench {
  readonly judge: Judge;
  readonly cells: ForceDirectedPlacer;
  readonly orientations: OrientationChooser;
  readonly masks: MaskMaker;
  readonly macros: Int32Array;
  private readonly games = new Map<boolean, Game>();
  private refinerMade: Refiner | undefined;

  constructor(block: Block, options: JudgeOptions) {
    this.judge = new Judge(Kernels.create(), block, options);
    this.cells = new ForceDirectedPlacer(this.judge);
    this.orientations = new OrientationChooser(this.judge);
    this.masks = new MaskMaker(this.judge);
    this.macros = macrosByArea(block);
  }

  game(alongWires: boolean): Game {
    const known = this.games.get(alongWires);
    if (known) return known;
    const { block } = this.judge;
    const macros = alongWires ? macrosByConnectivity(block) : macrosByArea(block);
    const episode = new Episode(this.judge, this.cells, { macros });
    const game = { episode, observer: new Observer(episode) };
    this.games.set(alongWires, game);
    return game;
  }

  get refiner(): Refiner {
    this.refinerMade ??= new Refiner(this.judge, this.cells);
    return this.refinerMade;
  }
}

let bench: Bench | undefined;

/** Makes an attempt; undefined if some macro found no cell. */
export default async function runAttempt(task: Attempt): Promise<Scored | undefined> {
  const { block, rules } = workerData as RestartSetup;
  bench ??= new Bench(block, await loadCostTerms(rules));
  const random = Random.stream(task.seed, task.method, task.attempt);
  if (!PLACERS[task.method](bench, task, random)) return undefined;
  bench.cells.placeSoftMacros();
  const costs = bench.orientations.choose(bench.macros);
  return { placement: copyPlacement(bench.judge.placement), costs };
}

/** How each method puts the hard macros of `bench.judge.placement` on cells; false if one of them finds none. */
const PLACERS: Record<OneShotName, (bench: Bench, task: Attempt, random: Random) => boolean> = {
  random: (tools, _task, random) => placeAtRandom(tools.game(false).episode, random),
  greedy: (tools, { settings }, random) => placeGreedily(tools, settings, random),
  analytic: (tools, { settings }, random) => analyticPlacement(tools.masks, random, settings) !== undefined,
  mincut: (tools, { settings }, random) => placeByMincut(tools, settings, random),
  refine: (tools, { from }, random) =>
    from
      ? tools.refiner.sweep(from.placement, random)
      : tools.refiner.start() || placeGreedily(tools, GREEDY_PLAIN, random),
};

/** Tries of one attempt to get by dead ends, on crowded canvases. */
const TRIES = 40;
/** What every dead end adds to the noise of the next try, in wire spans. */
const NOISE_PER_DEAD_END = 0.02;

function placeGreedily(bench: Bench, settings: GreedySettings, random: Random): boolean {
  const { episode, observer } = bench.game(growsAlongWires(settings));
  for (let dead = 0; dead < TRIES; dead++) {
    const noise = (settings.noise ?? 0) + NOISE_PER_DEAD_END * dead;
    if (greedyPlacement(episode, observer, { ...settings, noise }, random)) return true;
  }
  return false;
}

/** The next stream of random numbers after a dead end: another division, by the same settings. */
function placeByMincut({ masks }: Bench, settings: Partial<MincutOptions>, random: Random): boolean {
  for (let dead = 0; dead < TRIES; dead++) if (mincutPlacement(masks, random, settings)) return true;
  return false;
}

/** Every macro on a feasible cell, all cells alike. */
function placeAtRandom(episode: Episode, random: Random): boolean {
  for (let dead = 0; dead < TRIES; dead++) {
    episode.reset();
    while (!episode.complete && !episode.deadEnd) episode.place(sampleFeasibleCell(episode, random));
    if (episode.complete) return true;
  }
  return false;
}
