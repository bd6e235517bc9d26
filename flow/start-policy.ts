// The policy that a run starts with: a file of trained parameters, or nothing.
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import {
  migrateSettings,
  type Policy,
  readPolicy,
  type TrainSettings,
  trainSettingsSchema,
  withEncoder,
} from "../policy/index.js";
import { parseSettings } from "./settings.js";

/** The package's own policy; what it learned on, and what it is worth, is in docs/model-card.md. */
const SHIPPED_FILE = fileURLToPath(new URL("../policy/weights/shipped.safetensors", import.meta.url));
/** Names that stand for no file of the user's. */
export const SHIPPED = "shipped";
export const NONE = "none";
/** Of a policy that is to learn a block: enough to be ahead at once, and little enough to explore. */
const FINETUNE_LOGIT_SCALE = 0.25;

/** Options of commands that start with a policy. */
export const policyOptions = {
  policy: z
    .string()
    .optional()
    .describe("trained policy to start with: a policy.safetensors or checkpoint, shipped, or none"),
};

/** Whether a setting is of the network: of its sizes, or all of it. */
export function isOfNetwork(setting: string): boolean {
  return /^(experimental\.)?network[.=]/.test(setting);
}

/** The user's file that a policy's name stands for, if it stands for one. */
export function policyInput(name: string | undefined): string[] {
  return name === undefined || name === SHIPPED || name === NONE ? [] : [name];
}

/**
 * Settings of training over those of the command, and the policy to start with. The network's sizes are the policy's.
 * A policy that is to learn one block gets an encoder if it has none, and its logits are scaled down. Throws
 * `InputError` for a file that is no policy and settings that do not go with it.
 */
export async function startPolicy(
  name: string | undefined,
  settings: readonly string[],
  options: {
    readonly base?: Readonly<Record<string, unknown>>;
    readonly seed?: number;
    readonly learnsBlock?: boolean;
    readonly onWarning?: (line: string) => void;
  } = {},
): Promise<{ trainSettings: TrainSettings; policy: Policy | undefined }> {
  const { base = {}, seed = 1, learnsBlock = false, onWarning = () => {} } = options;
  const parse = (base: Readonly<Record<string, unknown>>) =>
    parseSettings(trainSettingsSchema, settings, {
      base,
      migrate: (values) => migrateSettings(values, onWarning),
    });
  if (name === undefined || name === NONE) return { trainSettings: parse(base), policy: undefined };
  const path = name === SHIPPED ? SHIPPED_FILE : name;
  const sizes = settings.find(isOfNetwork);
  if (sizes !== undefined)
    throw new InputError(
      "--set",
      `${sizes}, but the network is that of ${path}`,
      "leave it out, or use --policy none",
    );
  const read = await readPolicy(path);
  const policy = learnsBlock ? withEncoder(read, seed) : read;
  const trainSettings = parse({
    ...base,
    ...(learnsBlock && { initLogitScale: FINETUNE_LOGIT_SCALE }),
    experimental: { network: policy.config },
  });
  return { trainSettings, policy };
}
