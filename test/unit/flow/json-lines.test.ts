// Lines of JSON in files that were cut short, are not there, or are no files.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readJsonLines } from "../../../flow/json-lines.js";
import { makeFolder } from "../../support/temp-folder.js";

test("whole lines are read, others left out; without a file there are none", () => {
  const path = join(makeFolder(), "metrics.jsonl");
  assert.deepEqual(readJsonLines(path), []);
  writeFileSync(path, '{"a":1}\n{"b":\n[1]\n{"c":2}\n{"d":');
  assert.deepEqual(readJsonLines(path), [{ a: 1 }, { c: 2 }]);
});

test("a folder, a pipe and a circle of links are refused in one line; a pipe is not waited for", () => {
  const folder = makeFolder();
  const [directory, pipe, circle] = ["directory", "pipe", "circle"].map((name) => join(folder, name));
  mkdirSync(directory!);
  execFileSync("mkfifo", [pipe!]);
  symlinkSync(circle!, circle!);
  for (const path of [directory!, pipe!, circle!])
    assert.throws(() => readJsonLines(path), { name: "InputError" }, path);
});

test("a file of millions of empty lines is read at once", () => {
  const path = join(makeFolder(), "metrics.jsonl");
  writeFileSync(path, `{"a":1}\n${"\n".repeat(10_000_000)}{"b":2}`);
  assert.deepEqual(readJsonLines(path), [{ a: 1 }, { b: 2 }]);
});
