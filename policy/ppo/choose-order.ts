// In which order the macros of a block are placed: by area, or grown along the connections. Neither suits every block,
// and a few episodes of the policy that training begins with show which one does.
import type { MacroOrder } from "../../env/index.js";
import { moments } from "./advantages.js";
import { mergeElites } from "./elites.js";
import type { TrainSettings } from "./settings.js";
import type { BlockState, Elite } from "./train-checkpoint.js";
import { bestOf, type TrainingBlock } from "./training-block.js";
import type { Trajectory } from "./trajectory.js";
import type { Workers } from "./workers.js";

/** Episodes of each order in a round, and the most rounds. */
const EPISODES_PER_ROUND = 8;
const ROUNDS = 4;
/** No further round begins after this share of a time budget. */
const LARGEST_SHARE = 0.1;
/** No further round begins once the mean costs differ by this many standard errors. */
const SURE = 2;

/** With `both`, every block changes its order with every iteration, and half of the blocks begin with each. */
export function alternateOrders(blocks: readonly TrainingBlock[], iteration: number): void {
  for (const block of blocks) block.order = (block.index + iteration) % 2 === 0 ? "area" : "connectivity";
}

/** Mean proxy cost of the complete episodes of each order, NaN if there were none. */
export type OrderTrial = Readonly<Record<MacroOrder, number>>;

interface Trial {
  readonly costs: number[];
  elites: readonly Elite[];
  deadEnds: number;
}

/**
 * Gives a block its order: the one that `known` or the settings say or, for `auto`, the one with fewer dead ends and
 * the lower mean cost. The best placement and the elites of the trial are kept in `known`. Returns the trial if there
 * was one.
 */
export async function chooseOrder(
  workers: Pick<Workers, "collect">,
  { block, known }: { readonly block: TrainingBlock; readonly known: BlockState },
  options: {
    readonly slots: readonly number[];
    readonly settings: TrainSettings;
    /** Of the run; undefined if time does not limit it. */
    readonly budgetSeconds: number | undefined;
    readonly elapsedSeconds: () => number;
  },
): Promise<OrderTrial | undefined> {
  const { slots, settings, budgetSeconds, elapsedSeconds } = options;
  const { elites } = settings.experimental;
  if (settings.order === "both") return undefined;
  if (settings.order !== "auto") known.order ??= settings.order;
  if (known.order) {
    block.order = known.order;
    return undefined;
  }
  const area: Trial = { costs: [], elites: [], deadEnds: 0 };
  const connectivity: Trial = { costs: [], elites: [], deadEnds: 0 };
  const enough = LARGEST_SHARE * (budgetSeconds ?? Number.POSITIVE_INFINITY);
  for (let round = 0; round < ROUNDS && !isClear(area, connectivity); round++) {
    if (round > 0 && elapsedSeconds() > enough) break;
    const half = Math.min(EPISODES_PER_ROUND, Math.floor(slots.length / 2));
    const episodes = slots.slice(0, 2 * half).map((address) => block.trajectory(address));
    const dropped = await workers.collect(
      episodes.map((trajectory, i) => ({
        trajectory,
        order: i < half ? "area" : "connectivity",
        stream: ["order", block.index, round, i],
        greedy: false,
        start: [],
        counterfactualSamples: 0,
      })),
    );
    const played = (some: readonly Trajectory[]) => some.filter((episode) => !dropped.includes(episode));
    take(area, played(episodes.slice(0, half)), elites);
    take(connectivity, played(episodes.slice(half)), elites);
    known.best = bestOf({ block: block.block, episodes: played(episodes) }, known.best, 0);
  }
  const means = { area: moments(area.costs).mean, connectivity: moments(connectivity.costs).mean };
  const fewer = area.deadEnds - connectivity.deadEnds;
  known.order = fewer > 0 || (fewer === 0 && means.connectivity < means.area) ? "connectivity" : "area";
  block.order = known.order;
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

function take(trial: Trial, episodes: readonly Trajectory[], elites: number): void {
  const complete = episodes.filter(({ isComplete }) => isComplete);
  for (const { proxyCost } of complete) trial.costs.push(proxyCost);
  trial.deadEnds += episodes.length - complete.length;
  trial.elites = mergeElites(trial.elites, episodes, elites);
}
