// How many replicas an annealing has, and how many schedules a budget of seconds has room for. Rounds are not annealed: a stand-in
// tells how long they took.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge, PUBLISHED_RULES } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { annealMethod } from "../../../../placer/anneal/anneal.js";
import { annealReplicas, type ReplicasState } from "../../../../placer/anneal/replicas.js";
import type { RoundResult } from "../../../../placer/anneal/worker.js";
import {
  type Budget,
  GRID_ANNEAL_DEFAULTS,
  inThisThread,
  type MethodContext,
  type OpenPool,
  type Protocol,
} from "../../../../placer/index.js";
import { smallBlock } from "../../../support/blocks.js";

const block = smallBlock(3);
const found = {
  placement: block.initial,
  costs: new Judge(Kernels.create(), block).evaluate(block.initial),
};

/** Answers every round with one sweep of a second, after `secondsBefore` of drawing a start. */
function standIn(secondsBefore = 0) {
  const calls: unknown[] = [];
  const openPool: OpenPool = Object.assign(
    (() => ({
      run: async (_: string, task: unknown): Promise<RoundResult> => {
        calls.push(task);
        return { last: found, best: found, sweeps: 1, seconds: 1, secondsBefore };
      },
      close: async () => {},
    })) as unknown as OpenPool,
    inThisThread,
  );
  return { calls, openPool };
}

async function restarts(secondsBefore: number, from?: ReplicasState) {
  const state = await annealReplicas({
    ...{ block, rules: PUBLISHED_RULES, protocol: "es", seed: 1, workers: 1, from },
    ...{ replicas: 1, rounds: 6, starts: 1, sweepsPerRestart: 6, seconds: 16, gridShare: 1 },
    openPool: standIn(secondsBefore).openPool,
    anneal: GRID_ANNEAL_DEFAULTS,
    onRound: async () => false,
  });
  return state?.restarts;
}

test("schedules are as many as fit, rounded; from a given start those that fit, for others have starts to draw", async () => {
  const given: ReplicasState = {
    ...{ round: 0, sweeps: 0, isWarm: true },
    ...{ best: found, restartBest: found, replicas: [found] },
  };
  assert.equal(await restarts(0), 3, "16 s for schedules of 6 s");
  assert.equal(await restarts(2), 2, "16 s for schedules of 8 s");
  assert.equal(await restarts(0, given), 2);
});

test("under es with a budget of seconds replicas are no more than workers, by default and at most two", async () => {
  const replicas = async (
    protocol: Protocol,
    budget: Budget,
    { workers, wanted }: { readonly workers: number; readonly wanted?: number },
  ) => {
    const { calls, openPool } = standIn();
    const abort = new AbortController();
    abort.abort();
    await annealMethod.run({
      ...{ block, rules: PUBLISHED_RULES, protocol, budget, workers, seed: 1, openPool, resume: false },
      settings: annealMethod.settings!.parse(wanted === undefined ? {} : { replicas: wanted }),
      ...{ onProgress: () => {}, signal: abort.signal },
      run: {
        ...{ file: (name: string) => name, beginStage: () => {}, appendMetrics: () => {} },
        ...{ writeBest: async () => {}, writeJson: async () => {} },
      },
    } as unknown as MethodContext<never>);
    return calls.length;
  };
  assert.equal(await replicas("es", { seconds: 9 }, { workers: 1 }), 1);
  assert.equal(await replicas("es", { seconds: 9 }, { workers: 4 }), 2);
  assert.equal(await replicas("es", { seconds: 9 }, { workers: 1, wanted: 3 }), 3);
  assert.equal(await replicas("es", { iterations: 9 }, { workers: 1 }), 2);
  assert.equal(await replicas("fd", { seconds: 9 }, { workers: 1 }), 2);
});
