// The methods of `place`, by name.
import type { Found, MethodContext } from "./place.js";
import { placeAtRandom } from "./place-at-random.js";
import { placeByAnneal } from "./place-by-anneal.js";
import { placeByPolicy } from "./place-by-policy.js";

/** A method runs until its budget is spent; undefined if it found no legal placement. */
export type Method = (context: MethodContext) => Promise<Found | undefined>;

export const METHODS = {
  policy: placeByPolicy,
  anneal: placeByAnneal,
  random: placeAtRandom,
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;
