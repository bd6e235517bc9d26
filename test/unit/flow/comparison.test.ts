// The verified figures of a comparison: their means, and what the table says of runs that have none.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ComparedRun, comparisonTable, meanSpreadOf, rowOf } from "../../../flow/index.js";

const score = {
  wirelength: 1,
  wirelength_cost: 1,
  density_cost: 1,
  congestion_cost: 1,
  proxy_cost: 2,
  overlaps: 0,
  legal: true,
};
const run = { seed: 1, out: "", seconds: 1, score, curve: { seconds: [], costs: [] } };
const verified = {
  flat_wirelength: 100,
  routed_wirelength: 120,
  pattern_overflow: 9,
  overflow: 1,
  ace_5: 0.5,
  legal: true,
  macro_overlaps: 0,
  seconds: 3,
};
const further = { ...verified, flat_wirelength: 112, overflow: 4, ace_5: 0.75, macro_overlaps: 2 };

function tableOf(runs: readonly ComparedRun[]): string {
  return comparisonTable({
    ashlar: "0",
    protocol: "fd",
    budget: "10s",
    workers: 1,
    seeds: [1],
    methods: ["some"],
    blocks: ["b"],
    rows: [rowOf("b", "some", "fd", runs)],
    published: [],
    out: "",
  });
}

test("mean, least and greatest are those of the values", () => {
  assert.deepEqual(meanSpreadOf([4, 1, 1]), { mean: 2, min: 1, max: 4 });
  assert.deepEqual(meanSpreadOf([7]), { mean: 7, min: 7, max: 7 });
});

test("verified figures are means over the runs that have them; the costs are over all", () => {
  const cheaper = { ...run, score: { ...score, proxy_cost: 1 } };
  const row = rowOf("b", "some", "fd", [{ ...run, verified }, { ...run, verified: further }, cheaper]);
  assert.deepEqual(row.verified!.flat_wirelength, { mean: 106, min: 100, max: 112 });
  assert.deepEqual(row.verified!.routed_wirelength, { mean: 120, min: 120, max: 120 });
  assert.deepEqual(row.verified!.overflow, { mean: 2.5, min: 1, max: 4 });
  assert.deepEqual(row.verified!.ace_5, { mean: 0.625, min: 0.5, max: 0.75 });
  assert.equal(row.costs!.proxy_cost.min, 1);
  assert.ok(!("verified" in rowOf("b", "some", "fd", [run])));
});

test("a column shows the mean cost of nudged copies, if there are any", () => {
  const nudged = { nudges: 32, protocol: "fd", mean: 2.25, deviation: 0.1, min: 2, max: 3 } as const;
  const runs = [
    { ...run, nudged },
    { ...run, nudged: { ...nudged, mean: 2.5 } },
  ];
  assert.deepEqual(rowOf("b", "some", "fd", runs).nudged, { mean: 2.375, min: 2.25, max: 2.5 });
  const table = tableOf(runs);
  assert.match(table, /^nudged: /m);
  assert.match(table, /some +2\.0000 +2\.3750 \(2\.2500 to 2\.5000\) +1\.0000/);
  assert.doesNotMatch(tableOf([run]), /nudged/);
});

test("the table has a second part for verified figures, and says why a run has none", () => {
  const table = tableOf([
    { ...run, verified },
    { ...run, verified: further },
  ]);
  assert.match(table, /^verified: /m);
  // Macros of the second run overlap, so that it is not legal.
  assert.match(table, /some +106 \(100 to 112\) +120 +9 +3 \(1 to 4\) +0\.625 \(0\.500 to 0\.750\) +1\/2\n/);
  assert.doesNotMatch(tableOf([run]), /verified/);
  const partly = tableOf([
    { ...run, verified },
    { ...run, unverified: "not verified: no room" },
  ]);
  assert.match(partly, /some failed: not verified: no room/);
  assert.match(partly, /some +100 +120 +9 +1 +0\.500 +1\/1\n/);
});
