// Random play.
import type { Episode } from "../../env/index.js";
import type { Random } from "../../netlist/index.js";

/** One of the cells that the macro to place may go to, all alike. */
export function drawCell(episode: Episode, random: Random): number {
  let left = random.below(episode.feasibleCells);
  for (let cell = 0; ; cell++) if (episode.mask[cell] === 1 && left-- === 0) return cell;
}
