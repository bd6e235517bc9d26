// What the soak says of a series of samples.
import assert from "node:assert/strict";
import { test } from "node:test";
import { MEASURES, sample, trendOf } from "../../../benchmarks/soak/soak.js";

test("a line is found with its growth, and noise around it with its spread", () => {
  const line = trendOf(Array.from({ length: 101 }, (_, i) => 50 + 0.25 * i));
  assert.ok(Math.abs(line.growth - 25) < 1e-9 && line.error < 1e-9 && line.spread < 1e-9);
  assert.deepEqual([line.first, line.last], [52.5, 72.75]);
  const noise = trendOf(Array.from({ length: 100 }, (_, i) => (i % 2 === 0 ? 9 : 11)));
  assert.ok(Math.abs(noise.spread - 1) < 0.02, String(noise.spread));
  assert.ok(Math.abs(noise.growth) < 2 * noise.error);
});

test("every measure of this process is a number above 0, where the system tells it", () => {
  const found = sample();
  for (const measure of MEASURES) assert.ok(Number.isNaN(found[measure]) || found[measure] > 0, measure);
});
