// The reward model's network: every gradient against finite differences, and what its users rely on.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import { networkConfig } from "../../../../policy/network/parameters.js";
import {
  RewardNetwork,
  type RewardNetworkConfig,
  rewardLayout,
} from "../../../../policy/reward-model/network.js";
import { REWARD_LABELS, REWARD_NUMBERS } from "../../../../policy/reward-model/sample.js";
import { randomGraph } from "../tiny-policy.js";

const NODES = 7;
const FEATURES = 10; // places are features 7, 8, 9
const config: RewardNetworkConfig = {
  network: networkConfig({ nodeFeatures: FEATURES, width: 4, rounds: 2, stateFeatures: 1, planes: 1 }),
  hidden: 8,
  numbers: true,
};

function problem() {
  const kernels = Kernels.create();
  const random = Random.stream(4, "reward network");
  const { length, tensors } = rewardLayout(config);
  const parameters = kernels.f32(length);
  const gradients = kernels.f32(length);
  for (const tensor of tensors)
    for (let i = tensor.offset; i < tensor.offset + tensor.length; i++) parameters[i] = 0.4 * random.normal();
  const graph = randomGraph(NODES, 12, FEATURES);
  for (let node = 0; node < 3; node++) graph.features[node * FEATURES] = 1; // hard macros
  const network = new RewardNetwork(kernels, config, { graph, parameters, gradients });
  const places = Float32Array.from({ length: 2 * NODES }, () => random.normal());
  const numbers = Float32Array.from({ length: REWARD_NUMBERS.length }, () => random.normal());
  return { network, parameters, gradients, tensors, places, numbers };
}

test("every gradient is the slope of the loss", () => {
  const { network, parameters, gradients, tensors, places, numbers } = problem();
  const slopes = Float32Array.from(REWARD_LABELS, (_, label) => 1 - 0.6 * label);
  const loss = () => network.forward(places, numbers).reduce((sum, y, label) => sum + slopes[label]! * y, 0);
  loss();
  network.backward(slopes);
  for (const { name, offset, length } of tensors) {
    // The slope along a random direction of the whole tensor, so that rounding of f32 is small beside it.
    const random = Random.stream(5, "direction", name);
    const direction = Array.from({ length }, () => random.normal());
    const before = parameters.slice(offset, offset + length);
    const at = (step: number): number => {
      for (let i = 0; i < length; i++) parameters[offset + i] = before[i]! + step * direction[i]!;
      return loss();
    };
    const step = 1e-3;
    const measured = (at(step) - at(-step)) / (2 * step);
    parameters.set(before, offset);
    const expected = direction.reduce((sum, d, i) => sum + d * gradients[offset + i]!, 0);
    const tolerance = 0.01 * Math.max(0.1, Math.abs(expected));
    assert.ok(Math.abs(measured - expected) < tolerance, `${name}: ${expected}, measured ${measured}`);
  }
});

test("gradients of several samples add up", () => {
  const { network, gradients, places, numbers } = problem();
  const slopes = [1, 0, 0, 0];
  network.forward(places, numbers);
  network.backward(slopes);
  const once = gradients.slice();
  network.forward(places, numbers);
  network.backward(slopes);
  const twice = once.map((value) => 2 * value);
  for (const [i, value] of gradients.entries())
    assert.ok(Math.abs(value - twice[i]!) <= 1e-5 * Math.max(1, Math.abs(twice[i]!)));
});

test("the encoder sees where nodes stand, and a mirror is as if they stood mirrored", () => {
  const { network, places, numbers } = problem();
  const plain = network.forward(places, numbers).slice();
  const mirrored = network.forward(places, numbers, { mirrorX: -1 }).slice();
  assert.notDeepEqual(mirrored, plain);
  const turned = places.map((place, i) => (i % 2 === 0 ? -place : place));
  assert.deepEqual(network.forward(turned, numbers).slice(), mirrored);
  assert.deepEqual(network.forward(places, numbers).slice(), plain);
});
