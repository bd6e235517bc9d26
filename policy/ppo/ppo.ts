// Training of the placement policy, the whole algorithm on one page. Until the budget is spent, every iteration
//
//   collects     episodes in groups that begin alike: on an empty canvas, or from one of the best episodes so far with
//                some macros taken off (ruin and recreate, Schrimpf et al. 2000; as Go-Explore, Ecoffet et al. 2021,
//                returns to good states before it explores)
//   advantages   compares each episode's reward with the mean of its group (group-relative advantages, as in GRPO, Shao
//                et al. 2024) and adds each macro's own share of the result (difference rewards, Wolpert and Tumer 2002)
//   updates      takes a few passes of PPO's clipped loss over the steps (Schulman et al. 2017), in which the best
//                episodes so far are imitated (self-imitation, Oh et al. 2018)
//   logs         and writes a checkpoint.
//
// This differs from the PPO of Circuit Training (Mirhoseini et al. 2021), which has an actor and a critic: advantages here
// need no critic unless groupSize is 1, and neither elites nor difference rewards are part of that method.
import { type JudgeRules, type MacroOrder, PUBLISHED_RULES } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, InputError, Random } from "../../netlist/index.js";
import { GivenUpError, type OpenPool, type Protocol } from "../../placer/index.js";
import {
  checkPolicyNetwork,
  networkLayout,
  type PolicyNetworkModule,
  type PolicyShape,
} from "../network/contract.js";
import { type ParameterLayout, tensorsOf } from "../network/memory.js";
import { graphNetwork } from "../network/network.js";
import { Adam } from "./adam.js";
import { computeAdvantages, NO_SCALE, rewardScale } from "./advantages.js";
import { alternateOrders, chooseOrder, type OrderTrial } from "./choose-order.js";
import { type BlockElite, drawStarts, EliteMemory, mergeElites } from "./elites.js";
import { meanPlayed, type Sample } from "./loss.js";
import {
  costMetrics,
  type IterationMetrics,
  type UpdateStatistics,
  updateMetrics,
  wholeEntropy,
} from "./metrics.js";
import { openWorkers } from "./open-workers.js";
import { parseTrainSettings, type TrainSettings, type TrainSettingsInput } from "./settings.js";
import type { BestPlacement, BlockState, Elite, TrainCheckpoint, TrainState } from "./train-checkpoint.js";
import {
  assignEpisodes,
  type BlockBatch,
  bestOf,
  makeSlots,
  type PlayedBatch,
  placementsOf,
  playedBatch,
  TrainingBlock,
} from "./training-block.js";
import type { Trajectory } from "./trajectory.js";
import type { Workers } from "./workers.js";

export interface TrainOptions {
  readonly settings?: TrainSettingsInput;
  /** Root of all random numbers, a whole number from 0; by default 1. */
  readonly seed?: number;
  /** Worker threads, by default 2; any number gives the same bytes. */
  readonly workers?: number;
  /** Where episodes and gradients are computed, by default on threads of this process. */
  readonly openPool?: OpenPool | undefined;
  /** Wall-clock seconds, iterations in total, or whichever of both ends first. Iterations reproduce exactly. */
  readonly budget: { readonly seconds?: number | undefined; readonly iterations?: number | undefined };
  /** How placements are scored; by default as published. */
  readonly rules?: JudgeRules;
  /** What places the soft macros; by default as in all published figures. */
  readonly protocol?: Protocol;
  /** URL of the module of a cell placer instead of the protocol's. */
  readonly cellPlacer?: string | undefined;
  /** The network to train; by default the built-in one. */
  readonly network?: PolicyNetworkModule | undefined;
  readonly observer?: TrainObserver;
  /** Ends training after an iteration. */
  readonly signal?: AbortSignal | undefined;
  /** Where training begins if not from scratch. */
  readonly from?: StartPoint | undefined;
}

