// `--top N`: up to N results of one run that differ, each scored, pictured and written in the formats of the best one.
import { checkLegality, type Judge, type JudgeOptions } from "../env/index.js";
import { type Placement, writeFileAtomically, writePlc } from "../netlist/index.js";
import type { ScoredPlacement } from "../placer/index.js";
import { renderSvg } from "../viz/index.js";
import { leastDistance, meanDisplacement, removeTopResults, topName } from "./candidates.js";
import { type Score, scoreOf } from "./evaluate.js";
import { costWithPull, type PlacingJob } from "./placing-job.js";
import type { RunFolder } from "./run-folder.js";

/** One of several results, as the summary lists it. */
export interface TopResult extends Score {
  /** In the run's folder; a picture and the formats of the block have the same name. */
  readonly file: string;
  /** Mean distance of its hard macros from those of the best result, µm. */
  readonly displacement: number;
}

/** What the results are chosen from. */
export interface TopChoice {
  readonly job: PlacingJob;
  /** Of the block as it is scored. */
  readonly judge: Judge;
  readonly judging: JudgeOptions;
  /** What the run would give if it gave one result. */
  readonly best: Placement;
  /** As the method found them. */
  readonly candidates: readonly ScoredPlacement[];
  /** How many are asked for. */
  readonly count: number;
}

/**
 * The run's result and the cheapest candidates that differ from it and from each other by `leastDistance` or more, the cheapest
 * first: on a design's database units and in the orientations that it allows, costs are not quite what they were. All are
 * legal if the run's result is. Fewer than asked for where the run found no more.
 */
export function chooseResults({
  job,
  judge,
  judging,
  best,
  candidates,
  count,
}: TopChoice): ScoredPlacement[] {
  const { scored } = job;
  const least = leastDistance(scored);
  const isGood = (placement: Placement) => checkLegality(scored, placement).legal && job.isAllowed(placement);
  const mustBeGood = isGood(best);
  const chosen: ScoredPlacement[] = [{ placement: best, costs: judge.evaluate(best) }];
  for (const candidate of candidates) {
    if (chosen.length === count) break;
    const placement = job.finish(candidate.placement, judging);
    if (chosen.some((other) => meanDisplacement(scored, placement, other.placement) < least)) continue;
    if (mustBeGood && !isGood(placement)) continue;
    chosen.push({ placement, costs: judge.evaluate(placement) });
  }
  return chosen.sort((a, b) => costWithPull(job, a) - costWithPull(job, b));
}

/** Where results are written, and who is told. */
export interface TopFiles extends Pick<TopChoice, "job" | "judge" | "count"> {
  readonly run: RunFolder;
  readonly onProgress: (line: string) => void;
}

/** Writes the results as `top-1.plc`, `top-2.plc` and so on, with pictures and in the formats of the block. */
export async function writeTopResults(
  chosen: readonly ScoredPlacement[],
  { job, judge, count, run, onProgress }: TopFiles,
): Promise<TopResult[]> {
  const { scored } = job;
  removeTopResults(run.path);
  const results: TopResult[] = [];
  for (const [index, { placement }] of chosen.entries()) {
    const name = topName(index + 1);
    const costs = judge.evaluate(placement);
    const score = scoreOf(scored, costs, judge);
    const { violations } = await job.write(run, placement, { name });
    await writePlc(run.file(`${name}.plc`), scored, placement, { costs });
    const displacement = meanDisplacement(scored, placement, chosen[0]!.placement);
    const title = `${scored.name}, result ${index + 1} of ${chosen.length}`;
    const subtitle =
      index === 0 ? [] : [`hard macros ${displacement.toFixed(1)} µm from the best on average`];
    const scene = { block: scored, placement, maps: judge.maps(), costs, title, subtitle };
    await writeFileAtomically(run.file(`${name}.svg`), renderSvg(scene));
    results.push({
      file: `${name}.plc`,
      displacement,
      ...score,
      ...(violations !== undefined && { violations, legal: score.legal && violations === 0 }),
    });
  }
  if (results.length < count)
    onProgress(
      `--top ${count}: only ${results.length} ${results.length === 1 ? "result was" : "results were"} found whose hard macros ` +
        `lie ${leastDistance(scored).toPrecision(4)} µm apart or more on average; a longer search or another method may find others`,
    );
  return results;
}
