// The list of what is wrong against the counts, and by how much.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, violationsIn } from "../../../../env/index.js";
import { copyPlacement, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { blockOf, randomPlacement, smallBlock } from "../../../support/blocks.js";

test("there is an item for everything that the check counts, and none in a legal placement", () => {
  let legal = 0;
  let illegal = 0;
  for (let seed = 0; seed < 40; seed++) {
    const small = smallBlock(seed, 4);
    const middle = { left: 0, bottom: 0, right: 0.3 * small.canvas.width, top: 0.3 * small.canvas.height };
    const block = { ...small, blockages: seed % 2 === 0 ? [] : [{ ...middle, rate: 1 }] };
    const placement = randomPlacement(block, Random.stream(seed, "list"), -0.2);
    const found = checkLegality(block, placement);
    const items = violationsIn(block, placement);
    const count = (kind: string) => items.filter((item) => item.kind === kind).length;
    assert.deepEqual(
      [count("overlap"), count("outside"), count("blockage"), count("unplaced")],
      [found.overlaps, found.outside, found.blocked, found.unplaced],
    );
    assert.equal(items.length === 0, found.legal);
    if (found.legal) legal++;
    else illegal++;
  }
  assert.ok(legal > 0 && illegal > 0, `${legal} legal, ${illegal} not`);
});

test("each item names the macro, the other one and the least distance that mends it", () => {
  const draft = new NetlistDraft();
  for (const name of ["A", "B", "C", "D"]) draft.addNode(NodeKind.HardMacro, name, 20, 10);
  const rules = { blockages: [{ left: 60, bottom: 60, right: 90, top: 90, rate: 1 }] };
  // B reaches 3 µm into A in x, and 6 in y; C sticks out by 2; D covers 1 µm of the blockage.
  const places = { A: [20, 20], B: [37, 24], C: [92, 50], D: [51, 70] } as const;
  const block = blockOf(draft, rules, places);
  assert.deepEqual(
    violationsIn(block, block.initial).map(({ kind, macro, other, by_um }) => [kind, macro, other, by_um]),
    [
      ["overlap", "A", "B", 3],
      ["outside", "C", undefined, 2],
      ["blockage", "D", undefined, 1],
    ],
  );
  const [overlap, outside, blockage] = violationsIn(block, block.initial).map(({ message }) => message);
  assert.equal(
    overlap,
    "macro 'A' with its centre at (20, 20) N: overlaps macro 'B' with its centre at (37, 24) N, by 3 µm",
  );
  assert.equal(outside, "macro 'C' with its centre at (92, 50) N: sticks out of the canvas, by 2 µm");
  assert.equal(
    blockage,
    "macro 'D' with its centre at (51, 70) N: covers the blockage from (60, 60) to (90, 90), by 1 µm",
  );
});

test("macros with outlines overlap where their outlines do, and may have blockages in what they leave free", () => {
  const draft = new NetlistDraft();
  for (const name of ["A", "B"]) draft.addNode(NodeKind.HardMacro, name, 20, 10);
  // An L without its upper right quarter.
  const ell = [
    { left: -10, bottom: -5, right: 0, top: 5 },
    { left: 0, bottom: -5, right: 10, top: 0 },
  ];
  const blockages = [{ left: 41, bottom: 21, right: 50, top: 25, rate: 1 }];
  const boxes = blockOf(draft, { blockages }, { A: [40, 20], B: [22, 24] });
  const block = { ...boxes, outlines: new Map([0, 1].map((node) => [node, ell])) };
  const found = (bX: number, bY: number, orientation: number) => {
    const placement = copyPlacement(block.initial);
    [placement.xs[1], placement.ys[1], placement.orientations[1]] = [bX, bY, orientation];
    return violationsIn(block, placement).map(({ kind, by_um }) => [kind, by_um]);
  };
  assert.deepEqual(found(80, 80, 0), []);
  assert.deepEqual(
    violationsIn(boxes, boxes.initial).map(({ kind }) => kind),
    ["blockage", "overlap"],
  );
  // B's lower right quarter reaches into A's full half. In orientation S its free quarter, the lower left one, meets A's.
  assert.deepEqual(found(22, 24, 0), [["overlap", 2]]);
  assert.deepEqual(found(49, 25.5, 2), [["blockage", 1]]);
  assert.deepEqual(found(51, 25.5, 2), []);
});
