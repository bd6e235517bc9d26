// Coordinate descent: never a worse sweep, legal on cells, and no single step left that would be better.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, Environment, Judge, macrosByArea } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { copyPlacement, NodeKind, Random } from "../../../../netlist/index.js";
import { drawStart } from "../../../../placer/anneal/worker.js";
import { ForceDirectedPlacer, Refiner } from "../../../../placer/index.js";
import { smallBlock } from "../../../support/blocks.js";
import leftTerm from "../../../support/left-term.js";

/** Soft macros stay where they are: only then can costs before and after be compared. */
const STILL = { name: "still", placeSoftMacros: () => {}, estimateSoftMacros: () => {} };

/** A stream whose first draw tells a sweep to exchange no macros first. */
function straight(sweep: number): Random {
  for (let i = 0; ; i++)
    if (Random.stream(sweep, "straight", i).below(5) === 0) return Random.stream(sweep, "straight", i);
}

test("sweeps never cost more, stay legal on cell centres, and end where no macro gains by moving alone", () => {
  for (const { seed, weight = 0, turns = false } of [
    { seed: 1 },
    { seed: 2 },
    { seed: 2, weight: 3 }, // a cost term counts like any other cost
    { seed: 1, turns: true }, // macros may be turned by 90°
  ]) {
    const small = smallBlock(seed, 8);
    const turnable = small.kinds.map((kind) => Number(kind === NodeKind.HardMacro));
    const block = turns ? { ...small, turnable } : small;
    const terms = weight > 0 ? [{ term: leftTerm, weight }] : [];
    const judge = new Judge(Kernels.create(), block, { terms });
    const environment = new Environment(judge, new ForceDirectedPlacer(judge));
    const start = drawStart(environment, Random.stream(seed, "start"), 4)!;
    const refiner = new Refiner(judge, STILL);
    let placement = start.placement;
    let cost = start.costs.proxyCost;
    for (let sweep = 0; sweep < 20; sweep++) {
      refiner.sweep(placement, straight(sweep));
      const next = judge.evaluate().proxyCost;
      assert.ok(next <= cost, `sweep ${sweep}: ${next} after ${cost}`);
      placement = copyPlacement(judge.placement);
      if (next === cost) break;
      cost = next;
      assert.ok(sweep < 19, "descent ends");
    }
    assert.ok(cost < start.costs.proxyCost);
    assert.ok(checkLegality(block, placement).legal);
    assertNoBetterStep(judge, placement, cost);
    assert.equal(
      macrosByArea(block).some((macro) => placement.orientations[macro]! >= 4),
      turns,
    );
  }
});

/** By full evaluation: every neighbouring cell and every mirror image and allowed turn of every macro. */
function assertNoBetterStep(judge: Judge, placement: ReturnType<typeof copyPlacement>, cost: number): void {
  const { block } = judge;
  const [width, height] = [block.canvas.width / block.grid.columns, block.canvas.height / block.grid.rows];
  for (const macro of macrosByArea(block))
    for (const [dx, dy] of [
      [0, 0],
      [width, 0],
      [-width, 0],
      [0, height],
      [0, -height],
    ] as const)
      for (let orientation = 0; orientation < (block.turnable ? 8 : 4); orientation++) {
        const other = copyPlacement(placement);
        other.xs[macro]! += dx;
        other.ys[macro]! += dy;
        other.orientations[macro] = orientation;
        if (checkLegality(block, other).legal)
          assert.ok(judge.evaluate(other).proxyCost >= cost * (1 - 1e-12), block.nodeNames[macro]);
      }
}

test("starts from the block's own placement, snapped to cells; refuses one with a macro missing", () => {
  const block = smallBlock(3);
  const judge = new Judge(Kernels.create(), block);
  const cells = new ForceDirectedPlacer(judge);
  const environment = new Environment(judge, cells);
  const { placement } = drawStart(environment, Random.stream(3, "start"), 4)!;
  const shaken = copyPlacement(placement);
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro)
      shaken.xs[node]! += 0.2 * (block.canvas.width / block.grid.columns);
  const given = new Judge(Kernels.create(), { ...block, initial: shaken });
  assert.equal(new Refiner(given, cells).start(), true);
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro)
      assert.ok(Math.abs(given.placement.xs[node]! - placement.xs[node]!) < 1e-9);
  shaken.xs[macrosByArea(block)[0]!] = Number.NaN;
  assert.equal(new Refiner(given, cells).start(), false);
});
