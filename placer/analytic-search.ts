// Restarts of analytic placement. How full bins may be, how far macros go to the walls and how hard all is spread
// decides what the judge thinks of the result, and differs from block to block: the first settings are the defaults,
// the next are drawn, later ones lie around the best so far or are drawn anew, by turns.
import type { CellPlacer, Costs, Judge } from "../env/index.js";
import { copyPlacement, type Placement, Random } from "../netlist/index.js";
import { ANALYTIC_DEFAULTS, type AnalyticOptions, analyticPlacement } from "./analytic.js";

/** Least and greatest of the settings that are drawn; on a logarithmic scale. */
const RANGES = {
  target: [0.45, 1.2],
  inflation: [0.3, 1],
  softGrowth: [0.15, 1],
  outward: [0.5, 25],
  lastPenalty: [2000, 40000],
  spread: [0.01, 0.1],
} as const satisfies Partial<Record<keyof AnalyticOptions, readonly [number, number]>>;

type Drawn = Record<keyof typeof RANGES, number>;
const NAMES = Object.keys(RANGES) as (keyof typeof RANGES)[];

/** Restarts that draw from everywhere before any stays near the best. */
const DRAWN_FIRST = 4;
/** How far a restart near the best strays, in parts of the range. */
const STRAY = 0.15;

export interface AnalyticResult {
  readonly placement: Placement;
  readonly costs: Costs;
}

/** Each restart is settled and scored; the best is kept. */
export class AnalyticSearch {
  best: AnalyticResult | undefined;
  /** Settings that the last restart had. */
  settings: AnalyticOptions = ANALYTIC_DEFAULTS;
  private readonly judge: Judge;
  private readonly cells: CellPlacer;
  private readonly random: (attempt: number) => Random;
  private readonly options: Partial<AnalyticOptions>;
  private bestSettings: Drawn = pick(ANALYTIC_DEFAULTS);
  private attempt = 0;

  /**
   * @param seed a number, or how each restart gets its stream of random numbers
   * @param options settings that are given and not drawn
   */
  constructor(
    judge: Judge,
    cells: CellPlacer,
    seed: number | ((attempt: number) => Random),
    options: Partial<AnalyticOptions> = {},
  ) {
    this.judge = judge;
    this.cells = cells;
    this.random = typeof seed === "number" ? (attempt) => Random.stream(seed, "analytic", attempt) : seed;
    this.options = options;
  }

  /** One more restart. Undefined if its hard macros did not all fit on cells. */
  next(): AnalyticResult | undefined {
    const random = this.random(this.attempt);
    const drawn = this.draw(random);
    this.attempt++;
    this.settings = { ...ANALYTIC_DEFAULTS, ...drawn, ...this.options };
    if (!analyticPlacement(this.judge, random, this.settings)) return undefined;
    this.cells.settle();
    const costs = this.judge.evaluate();
    const found = { placement: copyPlacement(this.judge.placement), costs };
    if (!this.best || costs.proxyCost < this.best.costs.proxyCost) {
      this.best = found;
      this.bestSettings = drawn;
    }
    return found;
  }

  private draw(random: Random): Drawn {
    if (this.attempt === 0) return pick(ANALYTIC_DEFAULTS);
    const near = this.attempt > DRAWN_FIRST && this.attempt % 3 !== 0 ? this.bestSettings : undefined;
    const drawn = {} as Drawn;
    for (const name of NAMES) {
      const [low, high] = RANGES[name];
      const from = near && Math.log(near[name] / low) / Math.log(high / low);
      const share = from === undefined ? random.uniform() : from + STRAY * random.normal();
      drawn[name] = low * (high / low) ** Math.min(1, Math.max(0, share));
    }
    return drawn;
  }
}

function pick(options: AnalyticOptions): Drawn {
  return Object.fromEntries(NAMES.map((name) => [name, options[name]])) as Drawn;
}
