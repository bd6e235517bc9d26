// Macros that a DEF fixes, and placements from elsewhere: without --free-fixed they stay, with it they may be kept there.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";
import { runJson } from "../support/command.js";
import { makeFolder } from "../support/temp-folder.js";

const folder = makeFolder();
const at = (...names: readonly string[]) => join(folder, ...names);
const LEFS = ["--lef", "examples/design/tech.lef", "--lef", "examples/design/cells.lef"];
const place = (out: string, ...options: readonly string[]) =>
  runJson("place", at("fixed.def"), ...LEFS, ...options, "--iterations", "2", "--out", at(out), "--json");
/** Lines of macros, which name the master and the place. */
const macrosIn = (path: string) =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => /\bFIXED \(/.test(line));

before(() => {
  runJson(
    "place",
    "examples/design/tile.def",
    "--method",
    "greedy",
    "--iterations",
    "1",
    "--out",
    at("run"),
    "--json",
  );
  const def = readFileSync(at("run", "best.def"), "utf8");
  const [head, ...rest] = def.split(/^COMPONENTS /m);
  const components = `COMPONENTS ${rest.join("COMPONENTS ")}`;
  writeFileSync(at("fixed.def"), `${head}${components.replace(/PLACED (?=\()/g, "FIXED ")}`);
  place("moved", "--method", "greedy", "--free-fixed", "--seed", "5");
});

test("fixed macros stay where the design has them, whatever --from says", () => {
  assert.notDeepEqual(macrosIn(at("moved", "best.def")), macrosIn(at("fixed.def")));
  const summary = place("stays", "--method", "anneal", "--from", at("moved"));
  assert.deepEqual([summary.violations, summary.legal], [0, true]);
  assert.deepEqual(macrosIn(at("stays", "best.def")), macrosIn(at("fixed.def")));
});

test("macros that were set free can be kept where they were moved to", () => {
  const summary = place("kept", "--method", "greedy", "--free-fixed", "--from", at("moved"), "--keep", "*");
  assert.deepEqual([summary.violations, summary.legal], [0, true]);
  assert.deepEqual(macrosIn(at("kept", "best.def")), macrosIn(at("moved", "best.def")));
});
