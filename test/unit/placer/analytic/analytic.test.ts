// Analytic placement: gradients against finite differences, the smooth length against the true one, and placements
// that are legal, repeatable and shorter than random ones.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, compileNets, Judge, MaskMaker } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { NodeKind, Random } from "../../../../netlist/index.js";
import { OverflowPenalty } from "../../../../placer/analytic/overflow-penalty.js";
import { SmoothWirelength } from "../../../../placer/analytic/smooth-wirelength.js";
import { analyticPlacement, spreadMacros } from "../../../../placer/index.js";
import { randomPlacement, smallBlock } from "../../../support/blocks.js";
import { assertClose } from "../../../support/close.js";

/** Central differences of `value` by each number of `places`. */
function differences(value: () => number, places: Float64Array, step: number): Float64Array {
  return places.map((place, i) => {
    places[i] = place + step;
    const above = value();
    places[i] = place - step;
    const below = value();
    places[i] = place;
    return (above - below) / (2 * step);
  });
}

function hardAndSoft() {
  const block = smallBlock(3);
  const placement = randomPlacement(block, Random.stream(1, "analytic-test"));
  placement.orientations.fill(0);
  return { block, placement, wirelength: new SmoothWirelength(compileNets(block)) };
}

test("the gradient of the smooth wirelength is its finite difference", () => {
  const { block, placement, wirelength } = hardAndSoft();
  for (const share of [0.2, 0.01]) {
    const gamma = share * block.canvas.width;
    const zeros = () => new Float64Array(block.nodeCount);
    const [xSlopes, ySlopes] = [zeros(), zeros()];
    wirelength.addGradient(placement.xs, placement.ys, gamma, xSlopes, ySlopes);
    const value = () => wirelength.addGradient(placement.xs, placement.ys, gamma, zeros(), zeros());
    assertClose(xSlopes, differences(value, placement.xs, 1e-4 * gamma), 1e-6, "x");
    assertClose(ySlopes, differences(value, placement.ys, 1e-4 * gamma), 1e-6, "y");
  }
});

test("the smooth wirelength is below the true one and comes close as gamma falls", () => {
  const { block, placement, wirelength } = hardAndSoft();
  const judge = new Judge(Kernels.create(), block);
  const exact = judge.evaluate(placement).wirelength;
  const lengths = [0.1, 0.01, 0.0001].map((share) => {
    const zeros = () => new Float64Array(block.nodeCount);
    return wirelength.addGradient(placement.xs, placement.ys, share * block.canvas.width, zeros(), zeros());
  });
  for (const length of lengths) assert.ok(length <= exact * (1 + 1e-12), `${length} over ${exact}`);
  assert.ok(lengths[0]! < lengths[1]! && lengths[1]! < lengths[2]!);
  assert.ok(exact - lengths[2]! < 1e-3 * exact);
});

const BINS = { columns: 8, rows: 6, binWidth: 10, binHeight: 12 };

function crowd(count: number) {
  const random = Random.stream(5, "crowd");
  const draw = (low: number, high: number) =>
    Float64Array.from({ length: count }, () => low + (high - low) * random.uniform());
  return {
    xs: draw(20, 60),
    ys: draw(20, 50),
    halfWidths: draw(4, 15),
    halfHeights: draw(4, 15),
    charges: draw(0.3, 1),
  };
}

test("the gradient of the overflow penalty is its finite difference, at every range", () => {
  const bodies = crowd(20);
  const standing = new Float64Array(48).fill(0.1);
  const penalty = new OverflowPenalty(BINS, 0.7, standing);
  const scratch = () => new Float64Array(20);
  for (const range of [0, 5, 60]) {
    const [xSlopes, ySlopes] = [scratch(), scratch()];
    penalty.gradient(bodies, range, xSlopes, ySlopes);
    const value = () => penalty.gradient(bodies, range, scratch(), scratch());
    assertClose(xSlopes, differences(value, bodies.xs, 1e-5), 1e-5, `x at range ${range}`);
    assertClose(ySlopes, differences(value, bodies.ys, 1e-5), 1e-5, `y at range ${range}`);
  }
});

test("at range 0 the penalty is half the sum of squared overflows", () => {
  // One body of 20 x 12 µm, charge 1, exactly on two bins, in a canvas that is 0.1 full: 2 (1.1 - 0.7)² / 2.
  const one = (value: number) => Float64Array.of(value);
  const body = { xs: one(30), ys: one(18), halfWidths: one(10), halfHeights: one(6), charges: one(1) };
  const penalty = new OverflowPenalty(BINS, 0.7, new Float64Array(48).fill(0.1));
  assertClose([penalty.gradient(body, 0, one(0), one(0))], [0.16], 1e-12);
  assertClose([penalty.overflow], [0.8 / (2 + 4.8)], 1e-12);
});

test("bodies of an even pile are pushed apart from afar", () => {
  const xs = Float64Array.of(30, 50);
  const same = (value: number) => Float64Array.of(value, value);
  const bodies = { xs, ys: same(36), halfWidths: same(15), halfHeights: same(12), charges: same(1) };
  const slopes = new Float64Array(2);
  new OverflowPenalty(BINS, 0.5, new Float64Array(48)).gradient(bodies, 40, slopes, new Float64Array(2));
  assert.ok(slopes[0]! > 0 && slopes[1]! < 0, `slopes ${slopes}`);
});

test("hard macros end legal on cell centres, the same for the same seed", () => {
  const block = smallBlock(7, 12);
  const masks = new MaskMaker(new Judge(Kernels.create(), block));
  const place = (seed: number) => analyticPlacement(masks, Random.stream(seed, "test"), { steps: 60 })!;
  const placement = place(1);
  assert.deepEqual(checkLegality(block, placement).legal, true);
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const column = (placement.xs[node]! * block.grid.columns) / block.canvas.width - 0.5;
    assert.ok(Math.abs(column - Math.round(column)) < 1e-9);
  }
  assert.deepEqual(place(1), placement);
  assert.notDeepEqual(place(2).xs, placement.xs);
});

test("ports stay, and every macro lies on the canvas", () => {
  const block = smallBlock(7, 12);
  const judge = new Judge(Kernels.create(), block);
  const { xs, ys } = spreadMacros(judge, Random.stream(1, "test"), { steps: 30 });
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === NodeKind.Port) assert.equal(xs[node], block.initial.xs[node]);
    else
      assert.ok(
        xs[node]! > 0 && xs[node]! < block.canvas.width && ys[node]! > 0 && ys[node]! < block.canvas.height,
      );
  }
});
