// Training of the placement policy on one block, by PPO (Schulman et al. 2017) as Circuit Training does it:
// collect, advantages, update, log, checkpoint; until the budget is spent.
import { type CostWeights, macrosByArea, PLANES, PUBLISHED_WEIGHTS, STATE_NUMBERS } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, InputError, Random } from "../netlist/index.js";
import { Adam } from "./adam.js";
import { drawPrefix, mergeElites } from "./elites.js";
import { bestOf, computeAdvantages, episodeMetrics, explainedVariance, rewardScale } from "./iteration.js";
import { initialiseParameters, parameterLayout } from "./parameters.js";
import { TrainingPool } from "./pool.js";
import type { BestPlacement, TrainCheckpoint, TrainState } from "./train-checkpoint.js";
import type { TrainOptions } from "./train-options.js";
import { type Trajectory, type TrajectoryShape, trajectoryAt, trajectoryBytes } from "./trajectory.js";
import { shardGradients, updatePolicy } from "./update.js";

/** One line of metrics.jsonl; what each means is in docs/training.md. */
export interface IterationMetrics {
  readonly iteration: number;
  readonly seconds: number;
  readonly episodes: number;
  readonly dead_ends: number;
  readonly "cost/proxy": number;
  readonly "cost/proxy_min": number;
  readonly "cost/best": number;
  readonly "cost/wirelength": number;
  readonly "cost/density": number;
  readonly "cost/congestion": number;
  readonly "losses/policy": number;
  readonly "losses/value": number;
  readonly "losses/entropy": number;
  readonly "losses/approx_kl": number;
  readonly "losses/clip_fraction": number;
  readonly "losses/explained_variance": number;
  readonly "losses/gradient_norm": number;
  readonly "charts/gradient_steps": number;
  readonly "charts/episodes_per_second": number;
}

/** Who wants to know. Every method may be left out; what they return is waited for. */
export interface TrainObserver {
  onIteration?(metrics: IterationMetrics): void | Promise<void>;
  onBest?(best: BestPlacement): void | Promise<void>;
  onCheckpoint?(checkpoint: TrainCheckpoint): void | Promise<void>;
}

/**
 * Trains a policy on `block` from scratch or on from a checkpoint, which it also returns. With the same seed and
 * iteration budget the result is the same to the last bit, whatever the number of workers and however often it was
 * stopped and resumed.
 */
export async function train(
  block: Block,
  options: TrainOptions,
  observer: TrainObserver = {},
  resumeFrom?: TrainCheckpoint,
  weights: CostWeights = PUBLISHED_WEIGHTS,
): Promise<TrainCheckpoint> {
  const clock = startClock(options);
  const kernels = Kernels.create();
  const parameters = kernels.f32(parameterLayout(options.network).length);
  initialiseParameters(options.network, options.seed, parameters);
  const adam = new Adam(kernels, parameters.length);
  if (resumeFrom) restore(resumeFrom, parameters, adam);
  const slots = makeSlots(kernels, block, options.episodes);
  const played = slots.map((slot) => slot.trajectory);
  const shards = shardGradients(kernels, options.shards, parameters.length);
  const { network, workers } = options;
  const pool = new TrainingPool(kernels, block, {
    workers,
    weights,
    network,
    parameters,
    shape: shapeOf(block),
  });
  const counter = { version: 0 };
  const state: TrainState = { ...(resumeFrom?.state ?? { iteration: 0, episodes: 0 }) };
  try {
    while (!clock.spent(state.iteration)) {
      const began = clock.seconds();
      await collect(pool, slots, options, state, counter.version);
      state.scale ??= rewardScale(played);
      const best = bestOf(block, played, state.best, state.iteration);
      state.elites = mergeElites(state.elites ?? [], played, options.elites);
      computeAdvantages(played, state.scale, options);
      const explained = explainedVariance(played);
      const batch = { slotsAt: slots.map((slot) => slot.at), steps: played.map((t) => t.summary[0]!) };
      const update = await updatePolicy(
        pool,
        { parameters, adam, shards },
        batch,
        options,
        state.iteration,
        counter,
      );
      state.iteration++;
      state.episodes += options.episodes;
      if (best !== state.best) await observer.onBest?.(best!);
      state.best = best;
      refuseDeadEnds(block, state);
      refuseDivergence(parameters, state.iteration);
      await observer.onIteration?.({
        iteration: state.iteration,
        seconds: clock.seconds(),
        episodes: state.episodes,
        ...episodeMetrics(played, best),
        "losses/policy": update.policyLoss,
        "losses/value": update.valueLoss,
        "losses/entropy": update.entropy,
        "losses/approx_kl": update.kl,
        "losses/clip_fraction": update.clipFraction,
        "losses/explained_variance": explained,
        "losses/gradient_norm": update.gradientNorm,
        "charts/gradient_steps": update.gradientSteps,
        "charts/episodes_per_second": options.episodes / (clock.seconds() - began),
      });
      await observer.onCheckpoint?.({ options, parameters, adam, state });
    }
  } finally {
    await pool.close();
  }
  return { options, parameters, adam, state };
}

