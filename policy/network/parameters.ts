// Sizes of the built-in network, the tensors that follow from them, and what the tensors hold before training. The sizes
// are stored with every checkpoint, because parameters mean nothing without them.
import { Matrix, QrDecomposition } from "ml-matrix";
import { z } from "zod";
import { Random } from "../../netlist/index.js";
import type { PolicyNetworkModule } from "./contract.js";
import {
  layoutOf,
  type ParameterLayout,
  type TensorShape,
  type Tensors,
  tensorOf,
  tensorsOf,
} from "./memory.js";

/** Name of the built-in network. */
export const GRAPH_NETWORK = "graph";

const size = z.number().int().min(1);
const vectorSize = size.multipleOf(4); // kernels walk these four numbers at a time

/** Side of the coarse map that the deconvolutions start from, and its channels. */
export const COARSE_SIDE = 4;
export const COARSE_CHANNELS = 32;

/** What a live graph network reads of a node besides its static features (live-encoder.ts). */
export const LIVE_FEATURES = 5;

/** Channels in which a live graph network writes the neighbours' embeddings onto the canvas. */
export const CANVAS_CHANNELS = 8;

/** Factor of the prior plane in the logits of a policy that knows nothing else. */
export const PRIOR_SCALE = 20;

export const networkConfigSchema = z
  .strictObject({
    nodeFeatures: size.describe("static features of a graph node"),
    spectral: z
      .number()
      .int()
      .min(0)
      .max(32)
      .default(0)
      .describe("how many of them are entries of the graph's leading eigenvectors"),
    width: vectorSize.default(16).describe("width of node and edge embeddings"),
    rounds: size.default(3).describe("rounds of the edge-based graph network"),
    stateFeatures: z.number().int().min(0).describe("numbers that describe the step as a whole"),
    planes: size.describe(
      "input planes, each with one number per grid cell: 12, or 15 with congestion and macros alike",
    ),
    trunk: vectorSize.default(64).describe("width of the layer that everything of the step goes through"),
    deconvolutionChannels: z
      .array(vectorSize)
      .min(1)
      .max(5)
      .default([16, 8, 4])
      .describe("channels after each doubling of the coarse 4 x 4 map"),
    cellHidden: vectorSize.default(16).describe("hidden width per grid cell"),
    valueHidden: vectorSize.default(32).describe("hidden width of the value head"),
    priorPlane: z.number().int().min(-1).default(-1).describe("plane added to the logits, -1 for none"),
    priorScale: z.number().default(PRIOR_SCALE).describe("initial factor of the prior plane"),
    encoder: z.boolean().default(true).describe("false: no graph network, the step's state alone"),
    deconvolution: z.boolean().default(true).describe("false: no deconvolutions, the planes alone"),
    live: z
      .boolean()
      .default(false)
      .describe("true: the graph network sees where all nodes are, and runs at every step"),
    liveEdges: z
      .number()
      .int()
      .min(0)
      .default(8)
      .describe("how many edges of a node the live graph network reads, the heaviest ones; 0 for all"),
  })
  .refine(({ priorPlane, planes }) => priorPlane < planes, {
    error: "priorPlane must be one of the planes, or -1",
  })
  .refine(({ encoder, live }) => encoder || !live, { error: "live needs the encoder" })
  .refine(({ encoder, stateFeatures }) => encoder || stateFeatures > 0, {
    error: "without the encoder there must be state features",
  });

export type NetworkConfig = z.output<typeof networkConfigSchema>;
export type NetworkOptions = z.input<typeof networkConfigSchema>;

/** Checks the options and fills in the defaults. */
export function networkConfig(options: NetworkOptions): NetworkConfig {
  return networkConfigSchema.parse(options);
}

/** Length of the vector that enters the trunk: what the encoder says, then the state. */
export function trunkInputs(config: NetworkConfig): number {
  return encoderOutputs(config) + config.stateFeatures;
}

/** Both nodes' embeddings and the graph summary; of a live encoder also what the current node attends to. */
export function encoderOutputs({ encoder, live, width }: NetworkConfig): number {
  return encoder ? (live ? 4 : 3) * width : 0;
}

/** Features that the encoder reads of a node. */
export function encoderFeatures({ nodeFeatures, live }: NetworkConfig): number {
  return nodeFeatures + (live ? LIVE_FEATURES : 0);
}

