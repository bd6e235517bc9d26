// Small texts from files and pipes, and refusals of what never ends or cannot be read.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readSmallText } from "../../../flow/small-text.js";
import { makeFolder } from "../../support/temp-folder.js";

test("files and pipes are read whole", () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "a.json"), '{"ä":1}\n');
  assert.equal(readSmallText(join(folder, "a.json")), '{"ä":1}\n');
  const pipe = join(folder, "pipe");
  execFileSync("mkfifo", [pipe]);
  spawn("sh", ["-c", 'printf "{ " > "$0"; exit', pipe]);
  assert.equal(readSmallText(pipe), "{ ");
});

test("devices without end, large files, folders and missing files are refused in one line", () => {
  const folder = makeFolder();
  writeFileSync(join(folder, "large"), "x".repeat((1 << 20) + 1));
  for (const path of ["/dev/zero", join(folder, "large"), folder, join(folder, "missing")])
    assert.throws(() => readSmallText(path), { name: "InputError" }, path);
});
