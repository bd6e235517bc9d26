// Least squares on data whose weights are known.
import { test } from "node:test";
import { Random } from "../../../../netlist/index.js";
import { leastSquares } from "../../../../policy/reward-model/model.js";
import { linearPrediction } from "../../../../policy/reward-model/scoring.js";
import { assertClose } from "../../../support/close.js";

test("finds the weights that made the outputs, two at once", () => {
  const random = Random.stream(1, "linear");
  const inputs = Array.from({ length: 400 }, () => [random.normal(), random.normal(), random.normal()]);
  const outputs = inputs.map(([a, b, c]) => [2 * a! - b!, 0.5 * c!]);
  const weights = leastSquares(inputs, outputs);
  assertClose(weights, [2, 0, -1, 0, 0, 0.5], 0.01); // [inputs x outputs]; the ridge takes a thousandth off
  assertClose([linearPrediction([1, 1, 2], weights, { outputs: 2, output: 0 })], [1], 0.01);
  assertClose([linearPrediction([1, 1, 2], weights, { outputs: 2, output: 1 })], [1], 0.01);
});

test("two inputs that say the same share the weight", () => {
  const inputs = Array.from({ length: 50 }, (_, row) => [row - 24.5, row - 24.5]);
  const weights = leastSquares(
    inputs,
    inputs.map(([a]) => [a!]),
  );
  assertClose(weights, [0.5, 0.5], 0.01);
});
