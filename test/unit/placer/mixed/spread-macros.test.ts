// Macros that overlap are pushed apart with small moves; on a pitch they end on it without overlap.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NetlistDraft, NodeKind, Orientation, type Placement, Random } from "../../../../netlist/index.js";
import { spreadMacros } from "../../../../placer/mixed/spread-macros.js";
import { blockOf } from "../../../support/blocks.js";

const PITCH = { x: 0.5, y: 2, originX: 1, originY: 3 };

/** Macros of several sizes, some lying, near the middle of a canvas of 100 x 100 µm, of which they take about 45 %. */
function crowded(seed: number, rate = 1) {
  const random = Random.stream(seed, "crowd");
  const draft = new NetlistDraft();
  const nodes = Array.from({ length: 24 }, (_, i) =>
    draft.addNode(NodeKind.HardMacro, `m${i}`, 8 + 2 * random.below(8), 6 + 2 * random.below(7)),
  );
  const wall = draft.addNode(NodeKind.HardMacro, "wall", 20, 20);
  const blockages = [{ left: 0, bottom: 90, right: 30, top: 100, rate }];
  const block = blockOf(draft, { blockages }, { wall: [60, 50] });
  block.fixed[wall] = 1;
  const placement: Placement = {
    xs: block.initial.xs.slice(),
    ys: block.initial.ys.slice(),
    orientations: block.initial.orientations.slice(),
  };
  for (const node of nodes) {
    placement.xs[node] = 10 + 80 * random.uniform();
    placement.ys[node] = 10 + 80 * random.uniform();
    placement.orientations[node] = random.below(3) === 0 ? Orientation.E : 0;
  }
  return { block, nodes, wall, placement };
}

function boxesOf({ block, nodes, wall }: ReturnType<typeof crowded>, { xs, ys, orientations }: Placement) {
  return [...nodes, wall].map((node) => {
    const lies = orientations[node] === Orientation.E;
    const [width, height] = lies
      ? [block.heights[node]!, block.widths[node]!]
      : [block.widths[node]!, block.heights[node]!];
    const [left, bottom] = [xs[node]! - width / 2, ys[node]! - height / 2];
    return { left, bottom, right: left + width, top: bottom + height };
  });
}

for (const pitch of [undefined, PITCH])
  test(`no overlap, inside, off the blockage, ${pitch ? "on the pitch" : "anywhere"}, and what is fixed stays`, () => {
    for (const seed of [1, 2, 3]) {
      const crowd = crowded(seed);
      const { placement, overlaps, moved } = spreadMacros(crowd.block, crowd.placement, pitch);
      assert.equal(overlaps, 0, `seed ${seed}`);
      assert.ok(moved > 0 && moved < 24 * 25, `moved by ${moved}`);
      const boxes = boxesOf(crowd, placement);
      const { left, bottom, right, top } = crowd.block.blockages[0]!;
      const all = [...boxes, { left, bottom, right, top }];
      for (const [i, a] of boxes.entries()) {
        assert.ok(a.left > -1e-3 && a.bottom > -1e-3 && a.right < 100.001 && a.top < 100.001, `${i} inside`);
        for (const b of all.slice(i + 1)) {
          const apart =
            a.left >= b.right - 1e-3 ||
            b.left >= a.right - 1e-3 ||
            a.bottom >= b.top - 1e-3 ||
            b.bottom >= a.top - 1e-3;
          assert.ok(apart, `seed ${seed}: ${JSON.stringify([a, b])}`);
        }
        if (!pitch || i === boxes.length - 1) continue;
        for (const steps of [(a.left - pitch.originX) / pitch.x, (a.bottom - pitch.originY) / pitch.y])
          assert.ok(Math.abs(steps - Math.round(steps)) < 1e-6, `${i} on the pitch`);
      }
      assert.deepEqual([placement.xs[crowd.wall], placement.ys[crowd.wall]], [60, 50]);
      assert.deepEqual(spreadMacros(crowd.block, crowd.placement, pitch).placement, placement);
    }
  });

test("macros keep out of a blockage that leaves room for cells as of a full one", () => {
  const { placement } = spreadMacros(crowded(1).block, crowded(1).placement);
  for (const rate of [0.5, 0]) {
    const crowd = crowded(1, rate);
    assert.deepEqual(spreadMacros(crowd.block, crowd.placement).placement, placement, `rate ${rate}`);
  }
});

test("macros that stand apart do not move", () => {
  const crowd = crowded(1);
  const { placement } = spreadMacros(crowd.block, crowd.placement);
  assert.deepEqual(spreadMacros(crowd.block, placement), { placement, overlaps: 0, moved: 0 });
});
