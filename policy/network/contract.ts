// What a policy network is. Training, playing and the viewer know networks by this contract alone; the built-in one
// (network.ts) and a user's own are used alike. A network is a plain object whose module exports it by default:
// worker threads cannot be handed functions, so they import the module.
import { importDefault } from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import { InputError } from "../../netlist/index.js";
import { layoutOf, type ParameterLayout, type TensorShape, type Tensors } from "./memory.js";

/** Sizes of what a policy sees. The sizes of the built-in network, as the settings give them, are there too. */
export interface PolicyShape {
  /** Static features of a graph node. */
  readonly nodeFeatures: number;
  /** Numbers that describe a step as a whole. */
  readonly stateFeatures: number;
  /** Planes over the grid, in the order of `PLANES`. */
  readonly planes: number;
  /** The plane that is a good policy by itself, or -1. */
  readonly priorPlane: number;
}

/** The netlist as a policy sees it. Edges are undirected. */
export interface PolicyGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** [edgeCount], as `edgeTargets`: the nodes that an edge joins */
  readonly edgeSources: Int32Array;
  readonly edgeTargets: Int32Array;
  /** [edgeCount], divided by their mean */
  readonly edgeWeights: Float32Array;
  /** [nodeCount x nodeFeatures] (graph-input.ts) */
  readonly features: Float32Array;
}

/** What changes from step to step. Cell = row · columns + column, row 0 at the bottom. */
export interface PolicyStep {
  /** Graph node to place. */
  readonly currentNode: number;
  /** Graph node to place after it, or -1. */
  readonly nextNode: number;
  /** [stateFeatures] */
  readonly state: Float32Array;
  /** [planes x cells] */
  readonly planes: Float32Array;
  /** [cells], 0 where the node may not be placed */
  readonly mask: Uint8Array;
  /**
   * [3 x nodeCount], only with the setting experimental.network.live: x and y of every node from 0 to 1 along the canvas
   * sides, and how sure the place is (node-places.ts).
   */
  readonly places?: Float32Array;
}

/** What a network is made from. All arrays live in kernel memory and keep their place. */
export interface NetworkParts<Shape extends PolicyShape = PolicyShape> {
  readonly kernels: Kernels;
  readonly shape: Shape;
  /** By name. Read anew in every call: the optimiser changes them. */
  readonly parameters: Tensors;
  /** By name: what `backward` and `encodeBackward` add to. */
  readonly gradients: Tensors;
  /** The block's graph and grid. A network is made for one block. */
  readonly graph: PolicyGraph;
  readonly rows: number;
  readonly columns: number;
  /** [cells]: `forward` writes it. Cells that the mask forbids may hold any number. */
  readonly logits: Float32Array;
  /** [cells]: `backward` reads the derivative of the loss by the logits from it; 0 where the mask forbids. */
  readonly dLogits: Float32Array;
}

/**
 * A network for one block. An update calls encode, then forward and backward for each step, then encodeBackward; an
 * episode calls encode and forward. Networks in which nothing is common to all steps of a block leave out `encode` and
 * `encodeBackward`.
 */
export interface PolicyNetwork {
  /** Computes what all steps of the block share. Follows every change of the parameters. */
  encode?(): void;
  /** Fills `logits` for a step and returns the value: an estimate of the reward to come, used with groupSize 1. */
  forward(step: PolicyStep): number;
  /** Adds to the gradients the derivative of the loss at the last `forward`, given `dLogits` and that by the value. */
  backward(dValue: number): void;
  /** Adds the part of the gradients that goes through `encode`, for all steps since it. */
  encodeBackward?(): void;
  /** A copy of a graph node's embedding as the last `encode` or `forward` left it, for the viewer. */
  embedding?(graphNode: number): Float32Array | undefined;
  /** A copy of the shares with which the last `forward` attended to each graph node, [nodeCount], for the viewer. */
  attention?(): Float32Array | undefined;
}

/** The default export of a network's module. Its functions depend on their arguments alone. */
export interface PolicyNetworkModule<Shape extends PolicyShape = PolicyShape> {
  /** Stored in checkpoints: another network's file is refused. */
  readonly name: string;
  /** `import.meta.url` of the module that exports this object by default. */
  readonly module: string;
  /** The network's parameters, in the order in which checkpoints hold them. */
  tensors(shape: Shape): readonly TensorShape[];
  /** Fills parameters, all 0 before, for training from scratch. The same seed must give the same numbers. */
  initialise(shape: Shape, seed: number, outParameters: Tensors): void;
  create(parts: NetworkParts<Shape>): PolicyNetwork;
  /**
   * Scales what was learned of the logits, from 0, a policy that explores, to 1, the policy as it is (setting
   * initLogitScale). A network without this takes 1 alone.
   */
  scaleLogits?(shape: Shape, scale: number, outParameters: Tensors): void;
}

/** Where a network's tensors lie in the flat array of all parameters. Throws `InputError` for tensors that cannot be. */
export function networkLayout(network: PolicyNetworkModule, shape: PolicyShape): ParameterLayout {
  const tensors = network.tensors(shape);
  for (const [index, { name, shape: sides }] of tensors.entries()) {
    const where = `tensor '${name}' of the policy network '${network.name}'`;
    if (tensors.findIndex((other) => other.name === name) !== index)
      throw new InputError(where, "there are two of this name", "rename one of them");
    if (!sides.every((side) => Number.isInteger(side) && side > 0))
      throw new InputError(where, `has the shape [${sides}], whole numbers from 1 were expected`);
  }
  return layoutOf(tensors);
}

/**
 * Imports the network that the module at a URL exports by default. Throws `InputError` if there is none. Call it with
 * what the user names now, never with a path read from a file.
 */
export async function loadPolicyNetwork(url: string): Promise<PolicyNetworkModule> {
  const found = await importDefault(url, "a policy network");
  const network = (found ?? {}) as Partial<Record<keyof PolicyNetworkModule, unknown>>;
  const isFunction = (name: keyof PolicyNetworkModule) => typeof network[name] === "function";
  if (
    typeof network.name !== "string" ||
    !isFunction("tensors") ||
    !isFunction("initialise") ||
    !isFunction("create")
  )
    throw new InputError(
      url,
      "exports no policy network: an object with name, module, tensors, initialise and create was expected",
      "export it by default",
    );
  return network as unknown as PolicyNetworkModule;
}

/** Throws `InputError` unless worker threads that import the network's module will find this network. */
export async function checkPolicyNetwork({ name, module }: PolicyNetworkModule): Promise<void> {
  if (typeof module !== "string" || module === "")
    throw new InputError(
      `policy network '${name}'`,
      "has no module, which worker threads import it from",
      "give it `module: import.meta.url` and make it the default export of its file",
    );
  const found = await loadPolicyNetwork(module);
  if (found.name !== name)
    throw new InputError(
      module,
      `its default export is the policy network '${found.name}', '${name}' was expected`,
      "make each network the default export of its own file",
    );
}
