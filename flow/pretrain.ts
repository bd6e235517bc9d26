// `pretrain`: one policy for many blocks, in a run folder. What it is worth is shown on blocks that it has not seen.
import { z } from "zod";
import { type Block, InputError, isInputError } from "../netlist/index.js";
import {
  type IterationMetrics,
  type Policy,
  type TrainOptions,
  train,
  writePolicy,
} from "../policy/index.js";
import { limitsOf } from "./budget.js";
import { readTeachers } from "./demonstrations.js";
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

/** Costs of a few episodes of a policy that does not learn meanwhile. */
export interface Rehearsal {
  readonly mean: number;
  readonly best: number;
}

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
    readonly before: Rehearsal;
    readonly after: Rehearsal;
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
  const { trainOptions, policy: start } = await startPolicy(options.policy, options.set, {
    seed,
    workers,
    ...limitsOf(options, DEFAULT_SECONDS),
  });
  const { blocks, heldOut, files } = await readLearningBlocks(paths, options.heldOut, report);
  const { order } = trainOptions;
  const isOneOrder = order === "area" || order === "connectivity";
  if (options.teach && !isOneOrder)
    throw new InputError("--set order", `${order} goes with no teachers`, "choose area or connectivity");
  const elites = options.teach && isOneOrder && (await readTeachers(options.teach, blocks, order));
  const run = await RunFolder.open(out, options, [...files, ...policyInput(options.policy)], options.resume);
  report(`${blocks.length} blocks: ${blocks.map(({ name }) => name).join(", ")}`);
  return run.whileOpen(async () => {
    const begin = { ...start, ...(elites && { elites }) };
    const trained = await trainInFolder(blocks, trainOptions, run, options.resume, undefined, report, begin);
    const { state, parameters } = trained;
    const policy: Policy = {
      config: trainOptions.network,
      parameters,
      notes: {
        blocks: blocks.map(({ name }) => name).join(" "),
        iterations: String(Number(start?.notes.iterations ?? 0) + state.iteration),
      },
    };
    await writePolicy(run.file(POLICY_FILE), policy);
    const held_out: PretrainSummary["held_out"][number][] = [];
    for (const block of heldOut) {
      const before = await rehearse(block, trainOptions, options.samples, start, report);
      const after = await rehearse(block, { ...trainOptions, trust: 1 }, options.samples, policy, report);
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

/** Episodes that are held in memory at once. */
const MOST_AT_ONCE = 32;

/**
 * Plays episodes from an empty canvas without learning; from scratch if there is no policy. At least `samples`: more
 * than fit into memory are played in equal parts. NaN if they are all dead ends.
 */
async function rehearse(
  block: Block,
  options: TrainOptions,
  samples: number,
  policy: Policy | undefined,
  report: (line: string) => void,
): Promise<Rehearsal> {
  const { seconds: _, ...unlimited } = options;
  const iterations = Math.ceil(samples / MOST_AT_ONCE);
  const episodes = Math.ceil(samples / iterations);
  const still: TrainOptions = { ...unlimited, iterations, episodes, epochs: 0, eliteShare: 0 };
  const lines: IterationMetrics[] = [];
  try {
    await train([block], still, { onIteration: (metrics) => void lines.push(metrics) }, policy);
  } catch (error) {
    if (!isInputError(error)) throw error;
    report(error.message); // such as no complete episode in many: what is trained is kept all the same
  }
  const known = lines.filter((line) => Number.isFinite(line["cost/proxy"]));
  const mean = known.reduce((sum, line) => sum + line["cost/proxy"], 0) / known.length;
  return { mean, best: known.at(-1)?.["cost/best"] ?? Number.NaN };
}
