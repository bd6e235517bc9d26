// Method `policy`: the shipped policy goes on learning on the block for the whole budget, or a given one plays it again
// and again; the best placement it has seen wins.
import { InputError } from "../netlist/index.js";
import type { CheckedOptions, Found, MethodContext } from "./method.js";
import { isOfNetwork, NONE, SHIPPED, startPolicy } from "./start-policy.js";
import { trainInFolder } from "./train.js";

/** The policy that the options name, and how it is trained. Throws `InputError` if the two do not go together. */
export async function openPolicy(options: CheckedOptions, onWarning?: (line: string) => void) {
  const learns = options.policy === undefined || options.policy === NONE || options.finetune;
  // Another network cannot start with the shipped one's weights.
  const name = options.policy ?? (options.set.some(isOfNetwork) ? NONE : SHIPPED);
  const started = await startPolicy(name, options.set, {
    base: { ...(!learns && { epochs: 0 }), order: "auto" },
    seed: options.seed,
    learnsBlock: learns,
    ...(onWarning && { onWarning }),
  });
  return { name, ...started };
}

export async function placeByPolicy(context: MethodContext): Promise<Found | undefined> {
  const { block, options, run, seconds, report, rules } = context;
  const { name, trainSettings, policy } = await openPolicy(options, report);
  if (name === NONE && options.policy === undefined) report("network settings: learning from scratch");
  const { state } = await trainInFolder([block], run, {
    settings: trainSettings,
    seed: options.seed,
    workers: options.workers,
    budget: { seconds, iterations: options.iterations },
    resume: options.resume,
    rules,
    onProgress: report,
    start: policy,
  });
  const { best } = state.blocks[0]!;
  if (!best) {
    if (state.episodes > 0) return undefined;
    throw new InputError("--iterations", "0 iterations play no episode", "allow at least 1");
  }
  return { ...best, iterations: state.iteration, episodes: state.episodes };
}
