// Policies on disk: parameters, the network's name and sizes, and for training the optimiser's moments, in one
// safetensors file. Other tools see each tensor under its own name.
import { InputError } from "../../netlist/index.js";
import { describeIssue } from "../../placer/index.js";
import { networkLayout, type PolicyNetworkModule } from "./contract.js";
import type { ParameterLayout } from "./memory.js";
import { graphNetwork } from "./network.js";
import { GRAPH_NETWORK, type NetworkConfig, networkConfigSchema } from "./parameters.js";
import { readSafetensors, type SavedTensor, writeSafetensors } from "./safetensors.js";

/** A policy ready to play. */
export interface Policy {
  /** By default the built-in network. */
  readonly network?: PolicyNetworkModule;
  readonly config: NetworkConfig;
  /** Flat, as `networkLayout` lays them. */
  readonly parameters: Float32Array;
  /** Whatever else its maker wants to keep, by name. */
  readonly notes: Readonly<Record<string, string>>;
}

/** Adam's two moving means, laid out like the parameters, and its steps. */
export interface AdamState {
  readonly first: Float32Array;
  readonly second: Float32Array;
  readonly steps: number;
}

/** A policy and its optimiser: what training needs to continue. */
export interface Checkpoint extends Policy {
  readonly adam: AdamState;
}

const FORMAT = "ashlar-policy-1";
const FIRST = "adam.first.";
const SECOND = "adam.second.";

/** Writes a policy without its optimiser, a third of a checkpoint, whole or not at all. */
export async function writePolicy(path: string, policy: Policy): Promise<void> {
  const tensors = new Map<string, SavedTensor>();
  addTensors(tensors, layoutOfPolicy(policy), { "": policy.parameters });
  await writeSafetensors(path, { tensors, metadata: { ...policy.notes, ...ownNotes(policy) } });
}

/** Writes a checkpoint whole or not at all. */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const { parameters, adam, notes } = checkpoint;
  const tensors = new Map<string, SavedTensor>();
  const parts = { "": parameters, [FIRST]: adam.first, [SECOND]: adam.second };
  addTensors(tensors, layoutOfPolicy(checkpoint), parts);
  const metadata = { ...notes, ...ownNotes(checkpoint), adamSteps: String(adam.steps) };
  await writeSafetensors(path, { tensors, metadata }, { durable: false }); // the next one is soon there
}

function layoutOfPolicy({ network = graphNetwork, config }: Policy): ParameterLayout {
  return networkLayout(network, config);
}

function ownNotes({ network = graphNetwork, config }: Policy): Record<string, string> {
  return { format: FORMAT, network: network.name, config: JSON.stringify(config) };
}

/** Adds flat arrays tensor by tensor; the key of each is what the names of its tensors begin with. */
export function addTensors(
  tensors: Map<string, SavedTensor>,
  layout: ParameterLayout,
  parts: Readonly<Record<string, Float32Array>>,
): void {
  for (const [prefix, flat] of Object.entries(parts)) {
    if (flat.length !== layout.length) throw new Error("internal: the arrays are not of this network");
    for (const { name, shape, offset, length } of layout.tensors)
      tensors.set(prefix + name, { shape, data: flat.subarray(offset, offset + length) });
  }
}

/**
 * Reads the policy of a file that `writePolicy` or `writeCheckpoint` wrote. Throws `InputError` if it is neither, or
 * another network's than `network`.
 */
export async function readPolicy(path: string, network: PolicyNetworkModule = graphNetwork): Promise<Policy> {
  const { notes, config, part } = await openCheckpoint(path, network);
  const { adamSteps: _, ...others } = notes;
  return { network, config, parameters: part(""), notes: others };
}

/** Reads a checkpoint. Throws `InputError` if the file is not one, or another network's than `network`. */
export async function readCheckpoint(
  path: string,
  network: PolicyNetworkModule = graphNetwork,
): Promise<Checkpoint> {
  const { notes, config, part } = await openCheckpoint(path, network);
  const { adamSteps, ...others } = notes;
  const steps = Number(adamSteps);
  if (adamSteps === undefined || !Number.isSafeInteger(steps) || steps < 0)
    throw new InputError(path, `adamSteps is '${adamSteps}', expected a whole number`);
  const adam = { first: part(FIRST), second: part(SECOND), steps };
  return { network, config, parameters: part(""), adam, notes: others };
}

async function openCheckpoint(path: string, network: PolicyNetworkModule) {
  const { tensors, metadata } = await readSafetensors(path);
  // Files of earlier versions do not name their network: there was one.
  const { format, config: configText = "", network: name = GRAPH_NETWORK, ...notes } = metadata;
  if (format !== FORMAT)
    throw new InputError(path, `is of format '${format ?? "unknown"}', expected '${FORMAT}'`);
  if (name !== network.name)
    throw new InputError(
      path,
      `is of the network '${name}', not of '${network.name}'`,
      name === GRAPH_NETWORK ? "leave out --network" : "name that network's module with --network",
    );
  const config = parseConfig(path, configText);
  const numbers = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  // A network of the user's own may have none of the built-in one's sizes.
  if (name === GRAPH_NETWORK) refuseSizesAbove(path, config, numbers);
  const layout = networkLayout(network, config);
  const needed = layout.tensors.reduce((sum, { length }) => sum + length, 0);
  if (needed > numbers)
    throw new InputError(
      path,
      `a network of its sizes has ${needed} numbers, but its tensors hold ${numbers}`,
      "is it a whole policy?",
    );
  const part = (prefix: string) => flatten(path, tensors, { layout, prefix });
  return { notes, config, part };
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
  const { path: names, problem } = describeIssue(networkConfigSchema, value, found.error.issues[0]!);
  throw new InputError(path, `network configuration: ${names.join(".")} ${problem}`);
}

/** Every size of a network is one of some tensor, so that none is above the count of all numbers in the file. */
function refuseSizesAbove(path: string, config: NetworkConfig, most: number): void {
  for (const [name, value] of Object.entries(config))
    for (const size of Array.isArray(value) ? value : [value])
      if (typeof size === "number" && size > most)
        throw new InputError(
          path,
          `network configuration: ${name} is ${size}, but its tensors hold only ${most} numbers`,
          "is it a whole policy?",
        );
}

/** The flat array of the tensors whose names begin with `prefix`. Throws `InputError` for one that does not fit. */
export function flatten(
  path: string,
  tensors: ReadonlyMap<string, SavedTensor>,
  { layout, prefix }: { readonly layout: ParameterLayout; readonly prefix: string },
): Float32Array {
  const parts: { readonly data: Float32Array; readonly offset: number }[] = [];
  for (const { name, shape, offset } of layout.tensors) {
    const tensor = tensors.get(prefix + name);
    if (!tensor) throw new InputError(path, `has no tensor '${prefix}${name}'`);
    if (!(tensor.data instanceof Float32Array) || tensor.shape.join() !== shape.join())
      throw new InputError(path, `tensor '${prefix}${name}' is [${tensor.shape}], expected F32 [${shape}]`);
    if (!tensor.data.every(Number.isFinite))
      throw new InputError(
        path,
        `tensor '${prefix}${name}' has numbers that are not finite`,
        "train it anew",
      );
    parts.push({ data: tensor.data, offset });
  }
  // Only now: a file may claim a network of any size, but holds no more than its bytes.
  const flat = new Float32Array(layout.length);
  for (const { data, offset } of parts) flat.set(data, offset);
  return flat;
}
