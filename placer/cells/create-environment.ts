// The environment of a block in one call, with the cell placer of protocol `fd`.
import {
  BASIC_PLANES,
  type CellPlacerFactory,
  checkFeasible,
  Environment,
  Judge,
  type JudgeOptions,
  MACRO_ORDERS,
  type MacroOrder,
} from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { type Block, InputError } from "../../netlist/index.js";
import { makeCellPlacer } from "./protocols.js";

export interface CreateEnvironmentOptions {
  /** Order of the macros; by default by area, largest first. */
  readonly order?: MacroOrder;
  /** Planes of an observation: 12, the default, or 15, with congestion; see `PLANES`. */
  readonly planes?: number;
  /** Reward of an episode whose next macro fits nowhere; by default `DEAD_END_REWARD`. */
  readonly deadEndReward?: number;
  /** Weights and cost terms, which count in the reward. */
  readonly judge?: JudgeOptions;
  /** What places the soft macros; by default the force-directed placer. */
  readonly cellPlacer?: CellPlacerFactory;
}

/**
 * Makes the environment of a block. Several for one block are independent of each other, also across threads. Throws
 * `InputError` for a block that cannot be placed and for options that are none.
 */
export function createEnvironment(
  block: Block,
  {
    order = "area",
    planes = BASIC_PLANES,
    deadEndReward,
    judge: judging,
    cellPlacer = (judge) => makeCellPlacer("fd", judge),
  }: CreateEnvironmentOptions = {},
): Environment {
  if (!Object.hasOwn(MACRO_ORDERS, order))
    throw new InputError("order", `'${order}', one of ${Object.keys(MACRO_ORDERS).join(", ")} was expected`);
  const judge = new Judge(Kernels.create(), block, judging);
  checkFeasible(judge);
  return new Environment(judge, cellPlacer(judge), {
    macros: MACRO_ORDERS[order](block),
    planes,
    ...(deadEndReward !== undefined && { deadEndReward }),
  });
}
