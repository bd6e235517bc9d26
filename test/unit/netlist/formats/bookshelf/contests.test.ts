// The files that only the contests have: `.shapes` with outlines of fixed nodes, `.route` with what a router may use.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkLegality, Judge } from "../../../../../env/index.js";
import { Kernels } from "../../../../../kernels/index.js";
import {
  DEFAULT_ROUTING,
  loadBookshelf,
  NodeKind,
  placementInPl,
  readPlPlacement,
  turnOffset,
  writeBookshelf,
  writePl,
} from "../../../../../netlist/index.js";
import { makeFolder } from "../../../../support/temp-folder.js";
import { L_SHAPE, TINY_ROUTE, TINY_SET, writeTinySet } from "./tiny-set.js";

const set = (changes: Readonly<Record<string, string>>) =>
  writeTinySet({
    "t.aux": `${TINY_SET["t.aux"]!.trim()}${"t.shapes" in changes ? " t.shapes" : ""}\n`,
    ...changes,
  });
const load = (changes: Readonly<Record<string, string>>) => loadBookshelf(set(changes), DEFAULT_ROUTING);

test("a fixed node with an outline becomes a node for each part; its pins stay where they are", async () => {
  const plain = (await load({})).block;
  const { block, reading } = await load({ "t.shapes": L_SHAPE });
  const [f, part] = [block.nodeNames.indexOf("f"), block.nodeNames.indexOf("f/s1")] as [number, number];
  assert.equal(part, block.nodeCount - 1);
  const { xs, ys, orientations } = block.initial;
  const places = [f, part].map((node) => [xs[node], ys[node], block.widths[node], block.heights[node]]);
  assert.deepEqual(places, [
    [10, 12.5, 20, 5],
    [5, 17.5, 10, 5],
  ]);
  for (const node of [f, part])
    assert.deepEqual([block.kinds[node], block.fixed[node], orientations[node]], [NodeKind.HardMacro, 1, 0]);
  const pinOf = (from: typeof block) => {
    const node = from.nodeNames.indexOf("f");
    const pin = from.pinNodes.indexOf(node);
    const offset = [from.pinXOffsets[pin]!, from.pinYOffsets[pin]!] as const;
    const [x, y] = turnOffset(from.initial.orientations[node]!, ...offset);
    return [from.initial.xs[node]! + x, from.initial.ys[node]! + y];
  };
  assert.deepEqual(pinOf(block), [10, 20]);
  assert.deepEqual(pinOf(block), pinOf(plain));
  assert.deepEqual([reading.shapes, reading.shapesAsBoxes, reading.extraPorts], [1, 0, 1]);
  assert.deepEqual([...block.fileIndices], [...block.fileIndices.keys()]);
});

test("what the outline leaves free is free: for other macros, and in density and congestion", async () => {
  // m is 9 x 11 in the corner that the L leaves free.
  const small = {
    "t.nodes": TINY_SET["t.nodes"]!.replace("m 12 20", "m 9 11"),
    "t.pl": TINY_SET["t.pl"]!.replace("m 120 50 : E", "m 110 65 : N"),
  };
  const plain = (await load(small)).block;
  const { block } = await load({ ...small, "t.shapes": L_SHAPE });
  assert.deepEqual(
    [checkLegality(plain, plain.initial).overlaps, checkLegality(plain, plain.initial).legal],
    [1, false],
  );
  assert.deepEqual(
    [checkLegality(block, block.initial).overlaps, checkLegality(block, block.initial).legal],
    [0, true],
  );
  const grid = { columns: 8, rows: 6 }; // cells of 5 x 5
  const judge = new Judge(Kernels.create(), { ...block, grid });
  const boxes = new Judge(Kernels.create(), { ...plain, grid });
  judge.evaluate(block.initial);
  boxes.evaluate(plain.initial);
  const sum = (values: Float64Array) => values.reduce((a, b) => a + b, 0);
  assert.ok(Math.abs(sum(boxes.maps().density) - sum(judge.maps().density) - 50 / 25) < 1e-9);
  assert.ok(sum(boxes.maps().horizontal) > sum(judge.maps().horizontal));
});

test("a set with outlines is written and read again as it was, and so is its .pl", async () => {
  const pl = TINY_SET["t.pl"]!.replace("f 100 60 : W", "f 100.5 60.25 : FE");
  const shapes = L_SHAPE.replace("100 60 20 5", "100.5 60.25 20 5").replace(
    "100 65 10 5",
    "100.5 65.25 10 5",
  );
  const { block } = await load({ "t.pl": pl, "t.shapes": shapes });
  const folder = makeFolder();
  const files = await writeBookshelf(join(folder, "t.aux"), block, block.initial);
  assert.ok(files.includes(join(folder, "t.shapes")));
  const again = await loadBookshelf(join(folder, "t.aux"), DEFAULT_ROUTING);
  // Fixed nodes are no terminals in what is written, so only names and places can be compared whole.
  for (const key of [
    "nodeNames",
    "kinds",
    "widths",
    "heights",
    "pinXOffsets",
    "pinYOffsets",
    "initial",
  ] as const)
    assert.deepEqual(again.block[key], block[key], key);
  const path = join(folder, "x.pl");
  await writePl(path, block, block.initial);
  assert.ok(readFileSync(path, "utf8").split("\n").includes("f\t100.5\t60.25\t: FE /FIXED"));
  assert.deepEqual(await readPlPlacement(path, block), block.initial);
  assert.deepEqual(placementInPl(block, block.initial), block.initial);
});

