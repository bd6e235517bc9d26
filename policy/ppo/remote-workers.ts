// Training on other machines, the trainer's side; episode-host.ts is the other. Jobs that play episodes return actions and what
// the policy thought of them, one or two kilobytes, not observations: those take megabytes. The final placement comes with
// them only if it is the best so far. So jobs of
// gradients get the actions of all episodes of the update and play them again, which needs no network and no judge. The
// parameters and the episodes are the same arrays in all jobs of a step, so the queue carries them once.
//
// Episodes, shards and the order in which gradients are added are those of threads, and so are all bits of the result,
// unless the pool drops stragglers: then a step goes on with the episodes, or the mean of the shards, that it has.
import { MACRO_ORDERS, type MacroOrder } from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import type { Block } from "../../netlist/index.js";
import type { JobKind, JobPool } from "../../placer/index.js";
import type { LossOptions, LossStatistics, Sample } from "./loss.js";
import { withoutStragglers } from "./stragglers.js";
import type { EpisodeRecord, Trajectory } from "./trajectory.js";
import {
  addShards,
  addStatistics,
  type EpisodeTask,
  partOf,
  type ReplayTask,
  type Workers,
  type WorkersOptions,
} from "./workers.js";

/** Jobs of whole groups of episodes and of gradients; a pool on other machines runs them, see episode-host.ts. */
export const TRAINING_JOBS: JobKind = {
  name: "training",
  module: new URL("./episode-host.js", import.meta.url).href,
};

/** What is the same for all jobs of a run. */
export interface TrainingSetup extends Pick<WorkersOptions, "seed" | "rules" | "cellRules" | "config"> {
  readonly blocks: readonly Block[];
  readonly networkModule: string;
}

/** Plays episodes with these parameters. */
export interface RolloutTask {
  readonly parameters: Float32Array;
  readonly episodes: readonly RolloutEpisode[];
}

export interface RolloutEpisode extends Omit<EpisodeTask, "trajectory"> {
  readonly block: number;
  /** The final placement is sent back only if it costs less; undefined: in any case. */
  readonly below: number | undefined;
}

/** Episodes of an update, one after the other in each array. */
export interface EpisodeColumns {
  /** [episodes] */
  readonly blocks: Int32Array;
  /** [episodes]: indices into `ORDERS` */
  readonly orders: Int32Array;
  /** [episodes]: how many entries of `starts`, and of the arrays of steps, are the episode's */
  readonly startLengths: Int32Array;
  readonly steps: Int32Array;
  readonly starts: Int32Array;
  readonly actions: Int32Array;
  readonly logProbabilities: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

/** The gradient of a shard under these parameters. */
export interface GradientTask {
  readonly parameters: Float32Array;
  readonly episodes: EpisodeColumns;
  /** [samples x 3]: episode, step, and 1 if it is to be imitated */
  readonly samples: Int32Array;
  readonly loss: LossOptions;
}

export interface GradientResult {
  readonly gradient: Float32Array;
  readonly statistics: LossStatistics;
}

export const ORDERS = Object.keys(MACRO_ORDERS) as readonly MacroOrder[];

/** Episodes of a job: about half a second of work on blocks of usual size. */
const EPISODES_PER_JOB = 4;

export class RemoteWorkers implements Workers {
  private readonly pool: JobPool;
  private readonly parameters: Float32Array;
  /** In kernel memory, where the optimiser reads the gradient. */
  private readonly shards: readonly Float32Array[];
  /** How each episode that is stored began. */
  private readonly begun = new Map<Trajectory, Pick<EpisodeTask, "order" | "start">>();
  /** The least cost of each block's episodes so far. */
  private readonly best = new Map<number, number>();
  private readonly allPlacements: boolean;
  /** The parameters as they are now, until they change. */
  private snapshot: Float32Array | undefined;
  private columns: { readonly of: readonly Trajectory[]; readonly are: EpisodeColumns } | undefined;
  dropped: number | undefined;

  constructor(
    kernels: Kernels,
    blocks: readonly Block[],
    options: WorkersOptions & { readonly openPool: NonNullable<WorkersOptions["openPool"]> },
  ) {
    const { seed, rules, cellRules, config, network } = options;
    const setup: TrainingSetup = { blocks, seed, rules, cellRules, config, networkModule: network.module };
    this.pool = options.openPool(TRAINING_JOBS, options.workers, setup);
    this.parameters = options.parameters;
    this.allPlacements = options.allPlacements === true;
    this.dropped = options.openPool.dropsStragglers ? 0 : undefined;
    this.shards = Array.from({ length: options.shards }, () => kernels.f32(options.parameters.length));
  }

