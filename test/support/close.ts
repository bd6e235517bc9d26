// The one assertion of closeness: numbers agree relative to the largest of those expected.
import assert from "node:assert/strict";

/**
 * Fails unless every |actual - expected| is at most `relative` times the largest |expected| (or times 1e-12, where
 * all expected are 0). NaN is close to nothing.
 */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  relative: number,
  what = "values",
): void {
  assert.equal(actual.length, expected.length, `${what}: lengths`);
  let scale = 1e-12;
  for (let i = 0; i < expected.length; i++) scale = Math.max(scale, Math.abs(expected[i]!));
  for (let i = 0; i < expected.length; i++) {
    const error = Math.abs(actual[i]! - expected[i]!);
    if (error <= relative * scale) continue;
    assert.fail(`${what}[${i}] is ${actual[i]}, expected ${expected[i]} ± ${relative * scale}`);
  }
}
