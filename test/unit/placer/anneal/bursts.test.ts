// Annealing under cost terms: bursts of moves kept or undone by the full cost, on grid cells and anywhere.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, Environment, Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { copyPlacement, type Placement, Random } from "../../../../netlist/index.js";
import { BurstGate } from "../../../../placer/anneal/bursts.js";
import { drawStart } from "../../../../placer/anneal/worker.js";
import {
  ForceDirectedPlacer,
  FreeAnnealer,
  type FreeAnnealOptions,
  GRID_ANNEAL_DEFAULTS,
  GridAnnealer,
} from "../../../../placer/index.js";
import { smallBlock } from "../../../support/blocks.js";
import leftTerm from "../../../support/left-term.js";

/** Soft macros stay where they are, so that only moves change the cost. */
const STILL = { name: "still", placeSoftMacros: () => {}, estimateSoftMacros: () => {} };
const SWEEPS = 60;
const COLD = { hottest: 1e-12, coldest: 1e-13 };
const WARM = { hottest: 1e-3, coldest: 1e-5 };
const block = smallBlock(4, 12);

function judgeWith(weight: number): Judge {
  const terms = weight > 0 ? [{ term: leftTerm, weight }] : [];
  return new Judge(Kernels.create(), block, { terms });
}

type Temperatures = Pick<FreeAnnealOptions, "hottest" | "coldest">;

/** A sweep of at most one burst, so that what a sweep does is what a burst does. */
const ANNEALERS = {
  grid: (judge: Judge, start: Placement, temperatures: Temperatures) => {
    const options = { ...GRID_ANNEAL_DEFAULTS, ...temperatures, stepsPerMacro: 0.5 };
    const annealer = new GridAnnealer(judge, STILL, options);
    annealer.begin(start, Random.stream(1, "anneal"));
    return annealer;
  },
  free: (judge: Judge, start: Placement, temperatures: Temperatures) =>
    new FreeAnnealer(judge, start, Random.stream(1, "anneal"), { ...temperatures, stepsPerSweep: 40 }),
} as const;

const start = (() => {
  const judge = judgeWith(0);
  const environment = new Environment(judge, new ForceDirectedPlacer(judge));
  return drawStart(environment, Random.stream(4, "start"), 1)!.placement;
})();

test("a burst that costs less is kept; one that costs a temperature more, in exp(-1) of the cases", () => {
  const gate = BurstGate.of(judgeWith(1), Random.stream(1, "moves"))!;
  const kept = (change: number) => {
    let count = 0;
    for (let i = 0; i < 4000; i++) if (gate.keeps(5, 5 + change, 0.1)) count++;
    return count / 4000;
  };
  assert.deepEqual([kept(-0.01), kept(0)], [1, 1]);
  // The standard error of 4000 draws is 0.008.
  assert.ok(Math.abs(kept(0.1) - Math.exp(-1)) < 0.03);
  assert.ok(Math.abs(kept(0.2) - Math.exp(-2)) < 0.03);
});

test("without terms nothing is drawn for bursts", () => {
  const random = Random.stream(1, "moves");
  assert.equal(BurstGate.of(judgeWith(0), random), undefined);
  assert.deepEqual(random.state(), Random.stream(1, "moves").state());
});

for (const kind of ["grid", "free"] as const) {
  test(`${kind}: cold, the full cost never rises; an undone burst leaves the placement to the last bit`, () => {
    const judge = judgeWith(5);
    const reference = judgeWith(5);
    const annealer = ANNEALERS[kind](judge, start, COLD);
    let costs = judge.evaluate();
    let [undone, kept] = [0, 0];
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const before = copyPlacement(judge.placement);
      const next = annealer.sweep(sweep / SWEEPS);
      assert.deepEqual(next, reference.evaluate(judge.placement), `sweep ${sweep}`);
      assert.deepEqual(judge.maps(), reference.maps());
      assert.ok(checkLegality(block, judge.placement).legal);
      assert.ok(next.proxyCost <= costs.proxyCost + 1e-9);
      if (next.proxyCost === costs.proxyCost) {
        assert.deepEqual(copyPlacement(judge.placement), before);
        undone++;
      } else kept++;
      costs = next;
    }
    assert.ok(undone > 5 && kept > 5, `${undone} undone, ${kept} kept`);
    assert.deepEqual(annealer.best.costs, reference.evaluate(annealer.best.placement));
  });

  test(`${kind}: a term of much weight is much lower in the end than without it`, () => {
    const left = (weight: number) => {
      const annealer = ANNEALERS[kind](judgeWith(weight), start, WARM);
      for (let sweep = 0; sweep < 8 * SWEEPS; sweep++) annealer.sweep(sweep / (8 * SWEEPS));
      return leftTerm.evaluate(block, annealer.best.placement);
    };
    const [without, under] = [left(0), left(5)];
    assert.ok(under < 0.9 * without, `${under} under the term, ${without} without`);
  });

  test(`${kind}: under terms, sweeps of many bursts are exact too, and the same seed gives the same bytes`, () => {
    const places = () => {
      const judge = judgeWith(5);
      const reference = judgeWith(5);
      const random = Random.stream(1, "anneal");
      const annealer =
        kind === "grid"
          ? new GridAnnealer(judge, STILL, { ...GRID_ANNEAL_DEFAULTS, stepsPerMacro: 20.5 })
          : new FreeAnnealer(judge, start, random, { stepsPerSweep: 1100 });
      if (annealer instanceof GridAnnealer) annealer.begin(start, random);
      for (let sweep = 0; sweep < 6; sweep++)
        assert.deepEqual(annealer.sweep(sweep / 6), reference.evaluate(judge.placement));
      assert.ok(checkLegality(block, judge.placement).legal);
      assert.deepEqual(annealer.best.costs, reference.evaluate(annealer.best.placement));
      const tried = Object.values(annealer.counts()).reduce((sum, kinds) => sum + kinds.tried, 0);
      assert.equal(tried, 6 * (kind === "grid" ? 20.5 * 12 : 1100));
      return copyPlacement(judge.placement);
    };
    assert.deepEqual(places(), places());
  });
}
