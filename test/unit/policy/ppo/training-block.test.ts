// Which blocks an iteration plays, and how its episodes are divided among them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { BASIC_PLANES } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { generateBlock } from "../../../../netlist/index.js";
import { parseTrainSettings } from "../../../../policy/index.js";
import { assignEpisodes, makeSlots, TrainingBlock } from "../../../../policy/ppo/training-block.js";

const kernels = Kernels.create();
const blocks = [4, 8, 16].map((macros) => generateBlock({ seed: 1, macros }));
const seen = { planes: BASIC_PLANES, live: false };
const trainingBlocks = blocks.map((block, index) => new TrainingBlock(kernels, block, { index, seen }));
const slots = makeSlots(kernels, blocks, { episodes: 12, elites: 4, seen });
const batches = (count: number, iteration: number) => {
  const settings = parseTrainSettings({ blocksPerIteration: count });
  return assignEpisodes(trainingBlocks, slots.episodes, { settings, seed: 1, iteration });
};

test("an iteration's episodes are divided in whole groups, none twice, none left over", () => {
  for (const count of [1, 2, 3, 5]) {
    const assigned = batches(count, 0);
    assert.equal(assigned.length, Math.min(count, 3));
    assert.equal(new Set(assigned.map(({ block }) => block.index)).size, assigned.length);
    for (const { block, episodes } of assigned) {
      assert.equal(episodes.length % 4, 0);
      assert.ok(episodes.every((episode) => episode.block === block.index));
    }
    assert.deepEqual(
      assigned.flatMap(({ episodes }) => episodes.map(({ address }) => address)),
      slots.episodes,
    );
  }
});

test("all blocks are drawn with the same probability", () => {
  const draws = 4000;
  const counts = [0, 0, 0];
  for (let i = 0; i < draws; i++) counts[batches(1, i)[0]!.block.index]!++;
  // Three deviations of a share of 4,000 draws are below 0.024.
  for (const count of counts) assert.ok(Math.abs(count / draws - 1 / 3) < 0.03, `${counts}`);
});

test("episodes that do not fit into kernel memory are refused before anything is allocated", () => {
  assert.throws(
    () => makeSlots(kernels, blocks, { episodes: 1e6, elites: 0, seen }),
    /setting episodes: 1000000 episodes and 0 elites take .* GiB/,
  );
});
