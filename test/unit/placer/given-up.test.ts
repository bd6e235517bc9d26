// Searches and training whose pool gives its tasks up: they end with what was done before, and go on from there with the
// same bits.
import assert from "node:assert/strict";
import { test } from "node:test";
import { PUBLISHED_RULES } from "../../../env/index.js";
import { annealReplicas, type ReplicasState } from "../../../placer/anneal/replicas.js";
import greedyPlacer from "../../../placer/greedy/greedy.js";
import {
  GivenUpError,
  GRID_ANNEAL_DEFAULTS,
  inThisThread,
  type OpenPool,
  type RestartState,
  searchByRestarts,
} from "../../../placer/index.js";
import {
  graphNetwork,
  openEpisodeHost,
  type StartPoint,
  type TrainCheckpoint,
  type TrainingSetup,
  train,
} from "../../../policy/index.js";
import { smallBlock } from "../../support/blocks.js";
import { SMALL_NETWORK } from "../../support/small-network.js";

const block = smallBlock(3);

/** A pool that gives up after so many tasks. */
function givingUp(after: number, openPool: OpenPool): OpenPool {
  let tasks = 0;
  const open: OpenPool = (kind, workers, setup) => {
    const { run, close } = openPool(kind, workers, setup);
    return {
      run: async (name, task) => {
        if (tasks++ >= after) throw new GivenUpError("test", "no more");
        return run(name, task);
      },
      close,
    };
  };
  return Object.assign(open, openPool);
}

test("annealing and restarts return what was whole, and nothing if nothing was", async () => {
  const anneal = (openPool: OpenPool, from?: ReplicasState) =>
    annealReplicas({
      ...{ block, rules: PUBLISHED_RULES, protocol: "fd", seed: 1, workers: 1, openPool, from },
      ...{ replicas: 2, rounds: 4, starts: 1, sweepsPerRestart: 0, sweeps: 4, gridShare: 1 },
      anneal: { ...GRID_ANNEAL_DEFAULTS, stepsPerMacro: 1 },
      onRound: async () => true,
    });
  const restart = (openPool: OpenPool, from?: RestartState) =>
    searchByRestarts(
      { block, rules: PUBLISHED_RULES, protocol: "fd", placer: greedyPlacer },
      { seed: 1, workers: 1, openPool, iterations: 12, settings: {} },
      undefined,
      from,
    );
  const part = await anneal(givingUp(5, inThisThread)); // in the third round
  assert.equal(part!.round, 2);
  assert.deepEqual(await anneal(inThisThread, part), await anneal(inThisThread));
  const attempts = await restart(givingUp(9, inThisThread));
  assert.equal(attempts.attempts, 9);
  assert.deepEqual(await restart(inThisThread, attempts), await restart(inThisThread));
  await assert.rejects(anneal(givingUp(1, inThisThread)), GivenUpError);
  await assert.rejects(restart(givingUp(0, inThisThread)), GivenUpError);
});

test("training returns the last whole iteration, not one in progress", async () => {
  const remote: OpenPool = Object.assign(
    ((_kind, workers, setup) =>
      openEpisodeHost({ ...(setup as TrainingSetup), network: graphNetwork }, workers)) as OpenPool,
    { isRemote: true },
  );
  const settings = {
    episodes: 4,
    groupSize: 2,
    epochs: 1,
    minibatch: 16,
    experimental: { network: SMALL_NETWORK },
  };
  const learn = (openPool: OpenPool, from?: StartPoint) =>
    train([block], {
      settings,
      seed: 5,
      workers: 1,
      openPool,
      budget: { iterations: 3 },
      ...(from && { from }),
    });
  const plain = ({ parameters, adam, state }: TrainCheckpoint) => ({
    ...{ parameters: parameters.slice(), first: adam.first.slice(), second: adam.second.slice() },
    ...{ steps: adam.steps, state },
  });
  const whole = plain(await learn(remote));
  let tasks = 0;
  const counted: OpenPool = Object.assign(
    ((kind, workers, setup) => {
      const pool = remote(kind, workers, setup);
      const run: typeof pool.run = (name, task) => {
        tasks++;
        return pool.run(name, task);
      };
      return { ...pool, run };
    }) as OpenPool,
    { isRemote: true },
  );
  await learn(counted);
  const part = await learn(givingUp(tasks - 1, remote)); // at the last gradient
  assert.equal(part.state.iteration, 2);
  assert.deepEqual(plain(await learn(remote, part)), whole);
  await assert.rejects(learn(givingUp(1, remote)), GivenUpError);
});
