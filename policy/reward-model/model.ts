// Fitting the reward model: samples of several blocks, each label in deviations of its block, least squares by Adam.
// The same seed gives the same bytes. The encoder is the policy's, so that a policy can start with it.
import { Matrix, solve } from "ml-matrix";
import { Kernels } from "../../kernels/index.js";
import { Random } from "../../netlist/index.js";
import type { AdamState } from "../network/checkpoint.js";
import type { PolicyGraph } from "../network/contract.js";
import { Adam } from "../ppo/adam.js";
import type { RewardData } from "./data.js";
import { initialiseReward, RewardNetwork, type RewardNetworkConfig, rewardLayout } from "./network.js";
import { REWARD_LABELS, REWARD_NUMBERS } from "./sample.js";

export interface RewardFitOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly minibatch: number;
  readonly learningRate: number;
}

/** A block's samples. Numbers and labels are in deviations from the block's own means, which a new block has too. */
export interface RewardBlock {
  readonly graph: PolicyGraph;
  readonly places: readonly Float32Array[];
  readonly numbers: readonly Float32Array[];
  readonly labels: readonly Float32Array[];
}

/** Where fitting stands: parameters as `rewardLayout` lays them, the optimiser's moments, epochs done. */
export interface RewardState {
  readonly parameters: Float32Array;
  readonly adam: AdamState;
  readonly epoch: number;
}

const GRADIENT_NORM = 1;
const HELD_OUT_EVERY = 10; // every tenth sample of a block is never learned from

/** Standardises a block's data. */
export function rewardBlock(graph: PolicyGraph, data: RewardData): RewardBlock {
  const rows = (flat: Float32Array): Float32Array[] => {
    const width = flat.length / data.count;
    return Array.from({ length: data.count }, (_, row) => flat.subarray(row * width, (row + 1) * width));
  };
  return {
    graph,
    places: rows(data.places),
    numbers: standardise(rows(data.numbers)),
    labels: standardise(rows(data.labels)),
  };
}

/** Columns with mean 0 and deviation 1; a constant one becomes 0. */
function standardise(rows: readonly Float32Array[]): Float32Array[] {
  const width = rows[0]?.length ?? 0;
  const out = rows.map(() => new Float32Array(width));
  for (let column = 0; column < width; column++) {
    const mean = rows.reduce((sum, row) => sum + row[column]!, 0) / rows.length;
    const variance = rows.reduce((sum, row) => sum + (row[column]! - mean) ** 2, 0) / rows.length;
    const scale = variance > 1e-12 * (mean * mean + 1e-12) ? 1 / Math.sqrt(variance) : 0;
    rows.forEach((row, index) => {
      out[index]![column] = (row[column]! - mean) * scale;
    });
  }
  return out;
}

/** Whether nothing is learned from a sample. */
export function isHeldOut(index: number): boolean {
  return index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
}

/** Learns from the blocks' samples that are not held out, and predicts the labels of any. */
export class RewardModel {
  readonly config: RewardNetworkConfig;
  readonly parameters: Float32Array;
  epoch = 0;
  private readonly kernels = Kernels.create();
  private readonly gradients: Float32Array;
  private readonly adam: Adam;
  private readonly networks = new Map<PolicyGraph, RewardNetwork>();

  constructor(config: RewardNetworkConfig, from: RewardState | Float32Array) {
    this.config = config;
    const { length } = rewardLayout(config);
    this.parameters = this.kernels.f32(length);
    this.gradients = this.kernels.f32(length);
    this.adam = new Adam(this.kernels, length);
    if (from instanceof Float32Array) {
      this.parameters.set(from);
      return;
    }
    this.parameters.set(from.parameters);
    this.adam.first.set(from.adam.first);
    this.adam.second.set(from.adam.second);
    this.adam.steps = from.adam.steps;
    this.epoch = from.epoch;
  }

  /** A model that has learned nothing but the linear fit of the numbers. */
  static start(config: RewardNetworkConfig, seed: number, blocks: readonly RewardBlock[]): RewardModel {
    const parameters = new Float32Array(rewardLayout(config).length);
    initialiseReward(config, { seed, direct: fitLinear(blocks, REWARD_NUMBERS.length) }, parameters);
    return new RewardModel(config, parameters);
  }

