// Groups of macros as methods see them: one macro with everybody's pins, in the place of the first member, and back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import {
  type Block,
  boxOf,
  groupedView,
  type MacroGroup,
  NodeKind,
  nodesOfKind,
  type Placement,
  placingView,
  Random,
  turnSides,
} from "../../../netlist/index.js";
import { randomPlacement, smallBlock } from "../../support/blocks.js";

const HALO = { left: 1, bottom: 0.5, right: 0, top: 2 };

function movableOf(block: Block): number[] {
  return [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => !block.fixed[node]);
}

/** A block whose macros are anywhere, in any orientation, and two groups of them. */
function scattered(seed: number): { block: Block; groups: MacroGroup[] } {
  const small = smallBlock(seed, 9);
  const block = { ...small, initial: randomPlacement(small, Random.stream(seed, "scattered")) };
  const [a, b, c, d, e] = movableOf(block) as [number, number, number, number, number];
  return {
    block,
    groups: [
      { name: "x", members: [a, c, d] },
      { name: "y", members: [b, e] },
    ],
  };
}

/** Wirelength of a placement, µm. */
function wirelength(block: Block, placement: Placement): number {
  return new Judge(Kernels.create(), block).evaluate(placement).wirelength;
}

function assertNear(is: number, expected: number): void {
  assert.ok(Math.abs(is - expected) < 1e-6 * Math.max(1, Math.abs(expected)), `${is}, not ${expected}`);
}

test("without groups the view is the one given", () => {
  const view = placingView(smallBlock(1));
  assert.equal(groupedView(view, smallBlock(1), []), view);
});

for (const haloOf of [undefined, (node: number) => (node % 3 === 0 ? undefined : HALO)])
  test(`a group's wires are those of its members, and it comes back as laid out, ${haloOf ? "with" : "without"} halos`, () => {
    for (let seed = 0; seed < 6; seed++) {
      const { block, groups } = scattered(seed);
      const single = placingView(block, { ...(haloOf && { haloOf }) });
      const view = groupedView(single, block, groups);
      assert.equal(view.block.nodeCount, block.nodeCount);
      assert.deepEqual(
        movableOf(view.block),
        movableOf(block).filter((node) => !groups.some(({ members }) => members.indexOf(node) > 0)),
      );
      const placement = randomPlacement(view.block, Random.stream(seed, "placement"));
      for (const { members } of groups) placement.orientations[members[0]!] = 0;
      for (const node of movableOf(view.block)) placement.orientations[node]! %= 4;
      const back = view.toBlock(placement);
      assertNear(wirelength(block, back), wirelength(view.block, placement));
      for (const { members } of groups) {
        const [first] = members;
        for (const node of members) {
          assert.equal(back.orientations[node], block.initial.orientations[node]);
          for (const places of ["xs", "ys"] as const)
            assertNear(
              back[places][node]! - back[places][first!]!,
              block.initial[places][node]! - block.initial[places][first!]!,
            );
        }
      }
      const again = view.fromBlock(back);
      const start = view.toBlock(view.block.initial);
      for (let node = 0; node < block.nodeCount; node++) {
        assertNear(start.xs[node]!, block.initial.xs[node]!);
        assertNear(start.ys[node]!, block.initial.ys[node]!);
        assert.equal(start.orientations[node], block.initial.orientations[node]);
        if (view.block.kinds[node] !== NodeKind.HardMacro) continue;
        assertNear(again.xs[node]!, placement.xs[node]!);
        assertNear(again.ys[node]!, placement.ys[node]!);
        assert.equal(again.orientations[node], placement.orientations[node]);
      }
    }
  });

test("a group's box is as large as its members with their halos, and what may lie over an edge is halo", () => {
  for (let seed = 0; seed < 6; seed++) {
    const { block, groups } = scattered(seed);
    const view = groupedView(placingView(block, { haloOf: () => HALO }), block, groups);
    const { initial, halos } = view.block;
    for (const { members } of groups) {
      const lead = members[0]!;
      const box = boxOf(view.block, initial, lead);
      const bodies = members.map((node) => boxOf(block, block.initial, node));
      const around = members.map((node, i) => {
        const { left, bottom, right, top } = bodies[i]!;
        const halo = turnSides(HALO, block.initial.orientations[node]!);
        return {
          left: left - halo.left,
          bottom: bottom - halo.bottom,
          right: right + halo.right,
          top: top + halo.top,
        };
      });
      const least = (side: "left" | "bottom", of: typeof around) => Math.min(...of.map((rect) => rect[side]));
      const most = (side: "right" | "top", of: typeof around) => Math.max(...of.map((rect) => rect[side]));
      assertNear(box.left, least("left", around));
      assertNear(box.bottom, least("bottom", around));
      assertNear(box.right, most("right", around));
      assertNear(box.top, most("top", around));
      assertNear(box.left + halos!.lefts[lead]!, least("left", bodies));
      assertNear(box.bottom + halos!.bottoms[lead]!, least("bottom", bodies));
      assertNear(box.right - halos!.rights[lead]!, most("right", bodies));
      assertNear(box.top - halos!.tops[lead]!, most("top", bodies));
    }
  }
});

test("fences and guides hold a group for one member, and it may enter where all members may", () => {
  const { block, groups } = scattered(1);
  const [x, y] = groups as [MacroGroup, MacroGroup];
  const [x0, x1] = x.members as [number, number];
  const other = movableOf(block).at(-1)!;
  const rectangles = [{ left: 0, bottom: 0, right: 10, top: 10 }];
  const fence = { name: "f", rectangles, exclusive: true };
  const fenced: Block = {
    ...block,
    fences: [
      { ...fence, members: [x1, other] },
      { ...fence, isOpen: true, members: [x0, ...y.members] },
    ],
    guides: [{ name: "g", rectangles, members: [y.members[1]!] }],
  };
  const { block: seen } = groupedView(placingView(fenced), fenced, groups);
  assert.deepEqual(
    seen.fences!.map(({ members }) => members),
    [[other, x0], [y.members[0]]],
  );
  assert.deepEqual(
    seen.guides!.map(({ members }) => members),
    [[y.members[0]]],
  );
});
