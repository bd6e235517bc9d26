// The methods of `place`, by name.
import type { z } from "zod";
import { trainOptionsSchema } from "../policy/index.js";
import type { Found, MethodContext } from "./place.js";
import { annealSettingsSchema, placeByAnneal } from "./place-by-anneal.js";
import { pipelineSettingsSchema, placeByPipeline } from "./place-by-pipeline.js";
import { placeByPolicy } from "./place-by-policy.js";
import { restartMethod } from "./place-by-restarts.js";

export interface Method {
  readonly protocols: readonly ("fd" | "free")[];
  /** What `--set` may name. */
  readonly settings: z.ZodType;
  /** Whether it plays a policy, so that one can be given. */
  readonly policies?: boolean;
  /** Whether it leaves checkpoints that `--resume` goes on from. */
  readonly resumes: boolean;
  /** Runs until its budget is spent; undefined if it found no legal placement. */
  readonly run: (context: MethodContext) => Promise<Found | undefined>;
}

export const METHODS = {
  policy: {
    protocols: ["fd"],
    settings: trainOptionsSchema,
    policies: true,
    resumes: true,
    run: placeByPolicy,
  },
  anneal: { protocols: ["fd", "free"], settings: annealSettingsSchema, resumes: true, run: placeByAnneal },
  pipeline: {
    protocols: ["fd", "free"],
    settings: pipelineSettingsSchema,
    policies: true,
    resumes: true,
    run: placeByPipeline,
  },
  greedy: restartMethod("greedy"),
  mincut: restartMethod("mincut"),
  analytic: restartMethod("analytic"),
  refine: restartMethod("refine"),
  random: restartMethod("random"),
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;
