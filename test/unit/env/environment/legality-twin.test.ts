// The check of legality against its twin, on random placements of blocks with fixed macros, blockages and fences.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality } from "../../../../env/index.js";
import { type Block, generateBlock, NodeKind, nodesOfKind, Random } from "../../../../netlist/index.js";
import { randomPlacement } from "../../../support/blocks.js";
import { legalityTwin } from "../../../twins/legality-twin.js";

/** The left half is a fence of the first macros, of two rectangles that overlap. */
function withFence(block: Block, exclusive: boolean): Block {
  const { width, height } = block.canvas;
  const rectangles = [
    { left: 0, bottom: 0, right: width / 2, top: height * 0.6 },
    { left: 0, bottom: height * 0.5, right: width / 2, top: height },
  ];
  const members = [...nodesOfKind(block, NodeKind.HardMacro)].slice(0, 3);
  return { ...block, fences: [{ name: "half", rectangles, members, exclusive }] };
}

test("overlaps, macros outside and blocked, and the verdict equal those of the twin", () => {
  const seen = new Set<string>();
  for (let seed = 0; seed < 120; seed++) {
    const size = {
      macros: 4 + (seed % 5),
      softMacros: 8,
      ports: 4,
      blockages: seed % 3,
      fixedMacros: seed % 2,
    };
    const plain = generateBlock({ seed, utilisation: 0.05 + 0.1 * (seed % 4), ...size });
    const block = seed % 3 === 0 ? plain : withFence(plain, seed % 3 === 1);
    const placement = randomPlacement(block, Random.stream(seed, "legality"), seed % 5 === 0 ? 0.05 : -0.2);
    if (seed % 7 === 0) placement.xs[nodesOfKind(block, NodeKind.HardMacro)[0]!] = Number.NaN;
    const found = checkLegality(block, placement);
    assert.deepEqual(found, legalityTwin(block, placement), `seed ${seed}`);
    for (const [name, value] of Object.entries(found)) if (value) seen.add(name);
  }
  assert.deepEqual([...seen].sort(), ["blocked", "legal", "outside", "overlaps", "unplaced"]);
});
