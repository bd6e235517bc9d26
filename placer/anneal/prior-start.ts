// Starts for searches: macros drawn cell by cell from the prior that observations carry.
import {
  type Costs,
  type Episode,
  type Observer,
  PLANES,
  STATE_NUMBERS,
  sampleByPrior,
} from "../../env/index.js";
import { copyPlacement, type Placement, type Random } from "../../netlist/index.js";

/** How strongly the prior is followed: probabilities go as exp(sharpness * prior). */
const SHARPNESS = 50;
const PRIOR = PLANES.indexOf("prior");

/** The best of `tries` placements drawn from the prior, settled; undefined if all met a dead end. */
export function drawStart(
  episode: Episode,
  observer: Observer,
  random: Random,
  tries: number,
): { readonly placement: Placement; readonly costs: Costs } | undefined {
  const { columns, rows } = episode.judge.block.grid;
  const planes = new Float32Array(observer.planes * columns * rows);
  const prior = planes.subarray(PRIOR * columns * rows, (PRIOR + 1) * columns * rows);
  const state = new Float32Array(STATE_NUMBERS);
  let best: { placement: Placement; costs: Costs } | undefined;
  for (let i = 0; i < tries; i++) {
    episode.reset();
    while (!episode.complete && !episode.deadEnd) {
      observer.observe(planes, state);
      episode.place(sampleByPrior({ prior, mask: episode.mask, sharpness: SHARPNESS }, random));
    }
    if (episode.deadEnd) continue;
    const costs = episode.finish();
    if (!best || costs.proxyCost < best.costs.proxyCost)
      best = { placement: copyPlacement(episode.judge.placement), costs };
  }
  return best;
}
