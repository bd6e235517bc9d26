// Fences for standard cells: members stay in, others stay out, in rows and before; checked by geometry of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Block,
  type Fence,
  isInputError,
  type Placement,
  type Rectangle,
} from "../../../../netlist/index.js";
import { checkRows } from "../../../../placer/cells/check-rows.js";
import { placeFlatCells } from "../../../../placer/cells/flat-cells.js";
import { placeCellsGlobally } from "../../../../placer/cells/global-placement.js";
import { placeInRows } from "../../../../placer/cells/place-rows.js";
import { flatBlock, isCell, scattered } from "../../../support/flat-block.js";
import { rowFaults } from "../../../support/row-faults.js";

const LEGAL = { overlaps: 0, offRows: 0, outsideRegions: 0 };
/** µm; floating point rounds less away. */
const EDGE = 1e-6;

/** An L of two rectangles that touch; its sides lie between sites and rows. */
const L: readonly Rectangle[] = [
  { left: 20.2, bottom: 3.1, right: 47.9, top: 14.5 },
  { left: 20.2, bottom: 14.5, right: 31, top: 29.3 },
];
const CORNER: readonly Rectangle[] = [{ left: 0, bottom: 28, right: 12, top: 40 }];

function cellsOf(block: Block): number[] {
  return Array.from({ length: block.nodeCount }, (_, node) => node).filter((node) => isCell(block, node));
}

/** Whether points of a cell, from its lower left to its upper right corner, are in one of the rectangles. */
function pointsIn(block: Block, { xs, ys }: Placement, node: number, rectangles: readonly Rectangle[]) {
  const [width, height] = [block.widths[node]! - 2 * EDGE, block.heights[node]! - 2 * EDGE];
  const isIn: boolean[] = [];
  for (let i = 0; i <= 20; i++)
    for (let j = 0; j <= 20; j++) {
      const x = xs[node]! + (i / 20 - 0.5) * width;
      const y = ys[node]! + (j / 20 - 0.5) * height;
      isIn.push(
        rectangles.some(({ left, bottom, right, top }) => x >= left && x <= right && y >= bottom && y <= top),
      );
    }
  return isIn;
}

function checkFences(block: Block, placement: Placement): void {
  assert.deepEqual(rowFaults(block, placement), []);
  assert.deepEqual(checkRows(block, placement), LEGAL);
  for (const { members, rectangles, exclusive } of block.cellFences!)
    for (const node of cellsOf(block)) {
      const inside = pointsIn(block, placement, node, rectangles);
      if (members.includes(node)) assert.ok(inside.every(Boolean), `${block.nodeNames[node]} is inside`);
      else if (exclusive) assert.ok(!inside.some(Boolean), `${block.nodeNames[node]} is outside`);
    }
}

function fenced(exclusive: boolean, share = 6): { readonly block: Block; readonly fences: readonly Fence[] } {
  const block = flatBlock({ cells: 240, macros: [[24, 16]], orientations: [0, 3] });
  const cells = cellsOf(block);
  const fences: Fence[] = [
    { name: "l", rectangles: L, members: cells.filter((_, i) => i % share === 0), exclusive },
    { name: "corner", rectangles: CORNER, members: cells.filter((_, i) => i % 20 === 1), exclusive: true },
  ];
  return { block: { ...block, cellFences: fences }, fences };
}

for (const exclusive of [true, false])
  test(`cells of ${exclusive ? "fences stay in, and others out" : "a region without a type stay in, and others may enter"}`, async () => {
    const { block } = fenced(exclusive);
    checkFences(block, placeInRows(block, scattered(block, 3)).placement);
    const { placement, spread } = await placeFlatCells(block, block.initial, {
      ...{ density: 1, passes: 4 },
      onProgress: () => {},
    });
    checkFences(block, placement);
    // In global placement, members are within the bounds of their fence.
    for (const node of block.cellFences![0]!.members) {
      assert.ok(spread.xs[node]! - block.widths[node]! / 2 >= 20.2 - 1e-5);
      assert.ok(spread.ys[node]! + block.heights[node]! / 2 <= 29.3 + 1e-5);
    }
    const others = cellsOf(block).filter((node) => !block.cellFences![0]!.members.includes(node));
    const entered = others.filter((node) => pointsIn(block, placement, node, L).some(Boolean));
    assert.equal(entered.length > 0, !exclusive);
  });

