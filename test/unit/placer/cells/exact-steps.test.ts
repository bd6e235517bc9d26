// Decisions about single soft macros by the exact cost, and the stiffness that holds slivers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, copyPlacement, generateBlock, NodeKind, Random } from "../../../../netlist/index.js";
import { CellNets } from "../../../../placer/cells/cell-nets.js";
import { ExactSteps } from "../../../../placer/cells/exact-steps.js";
import { NodeStiffness } from "../../../../placer/cells/node-stiffness.js";

const isSoft = (block: Block, node: number) => block.kinds[node] === NodeKind.SoftMacro;

/** A block with all macros somewhere, its judge, and exact steps on the whole canvas. */
function toolsFor(block: Block, seed: number) {
  const judge = new Judge(Kernels.create(), block);
  const random = Random.stream(seed, "places");
  const placement = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === NodeKind.Port) continue;
    placement.xs[node] = block.canvas.width * (0.1 + 0.8 * random.uniform());
    placement.ys[node] = block.canvas.height * (0.1 + 0.8 * random.uniform());
  }
  judge.evaluate(placement);
  const nets = new CellNets(judge, (node) => isSoft(block, node));
  nets.readPlacement();
  const least = new Float32Array(2 * nets.movingCount);
  const most = new Float32Array(2 * nets.movingCount);
  for (let i = 0; i < nets.movingCount; i++) most.set([block.canvas.width, block.canvas.height], 2 * i);
  return { judge, nets, steps: new ExactSteps(judge, nets, { least, most }) };
}

const smallBlock = (seed: number) => generateBlock({ seed, macros: 8, softMacros: 60, ports: 20 });

test("crossing borders lowers the cost, and moves macros by less than they are tried for", () => {
  for (const seed of [1, 2]) {
    const block = smallBlock(seed);
    const { judge, nets, steps } = toolsFor(block, seed);
    const before = copyPlacement(judge.placement);
    const cost = judge.evaluate().proxyCost;
    steps.crossBorders();
    const after = copyPlacement(judge.placement);
    const following = judge.costs().proxyCost;
    assert.equal(judge.evaluate().proxyCost, following, "the judge is up to date");
    assert.ok(following < cost, `${following} against ${cost}`);
    const sides = { xs: block.canvas.width / block.grid.columns, ys: block.canvas.height / block.grid.rows };
    for (let node = 0; node < block.nodeCount; node++)
      for (const axis of ["xs", "ys"] as const) {
        if (after[axis][node] === before[axis][node]) continue;
        assert.ok(nets.nodes.indexOf(node) < nets.movingCount, `${node} may move`);
        const [from, to] = [before[axis][node]! / sides[axis], after[axis][node]! / sides[axis]];
        assert.notEqual(Math.floor(from), Math.floor(to), "into another cell");
        assert.ok(Math.abs(from - to) < 0.6, `${from} to ${to}`);
      }
  }
});

test("steps aside lower the cost by moves of their length along one axis, and stay within bounds", () => {
  const block = smallBlock(6);
  const { judge, nets, steps } = toolsFor(block, 6);
  const { canvas, grid } = block;
  let cost = judge.evaluate().proxyCost;
  for (const length of [8, 1, 0.25]) {
    const before = copyPlacement(judge.placement);
    steps.stepAside(length);
    const after = copyPlacement(judge.placement);
    const following = judge.costs().proxyCost;
    assert.equal(judge.evaluate().proxyCost, following, "the judge is up to date");
    assert.ok(following < cost, `${length} cells: ${following} against ${cost}`);
    cost = following;
    const lengths = { xs: (length * canvas.width) / grid.columns, ys: (length * canvas.height) / grid.rows };
    let whole = 0;
    for (let node = 0; node < block.nodeCount; node++)
      for (const axis of ["xs", "ys"] as const) {
        const moved = Math.abs(after[axis][node]! - before[axis][node]!) / lengths[axis];
        if (moved === 0) continue;
        assert.ok(nets.nodes.indexOf(node) < nets.movingCount, `${node} may move`);
        assert.ok(moved < 1 + 1e-9, `node ${node} moved by ${moved} steps`);
        const most = canvas[axis === "xs" ? "width" : "height"];
        assert.ok(
          after[axis][node]! >= 0 && after[axis][node]! < most + 1e-4,
          "within bounds, which are f32",
        );
        if (moved > 1 - 1e-9) whole++;
      }
    assert.ok(whole > 0, `${whole} whole steps`);
  }
});

test("following takes what lowers the cost: never above where it began, and nothing if all was best there", () => {
  const block = smallBlock(3);
  const { judge, nets, steps } = toolsFor(block, 3);
  const standing = steps.places();
  const cost = judge.evaluate().proxyCost;
  const random = Random.stream(3, "wishes");
  // Half of the wishes are good: towards the middle of the canvas, where wires are short.
  for (let i = 0; i < nets.movingCount; i++) {
    const node = nets.nodes[i]!;
    const good = i % 2 === 0;
    judge.placement.xs[node] = block.canvas.width * (good ? 0.3 + 0.4 * random.uniform() : 0.02);
  }
  steps.follow(standing);
  const followed = judge.evaluate().proxyCost;
  assert.ok(followed < cost, `${followed} against ${cost}`);
  let moved = 0;
  for (let i = 0; i < nets.movingCount; i++)
    if (judge.placement.xs[nets.nodes[i]!] !== standing[2 * i]) moved++;
  assert.ok(moved > 0 && moved < nets.movingCount, `${moved} of ${nets.movingCount}`);

  const best = steps.places();
  for (let i = 0; i < nets.movingCount; i++) judge.placement.xs[nets.nodes[i]!] = 0;
  steps.follow(best);
  assert.ok(judge.evaluate().proxyCost <= followed);
});

test("macros without a place are put where they are wanted", () => {
  const block = smallBlock(4);
  const { judge, nets, steps } = toolsFor(block, 4);
  const node = nets.nodes[0]!;
  judge.placement.xs[node] = judge.placement.ys[node] = Number.NaN;
  nets.readPlacement();
  const from = steps.places();
  assert.deepEqual(from.subarray(0, 2), Float64Array.of(nets.places[0]!, nets.places[1]!));
  steps.follow(from);
  assert.ok(Number.isFinite(judge.placement.xs[node]! + judge.placement.ys[node]!));
});

test("slivers are held: no share of a cell in the cost takes them further than two cells a step", () => {
  const base = smallBlock(5);
  // As high as a thousandth of their width.
  const heights = base.heights.map((height, node) => (isSoft(base, node) ? height / 1000 : height));
  const block = { ...base, heights };
  const { judge, nets } = toolsFor(block, 5);
  const stiffness = new Float32Array(2 * nets.movingCount);
  const node = new NodeStiffness(judge, nets);
  node.readWeights();
  // So soft that nothing else holds them.
  node.write(stiffness, { unit: 1, gamma: 1e30, densityTau: 1e30, congestionTau: 1e30 });
  const cellWidth = block.canvas.width / block.grid.columns;
  const cellHeight = block.canvas.height / block.grid.rows;
  const { densityCount } = judge.topCounts;
  for (let i = 0; i < nets.movingCount; i++) {
    // Its leading edge enters a cell that counts fully, its trailing one leaves a cell that does not count.
    const share = (0.5 * judge.weights.density) / densityCount;
    const slope = (share * (block.heights[nets.nodes[i]!]! / cellHeight)) / cellWidth;
    assert.ok(slope / stiffness[2 * i]! <= 2.001 * cellWidth, `macro ${i}`);
  }
});
