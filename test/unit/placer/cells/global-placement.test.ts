// Global placement: cells spread until the overflow is as low as asked for, with short wires, and the same bytes again.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, copyPlacement, NodeKind, type Placement, Random } from "../../../../netlist/index.js";
import { checkRows } from "../../../../placer/cells/check-rows.js";
import { globalSteps, placeCellsGlobally } from "../../../../placer/cells/global-placement.js";
import { placeInRows } from "../../../../placer/cells/place-rows.js";
import { flatBlock } from "../../../support/flat-block.js";

const lengthOf = (block: Block, placement: Placement) =>
  new Judge(Kernels.create(), block).evaluate(placement).wirelength;

function scattered(block: Block): Placement {
  const random = Random.stream(4, "scatter");
  const placement = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.StandardCell) continue;
    placement.xs[node] = block.canvas.width * random.uniform();
    placement.ys[node] = block.canvas.height * random.uniform();
  }
  return placement;
}

test("cells spread around macros, and in rows their wires are far shorter than those of improved random places", () => {
  const block = flatBlock({
    cells: 300,
    macros: [
      [0, 0],
      [25, 20],
    ],
    rows: 24,
  });
  const { placement, iterations } = placeCellsGlobally(block, block.initial);
  const last = iterations.at(-1)!;
  assert.ok(last.overflow < 0.1, `overflow ${last.overflow} after ${iterations.length}`);
  const { placement: legal, meanMove } = placeInRows(block, placement);
  assert.deepEqual(checkRows(block, legal), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  assert.ok(meanMove < 3, `moved by ${meanMove} µm`);
  const improved = placeInRows(block, scattered(block)).placement;
  assert.ok(lengthOf(block, legal) < 0.6 * lengthOf(block, improved));
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] !== NodeKind.StandardCell) assert.equal(legal.xs[node], block.initial.xs[node]);
});

test("it ends as soon as so much is spread as is asked for", () => {
  const block = flatBlock({ cells: 300 });
  const { iterations: all } = placeCellsGlobally(block, block.initial);
  const { iterations } = placeCellsGlobally(block, block.initial, { spreadTo: 0.3 });
  const first = all.findIndex(({ iteration, overflow }) => iteration > 20 && overflow < 0.3);
  assert.ok(first > 20 && first < all.length - 5);
  assert.deepEqual(iterations, all.slice(0, first + 1));
});

test("the same block gives the same bytes, wherever its cells were before", () => {
  const block = flatBlock({ cells: 120 });
  const once = placeCellsGlobally(block, block.initial);
  assert.deepEqual(placeCellsGlobally(block, scattered(block)), once);
});

test("blocks without nets, with one cell, and with a net of all cells end", () => {
  const bare = flatBlock({ cells: 60 });
  const noNets = {
    ...bare,
    netCount: 0,
    netStarts: Int32Array.of(0),
    netPins: new Int32Array(),
    netWeights: new Float64Array(),
  };
  const cells = Array.from(bare.pinNodes).flatMap((node, pin) =>
    bare.kinds[node] === NodeKind.StandardCell ? [pin] : [],
  );
  const oneNet = {
    ...noNets,
    netCount: 1,
    netStarts: Int32Array.of(0, cells.length),
    netPins: Int32Array.from(cells),
    netWeights: Float64Array.of(1),
  };
  for (const block of [noNets, oneNet, flatBlock({ cells: 1 })]) {
    const { placement } = placeCellsGlobally(block, block.initial, { mostIterations: 300 });
    const { placement: legal } = placeInRows(block, placement);
    assert.deepEqual(checkRows(block, legal), { overlaps: 0, offRows: 0, outsideRegions: 0 });
  }
});

test("where cells cannot spread as far as asked for, the placement ends all the same", () => {
  const block = flatBlock({
    cells: 500,
    macros: [
      [0, 0],
      [25, 20],
    ],
    rows: 24,
  }); // more cells than free sites
  const { iterations } = placeCellsGlobally(block, block.initial);
  assert.ok(iterations.length < 1500, `${iterations.length} iterations`);
  const { iterations: few } = placeCellsGlobally(block, block.initial, { mostIterations: 7 });
  assert.equal(few.length, 7);
});

test("the result has the length of all nets, also of those between cells that stand", () => {
  const block = flatBlock({ cells: 120 });
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.StandardCell && node % 4 !== 0) block.fixed[node] = 1;
  const steps = globalSteps(block, scattered(block));
  let last = 0;
  for (;;) {
    const next = steps.next();
    if (!next.done) {
      last = next.value.wirelength;
      continue;
    }
    const { placement, wirelength } = next.value;
    assert.equal(wirelength, lengthOf(block, placement));
    assert.ok(last < 0.9 * wirelength, "no net was between cells that stand");
    return;
  }
});
