// Settings of training, declared once: name, default, check, and the sentence that help and docs print. What a run is
// allowed to spend (seed, workers, budget) are arguments of `train`, not settings.
import { z } from "zod";
import { BASIC_PLANES, PLANES, STATE_NUMBERS } from "../../env/index.js";
import { InputError } from "../../netlist/index.js";
import { describeIssue, migrated, type OldNames, type Settings } from "../../placer/index.js";
import { NODE_FEATURES } from "../network/graph-input.js";
import { networkConfigSchema } from "../network/parameters.js";

/** Sizes of what this version's observations hold. A checkpoint with others is refused. */
function observationSizes(given: unknown) {
  const { spectral, planes } = z
    .object({ spectral: z.coerce.number().catch(0), planes: z.coerce.number().catch(BASIC_PLANES) })
    .parse(given ?? {});
  return {
    nodeFeatures: NODE_FEATURES + spectral,
    stateFeatures: STATE_NUMBERS,
    planes: planes === PLANES.length ? planes : BASIC_PLANES,
    priorPlane: PLANES.indexOf("prior"),
  };
}

export const networkSettingsSchema = z
  .preprocess(
    (sizes) => ({ ...observationSizes(sizes), ...(sizes as object) }),
    networkConfigSchema.superRefine((config, context) => {
      const expected = observationSizes(config);
      for (const name of ["nodeFeatures", "stateFeatures", "planes"] as const)
        if (config[name] !== expected[name])
          context.addIssue({
            code: "custom",
            path: [name],
            message: `is ${config[name]}, but observations of this version have ${name === "planes" ? `${BASIC_PLANES} or ${PLANES.length}` : expected[name]}`,
          });
    }),
  )
  .prefault({})
  .describe("sizes and parts of the network");

/** Settings that few runs need. They may change or go with any version. */
const experimental = z.strictObject({
  clip: z
    .number()
    .positive()
    .default(0.2)
    .describe(
      "PPO's clipping range of the probability ratio; lower it if `losses/clip_fraction` stays above 0.3",
    ),
  targetKl: z
    .number()
    .positive()
    .default(0.03)
    .describe(
      "divergence at which the updates of an iteration end; raise it if `charts/gradient_steps` stays at one epoch's",
    ),
  valueWeight: z
    .number()
    .min(0)
    .default(0.5)
    .describe(
      "weight of the value loss, which also shapes layers that the logits share; change it only with groupSize 1",
    ),
  gradientNorm: z
    .number()
    .positive()
    .default(0.5)
    .describe("longer gradients are cut to this norm; lower it if training diverges at a small learningRate"),
  shards: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe(
      "parts that a minibatch is divided into for the workers; raise it to the number of workers if that is above 4",
    ),
  elites: z
    .number()
    .int()
    .min(1)
    .max(256)
    .default(16)
    .describe("best episodes of a block that are remembered; lower it if memory runs out"),
  counterfactualSamples: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(6)
    .describe("alternatives that a macro's place is compared with; fewer play faster, more are less noisy"),
  deadEndReward: z
    .number()
    .default(-5)
    .describe(
      "reward, in deviations, of an episode that finds no cell for a macro; lower it if dead ends persist",
    ),
  lambda: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("lambda of generalised advantage estimation, 1 for plain returns; needs groupSize 1"),
  shaping: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "weight of the wirelength that every step pays for at once, 0 to pay at the end only; needs groupSize 1",
    ),
  learningRateHalving: z
    .number()
    .min(0)
    .default(0)
    .describe("iterations in which learningRate halves, 0 for never; 60 to 120 for pretraining over hours"),
  entropyHalving: z
    .number()
    .min(0)
    .default(0)
    .describe("iterations in which entropy halves, 0 for never; use it with a high entropy at the start"),
  network: networkSettingsSchema,
});

