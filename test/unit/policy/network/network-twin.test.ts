// The twin's analytic gradient against central finite differences in float64: what makes the twin a reference.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../../netlist/index.js";
import { parameterLayout } from "../../../../policy/network/parameters.js";
import { twinBackward, twinForward } from "../../../twins/network-twin.js";
import {
  noisyParameters,
  randomGraph,
  randomLogitGradient,
  randomStep,
  smallConfig,
} from "../tiny-policy.js";

const PROBES = 6; // parameters tried per tensor
const STEP = 1e-5;

for (const live of [false, true])
  test(`the twin's gradient equals central finite differences for every tensor, live ${live}`, () => {
    const config = smallConfig({ deconvolutionChannels: [4], trunk: 8, live, liveEdges: 2 });
    const block = { graph: randomGraph(5, 9, config.nodeFeatures), rows: 3, columns: 5 };
    const step = randomStep(config, 15, [1, 3], { nodeCount: 5, seed: 25 });
    const dLogits = randomLogitGradient(step);
    const dValue = 0.7;
    const values = Array.from(noisyParameters(config, 3));
    const gradient = twinBackward(config, values, block, step, dLogits, dValue);

    const loss = (at: number, shift: number): number => {
      const shifted = values.slice();
      shifted[at] = shifted[at]! + shift;
      const { logits, value } = twinForward(config, shifted, block, step);
      return logits.reduce(
        (sum, logit, cell) => sum + (dLogits[cell] ? logit * dLogits[cell]! : 0),
        value * dValue,
      );
    };
    const random = Random.stream(4, "probes");
    let tried = 0;
    let kinks = 0;
    for (const { name, offset, length } of parameterLayout(config).tensors) {
      const scale = Math.max(...gradient.slice(offset, offset + length).map(Math.abs));
      assert.ok(scale > 0, `${name} has a gradient`);
      for (let probe = 0; probe < Math.min(PROBES, length); probe++) {
        const at = offset + random.below(length);
        const slope = (h: number): number => (loss(at, h) - loss(at, -h)) / (2 * h);
        tried += 1;
        // Where half the step gives another slope, a ReLU has its kink in between, and no difference is the gradient.
        if (Math.abs(slope(STEP) - slope(STEP / 2)) > 1e-6 * scale) kinks += 1;
        else {
          const error = Math.abs(gradient[at]! - slope(STEP));
          assert.ok(error <= 1e-6 * scale, `${name}[${at - offset}]: ${gradient[at]} against ${slope(STEP)}`);
        }
      }
    }
    assert.ok(kinks <= tried / 20, `${kinks} kinks among ${tried} probes`);
  });
