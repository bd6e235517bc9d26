// The reward model's network: the policy's graph encoder with every node's place among its features, means over the
// embeddings, and a head that takes these and the numbers of the placement. Forward and backward run in kernels.
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import { Random } from "../../netlist/index.js";
import type { PolicyGraph } from "../network/contract.js";
import { GraphEncoder } from "../network/graph-encoder.js";
import {
  addressesOf,
  f32At,
  layoutOf,
  type ParameterLayout,
  scratchArrays,
  type TensorShape,
  tensorOf,
  tensorsOf,
} from "../network/memory.js";
import {
  freshParameters,
  type NetworkConfig,
  networkTensors,
  orthogonalMatrix,
  parameterLayout,
} from "../network/parameters.js";
import { REWARD_LABELS, REWARD_NUMBERS } from "./sample.js";

/** Sizes of the policy's network, of which the encoder is used, and of the head. */
export interface RewardNetworkConfig {
  readonly network: NetworkConfig;
  /** Width of the head's hidden layer, a multiple of 4. */
  readonly hidden: number;
  /** False: the head sees the graph alone. */
  readonly numbers: boolean;
}

const OUTPUTS = REWARD_LABELS.length;
const POOLS = 3; // edges' mean, hard macros' mean, all nodes' mean
const PLACE = 7; // feature of a node where its x, y and "known" are (policy/network/graph-input.ts)
const RELU = ENUMS.MatmulMode.relu;
const ENCODER = "encoder.";

const HEAD = [
  "reward.hidden.weight",
  "reward.hidden.bias",
  "reward.output.weight",
  "reward.output.bias",
  "reward.direct.weight",
] as const;
type Head = Record<(typeof HEAD)[number], number>;

/** The encoder's tensors as the policy has them, then those of the head. */
export function rewardLayout({ network, hidden }: RewardNetworkConfig): ParameterLayout {
  const encoder = networkTensors(network).filter(({ name }) => name.startsWith(ENCODER));
  const head: readonly (TensorShape & { readonly name: (typeof HEAD)[number] })[] = [
    { name: "reward.hidden.weight", shape: [headInputs(network), hidden] },
    { name: "reward.hidden.bias", shape: [hidden] },
    { name: "reward.output.weight", shape: [hidden, OUTPUTS] },
    { name: "reward.output.bias", shape: [OUTPUTS] },
    { name: "reward.direct.weight", shape: [REWARD_NUMBERS.length, OUTPUTS] }, // past the hidden layer
  ];
  return layoutOf([...encoder, ...head]);
}

function headInputs({ width }: NetworkConfig): number {
  return POOLS * width + REWARD_NUMBERS.length;
}

/** The encoder as a policy starts; a head that begins with what `direct` says, [REWARD_NUMBERS x REWARD_LABELS]. */
export function initialiseReward(
  config: RewardNetworkConfig,
  { seed, direct }: { readonly seed: number; readonly direct: ArrayLike<number> },
  out: Float32Array,
): void {
  const layout = rewardLayout(config);
  const policy = tensorsOf(parameterLayout(config.network), freshParameters(config.network, seed));
  out.fill(0);
  for (const { name } of layout.tensors)
    if (name.startsWith(ENCODER)) tensorOf(layout, out, name).set(policy[name]!);
  const random = Random.stream(seed, "parameters", "reward.hidden.weight");
  const gain = Math.SQRT2;
  const hidden = orthogonalMatrix(headInputs(config.network), config.hidden, { gain, random });
  tensorOf(layout, out, "reward.hidden.weight").set(hidden.to1DArray());
  if (config.numbers) tensorOf(layout, out, "reward.direct.weight").set(direct);
}

type Arrays = "inputs" | "dInputs" | "hidden" | "dHidden" | "outputs" | "dOutputs";

/** One block's network; those of several blocks share parameters and gradients. */
export class RewardNetwork {
  private readonly run: KernelExports;
  private readonly config: RewardNetworkConfig;
  private readonly encoder: GraphEncoder;
  private readonly kernels: Kernels;
  private readonly at: Record<Arrays, number>;
  private readonly weights: Head;
  private readonly dWeights: Head;
  private readonly nodeCount: number;
  private readonly macros: readonly number[];
  private readonly features: Float32Array;

  /** `parameters` and `gradients` lie in kernel memory, laid out as `rewardLayout` says. */
  constructor(
    kernels: Kernels,
    config: RewardNetworkConfig,
    given: {
      readonly graph: PolicyGraph;
      readonly parameters: Float32Array;
      readonly gradients: Float32Array;
    },
  ) {
    const { graph, parameters, gradients } = given;
    const layout = rewardLayout(config);
    const tensors = tensorsOf(layout, parameters);
    const dTensors = tensorsOf(layout, gradients);
    const { network, hidden } = config;
    this.kernels = kernels;
    this.run = kernels.run;
    this.config = config;
    this.encoder = new GraphEncoder(kernels, network, { graph, parameters: tensors, gradients: dTensors });
    this.at = scratchArrays<Arrays>(kernels, {
      inputs: headInputs(network),
      dInputs: headInputs(network),
      hidden,
      dHidden: hidden,
      outputs: OUTPUTS,
      dOutputs: OUTPUTS,
    });
    this.weights = addressesOf(tensors, HEAD);
    this.dWeights = addressesOf(dTensors, HEAD);
    this.nodeCount = graph.nodeCount;
    this.features = this.encoder.features;
    this.macros = Array.from({ length: graph.nodeCount }, (_, node) => node).filter(
      (node) => graph.features[node * network.nodeFeatures] === 1,
    );
  }

