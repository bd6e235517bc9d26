// `train`: a policy for one block, in a run folder.
import { z } from "zod";
import { migrated, oldNamesUnder } from "../placer/index.js";
import { LATEST_CHECKPOINT, OLD_NAMES, policyFiles, startPolicy, trainInRun } from "../policy/index.js";
import { blockOptionsSchema } from "./block-options.js";
import { clusterOptions } from "./cluster.js";
import type { Score } from "./evaluate.js";
import type { FlatCosts } from "./flat-output.js";
import {
  queueModeOption,
  queueOption,
  queueTimeoutOption,
  refuseIdleFastMode,
  refuseOwnCodeOnQueue,
} from "./on-queue.js";
import { budgetOf, budgetOptions, parseOptions, runOptions, settingsOption } from "./options.js";
import { costTermOptions, networkOption, openNetwork } from "./own-module.js";
import { policyOption, trainingProtocolOption } from "./place.js";
import { runOnBlock } from "./run.js";
import { controlOf, type RunObserver } from "./run-control.js";

const DEFAULT_BUDGET = "10m";

export const trainCommandSchema = blockOptionsSchema.extend({
  ...clusterOptions,
  ...costTermOptions,
  protocol: trainingProtocolOption,
  ...budgetOptions(DEFAULT_BUDGET, 0),
  policy: policyOption,
  network: networkOption,
  ...runOptions,
  queue: queueOption,
  queueTimeout: queueTimeoutOption,
  queueMode: queueModeOption,
  out: z.string().optional().describe("run folder (default runs/BLOCK/train-sSEED)"),
  settings: settingsOption("training setting, as NAME=VALUE, such as learningRate=0.0005; may be repeated"),
});

export interface TrainSummary extends Partial<Score> {
  /** As in the summary of `place`. */
  readonly flat?: FlatCosts;
  readonly block: string;
  readonly protocol: string;
  readonly iterations: number;
  readonly episodes: number;
  readonly seconds: number;
  readonly seed: number;
  /** Undefined if no iteration was done. */
  readonly checkpoint?: string;
  readonly out: string;
}

/** Trains a policy on the block at `path`. Throws `InputError` for bad input and blocks that cannot be placed. */
export async function trainCommand(
  path: string,
  given: z.input<typeof trainCommandSchema>,
  observer: RunObserver = {},
): Promise<TrainSummary> {
  const control = controlOf(observer);
  const { onProgress, signal } = control;
  const options = parseOptions(trainCommandSchema, given);
  const { seed, workers, resume, protocol } = options;
  const migratedSettings = migrated(options.settings, OLD_NAMES, onProgress);
  const { network, ...code } = await openNetwork(options.network);
  const { trainSettings, policy: start } = await startPolicy(options.policy, {
    settings: migratedSettings,
    base: { order: "auto" },
    seed,
    network,
    learnsBlock: true,
  });
  refuseOwnCodeOnQueue(options.queue, { "--network": network, "--cost-term": options.costTerms });
  refuseIdleFastMode(options);
  return runOnBlock(path, {
    name: `train-s${seed}`,
    options,
    schema: trainCommandSchema,
    record: { settings: migratedSettings, ...code.record },
    inputs: [...policyFiles(options.policy), ...code.files],
    oldNames: oldNamesUnder("settings", OLD_NAMES),
    control,
    async work({ block, rules, run, openPool }) {
      const learner = { settings: trainSettings, network, rules, protocol, start };
      const budget = budgetOf(options, DEFAULT_BUDGET);
      const { state } = await trainInRun([block], run, {
        ...learner,
        seed,
        workers,
        openPool,
        budget,
        resume,
        signal,
        onProgress,
      });
      const { iteration: iterations, episodes } = state;
      const checkpoint = iterations > 0 && { checkpoint: run.file(LATEST_CHECKPOINT) };
      return { best: state.blocks[0]!.best, found: { protocol, iterations, episodes, seed, ...checkpoint } };
    },
  });
}
