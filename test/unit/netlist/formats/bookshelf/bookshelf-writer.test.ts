// Bookshelf sets and placements as they are written: what comes back is what went, and writing it again is the same.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import {
  type Block,
  copyPlacement,
  InputError,
  loadBlock,
  NetlistDraft,
  NodeKind,
  Random,
  readPlacement,
  toPbForm,
  writeBookshelf,
  writePbNetlist,
  writePl,
} from "../../../../../netlist/index.js";
import { blockOf } from "../../../../support/blocks.js";
import { makeFolder } from "../../../../support/temp-folder.js";
import { TINY_SET, writeTinySet } from "./tiny-set.js";

const contents = (folder: string) =>
  Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));

/** Writes the block, reads it, writes that; both sets must be the same bytes. Returns what was read. */
async function throughFiles(block: Block): Promise<Block> {
  const [first, second] = [makeFolder(), makeFolder()];
  await writeBookshelf(join(first, "t.aux"), block, block.initial);
  const back = await loadBlock(first);
  await writeBookshelf(join(second, "t.aux"), back, back.initial);
  assert.deepEqual(contents(second), contents(first));
  return back;
}

test("a set with pads, fixed macros and turned nodes comes back whole", async () => {
  const block = await loadBlock(writeTinySet());
  assert.deepEqual(await throughFiles(block), block);
});

test("the .aux goes before what it names is replaced, and comes last", async () => {
  const block = await loadBlock(writeTinySet());
  const folder = makeFolder();
  const at = (name: string) => join(folder, name);
  const write = () => writeBookshelf(at("t.aux"), block, block.initial);
  for (const path of (await write()).slice(1)) {
    rmSync(path);
    mkdirSync(path); // ends it there
    await assert.rejects(write(), /cannot be written: it is a directory/);
    assert.ok(!existsSync(at("t.aux")), path);
    rmdirSync(path);
    await write();
  }
});

test("a terminal that others may cover stays one: a tall one inside does not become a macro", async () => {
  const nodes = TINY_SET["t.nodes"]!.replace("q 4 2 terminal_NI", "q 4 20 terminal_NI");
  const pl = TINY_SET["t.pl"]!.replace("q 140 70", "q 130 50");
  const block = await loadBlock(writeTinySet({ "t.nodes": nodes, "t.pl": pl }));
  const back = await throughFiles(block);
  assert.deepEqual(back, block);
  assert.equal(back.kinds[5], NodeKind.Port);
});

test("a pin's name that a node has already is another's in the netlist text format", async () => {
  const renamed = Object.fromEntries(
    ["t.nodes", "t.nets", "t.pl", "t.wts"].map((name) => [
      name,
      TINY_SET[name]!.replace(/^( ?)a /gm, "$1m/p0 "),
    ]),
  );
  const { block } = toPbForm("t", await loadBlock(writeTinySet(renamed)));
  const path = join(makeFolder(), "t.pb.txt");
  await writePbNetlist(path, block, block.initial);
  const back = await loadBlock(path);
  assert.deepEqual(back.nodeNames, block.nodeNames);
  assert.deepEqual(back.pinNames, block.pinNames);
});

test("a block from elsewhere comes back with its kinds, nets, places and canvas", async () => {
  const draft = new NetlistDraft();
  const port = draft.addPort("in", 0, 12.5);
  const macro = draft.addNode(NodeKind.HardMacro, "ram", 20.5, 10.25);
  const pins = [draft.addPin(macro, "ram/a", -10.25, 1.1), draft.addPin(macro, "ram/b", 10, -5)] as const;
  const cells = ["u1", "u2"].map((name) =>
    draft.addPin(draft.addNode(NodeKind.StandardCell, name, 0.7, 1.4), name),
  );
  draft.addNet(port, [pins[0], cells[0]!], 3);
  draft.addNet(pins[1], cells);
  const block = blockOf(draft, {}, { ram: [30, 40.125], u1: [50, 60.7] }); // u2 has no place
  const back = await throughFiles(block);
  for (const key of ["kinds", "widths", "heights", "nodeNames", "netWeights", "fixed"] as const)
    assert.deepEqual(back[key], block[key], key);
  assert.deepEqual(back.initial.orientations, block.initial.orientations);
  const close = (a: Float64Array, b: Float64Array) =>
    a.forEach((value, i) => {
      assert.ok(Object.is(value, b[i]) || Math.abs(value - b[i]!) < 1e-6, `${value} and ${b[i]}`);
    });
  close(back.initial.xs, block.initial.xs);
  close(back.initial.ys, block.initial.ys);
  assert.ok(Math.abs(back.canvas.height - 100) < 1e-9 && Math.abs(back.canvas.width - 100) < 1e-9);
  const ends = (of: Block) =>
    [...of.netPins].map((pin) => [of.pinNodes[pin], of.pinXOffsets[pin], of.pinYOffsets[pin]]);
  assert.deepEqual(ends(back), ends(block));
});

test("placements come back to the last digit of a unit, in every orientation", async () => {
  const block = await loadBlock(writeTinySet());
  const random = Random.stream(1, "places");
  for (let round = 0; round < 50; round++) {
    const placement = copyPlacement(block.initial);
    for (const node of [0, 1, 2]) {
      placement.xs[node] = random.below(80) / 2;
      placement.ys[node] = random.below(60) / 2;
      placement.orientations[node] = random.below(8);
    }
    const folder = makeFolder();
    await writePl(join(folder, "a.pl"), block, placement);
    const back = await readPlacement(join(folder, "a.pl"), block);
    assert.deepEqual(back, placement);
  }
});

test("macros that a .pl file leaves out are not placed, cells and pads stay", async () => {
  const block = await loadBlock(writeTinySet());
  const folder = makeFolder();
  const only = copyPlacement(block.initial);
  only.xs.fill(Number.NaN);
  only.xs[2] = 17;
  await writePl(join(folder, "m.pl.gz"), block, only);
  const { xs } = await readPlacement(join(folder, "m.pl.gz"), block);
  assert.deepEqual([...xs], [2, 13, 17, Number.NaN, ...block.initial.xs.slice(4)]);
});

test("what the format cannot hold is refused", async () => {
  const soft = new NetlistDraft();
  soft.addNode(NodeKind.SoftMacro, "Grp_0", 4, 4);
  const flat = new NetlistDraft();
  flat.addNode(NodeKind.HardMacro, "m", 4, 2);
  flat.addNode(NodeKind.StandardCell, "c", 1, 2);
  const spaced = new NetlistDraft();
  spaced.addNode(NodeKind.HardMacro, "two words", 4, 4);
  const path = join(makeFolder(), "t.aux");
  for (const [draft, says] of [
    [soft, /soft macro 'Grp_0' cannot be written/],
    [flat, /a macro is 2 high and a cell 2/],
    [spaced, /'two words' cannot be written/],
  ] as const) {
    const block = blockOf(draft);
    await assert.rejects(writeBookshelf(path, block, block.initial), (error: Error) => {
      assert.ok(error instanceof InputError, error.stack);
      assert.match(error.message, says);
      return true;
    });
  }
});
