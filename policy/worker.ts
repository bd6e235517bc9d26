// What a worker thread of a training run does: play episodes and compute shards of gradients. Everything large
// lies in the shared kernel memory; a task is a few numbers.
import { workerData } from "piscina";
import { type CostWeights, CreditAssigner, Episode, Judge, Observer } from "../env/index.js";
import { type KernelHandle, Kernels } from "../kernels/index.js";
import { type Block, Random } from "../netlist/index.js";
import { ForceDirectedPlacer } from "../placer/index.js";
import { ActionDistribution } from "./action-distribution.js";
import { graphInput } from "./graph-input.js";
import { PolicyNetwork } from "./network.js";
import type { NetworkConfig } from "./network-config.js";
import type { ShardStatistics } from "./pool.js";
import { accumulateGradient, type LossOptions, type Sample } from "./ppo-loss.js";
import { playEpisode } from "./rollout.js";
import { type Trajectory, type TrajectoryShape, trajectoryAt } from "./trajectory.js";

export interface WorkerSetup {
  readonly handle: KernelHandle;
  readonly block: Block;
  readonly weights: CostWeights;
  readonly network: NetworkConfig;
  readonly parametersAt: number;
  readonly parameterCount: number;
  readonly shape: TrajectoryShape;
}

export interface RolloutTask {
  readonly slotAt: number;
  readonly seed: number;
  /** Which stream of the seed: iteration and episode number. */
  readonly iteration: number;
  readonly episode: number;
  /** Changes whenever the parameters do. */
  readonly version: number;
  /** Cells of the first macros, in order. */
  readonly prefix: readonly number[];
  readonly creditDraws: number;
  /** Take the most probable cell instead of sampling. */
  readonly greedy: boolean;
}

export interface GradientTask {
  /** Where the shard's gradient goes: `parameterCount` f32, overwritten. */
  readonly gradientAt: number;
  readonly samples: readonly Sample[];
  readonly slotsAt: readonly number[];
  readonly loss: LossOptions;
  readonly version: number;
}

/** A thread's own tools, made on its first task. */
class Workbench {
  readonly kernels: Kernels;
  readonly network: PolicyNetwork;
  readonly episode: Episode;
  readonly observer: Observer;
  readonly distribution: ActionDistribution;
  readonly credits: CreditAssigner;
  readonly graphNodes: Int32Array;
  private readonly setup: WorkerSetup;
  private readonly gradients: Float32Array;
  private readonly slots = new Map<number, Trajectory>();
  private encodedVersion = -1;

  constructor(setup: WorkerSetup) {
    this.setup = setup;
    this.kernels = Kernels.attach(setup.handle);
    const judge = new Judge(this.kernels, setup.block, { weights: setup.weights });
    this.episode = new Episode(judge, new ForceDirectedPlacer(judge));
    this.observer = new Observer(this.episode);
    this.credits = new CreditAssigner(judge);
    const parameters = new Float32Array(setup.handle.memory.buffer, setup.parametersAt, setup.parameterCount);
    this.gradients = this.kernels.f32(setup.parameterCount);
    this.network = new PolicyNetwork(this.kernels, setup.network, parameters, this.gradients);
    const graph = graphInput(setup.block);
    this.graphNodes = graph.graphNodes;
    const { rows, columns } = setup.block.grid;
    this.distribution = new ActionDistribution(this.kernels, rows * columns);
    this.network.setBlock(graph, rows, columns);
  }

  slot(address: number): Trajectory {
    let slot = this.slots.get(address);
    if (!slot) {
      slot = trajectoryAt(this.kernels, address, this.setup.shape);
      this.slots.set(address, slot);
    }
    return slot;
  }

  /** Encodes the block anew if the parameters changed since the last time. */
  encode(version: number): void {
    if (version === this.encodedVersion) return;
    this.network.encode();
    this.encodedVersion = version;
  }

  rollout(task: RolloutTask): void {
    this.encode(task.version);
    const random = Random.stream(task.seed, "episode", task.iteration, task.episode);
    const { episode, observer, network, distribution, graphNodes, credits } = this;
    const { greedy, prefix, creditDraws } = task;
    const options = { random, greedy, prefix, creditDraws };
    const slot = this.slot(task.slotAt);
    playEpisode(episode, observer, network, distribution, graphNodes, slot, options, credits);
  }

  gradient(task: GradientTask): ShardStatistics {
    this.encode(task.version);
    this.gradients.fill(0);
    const slots = task.slotsAt.map((address) => this.slot(address));
    const statistics = accumulateGradient(this.network, this.distribution, slots, task.samples, task.loss);
    new Float32Array(this.setup.handle.memory.buffer, task.gradientAt, this.gradients.length).set(
      this.gradients,
    );
    return statistics;
  }
}

let workbench: Workbench | undefined;

function bench(): Workbench {
  workbench ??= new Workbench(workerData as WorkerSetup);
  return workbench;
}

export function rollout(task: RolloutTask): void {
  bench().rollout(task);
}

export function gradient(task: GradientTask): ShardStatistics {
  return bench().gradient(task);
}
