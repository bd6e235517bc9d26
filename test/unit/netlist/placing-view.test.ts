// The block as methods place it: macros that lie stand upright in it, halos are part of boxes, and the way back is exact.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  NodeKind,
  nodesOfKind,
  Orientation,
  placingView,
  Random,
  type Sides,
  turnOffset,
  turnSides,
} from "../../../netlist/index.js";
import { randomPlacement, smallBlock } from "../../support/blocks.js";

/** A block whose every second hard macro lies in its own placement. */
function withLying(seed: number): { block: Block; lying: number[] } {
  const small = smallBlock(seed, 6);
  const initial = copyPlacement(small.initial);
  const lying = [...nodesOfKind(small, NodeKind.HardMacro)].filter(
    (node, index) => index % 2 === 0 && !small.fixed[node],
  );
  for (const node of lying) initial.orientations[node] = Orientation.W;
  return { block: { ...small, initial }, lying };
}

test("without lying macros and halos the block is left as it is", () => {
  const block = smallBlock(1, 6);
  const view = placingView(block);
  assert.equal(view.block, block);
  assert.equal(view.toBlock(block.initial), block.initial);
});

test("sides turn like the corners of a box around the origin", () => {
  const sides: Sides = { left: 1, bottom: 2, right: 3, top: 4 };
  for (let orientation = 0; orientation < 8; orientation++) {
    const corners = [
      turnOffset(orientation, -sides.left, -sides.bottom),
      turnOffset(orientation, sides.right, sides.top),
    ];
    const [xs, ys] = [corners.map(([x]) => x), corners.map(([, y]) => y)];
    assert.deepEqual(turnSides(sides, orientation), {
      left: -Math.min(...xs),
      bottom: -Math.min(...ys),
      right: Math.max(...xs),
      top: Math.max(...ys),
    });
  }
});

test("a placement of the view costs what it costs in the block, and lying macros lie in it", () => {
  for (let seed = 0; seed < 5; seed++) {
    const { block, lying } = withLying(seed);
    assert.ok(lying.length > 0);
    const view = placingView(block);
    for (const node of lying)
      assert.deepEqual(
        [view.block.widths[node], view.block.heights[node]],
        [block.heights[node], block.widths[node]],
      );
    const placement = randomPlacement(view.block, Random.stream(seed, "view"));
    for (const node of nodesOfKind(block, NodeKind.HardMacro))
      if (!block.fixed[node]) placement.orientations[node] = node % 4; // upright, and mirrored
    const back = view.toBlock(placement);
    for (const node of lying) assert.ok(back.orientations[node]! >= Orientation.E);
    const costs = (of: Block, at: typeof back) => new Judge(Kernels.create(), of).evaluate(at);
    assert.deepEqual(costs(block, back), costs(view.block, placement));
  }
});

test("the initial placement comes back as it was, whatever the halos and the rounding", () => {
  for (let seed = 0; seed < 5; seed++) {
    const { block } = withLying(seed);
    const halo = { left: 1, bottom: 0.5, right: 0, top: 2 };
    const view = placingView(block, {
      haloOf: (node) => (node % 3 === 0 ? undefined : halo),
      fullLength: (length) => Math.ceil(length / 0.25) * 0.25,
    });
    const back = view.toBlock(view.block.initial);
    assert.deepEqual(back.orientations, block.initial.orientations);
    for (let node = 0; node < block.nodeCount; node++) {
      if (Number.isNaN(block.initial.xs[node]!)) continue;
      assert.ok(Math.abs(back.xs[node]! - block.initial.xs[node]!) < 1e-9);
      assert.ok(Math.abs(back.ys[node]! - block.initial.ys[node]!) < 1e-9);
    }
  }
});

test("pins stay where they are when a macro gets a halo", () => {
  const { block } = withLying(2);
  const view = placingView(block, { haloOf: () => ({ left: 1, bottom: 2, right: 3, top: 5 }) });
  const placement = randomPlacement(view.block, Random.stream(2, "pins"));
  placement.orientations.forEach((code, node) => {
    if (!block.fixed[node]) placement.orientations[node] = code % 4;
  });
  const back = view.toBlock(placement);
  let checked = 0;
  for (let pin = 0; pin < block.pinCount; pin++) {
    const node = block.pinNodes[pin]!;
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const at = (of: Block, { xs, ys, orientations }: typeof back) => {
      const [dx, dy] = turnOffset(orientations[node]!, of.pinXOffsets[pin]!, of.pinYOffsets[pin]!);
      return [xs[node]! + dx, ys[node]! + dy] as const;
    };
    const [a, b] = [at(view.block, placement), at(block, back)];
    assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) < 1e-9);
    checked++;
  }
  assert.ok(checked > 0);
});
