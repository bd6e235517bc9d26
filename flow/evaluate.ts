// `eval`: the exact costs of a placement, as it is in the files or with soft macros placed anew.
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { type CostMaps, type Costs, checkLegality, checkPlaced, Judge, violationsIn } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  checkConstraints,
  copyPlacement,
  defFiles,
  isDefPath,
  isInputError,
  isMovableCell,
  type LoadedDef,
  type Placement,
  type Violation,
} from "../netlist/index.js";
import { makeCellPlacer, type Protocol } from "../placer/index.js";
import { type BlockOptions, blockOptionsSchema } from "./block-options.js";
import { openBlockSource } from "./block-source.js";
import { costsByName, withPortsInside } from "./flat-output.js";
import { loadBlockWith, loadDefWith, readRunBest, readRunPlacement } from "./load-block.js";
import { type Nudged, nudgedCosts } from "./nudges.js";
import { parseOptions, pickOptions } from "./options.js";
import { costTermOptions, type Judging, openJudging } from "./own-module.js";
import { costTermsOf, isRunFolder, protocolOfRun, readRunSource, runAt } from "./run-record.js";

export const evalOptionsSchema = blockOptionsSchema.extend({
  ...costTermOptions,
  placeCells: z
    .enum(["fd", "es"])
    .optional()
    .describe("place the soft macros anew before scoring, as this protocol does"),
  nudges: z
    .number()
    .int()
    .min(2)
    .max(10_000)
    .optional()
    .describe(
      "also score so many copies in which a hard macro is a thousandth of a cell away and soft macros are placed anew (by --place-cells; default es for a run under es, else fd): their mean cost is free of luck",
    ),
});
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
  /** With `nudges`: what copies of the placement cost in which a hard macro is nudged. Absent if none may move. */
  readonly nudged?: Nudged;
  /** Cost terms of the run that were not given, and are not in the proxy cost. */
  readonly left_out_costs?: readonly string[];
}

export interface Evaluation {
  readonly block: Block;
  /** What was scored. */
  readonly placement: Placement;
  readonly score: Score;
  /** Why the placement is not legal, one by one. */
  readonly violations: readonly Violation[];
  readonly costs: Costs;
  readonly maps: CostMaps;
}

/**
 * Scores the placement of a block's files, or the best one of a run, as the run scored it. Throws `InputError` if a node is
 * not placed, unless `allowMissing`: such nodes then cover nothing, and their nets count nothing. With `placeCells`, soft
 * macros are placed anew first, and their places in the files do not matter.
 */
export async function evaluate(
  path: string,
  given: EvalOptions = {},
  { allowMissing = false } = {},
): Promise<Evaluation> {
  const run = runAt(path);
  if (run) return evaluateRun(run.folder, { ...(run.placement && { placement: run.placement }), ...given });
  const flat = openBlockSource(path, given);
  if (flat.path !== path)
    return evaluate(flat.path, pickOptions(evalOptionsSchema, flat.options), { allowMissing });
  const options = parseOptions(evalOptionsSchema, given);
  const judging = await openJudging(options);
  const design = isDefPath(path)
    ? ((await designOfRun(path, given)) ?? (await loadDefWith(path, options)))
    : undefined;
  const block = design?.block ?? (await loadBlockWith(path, options));
  const { placeCells, nudges } = options;
  if (!allowMissing && !placeCells) checkPlaced(block, block.initial);
  const evaluation = await scored(block, { placement: block.initial, judging, placeCells, nudges, design });
  if (!allowMissing && placeCells) checkPlaced(block, evaluation.placement);
  return evaluation;
}