/** Receives what happens. Every method may be left out; what they return is waited for. */
export interface TrainObserver {
  onIteration?(metrics: IterationMetrics): void | Promise<void>;
  onBest?(best: BestPlacement, block: number): void | Promise<void>;
  /** An episode placed all macros. Copies its placement, so leave it out if nobody looks at them. */
  onPlacement?(found: BestPlacement, block: number): void;
  /** An order of the macros was chosen, by these mean costs. */
  onOrder?(order: MacroOrder, trial: OrderTrial, block: number): void | Promise<void>;
  onCheckpoint?(checkpoint: TrainCheckpoint): void | Promise<void>;
  /** All episodes have become the same, so that training ends before its budget does. `entropy` in nats. */
  onCollapse?(iteration: number, entropy: number): void | Promise<void>;
}

/** A checkpoint of the same run, or a part of what training would have learned. */
export type StartPoint =
  | TrainCheckpoint
  | {
      /** A trained policy's network and parameters. */
      readonly network?: PolicyNetworkModule | undefined;
      readonly parameters?: Float32Array;
      /** Of each block, episodes to begin from and to imitate. */
      readonly elites?: readonly (readonly Elite[])[];
    };

/**
 * Trains a policy on one or several blocks and returns its last checkpoint. With the same seed and iterations the
 * result is the same to the last bit, whatever the number of workers and however often training was stopped and
 * continued from a checkpoint. Throws `InputError` for bad settings and arguments, a budget without a limit, a block on
 * which no episode finds a cell for every macro, and parameters that diverge.
 */
export async function train(blocks: readonly Block[], options: TrainOptions): Promise<TrainCheckpoint> {
  const { seed = 1, workers: threads = 2, budget, observer = {}, from } = options;
  const { rules = PUBLISHED_RULES, protocol = "fd", network = graphNetwork } = options;
  const settings = parseTrainSettings(options.settings);
  const { network: config, elites, shards } = settings.experimental;
  checkArguments(blocks, { seed, threads });
  await checkPolicyNetwork(network);
  const clock = startClock(budget, options.signal);
  const kernels = Kernels.create();
  const learner = createLearner(kernels, network, config);
  const state = begin(blocks, settings, { learner, from, seed });
  const trainingBlocks = blocks.map(
    (block, index) => new TrainingBlock(kernels, block, { index, seen: config }),
  );
  const memory = { episodes: settings.episodes, elites: imitates(settings) ? elites : 0, seen: config };
  const slots = makeSlots(kernels, blocks, memory);
  const eliteMemory = new EliteMemory(slots.elites);
  const { parameters, adam } = learner;
  const workers = openWorkers(kernels, blocks, {
    workers: threads,
    openPool: options.openPool,
    allPlacements: observer.onPlacement !== undefined,
    seed,
    shards,
    rules,
    cellRules: { protocol, cellPlacer: options.cellPlacer },
    network,
    config,
    parameters,
  });
  // Jobs on other machines may be given up in the midst of an iteration: what the last whole one left is kept.
  const checkpoint: TrainCheckpoint = { network, settings, seed, parameters, adam, state };
  const isKept = options.openPool?.isRemote === true;
  let whole = isKept && state.iteration > 0 ? copyOf(checkpoint) : undefined;
  try {
    for (const block of clock.isOver(state) ? [] : trainingBlocks) {
      const known = state.blocks[block.index]!;
      const time = { budgetSeconds: budget.seconds, elapsedSeconds: clock.seconds };
      const trial = await chooseOrder(
        workers,
        { block, known },
        { slots: slots.episodes, settings, ...time },
      );
      if (trial) await observer.onOrder?.(block.order, trial, block.index);
      if (trial && known.best) await observer.onBest?.(known.best, block.index);
    }

    while (!clock.isOver(state)) {
      const began = clock.seconds();
      const now = { settings, seed, iteration: state.iteration };
      if (settings.order === "both") alternateOrders(trainingBlocks, state.iteration);

      // Collect
      const jobsDropped = workers.dropped;
      const assigned = assignEpisodes(trainingBlocks, slots.episodes, now);
      const batches = await collect(workers, assigned, { ...now, state });
      const played = batches.flatMap(({ episodes }) => episodes);
      const playSeconds = clock.seconds() - began;

      // Advantages
      const improved = batches.filter((batch) => processRollouts(batch, state, settings));

      // Update
      const imitated = await eliteMemory.update(workers, elitesToImitate(batches, state, settings));
      const update = await updatePolicy(workers, learner, { ...now, played, imitated });
      state.iteration++;
      state.episodes += played.length;

      // Log
      if (observer.onPlacement)
        for (const { block, episodes } of batches)
          for (const found of placementsOf(block.block, episodes, state.iteration - 1))
            observer.onPlacement(found, block.index);
      for (const { block } of improved)
        await observer.onBest?.(state.blocks[block.index]!.best!, block.index);
      refuseDeadEnds(blocks, state);
      refuseDivergence(parameters, state.iteration);
      await observer.onIteration?.({
        iteration: state.iteration,
        seconds: clock.seconds(),
        episodes: state.episodes,
        ...costMetrics(
          batches.map(({ block, episodes }) => ({ played: episodes, ...state.blocks[block.index]! })),
        ),
        ...updateMetrics(update, played),
        "charts/episodes_per_second": played.length / (clock.seconds() - began),
        "charts/play_seconds": playSeconds,
        ...(jobsDropped !== undefined && { "charts/dropped_jobs": workers.dropped! - jobsDropped }),
      });

      // Checkpoint
      await observer.onCheckpoint?.(checkpoint);
      if (isKept) whole = copyOf(checkpoint);
      const entropy = wholeEntropy(played);
      if (update.minibatches.length > 0 && entropy < LEAST_ENTROPY) {
        await observer.onCollapse?.(state.iteration, entropy);
        break;
      }
    }
  } catch (error) {
    if (!(whole && error instanceof GivenUpError)) throw error;
    return whole;
  } finally {
    await workers.close();
  }
  return checkpoint;
}