  async collect(tasks: readonly EpisodeTask[]): Promise<readonly Trajectory[]> {
    const parameters = this.currentParameters();
    const parts: (readonly EpisodeTask[])[] = [];
    for (let first = 0; first < tasks.length; first += EPISODES_PER_JOB)
      parts.push(tasks.slice(first, first + EPISODES_PER_JOB));
    const records = await this.runAll<readonly EpisodeRecord[]>(
      "rollouts",
      parts.map((part): RolloutTask => {
        const episodes = part.map(({ trajectory: { block }, ...task }) => ({
          ...{ ...task, block, below: this.allPlacements ? undefined : this.best.get(block) },
        }));
        return { parameters, episodes };
      }),
    );
    for (const [index, part] of parts.entries()) this.store(part, records[index]);
    return parts.flatMap((part, index) => (records[index] ? [] : part.map(({ trajectory }) => trajectory)));
  }

  private store(tasks: readonly EpisodeTask[], records: readonly EpisodeRecord[] | undefined): void {
    if (!records) return;
    for (const [index, { trajectory, order, start }] of tasks.entries()) {
      trajectory.restore(records[index]!);
      this.begun.set(trajectory, { order, start });
      this.remember(trajectory);
    }
  }

  /** Results in the order of the tasks; undefined for those that were given up as stragglers. */
  private async runAll<Result>(name: string, tasks: readonly unknown[]): Promise<(Result | undefined)[]> {
    const jobs = tasks.map(
      (task) => (signal?: AbortSignal) => this.pool.run(name, task, signal) as Promise<Result>,
    );
    if (this.dropped === undefined) return Promise.all(jobs.map((job) => job()));
    const results = await withoutStragglers(jobs);
    this.dropped += results.filter((result) => result === undefined).length;
    return results;
  }

  private remember({ block, isComplete, proxyCost }: Trajectory): void {
    const best = this.best.get(block) ?? Number.POSITIVE_INFINITY;
    if (isComplete && proxyCost < best) this.best.set(block, proxyCost);
  }

  /** Only jobs of gradients need what the episode's steps looked like. */
  async replay(tasks: readonly ReplayTask[]): Promise<void> {
    for (const { trajectory, order, cells } of tasks) {
      trajectory.actions.set(cells);
      trajectory.end({ steps: cells.length, complete: true });
      this.begun.set(trajectory, { order, start: [] });
    }
  }

  async gradient(
    minibatch: readonly Sample[],
    episodes: readonly Trajectory[],
    loss: LossOptions,
  ): Promise<GradientResult> {
    const parameters = this.currentParameters();
    if (this.columns?.of !== episodes) this.columns = { of: episodes, are: this.columnsOf(episodes) };
    const columns = this.columns.are;
    const parts = this.shards.map((_, index) => partOf(minibatch, index, this.shards.length));
    const results = await this.runAll<GradientResult>(
      "gradient",
      parts.map((part): GradientTask => {
        return { parameters, episodes: columns, samples: samplesAsNumbers(part), loss };
      }),
    );
    const used: Float32Array[] = [];
    let samples = 0;
    for (const [index, result] of results.entries()) {
      if (!result) continue;
      this.shards[index]!.set(result.gradient);
      used.push(this.shards[index]!);
      samples += parts[index]!.length;
    }
    const gradient = addShards(used);
    // Shards are divided by the whole minibatch, of which not all may be there.
    if (samples > 0 && samples < minibatch.length) {
      const scale = minibatch.length / samples;
      for (let i = 0; i < gradient.length; i++) gradient[i]! *= scale;
    }
    return { gradient, statistics: addStatistics(results.flatMap((result) => result?.statistics ?? [])) };
  }

  parametersChanged(): void {
    this.snapshot = undefined;
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  private currentParameters(): Float32Array {
    this.snapshot ??= this.parameters.slice();
    return this.snapshot;
  }

  private columnsOf(episodes: readonly Trajectory[]): EpisodeColumns {
    const begun = episodes.map((episode) => this.begun.get(episode)!);
    const floats = (name: "logProbabilities" | "advantages" | "returns") => {
      const values = episodes.flatMap((episode) => [...episode.ofSteps(episode[name])]);
      return Float32Array.from(values);
    };
    return {
      blocks: Int32Array.from(episodes, ({ block }) => block),
      orders: Int32Array.from(begun, ({ order }) => ORDERS.indexOf(order)),
      startLengths: Int32Array.from(begun, ({ start }) => start.length),
      steps: Int32Array.from(episodes, ({ steps }) => steps),
      starts: Int32Array.from(begun.flatMap(({ start }) => start)),
      actions: Int32Array.from(episodes.flatMap(({ actions, steps }) => [...actions.subarray(0, steps)])),
      logProbabilities: floats("logProbabilities"),
      advantages: floats("advantages"),
      returns: floats("returns"),
    };
  }
}

function samplesAsNumbers(samples: readonly Sample[]): Int32Array {
  return Int32Array.from(samples.flatMap(({ episode, step, imitate }) => [episode, step, imitate ? 1 : 0]));
}
