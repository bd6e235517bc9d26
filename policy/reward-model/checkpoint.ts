// The reward model on disk, like a policy's checkpoint: every tensor under its name. The encoder's tensors have the names
// that the policy gives them, so that a policy can start with them.
import { z } from "zod";
import { InputError } from "../../netlist/index.js";
import { addTensors, flatten, type Policy } from "../network/checkpoint.js";
import { tensorOf } from "../network/memory.js";
import { freshParameters, networkConfigSchema, parameterLayout } from "../network/parameters.js";
import { readSafetensors, type SavedTensor, writeSafetensors } from "../network/safetensors.js";
import type { RewardState } from "./model.js";
import { type RewardNetworkConfig, rewardLayout } from "./network.js";

const FORMAT = "ashlar-reward-1";
const FIRST = "adam.first.";
const SECOND = "adam.second.";
const configSchema = z.strictObject({
  network: networkConfigSchema.refine(({ live }) => !live, { error: "live must be false" }),
  hidden: z.number().int().min(4),
  numbers: z.boolean(),
});
const stepsSchema = z.object({
  epoch: z.coerce.number().int().min(0),
  adamSteps: z.coerce.number().int().min(0),
});

export interface RewardCheckpoint {
  readonly config: RewardNetworkConfig;
  readonly state: RewardState;
  readonly notes: Readonly<Record<string, string>>;
}

/** Writes the model and what fitting needs to continue, whole or not at all. */
export async function writeRewardModel(path: string, checkpoint: RewardCheckpoint): Promise<void> {
  const { config, state, notes } = checkpoint;
  const tensors = new Map<string, SavedTensor>();
  addTensors(tensors, rewardLayout(config), {
    "": state.parameters,
    [FIRST]: state.adam.first,
    [SECOND]: state.adam.second,
  });
  const own = {
    format: FORMAT,
    config: JSON.stringify(config),
    epoch: String(state.epoch),
    adamSteps: String(state.adam.steps),
  };
  await writeSafetensors(path, { tensors, metadata: { ...notes, ...own } });
}

/** Reads a model. Throws `InputError` if the file is not one. */
export async function readRewardModel(path: string): Promise<RewardCheckpoint> {
  const { tensors, metadata } = await readSafetensors(path);
  const { format, config: text, epoch, adamSteps, ...notes } = metadata;
  if (format !== FORMAT)
    throw new InputError(path, `is of format '${format ?? "unknown"}', expected '${FORMAT}'`);
  const config = parseConfig(path, text ?? "");
  const steps = stepsSchema.safeParse({ epoch, adamSteps });
  if (!steps.success) throw new InputError(path, "does not say how many epochs and steps it was fitted for");
  const layout = rewardLayout(config);
  const part = (prefix: string) => flatten(path, tensors, { layout, prefix });
  const adam = { first: part(FIRST), second: part(SECOND), steps: steps.data.adamSteps };
  return { config, state: { parameters: part(""), adam, epoch: steps.data.epoch }, notes };
}

function parseConfig(path: string, text: string): RewardNetworkConfig {
  try {
    return configSchema.parse(JSON.parse(text));
  } catch {
    throw new InputError(path, "its configuration is not that of a reward model");
  }
}

/**
 * A policy that has learned nothing but the reward model's encoder: `encoder.*` carry over, all other layers start as
 * they do from scratch. At first it plays as the prior does, since its last layer is 0.
 */
export function encoderFrom({ config, state }: RewardCheckpoint, seed: number): Policy {
  const { network } = config;
  const layout = parameterLayout(network);
  const parameters = freshParameters(network, seed);
  for (const { name } of layout.tensors)
    if (name.startsWith("encoder."))
      tensorOf(layout, parameters, name).set(tensorOf(rewardLayout(config), state.parameters, name));
  return { config: network, parameters, notes: { encoder: "reward model" } };
}
