// `eval`: the exact costs of a placement as it is in the files.
import type { z } from "zod";
import { type CostMaps, type Costs, checkLegality, checkPlaced, Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import type { Block } from "../netlist/index.js";
import { blockOptionsSchema, loadBlockWith } from "./block-options.js";
import { parseOptions } from "./options.js";
import { costTermOptions, openJudging } from "./own-module.js";

export const evalOptionsSchema = blockOptionsSchema.extend(costTermOptions);
export type EvalOptions = z.input<typeof evalOptionsSchema>;

/** Costs and legality under the names that scripts rely on. Lengths in µm. */
export interface Score {
  readonly wirelength: number;
  readonly wirelength_cost: number;
  readonly density_cost: number;
  readonly congestion_cost: number;
  readonly proxy_cost: number;
  /** Unweighted values of the cost terms by name, if there are any. */
  readonly extra_costs?: Readonly<Record<string, number>>;
  /** Pairs of hard macros that overlap. */
  readonly overlaps: number;
  readonly legal: boolean;
}

export interface Evaluation {
  readonly block: Block;
  readonly score: Score;
  readonly costs: Costs;
  readonly maps: CostMaps;
}

/**
 * Scores the placement of a block's files. Throws `InputError` if a node is not placed, unless `allowMissing`: such
 * nodes then cover nothing, and their nets count nothing.
 */
export async function evaluate(
  path: string,
  given: EvalOptions = {},
  { allowMissing = false } = {},
): Promise<Evaluation> {
  const options = parseOptions(evalOptionsSchema, given);
  const judging = await openJudging(options);
  const block = await loadBlockWith(path, options);
  if (!allowMissing) checkPlaced(block, block.initial);
  const judge = new Judge(Kernels.create(), block, judging.options);
  const costs = judge.evaluate(block.initial);
  return { block, costs, score: scoreOf(block, costs, judge), maps: judge.maps() };
}

/** Costs and legality of the judge's own placement. */
export function scoreOf(block: Block, costs: Costs, judge: Judge): Score {
  const { overlaps, legal } = checkLegality(block, judge.placement);
  return {
    wirelength: costs.wirelength,
    wirelength_cost: costs.wirelengthCost,
    density_cost: costs.densityCost,
    congestion_cost: costs.congestionCost,
    proxy_cost: costs.proxyCost,
    ...(costs.extra && { extra_costs: costs.extra }),
    overlaps,
    legal,
  };
}
