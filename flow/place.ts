// `place`: a netlist in, a placement out. The main line of the product, top to bottom.
import { checkFeasible, Judge, loadCostTerms } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { fileNameOf, InputError } from "../netlist/index.js";
import { judgeRules } from "./block-options.js";
import { limitsOf } from "./budget.js";
import { writeClustering } from "./cluster.js";
import { type Score, scoreOf } from "./evaluate.js";
import { checkMethodOptions, type Method } from "./method.js";
import { METHODS } from "./methods.js";
import { openPlacingJob } from "./open-placing-job.js";
import { type MethodName, type PlaceOptions, placeOptionsSchema } from "./place-options.js";
import { writeResult } from "./report.js";
import { RunFolder } from "./run-folder.js";
import { policyInput } from "./start-policy.js";

/** Costs, legality and how they came about; also summary.json. */
export interface PlaceSummary extends Score {
  /** Of constraints of a DEF design by its hard macros. */
  readonly violations?: number;
  readonly block: string;
  readonly method: MethodName;
  readonly protocol: string;
  readonly seconds: number;
  readonly seed: number;
  readonly workers: number;
  readonly iterations: number;
  readonly episodes: number;
  readonly out: string;
}

const DEFAULT_SECONDS = 60;

/**
 * Places the macros of the block at `path` and writes the run folder. Throws `InputError` for bad input and blocks
 * that cannot be placed.
 */
export async function place(
  path: string,
  given: PlaceOptions,
  report: (line: string) => void = () => {},
): Promise<PlaceSummary> {
  const started = performance.now();
  const parsed = placeOptionsSchema.parse(given);
  const { seconds } = limitsOf(parsed, DEFAULT_SECONDS);
  const method: Method = METHODS[parsed.method];
  await checkMethodOptions(method, parsed);
  const job = await openPlacingJob(path, parsed, report);
  const { block, scored } = job;
  const rules = judgeRules(parsed);
  const judging = await loadCostTerms(rules);
  const judge = new Judge(Kernels.create(), block, judging);
  checkFeasible(judge);
  if (parsed.protocol === "free" && block.fences)
    throw new InputError(
      block.name,
      `fence '${block.fences[0]!.name}' has macros of its own, which protocol free does not keep inside`,
      "use --protocol fd",
    );
  const options = {
    ...parsed,
    out: parsed.out ?? `runs/${fileNameOf(block.name)}/${parsed.method}-s${parsed.seed}`,
  };
  const inputs = [...job.inputs, ...policyInput(options.policy)];
  const run = await RunFolder.open(options.out, options, inputs, options.resume);
  const { columns, rows } = block.grid;
  report(
    `${block.name}: canvas ${block.canvas.width} x ${block.canvas.height} µm, grid ${columns} x ${rows}`,
  );
  return run.whileOpen(async () => {
    if (job.clustering) await writeClustering(options.out, job.flat, job.clustering);
    const found = await method.run({ block, judge, rules, options, seconds, run, report });
    if (!found)
      throw new InputError(
        block.name,
        "no legal placement was found in the time given",
        "allow a larger --budget, or choose another --seed or --grid",
      );
    const placement = job.finish(found.placement, judging);
    const scorer = scored === block ? judge : new Judge(Kernels.create(), scored, judging);
    const costs = scorer.evaluate(placement);
    const score = scoreOf(scored, costs, scorer);
    const { violations } = await job.write(run, placement);
    const summary: PlaceSummary = {
      ...score,
      ...(violations !== undefined && { violations, legal: score.legal && violations === 0 }),
      block: block.name,
      method: options.method,
      protocol: options.protocol,
      seconds: (performance.now() - started) / 1000,
      seed: options.seed,
      workers: options.workers,
      iterations: found.iterations,
      episodes: found.episodes,
      out: options.out,
    };
    await writeResult(run, scored, placement, costs, scorer.maps(), summary);
    return summary;
  });
}
