// The environment in one call: what its options change, and what is refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { macrosByConnectivity, PLANES } from "../../../../env/index.js";
import { InputError } from "../../../../netlist/index.js";
import { createEnvironment } from "../../../../placer/index.js";
import { smallBlock } from "../../../support/blocks.js";
import leftTerm from "../../../support/left-term.js";

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
