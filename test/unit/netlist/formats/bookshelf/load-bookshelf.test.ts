// The Bookshelf reader on a set whose answers can be checked by hand.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { DEFAULT_ROUTING, loadBlock, loadBookshelf, NodeKind } from "../../../../../netlist/index.js";
import { InputError } from "../../../../../netlist/input-error.js";
import { TINY_SET, writeTinySet } from "./tiny-set.js";

test("nodes, kinds, sizes and places", async () => {
  const aux = writeTinySet();
  const { block, reading } = await loadBookshelf(aux, DEFAULT_ROUTING);
  const { HardMacro, StandardCell, Port } = NodeKind;
  assert.deepEqual(block.nodeNames, ["a", "b", "m", "f", "p", "q", "r", "o", "q/p1"]);
  assert.deepEqual(
    [...block.kinds],
    [StandardCell, StandardCell, HardMacro, HardMacro, Port, Port, Port, Port, Port],
  );
  assert.deepEqual([...block.fixed], [0, 0, 0, 1, 1, 1, 1, 1, 1]);
  assert.deepEqual(block.canvas, { width: 40, height: 30 });
  // Lower left corners less (100, 50), plus half the size as turned: m is 20 x 12 in E, f likewise in W.
  assert.deepEqual([...block.initial.xs], [2, 13, 30, 10, -1, 41, -99, 51, 44]);
  assert.deepEqual([...block.initial.ys], [5, 15, 6, 15, 0, 20, -49, 40, 21]);
  // q is in S: its first pin, 1 1 from the centre (42, 21), is at 41, 20; its second, -2 0, at 44, 21.
  assert.deepEqual([...block.initial.orientations], [0, 3, 4, 6, 0, 0, 0, 0, 0]);
  assert.deepEqual([reading.terminals, reading.fixedMacros, reading.extraPorts], [5, 1, 1]);
  assert.deepEqual([reading.netWeights, reading.nodeWeights, reading.unread], [1, 1, ["t.route"]]);
});

test("nets with their drivers first, offsets and weights", async () => {
  const { block, reading } = await loadBookshelf(writeTinySet(), DEFAULT_ROUTING);
  const nets = Array.from({ length: block.netCount }, (_, net) =>
    [...block.netPins.slice(block.netStarts[net], block.netStarts[net + 1])].map(
      (pin) => `${block.nodeNames[block.pinNodes[pin]!]} ${block.pinXOffsets[pin]} ${block.pinYOffsets[pin]}`,
    ),
  );
  assert.deepEqual(nets, [
    ["m 6 -10", "a -1 2.5", "p 0 0"],
    ["f 5 0", "b 0 0", "q 0 0"],
    ["m -6 10", "q/p1 0 0"],
    ["o 0 0", "b 1 1"],
  ]);
  assert.deepEqual([...block.netWeights], [2.5, 1, 1, 1]);
  assert.equal(reading.netsWithoutDriver, 2);
  assert.equal(block.pinCount, 11); // r has a pin too
});

const DIALECTS: Readonly<Record<string, (text: string, name: string) => string>> = {
  "the contests' header, without UCLA": (text) => text.replace(/^UCLA /, ""),
  "no header": (text) => text.replace(/^UCLA.*\n/, ""),
  "CR LF": (text) => text.replaceAll("\n", "\r\n"),
  "CR alone": (text) => text.replaceAll("\n", "\r"),
  "a mark at the beginning": (text) => `\ufeff${text}`,
  tabs: (text) => text.replaceAll(" ", "\t"),
  "no blank before a colon": (text) => text.replace(/([A-Z0-9]) :/g, "$1:"),
  "no blank behind a colon": (text, name) => (name === "t.aux" ? text : text.replaceAll(": ", ":")),
};

for (const [name, form] of Object.entries(DIALECTS))
  test(`the same set with ${name}`, async () => {
    const changed = Object.entries(TINY_SET).map(([file, text]) => [file, form(text, file)]);
    const { block } = await loadBookshelf(writeTinySet(Object.fromEntries(changed)), DEFAULT_ROUTING);
    assert.deepEqual(block, (await loadBookshelf(writeTinySet(), DEFAULT_ROUTING)).block);
  });

test("a .shapes file is read with either header", async () => {
  const shapes = "NumNonRectangularNodes : 1\n\nf : 2\n Shape_0 100 60 20 5\n Shape_1 100 65 10 5\n";
  for (const header of ["UCLA shapes 1.0\n\n", "shapes 1.0\n\n", ""]) {
    const files = { "t.aux": `${TINY_SET["t.aux"]!.trim()} t.shapes\n`, "t.shapes": header + shapes };
    const { reading } = await loadBookshelf(writeTinySet(files), DEFAULT_ROUTING);
    assert.equal(reading.shapes, 1);
  }
});

