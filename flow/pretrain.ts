// `pretrain`: one policy for many blocks, in a run folder. What it is worth is shown on blocks that it has not seen.
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import { migrated, type OpenPool, oldNamesUnder } from "../placer/index.js";
import {
  evaluatePolicy,
  OLD_NAMES,
  type Policy,
  type PolicyEvaluation,
  policyFiles,
  startPolicy,
  trainInRun,
  writePolicy,
} from "../policy/index.js";
import { readDemonstrations } from "./demonstrations.js";
import { readLearningBlocks } from "./learning-blocks.js";
import {
  queueModeOption,
  queueOption,
  queueTimeoutOption,
  refuseIdleFastMode,
  refuseOwnCodeOnQueue,
  withQueue,
} from "./on-queue.js";
import { budgetOf, budgetOptions, defaultsOf, parseOptions, runOptions, settingsOption } from "./options.js";
import { networkOption, openNetwork } from "./own-module.js";
import { policyOption, trainingProtocolOption } from "./place.js";
import { tellQueue } from "./queue-state.js";
import { runInFolder } from "./run.js";
import { controlOf, interruptedBy, type RunObserver } from "./run-control.js";
import { type RunFolder, refuseTaken } from "./run-folder.js";

const DEFAULT_BUDGET = "30m";

export const pretrainSchema = z.strictObject({
  policy: policyOption,
  network: networkOption,
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
  demonstrations: z
    .string()
    .optional()
    .describe("folder of runs named like the blocks (BLOCK or BLOCK-…), whose placements are imitated"),
  protocol: trainingProtocolOption,
  ...budgetOptions(DEFAULT_BUDGET, 0),
  ...runOptions,
  queue: queueOption,
  queueTimeout: queueTimeoutOption,
  queueMode: queueModeOption,
  out: z.string().default("runs/pretrain").describe("run folder"),
  settings: settingsOption("training setting, as NAME=VALUE, such as learningRate=0.0005; may be repeated"),
});

/** Options that were renamed, old name to new. */
export const PRETRAIN_RENAMED = { teach: "demonstrations" } as const;

export interface PretrainSummary {
  readonly blocks: readonly {
    readonly block: string;
    /** Mean proxy cost of the first iteration that played it, and the best of all. */
    readonly first?: number;
    readonly best?: number;
  }[];
  /** The policy that training began with, and the trained one. */
  readonly held_out: readonly {
    readonly block: string;
    readonly before: PolicyEvaluation;
    readonly after: PolicyEvaluation;
  }[];
  readonly protocol: string;
  readonly iterations: number;
  readonly episodes: number;
  readonly seconds: number;
  readonly seed: number;
  readonly policy: string;
  readonly out: string;
  /** It was asked to stop before its budget was spent. */
  readonly interrupted?: true;
}

export const POLICY_FILE = "policy.safetensors";

/**
 * Trains a policy on the blocks at `paths` and writes `policy.safetensors` for `place --policy`. Throws `InputError` for
 * bad input, a block that cannot be placed, and a held-out block that is trained on.
 */
export async function pretrain(
  paths: readonly string[],
  given: z.input<typeof pretrainSchema>,
  observer: RunObserver = {},
): Promise<PretrainSummary> {
  const control = controlOf(observer);
  const { onProgress, onStart, signal } = control;
  const started = performance.now();
  const options = parseOptions(pretrainSchema, given);
  const { seed, workers, out, resume, force, samples, demonstrations, protocol } = options;
  refuseTaken(out, options);
  const settings = migrated(options.settings, OLD_NAMES, onProgress);
  const { network, ...code } = await openNetwork(options.network);
  const { trainSettings, policy: start } = await startPolicy(options.policy, { settings, seed, network });
  const { blocks, heldOut, files } = await readLearningBlocks(paths, options.heldOut, onProgress);
  const { order } = trainSettings;
  const isOneOrder = order === "area" || order === "connectivity";
  if (demonstrations && !isOneOrder)
    throw new InputError(
      "--set order",
      `${order} does not go with --demonstrations`,
      "choose area or connectivity",
    );
  const elites =
    demonstrations && isOneOrder && (await readDemonstrations(demonstrations, blocks, { order, protocol }));
  const inputs = [...files, ...policyFiles(options.policy), ...code.files];
  const oldNames = {
    ...oldNamesUnder("settings", OLD_NAMES),
    renamed: { ...PRETRAIN_RENAMED, ...oldNamesUnder("settings", OLD_NAMES).renamed },
  };
  const record = { ...options, settings, ...code.record };
  const defaults = defaultsOf(pretrainSchema);
  const spec = { out, options: record, inputs, resume, force, oldNames, defaults };
  refuseOwnCodeOnQueue(options.queue, { "--network": network });
  refuseIdleFastMode(options);
  const work = async (run: RunFolder, openPool: OpenPool | undefined) => {
    onProgress(`${blocks.length} blocks: ${blocks.map(({ name }) => name).join(", ")}`);
    const learner = {
      settings: trainSettings,
      network,
      protocol,
      start: { ...start, ...(elites && { elites }) },
    };
    const job = {
      seed,
      workers,
      openPool,
      budget: budgetOf(options, DEFAULT_BUDGET),
      resume,
      signal,
      onProgress,
    };
    const { state, parameters } = await trainInRun(blocks, run, { ...learner, ...job });
    const policy: Policy = {
      ...(network && { network }),
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
      if (signal?.aborted) break;
      const evaluation = { samples, network, protocol, seed, workers, openPool, signal, onProgress };
      const before = await evaluatePolicy(block, start, { ...evaluation, settings: trainSettings });
      if (signal?.aborted) break;
      const asItIs = { ...trainSettings, initLogitScale: 1 };
      const after = await evaluatePolicy(block, policy, { ...evaluation, settings: asItIs });
      if (signal?.aborted) break; // what is cut short does not count
      held_out.push({ block: block.name, before, after });
      onProgress(
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
      protocol,
      iterations: state.iteration,
      episodes: state.episodes,
      seconds: run.earlierSeconds + (performance.now() - started) / 1000,
      seed,
      policy: run.file(POLICY_FILE),
      out,
      ...interruptedBy(signal),
    };
    await run.writeSummary(summary);
    return summary;
  };
  const { queueTimeout: patienceSeconds, queueMode: mode } = options;
  return withQueue(options.queue, { ...control, patienceSeconds, mode }, (openPool, queue) =>
    runInFolder(spec, (run) => tellQueue(queue, run, () => work(run, openPool)), onStart),
  );
}
