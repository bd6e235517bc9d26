// The blocks of a training run, and which of them an iteration plays. All blocks share the same slots of memory: a slot
// is read as an episode of whichever block was played into it.
import type { MacroOrder } from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import { type Block, emptyPlacement, greatestOf, InputError, Random } from "../../netlist/index.js";
import type { TrainSettings } from "./settings.js";
import type { BestPlacement } from "./train-checkpoint.js";
import {
  type SeenByPolicy,
  Trajectory,
  type TrajectoryShape,
  trajectoryBytes,
  trajectoryShape,
} from "./trajectory.js";

/** A block of the run, as the trainer sees it. */
export class TrainingBlock {
  /** Its number among the blocks of the run. */
  readonly index: number;
  readonly block: Block;
  /** In which its macros are placed. */
  order: MacroOrder = "area";
  private readonly kernels: Kernels;
  private readonly shape: TrajectoryShape;
  private readonly trajectories = new Map<number, Trajectory>();

  constructor(
    kernels: Kernels,
    block: Block,
    { index, seen }: { readonly index: number; readonly seen: SeenByPolicy },
  ) {
    this.kernels = kernels;
    this.shape = trajectoryShape(block, seen);
    this.block = block;
    this.index = index;
  }

  /** The slot at an address, as an episode of this block. */
  trajectory(address: number): Trajectory {
    let trajectory = this.trajectories.get(address);
    if (!trajectory) {
      const { kernels, index, shape } = this;
      trajectory = new Trajectory(kernels, { address, block: index, shape });
      this.trajectories.set(address, trajectory);
    }
    return trajectory;
  }
}

const MOST_EPISODE_BYTES = 3 * 2 ** 30; // kernel memory ends at 4 GiB

/** Addresses of slots for stored episodes, each large enough for an episode of any of the blocks. */
export function makeSlots(
  kernels: Kernels,
  blocks: readonly Block[],
  given: { readonly episodes: number; readonly elites: number; readonly seen: SeenByPolicy },
): { readonly episodes: readonly number[]; readonly elites: readonly number[] } {
  const { episodes, elites, seen } = given;
  const bytes = greatestOf(blocks.map((block) => trajectoryBytes(trajectoryShape(block, seen))));
  const total = bytes * (episodes + elites);
  if (total > MOST_EPISODE_BYTES)
    throw new InputError(
      "setting episodes",
      `${episodes} episodes and ${elites} elites take ${(total / 2 ** 30).toFixed(1)} GiB, 3 GiB are the most`,
      "choose fewer episodes or experimental.elites, or a coarser grid",
    );
  const slots = (count: number) =>
    Array.from({ length: count }, () => kernels.f64(Math.ceil(bytes / 8)).byteOffset);
  return { episodes: slots(episodes), elites: slots(elites) };
}

/** The episodes of one block in an iteration: whole groups, one after the other. */
export interface BlockBatch {
  readonly block: TrainingBlock;
  readonly episodes: readonly Trajectory[];
}

/** What was played of a batch: without groups that are empty, as all their jobs were given up. */
export interface PlayedBatch extends BlockBatch {
  readonly groups: readonly (readonly Trajectory[])[];
}

/** A batch without the episodes that were not played. */
export function playedBatch(
  { block, episodes }: BlockBatch,
  groupSize: number,
  dropped: ReadonlySet<Trajectory>,
): PlayedBatch {
  const groups: Trajectory[][] = [];
  for (let first = 0; first < episodes.length; first += groupSize) {
    const group = episodes.slice(first, first + groupSize).filter((episode) => !dropped.has(episode));
    if (group.length > 0) groups.push(group);
  }
  return { block, episodes: groups.flat(), groups };
}

/** Draws the blocks of an iteration and divides its groups of episodes among them, in the blocks' order. */
export function assignEpisodes(
  blocks: readonly TrainingBlock[],
  slots: readonly number[],
  given: { readonly settings: TrainSettings; readonly seed: number; readonly iteration: number },
): BlockBatch[] {
  const { groupSize, blocksPerIteration } = given.settings;
  const groups = Math.ceil(slots.length / groupSize);
  const count = Math.min(blocksPerIteration, blocks.length, groups);
  return drawBlocks(blocks, count, given).map((block, i) => {
    const from = groupSize * Math.floor((i * groups) / count);
    const to = groupSize * Math.floor(((i + 1) * groups) / count);
    return { block, episodes: slots.slice(from, to).map((address) => block.trajectory(address)) };
  });
}

/** Different blocks, all with the same probability, in order. */
function drawBlocks(
  blocks: readonly TrainingBlock[],
  count: number,
  { seed, iteration }: { readonly seed: number; readonly iteration: number },
): TrainingBlock[] {
  const indices = blocks.map((_, index) => index);
  if (count < blocks.length) Random.stream(seed, "blocks", iteration).shuffle(indices);
  return indices
    .slice(0, count)
    .sort((a, b) => a - b)
    .map((index) => blocks[index]!);
}

/** The cheapest complete placement of the episodes, or the one known before if none is cheaper. */
export function bestOf(
  { block, episodes }: { readonly block: Block; readonly episodes: readonly Trajectory[] },
  known: BestPlacement | undefined,
  iteration: number,
): BestPlacement | undefined {
  let best = known;
  for (const episode of episodes) {
    if (!episode.isComplete || (best && episode.proxyCost >= best.costs.proxyCost)) continue;
    best = placementOf(block, episode, iteration);
  }
  return best;
}

/** The complete placements of the episodes, in order. */
export function placementsOf(
  block: Block,
  episodes: readonly Trajectory[],
  iteration: number,
): BestPlacement[] {
  return episodes
    .filter(({ isComplete }) => isComplete)
    .map((episode) => placementOf(block, episode, iteration));
}

function placementOf(block: Block, episode: Trajectory, iteration: number): BestPlacement {
  const placement = emptyPlacement(block.nodeCount);
  placement.xs.set(episode.xs);
  placement.ys.set(episode.ys);
  placement.orientations.set(episode.orientations);
  return { costs: episode.costs, iteration, placement };
}