test("rectangles of one shape that overlap count once; one that is the whole box changes nothing", async () => {
  const overlapping = "f : 2\n Shape_0 100 60 20 6\n Shape_1 100 60 10 10\n";
  const { block } = await load({ "t.shapes": overlapping });
  const parts = [...block.nodeNames.keys()].filter((node) => /^f/.test(block.nodeNames[node]!));
  const area = parts.reduce((sum, node) => sum + block.widths[node]! * block.heights[node]!, 0);
  assert.deepEqual([parts.length, area], [2, 160]);
  assert.equal(checkLegality(block, block.initial).overlaps, 0);
  const whole = await load({ "t.shapes": "f : 1\n Shape_0 100 60 20 10\n" });
  assert.deepEqual(whole.block, (await load({})).block);
});

test("a movable node with an outline counts as its box", async () => {
  const { block, reading } = await load({ "t.shapes": "m : 2\n a 120 50 20 5\n b 120 55 5 7\n" });
  assert.deepEqual(block, (await load({})).block);
  assert.deepEqual([reading.shapes, reading.shapesAsBoxes], [1, 1]);
});

const BROKEN_SHAPES: readonly [string, string, RegExp][] = [
  ["a rectangle outside the box", "f : 1\n a 0 0 5 5\n", /t\.shapes:1: a rectangle of 'f' .* leaves its box/],
  ["a negative size", "f : 1\n a 100 60 -5 5\n", /t\.shapes:2: the rectangle is -5 x 5/],
  [
    "a node twice",
    "f : 1\n a 100 60 5 5\nf : 1\n a 100 60 5 5\n",
    /t\.shapes:3: node 'f' has a shape already/,
  ],
  ["a node of no name", "g : 1\n a 1 1 1 1\n", /t\.shapes:1: 'g : 1', 'node : count' with a node/],
  ["too few rectangles", "f : 2\n a 100 60 5 5\n", /t\.shapes: the last node lacks 1 rectangles/],
  ["too few numbers", "f : 1\n a 100 60 5\n", /t\.shapes:2: 4 words/],
];
for (const [what, text, message] of BROKEN_SHAPES)
  test(`.shapes: ${what} is refused`, async () => {
    await assert.rejects(load({ "t.shapes": text }), message);
  });

test(".route: tracks are capacity over width and spacing, summed over layers; macros take what they block", async () => {
  const { block, reading } = await load({ "t.route": TINY_ROUTE });
  // Horizontally 30 / 2 + 40 / 2 through 20 units, vertically 40 / 2 + 20 / 5 through 10 units. f (200 of the macros' area
  // of 440) blocks three quarters of layers 1 and 2.
  const share = (0.75 * 200) / 440;
  assert.deepEqual(
    [block.routing.horizontal, block.routing.vertical, reading.routeLayers, reading.unread],
    [35 / 20, 24 / 10, 4, []],
  );
  assert.ok(Math.abs(block.routing.horizontalUsedByMacros - share * (15 / 20)) < 1e-12);
  assert.ok(Math.abs(block.routing.verticalUsedByMacros - share * (20 / 10)) < 1e-12);
  const outlined = (await load({ "t.route": TINY_ROUTE, "t.shapes": L_SHAPE })).block;
  const less = (0.75 * 150) / 390;
  assert.ok(Math.abs(outlined.routing.horizontalUsedByMacros - less * (15 / 20)) < 1e-12);
});

test(".route without capacities grants nothing, and the default tracks count", async () => {
  for (const text of ["route 1.0\n", "route 1.0\n\nGrid : 10 10 2\n"]) {
    const { block, reading } = await load({ "t.route": text });
    assert.deepEqual(block.routing, (await load({})).block.routing);
    assert.equal(reading.routeLayers, 0);
  }
});

const BROKEN_ROUTES: readonly [string, string, string, RegExp][] = [
  [
    "a missing list",
    "MinWireSpacing     : 1 1 1 3\n",
    "",
    /t\.route: capacities are given without MinWireSpacing/,
  ],
  [
    "a list that is too short",
    "30 0 40 0",
    "30 0 40",
    /t\.route:5: HorizontalCapacity has 3 numbers, 4 were expected/,
  ],
  ["no track in a direction", "0 40 0 20", "0 0 0 0", /t\.route:10: no vertical capacity on any layer/],
  ["a tile without area", ": 10 20", ": 0 20", /t\.route:10: tiles of 0 x 20/],
  ["a negative capacity", "30 0 40 0", "30 0 -40 0", /t\.route:6: layer 3 has capacities 0 and -40/],
  ["wires without a pitch", ": 1 1 1 3", ": -1 1 1 3", /t\.route:6: layer 1 has .* pitch above 0/],
  ["too much porosity", "0.25", "1.25", /t\.route:11: porosity 1\.25, 0 to 1/],
  ["an unknown layer", "q 4", "q 5", /t\.route:14: layer 5, one of the 4 layers/],
  ["an unknown node", "f 2 1 2", "g 2 1 2", /t\.route:17: node 'g' is not in the block/],
  ["a wrong count of layers", "f 2 1 2", "f 3 1 2", /t\.route:17: 'f 3 1 2', 'node count layer …'/],
  ["a file that is cut off", " f 2 1 2\n", "", /t\.route: 1 lines of NumBlockageNodes are missing/],
  ["a word of no meaning", "ViaSpacing ", "ViaSpaces ", /t\.route:8: 'ViaSpaces : 0 0 0 0', one of Grid/],
];
for (const [what, from, to, message] of BROKEN_ROUTES)
  test(`.route: ${what} is refused`, async () => {
    assert.ok(TINY_ROUTE.includes(from));
    await assert.rejects(load({ "t.route": TINY_ROUTE.replace(from, to) }), message);
  });
