// Method `policy`: the shipped policy goes on learning on the block for the whole budget, or a given one plays it again
// and again; the best placement it has seen wins.
import { InputError } from "../netlist/index.js";
import type { Found, MethodContext } from "./method.js";
import { SHIPPED, startPolicy } from "./start-policy.js";
import { trainInFolder } from "./train.js";

export async function placeByPolicy(context: MethodContext): Promise<Found | undefined> {
  const { block, options, run, seconds, report, judge } = context;
  const learns = options.policy === undefined || options.policy === "none" || options.finetune;
  // Another network cannot start with the shipped one's weights.
  const ownNetwork = options.set.some((setting) => setting.startsWith("network."));
  const name = options.policy ?? (ownNetwork ? "none" : SHIPPED);
  if (name !== options.policy && ownNetwork) report("network settings: learning from scratch");
  const base = {
    ...(!learns && { epochs: 0 }),
    order: "auto",
    seed: options.seed,
    workers: options.workers,
    ...(seconds !== undefined && { seconds }),
    ...(options.iterations !== undefined && { iterations: options.iterations }),
  };
  const { trainOptions, policy } = await startPolicy(name, options.set, base, learns);
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
