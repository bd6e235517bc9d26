import assert from "node:assert/strict";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { writeFileAtomically } from "../../../netlist/files.js";
import { InputError } from "../../../netlist/input-error.js";
import { makeFolder } from "./tiny-files.js";

test("the pieces arrive in order, and no temporary file stays behind", async () => {
  const folder = makeFolder();
  await writeFileAtomically(join(folder, "a.txt"), ["one\n", "two\n"]);
  assert.equal(readFileSync(join(folder, "a.txt"), "utf8"), "one\ntwo\n");
  assert.deepEqual(readdirSync(folder), ["a.txt"]);
});

test("a name that ends in .gz is packed, with the same bytes every time", async () => {
  const folder = makeFolder();
  await writeFileAtomically(join(folder, "a.gz"), "text");
  await writeFileAtomically(join(folder, "b.gz"), new TextEncoder().encode("text"));
  const packed = readFileSync(join(folder, "a.gz"));
  assert.equal(gunzipSync(packed).toString(), "text");
  assert.deepEqual(packed, readFileSync(join(folder, "b.gz")));
});

test("a write that breaks off leaves the old file and nothing else", async () => {
  const folder = makeFolder();
  const path = join(folder, "a.txt");
  writeFileSync(path, "old");
  function* pieces() {
    yield "new";
    throw new Error("broken off");
  }
  await assert.rejects(writeFileAtomically(path, pieces()), /broken off/);
  assert.equal(readFileSync(path, "utf8"), "old");
  assert.deepEqual(readdirSync(folder), ["a.txt"]);
});

test("a folder that does not exist is the user's to make", async () => {
  const path = join(makeFolder(), "missing", "a.txt");
  await assert.rejects(writeFileAtomically(path, "x"), (error: Error) => {
    assert.ok(error instanceof InputError);
    assert.match(error.message, /a\.txt: cannot be written: there is no folder/);
    return true;
  });
});

test("a directory in the file's place is named as such", async () => {
  const folder = makeFolder();
  await assert.rejects(writeFileAtomically(folder, "x"), InputError);
});
