// `train`: a policy for a block, in a run folder.
import { z } from "zod";
import { checkFeasible, Judge, loadCostTerms } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { fileNameOf } from "../netlist/index.js";
import { blockOptionsSchema, judgeRules } from "./block-options.js";
import { limitsOf } from "./budget.js";
import { clusterOptions, writeClustering } from "./cluster.js";
import { type Score, scoreOf } from "./evaluate.js";
import { openPlacingJob } from "./open-placing-job.js";
import { writeResult } from "./report.js";
import { RunFolder } from "./run-folder.js";
import { policyInput, policyOptions, startPolicy } from "./start-policy.js";
import { LATEST_CHECKPOINT, trainInFolder } from "./train.js";

export const trainCommandSchema = blockOptionsSchema.extend({
  ...clusterOptions,
  budget: z
    .string()
    .optional()
    .describe("wall-clock time, such as 10m or 1h (default 10m if no --iterations)"),
  iterations: z.number().int().min(0).optional().describe("budget in iterations; reproduces exactly"),
  ...policyOptions,
  workers: z.number().int().min(1).max(64).default(2).describe("worker threads"),
  seed: z.number().int().min(0).default(1).describe("root seed"),
  out: z.string().optional().describe("run folder (default runs/BLOCK/train-sSEED)"),
  resume: z.boolean().default(false).describe("go on from the run folder's last checkpoint"),
  set: z
    .array(z.string())
    .default([])
    .describe("training option, as NAME=VALUE, such as learningRate=0.0005"),
});

export interface TrainSummary extends Partial<Score> {
  readonly block: string;
  readonly iterations: number;
  readonly episodes: number;
  readonly seconds: number;
  readonly seed: number;
  /** Undefined if no iteration was done. */
  readonly checkpoint?: string;
  readonly out: string;
}

const DEFAULT_SECONDS = 600;

export async function trainCommand(
  path: string,
  given: z.input<typeof trainCommandSchema>,
  report: (line: string) => void,
): Promise<TrainSummary> {
  const started = performance.now();
  const options = trainCommandSchema.parse(given);
  const { seed, workers } = options;
  const { trainSettings, policy } = await startPolicy(options.policy, options.set, {
    base: { order: "auto" },
    seed,
    learnsBlock: true,
    onWarning: report,
  });
  const job = await openPlacingJob(path, options, report);
  const { block } = job;
  const rules = judgeRules(options);
  const judge = new Judge(Kernels.create(), block, await loadCostTerms(rules));
  checkFeasible(judge);
  const out = options.out ?? `runs/${fileNameOf(block.name)}/train-s${options.seed}`;
  const run = await RunFolder.open(
    out,
    { ...options, out },
    [...job.inputs, ...policyInput(options.policy)],
    options.resume,
  );
  return run.whileOpen(async () => {
    if (job.clustering) await writeClustering(out, job.flat, job.clustering);
    const { state } = await trainInFolder([block], run, {
      settings: trainSettings,
      seed,
      workers,
      budget: limitsOf(options, DEFAULT_SECONDS),
      resume: options.resume,
      rules,
      onProgress: report,
      start: policy,
    });
    const summary: TrainSummary = {
      block: block.name,
      iterations: state.iteration,
      episodes: state.episodes,
      seconds: (performance.now() - started) / 1000,
      seed,
      ...(state.iteration > 0 && { checkpoint: run.file(LATEST_CHECKPOINT) }),
      out,
    };
    const { best } = state.blocks[0]!;
    if (!best) return summary;
    const costs = judge.evaluate(best.placement);
    const scored = { ...scoreOf(block, costs, judge), ...summary };
    await writeResult(run, block, best.placement, costs, judge.maps(), scored);
    return scored;
  });
}
