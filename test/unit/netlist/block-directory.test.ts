import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { blockFiles, isBookshelfPath, isDefPath, loadBlock } from "../../../netlist/index.js";
import { makeFolder } from "../../support/temp-folder.js";
import { TINY_DEF, TINY_LEF } from "./formats/lefdef/tiny-design.js";

const NETLIST = `node { name: "m" attr { key: "type" value { placeholder: "MACRO" } }
  attr { key: "width" value { f: 2.0 } } attr { key: "height" value { f: 2.0 } } }\n`;

function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = join(makeFolder(), "block");
  mkdirSync(folder);
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

test("a directory with one DEF and its LEFs is a design", async () => {
  const folder = folderWith({ "top.def": TINY_DEF, "cells.lef": TINY_LEF, "notes.txt": "" });
  assert.equal(isDefPath(folder), true);
  assert.equal((await loadBlock(folder)).name, "top");
  assert.deepEqual(blockFiles(folder), [join(folder, "top.def"), join(folder, "cells.lef")]);
});

test("netlist.pb.txt makes a directory its block, whatever else is there", async () => {
  const folder = folderWith({
    "netlist.pb.txt": NETLIST,
    "best.def": TINY_DEF,
    "flat.pb.txt": "",
    "x.aux": "",
  });
  assert.equal(isDefPath(folder), false);
  assert.equal(isBookshelfPath(folder), false);
  assert.equal((await loadBlock(folder)).name, "block");
});

test("a single netlist of another name is the block; a directory of a design's name is looked into", async () => {
  assert.equal((await loadBlock(folderWith({ "flat.pb.txt": NETLIST }))).nodeCount, 1);
  const odd = join(makeFolder(), "odd.def");
  mkdirSync(odd);
  writeFileSync(join(odd, "netlist.pb.txt"), NETLIST);
  assert.equal(isDefPath(odd), false);
  assert.equal((await loadBlock(odd)).name, "odd.def");
});

test("two candidates are listed, of one format or of two, and none is said", async () => {
  for (const names of [
    ["a.def", "b.def.gz"],
    ["a.aux", "b.def"],
    ["a.aux", "b.aux"],
    ["a.pb.txt", "b.aux"],
    ["a.pb.txt", "b.pb.txt.gz"],
  ]) {
    const folder = folderWith(Object.fromEntries(names.map((name) => [name, ""])));
    await assert.rejects(loadBlock(folder), {
      message: `${folder}: the directory holds 2 blocks, one was expected: ${names
        .map((name) => join(folder, name))
        .join(", ")}; name one of the files`,
    });
  }
  const empty = folderWith({ "a.lef": TINY_LEF });
  await assert.rejects(loadBlock(empty), /the directory holds no block; a file netlist\.pb\.txt, or one/);
  const many = folderWith(Object.fromEntries(Array.from({ length: 12 }, (_, i) => [`${10 + i}.def`, ""])));
  await assert.rejects(loadBlock(many), /holds 12 blocks.*17\.def and 4 more; name/);
});
