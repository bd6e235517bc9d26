// Which of the pipeline's three parts has how much time, and what each begins with. The parts are stand-ins, and time passes only
// where a test says so.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { z } from "zod";
import { pipelineMethod } from "../../../flow/pipeline.js";
import type { Budget, Method, MethodContext, MethodResult } from "../../../placer/index.js";
import { makeFolder } from "../../support/temp-folder.js";

interface Parts {
  readonly budget: Budget;
  readonly protocol?: "fd" | "es" | "free";
  readonly resume?: boolean;
  /** Costs of what gradients and the policy find; undefined: nothing. */
  readonly gradients?: number | undefined;
  readonly policy?: number | undefined;
  /** Seconds that gradients take, and that the policy takes longer than it is given. */
  readonly takes?: number;
  readonly late?: number;
  readonly signal?: AbortSignal;
  readonly request?: Partial<Pick<MethodContext, "policy" | "finetune">>;
  readonly settings?: object;
}

/** What the parts were called with, in order, and what they wrote. */
async function turnsOf(
  context: TestContext,
  { budget, protocol = "es", resume = false, takes = 2, late = 0, signal, request, ...given }: Parts,
) {
  let now = 5; // s
  context.mock.method(performance, "now", () => 1000 * now);
  const folder = makeFolder();
  const file = (name: string) => join(folder, name);
  if (resume) writeFileSync(file("cold.json"), "{}");
  const told: string[] = [];
  const written: number[] = [];
  const iterations: number[] = [];
  const run = {
    file,
    beginStage: () => {},
    appendMetrics: (line: { iteration: number }) => void iterations.push(line.iteration),
    writeBest: async (_: unknown, __: unknown, costs: { proxyCost: number }) =>
      void written.push(costs.proxyCost),
  };
  const timeOf = (of: Budget) =>
    of.seconds === undefined ? `${of.iterations} iterations` : `${of.seconds.toFixed(2)} s`;
  const found = (cost: number | undefined, iterations: number): MethodResult | undefined =>
    cost === undefined
      ? undefined
      : ({ costs: { proxyCost: cost }, placement: {}, iterations, episodes: 4 } as never);
  const base = { description: "", protocols: ["fd", "es", "free"] } as const;
  const part = (
    name: string,
    at: (given: MethodContext) => MethodResult | undefined,
    checkpoint?: string,
  ): Method => ({
    ...base,
    name,
    settings: z.looseObject({}),
    ...(checkpoint !== undefined && { checkpoint }),
    run: async (given) => {
      const result = at(given);
      given.run.appendMetrics({ iteration: 1, seconds: 0 } as never);
      if (result) await given.run.writeBest(given.block, result.placement, result.costs);
      return result;
    },
  });
  const gradients = part("gradients", ({ protocol: own, budget: time }) => {
    told.push(`gradients for ${timeOf(time)}, ${own}`);
    now += takes;
    return found("gradients" in given ? given.gradients : 0.5, 10);
  });
  const policy = part(
    "policy",
    (own) => {
      told.push(`policy ${own.policy ?? "that is to learn"} for ${timeOf(own.budget)}, ${own.protocol}`);
      now += (own.budget.seconds ?? 0) + late;
      return found("policy" in given ? given.policy : 0.6, 3);
    },
    "policy.json",
  );
  const annealing = part(
    "annealing",
    (own) => {
      const start = own.start ? ` from ${own.start.costs.proxyCost}, iteration ${own.start.iterations}` : "";
      told.push(`anneals for ${timeOf(own.budget)}${start}`);
      return found(0.4, 20);
    },
    "cold.json",
  );
  const method = pipelineMethod({ gradients, policy, annealing });
  const result = await method.run({
    ...{ budget, protocol, resume, signal, seed: 1, workers: 1, finetune: false, run, ...request },
    settings: method.settings!.parse(given.settings ?? {}),
    onProgress: () => {},
  } as unknown as MethodContext<never>);
  return { told, written, iterations, cost: result?.costs.proxyCost, folder };
}

