// Method `random`: uniformly random legal placements, settled like any other; the yardstick that a learned placer
// must beat. An iteration is one placement.
import { Episode } from "../env/index.js";
import { copyPlacement, Random } from "../netlist/index.js";
import { ForceDirectedPlacer } from "../placer/index.js";
import type { Found, MethodContext } from "./place.js";

export async function placeAtRandom(context: MethodContext): Promise<Found | undefined> {
  const { block, judge, options, seconds, run } = context;
  const episode = new Episode(judge, new ForceDirectedPlacer(judge));
  const started = performance.now();
  let best: Found | undefined;
  let iteration = 0;
  while (
    (options.iterations === undefined || iteration < options.iterations) &&
    (seconds === undefined || performance.now() - started < seconds * 1000)
  ) {
    const random = Random.stream(options.seed, "random-placement", iteration++);
    episode.reset();
    while (!episode.complete && !episode.deadEnd) episode.place(drawCell(episode, random));
    if (episode.deadEnd) continue;
    const costs = episode.finish();
    if (!best || costs.proxyCost < best.costs.proxyCost) {
      best = { placement: copyPlacement(judge.placement), costs, iterations: iteration, episodes: iteration };
      await run.writeBest(block, best.placement, costs);
    }
    run.appendMetrics({
      iteration,
      seconds: (performance.now() - started) / 1000,
      "cost/proxy": costs.proxyCost,
      "cost/best": best.costs.proxyCost,
    });
  }
  return best && { ...best, iterations: iteration, episodes: iteration };
}

/** A feasible cell, all alike. */
function drawCell(episode: Episode, random: Random): number {
  let left = random.below(episode.feasibleCells);
  for (let cell = 0; ; cell++) if (episode.mask[cell] === 1 && left-- === 0) return cell;
}
