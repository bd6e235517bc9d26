// The best episodes so far, and two uses of them: some groups of episodes begin with one of them of which some macros
// are taken off, which searches around what is good already (ruin and recreate, Schrimpf et al. 2000; returning to good
// states before exploring, as in Go-Explore, Ecoffet et al. 2021); and every update imitates them (self-imitation, Oh et
// al. 2018).
import { cellDistance } from "../../env/index.js";
import { Random } from "../../netlist/index.js";
import type { TrainSettings } from "./settings.js";
import type { Elite } from "./train-checkpoint.js";
import type { BlockBatch, TrainingBlock } from "./training-block.js";
import type { Trajectory } from "./trajectory.js";
import type { Workers } from "./workers.js";

/** The cheapest `count` episodes of those known and those just played, cheapest first; equal costs count once. */
export function mergeElites(
  known: readonly Elite[],
  played: readonly Trajectory[],
  count: number,
): readonly Elite[] {
  const complete = played.filter(({ isComplete }) => isComplete);
  const all = [...known, ...complete.map(({ proxyCost, cells }) => ({ proxyCost, cells: [...cells] }))];
  all.sort((a, b) => a.proxyCost - b.proxyCost);
  return all.filter((elite, i) => elite.proxyCost !== all[i - 1]?.proxyCost).slice(0, count);
}

/** Which macros of an elite are taken off: the last ones of the order, some that are near each other, or any. */
const RUINS = ["last", "near", "any"] as const;

/**
 * One of the elites with some of its macros, at least one, taken off. Which elite, how many macros and which of them is
 * drawn. Cell of each macro, -1 for those taken off; empty without elites.
 */
export function drawStart(elites: readonly Elite[], columns: number, random: Random): readonly number[] {
  if (elites.length === 0) return [];
  const { cells } = elites[random.below(elites.length)]!;
  const ruin = RUINS[random.below(RUINS.length)]!;
  const count = 1 + random.below(cells.length);
  const centre = cells[random.below(cells.length)]!;
  const keys = cells.map((cell, number) =>
    ruin === "last" ? -number : ruin === "near" ? cellDistance(cell, centre, columns) : random.uniform(),
  );
  const first = cells.map((_, number) => number).sort((a, b) => keys[a]! - keys[b]! || a - b);
  const start = [...cells];
  for (const number of first.slice(0, count)) start[number] = -1;
  return start;
}

/**
 * Starts of an iteration's groups, batch by batch: the last groups of every block begin from its elites, all others from
 * an empty canvas. A block with few groups has more of these in some iterations than in others, so that `eliteShare`
 * holds and every block begins from an empty canvas now and then.
 */
export function drawStarts(
  batches: readonly BlockBatch[],
  elitesOf: (block: TrainingBlock) => readonly Elite[],
  given: { readonly settings: TrainSettings; readonly seed: number; readonly iteration: number },
): (readonly number[])[] {
  const { seed, iteration } = given;
  const { eliteShare, groupSize } = given.settings;
  const upTo = (group: number) => Math.floor((iteration + group) * eliteShare);
  const starts: (readonly number[])[] = [];
  for (const { block, episodes } of batches) {
    const first = starts.length;
    const end = first + Math.ceil(episodes.length / groupSize);
    const firstOfElites = end - (upTo(end) - upTo(first));
    const { columns } = block.block.grid;
    for (let group = first; group < end; group++)
      starts.push(
        group < firstOfElites
          ? []
          : drawStart(elitesOf(block), columns, Random.stream(seed, "start", iteration, group)),
      );
  }
  return starts;
}

/** An elite and its block. */
export interface BlockElite {
  readonly block: TrainingBlock;
  readonly elite: Elite;
}

/** The elites as stored episodes, for updates to imitate. */
export class EliteMemory {
  private readonly slots: readonly number[];
  /** Which elite each slot holds. */
  private readonly held: (BlockElite | undefined)[];

  constructor(slots: readonly number[]) {
    this.slots = slots;
    this.held = slots.map(() => undefined);
  }

  /** Stores those elites that are new in place of episodes that are no elites any more. Returns the elites' episodes. */
  async update(
    workers: Pick<Workers, "replay">,
    elites: readonly BlockElite[],
  ): Promise<readonly Trajectory[]> {
    const { slots, held } = this;
    const same = (a: BlockElite, b: BlockElite | undefined) =>
      a.block === b?.block && a.elite.proxyCost === b.elite.proxyCost;
    const fresh = elites.filter((elite) => !held.some((other) => same(elite, other)));
    const free = slots.map((_, i) => i).filter((i) => !elites.some((elite) => same(elite, held[i])));
    if (fresh.length > free.length) throw new Error("internal: more elites than slots");
    const tasks = fresh.map((kept, i) => {
      held[free[i]!] = kept;
      const { block, elite } = kept;
      return { trajectory: block.trajectory(slots[free[i]!]!), order: block.order, cells: elite.cells };
    });
    await workers.replay(tasks);
    // In the elites' order: which slot holds which must not show in the result.
    return elites.map((kept) => kept.block.trajectory(slots[held.findIndex((other) => same(kept, other))]!));
  }
}
