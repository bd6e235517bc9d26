// The policy that a run starts with: a file of trained parameters, or nothing.
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import { type Policy, readPolicy, type TrainOptions, trainOptionsSchema } from "../policy/index.js";
import { parseSettings } from "./settings.js";

/** Options of commands that start with a policy. */
export const policyOptions = {
  policy: z
    .string()
    .optional()
    .describe("file of a trained policy to start with (policy.safetensors or a checkpoint)"),
};

/**
 * Options of training over those of the command, and the policy to start with. The network's sizes are the policy's.
 * Throws `InputError` for a file that is no policy and settings that do not go with it.
 */
export async function startPolicy(
  path: string | undefined,
  settings: readonly string[],
  base: Readonly<Record<string, unknown>>,
): Promise<{ trainOptions: TrainOptions; policy: Policy | undefined }> {
  if (path === undefined)
    return { trainOptions: parseSettings(trainOptionsSchema, settings, base), policy: undefined };
  const sizes = settings.find((setting) => setting.startsWith("network."));
  if (sizes !== undefined)
    throw new InputError("--set", `${sizes}, but the network is that of ${path}`, "leave out one of the two");
  const policy = await readPolicy(path);
  return {
    trainOptions: parseSettings(trainOptionsSchema, settings, { ...base, network: policy.config }),
    policy,
  };
}
