// Method `pipeline`: a policy is trained for a part of the budget; annealing goes on from the best placement that it
// saw, colder than from a drawn start.
import { existsSync } from "node:fs";
import { z } from "zod";
import { trainOptionsSchema } from "../policy/index.js";
import type { Found, MethodContext } from "./method.js";
import { ANNEAL_CHECKPOINT, annealSettingsSchema, placeByAnneal } from "./place-by-anneal.js";
import { placeByPolicy } from "./place-by-policy.js";
import { parseSettings } from "./settings.js";

/** First temperature of the annealing, unless given: half of what a drawn start needs. */
const HOTTEST = "anneal.hottest=0.00025";

export const pipelineSettingsSchema = z.strictObject({
  policyShare: z.number().gt(0).lt(1).default(0.5).describe("part of the time that the policy gets"),
  policy: trainOptionsSchema.prefault({}).describe("options of the policy's training, as policy.NAME"),
  anneal: annealSettingsSchema.prefault({}).describe("options of the annealing, as anneal.NAME"),
});

/** With a budget of iterations, each of the two gets that many; of one in seconds, annealing gets what is left. */
export async function placeByPipeline(context: MethodContext): Promise<Found | undefined> {
  const { options, seconds, run, report } = context;
  const { policyShare } = parseSettings(pipelineSettingsSchema, options.set, {});
  const phase = (
    name: string,
    ownSeconds: number | undefined,
    extra: readonly string[] = [],
  ): MethodContext => ({
    ...context,
    seconds: ownSeconds,
    options: { ...options, set: settingsOf(name, [...extra, ...options.set]) },
  });
  const started = performance.now();
  const annealing = options.resume && existsSync(run.file(ANNEAL_CHECKPOINT));
  const learned = annealing
    ? undefined
    : await placeByPolicy(phase("policy", seconds && policyShare * seconds));
  if (learned) report(`annealing from ${learned.costs.proxyCost.toFixed(4)}`);
  const left = seconds && Math.max(0, seconds - (performance.now() - started) / 1000);
  return placeByAnneal(phase("anneal", left, [HOTTEST]), learned);
}

/** Settings under a name, without it. */
function settingsOf(name: string, settings: readonly string[]): string[] {
  return settings.flatMap((text) => (text.startsWith(`${name}.`) ? [text.slice(name.length + 1)] : []));
}
