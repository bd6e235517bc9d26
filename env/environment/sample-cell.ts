// Random choices of a cell for the macro to place, without a policy.
import type { Random } from "../../netlist/index.js";
import type { Episode } from "./episode.js";

/** One of the cells that the macro to place may go to, all alike. There must be one. */
export function sampleFeasibleCell(episode: Episode, random: Random): number {
  let left = random.below(episode.feasibleCells);
  for (let cell = 0; ; cell++) if (episode.mask[cell] === 1 && left-- === 0) return cell;
}

/** A feasible cell with probability proportional to exp(sharpness · prior), by the Gumbel trick; -1 if there is none. */
export function sampleByPrior(
  prior: Float32Array,
  sharpness: number,
  mask: Uint8Array,
  random: Random,
): number {
  let chosen = -1;
  let highest = Number.NEGATIVE_INFINITY;
  for (let cell = 0; cell < mask.length; cell++) {
    if (mask[cell] === 0) continue;
    const score = sharpness * prior[cell]! - Math.log(-Math.log(1 - random.uniform()));
    if (score <= highest) continue;
    highest = score;
    chosen = cell;
  }
  return chosen;
}
