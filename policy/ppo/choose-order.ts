// In which order the macros of a block go. By area or grown along the connections: neither suits every block, and which
// does shows in a few episodes of the policy that training begins with.
import type { MacroOrder } from "../../env/index.js";
import { type Elite, mergeElites } from "./elites.js";
import { bestOf, moments } from "./iteration.js";
import type { TrainingPool } from "./pool.js";
import type { TrainOptions } from "./settings.js";
import type { BlockState } from "./train-state.js";
import type { Arena } from "./training-block.js";
import { isComplete, type Trajectory } from "./trajectory.js";

/** Episodes of each order in a round, and most rounds. */
const TRIES = 8;
const ROUNDS = 4;
/** Of a time budget, after which no further round begins. */
const LARGEST_SHARE = 0.1;
/** Standard errors that mean costs must differ by, for no further round. */
const SURE = 2;

/** With `both`, every block changes its order with every iteration, and half of the blocks begin with each. */
export function takeTurns(arenas: readonly Arena[], iteration: number): void {
  for (const arena of arenas) arena.order = (arena.index + iteration) % 2 === 0 ? "area" : "connectivity";
}

/** What was tried: mean proxy cost of the complete episodes, NaN if there were none. */
export type OrderTrial = Readonly<Record<MacroOrder, number>>;

interface Trial {
  readonly costs: number[];
  elites: readonly Elite[];
  deadEnds: number;
}

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
  elapsedSeconds: () => number,
): Promise<OrderTrial | undefined> {
  if (options.order === "both") return undefined;
  if (options.order !== "auto") known.order ??= options.order;
  if (known.order) {
    arena.order = known.order;
    return undefined;
  }
  const area: Trial = { costs: [], elites: [], deadEnds: 0 };
  const connectivity: Trial = { costs: [], elites: [], deadEnds: 0 };
  const enough = LARGEST_SHARE * (options.seconds ?? Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS && !isClear(area, connectivity); round++) {
    if (round > 0 && elapsedSeconds() > enough) break;
    const half = Math.min(TRIES, Math.floor(addresses.length / 2));
    const slots = addresses.slice(0, 2 * half).map((at) => arena.slot(at));
    await pool.rollouts(
      slots.map((slot, i) => ({
        block: arena.index,
        order: i < half ? "area" : "connectivity",
        slotAt: slot.at,
        seed: options.seed,
        stream: ["order", arena.index, round, i],
        version: 0,
        greedy: false,
        counterfactualSamples: 0,
        start: [],
      })),
    );
    const played = slots.map((slot) => slot.trajectory);
    take(area, played.slice(0, half), options.elites);
    take(connectivity, played.slice(half), options.elites);
    known.best = bestOf(arena.block, played, known.best, 0);
  }
  const means = { area: moments(area.costs).mean, connectivity: moments(connectivity.costs).mean };
  const fewer = area.deadEnds - connectivity.deadEnds;
  known.order = fewer > 0 || (fewer === 0 && means.connectivity < means.area) ? "connectivity" : "area";
  arena.order = known.order;
  known.elites = (known.order === "area" ? area : connectivity).elites;
  return means;
}

/** Whether the means differ by more than chance. */
function isClear(a: Trial, b: Trial): boolean {
  const [first, second] = [moments(a.costs), moments(b.costs)];
  if (a.costs.length < 2 || b.costs.length < 2) return false;
  const error = Math.hypot(
    first.deviation / Math.sqrt(a.costs.length - 1),
    second.deviation / Math.sqrt(b.costs.length - 1),
  );
  return Math.abs(first.mean - second.mean) > SURE * error;
}

function take(trial: Trial, played: readonly Trajectory[], elites: number): void {
  const complete = played.filter(isComplete);
  trial.costs.push(...complete.map((trajectory) => trajectory.costs[4]!));
  trial.deadEnds += played.length - complete.length;
  trial.elites = mergeElites(trial.elites, played, elites);
}
