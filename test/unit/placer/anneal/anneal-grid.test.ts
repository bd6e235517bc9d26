// Annealing on grid cells: every kind of proposal keeps the placement legal and on cell centres, and its running cost
// is the cost of a full evaluation.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, Environment, Judge, macrosByArea } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, Random } from "../../../../netlist/index.js";
import { drawStart } from "../../../../placer/anneal/worker.js";
import {
  ForceDirectedPlacer,
  GRID_ANNEAL_DEFAULTS,
  GRID_PROPOSALS,
  GridAnnealer,
  type GridProposal,
} from "../../../../placer/index.js";
import { smallBlock } from "../../../support/blocks.js";

/** Soft macros stay where they are. */
const STILL = { name: "still", placeSoftMacros: () => {}, estimateSoftMacros: () => {} };

function annealerWith(
  kind: GridProposal | undefined,
  seed: number,
  hottest: number,
  block: Block = smallBlock(seed, 30),
) {
  const judge = new Judge(Kernels.create(), block);
  const environment = new Environment(judge, new ForceDirectedPlacer(judge));
  const start = drawStart(environment, Random.stream(seed, "start"), 2)!;
  const shares = Object.fromEntries(GRID_PROPOSALS.map((name) => [name, name === kind ? 1 : 0]));
  const annealer = new GridAnnealer(judge, STILL, {
    ...GRID_ANNEAL_DEFAULTS,
    ...(kind && { shares: shares as Record<GridProposal, number> }),
    hottest,
    coldest: hottest / 2,
  });
  annealer.begin(start.placement, Random.stream(seed, "anneal"));
  return { annealer, judge, start };
}

for (const kind of GRID_PROPOSALS)
  test(`${kind}: accepted proposals keep macros legal on cell centres, and their cost exact`, () => {
    let accepted = 0;
    for (const seed of [1, 2, 3]) {
      const { annealer, judge, start } = annealerWith(kind, seed, 0.05);
      const { canvas, grid } = judge.block;
      for (let sweep = 0; sweep < 4; sweep++) {
        const cost = annealer.sweep(sweep / 4);
        const { placement } = judge;
        assert.ok(checkLegality(judge.block, placement).legal);
        for (const macro of macrosByArea(judge.block)) {
          const column = (placement.xs[macro]! * grid.columns) / canvas.width - 0.5;
          const row = (placement.ys[macro]! * grid.rows) / canvas.height - 0.5;
          assert.ok(Math.abs(column - Math.round(column)) + Math.abs(row - Math.round(row)) < 1e-9);
        }
        assert.ok(Math.abs(annealer.runningCost / cost.proxyCost - 1) < 1e-12);
      }
      const counts = annealer.counts();
      for (const other of GRID_PROPOSALS)
        assert.equal(counts[other].tried > 0, other === kind, `${other} tried by ${kind}`);
      accepted += counts[kind].accepted;
      assert.notDeepEqual(
        [judge.placement.xs, judge.placement.orientations],
        [start.placement.xs, start.placement.orientations],
      );
    }
    assert.ok(accepted > 10, `${accepted} accepted`);
  });

test("cold annealing never keeps a proposal that costs more, and repeats with its seed", () => {
  const run = () => {
    const { annealer, judge, start } = annealerWith(undefined, 4, 1e-12);
    let cost = start.costs.proxyCost;
    for (let sweep = 0; sweep < 6; sweep++) {
      const next = annealer.sweep(sweep / 6).proxyCost;
      assert.ok(next <= cost + 1e-9);
      cost = next;
    }
    assert.ok(cost < start.costs.proxyCost);
    assert.equal(annealer.best.costs.proxyCost, cost);
    return judge.placement.xs.slice();
  };
  assert.deepEqual(run(), run());
});

test("macros that lie on their sides in the block's files are annealed upright, as they are placed", () => {
  const upright = smallBlock(5, 30);
  const orientations = upright.initial.orientations.slice();
  for (const node of macrosByArea(upright)) if (node % 2 === 0) orientations[node] = 4;
  const lying: Block = { ...upright, initial: { ...upright.initial, orientations } };
  assert.ok(
    macrosByArea(lying).some(
      (node) => orientations[node]! >= 4 && lying.widths[node] !== lying.heights[node],
    ),
  );
  const places = [lying, upright].map((block) => {
    const { annealer, judge } = annealerWith(undefined, 5, 0.05, block);
    for (let sweep = 0; sweep < 4; sweep++) {
      annealer.sweep(sweep / 4);
      assert.ok(checkLegality(block, judge.placement).legal);
    }
    return [...macrosByArea(block)].map((node) => [judge.placement.xs[node], judge.placement.ys[node]]);
  });
  assert.deepEqual(places[0], places[1]);
});
