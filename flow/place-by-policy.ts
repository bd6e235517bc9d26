// Method `policy`: a policy is trained on the block for the whole budget, or a given one plays it again and again; the
// best placement it has seen wins.
import { InputError } from "../netlist/index.js";
import type { Found, MethodContext } from "./place.js";
import { startPolicy } from "./start-policy.js";
import { trainInFolder } from "./train.js";

export async function placeByPolicy(context: MethodContext): Promise<Found | undefined> {
  const { block, options, run, seconds, report, judge } = context;
  const { trainOptions, policy } = await startPolicy(options.policy, options.set, {
    ...(options.policy !== undefined && !options.finetune && { epochs: 0 }),
    seed: options.seed,
    workers: options.workers,
    ...(seconds !== undefined && { seconds }),
    ...(options.iterations !== undefined && { iterations: options.iterations }),
  });
  const { state } = await trainInFolder(
    [block],
    trainOptions,
    run,
    options.resume,
    judge.weights,
    report,
    policy,
  );
  const { best } = state.blocks[0]!;
  if (!best) {
    if (state.episodes > 0) return undefined;
    throw new InputError("--iterations", "0 iterations play no episode", "allow at least 1");
  }
  return { ...best, iterations: state.iteration, episodes: state.episodes };
}
