// The sum of the k largest against sorting.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Kernels } from "../../../kernels/index.js";
import { Random } from "../../../netlist/index.js";

const kernels = Kernels.create();

function sumOfLargest(values: readonly bigint[], k: number): bigint {
  const array = kernels.i64(values.length);
  array.set(values);
  const sum = kernels.run.sumOfLargest(array.byteOffset, values.length, k);
  // The kernel may reorder the values but not change them.
  assert.deepEqual([...array].sort(compare), values.toSorted(compare));
  return sum;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function bySorting(values: readonly bigint[], k: number): bigint {
  return values
    .toSorted((a, b) => compare(b, a))
    .slice(0, k)
    .reduce((sum, value) => sum + value, 0n);
}

test("3 and 5 are the two largest of 3, 1, 5, 2", () => {
  assert.equal(sumOfLargest([3n, 1n, 5n, 2n], 2), 8n);
});

test("more than there are is all of them", () => {
  assert.equal(sumOfLargest([3n, 1n], 2), 4n);
  assert.equal(sumOfLargest([3n, 1n], 7), 4n);
});

test("every k of random, repeated, sorted and constant values gives what sorting gives", () => {
  const random = Random.stream(5, "select");
  for (let trial = 0; trial < 60; trial++) {
    const n = 1 + random.below(40);
    const range = [2, 5, 1000, 2 ** 50][trial % 4]!;
    const values = Array.from({ length: n }, () => BigInt(random.below(range)));
    const cases = [values, values.toSorted(compare), values.toSorted((a, b) => compare(b, a))];
    cases.push(values.map(() => 7n));
    for (const list of cases)
      for (let k = 1; k <= n; k++) assert.equal(sumOfLargest(list, k), bySorting(list, k), `${list} ${k}`);
  }
});

test("a large map of zeros with a few values takes no longer than any other", { timeout: 5_000 }, () => {
  const values = Array.from({ length: 200_000 }, (_, i) => (i % 50_000 === 0 ? BigInt(i + 1) : 0n));
  assert.equal(sumOfLargest(values, 20_000), bySorting(values, 20_000));
});
