// Method `pipeline`: gradients place macros and cells together once, a policy plays a few episodes, and annealing continues from
// the best of these placements, cold first, then from starts of its own. The methods come from the registry.
import { z } from "zod";
import { isFile } from "../netlist/index.js";
import {
  type Method,
  type MethodContext,
  type MethodRequest,
  type MethodResult,
  oldNamesUnder,
  type RunStore,
} from "../placer/index.js";
import { NONE, SHIPPED, type TrainSettingsInput } from "../policy/index.js";

interface PipelineSettings {
  readonly policyShare: number;
  readonly policy: TrainSettingsInput;
  readonly anneal: unknown;
}

/** The methods of a pipeline, in the order in which they run. */
export interface PipelineParts {
  /** Places macros and cells together. */
  readonly gradients: Method;
  readonly policy: Method;
  readonly annealing: Method;
}

/**
 * What the policy does unless it is to learn: two episodes at a time, largest macro first. Learning a block takes minutes, and an
 * episode of hundreds of macros takes seconds.
 */
const FEW_EPISODES = { epochs: 0, episodes: 2, order: "area" } as const;

/**
 * `gradients` makes its first attempt whatever the budget, and another one only before its first iteration. Little time would not do:
 * a resumed process that has made that attempt has spent none yet.
 */
const ONE_ATTEMPT = { iterations: 1 } as const;

/** A pipeline of three methods. */
export function pipelineMethod(parts: PipelineParts): Method<PipelineSettings> {
  const { policy, annealing } = parts;
  const settings = z.strictObject({
    policyShare: z
      .number()
      .gt(0)
      .lt(1)
      .default(0.05)
      .describe("part of the time that the policy gets; raise it if the policy is to learn (policy.epochs)"),
    policy: policy.settings!.prefault({}).describe("settings of the policy's training, as policy.NAME"),
    anneal: annealing.settings!.prefault({}).describe("settings of the annealing, as anneal.NAME"),
  });
  const old = [
    oldNamesUnder("policy", policy.oldNames ?? {}),
    oldNamesUnder("anneal", annealing.oldNames ?? {}),
  ] as const;
  return {
    name: "pipeline",
    description: "annealing from the best of gradients and a policy",
    protocols: annealing.protocols,
    settings: settings as unknown as z.ZodType<PipelineSettings>,
    oldNames: {
      renamed: { ...old[0].renamed, ...old[1].renamed },
      removed: { ...old[0].removed, ...old[1].removed, trialShare: "nothing" },
    },
    ...(annealing.turns && { turns: annealing.turns }),
    checkpoint: annealing.checkpoint!,
    usesPolicy: true,
    distributes: true,
    check: async (request) => policy.check?.(playing(request)),
    run: (context) => runPipeline(parts, context),
  };
}

function withSettings<Request extends MethodRequest<PipelineSettings>>(request: Request, settings: unknown) {
  return { ...request, settings };
}

/** The request of the policy: to play as it is, or to learn if asked to. */
function playing<Request extends MethodRequest<PipelineSettings>>(request: Request) {
  const { policy: given } = request.settings;
  if (request.finetune || (given.epochs ?? 0) > 0) return withSettings(request, given);
  const settings = { ...FEW_EPISODES, ...given };
  const isOther = request.network !== undefined || given.experimental?.network !== undefined;
  return { ...withSettings(request, settings), policy: request.policy ?? (isOther ? NONE : SHIPPED) };
}

/**
 * What runs before annealing plays on grid cells, with which annealing begins under every protocol. With a budget of
 * iterations, gradients make one attempt, and policy and annealing get that many each.
 */
async function runPipeline(
  { gradients, policy, annealing }: PipelineParts,
  context: MethodContext<PipelineSettings>,
): Promise<MethodResult | undefined> {
  const { budget, run, onProgress, settings } = context;
  const started = performance.now();
  const spent = () => (performance.now() - started) / 1000;
  const lasting = (seconds: number | undefined) => ({
    ...budget,
    seconds: seconds && Math.max(0, seconds),
  });
  const anneal = (start?: MethodResult) => {
    const rest = lasting(budget.seconds && budget.seconds - spent());
    return annealing.run({ ...withSettings(context, settings.anneal), budget: rest, start });
  };
  if (context.resume && isFile(run.file(annealing.checkpoint!))) return anneal();

  const onGrid = context.protocol === "free" ? { ...context, protocol: "fd" as const } : context;
  const isPlaying = context.resume && isFile(run.file(policy.checkpoint!));
  const together = await gradients.run({
    ...withSettings(onGrid, {}),
    budget: ONE_ATTEMPT,
    run: isPlaying ? quiet(run) : run,
  });
  if (together && context.signal?.aborted) return together;
  const before = together ? together.iterations + 1 : 0; // the last line of metrics has the costs
  const played = await policy.run({
    ...playing(onGrid),
    budget: lasting(budget.seconds && budget.seconds * settings.policyShare),
    run: after(run, before, together?.costs.proxyCost),
  });
  const best = cheaper(together, played);
  const start = best && {
    ...best,
    iterations: before + (played?.iterations ?? 0),
    episodes: played?.episodes ?? 0,
  };
  if (start && context.signal?.aborted) return start;
  if (start) onProgress(`annealing from ${start.costs.proxyCost.toFixed(4)}`);
  return anneal(start);
}

function cheaper(one: MethodResult | undefined, other: MethodResult | undefined): MethodResult | undefined {
  if (!one || !other) return one ?? other;
  return other.costs.proxyCost < one.costs.proxyCost ? other : one;
}

/** The run as a method sees it that counts its iterations from 0, after `before` of one that found a placement of this `cost`. */
function after(run: RunStore, before: number, cost = Number.POSITIVE_INFINITY): RunStore {
  run.beginStage();
  return {
    ...storeOf(run),
    writeBest: async (block, placement, costs) => {
      if (costs.proxyCost < cost) await run.writeBest(block, placement, costs);
    },
    appendMetrics: (line) =>
      run.appendMetrics("iteration" in line ? { ...line, iteration: before + Number(line.iteration) } : line),
    continueAfter: (iterations) => run.continueAfter(before + iterations),
  };
}

/** The run as a method sees it whose part is over: it only reads what it found. */
function quiet(run: RunStore): RunStore {
  return {
    ...storeOf(run),
    writeJson: async () => {},
    writeBest: async () => {},
    offer: undefined,
    appendFrame: () => {},
    appendMetrics: () => {},
    continueAfter: async () => {},
  };
}

function storeOf(run: RunStore): RunStore {
  return {
    file: (name) => run.file(name),
    writeJson: (name, value) => run.writeJson(name, value),
    writeBest: (block, placement, costs) => run.writeBest(block, placement, costs),
    offer: run.offer && ((placement, costs) => run.offer!(placement, costs)),
    beforeCheckpoint: () => run.beforeCheckpoint(),
    appendFrame: (block, placement, frame) => run.appendFrame(block, placement, frame),
    appendMetrics: (line) => run.appendMetrics(line),
    continueAfter: (iterations) => run.continueAfter(iterations),
    beginStage: () => run.beginStage(),
  };
}