/** The best placement of a run, of the netlist that it clustered if it did; of a design also its constraints. */
async function evaluateRun(folder: string, given: EvalOptions): Promise<Evaluation> {
  const source = readRunSource(folder);
  const { block, placement } = await readRunBest(folder, given);
  const options = parseOptions(evalOptionsSchema, { ...judgingOf(source.options), ...given });
  const judging = await openJudging(options);
  if (!options.placeCells) checkPlaced(block, placement);
  const design = isDefPath(source.block) ? await loadDefWith(source.block, source.options) : undefined;
  // The files of a run do not have the outlines of macros; the design's hard macros are the same nodes.
  const whole = design?.block.outlines ? { ...block, outlines: design.block.outlines } : block;
  const leftOut = costTermsOf(folder).filter((name) =>
    judging.options.terms?.every(({ term }) => term.name !== name),
  );
  const { placeCells, nudges } = options;
  const nudgedBy = protocolOfRun(folder) === "es" ? "es" : "fd";
  const evaluation = await scored(whole, { placement, judging, placeCells, nudges, nudgedBy, design });
  if (leftOut.length === 0) return evaluation;
  // No code is loaded because a record names it.
  return { ...evaluation, score: { ...evaluation.score, left_out_costs: leftOut } };
}

/**
 * The `best.def` or `top-2.def` of a run, with the run's own LEF files and options. Cells without a place, about which the file says nothing,
 * are in the middle of their soft macros, and ports without one at the canvas's centre. Undefined for other files.
 */
async function designOfRun(path: string, given: EvalOptions): Promise<LoadedDef | undefined> {
  const folder = dirname(path);
  const [, name] = /^(best|top-\d+)\.def$/.exec(basename(path)) ?? [];
  if (name === undefined || !isRunFolder(folder)) return undefined;
  const source = sourceOf(folder);
  if (!source || !isDefPath(source.block)) return undefined;
  const { lefs } = defFiles(source.block, source.options.lef);
  const asked = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const design = await loadDefWith(path, {
    ...source.options,
    ...asked,
    lef: given.lef?.length ? given.lef : lefs,
  });
  const { block } = withPortsInside(design.block);
  const run = await readRunPlacement(folder, block, join(folder, `${name}.plc`));
  const initial = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++) {
    if (!isMovableCell(block, node) || !Number.isNaN(initial.xs[node]!)) continue;
    [initial.xs[node], initial.ys[node]] = [run.xs[node]!, run.ys[node]!];
  }
  return { ...design, block: { ...block, initial } };
}

/** Undefined if the run's block is not where it was. */
function sourceOf(folder: string): ReturnType<typeof readRunSource> | undefined {
  try {
    return readRunSource(folder);
  } catch (error) {
    if (isInputError(error)) return undefined;
    throw error;
  }
}

/** Of the options of a run those that say how placements are judged. */
function judgingOf({ weights, outside }: BlockOptions): EvalOptions {
  return { ...(weights !== undefined && { weights }), ...(outside !== undefined && { outside }) };
}

interface Scoring {
  readonly placement: Placement;
  readonly judging: Judging;
  readonly placeCells?: Protocol | undefined;
  readonly nudges?: number | undefined;
  /** Protocol that places the soft macros of nudged copies, unless `placeCells` does. Default fd. */
  readonly nudgedBy?: Protocol;
  /** The block's design, whose constraints only its format knows. */
  readonly design: LoadedDef | undefined;
}

async function scored(block: Block, scoring: Scoring): Promise<Evaluation> {
  const { placement, judging, placeCells, nudges, nudgedBy = "fd", design } = scoring;
  const judge = new Judge(Kernels.create(), block, judging.options);
  let costs = judge.evaluate(placement);
  if (placeCells) {
    makeCellPlacer(placeCells, judge).placeSoftMacros();
    costs = judge.evaluate();
  }
  const score = scoreOf(block, costs, judge);
  const violations = design ? checkConstraints(design, placement) : violationsIn(block, placement);
  const counted = design && { violations: violations.length, legal: score.legal && violations.length === 0 };
  const [own, maps] = [copyPlacement(judge.placement), judge.maps()];
  const nudged = nudges && (await nudgedCosts(judge, own, { protocol: placeCells ?? nudgedBy, nudges }));
  return {
    block,
    placement: own,
    costs,
    score: { ...score, ...counted, ...(nudged && { nudged }) },
    violations,
    maps,
  };
}

/** Costs and legality of the judge's own placement. */
export function scoreOf(block: Block, costs: Costs, judge: Judge): Score {
  const { overlaps, legal } = checkLegality(block, judge.placement);
  return {
    ...costsByName(costs),
    overlaps,
    legal,
  };
}