  /**
   * Predicts the labels of a placement, in deviations of its block; a view that the next call overwrites. `places`
   * [2 x graph nodes], mirrored in x or y if the factor is -1, and standardised `numbers` [REWARD_NUMBERS].
   */
  forward(
    places: Float32Array,
    numbers: Float32Array,
    { mirrorX = 1, mirrorY = 1 }: { readonly mirrorX?: 1 | -1; readonly mirrorY?: 1 | -1 } = {},
  ): Float32Array {
    const { run, at, config, encoder, weights, features, nodeCount, macros } = this;
    const { width, nodeFeatures } = config.network;
    if (places.length !== 2 * nodeCount || numbers.length !== REWARD_NUMBERS.length)
      throw new Error(`internal: ${places.length} places and ${numbers.length} numbers`);
    for (let node = 0; node < nodeCount; node++) {
      const row = node * nodeFeatures + PLACE;
      features[row] = mirrorX * places[2 * node]!;
      features[row + 1] = mirrorY * places[2 * node + 1]!;
      features[row + 2] = 1;
    }
    encoder.forward();
    run.clearNumbers(at.inputs, POOLS * width);
    run.addInto(at.inputs, encoder.summary, width);
    const macroMean = at.inputs + width * 4;
    for (const node of macros) run.addInto(macroMean, encoder.embedding(node), width);
    run.scaleNumbers(macroMean, 1 / Math.max(1, macros.length), width);
    const mean = at.inputs + 2 * width * 4;
    run.addColumnSums(encoder.embedding(0), width, mean, nodeCount, width);
    run.scaleNumbers(mean, 1 / nodeCount, width);
    const numbersAt = at.inputs + POOLS * width * 4;
    if (config.numbers) f32At(this.kernels, numbersAt, numbers.length).set(numbers);
    else run.clearNumbers(numbersAt, numbers.length);
    run.matmul(
      at.inputs,
      weights["reward.hidden.weight"],
      weights["reward.hidden.bias"],
      at.hidden,
      1,
      headInputs(config.network),
      config.hidden,
      RELU,
    );
    const outputBias = weights["reward.output.bias"];
    run.matmul(
      at.hidden,
      weights["reward.output.weight"],
      outputBias,
      at.outputs,
      1,
      config.hidden,
      OUTPUTS,
      0,
    );
    run.matmul(
      numbersAt,
      weights["reward.direct.weight"],
      0,
      at.outputs,
      1,
      numbers.length,
      OUTPUTS,
      ENUMS.MatmulMode.add,
    );
    return f32At(this.kernels, at.outputs, OUTPUTS);
  }

  /** Adds the gradient of the last `forward` to that of the parameters, given that of its outputs. */
  backward(dOutputs: ArrayLike<number>): void {
    const { run, at, config, encoder, weights, dWeights, nodeCount, macros } = this;
    const { width } = config.network;
    const count = REWARD_NUMBERS.length;
    const inputs = headInputs(config.network);
    const numbersAt = at.inputs + POOLS * width * 4;
    f32At(this.kernels, at.dOutputs, OUTPUTS).set(dOutputs);
    run.clearNumbers(at.dHidden, config.hidden);
    run.clearNumbers(at.dInputs, inputs);
    run.addTransposedMatmul(
      numbersAt,
      count,
      at.dOutputs,
      dWeights["reward.direct.weight"],
      1,
      count,
      OUTPUTS,
    );
    run.denseBackward(
      at.hidden,
      weights["reward.output.weight"],
      at.dOutputs,
      dWeights["reward.output.weight"],
      dWeights["reward.output.bias"],
      at.dHidden,
      config.hidden,
      OUTPUTS,
      config.hidden,
    );
    run.reluBackward(at.hidden, at.dHidden, config.hidden);
    run.denseBackward(
      at.inputs,
      weights["reward.hidden.weight"],
      at.dHidden,
      dWeights["reward.hidden.weight"],
      dWeights["reward.hidden.bias"],
      at.dInputs,
      inputs,
      config.hidden,
      POOLS * width,
    );
    run.addInto(encoder.summaryGradient, at.dInputs, width);
    const macroMean = at.dInputs + width * 4;
    run.scaleNumbers(macroMean, 1 / Math.max(1, macros.length), width);
    for (const node of macros) run.addInto(encoder.embeddingGradient(node), macroMean, width);
    const mean = at.dInputs + 2 * width * 4;
    run.scaleNumbers(mean, 1 / nodeCount, width);
    for (let node = 0; node < nodeCount; node++) run.addInto(encoder.embeddingGradient(node), mean, width);
    encoder.backward();
  }
}
