// The options of `place`.
import { z } from "zod";
import { blockOptionsSchema } from "./block-options.js";
import { clusterOptions } from "./cluster.js";
import { policyOptions } from "./start-policy.js";

export const METHOD_NAMES = [
  "policy",
  "anneal",
  "pipeline",
  "greedy",
  "mincut",
  "analytic",
  "refine",
  "random",
] as const;

export type MethodName = (typeof METHOD_NAMES)[number];

export const placeOptionsSchema = blockOptionsSchema.extend({
  ...clusterOptions,
  method: z.enum(METHOD_NAMES).default("policy").describe("how to place"),
  protocol: z
    .enum(["fd", "free"])
    .default("fd")
    .describe(
      "fd: hard macros on cell centres, soft macros settled by force; free: both anywhere (anneal and pipeline)",
    ),
  budget: z
    .string()
    .optional()
    .describe("wall-clock time, such as 60s or 5m (default 60s if no --iterations)"),
  iterations: z
    .number()
    .int()
    .min(1)
    .optional()
    .describe("budget in iterations of the method; reproduces exactly"),
  ...policyOptions,
  finetune: z
    .boolean()
    .default(false)
    .describe("with --policy: go on learning on the block, not only play, as without --policy"),
  workers: z.number().int().min(1).max(64).default(2).describe("worker threads"),
  seed: z.number().int().min(0).default(1).describe("root seed: same seed, same --iterations, same bytes"),
  out: z.string().optional().describe("run folder (default runs/BLOCK/METHOD-sSEED)"),
  resume: z.boolean().default(false).describe("go on from the run folder's last checkpoint"),
  set: z.array(z.string()).default([]).describe("option of the method, as NAME=VALUE; may be repeated"),
});

export type PlaceOptions = z.input<typeof placeOptionsSchema>;
export type ResolvedPlaceOptions = z.output<typeof placeOptionsSchema> & { readonly out: string };
