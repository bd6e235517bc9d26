// The blocks of a training run, and which of them an iteration plays. All share the same slots of memory: a slot is
// read as an episode of whichever block was played into it.
import { type MacroOrder, macrosByArea, STATE_NUMBERS } from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import { type Block, InputError, Random } from "../../netlist/index.js";
import type { TrainOptions } from "./settings.js";
import {
  type Slot,
  type Trajectory,
  type TrajectoryShape,
  trajectoryAt,
  trajectoryBytes,
} from "./trajectory.js";

/** @param planes of an observation */
export function shapeOf(block: Block, planes: number): TrajectoryShape {
  return {
    steps: macrosByArea(block).length,
    cells: block.grid.columns * block.grid.rows,
    planes,
    stateNumbers: STATE_NUMBERS,
    nodes: block.nodeCount,
  };
}

/** A block of the run as the trainer sees it. */
export class Arena {
  readonly index: number;
  readonly block: Block;
  /** In which its macros go. */
  order: MacroOrder = "area";
  private readonly kernels: Kernels;
  private readonly shape: TrajectoryShape;
  private readonly views = new Map<number, Trajectory>();

  constructor(kernels: Kernels, block: Block, index: number, planes: number) {
    this.kernels = kernels;
    this.shape = shapeOf(block, planes);
    this.block = block;
    this.index = index;
  }

  /** The slot at an address as an episode of this block. */
  slot(at: number): Slot {
    let trajectory = this.views.get(at);
    if (!trajectory) {
      trajectory = trajectoryAt(this.kernels, at, this.shape);
      this.views.set(at, trajectory);
    }
    return { at, block: this.index, trajectory };
  }
}

const MOST_EPISODE_BYTES = 3 * 2 ** 30; // kernel memory ends at 4 GiB

/** Addresses of slots for episodes and then for elites, each large enough for an episode of any of the blocks. */
export function makeSlots(
  kernels: Kernels,
  blocks: readonly Block[],
  episodes: number,
  elites: number,
  planes: number,
): number[] {
  const count = episodes + elites;
  const bytes = Math.max(...blocks.map((block) => trajectoryBytes(shapeOf(block, planes))));
  if (bytes * count > MOST_EPISODE_BYTES)
    throw new InputError(
      "--set episodes",
      `${episodes} episodes and ${elites} elites take ${((bytes * count) / 2 ** 30).toFixed(1)} GiB, 3 GiB are the most`,
      "choose fewer episodes or elites (--set elites), or a coarser --grid",
    );
  return Array.from({ length: count }, () => kernels.f64(Math.ceil(bytes / 8)).byteOffset);
}

/** What an iteration plays of one block: whole groups of episodes. */
export interface Hand {
  readonly arena: Arena;
  readonly slots: readonly Slot[];
}

/** Draws the blocks of an iteration and deals its groups of episodes among them, in the blocks' order. */
export function deal(
  arenas: readonly Arena[],
  addresses: readonly number[],
  options: TrainOptions,
  iteration: number,
): Hand[] {
  const groups = Math.ceil(addresses.length / options.group);
  const count = Math.min(options.blocks, arenas.length, groups);
  const drawn = drawBlocks(arenas, count, options, iteration);
  return drawn.map((index, i) => {
    const from = options.group * Math.floor((i * groups) / count);
    const to = options.group * Math.floor(((i + 1) * groups) / count);
    const arena = arenas[index]!;
    return { arena, slots: addresses.slice(from, to).map((at) => arena.slot(at)) };
  });
}

/** Different blocks, in order, drawn all alike or each by its weight among those left (Efraimidis and Spirakis 2006). */
function drawBlocks(
  arenas: readonly Arena[],
  count: number,
  { seed, sampling }: TrainOptions,
  iteration: number,
): number[] {
  const random = Random.stream(seed, "blocks", iteration);
  const order = arenas.map((_, index) => index);
  if (sampling === "even") {
    if (count < arenas.length) random.shuffle(order);
  } else {
    const keys = arenas.map(({ block }) => -Math.log(1 - random.uniform()) / macrosByArea(block).length);
    order.sort((a, b) => keys[a]! - keys[b]!);
  }
  return order.slice(0, count).sort((a, b) => a - b);
}
