// Advantages and returns by hand, and what an iteration makes of its episodes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASIC_PLANES, type Costs } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  computeAdvantages,
  estimateAdvantages,
  rewardOf,
  rewardScale,
  shapedRewards,
} from "../../../../policy/ppo/advantages.js";
import { costMetrics, explainedVariance, wholeEntropy } from "../../../../policy/ppo/metrics.js";
import { parseTrainSettings } from "../../../../policy/ppo/settings.js";
import { bestOf } from "../../../../policy/ppo/training-block.js";
import { Trajectory, trajectoryBytes } from "../../../../policy/ppo/trajectory.js";
import { smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

function estimate(values: readonly number[], reward: number, lambda: number) {
  const advantages = new Float32Array(values.length);
  const returns = new Float32Array(values.length);
  const rewards = values.map((_, step) => (step === values.length - 1 ? reward : 0));
  estimateAdvantages(
    { rewards: Float32Array.from(rewards), values: Float32Array.from(values), lambda },
    advantages,
    returns,
  );
  return { advantages, returns };
}

test("with lambda 1 every return is the final reward", () => {
  const { advantages, returns } = estimate([0.5, 1, 2], 3, 1);
  assertClose(returns, [3, 3, 3], 1e-7);
  assertClose(advantages, [2.5, 2, 1], 1e-7);
});

test("with lambda 0 an advantage is the step to the next value", () => {
  const { advantages, returns } = estimate([0.5, 1, 2], 3, 0);
  assertClose(advantages, [0.5, 1, 1], 1e-7);
  assertClose(returns, [1, 2, 3], 1e-7);
});

test("with lambda 0.5 later steps count half as much each", () => {
  // Last: 3 - 2 = 1. Middle: (2 - 1) + 0.5 * 1 = 1.5. First: (1 - 0.5) + 0.5 * 1.5 = 1.25.
  assertClose(estimate([0.5, 1, 2], 3, 0.5).advantages, [1.25, 1.5, 1], 1e-7);
});

test("an episode of one step has the reward as its return; one of none changes nothing", () => {
  assertClose(estimate([4], -1, 0.9).returns, [-1], 1e-7);
  assert.equal(estimate([], 1, 1).returns.length, 0);
});

test("shaping pays for wires step by step and gives it back at the end, so that the total stays", () => {
  // Added wirelengths 0.1 and 0.3 in units of 0.1 are prices of 1 and 3; the end gets 5 + 1 + 3 on top of its own -3.
  const deltas = Float32Array.of(0.1, 0.3);
  assertClose(shapedRewards(5, deltas, { shaping: 1, unit: 0.1 }), [-1, 6], 1e-6);
  assertClose(shapedRewards(5, deltas, { shaping: 0, unit: 0.1 }), [0, 5], 1e-6);
});

const kernels = Kernels.create();
const block = smallBlock(1);

/** An episode with a step per value that ended with this proxy cost, or in a dead end. */
function episode(
  values: readonly number[],
  proxy?: number,
  { placedBefore = 0, meanEntropy = 0 } = {},
): Trajectory {
  const grid = { columns: 2, rows: 1 };
  const shape = { steps: 4, grid, planes: BASIC_PLANES, stateNumbers: 1, nodes: block.nodeCount, bodies: 0 };
  const address = kernels.u8(trajectoryBytes(shape)).byteOffset;
  const slot = new Trajectory(kernels, { address, block: 0, shape });
  const costs = proxy === undefined ? undefined : allCosts(proxy);
  slot.values.set(values);
  slot.end({ steps: values.length, complete: proxy !== undefined, costs, placedBefore, meanEntropy });
  slot.xs.fill(proxy ?? 0);
  return slot;
}

/** Every cost the same. */
function allCosts(cost: number): Costs {
  return {
    wirelength: cost,
    wirelengthCost: cost,
    densityCost: cost,
    congestionCost: cost,
    proxyCost: cost,
  };
}

test("rewards count deviations below the first iteration's mean, within ten; dead ends have their own", () => {
  const played = [episode([0], 1), episode([0], 3), episode([0])]; // mean 2, deviation 1
  const scale = rewardScale(played)!;
  assert.deepEqual(scale, { mean: 2, deviation: 1 });
  const rewards = played.map((trajectory) => rewardOf(trajectory, scale, -5));
  assert.deepEqual(rewards, [1, -1, -5]);
  assert.equal(rewardOf(episode([0], 100), scale, -5), -10);
});

test("episodes that all cost the same do not divide by zero", () => {
  const scale = rewardScale([episode([0], 1), episode([0], 1)])!;
  assert.ok(scale.deviation > 0);
  assert.equal(rewardOf(episode([0], 1), scale, -5), 0);
  assert.equal(rewardScale([episode([0])]), undefined, "nothing but dead ends");
});

test("advantages of all steps together have mean 0 and deviation 1; steps not taken are left alone", () => {
  const played = [episode([0.3, -0.2], 1), episode([0.1, 0, 0.5], 3)];
  for (const trajectory of played) trajectory.advantages.fill(99);
  computeAdvantages(
    played.map((one) => [one]),
    { mean: 2, deviation: 1 },
    parseTrainSettings({ groupSize: 1 }),
  );
  const steps = played.flatMap((t) => [...t.ofSteps(t.advantages)]);
  const mean = steps.reduce((sum, value) => sum + value, 0) / steps.length;
  const variance = steps.reduce((sum, value) => sum + (value - mean) ** 2, 0) / steps.length;
  assert.ok(Math.abs(mean) < 1e-6 && Math.abs(variance - 1) < 1e-5, `${mean} ${variance}`);
  assert.deepEqual([...played[0]!.advantages.subarray(2)], [99, 99]);
  // By hand: 1 - 0.3, 1 + 0.2, -1 - 0.1, -1, -1 - 0.5 before the scaling, so their order is kept.
  assert.deepEqual(
    steps.map((_, i) => i).sort((a, b) => steps[b]! - steps[a]!),
    [1, 0, 3, 2, 4],
  );
});

test("in groups every step gets the reward over the group's mean, whatever the values", () => {
  const played = [episode([9, 9], 1), episode([0], 2), episode([0, 0, 5], 2), episode([7], 5)];
  computeAdvantages(
    [played.slice(0, 2), played.slice(2)],
    { mean: 3, deviation: 1 },
    parseTrainSettings({ groupSize: 2 }),
  );
  const [better, worse, late, last] = played.map((t) => [...t.ofSteps(t.advantages)]);
  // Rewards 2, 1 and 1, -2: over the means 0.5, -0.5 and 1.5, -1.5, scaled alike.
  const unit = better![0]! - worse![0]!;
  assert.ok(unit > 0);
  assert.equal(better![0], better![1]);
  assert.equal(new Set(late).size, 1);
  assert.ok(Math.abs(late![0]! - last![0]! - 3 * unit) < 1e-5);
  assert.deepEqual([...played[0]!.returns.subarray(0, 2)], [2, 2]);
});

test("explained variance is 1 for exact values, 0 for useless ones and for returns that are all the same", () => {
  const exact = episode([1, 2]);
  exact.returns.set([1, 2]);
  assert.equal(explainedVariance([exact]), 1);
  const useless = episode([5, 5]);
  useless.returns.set([1, 2]);
  assert.equal(explainedVariance([useless]), 0);
  const same = episode([1, 2]);
  same.returns.set([3, 3]);
  assert.equal(explainedVariance([same]), 0);
});

test("the best placement is the cheapest complete one, the first of equals, and the known one if none is cheaper", () => {
  const played = [episode([0]), episode([0], 3), episode([0], 2), episode([0], 2)];
  const best = bestOf({ block, episodes: played }, undefined, 7)!;
  assert.deepEqual([best.costs.proxyCost, best.iteration, best.placement.xs[0]], [2, 7, 2]);
  assert.equal(bestOf({ block, episodes: [episode([0], 2)] }, best, 8), best);
  assert.equal(bestOf({ block, episodes: [episode([0], 1)] }, best, 8)!.iteration, 8);
  assert.equal(bestOf({ block, episodes: [episode([0])] }, undefined, 0), undefined);
});

test("metrics are means over complete episodes and count the dead ends", () => {
  const metrics = costMetrics([{ played: [episode([0]), episode([0], 3), episode([0], 2)] }]);
  assert.deepEqual(
    [metrics.dead_ends, metrics["cost/proxy"], metrics["cost/proxy_min"], metrics["cost/wirelength"]],
    [1, 2.5, 2, 2.5],
  );
  assert.ok(Number.isNaN(metrics["cost/best"]));
});

test("metrics of several blocks leave out those that have no placement yet, but for their dead ends", () => {
  const stuck = { played: [episode([0]), episode([0])] };
  const scale = { mean: 5, deviation: 1 };
  const metrics = costMetrics([{ played: [episode([0], 4), episode([0], 6)], scale }, stuck]);
  assert.equal(metrics.dead_ends, 2);
  assert.deepEqual([metrics["cost/proxy"], metrics["cost/proxy_min"], metrics["cost/relative"]], [5, 4, 1]);
  assert.ok(Number.isNaN(costMetrics([stuck])["cost/proxy"]));
});

test("how certain a policy is shows on an empty canvas alone", () => {
  const whole = episode([0, 0], 1, { meanEntropy: 1.5 });
  const second = episode([0], undefined, { meanEntropy: 0.5 }); // a dead end counts as well
  const nearlyDone = episode([0], 1, { placedBefore: 3, meanEntropy: 0 });
  assert.equal(wholeEntropy([whole, nearlyDone, second]), 1);
  assert.ok(Number.isNaN(wholeEntropy([nearlyDone])));
});
