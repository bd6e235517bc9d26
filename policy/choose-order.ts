// In which order the macros of a block go. By area or grown along the connections: neither suits every block, and which
// does shows in a few episodes of the policy that training begins with.
import { MACRO_ORDERS, type MacroOrder } from "../env/index.js";
import type { Arena } from "./arena.js";
import { mergeElites } from "./elites.js";
import { bestOf, episodeMetrics } from "./iteration.js";
import type { TrainingPool } from "./pool.js";
import type { BlockState } from "./train-checkpoint.js";
import type { TrainOptions } from "./train-options.js";

/** Episodes of each order, if an iteration has as many: costs of the two differ by a few deviations, or it matters little. */
const TRIES = 8;

/** What was tried: mean proxy cost of the complete episodes, NaN if there were none. */
export type OrderTrial = Readonly<Record<MacroOrder, number>>;

/**
 * Gives the arena its order: the one known of the block, the options', or, for `auto`, the one with fewer dead ends and
 * the lower mean cost. What was played for that is not lost: the best placement and elites go to `known`.
 */
export async function chooseOrder(
  pool: Pick<TrainingPool, "rollouts">,
  arena: Arena,
  addresses: readonly number[],
  options: TrainOptions,
  known: BlockState,
): Promise<OrderTrial | undefined> {
  if (known.order || options.order !== "auto") {
    known.order ??= options.order === "auto" ? "area" : options.order;
    arena.order = known.order;
    return undefined;
  }
  const orders = Object.keys(MACRO_ORDERS) as MacroOrder[];
  const tries = Math.min(TRIES, Math.floor(addresses.length / orders.length));
  const slots = addresses.slice(0, tries * orders.length).map((at) => arena.slot(at));
  await pool.rollouts(
    slots.map((slot, i) => ({
      block: arena.index,
      order: orders[Math.floor(i / tries)]!,
      slotAt: slot.at,
      seed: options.seed,
      stream: ["order", arena.index, i],
      version: 0,
      greedy: false,
      creditDraws: 0,
      prefix: [],
    })),
  );
  const played = orders.map((_, k) => slots.slice(k * tries, (k + 1) * tries).map((slot) => slot.trajectory));
  const found = played.map((episodes) => episodeMetrics(episodes, undefined));
  const better = (a: number, b: number) =>
    found[a]!.dead_ends - found[b]!.dead_ends || found[a]!["cost/proxy"] - found[b]!["cost/proxy"];
  const chosen = [...orders.keys()].sort(better)[0]!;
  known.order = orders[chosen]!;
  arena.order = known.order;
  known.best = bestOf(arena.block, played.flat(), undefined, 0);
  known.elites = mergeElites([], played[chosen]!, options.elites);
  return Object.fromEntries(orders.map((order, k) => [order, found[k]!["cost/proxy"]])) as OrderTrial;
}
