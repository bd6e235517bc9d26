// Training of the placement policy on one or several blocks, by PPO (Schulman et al. 2017) as Circuit Training does it:
// collect, advantages, update, log, checkpoint; until the budget is spent.
import { type JudgeRules, type MacroOrder, PUBLISHED_RULES } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, InputError } from "../../netlist/index.js";
import { soften } from "../network/init-logit-scale.js";
import { initialiseParameters, type ParameterLayout, parameterLayout } from "../network/parameters.js";
import { Adam } from "./adam.js";
import { chooseOrder, type OrderTrial, takeTurns } from "./choose-order.js";
import { type BlockElite, drawStarts, type Elite, EliteMemory, mergeElites } from "./elites.js";
import {
  bestOf,
  computeAdvantages,
  explainedVariance,
  iterationMetrics,
  NO_SCALE,
  rewardScale,
  wholeEntropy,
} from "./iteration.js";
import { TrainingPool } from "./pool.js";
import type { TrainOptions } from "./settings.js";
import type { TrainCheckpoint } from "./train-checkpoint.js";
import type { BestPlacement, BlockState, TrainState } from "./train-state.js";
import { Arena, deal, type Hand, makeSlots } from "./training-block.js";
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
  readonly "cost/relative": number;
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
  readonly "charts/play_seconds": number;
}

/** Who wants to know. Every method may be left out; what they return is waited for. */
export interface TrainObserver {
  onIteration?(metrics: IterationMetrics): void | Promise<void>;
  onBest?(best: BestPlacement, block: number): void | Promise<void>;
  /** An order of the macros was chosen, by these mean costs. */
  onOrder?(order: MacroOrder, trial: OrderTrial, block: number): void | Promise<void>;
  onCheckpoint?(checkpoint: TrainCheckpoint): void | Promise<void>;
  /** The policy has become certain of everything, so that training ends before its budget does. */
  onCollapse?(iteration: number, entropy: number): void | Promise<void>;
}

/** Where training begins if not from scratch: a checkpoint of the same run, or some of what it would have learned. */
export type StartPoint =
  | TrainCheckpoint
  | {
      /** A trained policy's. */
      readonly parameters?: Float32Array;
      /** Of each block, episodes to begin from and to imitate. */
      readonly elites?: readonly (readonly Elite[])[];
    };

/**
 * Trains a policy on one or several blocks, from scratch or on from a checkpoint, which it also returns. With the same
 * seed and iteration budget the result is the same to the last bit, whatever the number of workers and however often
 * it was stopped and resumed.
 */
export async function train(
  blocks: readonly Block[],
  options: TrainOptions,
  observer: TrainObserver = {},
  from?: StartPoint,
  rules: JudgeRules = PUBLISHED_RULES,
): Promise<TrainCheckpoint> {
  const clock = startClock(options);
  const kernels = Kernels.create();
  const layout = parameterLayout(options.network);
  const parameters = kernels.f32(layout.length);
  initialiseParameters(options.network, options.seed, parameters);
  const adam = new Adam(kernels, parameters.length);
  const state = start(blocks, options, parameters, adam, from);
  const { planes } = options.network;
  const arenas = blocks.map((block, index) => new Arena(kernels, block, index, planes));
  const imitated = imitates(options) ? options.elites : 0;
  const slots = makeSlots(kernels, blocks, options.episodes, imitated, planes);
  const addresses = slots.slice(0, options.episodes);
  const memory = new EliteMemory(slots.slice(options.episodes));
  const shards = shardGradients(kernels, options.shards, parameters.length);
  const learner = { parameters, adam, shards, frozen: frozenRanges(layout, options.freeze) };
  const { network, workers } = options;
  const pool = new TrainingPool(kernels, blocks, { workers, rules, network, parameters });
  const counter = { version: 0 };
  try {
    const toPlay = clock.isOver(state) ? [] : arenas;
    for (const arena of toPlay) {
      const known = state.blocks[arena.index]!;
      const trial = await chooseOrder(pool, arena, addresses, options, known, clock.seconds);
      if (trial) await observer.onOrder?.(arena.order, trial, arena.index);
      if (trial && known.best) await observer.onBest?.(known.best, arena.index);
    }
    while (!clock.isOver(state)) {
      const began = clock.seconds();
      if (options.order === "both") takeTurns(arenas, state.iteration);
      const hands = deal(arenas, addresses, options, state.iteration);
      await collect(pool, hands, options, state, counter.version);
      const playSeconds = clock.seconds() - began;
      const better = hands.filter((hand) => digest(hand, state.blocks[hand.arena.index]!, state, options));
      const played = hands.flatMap((hand) => hand.slots);
      const trajectories = played.map((slot) => slot.trajectory);
      const explained = explainedVariance(trajectories);
      const replayed = await memory.update(pool, toImitate(hands, state, options));
      const batch = { slots: [...played, ...replayed], firstImitated: played.length };
      const update = await updatePolicy(pool, learner, batch, options, state.iteration, counter);
      state.iteration++;
      state.episodes += options.episodes;
      for (const { arena } of better) await observer.onBest?.(state.blocks[arena.index]!.best!, arena.index);
      refuseDeadEnds(blocks, state);
      refuseDivergence(parameters, state.iteration);
      await observer.onIteration?.({
        iteration: state.iteration,
        seconds: clock.seconds(),
        episodes: state.episodes,
        ...iterationMetrics(
          hands.map(({ arena, slots }) => ({
            played: slots.map((slot) => slot.trajectory),
            ...state.blocks[arena.index]!,
          })),
        ),
        "losses/policy": update.policyLoss,
        "losses/value": update.valueLoss,
        "losses/entropy": update.entropy,
        "losses/approx_kl": update.kl,
        "losses/clip_fraction": update.clipFraction,
        "losses/explained_variance": explained,
        "losses/gradient_norm": update.gradientNorm,
        "charts/gradient_steps": update.gradientSteps,
        "charts/episodes_per_second": options.episodes / (clock.seconds() - began),
        "charts/play_seconds": playSeconds,
      });
      await observer.onCheckpoint?.({ options, parameters, adam, state });
      const entropy = wholeEntropy(trajectories);
      if (update.gradientSteps === 0 || !(entropy < LEAST_ENTROPY)) continue;
      await observer.onCollapse?.(state.iteration, entropy);
      break;
    }
  } finally {
    await pool.close();
  }
  return { options, parameters, adam, state };
}

