// The methods of `place`, by name.
import { migrateSettings, trainSettingsSchema } from "../policy/index.js";
import type { Method } from "./method.js";
import { annealSettingsSchema, placeByAnneal } from "./place-by-anneal.js";
import { migratePipeline, pipelineSettingsSchema, placeByPipeline, settingsOf } from "./place-by-pipeline.js";
import { openPolicy, placeByPolicy } from "./place-by-policy.js";
import { restartMethod } from "./place-by-restarts.js";
import type { MethodName } from "./place-options.js";

export const METHODS = {
  policy: {
    protocols: ["fd"],
    settings: trainSettingsSchema,
    migrate: (values) => migrateSettings(values, () => {}),
    policies: true,
    check: (options) => openPolicy(options),
    run: placeByPolicy,
  },
  anneal: { protocols: ["fd", "free"], settings: annealSettingsSchema, run: placeByAnneal },
  pipeline: {
    protocols: ["fd", "free"],
    settings: pipelineSettingsSchema,
    migrate: migratePipeline,
    policies: true,
    check: (options) => openPolicy({ ...options, set: settingsOf("policy", options.set) }),
    run: placeByPipeline,
  },
  greedy: restartMethod("greedy"),
  mincut: restartMethod("mincut"),
  analytic: restartMethod("analytic"),
  refine: restartMethod("refine"),
  random: restartMethod("random"),
} as const satisfies Record<MethodName, Method>;
