// Fitting the reward model: samples of several blocks, each label in deviations of its block, least squares by Adam.
// The same seed gives the same bytes. Its encoder is the policy's, so that a policy may start with it.
import { Kernels } from "../../kernels/index.js";
import { Random } from "../../netlist/index.js";
import type { PolicyGraph } from "../network/contract.js";
import { Adam } from "../ppo/adam.js";
import { kendallTau } from "./kendall.js";
import { leastSquares, linearPrediction } from "./linear-baseline.js";
import { initialiseReward, RewardNetwork, type RewardNetworkConfig, rewardLayout } from "./reward-network.js";
import { LENGTH_NUMBERS, REWARD_LABELS, REWARD_NUMBERS, type RewardLabel } from "./reward-sample.js";
import type { RewardData } from "./reward-shard.js";

export interface RewardFitOptions {
  readonly seed: number;
  readonly epochs: number;
  readonly minibatch: number;
  readonly learningRate: number;
}

/** A block's samples, in deviations from its own mean: of the numbers no label is needed for that. */
export interface RewardBlock {
  readonly graph: PolicyGraph;
  readonly places: readonly Float32Array[];
  readonly numbers: readonly Float32Array[];
  readonly labels: readonly Float32Array[];
}

/** Where fitting stands: parameters as `rewardLayout` lays them, the optimiser's moments, epochs done. */
export interface RewardState {
  readonly parameters: Float32Array;
  readonly adam: { readonly first: Float32Array; readonly second: Float32Array; readonly steps: number };
  readonly epoch: number;
}

/** Kendall's tau per label. */
export type Taus = Readonly<Record<RewardLabel, number>>;

const GRADIENT_NORM = 1;
const HELD_OUT_EVERY = 10; // every tenth sample of a block is never learnt from

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

/** Whether a sample is kept from learning. */
export function isHeldOut(index: number): boolean {
  return index % HELD_OUT_EVERY === HELD_OUT_EVERY - 1;
}

/** Learns from the blocks' samples that are not held out, and foretells any. */
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

  /** A model that has learnt nothing but the linear fit of the numbers. */
  static start(config: RewardNetworkConfig, seed: number, blocks: readonly RewardBlock[]): RewardModel {
    const parameters = new Float32Array(rewardLayout(config).length);
    initialiseReward(config, seed, fitLinear(blocks, REWARD_NUMBERS.length), parameters);
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
      for (const { block, index } of batch) squares += this.learn(block, index, batch.length, random);
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
  private learn(block: RewardBlock, index: number, batch: number, random: Random): number {
    const network = this.network(block.graph);
    const mirrors = random.below(4);
    const outputs = network.forward(
      block.places[index]!,
      block.numbers[index]!,
      mirrors & 1 ? -1 : 1,
      mirrors & 2 ? -1 : 1,
    );
    const labels = block.labels[index]!;
    const errors = Array.from(outputs, (output, label) => output - labels[label]!);
    network.backward(errors.map((error) => (2 * error) / (batch * errors.length)));
    return errors.reduce((sum, error) => sum + error * error, 0);
  }

  /** Labels foretold for samples of a block, in its deviations. */
  predict(block: RewardBlock, indices: readonly number[]): Float32Array[] {
    const network = this.network(block.graph);
    return indices.map((index) => network.forward(block.places[index]!, block.numbers[index]!).slice());
  }

  private network(graph: PolicyGraph): RewardNetwork {
    let network = this.networks.get(graph);
    if (!network) {
      network = new RewardNetwork(this.kernels, this.config, graph, this.parameters, this.gradients);
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

/** How well each of the predictors orders some samples of a block. */
export interface RewardScore {
  readonly samples: number;
  readonly model: Taus;
  /** Linear on the wirelengths before settling, and linear on all numbers that the model sees. */
  readonly linearLengths: Taus;
  readonly linearAll: Taus;
}

export function scoreBlock(
  model: RewardModel,
  block: RewardBlock,
  indices: readonly number[],
  linear: { readonly lengths: readonly number[]; readonly all: readonly number[] },
): RewardScore {
  const predicted = model.predict(block, indices);
  const taus = (value: (row: number, label: number) => number): Taus =>
    Object.fromEntries(
      REWARD_LABELS.map((name, label) => [
        name,
        kendallTau(
          indices.map((_, row) => value(row, label)),
          indices.map((index) => block.labels[index]![label]!),
        ),
      ]),
    ) as unknown as Taus;
  const line = (weights: readonly number[], count: number) => (row: number, label: number) =>
    linearPrediction(block.numbers[indices[row]!]!.subarray(0, count), weights, REWARD_LABELS.length, label);
  return {
    samples: indices.length,
    model: taus((row, label) => predicted[row]![label]!),
    linearLengths: taus(line(linear.lengths, LENGTH_NUMBERS.length)),
    linearAll: taus(line(linear.all, REWARD_NUMBERS.length)),
  };
}
