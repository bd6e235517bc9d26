// Training on other machines, a worker's side: plays groups of episodes and computes gradients of shards for a trainer
// elsewhere (remote-workers.ts). The arithmetic is that of workers.ts, on threads of this process that share a kernel memory
// of its own; this file fills that memory from what a job brings.
import { createHash } from "node:crypto";
import { Kernels } from "../../kernels/index.js";
import { type Block, greatestOf } from "../../netlist/index.js";
import { type JobPool, onThreads } from "../../placer/index.js";
import { networkLayout, type PolicyNetworkModule } from "../network/contract.js";
import type { NetworkConfig } from "../network/parameters.js";
import { type LossStatistics, withOwnEpisodes } from "./loss.js";
import {
  type EpisodeColumns,
  type GradientResult,
  type GradientTask,
  ORDERS,
  type RolloutTask,
  type TrainingSetup,
} from "./remote-workers.js";
import { type EpisodeRecord, Trajectory, trajectoryBytes, trajectoryShape } from "./trajectory.js";
import { type Collect, EPISODE_JOBS, type EpisodeSetup, type Gradient, type Replay } from "./workers.js";

/** Memory for episodes that are not needed now, but perhaps for the next shard. */
const KEPT_BYTES = 2 ** 30;

/** Opens a pool of the jobs `rollouts` and `gradient` on `threads` threads. */
export function openEpisodeHost(
  setup: TrainingSetup & { readonly network: PolicyNetworkModule },
  threads: number,
): JobPool {
  const host = new EpisodeHost(setup, threads);
  return {
    run: (name, task) =>
      name === "rollouts" ? host.rollouts(task as RolloutTask) : host.gradient(task as GradientTask),
    close: () => host.close(),
  };
}

/** A place in kernel memory for an episode. */
interface Slot {
  readonly address: number;
  /** Jobs that need it now. */
  users: number;
  /** Until the episode is stored. */
  ready: Promise<void>;
}

/** One episode of an update. */
interface Episode {
  readonly block: number;
  readonly order: number;
  readonly start: Int32Array;
  readonly actions: Int32Array;
  readonly logProbabilities: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
}

class EpisodeHost {
  private readonly kernels = Kernels.create();
  private readonly pool: JobPool;
  private readonly blocks: readonly Block[];
  private readonly seed: number;
  private readonly config: NetworkConfig;
  private readonly parameters: Float32Array;
  private readonly slotBytes: number;
  private readonly gate = new ParameterGate();
  private readonly freeGradients: Float32Array[] = [];
  private readonly freeSlots: number[] = [];
  /** Episodes of updates by what they are, the one that was needed last at the end. */
  private readonly slots = new Map<string, Slot>();

  constructor(setup: TrainingSetup & { readonly network: PolicyNetworkModule }, threads: number) {
    const { blocks, seed, rules, cellRules, config, networkModule, network } = setup;
    this.blocks = blocks;
    this.seed = seed;
    this.config = config;
    this.parameters = this.kernels.f32(networkLayout(network, config).length);
    this.slotBytes = greatestOf(blocks.map((block) => trajectoryBytes(trajectoryShape(block, config))));
    const own: EpisodeSetup = {
      handle: this.kernels.handle,
      blocks,
      rules,
      cellRules,
      networkModule,
      config,
      parametersAddress: this.parameters.byteOffset,
      parameterCount: this.parameters.length,
    };
    this.pool = onThreads(EPISODE_JOBS, threads, own);
  }

  async rollouts({ parameters, episodes }: RolloutTask): Promise<EpisodeRecord[]> {
    return this.gate.with(parameters, this.parameters, (version) =>
      Promise.all(
        episodes.map(async ({ below, ...episode }) => {
          const address = this.freeSlots.pop() ?? this.newSlot();
          const task: Collect = { ...episode, address, seed: this.seed, version };
          try {
            await this.pool.run("collect", task);
            return this.trajectory(address, episode.block).record(below);
          } finally {
            this.freeSlots.push(address);
          }
        }),
      ),
    );
  }

