// At which temperature the schedules of an annealing begin when the first one has a given start.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PUBLISHED_RULES } from "../../../../env/index.js";
import { annealReplicas, type ReplicasState } from "../../../../placer/anneal/replicas.js";
import type { Round } from "../../../../placer/anneal/worker.js";
import { GRID_ANNEAL_DEFAULTS, inThisThread, type OpenPool } from "../../../../placer/index.js";
import { smallBlock } from "../../../support/blocks.js";

const block = smallBlock(3);
const COLD = 2e-5;

/** Two schedules of two rounds: the first temperatures of all tasks, and the state after them. */
async function anneal(from?: ReplicasState, rounds = 4) {
  const hottest: (number | undefined)[] = [];
  const openPool: OpenPool = Object.assign(
    ((kind, workers, setup) => {
      const { run, close } = inThisThread(kind, workers, setup);
      return {
        run: (name, task) => {
          hottest.push((task as Round).hottest);
          return run(name, task);
        },
        close,
      };
    }) as OpenPool,
    inThisThread,
  );
  let done = 0;
  const state = await annealReplicas({
    ...{ block, rules: PUBLISHED_RULES, protocol: "fd", seed: 1, workers: 1, openPool, from },
    ...{ replicas: 1, rounds: 2, starts: 1, sweepsPerRestart: 2, sweeps: 4, gridShare: 1 },
    warmHottest: COLD,
    anneal: { ...GRID_ANNEAL_DEFAULTS, stepsPerMacro: 1 },
    onRound: async () => ++done < rounds,
  });
  return { hottest, state: state! };
}

test("the schedule of a given start begins cold, those that follow do not; a resumed run knows", async () => {
  const drawn = await anneal();
  assert.deepEqual(drawn.hottest, [undefined, undefined, undefined, undefined]);
  const { best } = drawn.state;
  const given: ReplicasState = {
    ...{ round: 0, sweeps: 0, isWarm: true },
    ...{ best, restartBest: best, replicas: [best] },
  };
  const whole = await anneal(given);
  assert.deepEqual(whole.hottest, [COLD, COLD, undefined, undefined]);
  const part = await anneal(given, 1);
  const rest = await anneal(part.state);
  assert.deepEqual(rest.hottest, [COLD, undefined, undefined]);
  assert.deepEqual(rest.state, whole.state);
});
