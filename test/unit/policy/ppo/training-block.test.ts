// Which blocks an iteration plays, and how its episodes are dealt out among them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASIC_PLANES } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { generateBlock } from "../../../../netlist/index.js";
import { trainOptionsSchema } from "../../../../policy/index.js";
import { Arena, deal, makeSlots } from "../../../../policy/ppo/training-block.js";

const kernels = Kernels.create();
const blocks = [4, 8, 16].map((macros) => generateBlock({ seed: 1, macros }));
const arenas = blocks.map((block, index) => new Arena(kernels, block, index, BASIC_PLANES));
const addresses = makeSlots(kernels, blocks, 12, 4, BASIC_PLANES);
const hands = (sampling: "even" | "macros", count: number, iteration: number) =>
  deal(arenas, addresses, trainOptionsSchema.parse({ blocks: count, sampling }), iteration);

test("an iteration's episodes are dealt out in whole groups, none twice, none left over", () => {
  for (const count of [1, 2, 3, 5]) {
    const dealt = hands("even", count, 0);
    assert.equal(dealt.length, Math.min(count, 3));
    assert.equal(new Set(dealt.map(({ arena }) => arena.index)).size, dealt.length);
    for (const { slots } of dealt) assert.equal(slots.length % 4, 0);
    assert.deepEqual(
      dealt.flatMap(({ slots }) => slots.map(({ at }) => at)),
      addresses,
    );
  }
});

test("blocks are drawn all alike, or in proportion to their macros", () => {
  const draws = 4000;
  const shares = (sampling: "even" | "macros") => {
    const counts = [0, 0, 0];
    for (let i = 0; i < draws; i++) counts[hands(sampling, 1, i)[0]!.arena.index]!++;
    return counts.map((count) => count / draws);
  };
  // Three deviations of a share of 4,000 draws are below 0.024.
  const near = (found: number[], wanted: number[]) =>
    found.every((share, i) => Math.abs(share - wanted[i]!) < 0.03);
  assert.ok(near(shares("even"), [1 / 3, 1 / 3, 1 / 3]));
  assert.ok(near(shares("macros"), [4 / 28, 8 / 28, 16 / 28]));
});
