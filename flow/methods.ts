// The methods of `place`, by name.
import { z } from "zod";
import { trainOptionsSchema } from "../policy/index.js";
import type { Found, MethodContext } from "./place.js";
import { placeAtRandom } from "./place-at-random.js";
import { annealSettingsSchema, placeByAnneal } from "./place-by-anneal.js";
import { placeByPolicy } from "./place-by-policy.js";

export interface Method {
  readonly protocols: readonly ("fd" | "free")[];
  /** What `--set` may name. */
  readonly settings: z.ZodType;
  /** Whether it leaves checkpoints that `--resume` goes on from. */
  readonly resumes: boolean;
  /** Runs until its budget is spent; undefined if it found no legal placement. */
  readonly run: (context: MethodContext) => Promise<Found | undefined>;
}

export const METHODS = {
  policy: { protocols: ["fd"], settings: trainOptionsSchema, resumes: true, run: placeByPolicy },
  anneal: { protocols: ["fd", "free"], settings: annealSettingsSchema, resumes: true, run: placeByAnneal },
  random: { protocols: ["fd"], settings: z.strictObject({}), resumes: false, run: placeAtRandom },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;