test("terminals as high as a row are fixed cells inside the rows, ports elsewhere", async () => {
  const nodes = TINY_SET["t.nodes"]!.replace("p 2 2 terminal", "p 2 10 terminal").replace(
    "r 2 2 terminal",
    "r 2 10 terminal",
  );
  const pl = TINY_SET["t.pl"]!.replace("p 98 49", "p 130 60");
  const { block, reading } = await loadBookshelf(
    writeTinySet({ "t.nodes": nodes, "t.pl": pl }),
    DEFAULT_ROUTING,
  );
  const [p, r] = ["p", "r"].map((name) => block.nodeNames.indexOf(name)) as [number, number];
  assert.deepEqual([block.kinds[p], block.fixed[p]], [NodeKind.StandardCell, 1]);
  assert.deepEqual([block.kinds[r], block.fixed[r]], [NodeKind.Port, 1]);
  assert.equal(reading.fixedCells, 1);
});

test("the directory stands for its .aux", async () => {
  const aux = writeTinySet();
  assert.deepEqual(await loadBlock(dirname(aux)), await loadBlock(aux));
});

const change = (file: string, from: string | RegExp, to: string) => ({
  [file]: TINY_SET[file]!.replace(from, to),
});

const BROKEN: [name: string, changes: Record<string, string>, says: RegExp][] = [
  ["no .scl", change("t.aux", "t.scl", ""), /t\.aux:1: no \.scl file is named/],
  ["a part that is missing", change("t.aux", "t.nets", "u.nets"), /t\.aux:1: there is no file 'u\.nets'/],
  ["two .nodes", change("t.aux", "t.wts", "t.nodes"), /t\.aux:1: 't\.nodes' is the second file/],
  ["a node twice", change("t.nodes", "b 6", "a 6"), /t\.nodes:6: node 'a' comes twice/],
  ["no size", change("t.nodes", "b 6 10", "b"), /t\.nodes:6: 1 words/],
  ["a size that is no number", change("t.nodes", "b 6", "b NaN"), /t\.nodes:6: the width of 'b' is 'NaN'/],
  ["a huge size", change("t.nodes", "b 6", "b 1e300"), /t\.nodes:6: the width of 'b' is '1e300'/],
  ["a negative size", change("t.nodes", "b 6", "b -6"), /t\.nodes:6: node 'b' has size -6 x 10/],
  [
    "another word after the size",
    change("t.nodes", "f 10 20 terminal", "f 10 20 fixed"),
    /t\.nodes:8: 'fixed'/,
  ],
  [
    "fewer nodes than announced",
    change("t.nodes", /o 2.*\n/, ""),
    /t\.nodes:3: NumNodes is 8, but .* holds 7/,
  ],
  [
    "a wrong count of terminals",
    change("t.nodes", "NumTerminals: 5", "NumTerminals: 4"),
    /t\.nodes:4: NumTerminals is 4/,
  ],
  ["a net of an unknown node", change("t.nets", "m O", "z O"), /t\.nets:6: the net joins node 'z'/],
  ["a net that lacks a pin", change("t.nets", " b B 1 1\n", ""), /t\.nets:15: the net lacks 1 of its pins/],
  [
    "a pin too many",
    change("t.nets", " p B\n", " p B\n p B\n"),
    /t\.nets:8: 'p B' after the last pin of the net at line 4/,
  ],
  ["half an offset", change("t.nets", "-1 2.5", "-1"), /t\.nets:5: the pin's y offset is missing/],
  ["a wrong count of nets", change("t.nets", "NumNets : 4", "NumNets : 5"), /t\.nets:2: NumNets is 5/],
  ["a wrong count of pins", change("t.nets", "NumPins : 10", "NumPins : 11"), /t\.nets:3: NumPins is 11/],
  ["a weight of nothing", change("t.wts", "n1", "n9"), /t\.wts:2: 'n9' is neither/],
  ["a negative weight", change("t.wts", "2.5", "-1"), /t\.wts:2: net 'n1' has weight -1/],
  ["a place of nothing", change("t.pl", "a 100", "z 100"), /t\.pl:2: node 'z' is not in the block/],
  ["a place twice", change("t.pl", "b 110", "a 110"), /t\.pl:3: node 'a' is placed twice/],
  ["a place that is no number", change("t.pl", "110 60", "110 x"), /t\.pl:3: y of 'b' is 'x'/],
  ["an unknown orientation", change("t.pl", "FS", "R90"), /t\.pl:3: orientation 'R90'/],
  ["a row without its end", change("t.scl", /End\n$/, ""), /t\.scl:\d+: the row has no 'End'/],
  ["a row without sites", change("t.scl", /^ Subrow.*\n/m, ""), /t\.scl:3: the row has no 'SubrowOrigin/],
  ["a row of no height", change("t.scl", "Height : 10", "Height : 0"), /t\.scl:3: the row has height 0/],
  ["a vertical row", change("t.scl", "Horizontal", "Vertical"), /t\.scl:3: 'CoreRow Vertical'/],
  ["another kind of file", change("t.nets", "UCLA nets", "UCLA nodes"), /t\.nets:1: 'UCLA nodes 1\.0'/],
  ["an empty .pl", { "t.pl": "UCLA pl 1.0\n" }, /t\.pl: no place found/],
];

for (const [name, changes, says] of BROKEN)
  test(`refused: ${name}`, async () => {
    const aux = writeTinySet(changes);
    await assert.rejects(loadBlock(aux), (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, says);
      return true;
    });
  });
