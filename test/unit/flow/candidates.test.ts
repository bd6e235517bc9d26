// Which placements of a run are kept as different results, and that a process that was killed loses and repeats none.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Candidates, leastDistance, meanDisplacement } from "../../../flow/candidates.js";
import { copyPlacement, NodeKind, nodesOfKind, type Placement } from "../../../netlist/index.js";
import { smallBlock } from "../../support/blocks.js";
import { makeFolder } from "../../support/temp-folder.js";

const block = smallBlock(5);
const least = leastDistance(block);
const [movable] = [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => !block.fixed[node]);
const count = [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => !block.fixed[node]).length;

/** One macro `parts` least distances to the right of where it was, as the mean over all macros has it. */
function shifted(parts: number): Placement {
  const placement = copyPlacement(block.initial);
  for (const node of nodesOfKind(block, NodeKind.HardMacro))
    [placement.xs[node], placement.ys[node]] = [0, 0];
  placement.xs[movable!]! += parts * least * count;
  return placement;
}

const costs = (proxyCost: number) => ({
  ...{ wirelength: 1, wirelengthCost: 1, densityCost: 1, congestionCost: 1 },
  proxyCost,
});

/** What is kept: cost of each candidate. */
const kept = (candidates: Candidates) => candidates.list().map(({ costs: { proxyCost } }) => proxyCost);

test("the distance is the mean over the movable hard macros, and the least one a twentieth of the canvas's side", () => {
  assert.ok(Math.abs(meanDisplacement(block, shifted(0), shifted(1.5)) - 1.5 * least) < 1e-9);
  assert.ok(Math.abs(least - (block.canvas.width + block.canvas.height) / 40) < 1e-9);
  const still = { ...block, fixed: block.fixed.map(() => 1) };
  assert.equal(meanDisplacement(still, shifted(0), shifted(3)), 0);
});

test("of placements that are alike the cheaper one is kept, and the cheapest of all first", () => {
  const candidates = new Candidates(block, 2);
  candidates.offer(shifted(0), costs(5));
  candidates.offer(shifted(0.5), costs(6)); // like the first, and dearer
  candidates.offer(shifted(2), costs(4));
  assert.deepEqual(kept(candidates), [4, 5]);
  candidates.offer(shifted(0.9), costs(3)); // like the first, and cheaper
  assert.deepEqual(kept(candidates), [3, 4]);
  candidates.offer(shifted(1.5), costs(1)); // like both
  assert.deepEqual(kept(candidates), [1]);
  for (const parts of [4, 6, 8, 10]) candidates.offer(shifted(parts), costs(parts));
  assert.deepEqual(kept(candidates), [1, 4, 6, 8]); // twice as many as are asked for
});

test("a placement that its owner changes later stays as it was, and one without all macros is none", () => {
  const candidates = new Candidates(block, 2);
  const placement = shifted(0);
  candidates.offer(placement, costs(5));
  placement.xs[movable!] = -1;
  assert.notEqual(candidates.list()[0]!.placement.xs[movable!], -1);
  const missing = shifted(7);
  missing.ys[movable!] = Number.NaN;
  candidates.offer(missing, costs(1));
  assert.deepEqual(kept(candidates), [5]);
});

test("after a kill between candidates and checkpoint those of the checkpoint are read", () => {
  const file = join(makeFolder(), "candidates.json");
  const candidates = new Candidates(block, 2);
  const save = (iterations: number) =>
    writeFileSync(file, JSON.stringify(candidates.generations(iterations)));
  const readAfter = (iterations: number) => {
    const read = new Candidates(block, 2);
    read.readAfter(file, iterations);
    return kept(read);
  };
  candidates.offer(shifted(0), costs(5));
  save(1);
  candidates.offer(shifted(2), costs(3));
  save(2);
  candidates.offer(shifted(4), costs(2));
  save(3);
  assert.deepEqual(readAfter(2), [3, 5]);
  assert.deepEqual(readAfter(3), [2, 3, 5]);
  assert.deepEqual(readAfter(0), [], "a run that starts over");
  writeFileSync(file, '{"another": "version"}');
  assert.deepEqual(readAfter(3), []);
  const own = new Candidates(block, 2);
  own.offer(shifted(0), costs(9));
  save(3);
  own.readAfter(file, 3);
  assert.deepEqual(kept(own), [9], "what this process found itself stays");
});
