// The optimiser's state: Adam's two moving means and its step count. The arithmetic is a kernel.
import type { Kernels } from "../../kernels/index.js";

/** Options of one Adam step. */
export interface AdamOptions {
  readonly learningRate: number;
  /** Longest gradient taken as it is; longer ones are scaled down to it. */
  readonly maxGradientNorm: number;
}

const BETA1 = 0.9; // Kingma and Ba 2015
const BETA2 = 0.999;
const EPSILON = 1e-5; // as PPO implementations set it; the paper has 1e-8

export class Adam {
  /** Moving mean of the gradients. */
  readonly first: Float32Array;
  /** Moving mean of their squares. */
  readonly second: Float32Array;
  /** Steps taken. */
  steps = 0;
  private readonly kernels: Kernels;

  constructor(kernels: Kernels, length: number) {
    this.kernels = kernels;
    this.first = kernels.f32(length);
    this.second = kernels.f32(length);
  }

  /**
   * Moves `parameters` one step against `gradients`, both in kernel memory. Returns the gradient's norm before
   * clipping. A norm that is not finite moves nothing and counts as no step.
   */
  step(parameters: Float32Array, gradients: Float32Array, options: AdamOptions): number {
    const next = this.steps + 1;
    const norm = this.kernels.run.adamStep(
      parameters.byteOffset,
      gradients.byteOffset,
      this.first.byteOffset,
      this.second.byteOffset,
      this.first.length,
      options.learningRate,
      BETA1,
      BETA2,
      EPSILON,
      1 - BETA1 ** next,
      1 - BETA2 ** next,
      options.maxGradientNorm,
    );
    if (Number.isFinite(norm)) this.steps = next;
    return norm;
  }
}
