// What the study of cheap figures says of two rankings.
import assert from "node:assert/strict";
import { test } from "node:test";
import { fittedOnOthers, kendall, meanTau } from "../../../benchmarks/truth/agreement.js";
import { Random } from "../../../netlist/index.js";

test("tau is 1 for the same order, -1 for the reverse, and counts ties as neither", () => {
  assert.equal(kendall([1, 2, 3, 4], [10, 20, 30, 40]), 1);
  assert.equal(kendall([1, 2, 3, 4], [4, 3, 2, 1]), -1);
  // Of six pairs four agree and two do not.
  assert.ok(Math.abs(kendall([1, 2, 3, 4], [1, 3, 4, 2]) - 2 / 6) < 1e-12);
  // Five pairs are untied in the first, six in the second; all five agree.
  assert.ok(Math.abs(kendall([1, 1, 2, 3], [1, 2, 3, 4]) - 5 / Math.sqrt(30)) < 1e-12);
  assert.ok(Number.isNaN(kendall([1, 1, 1], [1, 2, 3])));
});

test("the interval of a mean tau holds it, and is a point where every order is the same", () => {
  const same = { figure: [1, 2, 3, 4, 5, 6, 7, 8], truth: [2, 4, 6, 8, 10, 12, 14, 16] };
  const certain = meanTau([same, same], Random.stream(1, "test"));
  assert.equal(certain.mean, 1);
  assert.ok(certain.low > 0.999);
  const mixed = { figure: [1, 2, 3, 4, 5, 6, 7, 8], truth: [2, 1, 4, 3, 8, 5, 6, 7] };
  const wide = meanTau([mixed, same], Random.stream(1, "test"));
  assert.ok(wide.low < wide.mean && wide.mean <= wide.high && wide.low < 0.9);
});

test("a linear fit on the other blocks foretells a truth that is linear in the terms", () => {
  const random = Random.stream(2, "test");
  const draw = () => Array.from({ length: 12 }, () => 1 + random.uniform());
  const terms = [0, 1].map(() => [draw(), draw(), draw()]);
  const relative = (values: readonly number[]) => {
    const average = values.reduce((sum, value) => sum + value, 0) / values.length;
    return values.map((value) => value / average - 1);
  };
  const truths = [0, 1, 2].map((block) => {
    const [a, b] = terms.map((term) => relative(term[block]!));
    return a!.map((value, i) => 100 * (1 + 0.3 * value + 0.1 * b![i]!));
  });
  const found = fittedOnOthers(terms, truths);
  for (const [block, values] of found.entries()) assert.equal(kendall(values, truths[block]!), 1);
});