/** Length of the vector that enters the value head: trunk, means of the planes, state. */
export function valueInputs({ trunk, planes, stateFeatures }: NetworkConfig): number {
  return trunk + planes + stateFeatures;
}

/** Channels that the deconvolutions hand to the cell head. */
export function mapChannels(config: NetworkConfig): number {
  return config.deconvolution ? config.deconvolutionChannels.at(-1)! : 0;
}

const RELU_GAIN = Math.SQRT2; // keeps the variance through a ReLU (He et al. 2015)

/** The tensors that a network of these sizes has. */
export function networkTensors(config: NetworkConfig): readonly TensorShape[] {
  const tensors: TensorShape[] = [];
  const add = (name: string, ...shape: number[]): void => {
    tensors.push({ name, shape });
  };
  const { width, trunk, cellHidden, valueHidden, planes } = config;
  if (config.encoder) {
    add("encoder.nodes.weight", encoderFeatures(config), width);
    add("encoder.nodes.bias", width);
    for (let round = 0; round < config.rounds; round++) {
      add(`encoder.round${round}.ends`, width, 2 * width); // Wa beside Wb
      add(`encoder.round${round}.edge`, width); // c, for the edge's weight
      add(`encoder.round${round}.bias`, width);
    }
    if (config.live) {
      add("encoder.query", width, width);
      if (config.deconvolution) {
        add("encoder.canvas.weight", width + 1, CANVAS_CHANNELS); // the last input is the edge's weight
        add("encoder.canvas.bias", CANVAS_CHANNELS);
      }
    }
  }
  add("trunk.weight", trunkInputs(config), trunk);
  add("trunk.bias", trunk);
  if (config.deconvolution) {
    const coarse = COARSE_SIDE * COARSE_SIDE * COARSE_CHANNELS;
    add("deconvolution.coarse.weight", trunk, coarse);
    add("deconvolution.coarse.bias", coarse);
    let channels = COARSE_CHANNELS;
    config.deconvolutionChannels.forEach((outputs, layer) => {
      add(`deconvolution.${layer}.weight`, channels, 3, 3, outputs);
      add(`deconvolution.${layer}.bias`, outputs);
      if (config.live) add(`deconvolution.${layer}.canvas`, CANVAS_CHANNELS, 3, 3, outputs);
      channels = outputs;
    });
  }
  add("cell.inputs", cellHidden, planes + mapChannels(config)); // the planes' weights, then the map's
  add("cell.trunk", trunk, cellHidden);
  add("cell.bias", cellHidden);
  add("cell.logit.weight", cellHidden);
  add("cell.logit.bias", 1);
  add("cell.priorScale", 1);
  add("value.hidden.weight", valueInputs(config), valueHidden);
  add("value.hidden.bias", valueHidden);
  add("value.output.weight", valueHidden);
  add("value.output.bias", 1);
  return tensors;
}

/** Where those tensors lie in the flat array of all parameters. */
export function parameterLayout(config: NetworkConfig): ParameterLayout {
  return layoutOf(networkTensors(config));
}

/**
 * Fills parameters, all 0 before, for training from scratch: orthogonal weights, zero biases. The last policy layer is
 * zero, so that the first logits are the prior plane alone (or uniform).
 */
export function initialiseParameters(config: NetworkConfig, seed: number, outParameters: Tensors): void {
  const orthogonal = (name: string, rows: number, columns: number, gain: number): number[] =>
    orthogonalMatrix(rows, columns, { gain, random: Random.stream(seed, "parameters", name) }).to1DArray();
  for (const { name, shape } of networkTensors(config)) {
    const [rows = 1, columns = 1] = shape;
    const set = (values: ArrayLike<number>) => outParameters[name]!.set(values);
    const round = /^encoder\.(round\d+)\.ends$/.exec(name)?.[1];
    if (round)
      initialiseRound(config.width, Random.stream(seed, "parameters", `encoder.${round}`), {
        outEnds: outParameters[name]!,
        outEdge: outParameters[`encoder.${round}.edge`]!,
      });
    else if (shape.length === 4) {
      // A pixel of the output sums 9/4 of the nine taps on average, so the gain makes up for a factor 4 of variance.
      set(orthogonal(name, rows * 9, shape[3]!, 2 * RELU_GAIN));
    } else if (name === "value.output.weight") set(orthogonal(name, rows, 1, 1));
    else if (name === "cell.priorScale") set([config.priorScale]);
    else if (shape.length === 2) set(orthogonal(name, rows, columns, RELU_GAIN));
  }
}

