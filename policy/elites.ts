// The best episodes so far, and starts from them: some groups of episodes begin with macros placed as in one of these
// and play on from there. What a late macro does to the result is then seen without the noise of all earlier ones.
import type { Random } from "../netlist/index.js";
import { Outcome, type Trajectory } from "./trajectory.js";

export interface Elite {
  readonly proxyCost: number;
  /** Cells of the macros in order. */
  readonly cells: readonly number[];
}

/** The cheapest `count` episodes of those known and those just played, cheapest first; equal costs count once. */
export function mergeElites(
  known: readonly Elite[],
  played: readonly Trajectory[],
  count: number,
): readonly Elite[] {
  const complete = played.filter((trajectory) => trajectory.summary[1] === Outcome.Complete);
  const all = [...known, ...complete.map((t) => ({ proxyCost: t.costs[4]!, cells: [...t.cells] }))];
  all.sort((a, b) => a.proxyCost - b.proxyCost);
  return all.filter((elite, i) => elite.proxyCost !== all[i - 1]?.proxyCost).slice(0, count);
}

/** The first macros' cells of one of the elites; how many, is drawn too. Nothing if there are no elites. */
export function drawPrefix(elites: readonly Elite[], random: Random): readonly number[] {
  if (elites.length === 0) return [];
  const { cells } = elites[random.below(elites.length)]!;
  return cells.slice(0, random.below(cells.length));
}