  async gradient({ parameters, episodes: columns, samples, loss }: GradientTask): Promise<GradientResult> {
    return this.gate.with(parameters, this.parameters, async (version) => {
      const own = withOwnEpisodes(
        Array.from({ length: samples.length / 3 }, (_, i) => ({
          episode: samples[3 * i]!,
          step: samples[3 * i + 1]!,
          imitate: samples[3 * i + 2] === 1,
        })),
        episodesOf(columns),
      );
      const out = this.freeGradients.pop() ?? this.kernels.f32(this.parameters.length);
      const slots = own.episodes.map((episode) => this.slotOf(episode));
      try {
        await Promise.all(slots.map(({ ready }) => ready));
        const task: Gradient = {
          gradientAddress: out.byteOffset,
          samples: own.samples,
          episodes: own.episodes.map(({ block }, at) => ({ address: slots[at]!.address, block })),
          loss,
          version,
        };
        const statistics = (await this.pool.run("gradient", task)) as LossStatistics;
        return { gradient: out.slice(), statistics };
      } finally {
        this.freeGradients.push(out);
        for (const slot of slots) slot.users--;
      }
    });
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  /** The slot that holds an episode, or will once it is `ready`; the caller gives it back by `users`. */
  private slotOf(episode: Episode): Slot {
    const key = keyOf(episode);
    let slot = this.slots.get(key);
    if (slot) this.slots.delete(key);
    else {
      const address = this.unusedSlot();
      slot = { address, users: 0, ready: this.store(episode, address) };
      slot.ready.catch(() => {
        this.slots.delete(key);
        this.freeSlots.push(address);
      });
    }
    this.slots.set(key, slot);
    slot.users++;
    return slot;
  }

  /** A slot that is free, new, or of the episode whose last use is the longest ago. */
  private unusedSlot(): number {
    const free = this.freeSlots.pop();
    if (free !== undefined) return free;
    if (this.slots.size * this.slotBytes > KEPT_BYTES)
      for (const [key, { users, address }] of this.slots) {
        if (users > 0) continue;
        this.slots.delete(key);
        return address;
      }
    return this.newSlot();
  }

  private newSlot(): number {
    return this.kernels.f64(Math.ceil(this.slotBytes / 8)).byteOffset;
  }

  /** Plays an episode again into a slot. */
  private async store(episode: Episode, address: number): Promise<void> {
    const { block, order, start, actions } = episode;
    const task: Replay = { address, block, order: ORDERS[order]!, cells: [...actions], start: [...start] };
    await this.pool.run("replay", task);
    const trajectory = this.trajectory(address, block);
    trajectory.logProbabilities.set(episode.logProbabilities);
    trajectory.advantages.set(episode.advantages);
    trajectory.returns.set(episode.returns);
  }

  private trajectory(address: number, block: number): Trajectory {
    const shape = trajectoryShape(this.blocks[block]!, this.config);
    return new Trajectory(this.kernels, { address, block, shape });
  }
}

/** Lets jobs in whose parameters are those in memory; others wait until these have finished. */
class ParameterGate {
  private version = 0;
  private running = 0;
  private readonly waiting: (() => void)[] = [];

  /** Runs `work` while `memory` holds `parameters`; their version changes when they do. */
  async with<Result>(
    parameters: Float32Array,
    memory: Float32Array,
    work: (version: number) => Promise<Result>,
  ): Promise<Result> {
    while (this.version === 0 || !sameBytes(parameters, memory)) {
      if (this.running === 0) {
        memory.set(parameters);
        this.version++;
      } else await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
    this.running++;
    try {
      return await work(this.version);
    } finally {
      this.running--;
      if (this.running === 0) for (const resolve of this.waiting.splice(0)) resolve();
    }
  }
}

function sameBytes(a: Float32Array, b: Float32Array): boolean {
  return bytesOf(a).equals(bytesOf(b));
}

function bytesOf({ buffer, byteOffset, byteLength }: Float32Array | Int32Array): Buffer {
  return Buffer.from(buffer, byteOffset, byteLength);
}

function episodesOf(columns: EpisodeColumns): Episode[] {
  const { blocks, orders, startLengths, steps } = columns;
  let [start, step] = [0, 0];
  return Array.from(blocks, (block, index): Episode => {
    const [firstStart, firstStep] = [start, step];
    start += startLengths[index]!;
    step += steps[index]!;
    const part = <Numbers extends Float32Array | Int32Array>(values: Numbers) =>
      values.subarray(firstStep, step) as Numbers;
    return {
      block,
      order: orders[index]!,
      start: columns.starts.subarray(firstStart, start),
      actions: part(columns.actions),
      logProbabilities: part(columns.logProbabilities),
      advantages: part(columns.advantages),
      returns: part(columns.returns),
    };
  });
}

/** The same for episodes that are the same in everything. */
function keyOf({ block, order, start, actions, logProbabilities, advantages, returns }: Episode): string {
  const hash = createHash("sha256").update(`${block} ${order} ${start.length} ${actions.length} `);
  for (const values of [start, actions, logProbabilities, advantages, returns]) hash.update(bytesOf(values));
  return hash.digest("hex");
}
