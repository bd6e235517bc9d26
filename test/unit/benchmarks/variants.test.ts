// Changed placements of the study of cheap figures: what a change may do, what stays, and that macros stay apart.
import assert from "node:assert/strict";
import { test } from "node:test";
import { changed } from "../../../benchmarks/truth/variants.js";
import { boxOf, NodeKind, Orientation } from "../../../netlist/index.js";
import { flatBlock } from "../../support/flat-block.js";

const read = flatBlock({
  rows: 50,
  sitesPerRow: 200,
  macros: [
    [0, 0],
    [30, 0],
    [60, 0],
    [0, 40],
    [40, 50],
    [80, 85],
  ],
});
const macros = [...read.kinds.keys()].filter((node) => read.kinds[node] === NodeKind.HardMacro);
const [kept, ...loose] = macros as [number, ...number[]];
const block = { ...read, fixed: read.fixed.map((is, node) => (loose.includes(node) ? 0 : is)) };
const before = block.initial;
const cornersOf = (placement: typeof before) => macros.map((macro) => boxOf(block, placement, macro));

test("swapped macros share the same places among them, and cells, ports and fixed macros stay", () => {
  const after = changed(block, before, { kind: "swap", amount: 1 }, 1);
  const places = (one: typeof before) => macros.map((macro) => `${one.xs[macro]} ${one.ys[macro]}`);
  assert.deepEqual([...places(after)].sort(), [...places(before)].sort());
  assert.notDeepEqual(places(after), places(before));
  for (let node = 0; node < block.nodeCount; node++)
    if (!loose.includes(node)) assert.equal(after.xs[node], before.xs[node]);
  assert.deepEqual(
    changed(block, before, { kind: "swap", amount: 1 }, 1),
    after,
    "the same seed, the same change",
  );
  assert.deepEqual(changed(block, before, { kind: "swap", amount: 0 }, 1), before);
});

test("nudged macros move, keep to the canvas and apart, and go no farther than three steps", () => {
  const after = changed(block, before, { kind: "nudge", amount: 0.05 }, 3);
  const boxes = cornersOf(after);
  for (const [i, a] of boxes.entries()) {
    assert.ok(a.left >= 0 && a.bottom >= 0 && a.right <= 100 && a.top <= 100);
    for (const b of boxes.slice(0, i))
      assert.ok(a.right <= b.left || b.right <= a.left || a.top <= b.bottom || b.top <= a.bottom);
  }
  assert.ok(loose.every((macro) => after.xs[macro] !== before.xs[macro]));
  assert.ok(macros.every((macro) => Math.abs(after.xs[macro]! - before.xs[macro]!) <= 15));
  assert.equal(after.xs[kept], before.xs[kept]);
});

test("mirrored macros lie on the other side, turned with it; flipped ones stay where they are", () => {
  const mirrored = changed(block, before, { kind: "mirror", amount: 0 }, 1);
  for (const macro of loose) {
    assert.equal(mirrored.xs[macro], 100 - before.xs[macro]!);
    assert.equal(mirrored.orientations[macro], Orientation.FN);
  }
  assert.deepEqual(changed(block, mirrored, { kind: "mirror", amount: 0 }, 1), before);
  const flipped = changed(block, before, { kind: "flip", amount: 0 }, 1);
  assert.deepEqual(flipped.xs, before.xs);
  assert.ok(loose.every((macro) => flipped.orientations[macro]! <= Orientation.FS));
  assert.ok(loose.some((macro) => flipped.orientations[macro] !== Orientation.N));
});
