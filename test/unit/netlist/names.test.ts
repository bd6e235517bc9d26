// Names of blocks as names of folders, and the names that blocks get from where they are.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileNameOf, loadBlock } from "../../../netlist/index.js";
import { makeFile, makeFolder, TINY } from "./tiny-files.js";

test("a folder's name leads nowhere else, and a plain name stays as it is", () => {
  const cases = [
    ["ariane133_ng45", "ariane133_ng45"],
    ["a.b-C", "a.b-C"],
    ["../../x", "__.._x"],
    ["/etc/x", "_etc_x"],
    ["top level\n\\[0]µ", "top_level___0__"],
    [".", "_"],
    ["..", "_"],
    ["", "_"],
  ] as const;
  for (const [name, expected] of cases) assert.equal(fileNameOf(name), expected);
});

test("a directory named by dots gives the block its own name", async () => {
  const folder = join(makeFolder(), "chip");
  mkdirSync(join(folder, "inner"), { recursive: true });
  makeFile("netlist.pb.txt", TINY, folder);
  for (const path of [`${folder}/.`, `${folder}/inner/..`, `${folder}/`])
    assert.equal((await loadBlock(path)).name, "chip");
});
