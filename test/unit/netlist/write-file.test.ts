// Files are written whole or not at all, and what a killed process left behind goes.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { InputError } from "../../../netlist/input-error.js";
import { markedName } from "../../../netlist/leftovers.js";
import {
  appendToFile,
  makeFolder as makeFolders,
  removeFile,
  TEMPORARY,
  writeFileAtomically,
  writeNewFile,
} from "../../../netlist/write-file.js";
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

test("a link is followed; devices and pipes are not replaced", async () => {
  const folder = makeFolder();
  const [file, link, pipe] = ["file", "link", "pipe"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  writeFileSync(file, "old");
  symlinkSync(file, link);
  await writeFileAtomically(link, "new");
  assert.equal(readFileSync(file, "utf8"), "new");
  assert.ok(lstatSync(link).isSymbolicLink());
  spawnSync("mkfifo", [pipe]);
  for (const path of [pipe, "/dev/null"])
    await assert.rejects(writeFileAtomically(path, "x"), (error: Error) => {
      assert.match(error.message, /cannot be written: it is a device or a pipe, a file was expected/);
      return error instanceof InputError;
    });
  assert.ok(statSync("/dev/null").isCharacterDevice());
});

test("of those who write a new file at once one gets the name, and nobody's file is replaced", async () => {
  const folder = makeFolder();
  const path = join(folder, "a.txt");
  const won = await Promise.all(["0", "1", "2", "3"].map((text) => writeNewFile(path, text)));
  assert.equal(won.filter(Boolean).length, 1);
  assert.equal(readFileSync(path, "utf8"), String(won.indexOf(true)));
  assert.equal(await writeNewFile(path, "later"), false);
  assert.deepEqual(readdirSync(folder), ["a.txt"]);
});

test("temporary files of processes that are gone are removed, and nobody else's", async () => {
  const folder = makeFolder();
  const own = markedName(TEMPORARY);
  const { pid } = spawnSync(process.execPath, ["-e", ""]);
  const left = own.replace(/tmp-\d+-\d*-/, `tmp-${pid}--`);
  const others = [own, own.replace(/tmp-\d+-\d*-/, `tmp-${process.ppid}--`), `${left}x`, `${TEMPORARY}notes`];
  assert.notEqual(left, own);
  for (const name of [left, ...others]) writeFileSync(join(folder, name), "half of");
  await writeFileAtomically(join(folder, "a.txt"), "whole");
  assert.deepEqual(readdirSync(folder).sort(), [...others, "a.txt"].sort());
});

test("folders are made with those above them; what is in the way or makes none is named", () => {
  const folder = makeFolder();
  makeFolders(join(folder, "a", "b"));
  makeFolders(join(folder, "a", "b", "."));
  assert.ok(statSync(join(folder, "a", "b")).isDirectory());
  writeFileSync(join(folder, "file"), "");
  const says = (path: string) =>
    assert.throws(
      () => makeFolders(path),
      (error) => error instanceof InputError && /cannot be made a folder/.test(error.message),
    );
  says(join(folder, "file", "x"));
  says(join(folder, "file"));
  assert.throws(() => makeFolders(""), InputError);
  if (existsSync("/proc/self")) says("/proc/self/x/y");
});

test("to add to a file and to remove one is refused in one line where it cannot be", () => {
  const folder = makeFolder();
  const says = (act: () => void, text: RegExp) =>
    assert.throws(act, (error) => error instanceof InputError && text.test(error.message));
  says(() => appendToFile(folder, "x"), /cannot be written: it is a directory/);
  says(() => appendToFile(join(folder, "a", "b"), "x"), /there is no folder/);
  if (existsSync("/dev/full"))
    says(() => appendToFile("/dev/full", "x"), /cannot be written: the disk is full/);
  mkdirSync(join(folder, "a"));
  says(() => removeFile(join(folder, "a")), /is a directory, but a run writes a file there/);
  removeFile(join(folder, "missing"));
});
