// The order in which macros part: by where they lie, turned where a chain is longer than the canvas.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Random } from "../../../../netlist/index.js";
import { type Boxes, orderMacros } from "../../../../placer/mixed/macro-order.js";

const ROOM = { x: [0, 100], y: [0, 100] } as const;

function boxesOf(
  all: readonly (readonly [x: number, y: number, width: number, height: number])[],
  movable = all.length,
): Boxes {
  const column = (i: 0 | 1, share = 1) => Float64Array.from(all, (box) => box[i] * share);
  return {
    movable,
    xs: column(0),
    ys: column(1),
    halfWidths: Float64Array.from(all, (box) => box[2] / 2),
    halfHeights: Float64Array.from(all, (box) => box[3] / 2),
  };
}

/** Pairs that overlap, and boxes outside. */
function faults({ xs, ys, halfWidths, halfHeights }: Boxes): number {
  let count = 0;
  for (let a = 0; a < xs.length; a++) {
    for (const [places, halves] of [
      [xs, halfWidths],
      [ys, halfHeights],
    ] as const)
      if (places[a]! - halves[a]! < -1e-9 || places[a]! + halves[a]! > 100 + 1e-9) count++;
    for (let b = a + 1; b < xs.length; b++)
      if (
        Math.abs(xs[a]! - xs[b]!) < halfWidths[a]! + halfWidths[b]! - 1e-9 &&
        Math.abs(ys[a]! - ys[b]!) < halfHeights[a]! + halfHeights[b]! - 1e-9
      )
        count++;
  }
  return count;
}

test("a pair parts along the axis on which it overlaps less", () => {
  const boxes = boxesOf([
    [40, 50, 20, 20],
    [55, 52, 20, 20],
  ]);
  const order = orderMacros(boxes, ROOM);
  assert.ok(order.fits && order.isAlongX(0, 1) && order.isAlongX(1, 0));
  assert.ok(order.isBefore(0, 1, true) && !order.isBefore(1, 0, true));
  order.settle();
  assert.equal(faults(boxes), 0);
  assert.deepEqual([...boxes.ys], [50, 52]);
});

test("where a row is longer than the canvas, a pair of it parts along the other axis", () => {
  const boxes = boxesOf([
    [20, 50, 40, 20],
    [50, 49, 40, 20],
    [80, 51, 40, 20],
  ]);
  const order = orderMacros(boxes, ROOM);
  assert.ok(order.fits);
  const alongX = [order.isAlongX(0, 1), order.isAlongX(1, 2), order.isAlongX(0, 2)];
  assert.ok(alongX.includes(false));
  order.settle();
  assert.equal(faults(boxes), 0);
});

test("boxes that stand keep their places, and others go round them", () => {
  const boxes = boxesOf(
    [
      [50, 50, 30, 30],
      [60, 55, 30, 30],
    ],
    1,
  );
  const order = orderMacros(boxes, ROOM);
  assert.ok(order.fits);
  order.settle();
  assert.equal(faults(boxes), 0);
  assert.deepEqual([boxes.xs[1], boxes.ys[1]], [60, 55]);
});

test("boxes that cannot fit are told", () => {
  const wide = [50, 50, 80, 80] as const;
  assert.equal(orderMacros(boxesOf([wide, wide]), ROOM).fits, false);
});

test("crowds of boxes, shaken out of a packing of four fifths of the canvas, part without leaving their order", () => {
  for (const seed of [1, 2, 3]) {
    const random = Random.stream(seed, "packing");
    const shake = () => 4 * (random.uniform() - 0.5);
    const all = Array.from({ length: 100 }, (_, i) => {
      const [column, row] = [i % 10, Math.floor(i / 10)];
      return [5 + 10 * column + shake(), 5 + 10 * row + shake(), 9, 9] as const;
    });
    const boxes = boxesOf(all);
    assert.ok(faults(boxes) > 50, `${faults(boxes)} faults before`);
    const order = orderMacros(boxes, ROOM);
    assert.ok(order.fits);
    order.settle();
    assert.equal(faults(boxes), 0);
    const moves = all.map(([x, y], i) => Math.hypot(boxes.xs[i]! - x, boxes.ys[i]! - y));
    const mean = moves.reduce((sum, move) => sum + move, 0) / moves.length;
    assert.ok(mean < 4, `${mean} µm of a side of 9`);
  }
});
