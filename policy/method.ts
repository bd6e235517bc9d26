// Method `policy`: the shipped policy keeps learning on the block for the whole budget, or a given one plays it again
// and again; the best placement it has seen wins.
import { InputError } from "../netlist/index.js";
import {
  asGiven,
  type Method,
  type MethodContext,
  type MethodRequest,
  type MethodResult,
} from "../placer/index.js";
import type { PolicyNetworkModule } from "./network/contract.js";
import { OLD_NAMES, type TrainSettingsInput, trainSettingsSchema } from "./ppo/settings.js";
import { NONE, SHIPPED, startPolicy } from "./start-policy.js";
import { LATEST_CHECKPOINT, trainInRun } from "./train-in-run.js";

export const policyMethod: Method<TrainSettingsInput> = {
  name: "policy",
  description: "a learned policy places macro after macro, and keeps learning on the block",
  protocols: ["fd", "es"],
  // Some defaults depend on the policy to start with.
  settings: asGiven(trainSettingsSchema),
  oldNames: OLD_NAMES,
  checkpoint: LATEST_CHECKPOINT,
  usesPolicy: true,
  distributes: true,
  check: async (request) => void (await openPolicy(request)),
  run: placeByPolicy,
};

/** The policy that is asked for, and how it is trained. Throws `InputError` if the two do not go together. */
async function openPolicy({
  policy,
  finetune,
  settings,
  seed,
  network: given,
}: MethodRequest<TrainSettingsInput>) {
  const network = given as PolicyNetworkModule | undefined;
  const learnsBlock = policy === undefined || policy === NONE || finetune;
  // Another network cannot start with the shipped one's weights.
  const isOther = network !== undefined || settings.experimental?.network !== undefined;
  const name = policy ?? (isOther ? NONE : SHIPPED);
  const base: TrainSettingsInput = { ...(!learnsBlock && { epochs: 0 }), order: "auto" };
  return { name, network, ...(await startPolicy(name, { settings, base, seed, network, learnsBlock })) };
}

async function placeByPolicy(context: MethodContext<TrainSettingsInput>): Promise<MethodResult | undefined> {
  const { block, run, seed, workers, openPool, budget, resume, rules, protocol, cellPlacer, onProgress } =
    context;
  const { name, network, trainSettings: settings, policy: start } = await openPolicy(context);
  if (name === NONE && context.policy === undefined)
    onProgress(`${network ? "own network" : "network settings"}: learning from scratch`);
  const { signal } = context;
  const job = { seed, workers, openPool, budget, resume, rules, protocol, cellPlacer, signal, onProgress };
  const training = { settings, network, start, ...job };
  const { state } = await trainInRun([block], run, training);
  const { best } = state.blocks[0]!;
  if (!best) {
    if (state.episodes > 0) return undefined;
    throw new InputError("--iterations", "0 iterations play no episode", "allow at least 1");
  }
  return { ...best, iterations: state.iteration, episodes: state.episodes };
}