/** A checkpoint that does not change when training goes on. */
function copyOf({ parameters, adam, state, ...rest }: TrainCheckpoint): TrainCheckpoint {
  const { first, second, steps } = adam;
  return {
    ...rest,
    parameters: parameters.slice(),
    adam: { first: first.slice(), second: second.slice(), steps },
    state: structuredClone(state),
  };
}

/** The iteration that a step of the algorithm belongs to. */
interface Now {
  readonly settings: TrainSettings;
  readonly seed: number;
  readonly iteration: number;
}

/** Plays the episodes of an iteration on the workers; those of a group begin alike. Returns what was played. */
async function collect(
  workers: Workers,
  batches: readonly BlockBatch[],
  { settings, seed, iteration, state }: Now & { readonly state: TrainState },
): Promise<PlayedBatch[]> {
  const starts = drawStarts(batches, (block) => state.blocks[block.index]!.elites ?? [], {
    settings,
    seed,
    iteration,
  });
  const withCounterfactuals = learns(settings) && settings.counterfactualWeight > 0;
  const episodes = batches.flatMap((batch) =>
    batch.episodes.map((trajectory) => ({ trajectory, order: batch.block.order })),
  );
  const dropped = await workers.collect(
    episodes.map(({ trajectory, order }, episode) => ({
      trajectory,
      order,
      stream: ["episode", iteration, episode],
      greedy: iteration === 0 && episode === 0, // the first shows what the policy plays before it learns here
      start: starts[Math.floor(episode / settings.groupSize)]!,
      counterfactualSamples: withCounterfactuals ? settings.experimental.counterfactualSamples : 0,
    })),
  );
  return batches.map((batch) => playedBatch(batch, settings.groupSize, new Set(dropped)));
}

