// A checkpoint: parameters, the optimiser's moments and the network's configuration in one safetensors file. Other
// tools see each tensor under its own name.
import { InputError } from "../../netlist/index.js";
import { type NetworkConfig, networkConfigSchema } from "./network-config.js";
import { type ParameterLayout, parameterLayout } from "./parameters.js";
import { readSafetensors, type SavedTensor, writeSafetensors } from "./safetensors.js";

/** What training needs to go on, flat arrays as `parameterLayout` lays them. */
export interface Checkpoint {
  readonly config: NetworkConfig;
  readonly parameters: Float32Array;
  readonly adam: { readonly first: Float32Array; readonly second: Float32Array; readonly steps: number };
  /** Whatever else the run wants to keep, by name. */
  readonly notes: Readonly<Record<string, string>>;
}

const FORMAT = "ashlar-policy-1";
const PARTS = ["", "adam.first.", "adam.second."] as const;

/** Writes a checkpoint whole or not at all. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { config, parameters, adam, notes } = checkpoint;
  const layout = parameterLayout(config);
  const tensors = new Map<string, SavedTensor>();
  [parameters, adam.first, adam.second].forEach((flat, part) => {
    if (flat.length !== layout.length) throw new Error("internal: the arrays are not of this network");
    for (const { name, shape, offset, length } of layout.tensors) {
      tensors.set(PARTS[part] + name, { shape, data: flat.subarray(offset, offset + length) });
    }
  });
  const own = { format: FORMAT, config: JSON.stringify(config), adamSteps: String(adam.steps) };
  await writeSafetensors(path, { tensors, metadata: { ...notes, ...own } });
}

/** A policy ready to play: what a checkpoint holds without what training needs. */
export type Policy = Pick<Checkpoint, "config" | "parameters" | "notes">;

/** Writes a policy without its optimiser, a third of a checkpoint, whole or not at all. */
export async function writePolicy(path: string, { config, parameters, notes }: Policy): Promise<void> {
  const tensors = new Map<string, SavedTensor>();
  for (const { name, shape, offset, length } of parameterLayout(config).tensors)
    tensors.set(name, { shape, data: parameters.subarray(offset, offset + length) });
  await writeSafetensors(path, {
    tensors,
    metadata: { ...notes, format: FORMAT, config: JSON.stringify(config) },
  });
}

/** Reads the policy of a file that `writePolicy` or `writeCheckpoint` wrote. Throws `InputError` if it is neither. */
export async function readPolicy(path: string): Promise<Policy> {
  const { tensors, config, layout, metadata } = await readTensors(path);
  const { format: _, config: _config, adamSteps: _steps, ...notes } = metadata;
  return { config, parameters: flatten(path, layout, tensors, ""), notes };
}

async function readTensors(path: string) {
  const { tensors, metadata } = await readSafetensors(path);
  const { format, config: configText } = metadata;
  if (format !== FORMAT) {
    throw new InputError(path, `is of format '${format ?? "unknown"}', expected '${FORMAT}'`);
  }
  const config = parseConfig(path, configText ?? "");
  return { tensors, config, layout: parameterLayout(config), metadata };
}

/** Reads a checkpoint. Throws `InputError` if the file is not one. */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const { tensors, config, layout, metadata } = await readTensors(path);
  const { format: _, config: _config, adamSteps, ...notes } = metadata;
  const [parameters, first, second] = PARTS.map((part) => flatten(path, layout, tensors, part));
  const steps = Number(adamSteps);
  if (!Number.isSafeInteger(steps) || steps < 0) {
    throw new InputError(path, `adamSteps is '${adamSteps}', expected a whole number`);
  }
  return { config, parameters: parameters!, adam: { first: first!, second: second!, steps }, notes };
}

function parseConfig(path: string, text: string): NetworkConfig {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(path, "its network configuration is not JSON");
  }
  const found = networkConfigSchema.safeParse(value);
  if (found.success) return found.data;
  const issue = found.error.issues[0]!;
  throw new InputError(path, `network configuration: ${issue.path.join(".")} ${issue.message}`);
}

function flatten(
  path: string,
  layout: ParameterLayout,
  tensors: ReadonlyMap<string, SavedTensor>,
  part: string,
): Float32Array {
  const flat = new Float32Array(layout.length);
  for (const { name, shape, offset } of layout.tensors) {
    const tensor = tensors.get(part + name);
    if (!tensor) throw new InputError(path, `has no tensor '${part}${name}'`);
    if (!(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join()) {
      throw new InputError(path, `tensor '${part}${name}' is [${tensor.shape}], expected F32 [${shape}]`);
    }
    if (!tensor.data.every(Number.isFinite))
      throw new InputError(path, `tensor '${part}${name}' has numbers that are not finite`, "train it anew");
    flat.set(tensor.data, offset);
  }
  return flat;
}