function restore(checkpoint: TrainCheckpoint, parameters: Float32Array, adam: Adam): void {
  parameters.set(checkpoint.parameters);
  adam.first.set(checkpoint.adam.first);
  adam.second.set(checkpoint.adam.second);
  adam.steps = checkpoint.adam.steps;
}

/** Plays the episodes of an iteration, one task each; those of a group begin alike. */
async function collect(
  pool: TrainingPool,
  slots: readonly Slot[],
  options: TrainOptions,
  { iteration, elites = [] }: TrainState,
  version: number,
): Promise<void> {
  const groups = Math.ceil(slots.length / options.group);
  const prefixes = Array.from({ length: groups }, (_, group) =>
    (group + 1) / groups > 1 - options.eliteShare
      ? drawPrefix(elites, Random.stream(options.seed, "prefix", iteration, group))
      : [],
  );
  await pool.rollouts(
    slots.map((slot, episode) => ({
      slotAt: slot.at,
      seed: options.seed,
      iteration,
      episode,
      version,
      greedy: false,
      creditDraws: options.creditWeight > 0 ? options.creditDraws : 0,
      prefix: prefixes[Math.floor(episode / options.group)]!,
    })),
  );
}

const MOST_EPISODE_BYTES = 3 * 2 ** 30; // kernel memory ends at 4 GiB

interface Slot {
  readonly at: number;
  readonly trajectory: Trajectory;
}

function makeSlots(kernels: Kernels, block: Block, count: number): Slot[] {
  const shape = shapeOf(block);
  const bytes = trajectoryBytes(shape) * count;
  if (bytes > MOST_EPISODE_BYTES)
    throw new InputError(
      "--set episodes",
      `${count} episodes of this block take ${(bytes / 2 ** 30).toFixed(1)} GiB, 3 GiB are the most`,
      "play fewer per iteration, or choose a coarser --grid",
    );
  return Array.from({ length: count }, () => {
    const at = kernels.f64(Math.ceil(trajectoryBytes(shape) / 8)).byteOffset;
    return { at, trajectory: trajectoryAt(kernels, at, shape) };
  });
}

function shapeOf(block: Block): TrajectoryShape {
  return {
    steps: macrosByArea(block).length,
    cells: block.grid.columns * block.grid.rows,
    planes: PLANES.length,
    stateNumbers: STATE_NUMBERS,
    nodes: block.nodeCount,
  };
}

/** Episodes without a single complete one after which a block counts as not placeable. */
const MOST_DEAD_ENDS = 256;

function refuseDeadEnds(block: Block, state: TrainState): void {
  if (state.best || state.episodes < MOST_DEAD_ENDS) return;
  const { columns, rows } = block.grid;
  throw new InputError(
    block.name,
    `none of ${state.episodes} episodes found a cell for every macro on the ${columns} x ${rows} grid`,
    "choose another grid (--grid) or a larger canvas",
  );
}

function refuseDivergence(parameters: Float32Array, iteration: number): void {
  if (!parameters.every(Number.isFinite))
    throw new InputError(
      "--set learningRate",
      `training diverged in iteration ${iteration}: a parameter is not finite`,
      "choose a smaller one; the checkpoint of the iteration before is kept",
    );
}

function startClock(options: TrainOptions) {
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  return {
    seconds,
    spent: (iteration: number) =>
      (options.iterations !== undefined && iteration >= options.iterations) ||
      (options.seconds !== undefined && seconds() >= options.seconds),
  };
}
