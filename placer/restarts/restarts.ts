// Placers of one shot, tried again and again: each attempt draws its settings, makes a placement and has it settled
// and scored; the best is kept. The first attempts take settings that are known to be good, the next draw from
// everywhere, later ones lie around the best so far or are drawn anew, by turns. What suits a block differs from
// block to block, and the judge decides.
import type { Costs } from "../../env/index.js";
import type { Placement, Random } from "../../netlist/index.js";
import { ANALYTIC_SETTINGS, ANALYTIC_START } from "../analytic/analytic.js";
import { GREEDY_SETTINGS, GREEDY_STARTS } from "../greedy/greedy.js";
import { MINCUT_SETTINGS, MINCUT_START } from "../mincut/mincut.js";

/** A setting that attempts draw, evenly on a logarithmic scale. */
export interface DrawnSetting {
  readonly least: number;
  readonly most: number;
  readonly meaning: string;
}

export type Settings = Readonly<Record<string, number>>;

/** A placement whose soft macros are settled, and its costs. */
export interface Scored {
  readonly placement: Placement;
  readonly costs: Costs;
}

export interface OneShotMethod {
  readonly settings: Readonly<Record<string, DrawnSetting>>;
  /** Settings of the first attempts. */
  readonly starts: readonly Settings[];
  /**
   * How many of the attempts just before an attempt it knows nothing of, so that workers need not wait for each
   * other. The same for any number of workers: it shapes the result.
   */
  readonly lag: number;
}

const LAG = 8;

/** What is tried again and again, by name. `refine` goes on from the best placement and has nothing to draw. */
export const ONE_SHOT_METHODS = {
  random: { settings: {}, starts: [], lag: LAG },
  greedy: { settings: GREEDY_SETTINGS, starts: GREEDY_STARTS, lag: LAG },
  analytic: { settings: ANALYTIC_SETTINGS, starts: [ANALYTIC_START], lag: LAG },
  mincut: { settings: MINCUT_SETTINGS, starts: [MINCUT_START], lag: LAG },
  refine: { settings: {}, starts: [], lag: 2 },
} as const satisfies Record<string, OneShotMethod>;

export type OneShotName = keyof typeof ONE_SHOT_METHODS;

/** Attempts that draw from everywhere before any stays near the best. */
const DRAWN_FIRST = 4;
/** How far an attempt near the best strays, in parts of the logarithmic range. */
const STRAY = 0.13;

/**
 * Settings of attempt number `attempt` (from 0).
 * @param best settings of the best attempt that this one may know of
 */
export function drawSettings(
  method: OneShotMethod,
  attempt: number,
  random: Random,
  best: Settings | undefined,
): Settings {
  const first = method.starts[attempt];
  if (first) return first;
  const near = attempt >= method.starts.length + DRAWN_FIRST && attempt % 3 !== 0 ? best : undefined;
  return Object.fromEntries(
    Object.entries(method.settings).map(([name, { least, most }]) => {
      const span = Math.log(most / least);
      const share = near ? Math.log(near[name]! / least) / span + STRAY * random.normal() : random.uniform();
      return [name, least * Math.exp(span * Math.min(1, Math.max(0, share)))];
    }),
  );
}
