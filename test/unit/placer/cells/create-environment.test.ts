// The environment in one call: what its options change, and what is refused.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { macrosByConnectivity, PLANES } from "../../../../env/index.js";
import { InputError } from "../../../../netlist/index.js";
import { createEnvironment } from "../../../../placer/index.js";
import { smallBlock } from "../../../support/blocks.js";
import { runJson } from "../../../support/command.js";
import { readFences } from "../../../support/doc-fences.js";
import leftTerm from "../../../support/left-term.js";
import { makeFolder } from "../../../support/temp-folder.js";

test("a random episode with defaults ends with the exact cost as its reward", () => {
  const environment = createEnvironment(smallBlock(1, 6));
  let seen = environment.reset(1);
  while (!seen.terminated) seen = environment.step(environment.sampleAction());
  const { judge } = environment.episode;
  assert.equal(seen.reward, -seen.info.costs!.proxyCost);
  assert.deepEqual(seen.info.costs, judge.evaluate());
});

test("order, planes, cell placer, and weights and terms in the reward are the caller's", () => {
  const block = smallBlock(1, 6);
  let settled = 0;
  const environment = createEnvironment(block, {
    order: "connectivity",
    planes: PLANES.length,
    judge: { weights: { wirelength: 0, density: 0, congestion: 0 }, terms: [{ term: leftTerm, weight: 2 }] },
    cellPlacer: () => ({ name: "counted", estimateSoftMacros: () => {}, placeSoftMacros: () => settled++ }),
  });
  assert.deepEqual(environment.episode.macros, macrosByConnectivity(block));
  let seen = environment.reset();
  assert.equal(seen.observation.planes.length, PLANES.length * environment.actionSpace.count);
  while (!seen.terminated) seen = environment.step(seen.mask.indexOf(1));
  assert.equal(settled, 1);
  assert.equal(seen.reward, -2 * leftTerm.evaluate(block, environment.episode.judge.placement));
});

test("a block that no episode can place, and options that are none, are refused", () => {
  const block = smallBlock(1, 6);
  const narrow = { ...block, canvas: { ...block.canvas, width: 1 } };
  assert.throws(() => createEnvironment(narrow), InputError);
  assert.throws(
    () => createEnvironment(block, { order: "size" as "area" }),
    /order: 'size', one of area, conn/,
  );
  assert.throws(() => createEnvironment(block, { planes: 3 }), InputError);
});

test("the example in docs/environment.md runs and prints reward and costs", () => {
  const folder = makeFolder();
  runJson("generate", "--macros", "6", "--seed", "1", "--out", join(folder, "block"), "--json");
  const [example] = readFences("docs/environment.md").filter(({ language }) => language === "js");
  const library = new URL("../../../../index.js", import.meta.url).href;
  writeFileSync(join(folder, "example.mjs"), example!.text.replace('"ashlar"', JSON.stringify(library)));
  const { stdout, stderr, status } = spawnSync(process.execPath, ["example.mjs"], {
    cwd: folder,
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  assert.match(stdout, /^(-\d\.\d+ \{[^}]*proxyCost: \d|-10 undefined)/);
});
