// Adam against a plain twin.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import { Adam } from "../../../../policy/ppo/adam.js";
import { assertClose } from "../../../support/close.js";
import { normals } from "../../../support/random-arrays.js";

const kernels = Kernels.create();

/** Algorithm 1 of Kingma and Ba with clipping, in float64. */
class AdamTwin {
  private readonly m: number[];
  private readonly v: number[];
  private t = 0;

  constructor(length: number) {
    this.m = new Array(length).fill(0);
    this.v = new Array(length).fill(0);
  }

  step(parameters: number[], gradients: ArrayLike<number>, rate: number, maxNorm: number): number {
    this.t += 1;
    const norm = Math.hypot(...Array.from(gradients));
    const scale = Math.min(1, maxNorm / norm);
    for (let i = 0; i < parameters.length; i++) {
      const g = gradients[i]! * scale;
      this.m[i] = 0.9 * this.m[i]! + 0.1 * g;
      this.v[i] = 0.999 * this.v[i]! + 0.001 * g * g;
      const mHat = this.m[i]! / (1 - 0.9 ** this.t);
      const vHat = this.v[i]! / (1 - 0.999 ** this.t);
      parameters[i] = parameters[i]! - (rate * mHat) / (Math.sqrt(vHat) + 1e-5);
    }
    return norm;
  }
}

test("ten steps equal the twin, with and without clipping, at any length", () => {
  const random = Random.stream(12, "adam");
  for (const length of [1, 3, 4, 5, 17, 100]) {
    const parameters = normals(kernels, random, length);
    const twinParameters = Array.from(parameters);
    const adam = new Adam(kernels, length);
    const twin = new AdamTwin(length);
    for (let step = 0; step < 10; step++) {
      const gradients = normals(kernels, random, length);
      const maxGradientNorm = step % 2 === 0 ? 0.5 : 1000;
      const norm = adam.step(parameters, gradients, { learningRate: 0.01, maxGradientNorm });
      const twinNorm = twin.step(twinParameters, gradients, 0.01, maxGradientNorm);
      assertClose([norm], [twinNorm], 1e-6, "norm");
      assertClose(parameters, twinParameters, 1e-5, `parameters after step ${step}`);
    }
    assert.equal(adam.steps, 10);
  }
});

test("the first step moves each parameter by the learning rate against its gradient's sign", () => {
  // Bias correction makes the first means g and g², so the step is rate · g / (|g| + 1e-5).
  const parameters = kernels.f32(2);
  const gradients = kernels.f32(2);
  gradients.set([3, -4]);
  const norm = new Adam(kernels, 2).step(parameters, gradients, { learningRate: 0.1, maxGradientNorm: 10 });
  assert.equal(norm, 5);
  assertClose(parameters, [-0.1, 0.1], 1e-5);
});

test("a gradient that is not finite changes nothing", () => {
  const parameters = kernels.f32(3);
  const gradients = kernels.f32(3);
  gradients.set([1, Number.NaN, 1]);
  const adam = new Adam(kernels, 3);
  assert.ok(Number.isNaN(adam.step(parameters, gradients, { learningRate: 0.1, maxGradientNorm: 1 })));
  assert.deepEqual(
    [...parameters, ...adam.first, ...adam.second, adam.steps],
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
  );
});