const SECONDS = { seconds: 100 } as const;

test("gradients make one attempt, the policy plays for a twentieth, annealing has the rest", async (context) => {
  const { told, cost, iterations } = await turnsOf(context, { budget: SECONDS });
  assert.deepEqual(told, [
    "gradients for 1 iterations, es",
    "policy shipped for 5.00 s, es",
    "anneals for 93.00 s from 0.5, iteration 14",
  ]);
  assert.equal(cost, 0.4);
  assert.deepEqual(iterations, [1, 12, 1], "the policy's metrics follow the eleven lines of the gradients");
});

test("annealing begins from the cheaper placement, and only what is better replaces the best on disk", async (context) => {
  const behind = await turnsOf(context, { budget: SECONDS, gradients: 0.5, policy: 0.6 });
  assert.deepEqual(behind.written, [0.5, 0.4]);
  const ahead = await turnsOf(context, { budget: SECONDS, gradients: 0.6, policy: 0.5 });
  assert.match(ahead.told[2]!, /from 0\.5, iteration 14/);
  assert.deepEqual(ahead.written, [0.6, 0.5, 0.4]);
});

test("what finds no placement is done without", async (context) => {
  const noGradients = await turnsOf(context, { budget: SECONDS, gradients: undefined });
  assert.match(noGradients.told[2]!, /from 0\.6, iteration 3/);
  const neither = await turnsOf(context, { budget: SECONDS, gradients: undefined, policy: undefined });
  assert.equal(neither.told[2], "anneals for 93.00 s");
});

test("with iterations policy and annealing get that many each", async (context) => {
  const { told } = await turnsOf(context, { budget: { iterations: 7 } });
  assert.deepEqual(told, [
    "gradients for 1 iterations, es",
    "policy shipped for 7 iterations, es",
    "anneals for 7 iterations from 0.5, iteration 14",
  ]);
});

test("who comes late leaves the annealing what there is", async (context) => {
  const late = await turnsOf(context, { budget: SECONDS, takes: 30, late: 35 });
  assert.equal(late.told[2], "anneals for 30.00 s from 0.5, iteration 14");
  const over = await turnsOf(context, { budget: SECONDS, takes: 120 });
  assert.equal(over.told[2], "anneals for 0.00 s from 0.5, iteration 14");
});

test("under protocol free what comes before annealing plays on grid cells", async (context) => {
  const { told } = await turnsOf(context, { budget: SECONDS, protocol: "free" });
  assert.deepEqual(told.slice(0, 2), ["gradients for 1 iterations, fd", "policy shipped for 5.00 s, fd"]);
});

test("a policy learns if asked to, and a given one plays", async (context) => {
  const policyOf = async (given: Pick<Parts, "request" | "settings">) =>
    (await turnsOf(context, { budget: SECONDS, ...given })).told[1];
  const learns = "policy that is to learn for 5.00 s, es";
  assert.equal(await policyOf({ settings: { policy: { epochs: 2 } } }), learns);
  assert.equal(await policyOf({ request: { finetune: true } }), learns);
  assert.equal(await policyOf({ request: { policy: "mine" } }), "policy mine for 5.00 s, es");
  const network = { policy: { experimental: { network: { live: true } } } };
  assert.equal(await policyOf({ settings: network }), "policy none for 5.00 s, es");
});

test("annealing that has begun is gone on with alone", async (context) => {
  const { told, folder } = await turnsOf(context, { budget: SECONDS, resume: true });
  assert.deepEqual(told, ["anneals for 100.00 s"]);
  assert.ok(existsSync(join(folder, "cold.json")));
});

test("a run that is asked to stop ends with the part that it is in", async (context) => {
  const signal = AbortSignal.abort();
  for (const budget of [SECONDS, { iterations: 7 }] as const) {
    const { told, cost } = await turnsOf(context, { budget, signal });
    assert.equal(told.length, 1);
    assert.equal(cost, 0.5);
  }
});
