// What computes episodes and gradients for a training run: the contract, then worker threads, the trainer's side first and
// the threads' side below it. All threads share one kernel memory with the parameters, the stored episodes and the gradients, so that a task is a few numbers. An episode
// depends on its task alone, a minibatch is divided into the same shards and their gradients are added in the same
// order whatever the number of workers: it does not show in a single bit of the result.
import {
  type CellPlacerFactory,
  CounterfactualEvaluator,
  Environment,
  Judge,
  type JudgeOptions,
  type JudgeRules,
  loadCostTerms,
  MACRO_ORDERS,
  type MacroOrder,
  ObservationDrawing,
} from "../../env/index.js";
import { type KernelHandle, Kernels } from "../../kernels/index.js";
import { type Block, Random } from "../../netlist/index.js";
import {
  type CellRules,
  type JobKind,
  type JobPool,
  loadCellPlacer,
  type OpenPool,
  onThreads,
} from "../../placer/index.js";
import { Agent, playEpisode, replayEpisode } from "../agent.js";
import { loadPolicyNetwork, type PolicyNetworkModule } from "../network/contract.js";
import type { NetworkConfig } from "../network/parameters.js";
import {
  accumulateGradient,
  type Learning,
  type LossOptions,
  type LossStatistics,
  NO_SAMPLES,
  type Sample,
  withOwnEpisodes,
} from "./loss.js";
import { Trajectory, trajectoryShape } from "./trajectory.js";

/** An episode to be played. */
export interface EpisodeTask {
  /** Where it is stored, and of which block it is. */
  readonly trajectory: Trajectory;
  readonly order: MacroOrder;
  /** Stream of random numbers that its actions are drawn from. */
  readonly stream: readonly (string | number)[];
  /** Take the most probable cell at every step instead of drawing one. */
  readonly greedy: boolean;
  /** Cell of each macro in order, -1 for those to place; empty for an empty canvas. */
  readonly start: readonly number[];
  /** Alternatives per macro that its counterfactual is averaged over; 0: no counterfactuals. */
  readonly counterfactualSamples: number;
}

/** A known episode to be stored for imitation. */
export interface ReplayTask {
  readonly trajectory: Trajectory;
  readonly order: MacroOrder;
  readonly cells: readonly number[];
}

/** Plays episodes and computes gradients, on the threads of this process or on other machines, with the same bits. */
export interface Workers {
  /** Jobs that were given up so far, as they took much longer than others; undefined where all are waited for. */
  readonly dropped?: number | undefined;
  /** Plays episodes with the current parameters. Returns those that were not played, as their job was given up. */
  collect(tasks: readonly EpisodeTask[]): Promise<readonly Trajectory[]>;
  /** Stores known episodes. */
  replay(tasks: readonly ReplayTask[]): Promise<void>;
  /**
   * The gradient of the loss over a minibatch of steps of `episodes`, valid until the next call, and the statistics
   * summed over its samples. Where jobs were given up, both are of the other samples, and the gradient is their mean.
   */
  gradient(
    minibatch: readonly Sample[],
    episodes: readonly Trajectory[],
    loss: LossOptions,
  ): Promise<{ readonly gradient: Float32Array; readonly statistics: LossStatistics }>;
  /** Must follow every change of the parameters: blocks are encoded anew. */
  parametersChanged(): void;
  close(): Promise<void>;
}

export interface WorkersOptions {
  readonly workers: number;
  readonly seed: number;
  /** Parts that a minibatch is divided into. */
  readonly shards: number;
  readonly rules: JudgeRules;
  readonly cellRules: CellRules;
  readonly network: PolicyNetworkModule;
  readonly config: NetworkConfig;
  /** In the memory of `kernels`. */
  readonly parameters: Float32Array;
  /** Where to compute, by default on threads of this process. */
  readonly openPool?: OpenPool | undefined;
  /** Whether final placements are of use that cost as much as earlier ones of the block, or more. */
  readonly allPlacements?: boolean;
}

export const EPISODE_JOBS: JobKind = { name: "episodes", module: import.meta.url };

/** Worker threads on the memory of `kernels`. */
export class ThreadWorkers implements Workers {
  private readonly pool: JobPool;
  private readonly seed: number;
  private readonly shards: readonly Float32Array[];
  private parameterVersion = 0;

  constructor(kernels: Kernels, blocks: readonly Block[], options: WorkersOptions) {
    const { workers, seed, shards, rules, cellRules, network, config, parameters } = options;
    this.seed = seed;
    this.shards = Array.from({ length: shards }, () => kernels.f32(parameters.length));
    const setup: EpisodeSetup = {
      handle: kernels.handle,
      blocks,
      rules,
      cellRules,
      networkModule: network.module,
      config,
      parametersAddress: parameters.byteOffset,
      parameterCount: parameters.length,
    };
    this.pool = (options.openPool ?? onThreads)(EPISODE_JOBS, workers, setup);
  }

