// `pretrain`: one policy for many blocks, in a run folder. What it is worth is shown on blocks that it has not seen.
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import { evaluatePolicy, type Policy, type PolicyEvaluation, writePolicy } from "../policy/index.js";
import { limitsOf } from "./budget.js";
import { readDemonstrations } from "./demonstrations.js";
import { readLearningBlocks } from "./learning-blocks.js";
import { RunFolder } from "./run-folder.js";
import { policyInput, policyOptions, startPolicy } from "./start-policy.js";
import { trainInFolder } from "./train.js";

export const pretrainSchema = z.strictObject({
  ...policyOptions,
  heldOut: z
    .array(z.string())
    .default([])
    .describe("block that is not trained on, to be played at the end; may be repeated"),
  samples: z
    .number()
    .int()
    .min(1)
    .max(1024)
    .default(16)
    .describe("episodes played on each held-out block, the first of them greedy"),
  teach: z
    .string()
    .optional()
    .describe("folder of runs named like the blocks (BLOCK or BLOCK-…), whose placements are imitated"),
  budget: z
    .string()
    .optional()
    .describe("wall-clock time, such as 10m or 1h (default 30m if no --iterations)"),
  iterations: z.number().int().min(0).optional().describe("budget in iterations; reproduces exactly"),
  workers: z.number().int().min(1).max(64).default(2).describe("worker threads"),
  seed: z.number().int().min(0).default(1).describe("root seed"),
  out: z.string().default("runs/pretrain").describe("run folder"),
  resume: z.boolean().default(false).describe("go on from the run folder's last checkpoint"),
  set: z
    .array(z.string())
    .default([])
    .describe("training option, as NAME=VALUE, such as learningRate=0.0005"),
});

export interface PretrainSummary {
  readonly blocks: readonly {
    readonly block: string;
    /** Mean proxy cost of the first iteration that played it, and the best of all. */
    readonly first?: number;
    readonly best?: number;
  }[];
  /** The trained policy beside the one that training began with. */
  readonly held_out: readonly {
    readonly block: string;
    readonly before: PolicyEvaluation;
    readonly after: PolicyEvaluation;
  }[];
  readonly iterations: number;
  readonly episodes: number;
  readonly seconds: number;
  readonly seed: number;
  readonly policy: string;
  readonly out: string;
}

const DEFAULT_SECONDS = 1800;
export const POLICY_FILE = "policy.safetensors";

/**
 * Trains a policy on the blocks at `paths` and writes `policy.safetensors` for `place --policy`. Throws `InputError` for
 * bad input, a block that cannot be placed, and a held-out block that is trained on.
 */
export async function pretrain(
  paths: readonly string[],
  given: z.input<typeof pretrainSchema>,
  report: (line: string) => void = () => {},
): Promise<PretrainSummary> {
  const started = performance.now();
  const options = pretrainSchema.parse(given);
  const { seed, workers, out } = options;
  const { trainSettings, policy: start } = await startPolicy(options.policy, options.set, {
    seed,
    onWarning: report,
  });
  const { blocks, heldOut, files } = await readLearningBlocks(paths, options.heldOut, report);
  const { order } = trainSettings;
  const isOneOrder = order === "area" || order === "connectivity";
  if (options.teach && !isOneOrder)
    throw new InputError(
      "--set order",
      `${order} goes with no demonstrations`,
      "choose area or connectivity",
    );
  const elites = options.teach && isOneOrder && (await readDemonstrations(options.teach, blocks, order));
  const run = await RunFolder.open(out, options, [...files, ...policyInput(options.policy)], options.resume);
  report(`${blocks.length} blocks: ${blocks.map(({ name }) => name).join(", ")}`);
  return run.whileOpen(async () => {
    const begin = { ...start, ...(elites && { elites }) };
    const { state, parameters } = await trainInFolder(blocks, run, {
      settings: trainSettings,
      seed,
      workers,
      budget: limitsOf(options, DEFAULT_SECONDS),
      resume: options.resume,
      start: begin,
      onProgress: report,
    });
    const policy: Policy = {
      config: trainSettings.experimental.network,
      parameters,
      notes: {
        blocks: blocks.map(({ name }) => name).join(" "),
        iterations: String(Number(start?.notes.iterations ?? 0) + state.iteration),
      },
    };
    await writePolicy(run.file(POLICY_FILE), policy);
    const held_out: PretrainSummary["held_out"][number][] = [];
    for (const block of heldOut) {
      const evaluation = { samples: options.samples, seed, workers, onProgress: report };
      const before = await evaluatePolicy(block, start, { ...evaluation, settings: trainSettings });
      const asItIs = { ...trainSettings, initLogitScale: 1 };
      const after = await evaluatePolicy(block, policy, { ...evaluation, settings: asItIs });
      held_out.push({ block: block.name, before, after });
      report(
        `${block.name}, not trained on: mean ${before.mean.toFixed(4)} before, ${after.mean.toFixed(4)} now`,
      );
    }
    const summary: PretrainSummary = {
      blocks: blocks.map(({ name }, index) => {
        const { scale, best } = state.blocks[index]!;
        return {
          block: name,
          ...(scale && { first: scale.mean }),
          ...(best && { best: best.costs.proxyCost }),
        };
      }),
      held_out,
      iterations: state.iteration,
      episodes: state.episodes,
      seconds: (performance.now() - started) / 1000,
      seed,
      policy: run.file(POLICY_FILE),
      out,
    };
    await run.writeJson("summary.json", summary);
    return summary;
  });
}