  state(): RewardState {
    const { parameters, adam, epoch } = this;
    return {
      parameters: parameters.slice(),
      adam: { first: adam.first.slice(), second: adam.second.slice(), steps: adam.steps },
      epoch,
    };
  }

  /** One pass over the samples; returns the mean squared error, in deviations, as they were met. */
  runEpoch(blocks: readonly RewardBlock[], options: RewardFitOptions): number {
    const { seed, epochs, minibatch, learningRate } = options;
    const random = Random.stream(seed, "reward-epoch", this.epoch);
    const samples = blocks.flatMap((block) =>
      Array.from(block.labels.keys())
        .filter((index) => !isHeldOut(index))
        .map((index) => ({ block, index })),
    );
    random.shuffle(samples);
    let squares = 0;
    for (let first = 0; first < samples.length; first += minibatch) {
      const batch = samples.slice(first, first + minibatch);
      this.gradients.fill(0);
      for (const { block, index } of batch) squares += this.learn({ block, index }, batch.length, random);
      const progress = (this.epoch + first / samples.length) / epochs;
      this.adam.step(this.parameters, this.gradients, {
        learningRate: (learningRate * (1 + Math.cos(Math.PI * progress))) / 2,
        maxGradientNorm: GRADIENT_NORM,
      });
    }
    this.epoch++;
    return squares / (samples.length * REWARD_LABELS.length);
  }

  /** Adds one sample's gradient. A mirrored placement costs the same, so each comes mirrored at random. */
  private learn(
    { block, index }: { readonly block: RewardBlock; readonly index: number },
    batch: number,
    random: Random,
  ): number {
    const network = this.network(block.graph);
    const mirrors = random.below(4);
    const outputs = network.forward(block.places[index]!, block.numbers[index]!, {
      mirrorX: mirrors & 1 ? -1 : 1,
      mirrorY: mirrors & 2 ? -1 : 1,
    });
    const labels = block.labels[index]!;
    const errors = Array.from(outputs, (output, label) => output - labels[label]!);
    network.backward(errors.map((error) => (2 * error) / (batch * errors.length)));
    return errors.reduce((sum, error) => sum + error * error, 0);
  }

  /** Predicted labels of samples of a block, in the block's deviations. */
  predict(block: RewardBlock, indices: readonly number[]): Float32Array[] {
    const network = this.network(block.graph);
    return indices.map((index) => network.forward(block.places[index]!, block.numbers[index]!).slice());
  }

  private network(graph: PolicyGraph): RewardNetwork {
    const { parameters, gradients } = this;
    let network = this.networks.get(graph);
    if (!network) {
      network = new RewardNetwork(this.kernels, this.config, { graph, parameters, gradients });
      this.networks.set(graph, network);
    }
    return network;
  }
}

/** Least squares of the labels by the first `count` numbers of the samples that are not held out. */
export function fitLinear(blocks: readonly RewardBlock[], count: number): number[] {
  const inputs: Float32Array[] = [];
  const outputs: Float32Array[] = [];
  for (const { numbers, labels } of blocks)
    numbers.forEach((row, index) => {
      if (isHeldOut(index)) return;
      inputs.push(row.subarray(0, count));
      outputs.push(labels[index]!);
    });
  return leastSquares(inputs, outputs);
}

/** Keeps columns that say the same apart; in deviations of the standardised inputs. */
const RIDGE = 1e-3;

/**
 * Weights [inputs x outputs], row-major, of the least squares fit of standardised `outputs` [rows x outputs] by
 * standardised `inputs` [rows x inputs], with a little ridge.
 */
export function leastSquares(
  inputs: readonly ArrayLike<number>[],
  outputs: readonly ArrayLike<number>[],
): number[] {
  const x = new Matrix(inputs.map((row) => Array.from(row)));
  const y = new Matrix(outputs.map((row) => Array.from(row)));
  const square = x.transpose().mmul(x);
  for (let i = 0; i < square.rows; i++) square.set(i, i, square.get(i, i) + RIDGE * x.rows);
  return solve(square, x.transpose().mmul(y)).to1DArray();
}
