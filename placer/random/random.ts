// Random placement, the yardstick that every other method must beat.
import { sampleFeasibleCell } from "../../env/index.js";
import type { OneShotPlacer } from "../restarts/one-shot.js";

/** Tries of one attempt to get past dead ends, on crowded canvases. */
const TRIES = 40;

const randomPlacer: OneShotPlacer = {
  name: "random",
  description: "every macro on a random feasible cell, again and again: the yardstick for all others",
  module: import.meta.url,

  place(context, _attempt, random) {
    const { episode } = context.environment("area");
    for (let deadEnds = 0; deadEnds < TRIES; deadEnds++) {
      episode.reset();
      while (!episode.complete && !episode.deadEnd) episode.place(sampleFeasibleCell(episode, random));
      if (episode.complete) return true;
    }
    return false;
  },
};
export default randomPlacer;