/**
 * Takes in the episodes of a block: reward scale, best placement, elites, and the episodes' advantages. Returns whether
 * a better placement was found.
 */
function processRollouts(
  { block, episodes, groups }: PlayedBatch,
  { blocks, iteration }: TrainState,
  settings: TrainSettings,
): boolean {
  const known = blocks[block.index]!;
  const scale = known.scale ?? rewardScale(episodes);
  if (scale) known.scale = scale;
  const best = bestOf({ block: block.block, episodes }, known.best, iteration);
  const isBetter = best !== known.best;
  if (best) known.best = best;
  if (settings.order !== "both")
    known.elites = mergeElites(known.elites ?? [], episodes, settings.experimental.elites);
  computeAdvantages(groups, scale ?? NO_SCALE, settings);
  return isBetter;
}

/**
 * A few passes over the steps that were played and those to be imitated, in shuffled minibatches, each a step of Adam.
 * Ends early when the mean divergence of a minibatch from the policy that played exceeds the target.
 */
async function updatePolicy(
  workers: Workers,
  { parameters, adam }: Learner,
  batch: Now & { readonly played: readonly Trajectory[]; readonly imitated: readonly Trajectory[] },
): Promise<UpdateStatistics> {
  const { settings, seed, iteration, played } = batch;
  const { experimental } = settings;
  const episodes = [...played, ...batch.imitated];
  const samples = episodes.flatMap(({ steps }, episode) =>
    Array.from(
      { length: steps },
      (_, step): Sample => ({ episode, step, imitate: episode >= played.length }),
    ),
  );
  const entropy = halved(settings.entropy, experimental.entropyHalving, iteration);
  const learningRate = halved(settings.learningRate, experimental.learningRateHalving, iteration);
  const random = Random.stream(seed, "shuffle", iteration);
  const update: UpdateStatistics = { minibatches: [], gradientNorms: 0 };
  for (let epoch = 0; epoch < settings.epochs; epoch++) {
    random.shuffle(samples);
    for (let start = 0; start < samples.length; start += settings.minibatch) {
      const minibatch = samples.slice(start, start + settings.minibatch);
      const { gradient, statistics } = await workers.gradient(minibatch, episodes, {
        clip: experimental.clip,
        entropy,
        valueWeight: experimental.valueWeight,
        imitation: settings.imitation,
        minibatch: minibatch.length,
      });
      update.minibatches.push(statistics);
      if (meanPlayed(statistics, "kl") > experimental.targetKl && epoch > 0) return update;
      update.gradientNorms += adam.step(parameters, gradient, {
        learningRate,
        maxGradientNorm: experimental.gradientNorm,
      });
      workers.parametersChanged();
    }
  }
  return update;
}

/** A weight of the settings in an iteration, the first being 0: it halves in `every` iterations, never if that is 0. */
export function halved(weight: number, every: number, iteration: number): number {
  return every === 0 ? weight : weight * 2 ** (-iteration / every);
}

/** What an update changes, in kernel memory, and the network that reads it. */
interface Learner {
  readonly network: PolicyNetworkModule;
  readonly layout: ParameterLayout;
  readonly parameters: Float32Array;
  readonly adam: Adam;
}

function createLearner(kernels: Kernels, network: PolicyNetworkModule, config: PolicyShape): Learner {
  const layout = networkLayout(network, config);
  const parameters = kernels.f32(layout.length);
  return { network, layout, parameters, adam: new Adam(kernels, parameters.length) };
}

