// Method `policy`: a policy is trained on the block for the whole budget; the best placement it has seen wins.
import { InputError } from "../netlist/index.js";
import { trainOptionsSchema } from "../policy/index.js";
import type { Found, MethodContext } from "./place.js";
import { parseSettings } from "./settings.js";
import { trainInFolder } from "./train.js";

export async function placeByPolicy(context: MethodContext): Promise<Found | undefined> {
  const { block, options, run, seconds, report, judge } = context;
  const trainOptions = parseSettings(trainOptionsSchema, options.set, {
    seed: options.seed,
    workers: options.workers,
    ...(seconds !== undefined && { seconds }),
    ...(options.iterations !== undefined && { iterations: options.iterations }),
  });
  const { state } = await trainInFolder([block], trainOptions, run, options.resume, judge.weights, report);
  const { best } = state.blocks[0]!;
  if (!best) {
    if (state.episodes > 0) return undefined;
    throw new InputError("--iterations", "0 iterations play no episode", "allow at least 1");
  }
  return { ...best, iterations: state.iteration, episodes: state.episodes };
}
