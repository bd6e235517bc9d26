// What a worker thread of a training run does: play episodes and compute shards of gradients. Everything large
// lies in the shared kernel memory; a task is a few numbers.
import { workerData } from "piscina";
import {
  CounterfactualEvaluator,
  Episode,
  Judge,
  type JudgeOptions,
  type JudgeRules,
  loadCostTerms,
  MACRO_ORDERS,
  type MacroOrder,
  Observer,
} from "../../env/index.js";
import { type KernelHandle, Kernels } from "../../kernels/index.js";
import { type Block, Random } from "../../netlist/index.js";
import { ForceDirectedPlacer } from "../../placer/index.js";
import { ActionDistribution } from "../network/action-distribution.js";
import { graphInput } from "../network/graph-input.js";
import { PolicyNetwork } from "../network/network.js";
import type { NetworkConfig } from "../network/network-config.js";
import {
  accumulateGradient,
  type LossOptions,
  NO_SAMPLES,
  type Sample,
  type ShardStatistics,
} from "./ppo-loss.js";
import { playEpisode, replayEpisode } from "./rollout.js";
import { shapeOf } from "./training-block.js";
import { type Trajectory, trajectoryAt } from "./trajectory.js";

export interface WorkerSetup {
  readonly handle: KernelHandle;
  readonly blocks: readonly Block[];
  readonly rules: JudgeRules;
  readonly network: NetworkConfig;
  readonly parametersAt: number;
  readonly parameterCount: number;
}

export interface RolloutTask {
  readonly block: number;
  readonly order: MacroOrder;
  readonly slotAt: number;
  readonly seed: number;
  /** Which stream of the seed. */
  readonly stream: readonly (string | number)[];
  /** Changes whenever the parameters do. */
  readonly version: number;
  /** Cell of each macro in order, -1 for those to place; empty for an empty canvas. */
  readonly start: readonly number[];
  readonly counterfactualSamples: number;
  /** Take the most probable cell instead of sampling. */
  readonly greedy: boolean;
}

/** Stores a known episode in a slot, to be imitated. */
export interface ReplayTask {
  readonly block: number;
  readonly order: MacroOrder;
  readonly slotAt: number;
  readonly cells: readonly number[];
}

export interface GradientTask {
  /** Where the shard's gradient goes: `parameterCount` f32, overwritten. */
  readonly gradientAt: number;
  readonly samples: readonly Sample[];
  /** Where the episodes are that the samples are of, and of which blocks. */
  readonly slots: readonly { readonly at: number; readonly block: number }[];
  readonly loss: LossOptions;
  readonly version: number;
}

/** Episodes of one order of the macros. */
interface Game {
  readonly episode: Episode;
  readonly observer: Observer;
}

/** A thread's own tools for one block. */
class Workbench {
  private readonly kernels: Kernels;
  private readonly block: Block;
  private readonly network: PolicyNetwork;
  private readonly judge: Judge;
  private readonly planes: number;
  private readonly games = new Map<MacroOrder, Game>();
  private readonly distribution: ActionDistribution;
  private readonly counterfactuals: CounterfactualEvaluator;
  private readonly graphNodes: Int32Array;
  private readonly slots = new Map<number, Trajectory>();
  private encodedVersion = -1;

  constructor({ kernels, setup, judgeOptions, parameters, gradients }: Thread, block: Block) {
    this.kernels = kernels;
    this.block = block;
    this.judge = new Judge(kernels, block, judgeOptions);
    this.planes = setup.network.planes;
    this.counterfactuals = new CounterfactualEvaluator(this.judge);
    this.network = new PolicyNetwork(kernels, setup.network, parameters, gradients);
    const graph = graphInput(block, setup.network.spectral);
    this.graphNodes = graph.graphNodes;
    const { rows, columns } = block.grid;
    this.distribution = new ActionDistribution(kernels, rows * columns);
    this.network.setBlock(graph, rows, columns);
  }

