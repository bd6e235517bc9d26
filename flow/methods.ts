// The methods of `place`, by name.
import { z } from "zod";
import { trainOptionsSchema } from "../policy/index.js";
import type { Found, MethodContext } from "./place.js";
import { placeAtRandom } from "./place-at-random.js";
import { placeByPolicy } from "./place-by-policy.js";

export interface Method {
  /** What `--set` may name. */
  readonly settings: z.ZodType;
  /** Whether it leaves checkpoints that `--resume` goes on from. */
  readonly resumes: boolean;
  /** Runs until its budget is spent; undefined if it found no legal placement. */
  readonly run: (context: MethodContext) => Promise<Found | undefined>;
}

export const METHODS = {
  policy: { settings: trainOptionsSchema, resumes: true, run: placeByPolicy },
  random: { settings: z.strictObject({}), resumes: false, run: placeAtRandom },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;
