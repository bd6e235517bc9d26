// The best episodes so far, and starts from them: some groups of episodes begin with one of these of which some macros
// are taken off, and place them anew. What these do to the result is then seen without the noise of all others, and what
// is good already is searched around.
import { cellDistance } from "../../env/index.js";
import { Random } from "../../netlist/index.js";
import type { TrainingPool } from "./pool.js";
import type { TrainOptions } from "./settings.js";
import type { Arena, Hand } from "./training-block.js";
import { isComplete, type Slot, type Trajectory } from "./trajectory.js";

export interface Elite {
  readonly proxyCost: number;
  /** Cells of the macros in order. */
  readonly cells: readonly number[];
}

/** The cheapest `count` episodes of those known and those just played, cheapest first; equal costs count once. */
export function mergeElites(
  known: readonly Elite[],
  played: readonly Trajectory[],
  count: number,
): readonly Elite[] {
  const complete = played.filter(isComplete);
  const all = [...known, ...complete.map((t) => ({ proxyCost: t.costs[4]!, cells: [...t.cells] }))];
  all.sort((a, b) => a.proxyCost - b.proxyCost);
  return all.filter((elite, i) => elite.proxyCost !== all[i - 1]?.proxyCost).slice(0, count);
}

/** Which macros of an elite are taken off: the last ones of the order, some that stand together, or any. */
const RUINS = ["last", "near", "any"] as const;

/**
 * A start: one of the elites with some of its macros, at least one, taken off (ruin and recreate, Schrimpf et al. 2000).
 * Which elite, how many macros and which is drawn. Cell of each macro, -1 for those taken off; empty without elites.
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
 * Starts of an iteration's groups, hand by hand: of every block's groups the last ones begin from its elites, all others
 * from an empty canvas. A block with few groups has more of these in some iterations than in others, so that
 * `eliteShare` holds and every block begins from an empty canvas now and then.
 */
export function drawStarts(
  hands: readonly Hand[],
  elitesOf: (arena: Arena) => readonly Elite[],
  { eliteShare, group: size, seed }: TrainOptions,
  iteration: number,
): (readonly number[])[] {
  const upTo = (group: number) => Math.floor((iteration + group) * eliteShare);
  const starts: (readonly number[])[] = [];
  for (const { arena, slots } of hands) {
    const first = starts.length;
    const end = first + Math.ceil(slots.length / size);
    const firstOfElites = end - (upTo(end) - upTo(first));
    const { columns } = arena.block.grid;
    for (let group = first; group < end; group++)
      starts.push(
        group < firstOfElites
          ? []
          : drawStart(elitesOf(arena), columns, Random.stream(seed, "start", iteration, group)),
      );
  }
  return starts;
}

/** One of the best episodes of a block. */
export interface BlockElite {
  readonly arena: Arena;
  readonly elite: Elite;
}

/** The elites' steps, as stored episodes. */
export class EliteMemory {
  private readonly addresses: readonly number[];
  /** Which elite each slot holds. */
  private readonly held: (BlockElite | undefined)[];

  constructor(addresses: readonly number[]) {
    this.addresses = addresses;
    this.held = addresses.map(() => undefined);
  }

  /** Stores those elites that are new, in place of those that are none any more. Gives the elites' slots. */
  async update(pool: Pick<TrainingPool, "replays">, elites: readonly BlockElite[]): Promise<readonly Slot[]> {
    const { addresses, held } = this;
    const same = (a: BlockElite, b: BlockElite | undefined) =>
      a.arena === b?.arena && a.elite.proxyCost === b.elite.proxyCost;
    const fresh = elites.filter((elite) => !held.some((other) => same(elite, other)));
    const free = addresses.map((_, i) => i).filter((i) => !elites.some((elite) => same(elite, held[i])));
    if (fresh.length > free.length) throw new Error("internal: more elites than slots");
    const tasks = fresh.map((kept, i) => {
      held[free[i]!] = kept;
      const { index: block, order } = kept.arena;
      return { block, order, slotAt: addresses[free[i]!]!, cells: kept.elite.cells };
    });
    await pool.replays(tasks);
    // In the elites' order: which slot holds which must not show in the result.
    return elites.map((kept) => kept.arena.slot(addresses[held.findIndex((other) => same(kept, other))]!));
  }
}