  private game(order: MacroOrder): Game {
    let game = this.games.get(order);
    if (!game) {
      const { judge, planes } = this;
      const episode = new Episode(judge, new ForceDirectedPlacer(judge), MACRO_ORDERS[order](this.block));
      game = { episode, observer: new Observer(episode, planes) };
      this.games.set(order, game);
    }
    return game;
  }

  slot(address: number): Trajectory {
    let slot = this.slots.get(address);
    if (!slot) {
      slot = trajectoryAt(this.kernels, address, shapeOf(this.block, this.planes));
      this.slots.set(address, slot);
    }
    return slot;
  }

  rollout(task: RolloutTask): void {
    this.encode(task.version);
    const random = Random.stream(task.seed, ...task.stream);
    const { network, distribution, graphNodes, counterfactuals } = this;
    const { episode, observer } = this.game(task.order);
    const { greedy, start, counterfactualSamples } = task;
    const options = { random, greedy, start, counterfactualSamples };
    const slot = this.slot(task.slotAt);
    playEpisode(episode, observer, network, distribution, graphNodes, slot, options, counterfactuals);
  }

  replay({ order, slotAt, cells }: ReplayTask): void {
    const { episode, observer } = this.game(order);
    replayEpisode(episode, observer, this.graphNodes, this.slot(slotAt), cells);
  }

  /** Adds the gradient of samples of this block to the thread's. */
  gradient(slots: readonly Trajectory[], samples: readonly Sample[], task: GradientTask): ShardStatistics {
    this.encode(task.version);
    return accumulateGradient(this.network, this.distribution, slots, samples, task.loss);
  }

  /** Encodes the block anew if the parameters changed since the last time. */
  private encode(version: number): void {
    if (version === this.encodedVersion) return;
    this.network.encode();
    this.encodedVersion = version;
  }
}

/** What a thread has, made on its first task; workbenches when their block first comes up. */
class Thread {
  readonly setup = workerData as WorkerSetup;
  readonly judgeOptions: JudgeOptions;
  readonly kernels = Kernels.attach(this.setup.handle);
  readonly parameters = this.shared(this.setup.parametersAt);
  readonly gradients = this.kernels.f32(this.setup.parameterCount);
  private readonly benches = new Map<number, Workbench>();

  constructor(judgeOptions: JudgeOptions) {
    this.judgeOptions = judgeOptions;
  }

  bench(block: number): Workbench {
    let bench = this.benches.get(block);
    if (!bench) {
      bench = new Workbench(this, this.setup.blocks[block]!);
      this.benches.set(block, bench);
    }
    return bench;
  }

  /** A shard's gradient: block by block, so that each is encoded once. */
  gradient(task: GradientTask): ShardStatistics {
    const { slots, samples } = task;
    this.gradients.fill(0);
    const sums = { ...NO_SAMPLES };
    for (const block of [...new Set(samples.map(({ slot }) => slots[slot]!.block))].sort((a, b) => a - b)) {
      const bench = this.bench(block);
      const trajectories = slots.map((slot) => bench.slot(slot.at));
      const own = samples.filter(({ slot }) => slots[slot]!.block === block);
      const statistics = bench.gradient(trajectories, own, task);
      for (const key of Object.keys(sums) as (keyof ShardStatistics)[]) sums[key] += statistics[key];
    }
    this.shared(task.gradientAt).set(this.gradients);
    return sums;
  }

  private shared(at: number): Float32Array {
    return new Float32Array(this.setup.handle.memory.buffer, at, this.setup.parameterCount);
  }
}

let thread: Thread | undefined;

async function here(): Promise<Thread> {
  thread ??= new Thread(await loadCostTerms((workerData as WorkerSetup).rules));
  return thread;
}

export async function rollout(task: RolloutTask): Promise<void> {
  (await here()).bench(task.block).rollout(task);
}

export async function replay(task: ReplayTask): Promise<void> {
  (await here()).bench(task.block).replay(task);
}

export async function gradient(task: GradientTask): Promise<ShardStatistics> {
  return (await here()).gradient(task);
}
