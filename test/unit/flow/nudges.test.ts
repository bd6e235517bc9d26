// Costs of nudged copies: the same each time, near the placement's own, and of hard macros that may move.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { Environment, Judge } from "../../../env/index.js";
import { nudgedCosts } from "../../../flow/nudges.js";
import { Kernels } from "../../../kernels/index.js";
import { type Block, copyPlacement, generateBlock, NodeKind } from "../../../netlist/index.js";
import { makeCellPlacer } from "../../../placer/index.js";

const block = generateBlock({ macros: 9, seed: 4 });

function placed(of: Block) {
  const judge = new Judge(Kernels.create(), of);
  const environment = new Environment(judge, makeCellPlacer("es", judge));
  let seen = environment.reset(3);
  while (!seen.terminated) seen = environment.step(environment.sampleAction());
  return { judge, placement: copyPlacement(judge.placement) };
}

test("the same figures each time, of a placement that stays as it was", async () => {
  const { judge, placement } = placed(block);
  const before = copyPlacement(placement);
  const first = (await nudgedCosts(judge, placement, { protocol: "fd", nudges: 6 }))!;
  assert.deepEqual(await nudgedCosts(judge, placement, { protocol: "fd", nudges: 6 }), first);
  assert.deepEqual(placement, before);
  assert.equal(first.nudges, 6);
  assert.ok(first.min < first.mean && first.mean < first.max && first.deviation > 0);
});

test("under es all are near the cost of the placement without a nudge", async () => {
  const { judge, placement } = placed(block);
  judge.evaluate(placement);
  makeCellPlacer("es", judge).placeSoftMacros();
  const own = judge.evaluate().proxyCost;
  const { min, max } = (await nudgedCosts(judge, placement, { protocol: "es", nudges: 4 }))!;
  assert.ok(Math.abs(min / own - 1) < 0.01 && Math.abs(max / own - 1) < 0.01, `${min} ${own} ${max}`);
});

test("fixed macros are not nudged", async () => {
  const { placement } = placed(block);
  const fixed = block.fixed.map((was, node) => (block.kinds[node] === NodeKind.HardMacro ? 1 : was));
  const judge = new Judge(Kernels.create(), { ...block, fixed });
  assert.equal(await nudgedCosts(judge, placement, { protocol: "fd", nudges: 4 }), undefined);
});

test("between two copies others are answered", async () => {
  const { judge, placement } = placed(block);
  let done = false;
  const costs = nudgedCosts(judge, placement, { protocol: "fd", nudges: 4 }).finally(() => {
    done = true;
  });
  let turns = 0;
  for (; !done; turns++) await setImmediate();
  await costs;
  assert.ok(turns >= 3, `${turns} turns`);
});
