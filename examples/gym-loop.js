// A reinforcement-learning loop: the best of a few episodes of an agent that takes the cell with the shortest wires.
//   node gym-loop.js BLOCK
import { createEnvironment, loadBlock, PLANES } from "ashlar";

const environment = createEnvironment(await loadBlock(process.argv[2]));
const { count: cells } = environment.actionSpace;
const wire = PLANES.indexOf("wire") * cells;

/** The allowed cell with the least added wirelength; now and then any allowed cell, to explore. */
function act({ observation, mask }, random) {
  if (random < 0.1) return environment.sampleAction();
  let best = -1;
  for (let cell = 0; cell < cells; cell++)
    if (mask[cell] === 1 && (best < 0 || observation.planes[wire + cell] < observation.planes[wire + best]))
      best = cell;
  return best;
}

let best = Number.NEGATIVE_INFINITY;
for (let episode = 0; episode < 8; episode++) {
  let seen = environment.reset(episode);
  for (let step = 0; !seen.terminated; step++)
    seen = environment.step(act(seen, ((7 * step + episode) % 11) / 11));
  best = Math.max(best, seen.reward);
  console.log(`episode ${episode}: reward ${seen.reward.toFixed(4)}`);
}
console.log(`best proxy cost ${(-best).toFixed(4)}`);