/** Fills in parameters and optimiser as they were left, and gives the state of training. */
function start(
  blocks: readonly Block[],
  { network, trust }: TrainOptions,
  parameters: Float32Array,
  adam: Adam,
  from: StartPoint | undefined,
): TrainState {
  if (from?.parameters && from.parameters.length !== parameters.length)
    throw new Error("internal: the policy to start with is of another network");
  if (from?.parameters) parameters.set(from.parameters);
  if (!from || !("state" in from)) {
    if (from?.parameters) soften(network, parameters, trust);
    const known = blocks.map((_, i): BlockState => (from?.elites ? { elites: from.elites[i]! } : {}));
    return { iteration: 0, episodes: 0, blocks: known };
  }
  adam.first.set(from.adam.first);
  adam.second.set(from.adam.second);
  adam.steps = from.adam.steps;
  return { ...from.state, blocks: from.state.blocks.map((block) => ({ ...block })) };
}

/** Plays the episodes of an iteration, one task each; those of a group begin alike. */
async function collect(
  pool: TrainingPool,
  hands: readonly Hand[],
  options: TrainOptions,
  { iteration, blocks }: TrainState,
  version: number,
): Promise<void> {
  const slots = hands.flatMap((hand) => hand.slots);
  const orders = new Map(hands.map(({ arena }) => [arena.index, arena.order]));
  const starts = drawStarts(hands, (arena) => blocks[arena.index]!.elites ?? [], options, iteration);
  await pool.rollouts(
    slots.map((slot, episode) => ({
      block: slot.block,
      order: orders.get(slot.block)!,
      slotAt: slot.at,
      seed: options.seed,
      stream: ["episode", iteration, episode],
      version,
      greedy: iteration === 0 && episode === 0, // what the policy plays unasked
      counterfactualSamples:
        learns(options) && options.counterfactualWeight > 0 ? options.counterfactualSamples : 0,
      start: starts[Math.floor(episode / options.group)]!,
    })),
  );
}

/** Takes in what was played of a block: scale, best placement, elites, advantages. Whether a better one was found. */
function digest(
  { arena, slots }: Hand,
  known: BlockState,
  state: TrainState,
  options: TrainOptions,
): boolean {
  const played = slots.map((slot) => slot.trajectory);
  const scale = known.scale ?? rewardScale(played);
  if (scale) known.scale = scale;
  const best = bestOf(arena.block, played, known.best, state.iteration);
  const better = best !== known.best;
  if (best) known.best = best;
  if (options.order !== "both") known.elites = mergeElites(known.elites ?? [], played, options.elites);
  computeAdvantages(played, scale ?? NO_SCALE, options);
  return better;
}

/** Without epochs episodes are only played. */
function learns({ epochs }: TrainOptions): boolean {
  return epochs > 0;
}

function imitates(options: TrainOptions): boolean {
  return learns(options) && options.imitation > 0;
}

/** The best episodes of the iteration's blocks, as many of each; of more blocks than `elites` the first ones'. */
function toImitate(hands: readonly Hand[], state: TrainState, options: TrainOptions): BlockElite[] {
  if (!imitates(options)) return [];
  const share = Math.max(1, Math.floor(options.elites / hands.length));
  const all = hands.flatMap(({ arena }) =>
    (state.blocks[arena.index]!.elites ?? []).slice(0, share).map((elite) => ({ arena, elite })),
  );
  return all.slice(0, options.elites);
}

/** Where the parameters lie that are not to change. */
function frozenRanges(layout: ParameterLayout, freeze: TrainOptions["freeze"]): [number, number][] {
  return layout.tensors
    .filter(({ name }) => freeze === "encoder" && name.startsWith("encoder."))
    .map(({ offset, length }) => [offset, offset + length]);
}

/** Below this entropy, in nats, every episode is the same and nothing is left to learn from. */
const LEAST_ENTROPY = 0.002;

/** Episodes without a single complete one after which a block counts as not placeable. */
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
    /** However few the seconds, something is played first. */
    isOver: ({ iteration, blocks }: TrainState) =>
      (options.iterations !== undefined && iteration >= options.iterations) ||
      (options.seconds !== undefined &&
        seconds() >= options.seconds &&
        (iteration > 0 || blocks.some(({ best }) => best))),
  };
}
