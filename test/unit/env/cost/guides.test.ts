// The pull of guides: by the kernel, by plain loops, move by move, and in annealing.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, Environment, IncrementalJudge, Judge, pullOfGuides } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  GUIDE_WEIGHT,
  type Guide,
  generateBlock,
  NodeKind,
  nodesOfKind,
  Random,
} from "../../../../netlist/index.js";
import { drawStart } from "../../../../placer/anneal/worker.js";
import { ForceDirectedPlacer, FreeAnnealer, GridAnnealer } from "../../../../placer/index.js";
import { randomPlacement, smallBlock } from "../../../support/blocks.js";

/** The same block with a guide of two rectangles in the upper right corner, and one smaller than its macro. */
function guided(block: Block, guideWeight?: number): Block {
  const { width, height } = block.canvas;
  const macros = [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => !block.fixed[node]);
  const corner: Guide = {
    name: "corner",
    rectangles: [
      { left: 0.7 * width, bottom: 0.5 * height, right: width, top: height },
      { left: 0.5 * width, bottom: 0.8 * height, right: width, top: height },
    ],
    members: macros.slice(0, 2),
  };
  const point = { left: 0.1 * width, bottom: 0.1 * height, right: 0.101 * width, top: 0.101 * height };
  const tiny: Guide = { name: "tiny", rectangles: [point], members: [macros[2]!] };
  return { ...block, guides: [corner, tiny], guideWeight };
}

test("a member costs how far it must go to be inside the nearest rectangle, and nothing inside", () => {
  const block = generateBlock({ seed: 1, macros: 4, softMacros: 8 });
  const [node] = nodesOfKind(block, NodeKind.HardMacro) as unknown as [number];
  const { width, height } = block.canvas;
  const [w, h] = [block.widths[node]!, block.heights[node]!];
  const room = { left: 0, bottom: 0, right: 1.5 * w, top: 2 * h };
  const guides = [{ name: "g", rectangles: [room], members: [node] }];
  const of = { ...block, guides, guideWeight: width + height };
  const at = copyPlacement(block.initial);
  const pull = (x: number, y: number, orientation = 0) => {
    [at.xs[node], at.ys[node], at.orientations[node]] = [x, y, orientation];
    return pullOfGuides(of, at);
  };
  assert.equal(pull(w / 2, h / 2), 0);
  assert.equal(pull(w, h), 0);
  assert.ok(Math.abs(pull(w + 3, h) - 3) < 1e-9);
  assert.ok(Math.abs(pull(w + 3, 1.5 * h + 2) - 5) < 1e-9);
  // Turned it is h wide and w high.
  const most = Math.max(0, (1.5 * w - h) / 2);
  assert.ok(Math.abs(pull(0.75 * w + most + 1, h, 4) - 1) < 1e-9);
  assert.equal(pull(Number.NaN, h), 0);
});

test("the kernel's pull is that of the plain loops, in full evaluations and move by move", () => {
  for (let seed = 0; seed < 6; seed++) {
    const plain = smallBlock(seed, 6);
    const block = guided(plain, seed % 2 === 0 ? undefined : 0.7);
    const random = Random.stream(seed, "guides");
    const judge = new Judge(Kernels.create(), block);
    const without = new Judge(Kernels.create(), plain);
    const placement = randomPlacement(block, random);
    const pullOf = (at: typeof placement) => judge.evaluate(at).proxyCost - without.evaluate(at).proxyCost;
    assert.ok(pullOfGuides(block, placement) > 0);
    assert.ok(Math.abs(pullOf(placement) - pullOfGuides(block, placement)) < 1e-12);
    const moves = new IncrementalJudge(judge);
    const start = moves.start(placement);
    const node = block.guides![0]!.members[0]!;
    const { width, height } = block.canvas;
    const move = { node, x: 0.85 * width, y: 0.75 * height, orientation: 5 };
    const tried = moves.try([move]);
    const reference = copyPlacement(judge.placement);
    moves.revert();
    assert.deepEqual(judge.costs(), start);
    assert.deepEqual(new Judge(Kernels.create(), block).evaluate(reference), tried);
    const { proxyCost, ...parts } = tried;
    const { proxyCost: bare, ...same } = without.evaluate(reference);
    assert.deepEqual(parts, same);
    assert.ok(Math.abs(proxyCost - bare - pullOfGuides(block, reference)) < 1e-12);
  }
  assert.equal(GUIDE_WEIGHT, 0.2);
});

test("annealing brings members to their guides, on cells and between them; a weight of 0 does not count", () => {
  const plain = generateBlock({ seed: 4, macros: 10, softMacros: 50, utilisation: 0.5 });
  const pulls = (block: Block) => {
    const judge = new Judge(Kernels.create(), block);
    const cells = new ForceDirectedPlacer(judge);
    const start = drawStart(new Environment(judge, cells), Random.stream(1, "start"), 1)!;
    const grid = new GridAnnealer(judge, cells);
    grid.begin(start.placement, Random.stream(1, "grid"));
    for (let sweep = 0; sweep < 6; sweep++) grid.sweep(sweep / 6);
    const free = new FreeAnnealer(judge, grid.best.placement, Random.stream(1, "free"), {
      stepsPerSweep: 3000,
    });
    for (let sweep = 0; sweep < 6; sweep++) free.sweep(sweep / 6);
    assert.ok(checkLegality(block, free.best.placement).legal);
    assert.deepEqual(new Judge(Kernels.create(), block).evaluate(free.best.placement), free.best.costs);
    return {
      onCells: pullOfGuides(guided(plain), grid.best.placement),
      anywhere: pullOfGuides(guided(plain), free.best.placement),
      placement: free.best.placement,
    };
  };
  const alone = pulls(plain);
  const nothing = pulls(guided(plain, 0));
  const pulled = pulls(guided(plain));
  assert.deepEqual(nothing.placement, alone.placement);
  assert.ok(pulled.onCells < 0.5 * alone.onCells, `${pulled.onCells} and ${alone.onCells}`);
  assert.ok(pulled.anywhere < 0.5 * alone.anywhere, `${pulled.anywhere} and ${alone.anywhere}`);
});
