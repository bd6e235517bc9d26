// Free annealing on small generated blocks: legal after every sweep, its cost the judge's, repeatable, and better.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, Episode, Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  generateBlock,
  NodeKind,
  type Placement,
  Random,
} from "../../../../netlist/index.js";
import {
  ForceDirectedPlacer,
  FREE_PROPOSALS,
  FreeAnnealer,
  type FreeAnnealOptions,
  legalStart,
} from "../../../../placer/index.js";

const SWEEPS = 8;
const OPTIONS: Partial<FreeAnnealOptions> = { stepsPerSweep: 2000 };

function smallBlock(): Block {
  return generateBlock({ seed: 4, macros: 10, softMacros: 50, utilisation: 0.5 });
}

/** Everything in the middle of the canvas: as illegal as can be. */
function heap(block: Block): Placement {
  return {
    xs: block.initial.xs.map((x, node) => (block.fixed[node] ? x : block.canvas.width / 2)),
    ys: block.initial.ys.map((y, node) => (block.fixed[node] ? y : block.canvas.height / 2)),
    orientations: new Uint8Array(block.nodeCount),
  };
}

function annealer(block: Block, options: Partial<FreeAnnealOptions> = {}, seed = 1) {
  const judge = new Judge(Kernels.create(), block);
  const free = new FreeAnnealer(judge, heap(block), Random.stream(seed, "free"), { ...OPTIONS, ...options });
  return { judge, free };
}

/** Every box inside the canvas, as sizes and turns are. */
function assertInside(block: Block, { xs, ys, orientations }: Placement): void {
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.fixed[node] || block.kinds[node] === NodeKind.Port) continue;
    const sideways = orientations[node]! >= 4;
    const halfWidth = (sideways ? block.heights[node]! : block.widths[node]!) / 2;
    const halfHeight = (sideways ? block.widths[node]! : block.heights[node]!) / 2;
    assert.ok(xs[node]! >= halfWidth - 1e-6 && xs[node]! <= block.canvas.width - halfWidth + 1e-6);
    assert.ok(ys[node]! >= halfHeight - 1e-6 && ys[node]! <= block.canvas.height - halfHeight + 1e-6);
  }
}

test("after every sweep the placement is legal and inside, and its cost is the judge's to the last bit", () => {
  const block = smallBlock();
  const { judge, free } = annealer(block);
  const reference = new Judge(Kernels.create(), block);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const costs = free.sweep(sweep / SWEEPS);
    assert.deepEqual(checkLegality(block, judge.placement), {
      overlaps: 0,
      outside: 0,
      blocked: 0,
      unplaced: 0,
      legal: true,
    });
    assertInside(block, judge.placement);
    assert.deepEqual(costs, reference.evaluate(judge.placement));
    assert.deepEqual(judge.maps(), reference.maps());
  }
  assert.deepEqual(free.best.costs, reference.evaluate(free.best.placement));
});

test("the cost falls well below the start's", () => {
  const { free } = annealer(smallBlock());
  const start = free.best.costs.proxyCost;
  for (let sweep = 0; sweep < SWEEPS; sweep++) free.sweep(sweep / SWEEPS);
  assert.ok(free.best.costs.proxyCost < 0.9 * start, `${free.best.costs.proxyCost} of ${start}`);
});

/** The same, where every hard macro may be turned by 90°. */
function turnableBlock(): Block {
  const block = smallBlock();
  const isHard = (kind: number) => Number(kind === NodeKind.HardMacro);
  return { ...block, turnable: block.kinds.map(isHard) };
}

test("every kind of proposal is made and some of each are feasible", () => {
  const { free } = annealer(turnableBlock());
  for (let sweep = 0; sweep < SWEEPS; sweep++) free.sweep(sweep / SWEEPS);
  const counts = free.counts();
  for (const kind of FREE_PROPOSALS) assert.ok(counts[kind].feasible > 0, kind);
});

test("macros that may be turned lie in some placements, which are legal and cost what the judge says", () => {
  const block = turnableBlock();
  const { judge, free } = annealer(block);
  const reference = new Judge(Kernels.create(), block);
  const fresh = () => {
    for (let sweep = 0; sweep < SWEEPS; sweep++) {
      const costs = free.sweep(sweep / SWEEPS);
      assert.ok(checkLegality(block, judge.placement).legal);
      assertInside(block, judge.placement);
      assert.deepEqual(costs, reference.evaluate(judge.placement));
    }
    return { best: free.best, counts: free.counts() };
  };
  const first = fresh();
  assert.ok(first.counts.turn.accepted > 0);
  const lying = [...judge.placement.orientations].filter(
    (code, node) => code >= 4 && block.kinds[node] === NodeKind.HardMacro,
  );
  assert.ok(lying.length > 0);
  // Begun anew, upright, it forgets how the macros lay; begun from where they lie, it goes on so.
  free.begin(heap(block), Random.stream(1, "free"));
  assert.deepEqual(fresh(), first);
  free.begin(first.best.placement, Random.stream(2, "free"));
  assert.deepEqual(judge.placement.orientations.slice(), first.best.placement.orientations);
  fresh();
});

