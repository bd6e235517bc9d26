// The block as methods place it: macros that lie stand upright in it, halos are part of boxes, and the way back is exact.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import {
  type Block,
  boxOf,
  composed,
  copyPlacement,
  inverseOf,
  isSideways,
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

test("macros that may be turned have their halos, places and costs whichever way they are turned", () => {
  const { block, lying } = withLying(3);
  const halo = { left: 1, bottom: 0.5, right: 0, top: 2 };
  const mayTurn = (node: number) => node % 5 !== 0;
  const rules = { mayTurn, fullLength: (length: number) => Math.ceil(length / 0.25) * 0.25 };
  const bare = placingView(block, { mayTurn });
  const haloed = placingView(block, { ...rules, haloOf: (node) => (node % 3 === 0 ? undefined : halo) });
  const isMovable = (node: number) => block.kinds[node] === NodeKind.HardMacro && !block.fixed[node];
  for (const node of nodesOfKind(block, NodeKind.HardMacro))
    assert.equal(bare.block.turnable![node], Number(isMovable(node) && mayTurn(node)));
  const placement = randomPlacement(bare.block, Random.stream(3, "turns"));
  placement.orientations.forEach((_code, node) => {
    if (isMovable(node)) placement.orientations[node] = mayTurn(node) ? node % 8 : node % 4;
  });
  const back = bare.toBlock(placement);
  const costs = (of: Block, at: typeof back) => new Judge(Kernels.create(), of).evaluate(at);
  const [a, b] = [costs(block, back), costs(bare.block, placement)];
  assert.ok(Math.abs(a.proxyCost - b.proxyCost) < 1e-9);
  for (const view of [bare, haloed]) {
    const there = view.toBlock(placement);
    const again = view.fromBlock(there);
    for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
      assert.equal(again.orientations[node], placement.orientations[node]);
      assert.ok(Math.abs(again.xs[node]! - placement.xs[node]!) < 1e-9);
      assert.ok(Math.abs(again.ys[node]! - placement.ys[node]!) < 1e-9);
    }
  }
  // A body with its halo is inside the box of the view, whichever way both are turned.
  const there = haloed.toBlock(placement);
  let turned = 0;
  for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
    if (!isMovable(node)) continue;
    const box = boxOf(haloed.block, placement, node);
    const body = boxOf(block, there, node);
    const own = node % 3 === 0 ? { left: 0, bottom: 0, right: 0, top: 0 } : halo;
    const around = turnSides(own, there.orientations[node]!);
    assert.ok(body.left - around.left >= box.left - 1e-9 && body.right + around.right <= box.right + 1e-9);
    assert.ok(body.bottom - around.bottom >= box.bottom - 1e-9 && body.top + around.top <= box.top + 1e-9);
    if (isSideways(there.orientations[node]!) !== lying.includes(node)) turned++;
  }
  assert.ok(turned > 0);
});

test("orientations compose as the turns of points do", () => {
  for (let first = 0; first < 8; first++)
    for (let then = 0; then < 8; then++)
      assert.deepEqual(turnOffset(composed(first, then), 3, 5), turnOffset(then, ...turnOffset(first, 3, 5)));
  for (let code = 0; code < 8; code++) assert.equal(composed(code, inverseOf(code)), Orientation.N);
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
