// `place`: a netlist in, a placement out. The main line of the product, top to bottom.
import { z } from "zod";
import { type Costs, checkFeasible, Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, InputError, type Placement } from "../netlist/index.js";
import { blockOptionsSchema, judgeOptions } from "./block-options.js";
import { limitsOf } from "./budget.js";
import { clusterOptions, writeClustering } from "./cluster.js";
import { type Score, scoreOf } from "./evaluate.js";
import { METHODS, type Method, type MethodName } from "./methods.js";
import { openPlacingJob } from "./placing-job.js";
import { writeResult } from "./report.js";
import { RunFolder } from "./run-folder.js";
import { parseSettings } from "./settings.js";
import { policyInput, policyOptions } from "./start-policy.js";

export const placeOptionsSchema = blockOptionsSchema.extend({
  ...clusterOptions,
  method: z
    .enum(Object.keys(METHODS) as [MethodName, ...MethodName[]])
    .default("policy")
    .describe("how to place"),
  protocol: z
    .enum(["fd", "free"])
    .default("fd")
    .describe(
      "fd: hard macros on cell centres, soft macros settled by force; free: both anywhere (anneal and pipeline)",
    ),
  budget: z
    .string()
    .optional()
    .describe("wall-clock time, such as 60s or 5m (default 60s if no --iterations)"),
  iterations: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("budget in iterations of the method; reproduces exactly"),
  ...policyOptions,
  finetune: z
    .boolean()
    .default(false)
    .describe("with --policy: go on learning on the block, not only play, as without --policy"),
  workers: z.number().int().min(1).max(64).default(2).describe("worker threads"),
  seed: z.number().int().min(0).default(1).describe("root seed: same seed, same --iterations, same bytes"),
  out: z.string().optional().describe("run folder (default runs/BLOCK/METHOD-sSEED)"),
  resume: z.boolean().default(false).describe("go on from the run folder's last checkpoint"),
  set: z.array(z.string()).default([]).describe("option of the method, as NAME=VALUE; may be repeated"),
});

export type PlaceOptions = z.input<typeof placeOptionsSchema>;
export type ResolvedPlaceOptions = z.output<typeof placeOptionsSchema> & { readonly out: string };

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

/** What a method gives back: its best placement. */
export interface Found {
  readonly placement: Placement;
  readonly costs: Costs;
  readonly iterations: number;
  readonly episodes: number;
}

/** What a method gets to work with. */
export interface MethodContext {
  readonly block: Block;
  readonly judge: Judge;
  readonly options: ResolvedPlaceOptions;
  /** Undefined if only `iterations` counts. */
  readonly seconds: number | undefined;
  readonly run: RunFolder;
  /** One line about how it goes. */
  readonly report: (line: string) => void;
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
  checkMethodOptions(method, parsed);
  const job = await openPlacingJob(path, parsed, report);
  const { block, scored } = job;
  const rules = judgeOptions(parsed);
  const judge = new Judge(Kernels.create(), block, rules);
  checkFeasible(judge);
  if (parsed.protocol === "free" && block.fences)
    throw new InputError(
      block.name,
      `fence '${block.fences[0]!.name}' has macros of its own, which protocol free does not keep inside`,
      "use --protocol fd",
    );
  const options = { ...parsed, out: parsed.out ?? `runs/${block.name}/${parsed.method}-s${parsed.seed}` };
  const inputs = [...job.inputs, ...policyInput(options.policy)];
  const run = await RunFolder.open(options.out, options, inputs, options.resume);
  if (job.clustering) await writeClustering(options.out, job.flat, job.clustering);
  const { columns, rows } = block.grid;
  report(
    `${block.name}: canvas ${block.canvas.width} x ${block.canvas.height} µm, grid ${columns} x ${rows}`,
  );
  return run.whileOpen(async () => {
    const found = await method.run({ block, judge, options, seconds, run, report });
    if (!found)
      throw new InputError(
        block.name,
        "no legal placement was found in the time given",
        "allow a larger --budget or choose another --grid",
      );
    const placement = job.finish(found.placement, rules);
    const scorer = scored === block ? judge : new Judge(Kernels.create(), scored, rules);
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

/** What can be said against the options before a file is read or written. */
function checkMethodOptions(method: Method, options: z.output<typeof placeOptionsSchema>): void {
  parseSettings(method.settings, options.set, {});
  if (!method.protocols.includes(options.protocol))
    throw new InputError(
      "--protocol",
      `method '${options.method}' does not know '${options.protocol}'`,
      `use ${method.protocols.join(" or ")}`,
    );
  if (options.policy !== undefined && !method.policies)
    throw new InputError(
      "--policy",
      `method '${options.method}' plays no policy`,
      "use it with --method policy or pipeline",
    );
  if (options.finetune && options.policy === undefined)
    throw new InputError(
      "--finetune",
      "no --policy to tune",
      "name one, or leave --finetune out: it learns anyway",
    );
  if (options.resume && !method.resumes)
    throw new InputError(
      "--resume",
      `method '${options.method}' leaves no checkpoints to go on from`,
      "start it anew with a larger budget",
    );
}
