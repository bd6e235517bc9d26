// Channels, notches and walls, by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import { macroGapsOf, notchesOf } from "../../../../env/index.js";
import { copyPlacement, NetlistDraft, NodeKind, Orientation } from "../../../../netlist/index.js";
import { blockOf } from "../../../support/blocks.js";

type Box = readonly [left: number, bottom: number, width: number, height: number];

/** Macros on a canvas of 100 x 100 µm; each has a pin in the middle of its right side. */
function macros(...boxes: readonly Box[]) {
  const draft = new NetlistDraft();
  const places: Record<string, readonly [number, number]> = {};
  const pins = boxes.map(([left, bottom, width, height], i) => {
    const node = draft.addNode(NodeKind.HardMacro, `m${i}`, width, height);
    places[`m${i}`] = [left + width / 2, bottom + height / 2];
    return draft.addPin(node, `m${i}/p`, width / 2, 0);
  });
  const port = draft.addPort("port", 0, 0);
  for (const pin of pins) draft.addNet(pin, [port]);
  return blockOf(draft, {}, places);
}

test("channels: the narrowest of those that face each other, and how many are narrow", () => {
  // 0 and 1 face across 4 µm, 1 and 2 touch, 0 and 3 face across 30 µm upwards; 3 and 2 face at no side.
  const block = macros([10, 10, 20, 20], [34, 10, 20, 20], [54, 10, 20, 20], [10, 60, 20, 20]);
  const { narrowest, narrow, abutted } = macroGapsOf(block, block.initial, 10);
  assert.ok(Math.abs(narrowest! - 4) < 1e-9);
  assert.deepEqual([narrow, abutted], [1, 1]);
  const wide = macroGapsOf(block, block.initial, 3);
  assert.deepEqual([wide.narrow, wide.abutted], [0, 1]);
  assert.ok(Math.abs(wide.narrowest! - 4) < 1e-9);
});

test("a macro between two others ends their channel, and a lone one has none", () => {
  const between = macros([0, 10, 10, 20], [12, 10, 10, 20], [24, 10, 10, 20]);
  assert.equal(macroGapsOf(between, between.initial, 20).narrow, 2);
  const lone = macros([40, 40, 10, 20]);
  const { narrowest, narrow, notches } = macroGapsOf(lone, lone.initial, 20);
  assert.deepEqual([narrowest, narrow, notches], [undefined, 0, 0]);
});

test("notches are pockets with one way out: a gap that a third macro closes, not one with two ends", () => {
  const open = macros([20, 20, 20, 40], [44, 20, 20, 40]);
  assert.equal(macroGapsOf(open, open.initial, 8).notches, 0);
  const closed = macros([20, 20, 20, 40], [44, 20, 20, 40], [20, 60, 44, 20]);
  const { notches, notchArea } = macroGapsOf(closed, closed.initial, 8);
  assert.deepEqual([notches, notchArea], [1, 4 * 40]);
  // Below a macro that stands 4 µm from the edge of the canvas lies a channel with two ends.
  const edge = macros([20, 4, 20, 40]);
  assert.equal(macroGapsOf(edge, edge.initial, 8).notches, 0);
  // In the corner, both gaps end in a pocket that has two ways out.
  const enclosed = macros([20, 20, 44, 20], [20, 60, 44, 20], [20, 40, 20, 20], [44, 40, 20, 20]);
  assert.deepEqual(macroGapsOf(enclosed, enclosed.initial, 8).notchArea, 80, "without any way out");
});

test("the rectangles of notches are disjoint and cover what is counted, where it is", () => {
  const closed = macros([20, 20, 20, 40], [44, 20, 20, 40], [20, 60, 44, 20]);
  assert.deepEqual(notchesOf(closed, closed.initial, 8), [
    { rectangles: [{ left: 40, right: 44, bottom: 20, top: 60 }] },
  ]);
  // Two macros of different height make the pocket a step: wider above the lower one, closed by others above and beside it.
  const stepped = macros([20, 20, 20, 40], [44, 20, 10, 20], [48, 40, 20, 20], [20, 60, 48, 20]);
  const notches = notchesOf(stepped, stepped.initial, 12);
  const { notchArea } = macroGapsOf(stepped, stepped.initial, 12);
  const rectangles = notches.flatMap((notch) => notch.rectangles);
  const areas = rectangles.map(({ left, right, bottom, top }) => (right - left) * (top - bottom));
  assert.ok(rectangles.length > 1 && Math.abs(areas.reduce((sum, area) => sum + area, 0) - notchArea) < 1e-9);
  rectangles.forEach((a, i) => {
    for (const b of rectangles.slice(0, i)) {
      const [width, height] = [
        Math.min(a.right, b.right) - Math.max(a.left, b.left),
        Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom),
      ];
      assert.ok(width <= 1e-9 || height <= 1e-9, "they overlap");
    }
  });
});

test("pins face a wall if a macro or the edge is near on their side, as the macro is turned", () => {
  const block = macros([70, 10, 24, 20], [10, 60, 20, 20], [35, 64, 20, 4]);
  // Macro 0 is 6 µm from the edge on its right, 1 faces 2 across 5 µm but with its pin at 70 above it, 2 faces nothing.
  const facing = (placement: typeof block.initial) => macroGapsOf(block, placement, 8).pinsFacingWalls;
  assert.equal(macroGapsOf(block, block.initial, 8).pins, 3);
  assert.equal(facing(block.initial), 1);
  const mirrored = copyPlacement(block.initial);
  mirrored.orientations.fill(Orientation.FN);
  // Now macro 2 looks at macro 1.
  assert.equal(facing(mirrored), 1);
  mirrored.orientations[0] = Orientation.N;
  assert.equal(facing(mirrored), 2);
});
