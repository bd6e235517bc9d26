// Which of the pipeline's two halves has how much time, and when they take turns. The halves are stand-ins, and time passes
// only where a test says so.
import assert from "node:assert/strict";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { z } from "zod";
import { pipelineMethod } from "../../../flow/pipeline.js";
import type { Budget, Method, MethodContext, MethodResult } from "../../../placer/index.js";
import { makeFolder } from "../../support/temp-folder.js";

interface Halves {
  readonly budget: Budget;
  readonly protocol?: "fd" | "free";
  readonly resume?: boolean;
  /** Iterations that the policy has done each time it ends. */
  readonly iterations?: number;
  /** Seconds that the policy takes longer than it is given, each time. */
  readonly late?: number;
  /** Seconds after which the annealing asks whether to go on, each time with whether its schedule is over. */
  readonly asks?: readonly (readonly [seconds: number, isWholeSchedule: boolean])[];
  readonly signal?: AbortSignal;
}

/** What the two were called with, in order, and the lines of progress between. */
async function turnsOf(
  context: TestContext,
  { budget, protocol = "fd", resume = false, iterations = 3, late = 0, asks = [], signal }: Halves,
) {
  let now = 5; // s
  context.mock.method(performance, "now", () => 1000 * now);
  const folder = makeFolder();
  const file = (name: string) => join(folder, name);
  if (resume) writeFileSync(file("cold.json"), "{}");
  const told: string[] = [];
  const seconds = (given: Budget) =>
    given.seconds === undefined ? `${given.iterations} iterations` : `${given.seconds.toFixed(2)} s`;
  const found = (cost: number): MethodResult =>
    ({ costs: { proxyCost: cost }, placement: {}, iterations, episodes: 1 }) as never;
  const half = { description: "", protocols: ["fd", "free"], settings: z.strictObject({}) } as const;
  const learner: Method = {
    ...half,
    name: "learner",
    run: async (given) => {
      told.push(`learns for ${seconds(given.budget)}${given.resume ? ", resumed" : ""}`);
      if (given.resume) assert.ok(!existsSync(file("cold.json")), "a killed run would go on with annealing");
      now += (given.budget.seconds ?? 0) + late;
      return found(0.5);
    },
  };
  const annealer: Method = {
    ...half,
    name: "annealer",
    checkpoint: "cold.json",
    settings: z.strictObject({ hottest: z.number() }),
    run: async (given) => {
      const start = given.start ? ` from ${given.start.costs.proxyCost}` : "";
      told.push(`anneals for ${seconds(given.budget)}${start}`);
      writeFileSync(file("cold.json"), "{}");
      const began = now;
      for (const [after, isWhole] of given.stopEarly ? asks : []) {
        now = began + after;
        if (given.stopEarly!(after, isWhole)) return given.start;
      }
      now = began + (given.budget.seconds ?? 0);
      return found(0.4);
    },
  };
  const method = pipelineMethod(learner, annealer);
  const result = await method.run({
    ...{ budget, protocol, resume, signal, seed: 1, workers: 1, finetune: false, run: { file } },
    settings: method.settings!.parse({ policyShare: 0.5, trialShare: 0.1 }),
    onProgress: (line: string) => {
      if (line.startsWith("annealing from")) assert.equal(line, "annealing from 0.5000");
      else told.push(line);
    },
  } as unknown as MethodContext<never>);
  return { told, cost: result?.costs.proxyCost };
}

const SECONDS = { seconds: 100 } as const;
const LEARNS_ON = "annealing found nothing better: the policy learns on";

test("with iterations each of the two gets that many, and the annealing is never asked to stop", async (context) => {
  const { told, cost } = await turnsOf(context, { budget: { iterations: 7 }, asks: [[1e9, true]] });
  assert.deepEqual(told, ["learns for 7 iterations", "anneals for 7 iterations from 0.5"]);
  assert.equal(cost, 0.4);
});

test("an annealing that finds nothing better for as long as the policy's trial gives the policy the rest of its time", async (context) => {
  const asks = [
    [4, true], // sooner
    [20, false], // within its schedule
    [21, true],
  ] as const;
  const { told } = await turnsOf(context, { budget: SECONDS, asks });
  assert.deepEqual(told, [
    "learns for 10.00 s",
    "anneals for 90.00 s from 0.5",
    LEARNS_ON,
    "learns for 19.00 s, resumed",
    "anneals for 50.00 s from 0.5",
  ]);
});

test("one that finds something better, or that nobody may follow, keeps the time", async (context) => {
  const keeps = ["learns for 10.00 s", "anneals for 90.00 s from 0.5"];
  assert.deepEqual((await turnsOf(context, { budget: SECONDS })).told, keeps);
  // The policy's time is over.
  const after = [[41, true]] as const;
  assert.deepEqual((await turnsOf(context, { budget: SECONDS, asks: after })).told, keeps);
  // The policy has done no iteration from which it could go on.
  const asks = [[20, true]] as const;
  assert.deepEqual((await turnsOf(context, { budget: SECONDS, asks, iterations: 0 })).told, keeps);
});

test("a policy that takes longer than its time leaves the annealing what there is", async (context) => {
  const late = await turnsOf(context, { budget: SECONDS, late: 35, asks: [[30, true]] });
  assert.deepEqual(late.told, ["learns for 10.00 s", "anneals for 55.00 s from 0.5"]);
  const over = await turnsOf(context, { budget: SECONDS, late: 95 });
  assert.deepEqual(over.told, ["learns for 10.00 s", "anneals for 0.00 s from 0.5"]);
});

test("under protocol free there is no trial; an annealing that has begun is gone on with alone", async (context) => {
  const free = await turnsOf(context, { budget: SECONDS, protocol: "free", asks: [[60, true]] });
  assert.deepEqual(free.told, ["learns for 50.00 s", "anneals for 50.00 s from 0.5"]);
  const resumed = await turnsOf(context, { budget: SECONDS, resume: true, asks: [[60, true]] });
  assert.deepEqual(resumed.told, ["anneals for 100.00 s"]);
});

test("a run that is asked to stop ends with the half that it is in", async (context) => {
  const signal = AbortSignal.abort();
  for (const budget of [SECONDS, { iterations: 7 }] as const) {
    const { told, cost } = await turnsOf(context, { budget, signal });
    assert.equal(told.length, 1);
    assert.equal(cost, 0.5);
  }
});
