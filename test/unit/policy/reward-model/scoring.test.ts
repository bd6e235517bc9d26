// Kendall's tau on lists short enough to count pairs by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { kendallTau } from "../../../../policy/reward-model/scoring.js";

test("agreeing less disagreeing pairs over all pairs", () => {
  assert.equal(kendallTau([1, 2, 3, 4], [10, 20, 30, 40]), 1);
  assert.equal(kendallTau([1, 2, 3, 4], [4, 3, 2, 1]), -1);
  // Six pairs, of which only (3, 4) is the other way round: (5 - 1) / 6.
  assert.equal(kendallTau([1, 2, 3, 4], [1, 2, 4, 3]), 4 / 6);
});

test("a tie counts neither for nor against, and takes its pair from the list's own count", () => {
  // Pairs of a: 12 tied, 13 and 23 agree. Untied in a 2, in b 3: 2 / √6.
  assert.equal(kendallTau([1, 1, 2], [1, 2, 3]), 2 / Math.sqrt(6));
});

test("a constant list has no order", () => {
  assert.ok(Number.isNaN(kendallTau([1, 1, 1], [1, 2, 3])));
});
