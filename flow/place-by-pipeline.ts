// Method `pipeline`: a policy is trained for a part of the budget; annealing goes on from the best placement that it
// saw, colder than from a drawn start.
import { existsSync, rmSync } from "node:fs";
import { z } from "zod";
import { migrateSettings, trainSettingsSchema } from "../policy/index.js";
import type { Found, MethodContext } from "./method.js";
import { ANNEAL_CHECKPOINT, annealSettingsSchema, type GivesUp, placeByAnneal } from "./place-by-anneal.js";
import { placeByPolicy } from "./place-by-policy.js";
import { parseSettings } from "./settings.js";

/** First temperature of the annealing, unless given: half of what a drawn start needs. */
const HOTTEST = "anneal.hottest=0.00025";

export const pipelineSettingsSchema = z.strictObject({
  policyShare: z.number().gt(0).lt(1).default(0.5).describe("part of the time that the policy gets"),
  trialShare: z
    .number()
    .gt(0)
    .lt(1)
    .default(0.125)
    .describe(
      "part of the time that it gets at first; if annealing then finds nothing better in as long, it gets the rest of its own",
    ),
  policy: trainSettingsSchema.prefault({}).describe("settings of the policy's training, as policy.NAME"),
  anneal: annealSettingsSchema.prefault({}).describe("options of the annealing, as anneal.NAME"),
});

/** The policy's settings with their names of today. */
export function migratePipeline({ policy, ...others }: Record<string, unknown>): Record<string, unknown> {
  if (typeof policy !== "object" || policy === null)
    return { ...others, ...(policy !== undefined && { policy }) };
  return { ...others, policy: migrateSettings(policy as Record<string, unknown>, () => {}) };
}

/**
 * With a budget of iterations, each of the two gets that many. Of one in seconds, who is ahead after a trial of both
 * goes on: on some blocks annealing betters whatever the policy finds, on others it only spends its time.
 */
export async function placeByPipeline(context: MethodContext): Promise<Found | undefined> {
  const { options, seconds, run, report } = context;
  const { policyShare, trialShare } = parseSettings(pipelineSettingsSchema, options.set, {
    migrate: migratePipeline,
  });
  const started = performance.now();
  const left = (share: number) =>
    seconds && Math.max(0, share * seconds - (performance.now() - started) / 1000);
  const phase = (
    name: string,
    ownSeconds: number | undefined,
    { set = [] as readonly string[], resume = options.resume } = {},
  ): MethodContext => ({
    ...context,
    seconds: ownSeconds,
    options: { ...options, resume, set: settingsOf(name, [...set, ...options.set]) },
  });
  const learn = (share: number, resume?: boolean) => placeByPolicy(phase("policy", left(share), { resume }));
  const anneal = (from?: Found, givesUp?: GivesUp) => {
    if (from) report(`annealing from ${from.costs.proxyCost.toFixed(4)}`);
    return placeByAnneal(phase("anneal", left(1), { set: [HOTTEST] }), from, givesUp);
  };

  if (options.resume && existsSync(run.file(ANNEAL_CHECKPOINT))) return anneal();
  // Under protocol free nothing can be compared with the policy's best until annealing is nearly over.
  const isTried = seconds !== undefined && options.iterations === undefined && options.protocol === "fd";
  if (!isTried || 2 * trialShare >= policyShare) return anneal(await learn(policyShare));
  const learned = await learn(trialShare);
  let gaveUp = false;
  const annealed = await anneal(learned, (spent, isWholeSchedule) => {
    // Who has not done an iteration has nothing to go on from later.
    const mayLearnOn = learned !== undefined && learned.iterations > 0 && left(policyShare)! > 0;
    gaveUp = mayLearnOn && isWholeSchedule && spent >= trialShare * seconds;
    return gaveUp;
  });
  if (!gaveUp) return annealed;
  report("annealing found nothing better: the policy learns on");
  rmSync(run.file(ANNEAL_CHECKPOINT), { force: true });
  return anneal(await learn(policyShare, true));
}

/** Settings under a name, without it. */
export function settingsOf(name: string, settings: readonly string[]): string[] {
  return settings.flatMap((text) => (text.startsWith(`${name}.`) ? [text.slice(name.length + 1)] : []));
}
