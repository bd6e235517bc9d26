// What a placement costs when its hard macros move by next to nothing. A cell placer that amplifies such moves makes the cost of one
// placement partly luck; the mean over many nudges is what is left without it.
import { setImmediate } from "node:timers/promises";
import type { Judge } from "../env/index.js";
import {
  type Block,
  copyPlacement,
  greatestOf,
  leastOf,
  NodeKind,
  type Placement,
  Random,
} from "../netlist/index.js";
import { makeCellPlacer, type Protocol } from "../placer/index.js";

/** Length of a nudge, in cells. */
const LENGTH = 0.001;

/** Proxy costs of nudged copies of a placement, their soft macros placed anew. */
export interface Nudged {
  /** How many. */
  readonly nudges: number;
  /** Whose cell placer placed their soft macros. */
  readonly protocol: Protocol;
  readonly mean: number;
  /** Standard deviation of one copy's cost. */
  readonly deviation: number;
  readonly min: number;
  readonly max: number;
}

/** Nodes of the hard macros that may move. */
export function nudgeableMacros({ kinds, fixed }: Block): number[] {
  return [...kinds.keys()].filter((node) => kinds[node] === NodeKind.HardMacro && !fixed[node]);
}

/** A copy of a placement in which one of `macros`, drawn evenly, is a thousandth of a cell away in a random direction. */
export function nudge(
  placement: Placement,
  { canvas, grid }: Block,
  { macros, random }: { readonly macros: readonly number[]; readonly random: Random },
): Placement {
  const moved = copyPlacement(placement);
  const macro = macros[random.below(macros.length)]!;
  const angle = 2 * Math.PI * random.uniform();
  moved.xs[macro]! += (LENGTH * Math.cos(angle) * canvas.width) / grid.columns;
  moved.ys[macro]! += (LENGTH * Math.sin(angle) * canvas.height) / grid.rows;
  return moved;
}

/**
 * Scores `nudges` copies of a placement, at least two, each with one hard macro nudged and the soft macros placed by the protocol's
 * cell placer. The same arguments give the same figures. Undefined if no hard macro may move. Changes the judge's placement.
 * Between two copies the process answers others: a second Ctrl-C, a queue.
 */
export async function nudgedCosts(
  judge: Judge,
  placement: Placement,
  { protocol, nudges }: { readonly protocol: Protocol; readonly nudges: number },
): Promise<Nudged | undefined> {
  const { block } = judge;
  const macros = nudgeableMacros(block);
  if (macros.length === 0) return undefined;
  const cells = makeCellPlacer(protocol, judge);
  const random = Random.stream(1, "nudges");
  const costs: number[] = [];
  while (costs.length < nudges) {
    judge.evaluate(nudge(placement, block, { macros, random }));
    cells.placeSoftMacros();
    costs.push(judge.evaluate().proxyCost);
    await setImmediate();
  }
  const mean = costs.reduce((sum, cost) => sum + cost, 0) / nudges;
  const squares = costs.reduce((sum, cost) => sum + (cost - mean) ** 2, 0);
  return {
    nudges,
    protocol,
    mean,
    deviation: Math.sqrt(squares / (nudges - 1)),
    min: leastOf(costs),
    max: greatestOf(costs),
  };
}
