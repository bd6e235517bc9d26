// The demo ends with a command that works where it was started.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, symlinkSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { test } from "node:test";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const MAIN = resolve("dist/cli/main.js");

/** The last line of a short demo by `program`, a name of the command line's file. */
function hint(program: string, env: Record<string, string>): string {
  const path = join(folder, program);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(MAIN, path);
  const none = { npm_command: undefined, npm_lifecycle_event: undefined };
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [path, "demo", "--budget", "100ms", "--quiet"],
    { cwd: folder, env: { ...process.env, ...none, ...env }, encoding: "utf8" },
  );
  assert.equal(status, 0, stderr);
  assert.match(stdout, /\n\nNext: .* --help\n$/);
  return stdout.trimEnd().split("\n").at(-1)!;
}

test("after npx, in a project with the package and on the path, the hint names the installed program", () => {
  assert.equal(hint("cache/ashlar", { npm_command: "exec" }), "Next: npx ashlar --help");
  assert.equal(hint("node_modules/.bin/ashlar", { npm_command: "run" }), "Next: npx ashlar --help");
  assert.equal(hint("bin/ashlar", {}), "Next: ashlar --help");
});

test("in a clone the hint names the script of npm, or the file for Node.js", () => {
  const started = { npm_command: "start", npm_lifecycle_event: "start" };
  assert.equal(hint("start/main.js", started), "Next: npm run -s ashlar -- --help");
  assert.equal(hint("dist/main.js", {}), `Next: node ${join("dist", "main.js")} --help`);
});