export const trainSettingsSchema = z
  .strictObject({
    episodes: z
      .number()
      .int()
      .min(1)
      .default(32)
      .describe("episodes per iteration; raise it, with blocksPerIteration, for training on many blocks"),
    order: z
      .enum(["area", "connectivity", "auto", "both"])
      .default("area")
      .describe(
        "order of the macros: by area, largest first; grown along connections; `auto` tries both and keeps the better one, as `place` and `train` do; `both` alternates and remembers no elites, for a policy that is to know both",
      ),
    groupSize: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe(
        "episodes that begin alike; advantage = reward − mean of the group. Raise it for less noise on many blocks; 1 uses the value head instead",
      ),
    counterfactualWeight: z
      .number()
      .min(0)
      .default(1)
      .describe(
        "weight of each macro's own share of the result in its advantage; 0 plays episodes a fifth faster",
      ),
    eliteShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.5)
      .describe(
        "share of the groups that begin from one of the best episodes with some macros taken off; 0 for pretraining on many blocks",
      ),
    imitation: z
      .number()
      .min(0)
      .default(0.5)
      .describe(
        "weight of imitating the best episodes in the loss; 0 for pretraining, or if the policy settles too early",
      ),
    epochs: z
      .number()
      .int()
      .min(0)
      .default(3)
      .describe("passes over the steps of an iteration; 0 plays without learning"),
    minibatch: z
      .number()
      .int()
      .min(1)
      .default(512)
      .describe(
        "steps per gradient step; lower it for blocks of few macros, so that an epoch has several gradient steps",
      ),
    learningRate: z
      .number()
      .positive()
      .default(4e-3)
      .describe("Adam's step size; lower it if training diverges, and to 0.002 for pretraining"),
    entropy: z
      .number()
      .min(0)
      .default(0.001)
      .describe(
        "weight of the entropy bonus; raise it if training ends because all episodes are the same, and to 0.01 without the prior",
      ),
    initLogitScale: z
      .number()
      .min(0)
      .max(1)
      .default(1)
      .describe(
        "scale on the loaded policy's output layer: 0 for the prior only, 1 for the policy as it is; 0.25 leaves room to explore when it is to learn one block",
      ),
    blocksPerIteration: z
      .number()
      .int()
      .min(1)
      .max(64)
      .default(4)
      .describe(
        "blocks that share the episodes of an iteration, in training on several; raise it with episodes",
      ),
    experimental: experimental.prefault({}).describe("settings that few runs need"),
  })
  .superRefine(({ groupSize, experimental: given }, context) => {
    for (const name of ["lambda", "shaping"] as const)
      if (groupSize > 1 && given[name] !== experimental.shape[name].parse(undefined))
        context.addIssue({
          code: "custom",
          path: ["experimental", name],
          message: "has no effect unless groupSize is 1",
        });
  });

export type TrainSettings = z.output<typeof trainSettingsSchema>;
/** Settings as they are given: every one may be left out. */
export type TrainSettingsInput = z.input<typeof trainSettingsSchema>;

/**
 * Old names of settings and what they are called now, for the command line, settings objects and checkpoints alike. They
 * are read, with a warning, by this version and by no later one. A name of a group stands for all its members.
 */
export const RENAMED: Readonly<Record<string, string>> = {
  group: "groupSize",
  blocks: "blocksPerIteration",
  trust: "initLogitScale",
  creditWeight: "counterfactualWeight",
  creditDraws: "experimental.counterfactualSamples",
  clip: "experimental.clip",
  targetKl: "experimental.targetKl",
  valueWeight: "experimental.valueWeight",
  gradientNorm: "experimental.gradientNorm",
  shards: "experimental.shards",
  elites: "experimental.elites",
  deadEndReward: "experimental.deadEndReward",
  lambda: "experimental.lambda",
  shaping: "experimental.shaping",
  learningRateHalving: "experimental.learningRateHalving",
  entropyHalving: "experimental.entropyHalving",
  network: "experimental.network",
};

/** Settings that went because nothing measured spoke for them, and the value that says what training does now. */
const REMOVED: Readonly<Record<string, unknown>> = { freeze: "nothing", sampling: "even" };

/** Names of settings that this version still reads. */
export const OLD_NAMES: OldNames = { renamed: RENAMED, removed: REMOVED };

/** Settings with their names of today; see `migrated`. */
export function migrateSettings(given: Settings, onWarning: (line: string) => void): Settings {
  return migrated(given, OLD_NAMES, onWarning);
}

/**
 * Checks settings and fills in the defaults. Old names are read, with a line to `onWarning` for each. Throws
 * `InputError` for a name that is not known and a value out of range.
 */
export function parseTrainSettings(
  values: Settings | TrainSettingsInput = {},
  onWarning: (line: string) => void = () => {},
): TrainSettings {
  const today = migrateSettings(values as Settings, onWarning);
  const found = trainSettingsSchema.safeParse(today);
  if (found.success) return found.data;
  const { path, problem, remedy } = describeIssue(trainSettingsSchema, today, found.error.issues[0]!);
  throw new InputError(
    path.length > 0 ? `setting ${path.join(".")}` : "settings",
    problem,
    remedy ?? "see docs/training.md",
  );
}