/** Gives parameters and optimiser what they begin with, and returns where training stands. */
function begin(
  blocks: readonly Block[],
  { initLogitScale, experimental }: TrainSettings,
  given: { readonly learner: Learner; readonly from: StartPoint | undefined; readonly seed: number },
): TrainState {
  const { learner, from, seed } = given;
  const { network, layout, parameters, adam } = learner;
  const other = from?.network !== undefined && from.network.name !== network.name;
  if (other || (from?.parameters && from.parameters.length !== parameters.length))
    throw new Error("internal: the policy to start with is of another network");
  if (from?.parameters) parameters.set(from.parameters);
  else network.initialise(experimental.network, seed, tensorsOf(layout, parameters));
  if (from && "state" in from) {
    adam.first.set(from.adam.first);
    adam.second.set(from.adam.second);
    adam.steps = from.adam.steps;
    return { ...from.state, blocks: from.state.blocks.map((block) => ({ ...block })) };
  }
  if (from?.parameters && initLogitScale !== 1) {
    if (!network.scaleLogits)
      throw new InputError(
        "setting initLogitScale",
        `is ${initLogitScale}, but the network '${network.name}' has no scaleLogits`,
        "leave it at 1",
      );
    network.scaleLogits(experimental.network, initLogitScale, tensorsOf(layout, parameters));
  }
  const known = blocks.map((_, i): BlockState => (from?.elites ? { elites: from.elites[i]! } : {}));
  return { iteration: 0, episodes: 0, blocks: known };
}

/** Without epochs episodes are only played. */
function learns({ epochs }: TrainSettings): boolean {
  return epochs > 0;
}

function imitates(settings: TrainSettings): boolean {
  return learns(settings) && settings.imitation > 0;
}

/** The best episodes of the iteration's blocks, as many of each; of more blocks than `elites` the first ones'. */
function elitesToImitate(
  batches: readonly BlockBatch[],
  { blocks }: TrainState,
  settings: TrainSettings,
): BlockElite[] {
  if (!imitates(settings)) return [];
  const { elites } = settings.experimental;
  const share = Math.max(1, Math.floor(elites / batches.length));
  const all = batches.flatMap(({ block }) =>
    (blocks[block.index]!.elites ?? []).slice(0, share).map((elite) => ({ block, elite })),
  );
  return all.slice(0, elites);
}

const MOST_WORKERS = 64;

/** Below this entropy, in nats, every episode is the same and nothing is left to learn from. */
const LEAST_ENTROPY = 0.002;

/** After this many episodes without a complete one a block counts as not placeable. */
const MOST_DEAD_ENDS = 256;

function refuseDeadEnds([block, ...others]: readonly Block[], state: TrainState): void {
  // On several blocks one that cannot be placed teaches nothing, and does no harm.
  if (!block || others.length > 0 || state.blocks[0]!.best || state.episodes < MOST_DEAD_ENDS) return;
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
      "setting learningRate",
      `training diverged in iteration ${iteration}: a parameter is not finite`,
      "choose a smaller one; the checkpoint of the iteration before is kept",
    );
}

function checkArguments(
  blocks: readonly Block[],
  { seed, threads }: { readonly seed: number; readonly threads: number },
): void {
  if (blocks.length === 0) throw new InputError("blocks", "there are none", "give at least one");
  if (!(Number.isSafeInteger(seed) && seed >= 0))
    throw new InputError("seed", `${seed}, a whole number from 0 was expected`);
  if (!(Number.isInteger(threads) && threads >= 1 && threads <= MOST_WORKERS))
    throw new InputError("workers", `${threads}, a whole number from 1 to ${MOST_WORKERS} was expected`);
}

/** The time since now, and whether the budget is spent. */
function startClock({ seconds: limit, iterations }: TrainOptions["budget"], signal?: AbortSignal) {
  if (limit === undefined && iterations === undefined)
    throw new InputError("budget", "neither seconds nor iterations are limited", "give one of them");
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  return {
    seconds,
    /** However few the seconds, something is played first. */
    isOver: ({ iteration, blocks }: TrainState) =>
      (iterations !== undefined && iteration >= iterations) ||
      (((limit !== undefined && seconds() >= limit) || signal?.aborted === true) &&
        (iteration > 0 || blocks.some(({ best }) => best))),
  };
}
