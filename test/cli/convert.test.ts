// `convert` between all formats, as a user runs it; second writes equal first ones.
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkFeasible, Judge } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import {
  generateBlock,
  loadBlock,
  NetlistDraft,
  NodeKind,
  nodesOfKind,
  writePbNetlist,
  writePlc,
} from "../../netlist/index.js";
import { blockOf } from "../support/blocks.js";
import { runCli, runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeTinySet } from "../unit/netlist/formats/bookshelf/tiny-set.js";

const same = (a: string, b: string) => assert.deepEqual(readFileSync(a), readFileSync(b), `${a} and ${b}`);

test("Bookshelf to Bookshelf, packed or not, twice", () => {
  const folder = makeFolder();
  runJson("convert", writeTinySet(), join(folder, "a.aux.gz"), "--json");
  runJson("convert", join(folder, "a.aux.gz"), join(folder, "b.aux"), "--json");
  const again = makeFolder();
  const { files } = runJson("convert", join(folder, "b.aux"), join(again, "b.aux"), "--json");
  assert.equal((files as string[]).length, 6);
  for (const name of readdirSync(again)) same(join(again, name), join(folder, name));
});

test("Bookshelf to the netlist text format and back to it", async () => {
  const [first, second, third] = [makeFolder(), makeFolder(), makeFolder()] as const;
  const summary = runJson("convert", writeTinySet(), join(first, "t.pb.txt"), "--json");
  // Cells' pins -1 2.5 and 1 1 go to the middle; m drives by two pins, f, o and none else: all nets keep their driver.
  assert.deepEqual([summary.centred_pins, summary.redriven_nets], [2, 0]);
  runJson("convert", join(first, "t.pb.txt"), join(second, "t.pb.txt"), "--json");
  same(join(first, "t.pb.txt"), join(second, "t.pb.txt"));
  runJson("convert", join(first, "t.pb.txt"), join(third, "t.aux"), "--canvas", "40x30", "--json");
  const [here, there] = [await loadBlock(join(first, "t.pb.txt")), await loadBlock(join(third, "t.aux"))];
  assert.deepEqual(there.kinds, here.kinds);
  assert.deepEqual(there.initial, here.initial);
  assert.deepEqual(there.netWeights, here.netWeights);
});

test("a generated block to a directory, its placement to .plc and .pl", async () => {
  const folder = join(makeFolder(), "same"); // the folder's name is the block's
  mkdirSync(folder);
  const block = generateBlock({ seed: 3, macros: 6, softMacros: 8, ports: 8 });
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial, { canvas: block.canvas });
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  const out = join(makeFolder(), "same/");
  runJson("convert", folder, out, "--json");
  const [here, there] = [await loadBlock(folder), await loadBlock(out)];
  assert.deepEqual({ ...there, name: "" }, { ...here, name: "" });
  const twice = join(makeFolder(), "same/");
  runJson("convert", out, twice, "--json");
  for (const name of readdirSync(out)) same(join(out, name), join(twice, name));
});

test("a flat netlist is converted with the grid that it is placed on, clustered or not", async () => {
  const draft = new NetlistDraft();
  const addAll = (kind: NodeKind, count: number, side: number) =>
    Array.from({ length: count }, (_, i) =>
      draft.addPin(draft.addNode(kind, `n${kind}_${i}`, side, side), kind === 0 ? `p${i}` : `n${kind}_${i}`),
    );
  // 110 macros are more than a grid of 10 x 10 has cells.
  const pins = [...addAll(NodeKind.HardMacro, 110, 5), ...addAll(NodeKind.StandardCell, 60, 1)];
  for (let i = 0; i + 1 < pins.length; i++) draft.addNet(pins[i]!, [pins[i + 1]!]);
  const flat = blockOf(draft);
  const path = join(makeFolder(), "flat.pb.txt");
  await writePbNetlist(path, flat, flat.initial);
  for (const cluster of [[], ["--cluster"]]) {
    const out = join(makeFolder(), "out/");
    runJson("convert", path, out, ...cluster, "--json");
    const block = await loadBlock(out);
    assert.equal(nodesOfKind(block, NodeKind.SoftMacro).length > 0, cluster.length > 0);
    checkFeasible(new Judge(Kernels.create(), block));
  }
});

test("a .plc placement of a Bookshelf block becomes its .pl and comes back", () => {
  const folder = makeFolder();
  const aux = writeTinySet();
  const file = (name: string) => join(folder, name);
  runJson("convert", aux, file("a.plc"), "--json");
  runJson("convert", aux, file("a.pl"), "--placement", file("a.plc"), "--json");
  runJson("convert", aux, file("b.pl"), "--placement", file("a.pl"), "--json");
  same(file("a.pl"), file("b.pl"));
});

test("pairs that make no sense are refused in one line that says what to do", () => {
  const aux = writeTinySet();
  const folder = makeFolder();
  const cases: [args: string[], says: RegExp][] = [
    [["best.plc", "best.pl"], /best\.plc: is a placement, .* convert BLOCK best\.pl --placement best\.plc/],
    [[aux, join(folder, "x.v")], /x\.v: its name says no format that is written; end it in \.pb\.txt/],
    [[aux, join(aux, "where.pl")], /t\.aux: cannot be made a folder/],
    [[aux, join(folder, "x.def")], /x\.def: needs the design that 't' is placed in/],
    [[join(folder, "none.aux"), join(folder, "x.pl")], /none\.aux: no such file/],
  ];
  for (const [args, says] of cases) {
    const { code, stderr } = runCli("convert", ...args);
    assert.equal(code, 1, stderr);
    assert.match(stderr, says);
    assert.match(stderr, /^ashlar: [^\n]+\n$/);
  }
  const help = runCli("convert", "--help");
  assert.match(help.stdout, /Examples:\n {2}ashlar convert/);
});

test("info says what was read of a Bookshelf set and what was not", () => {
  const { bookshelf } = runJson("info", writeTinySet(), "--json") as { bookshelf: Record<string, unknown> };
  assert.deepEqual(bookshelf.unread, ["t.route"]);
  assert.deepEqual(bookshelf.origin, [100, 50]);
  assert.equal(bookshelf.node_weights, 1);
});
