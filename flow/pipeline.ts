// Method `pipeline`: a policy is trained for a part of the budget; annealing continues from the best placement that it
// saw, colder than from a drawn start. The two methods come from the registry.
import { rmSync } from "node:fs";
import { z } from "zod";
import { isFile } from "../netlist/index.js";
import {
  type Method,
  type MethodContext,
  type MethodRequest,
  type MethodResult,
  oldNamesUnder,
} from "../placer/index.js";

/** First temperature of the annealing, unless given: half of what a drawn start needs. */
const HOTTEST = 0.00025;

interface PipelineSettings {
  readonly policyShare: number;
  readonly trialShare: number;
  readonly policy: unknown;
  readonly anneal: unknown;
}

/** A pipeline of a method that learns and one that anneals from what it found. */
export function pipelineMethod(learner: Method, annealer: Method): Method<PipelineSettings> {
  const settings = z.strictObject({
    policyShare: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.5)
      .describe("part of the time that the policy gets; raise it where learning still gains at the end"),
    trialShare: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.125)
      .describe(
        "part of the time that it gets at first; if annealing then finds nothing better in as long, it gets the rest of its own",
      ),
    policy: learner.settings!.prefault({}).describe("settings of the policy's training, as policy.NAME"),
    anneal: z
      .preprocess((given) => ({ hottest: HOTTEST, ...(given as object) }), annealer.settings!)
      .prefault({})
      .describe("settings of the annealing, as anneal.NAME"),
  });
  const old = [
    oldNamesUnder("policy", learner.oldNames ?? {}),
    oldNamesUnder("anneal", annealer.oldNames ?? {}),
  ] as const;
  return {
    name: "pipeline",
    description: "a policy learns for a part of the time, then annealing continues from its best placement",
    protocols: annealer.protocols,
    settings: settings as z.ZodType<PipelineSettings>,
    oldNames: {
      renamed: { ...old[0].renamed, ...old[1].renamed },
      removed: { ...old[0].removed, ...old[1].removed },
    },
    ...(annealer.turns && { turns: annealer.turns }),
    checkpoint: annealer.checkpoint!,
    usesPolicy: true,
    distributes: true,
    check: async (request) => learner.check?.(learning(request)),
    run: (context) => runPipeline(learner, annealer, context),
  };
}

/** The request without what is the annealing's: the policy only ever plays on grid cells. */
function learning<Request extends MethodRequest<PipelineSettings>>(request: Request) {
  return { ...request, settings: request.settings.policy };
}

/**
 * With a budget of iterations, each of the two gets that many. With one in seconds, both are tried, and the rest goes to
 * whichever leads: on some blocks annealing betters whatever the policy finds, on others it only spends its time.
 */
async function runPipeline(
  learner: Method,
  annealer: Method,
  context: MethodContext<PipelineSettings>,
): Promise<MethodResult | undefined> {
  const { budget, protocol, run, onProgress, settings } = context;
  const { policyShare, trialShare } = settings;
  const { seconds } = budget;
  const checkpoint = run.file(annealer.checkpoint!);
  const started = performance.now();
  const left = (share: number) =>
    seconds && Math.max(0, share * seconds - (performance.now() - started) / 1000);
  const learn = (share: number, resume = context.resume) =>
    learner.run({ ...learning(context), resume, budget: { ...budget, seconds: left(share) } });
  const anneal = (start?: MethodResult, stopEarly?: MethodContext["stopEarly"]) => {
    if (start) onProgress(`annealing from ${start.costs.proxyCost.toFixed(4)}`);
    const own = { settings: settings.anneal, budget: { ...budget, seconds: left(1) } };
    return annealer.run({ ...context, ...own, start, ...(stopEarly && { stopEarly }) });
  };

  if (context.resume && isFile(checkpoint)) return anneal();
  // Under protocol free nothing can be compared with the policy's best until annealing is nearly over.
  const isTried = seconds !== undefined && budget.iterations === undefined && protocol !== "free";
  if (!isTried || 2 * trialShare >= policyShare) {
    const learned = await learn(policyShare);
    return learned && context.signal?.aborted ? learned : anneal(learned);
  }
  const learned = await learn(trialShare);
  if (learned && context.signal?.aborted) return learned;
  let gaveUp = false;
  const annealed = await anneal(learned, (spent, isWholeSchedule) => {
    // A policy that has not done an iteration has nothing to continue from later.
    const mayLearnOn = learned !== undefined && learned.iterations > 0 && left(policyShare)! > 0;
    gaveUp = mayLearnOn && isWholeSchedule && spent >= trialShare * seconds;
    return gaveUp;
  });
  if (!gaveUp || context.signal?.aborted) return annealed;
  onProgress("annealing found nothing better: the policy learns on");
  rmSync(checkpoint, { force: true });
  return anneal(await learn(policyShare, true));
}
