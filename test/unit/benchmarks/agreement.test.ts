// What the study of cheap figures says of two rankings.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  blockTau,
  chosenOnOthers,
  fittedOnOthers,
  kendall,
  meanRatio,
  meanTau,
} from "../../../benchmarks/truth/agreement.js";
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

test("the interval within a block is wider with fewer placements, and NaN for a figure that is constant", () => {
  const truth = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
  const figure = [2, 1, 4, 3, 6, 5, 8, 7, 10, 9, 12, 11];
  const few = { figure: figure.slice(0, 6), truth: truth.slice(0, 6) };
  const long = blockTau({ figure, truth }, Random.stream(1, "test"));
  const short = blockTau(few, Random.stream(1, "test"));
  // Of 66 pairs six disagree, of 15 three.
  assert.ok(Math.abs(long.mean - 54 / 66) < 1e-12 && Math.abs(short.mean - 9 / 15) < 1e-12);
  assert.ok(short.high - short.low > long.high - long.low);
  assert.ok(Number.isNaN(blockTau({ figure: truth.map(() => 1), truth }, Random.stream(1, "test")).mean));
});

test("a mean ratio counts every block once, whatever the number of its pairs", () => {
  const double: [number, number][] = [
    [1, 2],
    [10, 20],
    [3, 6],
  ];
  const found = meanRatio([double, [[8, 4]]], Random.stream(1, "test"));
  assert.ok(Math.abs(found.mean - 1) < 1e-12);
  // Of two blocks drawn with repetition both may be the same one.
  assert.ok(Math.abs(found.low - 0.5) < 1e-12 && Math.abs(found.high - 2) < 1e-12);
  const certain = meanRatio([double, double], Random.stream(1, "test"));
  assert.ok(Math.abs(certain.low - 2) < 1e-12 && Math.abs(certain.high - 2) < 1e-12);
});

test("the figure for a block is chosen by the others alone", () => {
  const truths = [
    [1, 2, 3],
    [1, 2, 3],
    [1, 2, 3],
  ];
  const good = [1, 2, 3];
  const bad = [3, 2, 1];
  const first = [good, good, bad];
  const second = [bad, bad, good];
  // On blocks 1 and 2 both have a mean of 0, and the first of the list is taken; on blocks 0 and 1 the first is perfect.
  assert.deepEqual(chosenOnOthers([first, second], truths), [good, good, bad]);
  assert.deepEqual(chosenOnOthers([second, first], truths), [bad, bad, bad]);
});
