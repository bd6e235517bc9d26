// The methods of `place`, by name.
import type { Found, MethodContext } from "./place.js";
import { placeAtRandom } from "./place-at-random.js";
import { annealSettings, placeByAnneal } from "./place-by-anneal.js";
import { placeByPolicy, policySettings } from "./place-by-policy.js";
import { noSettings } from "./settings.js";

export interface Method {
  /** Throws `InputError` for settings (`--set`) that the method does not know; called before anything is written. */
  readonly settings: (set: readonly string[]) => unknown;
  readonly protocols: readonly ("fd" | "free")[];
  /** Runs until its budget is spent; undefined if it found no legal placement. */
  readonly place: (context: MethodContext) => Promise<Found | undefined>;
}

export const METHODS = {
  policy: { protocols: ["fd"], settings: policySettings, place: placeByPolicy },
  anneal: { protocols: ["fd", "free"], settings: annealSettings, place: placeByAnneal },
  random: { protocols: ["fd"], settings: noSettings, place: placeAtRandom },
} as const satisfies Record<string, Method>;

export type MethodName = keyof typeof METHODS;
