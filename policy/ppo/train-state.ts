// Where training stands, besides the network and its optimiser.
import type { Costs, MacroOrder } from "../../env/index.js";
import type { Placement } from "../../netlist/index.js";
import type { Elite } from "./elites.js";

/** Mean and deviation of the proxy in the first iteration with a placement; the units of all rewards from then on. */
export interface RewardScale {
  readonly mean: number;
  readonly deviation: number;
}

/** The best placement that training has seen. */
export interface BestPlacement {
  readonly placement: Placement;
  readonly costs: Costs;
  /** Iteration that found it, from 0. */
  readonly iteration: number;
}

/** What training knows of one block. */
export interface BlockState {
  /** In which its macros go. */
  order?: MacroOrder;
  scale?: RewardScale;
  elites?: readonly Elite[];
  best?: BestPlacement | undefined;
}

/** Where training stands. */
export interface TrainState {
  /** Iterations done. */
  iteration: number;
  episodes: number;
  /** In the order in which the blocks were given. */
  readonly blocks: readonly BlockState[];
}
