// `pretrain --reward-model`: a data set of placements of several blocks, a model that foretells their costs, and how
// well it orders placements that it has not seen, of these blocks and of others.
import { z } from "zod";
import type { Block } from "../netlist/index.js";
import { InputError, isFile, writeFileAtomically } from "../netlist/index.js";
import { checkWith, type OpenPool } from "../placer/index.js";
import {
  buildRewardData,
  encoderFrom,
  fitLinear,
  graphInput,
  isHeldOut,
  LATEST_CHECKPOINT,
  LENGTH_NUMBERS,
  networkSettingsSchema,
  type Policy,
  policyFiles,
  REWARD_LABELS,
  REWARD_NUMBERS,
  type RewardBlock,
  type RewardData,
  type RewardFitOptions,
  RewardModel,
  type RewardScore,
  readRewardModel,
  rewardBlock,
  scoreBlock,
  startPolicy,
  type Taus,
  writePolicy,
  writeRewardModel,
} from "../policy/index.js";
import { readLearningBlocks } from "./learning-blocks.js";
import { queueOption, withQueue } from "./on-queue.js";
import { defaultsOf, parseOptions, runOptions, settingsOption } from "./options.js";
import { predictionScatter } from "./prediction-scatter.js";
import { runInFolder } from "./run.js";
import { controlOf, interruptedBy, type RunObserver } from "./run-control.js";
import { type RunFolder, refuseTaken } from "./run-folder.js";

export const rewardModelSchema = z.strictObject({
  heldOut: z
    .array(z.string())
    .default([])
    .describe("block that is not learnt from, to be scored at the end; may be repeated"),
  placements: z
    .number()
    .int()
    .min(100)
    .max(1_000_000)
    .default(10_000)
    .describe("placements of all blocks together; of a held-out one as many as of each, at most 500"),
  epochs: z.number().int().min(0).max(10_000).default(15).describe("passes over the placements"),
  samplePolicy: z
    .array(z.string())
    .default([])
    .describe("file of a policy that plays some of the placements; may be repeated"),
  data: z.string().optional().describe("folder of the placements (default: data in the run folder)"),
  ...runOptions,
  queue: queueOption,
  out: z.string().default("runs/pretrain").describe("run folder"),
  settings: settingsOption("setting of fitting, as NAME=VALUE, such as learningRate=0.001; may be repeated"),
});

/** Options that were renamed, old name to new. */
export const REWARD_MODEL_RENAMED = { player: "samplePolicy" } as const;

export const rewardFitSchema = z.strictObject({
  minibatch: z.number().int().min(1).default(32).describe("placements per gradient step"),
  learningRate: z
    .number()
    .positive()
    .default(0.003)
    .describe("Adam's first step size; falls to 0 as a cosine"),
  hidden: z.number().int().min(4).multipleOf(4).default(64).describe("width of the head's hidden layer"),
  numbers: z
    .boolean()
    .default(true)
    .describe("false: the graph alone, without the numbers that describe the placement as a whole"),
  network: networkSettingsSchema,
});

/** Scores of a block's placements that were not learnt from. */
export interface BlockScore extends RewardScore {
  readonly block: string;
}

export interface RewardModelSummary {
  readonly blocks: readonly BlockScore[];
  readonly held_out: readonly BlockScore[];
  readonly placements: number;
  readonly epochs: number;
  readonly parameters: number;
  readonly seed: number;
  readonly model: string;
  readonly policy: string;
  readonly out: string;
  /** It was asked to stop before the last epoch. */
  readonly interrupted?: true;
  /** Mean over the blocks of Kendall's tau, placements of the blocks trained on. */
  readonly [mean: `tau_${string}`]: number;
}

/** Placements of a held-out block: enough for a tau within some hundredths. */
const MOST_HELD_OUT = 500;
/** So few that two are held out. */
const FEWEST_PER_BLOCK = 20;

export const REWARD_MODEL_FILE = "reward.safetensors";
export const SCATTER_FILE = "scatter.svg";
export const ENCODER_FILE = "policy.safetensors";

