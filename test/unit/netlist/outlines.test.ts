// Outlines of rectangles: their union, their edge, how they turn, and how far shapes are from leaving each other.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  disjoint,
  edgesOf,
  Random,
  type Rectangle,
  shapesOverlap,
  turnOffset,
  turnOutline,
  wayOut,
} from "../../../netlist/index.js";

function randomRectangles(random: Random, count: number): Rectangle[] {
  return Array.from({ length: count }, () => {
    const [left, bottom] = [random.below(8), random.below(8)];
    return { left, bottom, right: left + 1 + random.below(4), top: bottom + 1 + random.below(4) };
  });
}

/** Whether each unit square of a 14 x 14 field is in one of the rectangles. */
function squares(rectangles: readonly Rectangle[], [dx, dy] = [0, 0]): boolean[] {
  return Array.from({ length: 14 * 14 }, (_, i) => {
    const [x, y] = [(i % 14) + 0.5 - dx!, Math.floor(i / 14) + 0.5 - dy!];
    return rectangles.some(({ left, bottom, right, top }) => left < x && x < right && bottom < y && y < top);
  });
}

const count = (flags: readonly boolean[]) => flags.filter(Boolean).length;

test("the union of rectangles covers what they cover, each place once, and its edge encloses that area", () => {
  for (let seed = 0; seed < 60; seed++) {
    const rectangles = randomRectangles(Random.stream(seed, "outlines"), 1 + (seed % 6));
    const union = disjoint(rectangles);
    assert.deepEqual(squares(union), squares(rectangles));
    const area = union.reduce(
      (sum, { left, bottom, right, top }) => sum + (right - left) * (top - bottom),
      0,
    );
    assert.equal(area, count(squares(rectangles)));
    let enclosed = 0;
    for (const line of edgesOf(rectangles))
      line.forEach(([x, y], i) => {
        const [nextX, nextY] = line[(i + 1) % line.length]!;
        assert.ok((x === nextX) !== (y === nextY), "edges are horizontal or vertical, none is empty");
        enclosed += (x * nextY - nextX * y) / 2; // positive where the inside is on the left, holes subtract
      });
    assert.equal(enclosed, area);
  }
});

test("an outline turns like its points", () => {
  const outline = [
    { left: -3, bottom: -2, right: 1, top: 2 },
    { left: 1, bottom: -2, right: 3, top: 0 },
  ];
  for (let orientation = 0; orientation < 8; orientation++)
    turnOutline(outline, orientation).forEach((rect, i) => {
      const { left, bottom, right, top } = outline[i]!;
      const [x, y] = turnOffset(orientation, (left + right) / 2, (bottom + top) / 2);
      assert.ok((rect.left + rect.right) / 2 === x && (rect.bottom + rect.top) / 2 === y);
      const sides = [right - left, top - bottom];
      if (orientation >= 4) sides.reverse();
      assert.deepEqual([rect.right - rect.left, rect.top - rect.bottom], sides);
    });
});

test("moved by the way out, shapes that overlap do not any more", () => {
  let overlapping = 0;
  for (let seed = 0; seed < 60; seed++) {
    const random = Random.stream(seed, "ways out");
    const [a, b] = [randomRectangles(random, 1 + (seed % 3)), randomRectangles(random, 1 + (seed % 2))];
    const shared = squares(a).filter((is, i) => is && squares(b)[i]);
    assert.equal(shapesOverlap(a, b), shared.length > 0);
    if (shared.length === 0) continue;
    overlapping++;
    const way = wayOut(a, b);
    assert.ok(way > 0);
    const moved = (dx: number, dy: number) =>
      a.map(({ left, bottom, right, top }) => ({
        left: left + dx,
        bottom: bottom + dy,
        right: right + dx,
        top: top + dy,
      }));
    const ways = [moved(way, 0), moved(-way, 0), moved(0, way), moved(0, -way)];
    assert.ok(ways.some((shapes) => !shapesOverlap(shapes, b)));
  }
  assert.ok(overlapping > 10);
});
