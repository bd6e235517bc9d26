// `eval`: the exact costs of a placement as it is in the files.
import type { z } from "zod";
import { type CostMaps, type Costs, checkLegality, checkPlaced, Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, checkConstraints, isDefPath, type Placement } from "../netlist/index.js";
import { type BlockOptions, blockOptionsSchema, loadBlockWith, loadDefWith } from "./block-options.js";
import { readRunBest } from "./given-places.js";
import { parseOptions } from "./options.js";
import { costTermOptions, type Judging, openJudging } from "./own-module.js";
import { isRunFolder, readRunSource } from "./run-record.js";

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
  /** Of constraints of a DEF design by its hard macros. */
  readonly violations?: number;
  readonly legal: boolean;
}

export interface Evaluation {
  readonly block: Block;
  readonly score: Score;
  readonly costs: Costs;
  readonly maps: CostMaps;
}

/**
 * Scores the placement of a block's files, or the best one of a run, as the run scored it. Throws `InputError` if a node is
 * not placed, unless `allowMissing`: such nodes then cover nothing, and their nets count nothing.
 */
export async function evaluate(
  path: string,
  given: EvalOptions = {},
  { allowMissing = false } = {},
): Promise<Evaluation> {
  if (isRunFolder(path)) return evaluateRun(path, given);
  const options = parseOptions(evalOptionsSchema, given);
  const judging = await openJudging(options);
  const block = await loadBlockWith(path, options);
  if (!allowMissing) checkPlaced(block, block.initial);
  return scored(block, block.initial, judging);
}

/** The best placement of a run, of the netlist that it clustered if it did; of a design also its constraints. */
async function evaluateRun(folder: string, given: EvalOptions): Promise<Evaluation> {
  const source = readRunSource(folder);
  const { block, placement } = await readRunBest(folder, given);
  const judging = await openJudging(
    parseOptions(evalOptionsSchema, { ...judgingOf(source.options), ...given }),
  );
  const evaluation = scored(block, placement, judging);
  if (!isDefPath(source.block)) return evaluation;
  const design = await loadDefWith(source.block, source.options);
  const violations = checkConstraints(design, placement).length;
  const { score } = evaluation;
  return { ...evaluation, score: { ...score, violations, legal: score.legal && violations === 0 } };
}

/** Of the options of a run those that say how placements are judged. */
function judgingOf({ weights, outside }: BlockOptions): EvalOptions {
  return { ...(weights !== undefined && { weights }), ...(outside !== undefined && { outside }) };
}

function scored(block: Block, placement: Placement, judging: Judging): Evaluation {
  const judge = new Judge(Kernels.create(), block, judging.options);
  const costs = judge.evaluate(placement);
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
