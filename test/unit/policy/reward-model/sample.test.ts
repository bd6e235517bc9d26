// What a sample says of a placement, on a small block: repeatable, alone decided by the cells, and legal.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Episode, Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { copyPlacement, Orientation } from "../../../../netlist/index.js";
import { ForceDirectedPlacer } from "../../../../placer/index.js";
import { REWARD_NUMBERS, RewardSampler } from "../../../../policy/reward-model/sample.js";
import { REWARD_SOURCES } from "../../../../policy/reward-model/sources.js";
import { smallBlock } from "../../../support/blocks.js";

const block = smallBlock(3);

test("a sample depends on its number and seed alone, not on what was drawn before", () => {
  const [first, second] = [
    new RewardSampler(Kernels.create(), block),
    new RewardSampler(Kernels.create(), block),
  ];
  const forward = [0, 1, 2, 3, 4, 5, 6, 7].map((index) => first.draw(1, index));
  const backward = [7, 6, 5, 4, 3, 2, 1, 0].map((index) => second.draw(1, index)).reverse();
  assert.deepEqual(backward, forward);
  assert.notDeepEqual(second.draw(2, 0).cells, forward[0]!.cells);
});

test("everything of a sample follows from its cells, whatever source they came from", () => {
  const sampler = new RewardSampler(Kernels.create(), block);
  const seen = new Set<string>();
  for (let index = 0; index < 40; index++) {
    const { source, cells, ...measured } = sampler.draw(1, index);
    seen.add(REWARD_SOURCES[source]!);
    assert.deepEqual(sampler.measure(cells), measured);
    assert.deepEqual(sampler.measureAt(copyPlacement(sampler.placement)), measured);
    assert.equal(measured.numbers.length, REWARD_NUMBERS.length);
    assert.ok([...measured.numbers, ...measured.places].every(Number.isFinite));
  }
  assert.deepEqual([...seen].sort(), ["annealed", "greedy", "prior", "random"]);
});

test("macros off the grid and turned are measured where they are", () => {
  const sampler = new RewardSampler(Kernels.create(), block);
  const onGrid = sampler.measure(sampler.draw(1, 0).cells);
  const placement = copyPlacement(sampler.placement);
  const [macro] = sampler.macros;
  const node = sampler.graph.graphNodes[macro!]!;
  placement.xs[macro!]! += block.canvas.width / 100;
  const moved = sampler.measureAt(placement);
  assert.ok(Math.abs(moved.places[2 * node]! - onGrid.places[2 * node]! - 0.02) < 1e-6);
  assert.notDeepEqual(moved.labels, onGrid.labels);
  placement.orientations[macro!] = Orientation.FS;
  const turned = sampler.measureAt(placement);
  assert.equal(turned.places[2 * node], moved.places[2 * node]);
  assert.notDeepEqual(turned.labels, moved.labels);
});

test("the cells are a legal episode, and the labels the costs of it with every macro in orientation N", () => {
  const sampler = new RewardSampler(Kernels.create(), block);
  const judge = new Judge(Kernels.create(), block);
  const placer = new ForceDirectedPlacer(judge);
  const episode = new Episode(judge, placer, { macros: sampler.macros });
  for (let index = 0; index < 8; index++) {
    const { cells, labels } = sampler.draw(1, index);
    episode.reset();
    for (const cell of cells) episode.place(cell); // throws where the mask forbids it
    placer.placeSoftMacros();
    const { wirelengthCost, densityCost, congestionCost, proxyCost } = judge.evaluate();
    assert.deepEqual(labels, Float32Array.of(wirelengthCost, densityCost, congestionCost, proxyCost));
  }
});
