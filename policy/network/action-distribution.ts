// The distribution over cells that a network's logits stand for.
import type { Kernels } from "../../kernels/index.js";

export class ActionDistribution {
  /** Per cell, natural logarithm; very low where infeasible. In kernel memory. */
  readonly logProbabilities: Float32Array;
  /** Per cell, exactly 0 where infeasible. In kernel memory. */
  readonly probabilities: Float32Array;
  /** Of the last `update`, in nats. */
  entropy = 0;
  private readonly kernels: Kernels;

  constructor(kernels: Kernels, cells: number) {
    this.kernels = kernels;
    this.logProbabilities = kernels.f32(cells);
    this.probabilities = kernels.f32(cells);
  }

  /** Takes the distribution of `logits` [cells], in kernel memory. */
  update(logits: Float32Array): void {
    this.entropy = this.kernels.run.softmax(
      logits.byteOffset,
      this.logProbabilities.byteOffset,
      this.probabilities.byteOffset,
      logits.length,
    );
  }

  /** Gradient by the logits of `logProbabilitySlope` · log p(action) + `entropySlope` · entropy. */
  backward(
    action: number,
    logProbabilitySlope: number,
    entropySlope: number,
    outLogitSlopes: Float32Array,
  ): void {
    this.kernels.run.softmaxBackward(
      this.logProbabilities.byteOffset,
      this.probabilities.byteOffset,
      this.probabilities.length,
      this.entropy,
      action,
      logProbabilitySlope,
      entropySlope,
      outLogitSlopes.byteOffset,
    );
  }
}