test("cells are outside their region where the check finds them so", () => {
  const { block } = fenced(true);
  const { cellFences, ...free } = block;
  const { placement } = placeInRows(free, scattered(free, 3));
  const wrong = cellsOf(block).filter((node) =>
    cellFences!.some(({ members, rectangles }) => {
      const inside = pointsIn(block, placement, node, rectangles);
      return members.includes(node) ? !inside.every(Boolean) : inside.some(Boolean);
    }),
  );
  assert.ok(wrong.length > 20);
  assert.equal(checkRows(block, placement).outsideRegions, wrong.length);
});

test("a cell of two fences stays where they overlap", () => {
  const block = flatBlock({ cells: 40 });
  const members = cellsOf(block).slice(0, 5);
  const fence = (name: string, left: number, right: number): Fence => ({
    ...{ name, members, exclusive: true },
    rectangles: [{ left, bottom: 10, right, top: 20 }],
  });
  const both = { ...block, cellFences: [fence("a", 0, 30), fence("b", 20, 50)] };
  const { placement } = placeInRows(both, scattered(both, 1));
  checkFences(both, placement);
  for (const node of members) assert.ok(placement.xs[node]! > 20 && placement.xs[node]! < 30);
});

test("an exclusive fence without cells keeps all out; in global placement as a blockage does", () => {
  const block = flatBlock({ cells: 240 });
  const rectangles = [{ left: 10, bottom: 8, right: 40, top: 32 }];
  const empty = { ...block, cellFences: [{ name: "none", rectangles, members: [], exclusive: true }] };
  checkFences(empty, placeInRows(empty, scattered(empty, 2)).placement);
  const blocked = { ...block, blockages: [{ ...rectangles[0]!, rate: 1 }] };
  assert.deepEqual(
    placeCellsGlobally(empty, empty.initial).placement,
    placeCellsGlobally(blocked, blocked.initial).placement,
  );
});

test("a fence without enough room is named", () => {
  const { block } = fenced(true, 2);
  assert.throws(
    () => placeInRows(block, scattered(block, 1)),
    (error) =>
      isInputError(error) &&
      /cells of region 'l' take \d+ sites of \d+ that are free in rows of 2 µm .*; make the region larger/.test(
        error.message,
      ),
  );
});

test("rectangles count once where they overlap, and only on the canvas", () => {
  const { block } = fenced(true);
  const [l, corner] = block.cellFences! as [Fence, Fence];
  const placed = (rectangles: readonly Rectangle[], corners: readonly Rectangle[]) => {
    const cellFences = [
      { ...l, rectangles },
      { ...corner, rectangles: corners },
    ];
    return placeCellsGlobally({ ...block, cellFences }, block.initial).placement;
  };
  const expected = placed(L, CORNER);
  assert.deepEqual(placed([...L, ...L], CORNER), expected);
  assert.deepEqual(placed(L, [{ left: -30, bottom: 28, right: 12, top: 90 }]), expected);
});

test("cells of a region within a larger one come first, or they would find it full", () => {
  const block = flatBlock({ cells: 100, widths: [4] });
  const cells = cellsOf(block);
  const region = (name: string, top: number, members: readonly number[]): Fence => ({
    ...{ name, members, exclusive: false },
    rectangles: [{ left: 0, bottom: 0, right: 20, top }],
  });
  // The small one has room for 20 cells, the large one for 40.
  const small = region("small", 4, cells.slice(0, 19));
  const large = region("large", 8, cells.slice(19, 39));
  const wanted = scattered(block, 1);
  for (const node of cells) [wanted.xs[node], wanted.ys[node]] = [1, 1];
  for (const cellFences of [
    [small, large],
    [large, small],
  ]) {
    const nested = { ...block, cellFences };
    checkFences(nested, placeInRows(nested, wanted).placement);
  }
});
