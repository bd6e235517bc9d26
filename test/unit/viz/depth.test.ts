// How many see-through rectangles are drawn over each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Depth } from "../../../viz/page/depth.js";

const VIEW = { width: 800, height: 600 };

test("of rectangles in one place only the first ones are seen, also if they are larger than the view", () => {
  for (const box of [
    { x: 100, y: 100, width: 300, height: 200 },
    { x: -5000, y: -5000, width: 10_000, height: 10_000 },
  ]) {
    const depth = new Depth(VIEW, 7);
    const seen = Array.from({ length: 20 }, () => depth.add(box));
    assert.equal(seen.filter(Boolean).length, 7);
    assert.equal(seen[6], true);
  }
});

test("rectangles that are side by side, small, or stick out of the others, are all seen", () => {
  const depth = new Depth(VIEW, 2);
  for (let i = 0; i < 50; i++)
    assert.equal(depth.add({ x: 400 + (i % 3), y: 500, width: 9, height: 9 }), true);
  for (let x = 0; x < 800; x += 20) assert.equal(depth.add({ x, y: 10, width: 4, height: 4 }), true);
  for (let width = 10; width < 800; width += 40)
    assert.equal(depth.add({ x: 0, y: 300, width, height: 50 }), true);
});

test("what is outside the view is not seen", () => {
  const depth = new Depth(VIEW, 2);
  for (const [x, y] of [
    [-50, 10],
    [10, -50],
    [900, 10],
    [10, 700],
  ] as const)
    assert.equal(depth.add({ x, y, width: 20, height: 20 }), false);
});
