// The worker pool of a training run: one shared kernel memory, a task for every episode and for every shard of a
// gradient. Results come back in task order, whoever computed them.
import { Piscina } from "piscina";
import type { JudgeRules } from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import type { Block } from "../../netlist/index.js";
import { endPool } from "../../placer/index.js";
import type { NetworkConfig } from "../network/network-config.js";
import type { ShardStatistics } from "./ppo-loss.js";
import type { GradientTask, ReplayTask, RolloutTask, WorkerSetup } from "./worker.js";

export class TrainingPool {
  private readonly pool: Piscina;

  constructor(
    kernels: Kernels,
    blocks: readonly Block[],
    options: {
      readonly workers: number;
      readonly rules: JudgeRules;
      readonly network: NetworkConfig;
      readonly parameters: Float32Array;
    },
  ) {
    const setup: WorkerSetup = {
      handle: kernels.handle,
      blocks,
      rules: options.rules,
      network: options.network,
      parametersAt: options.parameters.byteOffset,
      parameterCount: options.parameters.length,
    };
    this.pool = new Piscina({
      filename: new URL("./worker.js", import.meta.url).href,
      minThreads: options.workers,
      maxThreads: options.workers,
      workerData: setup,
    });
  }

  /** Plays episodes; each task says with which seed and into which slot. */
  async rollouts(tasks: readonly RolloutTask[]): Promise<void> {
    await Promise.all(tasks.map((task) => this.pool.run(task, { name: "rollout" })));
  }

  /** Stores known episodes; each task says in which slot. */
  async replays(tasks: readonly ReplayTask[]): Promise<void> {
    await Promise.all(tasks.map((task) => this.pool.run(task, { name: "replay" })));
  }

  /** Computes shards of one gradient; statistics in task order. */
  async gradients(tasks: readonly GradientTask[]): Promise<ShardStatistics[]> {
    return Promise.all(
      tasks.map((task) => this.pool.run(task, { name: "gradient" }) as Promise<ShardStatistics>),
    );
  }

  async close(): Promise<void> {
    await endPool(this.pool);
  }
}
