// Options of training, declared once: name, default, check and the sentence that help and docs print.
import { z } from "zod";
import { PLANES, STATE_NUMBERS } from "../env/index.js";
import { NODE_FEATURES } from "./graph-input.js";
import { networkConfigSchema } from "./network-config.js";

/** What this version's observations have; a checkpoint of another version is refused by it. */
const OBSERVATION = {
  nodeFeatures: NODE_FEATURES,
  stateFeatures: STATE_NUMBERS,
  planes: PLANES.length,
  priorPlane: PLANES.indexOf("prior"),
} as const;

export const trainOptionsSchema = z.strictObject({
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
  group: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe(
      "episodes that begin alike, whose mean reward is what each is compared with; 1: with the value",
    ),
  creditWeight: z
    .number()
    .min(0)
    .default(1)
    .describe("weight of each macro's own share of the result beside the episode's reward"),
  creditDraws: z
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
  elites: z.number().int().min(1).max(256).default(8).describe("best episodes that are remembered"),
  epochs: z.number().int().min(1).default(3).describe("passes over the episodes of an iteration"),
  minibatch: z.number().int().min(1).default(512).describe("steps per gradient step"),
  shards: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(4)
    .describe("parts that a minibatch is divided into for the workers"),
  learningRate: z.number().positive().default(4e-3).describe("Adam's step size"),
  clip: z.number().positive().default(0.2).describe("PPO's clipping range of the probability ratio"),
  entropy: z.number().min(0).default(0.001).describe("weight of the entropy bonus"),
  valueWeight: z.number().min(0).default(0.5).describe("weight of the value loss"),
  gradientNorm: z.number().positive().default(0.5).describe("largest norm of a gradient step"),
  lambda: z
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("lambda of the advantage estimation; 1 is plain returns"),
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
      (sizes) => ({ ...OBSERVATION, ...(sizes as object) }),
      networkConfigSchema.superRefine((config, context) => {
        for (const name of ["nodeFeatures", "stateFeatures", "planes"] as const)
          if (config[name] !== OBSERVATION[name])
            context.addIssue({
              code: "custom",
              path: [name],
              message: `is ${config[name]}, but observations of this version have ${OBSERVATION[name]}`,
            });
      }),
    )
    .prefault({})
    .describe("sizes and parts of the network"),
});

export type TrainOptions = z.infer<typeof trainOptionsSchema>;