/**
 * Builds the data set, fits the model and scores it; writes `reward.safetensors`, `policy.safetensors`, a policy
 * that begins with its encoder, and `scatter.svg`. Throws `InputError` for bad input and blocks that cannot be placed.
 */
export async function pretrainRewardModel(
  paths: readonly string[],
  given: z.input<typeof rewardModelSchema>,
  observer: RunObserver = {},
): Promise<RewardModelSummary> {
  const control = controlOf(observer);
  const { onProgress, onStart, signal } = control;
  const options = parseOptions(rewardModelSchema, given);
  const { seed, epochs, out, resume, force, samplePolicy } = options;
  refuseTaken(out, options);
  const fit = checkWith(rewardFitSchema, options.settings, "--set");
  if (!fit.network.encoder)
    throw new InputError("--set network.encoder", "false, but the encoder is what is trained");
  if (fit.network.live)
    throw new InputError(
      "--set network.live",
      "true, but a reward model sees finished placements",
      "leave it out",
    );
  const { blocks, heldOut, files } = await readLearningBlocks(paths, options.heldOut, onProgress);
  const policies: Policy[] = [];
  for (const name of samplePolicy) {
    const { policy } = await startPolicy(name);
    if (!policy) throw new InputError("--sample-policy", `'${name}' plays nothing`, "name a policy's file");
    policies.push(policy);
  }
  const inputs = [...files, ...samplePolicy.flatMap(policyFiles)];
  return runInFolder(
    {
      ...{ out, options, inputs, resume, force },
      oldNames: { renamed: REWARD_MODEL_RENAMED },
      defaults: defaultsOf(rewardModelSchema),
    },
    async (run) => {
      const all = [...blocks, ...heldOut];
      const drawing = { options, policies, run, signal, onProgress };
      const data = await withQueue(options.queue, control, (openPool) =>
        drawData(all, blocks.length, { ...drawing, openPool }),
      );
      const prepared = all.map((block, index) =>
        rewardBlock(graphInput(block, fit.network.spectral), data[index]!),
      );
      const known = prepared.slice(0, blocks.length);
      const fitted = { run, blocks: known, fit: { ...fit, seed, epochs } };
      const model = await startModel(fitted, resume);
      const linear = {
        lengths: fitLinear(known, LENGTH_NUMBERS.length),
        all: fitLinear(known, REWARD_NUMBERS.length),
      };
      const score = (index: number): BlockScore => {
        const block = prepared[index]!;
        const unseen = index >= blocks.length;
        const indices = [...block.labels.keys()].filter((sample) => unseen || isHeldOut(sample));
        return { block: all[index]!.name, ...scoreBlock({ block, indices }, model, linear) };
      };
      await fitModel(model, fitted, { score, signal, onProgress });
      const checkpoint = {
        config: model.config,
        state: model.state(),
        notes: { blocks: blocks.map(({ name }) => name).join(" ") },
      };
      await writeRewardModel(run.file(REWARD_MODEL_FILE), checkpoint);
      await writePolicy(run.file(ENCODER_FILE), encoderFrom(checkpoint, seed));
      const scatter = predictionScatter(model, known, prepared.slice(blocks.length));
      await writeFileAtomically(run.file(SCATTER_FILE), scatter);
      const scores = all.map((_, index) => score(index));
      for (const { block, model: taus, linearLengths } of scores)
        onProgress(`${block}  model ${describe(taus)}  linear on wirelengths ${describe(linearLengths)}`);
      const means = meanTaus(scores.slice(0, blocks.length));
      const summary: RewardModelSummary = {
        blocks: scores.slice(0, blocks.length),
        held_out: scores.slice(blocks.length),
        placements: known.reduce((sum, { labels }) => sum + labels.length, 0),
        epochs: model.epoch,
        parameters: model.parameters.length,
        seed,
        model: run.file(REWARD_MODEL_FILE),
        policy: run.file(ENCODER_FILE),
        out,
        ...Object.fromEntries(REWARD_LABELS.map((label) => [`tau_${label}`, means[label]])),
        ...interruptedBy(signal),
      };
      await run.writeSummary(summary);
      return summary;
    },
    onStart,
  );
}