test("only macros that may be turned are turned", () => {
  const all = turnableBlock();
  const chosen = all.kinds.lastIndexOf(NodeKind.HardMacro);
  const block = { ...all, turnable: all.turnable!.map((_flag, node) => Number(node === chosen)) };
  const { judge, free } = annealer(block);
  const seen = new Set<number>();
  for (let sweep = 0; sweep < 2 * SWEEPS; sweep++) {
    free.sweep(0);
    judge.placement.orientations.forEach((code, node) => {
      if (code >= 4) seen.add(node);
    });
  }
  assert.deepEqual([...seen], [chosen]);
});

test("the same seed gives the same bytes, another seed others", () => {
  const run = (seed: number) => {
    const { judge, free } = annealer(smallBlock(), {}, seed);
    for (let sweep = 0; sweep < SWEEPS; sweep++) free.sweep(sweep / SWEEPS);
    return Buffer.concat([
      Buffer.from(judge.placement.xs.slice().buffer),
      Buffer.from(judge.placement.ys.slice().buffer),
    ]);
  };
  assert.ok(run(1).equals(run(1)));
  assert.ok(!run(1).equals(run(2)));
});

test("fixed macros stay and blockages stay free", () => {
  const block = smallBlock();
  const { width, height } = block.canvas;
  const fixedNode = block.kinds.indexOf(NodeKind.HardMacro);
  const xs = block.initial.xs.slice();
  const ys = block.initial.ys.slice();
  const fixed = block.fixed.slice();
  fixed[fixedNode] = 1;
  xs[fixedNode] = block.widths[fixedNode]! / 2;
  ys[fixedNode] = block.heights[fixedNode]! / 2;
  // The right tenth of the canvas is blocked.
  const blocked: Block = {
    ...block,
    fixed,
    initial: { ...block.initial, xs, ys },
    blockages: [{ left: 0.9 * width, bottom: 0, right: width, top: height, rate: 1 }],
  };
  const { judge, free } = annealer(blocked);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    free.sweep(sweep / SWEEPS);
    assert.equal(judge.placement.xs[fixedNode], xs[fixedNode]);
    assert.equal(judge.placement.ys[fixedNode], ys[fixedNode]);
    assert.ok(checkLegality(blocked, judge.placement).legal);
  }
});

test("a start that is legal stays as it is; one that is not goes no further than it must", () => {
  const block = smallBlock();
  const gap = 1e-4;
  const first = legalStart(block, heap(block), gap);
  assert.ok(first.movedMacros > 0);
  assert.ok(checkLegality(block, first.placement).legal);
  const second = legalStart(block, first.placement, gap);
  assert.equal(second.movedMacros, 0);
  assert.deepEqual(second.placement, first.placement);
});

/** The first feasible cell for every macro. */
function onCells(judge: Judge, cells: ForceDirectedPlacer): Placement {
  const episode = new Episode(judge, cells);
  while (!episode.complete) episode.place(episode.mask.indexOf(1));
  episode.finish();
  return copyPlacement(judge.placement);
}

test("from cells, begun anew, it does what a new one does; places in the block's files do not matter", () => {
  const block = smallBlock();
  const moved = (shift: number) => ({
    ...block,
    initial: {
      ...block.initial,
      xs: block.initial.xs.map((x, node) => (block.fixed[node] ? x : shift)),
      ys: block.initial.ys.map((y, node) => (block.fixed[node] ? y : shift)),
    },
  });
  const search = (shift: number, runs: number) => {
    const judge = new Judge(Kernels.create(), moved(shift));
    const start = onCells(judge, new ForceDirectedPlacer(judge));
    const free = new FreeAnnealer(judge, start, Random.stream(0, "free"), OPTIONS);
    for (let run = 0; run < runs; run++) {
      free.begin(start, Random.stream(1, "free"));
      for (let sweep = 0; sweep < SWEEPS; sweep++) free.sweep(sweep / SWEEPS);
    }
    return { best: free.best, counts: free.counts() };
  };
  const once = search(10, 1);
  assert.deepEqual(search(10, 2), once);
  assert.deepEqual(search(20, 1), once);
  assert.ok(checkLegality(block, once.best.placement).legal);
  assertInside(block, once.best.placement);
});

test("with nothing that may move, it stays as it is", () => {
  const block = smallBlock();
  const { judge, free } = annealer({ ...block, initial: heap(block), fixed: block.fixed.map(() => 1) });
  const { costs } = free.best;
  assert.deepEqual(free.sweep(0.5), costs);
  assert.deepEqual(judge.evaluate(), costs);
});
