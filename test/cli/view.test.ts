// `view` as a real process: options from a file, and one line for bad input.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { runCli } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";
import { writeBlock } from "../support/view-fixtures.js";
import { makeFile } from "../unit/netlist/tiny-files.js";

let block = "";
before(async () => {
  block = await writeBlock(8);
});

const config = (options: unknown) => makeFile("options.json", JSON.stringify(options));

/** The picture that `view` draws with these options. */
function pictureOf(...options: readonly string[]): string {
  const svg = join(makeFolder(), "block.svg");
  const { code, stderr } = runCli("view", block, "--svg", svg, ...options);
  assert.equal(code, 0, stderr);
  return readFileSync(svg, "utf8");
}

test("options come from a file, and flags count over it", () => {
  const file = config({ theme: "dark", grid: "13x7" });
  const picture = pictureOf("--config", file);
  assert.equal(picture, pictureOf("--theme", "dark", "--grid", "13x7"));
  assert.match(picture, /grid 13 × 7/);
  assert.match(pictureOf("--config", file, "--grid", "9x5"), /grid 9 × 5/);
});

test("bad input is told in one line and writes nothing", () => {
  const svg = join(makeFolder(), "block.svg");
  const run = makeFolder();
  makeFile("options.json", JSON.stringify({ options: { outside: 3 }, inputs: [{ path: block }] }), run);
  const cases: readonly (readonly [readonly string[], RegExp])[] = [
    [[block, "--config", config({ thme: "dark" })], /options\.json: 'thme' is no option of 'view'/],
    [[block, "--config", config({ theme: "blue" })], /--theme: /],
    [[block, "--config", `${svg}.json`], /no such file/],
    [[block, "--port", "70000"], /--port: /],
    [[block, "--grid", "many"], /--grid: /],
    [[`${block}-not`], /no such file or directory/],
    [[block, `${block}-not`], /no such file or directory/],
    [[block, `${block}.plc`], /block\.plc/],
    [[run], /options\.json: outside: /],
    [[block, "--svg", join(svg, "in.svg")], /cannot be written: there is no folder/],
  ];
  for (const [args, says] of cases) {
    const { code, stderr } = runCli("view", ...args, ...(args.includes("--svg") ? [] : ["--svg", svg]));
    assert.equal(code, 1, args.join(" "));
    assert.match(stderr, says);
    assert.match(stderr, /^ashlar: [^\n]+\n$/);
  }
  assert.ok(!existsSync(svg));
});