  async collect(tasks: readonly EpisodeTask[]): Promise<readonly Trajectory[]> {
    const { seed, parameterVersion: version } = this;
    await this.run<void>(
      "collect",
      tasks.map(({ trajectory: { address, block }, ...task }) => ({
        ...task,
        address,
        block,
        seed,
        version,
      })),
    );
    return [];
  }

  async replay(tasks: readonly ReplayTask[]): Promise<void> {
    await this.run<void>(
      "replay",
      tasks.map(({ trajectory: { address, block }, ...task }) => ({ ...task, address, block })),
    );
  }

  async gradient(
    minibatch: readonly Sample[],
    episodes: readonly Trajectory[],
    loss: LossOptions,
  ): Promise<{ readonly gradient: Float32Array; readonly statistics: LossStatistics }> {
    const { shards, parameterVersion: version } = this;
    const places = episodes.map(({ address, block }) => ({ address, block }));
    const parts = await this.run<LossStatistics>(
      "gradient",
      shards.map((gradient, shard) => ({
        gradientAddress: gradient.byteOffset,
        ...withOwnEpisodes(partOf(minibatch, shard, shards.length), places),
        loss,
        version,
      })),
    );
    return { gradient: addShards(shards), statistics: addStatistics(parts) };
  }

  parametersChanged(): void {
    this.parameterVersion++;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** Results come in the tasks' order, whichever thread computed them. */
  private async run<Result>(name: string, tasks: readonly object[]): Promise<Result[]> {
    return Promise.all(tasks.map((task) => this.pool.run(name, task) as Promise<Result>));
  }
}

/** Adds all shards to the first, in their order. */
export function addShards(shards: readonly Float32Array[]): Float32Array {
  const [sum, ...others] = shards;
  for (const shard of others) for (let i = 0; i < shard.length; i++) sum![i]! += shard[i]!;
  return sum!;
}

export function partOf<T>(items: readonly T[], part: number, parts: number): T[] {
  return items.slice(
    Math.floor((part * items.length) / parts),
    Math.floor(((part + 1) * items.length) / parts),
  );
}

export function addStatistics(parts: readonly LossStatistics[]): LossStatistics {
  const sums = { ...NO_SAMPLES };
  for (const part of parts)
    for (const key of Object.keys(sums) as (keyof LossStatistics)[]) sums[key] += part[key];
  return sums;
}

// The threads' side.

export interface EpisodeSetup {
  readonly handle: KernelHandle;
  readonly blocks: readonly Block[];
  readonly rules: JudgeRules;
  readonly cellRules: CellRules;
  readonly networkModule: string;
  readonly config: NetworkConfig;
  readonly parametersAddress: number;
  readonly parameterCount: number;
}

/** Where an episode is, and of which block it is. */
export interface Place {
  readonly address: number;
  readonly block: number;
}

export interface Collect extends Place, Omit<EpisodeTask, "trajectory"> {
  readonly seed: number;
  readonly version: number;
}

export interface Replay extends Place, Omit<ReplayTask, "trajectory"> {
  /** As in `EpisodeTask`; an empty canvas by default. `cells` are then those of the macros to place. */
  readonly start?: readonly number[];
}

export interface Gradient {
  /** Where the shard's gradient goes: `parameterCount` f32, overwritten. */
  readonly gradientAddress: number;
  readonly samples: readonly Sample[];
  /** The episodes that the samples are of. */
  readonly episodes: readonly Place[];
  readonly loss: LossOptions;
  readonly version: number;
}

/** The jobs of a thread: to play an episode, to store a known one, and to compute a shard's gradient. */
export function openJobs(setup: EpisodeSetup) {
  let thread: Promise<Thread> | undefined;
  const here = (): Promise<Thread> => {
    thread ??= startThread(setup);
    return thread;
  };
  return {
    collect: async (task: Collect) => (await here()).context(task.block).collect(task),
    replay: async (task: Replay) => (await here()).context(task.block).replay(task),
    gradient: async (task: Gradient) => (await here()).gradient(task),
  };
}

async function startThread(setup: EpisodeSetup): Promise<Thread> {
  return new Thread(setup, {
    judgeOptions: await loadCostTerms(setup.rules),
    cells: await loadCellPlacer(setup.cellRules),
    network: await loadPolicyNetwork(setup.networkModule),
  });
}

/** What a thread imports: code that may be the user's own. */
interface ThreadCode {
  readonly judgeOptions: JudgeOptions;
  readonly cells: CellPlacerFactory;
  readonly network: PolicyNetworkModule;
}

/** What a thread has, made on its first task; the context of a block when the block first comes up. */
class Thread {
  readonly setup: EpisodeSetup;
  readonly judgeOptions: JudgeOptions;
  readonly cells: CellPlacerFactory;
  readonly network: PolicyNetworkModule;
  readonly kernels: Kernels;
  readonly parameters: Float32Array;
  readonly gradients: Float32Array;
  private readonly contexts = new Map<number, WorkerContext>();

