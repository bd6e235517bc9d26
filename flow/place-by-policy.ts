// Method `policy`: the shipped policy goes on learning on the block for the whole budget, or a given one plays it again
// and again; the best placement it has seen wins.
import { InputError } from "../netlist/index.js";
import type { CheckedOptions, Found, MethodContext } from "./method.js";
import { isOfNetwork, NONE, SHIPPED, startPolicy } from "./start-policy.js";
import { trainInFolder } from "./train.js";

/** The policy that the options name, and how it is trained. Throws `InputError` if the two do not go together. */
export async function openPolicy(options: CheckedOptions, seconds?: number) {
  const learns = options.policy === undefined || options.policy === NONE || options.finetune;
  // Another network cannot start with the shipped one's weights.
  const name = options.policy ?? (options.set.some(isOfNetwork) ? NONE : SHIPPED);
  const base = {
    ...(!learns && { epochs: 0 }),
    order: "auto",
    seed: options.seed,
    workers: options.workers,
    ...(seconds !== undefined && { seconds }),
    ...(options.iterations !== undefined && { iterations: options.iterations }),
  };
  return { name, ...(await startPolicy(name, options.set, base, learns)) };
}

export async function placeByPolicy(context: MethodContext): Promise<Found | undefined> {
  const { block, options, run, seconds, report, rules } = context;
  const { name, trainOptions, policy } = await openPolicy(options, seconds);
  if (name === NONE && options.policy === undefined) report("network settings: learning from scratch");
  const { state } = await trainInFolder([block], trainOptions, run, options.resume, rules, report, policy);
  const { best } = state.blocks[0]!;
  if (!best) {
    if (state.episodes > 0) return undefined;
    throw new InputError("--iterations", "0 iterations play no episode", "allow at least 1");
  }
  return { ...best, iterations: state.iteration, episodes: state.episodes };
}
