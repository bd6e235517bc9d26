// The schedule of the entropy bonus.
import assert from "node:assert/strict";
import { test } from "node:test";
import { entropyWeight } from "../../../policy/update.js";

test("the bonus stays, or falls to half in so many iterations", () => {
  const weights = (entropyHalving: number) =>
    [0, 20, 40, 60].map((iteration) => entropyWeight({ entropy: 0.08, entropyHalving }, iteration));
  assert.deepEqual(weights(0), [0.08, 0.08, 0.08, 0.08]);
  assert.deepEqual(weights(20), [0.08, 0.04, 0.02, 0.01]);
});