/** All parameters of a network as training from scratch begins with them, one flat array. */
export function freshParameters(config: NetworkConfig, seed: number): Float32Array {
  const layout = parameterLayout(config);
  const parameters = new Float32Array(layout.length);
  initialiseParameters(config, seed, tensorsOf(layout, parameters));
  return parameters;
}

/** A round is one dense layer from [h_i, h_j, w] to an embedding, stored as [Wa | Wb] and c. */
function initialiseRound(
  width: number,
  random: Random,
  { outEnds, outEdge }: { readonly outEnds: Float32Array; readonly outEdge: Float32Array },
): void {
  const joint = orthogonalMatrix(2 * width + 1, width, { gain: RELU_GAIN, random });
  const ends = new Matrix(width, 2 * width);
  ends.setSubMatrix(joint.subMatrix(0, width - 1, 0, width - 1), 0, 0);
  ends.setSubMatrix(joint.subMatrix(width, 2 * width - 1, 0, width - 1), 0, width);
  outEnds.set(ends.to1DArray());
  outEdge.set(joint.getRow(2 * width));
}

/**
 * A rows x columns matrix whose shorter side's vectors are orthogonal with length `gain`: Q of the QR decomposition
 * of normal numbers, with the signs of R's diagonal, which makes it uniform among orthogonal matrices.
 */
export function orthogonalMatrix(
  rows: number,
  columns: number,
  { gain, random }: { readonly gain: number; readonly random: Random },
): Matrix {
  const long = Math.max(rows, columns);
  const short = Math.min(rows, columns);
  const normal = Matrix.zeros(long, short);
  for (let row = 0; row < long; row++) {
    for (let column = 0; column < short; column++) normal.set(row, column, random.normal());
  }
  const qr = new QrDecomposition(normal);
  const q = qr.orthogonalMatrix;
  const r = qr.upperTriangularMatrix;
  for (let column = 0; column < short; column++)
    q.mulColumn(column, gain * (r.get(column, column) < 0 ? -1 : 1));
  return rows >= columns ? q : q.transpose();
}

/**
 * Scales in place what was learned of the logits, from 0, the prior alone, to 1, the policy as it is; also a policy that
 * began without the prior. A policy that is to learn here is less sure of itself then, so that it still explores. The
 * last layer is linear, so a part of it lies between the prior and what was learned; the layers below stay.
 */
export function scaleLogits(_config: NetworkConfig, scale: number, outParameters: Tensors): void {
  if (scale === 1) return;
  for (const name of ["cell.logit.weight", "cell.logit.bias"]) {
    const tensor = outParameters[name]!;
    for (let i = 0; i < tensor.length; i++) tensor[i]! *= scale;
  }
  const priorScale = outParameters["cell.priorScale"]!;
  priorScale[0] = scale * priorScale[0]! + (1 - scale) * PRIOR_SCALE;
}

/**
 * The same policy with an encoder as training from scratch begins with, to which the trunk does not listen yet: its
 * weights for embeddings are zero, so that the policy plays as before. A policy without an encoder travels well, as it
 * knows no block by heart; to learn one block well it must tell macros apart, which the embeddings let it do. A policy
 * that has an encoder, or another network, is given back as it is.
 */
export function withEncoder<
  Policy extends {
    readonly network?: PolicyNetworkModule;
    readonly config: NetworkConfig;
    readonly parameters: Float32Array;
  },
>(policy: Policy, seed: number): Policy {
  if (policy.network !== undefined && policy.network.name !== GRAPH_NETWORK) return policy;
  if (policy.config.encoder) return policy;
  const config = { ...policy.config, encoder: true };
  const [before, after] = [parameterLayout(policy.config), parameterLayout(config)];
  const parameters = freshParameters(config, seed);
  for (const { name } of before.tensors) {
    const kept = tensorOf(before, policy.parameters, name);
    const grown = tensorOf(after, parameters, name);
    // Of the trunk's inputs the embeddings come first.
    if (name === "trunk.weight")
      grown.fill(0, 0, (trunkInputs(config) - trunkInputs(policy.config)) * config.trunk);
    grown.set(kept, grown.length - kept.length);
  }
  return { ...policy, config, parameters };
}
