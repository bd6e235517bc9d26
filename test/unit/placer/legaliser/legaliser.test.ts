// The legaliser on a canvas of 4 x 4 cells of 10 µm, where every answer can be read off.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Block, NetlistDraft, NodeKind, type Placement } from "../../../../netlist/index.js";
import { legalise } from "../../../../placer/index.js";
import { blockOf } from "../../../support/blocks.js";

const RULES = { canvas: { width: 40, height: 40 }, grid: { columns: 4, rows: 4 } };

/** Hard macros `h…` and soft ones `s…` of the sizes given, at the places given. */
function makeBlock(
  nodes: Readonly<Record<string, readonly [width: number, height: number, x: number, y: number]>>,
  rules: Partial<Pick<Block, "blockages">> = {},
): Block {
  const draft = new NetlistDraft();
  for (const [name, [width, height]] of Object.entries(nodes))
    draft.addNode(name.startsWith("h") ? NodeKind.HardMacro : NodeKind.SoftMacro, name, width, height);
  const places = Object.fromEntries(
    Object.entries(nodes).map(([name, [, , x, y]]) => [name, [x, y] as const]),
  );
  return blockOf(draft, { ...RULES, ...rules }, places);
}

function placeOf(block: Block, { xs, ys }: Placement, name: string): [number, number] {
  const node = block.nodeNames.indexOf(name);
  return [xs[node]!, ys[node]!];
}

test("a macro that fits stays in its cell and goes to its centre", () => {
  const block = makeBlock({ h1: [8, 8, 17, 33] });
  const { placement, unplaced } = legalise(block, block.initial);
  assert.deepEqual(placeOf(block, placement, "h1"), [15, 35]);
  assert.deepEqual(unplaced, []);
  assert.deepEqual(placeOf(block, block.initial, "h1"), [17, 33], "the given placement is untouched");
});

test("the larger macro keeps the cell; the other goes below first, then left, then right", () => {
  const block = makeBlock({ h1: [6, 6, 15, 15], h2: [8, 8, 15, 15], h3: [5, 5, 15, 15], h4: [4, 4, 15, 15] });
  const { placement } = legalise(block, block.initial);
  assert.deepEqual(placeOf(block, placement, "h2"), [15, 15]);
  assert.deepEqual(placeOf(block, placement, "h1"), [15, 5]);
  assert.deepEqual(placeOf(block, placement, "h3"), [5, 15]);
  assert.deepEqual(placeOf(block, placement, "h4"), [25, 15]);
});

test("soft macros share a cell until it is full, hard ones never do", () => {
  // 64 + 36 = 100 µm² fill the cell exactly; the third soft macro finds it full.
  const block = makeBlock({ s1: [8, 8, 5, 5], s2: [6, 6, 5, 5], s3: [2, 2, 5, 5] });
  const { placement } = legalise(block, block.initial);
  assert.deepEqual(placeOf(block, placement, "s1"), [5, 5]);
  assert.deepEqual(placeOf(block, placement, "s2"), [5, 5]);
  assert.deepEqual(placeOf(block, placement, "s3"), [15, 5]);
});

test("a macro outside the canvas starts at the right end of the lowest row", () => {
  const block = makeBlock({ h1: [8, 8, -3, 20] });
  assert.deepEqual(placeOf(block, legalise(block, block.initial).placement, "h1"), [35, 5]);
});

test("hard macros keep off blockages, soft macros off full ones", () => {
  const half = { left: 0, bottom: 0, right: 10, top: 10, rate: 0.5 };
  const block = makeBlock({ h1: [8, 8, 5, 5], s1: [7, 7, 5, 5] }, { blockages: [half] });
  const { placement } = legalise(block, block.initial);
  assert.deepEqual(placeOf(block, placement, "h1"), [15, 5]);
  assert.deepEqual(placeOf(block, placement, "s1"), [5, 5]); // 0.5 + 0.49
});

test("the first macro that fits nowhere ends the work", () => {
  const block = makeBlock({ h1: [30, 30, 20, 20], h2: [25, 25, 20, 20], s1: [1, 1, 35, 35] });
  const { placement, unplaced } = legalise(block, block.initial);
  assert.deepEqual(
    unplaced.map((node) => block.nodeNames[node]),
    ["h2", "s1"],
  );
  assert.ok(Number.isNaN(placeOf(block, placement, "s1")[0]));
});