interface Drawing {
  readonly options: z.output<typeof rewardModelSchema>;
  readonly policies: readonly Policy[];
  readonly run: RunFolder;
  readonly openPool: OpenPool | undefined;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (line: string) => void;
}

/** Placements of all blocks, the first `learned` of which the model learns from. */
async function drawData(
  blocks: readonly Block[],
  learned: number,
  { options, policies, run, openPool, signal, onProgress }: Drawing,
): Promise<RewardData[]> {
  const { placements, seed, workers } = options;
  const perBlock = Math.max(FEWEST_PER_BLOCK, Math.round(placements / learned));
  const started = performance.now();
  return buildRewardData(blocks, {
    folder: options.data ?? run.file("data"),
    seed,
    counts: blocks.map((_, index) => (index < learned ? perBlock : Math.min(perBlock, MOST_HELD_OUT))),
    workers,
    openPool,
    policies,
    onShard: (done, total) => {
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      onProgress(`placements  ${done} of ${total} shards  ${seconds} s`);
      if (signal?.aborted && done < total)
        throw new InputError(
          run.path,
          `stopped with ${done} of ${total} shards of placements, which are kept`,
          "continue with --resume",
        );
    },
  });
}

type Fit = z.output<typeof rewardFitSchema> & RewardFitOptions;

interface Fitting {
  readonly run: RunFolder;
  readonly blocks: readonly RewardBlock[];
  readonly fit: Fit;
}

/** A fresh model, or with `resume` the one of the folder's last epoch. */
async function startModel({ run, blocks, fit }: Fitting, resume: boolean): Promise<RewardModel> {
  const { network, hidden, numbers } = fit;
  const path = run.file(LATEST_CHECKPOINT);
  if (resume && isFile(path)) {
    const { config, state, notes } = await readRewardModel(path);
    if (notes.options !== JSON.stringify(fit))
      throw new InputError(
        path,
        `was fitted with other options (${notes.options})`,
        "resume with the same ones, or choose another --out",
      );
    await run.continueAfter(state.epoch);
    return new RewardModel(config, state);
  }
  if (resume) await run.continueAfter(0);
  return RewardModel.start({ network, hidden, numbers }, fit.seed, blocks);
}

/** The epochs that are left, each with its line of metrics and its checkpoint. */
async function fitModel(
  model: RewardModel,
  { run, blocks, fit }: Fitting,
  {
    score,
    signal,
    onProgress,
  }: {
    readonly score: (index: number) => BlockScore;
    readonly signal: AbortSignal | undefined;
    readonly onProgress: (line: string) => void;
  },
): Promise<void> {
  const started = performance.now();
  while (model.epoch < fit.epochs && !signal?.aborted) {
    const error = model.runEpoch(blocks, fit);
    const taus = meanTaus(blocks.map((_, index) => score(index)));
    run.appendMetrics({
      iteration: model.epoch,
      seconds: (performance.now() - started) / 1000,
      "losses/squared_error": error,
      ...Object.fromEntries(REWARD_LABELS.map((label) => [`tau/${label}`, taus[label]])),
    });
    await writeRewardModel(run.file(LATEST_CHECKPOINT), {
      config: model.config,
      state: model.state(),
      notes: { options: JSON.stringify(fit) },
    });
    onProgress(
      `epoch ${model.epoch} of ${fit.epochs}  squared error ${error.toFixed(4)}  held-out placements ${describe(taus)}`,
    );
  }
}

/** Mean over blocks. */
function meanTaus(scores: readonly BlockScore[]): Taus {
  return Object.fromEntries(
    REWARD_LABELS.map((label) => [
      label,
      scores.reduce((sum, { model }) => sum + model[label], 0) / scores.length,
    ]),
  ) as unknown as Taus;
}

function describe(taus: Taus): string {
  return REWARD_LABELS.map((label) => `${label} ${taus[label].toFixed(3)}`).join(" ");
}
