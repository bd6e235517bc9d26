// The policy that training or playing starts with: a file of trained parameters, the shipped one, or none.
import { fileURLToPath } from "node:url";
import { InputError } from "../netlist/index.js";
import { checkWith, mergedOver } from "../placer/index.js";
import { type Policy, readPolicy } from "./network/checkpoint.js";
import type { PolicyNetworkModule } from "./network/contract.js";
import { withEncoder } from "./network/parameters.js";
import { type TrainSettings, type TrainSettingsInput, trainSettingsSchema } from "./ppo/settings.js";

/** The package's own policy; what it learned on, and what it is worth, is in docs/model-card.md. */
const SHIPPED_FILE = fileURLToPath(new URL("./weights/shipped.safetensors", import.meta.url));
/** Names of `--policy` that are no file of the user's. */
export const SHIPPED = "shipped";
export const NONE = "none";
/** Output scale of a policy that is to learn one block: enough to be ahead at once, and little enough to explore. */
const FINETUNE_LOGIT_SCALE = 0.25;

/** The user's file that a policy's name refers to, if it refers to one. */
export function policyFiles(name: string | undefined): string[] {
  return name === undefined || name === SHIPPED || name === NONE ? [] : [name];
}

export interface StartPolicyOptions {
  /** Training settings as the user gave them. */
  readonly settings?: TrainSettingsInput;
  /** Those that the command sets where the user gave none. */
  readonly base?: TrainSettingsInput;
  readonly seed?: number;
  /** The policy's network; by default the built-in one. */
  readonly network?: PolicyNetworkModule | undefined;
  /** Whether training is to learn one block by heart. */
  readonly learnsBlock?: boolean;
}

/**
 * Settings of training, and the policy to start with. The network's sizes are the policy's. A policy that is to learn
 * one block gets an encoder if it has none, and its logits are scaled down. Throws `InputError` for a file that is no
 * policy and settings that do not go with it.
 * @param name file of a policy, `shipped`, or `none`, which is the default
 */
export async function startPolicy(
  name: string | undefined,
  { settings = {}, base = {}, seed = 1, network, learnsBlock = false }: StartPolicyOptions = {},
): Promise<{ trainSettings: TrainSettings; policy: Policy | undefined }> {
  const parse = (under: TrainSettingsInput) =>
    checkWith(trainSettingsSchema, mergedOver(under, settings), "--set");
  if (name === undefined || name === NONE) return { trainSettings: parse(base), policy: undefined };
  const path = name === SHIPPED ? SHIPPED_FILE : name;
  const sizes = settings.experimental?.network;
  if (sizes !== undefined)
    throw new InputError(
      "--set experimental.network",
      `${JSON.stringify(sizes)}, but the network is that of ${path}`,
      "leave it out, or use --policy none",
    );
  const read = await readPolicy(path, network);
  const policy = learnsBlock ? withEncoder(read, seed) : read;
  const trainSettings = parse({
    ...base,
    ...(learnsBlock && (!network || network.scaleLogits) && { initLogitScale: FINETUNE_LOGIT_SCALE }),
    experimental: { network: policy.config },
  });
  return { trainSettings, policy };
}