  constructor(setup: EpisodeSetup, { judgeOptions, cells, network }: ThreadCode) {
    this.setup = setup;
    this.judgeOptions = judgeOptions;
    this.cells = cells;
    this.network = network;
    this.kernels = Kernels.attach(setup.handle);
    this.parameters = this.shared(setup.parametersAddress);
    this.gradients = this.kernels.f32(setup.parameterCount);
  }

  context(block: number): WorkerContext {
    let context = this.contexts.get(block);
    if (!context) {
      context = new WorkerContext(this, block);
      this.contexts.set(block, context);
    }
    return context;
  }

  /** Block by block, so that each is encoded once. */
  gradient({ episodes, samples, gradientAddress, loss, version }: Gradient): LossStatistics {
    this.gradients.fill(0);
    const blockOf = ({ episode }: Sample) => episodes[episode]!.block;
    const blocks = [...new Set(samples.map(blockOf))].sort((a, b) => a - b);
    const statistics = blocks.map((block) => {
      const own = samples.filter((sample) => blockOf(sample) === block);
      // Not those of other blocks: views of all would take more memory than anything else where there are many blocks.
      return this.context(block).gradient({ ...withOwnEpisodes(own, episodes), loss, version });
    });
    this.shared(gradientAddress).set(this.gradients);
    return addStatistics(statistics);
  }

  private shared(address: number): Float32Array {
    return new Float32Array(this.setup.handle.memory.buffer, address, this.setup.parameterCount);
  }
}

/** A thread's own tools for one block. */
class WorkerContext {
  private readonly kernels: Kernels;
  private readonly index: number;
  private readonly block: Block;
  private readonly judge: Judge;
  private readonly agent: Agent;
  private readonly learning: Learning;
  private readonly config: NetworkConfig;
  private readonly cells: CellPlacerFactory;
  private readonly counterfactuals: CounterfactualEvaluator;
  private readonly environments = new Map<MacroOrder, Environment>();
  private readonly trajectories = new Map<number, Trajectory>();
  private encodedVersion = -1;

  constructor(thread: Thread, index: number) {
    const { kernels, setup, judgeOptions, cells, network, parameters, gradients } = thread;
    const { config } = setup;
    this.kernels = kernels;
    this.index = index;
    this.block = setup.blocks[index]!;
    this.judge = new Judge(kernels, this.block, judgeOptions);
    this.config = config;
    this.cells = cells;
    this.counterfactuals = new CounterfactualEvaluator(this.judge);
    this.agent = Agent.of(kernels, this.block, { network, config, parameters, gradients });
    const { columns, rows } = this.block.grid;
    this.learning = {
      agent: this.agent,
      drawing: new ObservationDrawing(this.judge, config.planes),
      planes: new Float32Array(config.planes * columns * rows),
    };
  }

  collect({ address, order, seed, stream, version, greedy, start, counterfactualSamples }: Collect): void {
    this.encode(version);
    playEpisode(this.agent, this.environment(order), {
      random: Random.stream(seed, ...stream),
      greedy,
      start,
      counterfactualSamples,
      counterfactuals: this.counterfactuals,
      out: this.trajectory(address),
    });
  }

  replay({ address, order, cells, start }: Replay): void {
    replayEpisode(this.environment(order), { cells, start, out: this.trajectory(address) });
  }

  /** Adds the gradient of samples of this block to the thread's. */
  gradient({ episodes, samples, loss, version }: Omit<Gradient, "gradientAddress">): LossStatistics {
    this.encode(version);
    const trajectories = episodes.map(({ address }) => this.trajectory(address));
    return accumulateGradient(this.learning, { episodes: trajectories, samples }, loss);
  }

  private environment(order: MacroOrder): Environment {
    let environment = this.environments.get(order);
    if (!environment) {
      const { judge, block, cells } = this;
      const { planes, live: readsPlaces } = this.config;
      const macros = MACRO_ORDERS[order](block);
      environment = new Environment(judge, cells(judge), { macros, planes, readsPlaces });
      this.environments.set(order, environment);
    }
    return environment;
  }

  /** The slot at an address, as an episode of this block. */
  private trajectory(address: number): Trajectory {
    let trajectory = this.trajectories.get(address);
    if (!trajectory) {
      const shape = trajectoryShape(this.block, this.config);
      trajectory = new Trajectory(this.kernels, { address, block: this.index, shape });
      this.trajectories.set(address, trajectory);
    }
    return trajectory;
  }

  /** Encodes the block anew if the parameters changed since the last time. */
  private encode(version: number): void {
    if (version === this.encodedVersion) return;
    this.agent.encode();
    this.encodedVersion = version;
  }
}
