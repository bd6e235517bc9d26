// The Python client under examples/python with its own tests, which assert what Circuit Training's tests do: with the
// standard library alone, and with whatever this machine has.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { join, resolve } from "node:path";
import { before, test } from "node:test";
import { runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const FOLDER = resolve("examples/python");
const hasPython =
  spawnSync("python3", ["-c", "import sys; sys.exit(sys.version_info < (3, 8))"]).status === 0;
const skip = hasPython ? false : "python3 (3.8 or later) is not on this machine";
const program = `"${process.execPath}" "${resolve("dist/cli/plc.js")}"`;

const block = join(makeFolder(), "block");
before(() => {
  runJson("generate", "--macros", "6", "--seed", "3", "--out", block, "--json");
});

for (const [what, flags] of [
  ["the standard library alone", ["-S", "-W", "error"]],
  ["the packages that are installed", ["-W", "error"]],
] as const)
  test(`the Python client and environment pass their tests with ${what}`, { skip }, () => {
    const files = ["netlist.pb.txt.gz", "initial.plc"].map((name) => join(block, name));
    const { status, stderr } = spawnSync(
      "python3",
      [...flags, join(FOLDER, "test_ashlar_plc.py"), ...files],
      {
        encoding: "utf8",
        // Folders of other tests are not to be taken for what these leave.
        env: { ...process.env, TMPDIR: makeFolder(), ASHLAR_PLC: program, PYTHONDONTWRITEBYTECODE: "1" },
      },
    );
    assert.equal(status, 0, stderr);
    assert.match(stderr, /Ran 15 tests[\s\S]*OK/);
  });

test("the Python example plays random episodes from a shell", { skip }, () => {
  const files = ["netlist.pb.txt.gz", "initial.plc"].map((name) => join(block, name));
  const args = [join(FOLDER, "ashlar_plc.py"), ...files, "--episodes", "2", "--program", program];
  const env = { ...process.env, PYTHONDONTWRITEBYTECODE: "1" };
  const { status, stdout, stderr } = spawnSync("python3", args, { encoding: "utf8", env });
  assert.equal(status, 0, stderr);
  const lines = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  assert.equal(lines.length, 2);
  for (const { reward } of lines) assert.ok(reward < 0);
});
