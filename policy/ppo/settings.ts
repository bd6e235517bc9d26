// Options of training, declared once: name, default, check and the sentence that help and docs print.
import { z } from "zod";
import { BASIC_PLANES, PLANES, STATE_NUMBERS } from "../../env/index.js";
import { NODE_FEATURES } from "../network/graph-input.js";
import { networkConfigSchema } from "../network/network-config.js";

/** What this version's observations have; a checkpoint of another version is refused by it. */
function observation(sizes: unknown) {
  const { spectral, planes } = z
    .object({ spectral: z.coerce.number().catch(0), planes: z.coerce.number().catch(BASIC_PLANES) })
    .parse(sizes ?? {});
  return {
    nodeFeatures: NODE_FEATURES + spectral,
    stateFeatures: STATE_NUMBERS,
    planes: planes === PLANES.length ? planes : BASIC_PLANES,
    priorPlane: PLANES.indexOf("prior"),
  };
}

const options = z.strictObject({
  seed: z.number().int().min(0).default(1).describe("root seed; every random stream is derived from it"),
  workers: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(2)
    .describe("worker threads; any number gives the same bytes"),
  seconds: z
    .number()
    .positive()
    .optional()
    .describe("wall-clock budget; training ends after the iteration it cuts"),
  iterations: z.number().int().min(0).optional().describe("iteration budget; reproduces exactly"),
  episodes: z.number().int().min(1).default(32).describe("episodes per iteration"),
  order: z
    .enum(["area", "connectivity", "auto", "both"])
    .default("area")
    .describe(
      "macros by area, the largest first, or grown along connections; auto tries both, which place and train do, and keeps one; both: by turns, without what is remembered of the best episodes",
    ),
  group: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe(
      "episodes that begin alike, whose mean reward is what each is compared with; 1: with the value",
    ),
  counterfactualWeight: z
    .number()
    .min(0)
    .default(1)
    .describe("weight of each macro's own share of the result beside the episode's reward"),
  counterfactualSamples: z
    .number()
    .int()
    .min(1)
    .max(100)
    .default(6)
    .describe("places elsewhere that a macro's own is compared with"),
  eliteShare: z
    .number()
    .min(0)
    .max(1)
    .default(0.5)
    .describe("share of the groups that begin with macros placed as in one of the best episodes so far"),
  imitation: z
    .number()
    .min(0)
    .default(0.5)
    .describe(
      "weight of the log-probability of the best episodes' steps in the loss; 0: only what was just played",
    ),
  elites: z.number().int().min(1).max(256).default(16).describe("best episodes that are remembered"),
  blocks: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe("blocks that share the episodes of an iteration, if training is on several"),
  sampling: z
    .enum(["even", "macros"])
    .default("even")
    .describe("how these are drawn: all alike, or by their numbers of macros"),
  trust: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe(
      "how much counts of what a policy to start with has learned, beside the prior; 0.25 if it is to learn one block",
    ),
  freeze: z
    .enum(["nothing", "encoder"])
    .default("nothing")
    .describe("which part of the network stays as it began"),
  epochs: z
    .number()
    .int()
    .min(0)
    .default(3)
    .describe("passes over the episodes of an iteration; 0: nothing is learned"),
  minibatch: z.number().int().min(1).default(512).describe("steps per gradient step"),
  shards: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe("parts that a minibatch is divided into for the workers"),
  learningRate: z.number().positive().default(4e-3).describe("Adam's step size"),
  learningRateHalving: z
    .number()
    .min(0)
    .default(0)
    .describe("iterations in which it falls to half; 0: it stays"),
  clip: z.number().positive().default(0.2).describe("PPO's clipping range of the probability ratio"),
  entropy: z.number().min(0).default(0.001).describe("weight of the entropy bonus"),
  entropyHalving: z
    .number()
    .min(0)
    .default(0)
    .describe("iterations in which that weight falls to half; 0: it stays"),
  valueWeight: z.number().min(0).default(0.5).describe("weight of the value loss"),
  gradientNorm: z.number().positive().default(0.5).describe("largest norm of a gradient step"),
  lambda: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("lambda of the advantage estimation; 1 is plain returns; needs group 1"),
  shaping: z
    .number()
    .min(0)
    .default(0)
    .describe(
      "weight of the wirelength that every step pays for at once; 0: only the end pays; needs group 1",
    ),
  targetKl: z
    .number()
    .positive()
    .default(0.03)
    .describe("an iteration's updates stop beyond this divergence"),
  deadEndReward: z
    .number()
    .default(-5)
    .describe("reward, in standard deviations, of an episode that finds no cell"),
  network: z
    .preprocess(
      (sizes) => ({ ...observation(sizes), ...(sizes as object) }),
      networkConfigSchema.superRefine((config, context) => {
        const expected = observation(config);
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
    .describe("sizes and parts of the network"),
});

/** What the value network is for counts only without groups. */
const OF_VALUES = ["lambda", "shaping"] as const;

export const trainOptionsSchema = options.superRefine((given, context) => {
  for (const name of OF_VALUES)
    if (given.group > 1 && given[name] !== options.shape[name].parse(undefined))
      context.addIssue({ code: "custom", path: [name], message: "has no effect unless group=1" });
});

export type TrainOptions = z.infer<typeof trainOptionsSchema>;
