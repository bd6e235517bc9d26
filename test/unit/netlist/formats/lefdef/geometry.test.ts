import assert from "node:assert/strict";
import { test } from "node:test";
import { isRectilinear, type Point, slabsOf } from "../../../../../netlist/formats/lefdef/geometry.js";

// An L: 10 wide at the bottom up to 4, 6 wide from there up to 10.
const L: Point[] = [
  [0, 0],
  [0, 10],
  [6, 10],
  [6, 4],
  [10, 4],
  [10, 0],
];

test("a polygon is cut into slabs at its corners", () => {
  assert.deepEqual(slabsOf(L), [
    { left: 0, bottom: 0, right: 6, top: 10 },
    { left: 6, bottom: 0, right: 10, top: 4 },
  ]);
});

test("what the bounds hold beside it is the rest", () => {
  assert.deepEqual(slabsOf(L, true), [{ left: 6, bottom: 4, right: 10, top: 10 }]);
});

test("a ring with a notch in the middle of a side has area inside and outside that add up", () => {
  const u: Point[] = [
    [0, 0],
    [0, 9],
    [3, 9],
    [3, 5],
    [6, 5],
    [6, 9],
    [9, 9],
    [9, 0],
  ];
  const area = (rects: ReturnType<typeof slabsOf>) =>
    rects.reduce((sum, { left, bottom, right, top }) => sum + (right - left) * (top - bottom), 0);
  assert.equal(area(slabsOf(u)), 81 - 12);
  assert.equal(area(slabsOf(u, true)), 12);
});

test("slanting edges are seen", () => {
  assert.ok(isRectilinear(L));
  assert.ok(
    !isRectilinear([
      [0, 0],
      [5, 5],
      [5, 0],
    ]),
  );
});
