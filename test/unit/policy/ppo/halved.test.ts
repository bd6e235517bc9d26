// The schedules of the step size and of the entropy bonus.
import assert from "node:assert/strict";
import { test } from "node:test";
import { halved } from "../../../../policy/ppo/ppo.js";

test("a weight stays, or falls to half in so many iterations", () => {
  const weights = (every: number) => [0, 20, 40, 60].map((iteration) => halved(0.08, every, iteration));
  assert.deepEqual(weights(0), [0.08, 0.08, 0.08, 0.08]);
  assert.deepEqual(weights(20), [0.08, 0.04, 0.02, 0.01]);
});
