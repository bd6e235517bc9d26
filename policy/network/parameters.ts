// Where every parameter lies in the one flat array, and what it starts as. One array, so that the optimiser, the
// checkpoint and the sum over gradient shards need to know nothing of layers.
import { Matrix, QrDecomposition } from "ml-matrix";
import { Random } from "../../netlist/index.js";
import {
  COARSE_CHANNELS,
  COARSE_SIDE,
  mapChannels,
  type NetworkConfig,
  trunkInputs,
} from "./network-config.js";

/** One named tensor, row-major, at `offset` numbers into the flat array. */
export interface Tensor {
  readonly name: string;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly length: number;
}

/** All tensors in order and the length of the array that holds them. */
export interface ParameterLayout {
  readonly tensors: readonly Tensor[];
  readonly length: number;
}

const LINE = 16; // numbers to a cache line; tensors start on one, and what pads them stays 0
const RELU_GAIN = Math.SQRT2; // keeps the variance through a ReLU (He et al. 2015)

/** The tensors that a network of this configuration has. */
export function parameterLayout(config: NetworkConfig): ParameterLayout {
  const tensors: Tensor[] = [];
  let offset = 0;
  const add = (name: string, ...shape: number[]): void => {
    const length = shape.reduce((product, side) => product * side, 1);
    tensors.push({ name, shape, offset, length });
    offset += Math.ceil(length / LINE) * LINE;
  };
  const { width, trunk, cellHidden, valueHidden, planes } = config;
  if (config.encoder) {
    add("encoder.nodes.weight", config.nodeFeatures, width);
    add("encoder.nodes.bias", width);
    for (let round = 0; round < config.rounds; round++) {
      add(`encoder.round${round}.ends`, width, 2 * width); // Wa beside Wb
      add(`encoder.round${round}.edge`, width); // c, for the edge's weight
      add(`encoder.round${round}.bias`, width);
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
      channels = outputs;
    });
  }
  add("cell.inputs", cellHidden, planes + mapChannels(config)); // the planes' weights, then the map's
  add("cell.trunk", trunk, cellHidden);
  add("cell.bias", cellHidden);
  add("cell.logit.weight", cellHidden);
  add("cell.logit.bias", 1);
  add("cell.priorScale", 1);
  add("value.hidden.weight", trunk + planes + config.stateFeatures, valueHidden);
  add("value.hidden.bias", valueHidden);
  add("value.output.weight", valueHidden);
  add("value.output.bias", 1);
  return { tensors, length: offset };
}

/** The part of a flat array that holds one tensor. */
export function tensorOf(layout: ParameterLayout, values: Float32Array, name: string): Float32Array {
  const tensor = layout.tensors.find((candidate) => candidate.name === name);
  if (!tensor) throw new Error(`internal: no parameter is called ${name}`);
  return values.subarray(tensor.offset, tensor.offset + tensor.length);
}

/**
 * Fills `parameters` for training from scratch: orthogonal weights, zero biases. The last policy layer is zero, so
 * that the first logits are the prior plane alone (or uniform).
 */
export function initialiseParameters(config: NetworkConfig, seed: number, parameters: Float32Array): void {
  const layout = parameterLayout(config);
  if (parameters.length !== layout.length) {
    throw new Error(`internal: ${parameters.length} parameters, the network has ${layout.length}`);
  }
  parameters.fill(0);
  const set = (name: string, values: ArrayLike<number>): void =>
    tensorOf(layout, parameters, name).set(values);
  const orthogonal = (name: string, rows: number, columns: number, gain: number): number[] =>
    orthogonalMatrix(rows, columns, gain, Random.stream(seed, "parameters", name)).to1DArray();
  for (const { name, shape } of layout.tensors) {
    const [rows = 1, columns = 1] = shape;
    const round = /^encoder\.(round\d+)\.ends$/.exec(name)?.[1];
    if (round) setRound(config.width, seed, round, set);
    else if (shape.length === 4) {
      // A pixel of the output sums 9/4 of the nine taps on average, so the gain makes up for a factor 4 of variance.
      set(name, orthogonal(name, rows * 9, shape[3]!, 2 * RELU_GAIN));
    } else if (name === "value.output.weight") set(name, orthogonal(name, rows, 1, 1));
    else if (name === "cell.priorScale") set(name, [config.priorScale]);
    else if (shape.length === 2) set(name, orthogonal(name, rows, columns, RELU_GAIN));
  }
}

/** A round is one dense layer from [h_i, h_j, w] to an embedding, stored as [Wa | Wb] and c. */
function setRound(
  width: number,
  seed: number,
  round: string,
  set: (name: string, values: ArrayLike<number>) => void,
): void {
  const random = Random.stream(seed, "parameters", `encoder.${round}`);
  const joint = orthogonalMatrix(2 * width + 1, width, RELU_GAIN, random);
  const ends = new Matrix(width, 2 * width);
  ends.setSubMatrix(joint.subMatrix(0, width - 1, 0, width - 1), 0, 0);
  ends.setSubMatrix(joint.subMatrix(width, 2 * width - 1, 0, width - 1), 0, width);
  set(`encoder.${round}.ends`, ends.to1DArray());
  set(`encoder.${round}.edge`, joint.getRow(2 * width));
}

/**
 * A rows x columns matrix whose shorter side's vectors are orthogonal with length `gain`: Q of the QR decomposition
 * of normal numbers, with the signs of R's diagonal, which makes it uniform among orthogonal matrices.
 */
export function orthogonalMatrix(rows: number, columns: number, gain: number, random: Random): Matrix {
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

/** Addresses of the tensors of one flat array in kernel memory, by name. */
export class ParameterAddresses {
  private readonly addresses = new Map<string, number>();

  constructor(layout: ParameterLayout, values: Float32Array) {
    if (values.length !== layout.length) {
      throw new Error(`internal: ${values.length} parameters, the network has ${layout.length}`);
    }
    for (const { name, offset } of layout.tensors) this.addresses.set(name, values.byteOffset + offset * 4);
  }

  of(name: string): number {
    const address = this.addresses.get(name);
    if (address === undefined) throw new Error(`internal: no parameter is called ${name}`);
    return address;
  }
}
