// The judge against its plain double-precision twin, on random placements of generated blocks.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, Random } from "../../../../netlist/index.js";
import { randomPlacement, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";
import { judgeTwin } from "../../../twins/judge-twin.js";

const TOLERANCE = 1e-9;

function compare(block: Block, seed: number, outside: "skip" | "clamp", what: string): number {
  const placement = randomPlacement(block, Random.stream(seed, "judge-twin"), 0.04);
  const judge = new Judge(Kernels.create(), block, { outside });
  const costs = judge.evaluate(placement);
  const maps = judge.maps();
  const twin = judgeTwin(block, placement, outside);
  assertClose([costs.wirelength], [twin.wirelength], TOLERANCE, `${what}: wirelength`);
  assertClose([costs.wirelengthCost], [twin.wirelengthCost], TOLERANCE, `${what}: wirelength cost`);
  assertClose([costs.densityCost], [twin.densityCost], TOLERANCE, `${what}: density cost`);
  assertClose([costs.congestionCost], [twin.congestionCost], TOLERANCE, `${what}: congestion cost`);
  assertClose(maps.density, twin.density, TOLERANCE, `${what}: density`);
  assertClose(maps.horizontal, twin.horizontal, TOLERANCE, `${what}: horizontal`);
  assertClose(maps.vertical, twin.vertical, TOLERANCE, `${what}: vertical`);
  return costs.congestionCost;
}

for (const smoothing of [0, 1, 2, 30])
  test(`all costs and maps equal the twin's at 1e-9, smoothing ${smoothing}, nets outside skipped or clamped`, () => {
    let differ = 0;
    for (let seed = 0; seed < 6; seed++) {
      const block = { ...smallBlock(seed, 5 + seed), smoothing };
      const skip = compare(block, seed, "skip", `seed ${seed}, skip`);
      const clamp = compare(block, seed, "clamp", `seed ${seed}, clamp`);
      if (skip !== clamp) differ++;
    }
    assert.ok(differ > 0, "no pin was outside in any case: skip and clamp were not told apart");
  });

test("other grids and tracks than the block's own agree too", () => {
  for (const [columns, rows] of [
    [1, 1],
    [1, 7],
    [3, 2],
    [40, 31],
  ] as const) {
    const routing = { horizontal: 3.1, vertical: 7.7, horizontalUsedByMacros: 2.9, verticalUsedByMacros: 0 };
    const block = { ...smallBlock(9), grid: { columns, rows }, routing, smoothing: 1 };
    compare(block, columns, "skip", `${columns} x ${rows}`);
  }
});

test("the same placement gives the same bits, whatever was evaluated before", () => {
  const block = smallBlock(3);
  const judge = new Judge(Kernels.create(), block);
  const random = Random.stream(1, "twice");
  const placement = randomPlacement(block, random);
  const first = judge.evaluate(placement);
  judge.evaluate(randomPlacement(block, random));
  assert.deepEqual(judge.evaluate(placement), first);
  assert.deepEqual(new Judge(Kernels.create(), block).evaluate(placement), first);
});
