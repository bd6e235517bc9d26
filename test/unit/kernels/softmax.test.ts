// The distribution over cells and its gradient.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../kernels/index.js";
import { Random } from "../../../netlist/index.js";
import { assertClose } from "../../support/close.js";
import { maskedSoftmax } from "../../twins/layers-twin.js";

const kernels = Kernels.create();
const { run } = kernels;

function softmax(logits: readonly number[], mask: readonly number[]) {
  const n = logits.length;
  const masked = kernels.f32(n);
  masked.set(logits.map((logit, i) => (mask[i] ? logit : -1e30)));
  const logProbabilities = kernels.f32(n);
  const probabilities = kernels.f32(n);
  const entropy = run.softmax(masked.byteOffset, logProbabilities.byteOffset, probabilities.byteOffset, n);
  return { logProbabilities, probabilities, entropy };
}

function randomCase(n: number, spread: number): { logits: number[]; mask: number[]; action: number } {
  const random = Random.stream(11, "softmax", n, spread);
  const logits = Array.from({ length: n }, () => Math.fround(spread * random.normal()));
  const mask = logits.map(() => (random.uniform() < 0.6 ? 1 : 0));
  const action = random.below(n);
  mask[action] = 1;
  return { logits, mask, action };
}

test("three equal open cells of five have probability 1/3 each and entropy ln 3", () => {
  const { probabilities, logProbabilities, entropy } = softmax([7, 7, 99, 7, 99], [1, 1, 0, 1, 0]);
  assertClose(probabilities, [1 / 3, 1 / 3, 0, 1 / 3, 0], 1e-6);
  assertClose(logProbabilities.slice(0, 2), [-Math.log(3), -Math.log(3)], 1e-6);
  assert.ok(Math.abs(entropy - Math.log(3)) < 1e-6);
});

test("probabilities, their logarithms and the entropy equal the twin; masked cells have exactly 0", () => {
  for (const n of [1, 2, 3, 4, 5, 17, 64, 503]) {
    for (const spread of [0, 1, 30]) {
      const { logits, mask } = randomCase(n, spread);
      const found = softmax(logits, mask);
      const twin = maskedSoftmax(logits, mask);
      const open = logits.map((_, i) => i).filter((i) => mask[i]);
      assertClose(found.probabilities, twin.probabilities, 1e-5, "probabilities");
      for (const i of open) {
        // Relative to each one, unless it is so small that single precision takes it for 0.
        const p = twin.probabilities[i]!;
        if (p > 1e-30)
          assert.ok(Math.abs(found.probabilities[i]! - p) <= 1e-5 * p, `p[${i}] of ${n}, ${spread}`);
      }
      const logs = (values: ArrayLike<number>): number[] => open.map((i) => values[i]!);
      assertClose(logs(found.logProbabilities), logs(twin.logProbabilities), 1e-5, "logarithms");
      assert.ok(Math.abs(found.entropy - twin.entropy) <= 1e-5 * Math.max(1, twin.entropy), "entropy");
      mask.forEach((allowed, i) => {
        if (!allowed) assert.equal(found.probabilities[i], 0);
      });
    }
  }
});

test("the gradient equals finite differences of the twin and is exactly 0 at masked cells", () => {
  for (const n of [1, 3, 5, 17, 64]) {
    const { logits, mask, action } = randomCase(n, 1);
    const { logProbabilities, probabilities, entropy } = softmax(logits, mask);
    const dLogits = kernels.f32(n);
    const [dLog, dEntropy] = [0.8, -0.3];
    run.softmaxBackward(
      logProbabilities.byteOffset,
      probabilities.byteOffset,
      n,
      entropy,
      action,
      dLog,
      dEntropy,
      dLogits.byteOffset,
    );
    const loss = (at: number, shift: number): number => {
      const twin = maskedSoftmax(
        logits.map((logit, i) => (i === at ? logit + shift : logit)),
        mask,
      );
      return dLog * twin.logProbabilities[action]! + dEntropy * twin.entropy;
    };
    const expected = logits.map((_, i) => (mask[i] ? (loss(i, 1e-5) - loss(i, -1e-5)) / 2e-5 : 0));
    // With one open cell nothing can change, so that only rounding is left: compare on the scale of dLog.
    assertClose([...dLogits, 1], [...expected, 1], 1e-5, `gradient of ${n}`);
    mask.forEach((allowed, i) => {
      if (!allowed) assert.ok(dLogits[i] === 0);
    });
  }
});
