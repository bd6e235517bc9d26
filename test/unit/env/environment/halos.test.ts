// Halos: they keep other macros out, and may lie over the edge of the canvas, over blockages and outside fences.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFeasible, checkLegality, Judge, MaskMaker } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  generateBlock,
  type Halos,
  NetlistDraft,
  NodeKind,
  nodesOfKind,
  overhangOf,
  Random,
} from "../../../../netlist/index.js";
import { FreeAnnealer } from "../../../../placer/index.js";
import { blockOf, smallBlock } from "../../../support/blocks.js";

/** Boxes of hard macros grown by random halos, which differ from side to side. */
function withHalos(block: Block, random: Random): Block {
  const lengths = () => new Float64Array(block.nodeCount);
  const halos: Halos = { lefts: lengths(), bottoms: lengths(), rights: lengths(), tops: lengths() };
  const widths = block.widths.slice();
  const heights = block.heights.slice();
  for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
    if (block.fixed[node]) continue;
    for (const side of Object.values(halos)) side[node] = 0.2 * block.widths[node]! * random.uniform();
    widths[node]! += halos.lefts[node]! + halos.rights[node]!;
    heights[node]! += halos.bottoms[node]! + halos.tops[node]!;
  }
  return { ...block, widths, heights, halos };
}

/** A blockage in the middle, and a fence over the left half for two macros. */
function ruled(small: Block, seed: number): Block {
  const random = Random.stream(seed, "halos");
  const { width, height } = small.canvas;
  const macros = nodesOfKind(small, NodeKind.HardMacro);
  const middle = { left: 0.45 * width, bottom: 0.45 * height, right: 0.55 * width, top: 0.5 * height };
  const left = { left: 0, bottom: 0, right: 0.6 * width, top: height };
  const fence = { name: "left", rectangles: [left], members: [macros[0]!, macros[2]!], exclusive: false };
  const block = {
    ...small,
    blockages: [{ ...middle, rate: 1 }],
    fences: [fence],
    grid: { columns: 19, rows: 17 },
  };
  return withHalos(block, random);
}

test("a mask allows the cells on which the legality check finds nothing wrong", () => {
  let open = 0;
  let over = 0;
  for (let seed = 0; seed < 12; seed++) {
    const block = ruled(smallBlock(seed, 6), seed);
    const judge = new Judge(Kernels.create(), block);
    const masks = new MaskMaker(judge);
    const macros = [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => !block.fixed[node]);
    const [node, other] = macros as [number, number];
    for (let orientation = 0; orientation < 8; orientation += 3) {
      judge.placement.xs.fill(Number.NaN);
      judge.placement.orientations[node] = orientation;
      judge.placement.xs[other] = 0.8 * block.canvas.width;
      judge.placement.ys[other] = 0.8 * block.canvas.height;
      masks.maskFor(node);
      const at = copyPlacement(judge.placement);
      const before = checkLegality(block, at);
      masks.mask.forEach((allowed, cell) => {
        at.xs[node] = (((cell % 19) + 0.5) * block.canvas.width) / 19;
        at.ys[node] = ((Math.floor(cell / 19) + 0.5) * block.canvas.height) / 17;
        const found = checkLegality(block, at);
        const wrong =
          found.overlaps + found.outside + found.blocked - before.overlaps - before.outside - before.blocked;
        assert.equal(allowed, wrong === 0 ? 1 : 0, `seed ${seed}, cell ${cell}`);
        open += allowed;
        const half = (orientation >= 4 ? block.heights[node]! : block.widths[node]!) / 2;
        if (allowed && at.xs[node]! < half) over++;
      });
    }
  }
  assert.ok(open > 500 && over > 0, `${open} cells open, ${over} with a halo over the edge`);
});

test("annealing anywhere keeps to halos, blockages and fences", () => {
  for (let seed = 0; seed < 4; seed++) {
    const block = ruled(generateBlock({ seed, macros: 6, softMacros: 12, utilisation: 0.25 }), seed);
    const judge = new Judge(Kernels.create(), block);
    const start = {
      xs: block.initial.xs.map((x, node) => (block.fixed[node] ? x : block.canvas.width / 2)),
      ys: block.initial.ys.map((y, node) => (block.fixed[node] ? y : block.canvas.height / 2)),
      orientations: new Uint8Array(block.nodeCount),
    };
    const free = new FreeAnnealer(judge, start, Random.stream(seed, "free"), { stepsPerSweep: 3000 });
    for (let sweep = 0; sweep < 4; sweep++) {
      free.sweep(sweep / 4);
      const { legal, ...wrong } = checkLegality(block, judge.placement);
      assert.ok(legal, JSON.stringify(wrong));
    }
    const { hardOptimal, shift, slide, swap } = free.counts();
    for (const kind of [hardOptimal, shift, slide]) assert.ok(kind.accepted > 0);
    assert.ok(swap.tried > 0);
  }
});

test("the side with the smaller halo counts over edges, as a macro may be mirrored", () => {
  const sides = (length: number) => Float64Array.of(length);
  const halos = { lefts: sides(3), rights: sides(1), bottoms: sides(0), tops: sides(2) };
  assert.deepEqual(overhangOf({ halos }, 0), { x: 1, y: 0 });
});

test("a refusal names a macro's own size, and its halo apart", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "A", 30, 14);
  const base = blockOf(draft, { canvas: { width: 20, height: 20 }, grid: { columns: 4, rows: 4 } });
  const sides = (length: number) => Float64Array.from({ length: base.nodeCount }, () => length);
  const halos = { lefts: sides(2), rights: sides(2), bottoms: sides(1), tops: sides(1) };
  assert.throws(
    () => checkFeasible(new Judge(Kernels.create(), { ...base, halos })),
    /macro 'A' is 26 x 12 µm with a halo of 2, 1, 2, 1 µm \(left, bottom, right, top\), larger than the canvas/,
  );
});

test("macros that cannot stand together with their halos are refused before any search", () => {
  const draft = new NetlistDraft();
  for (const name of ["A", "B"]) draft.addNode(NodeKind.HardMacro, name, 14, 14);
  const base = blockOf(draft, { canvas: { width: 20, height: 20 }, grid: { columns: 4, rows: 4 } });
  const check = (length: number, more: Partial<typeof base> = {}) => {
    const side = Float64Array.from({ length: base.nodeCount }, () => length);
    const halos = { lefts: side, rights: side, bottoms: side, tops: side };
    // Boxes contain the halos: macros of 14 - 2 length.
    checkFeasible(new Judge(Kernels.create(), { ...base, halos, ...more }));
  };
  // Halos hang over the edge: each box takes 14 - length, and two side by side 28 - 2 length.
  assert.throws(
    () => check(3.9),
    /macros 'A' and 'B' fit neither beside nor above each other on the canvas of 20 x 20 µm: they are 6\.2 x 6\.2 µm with a halo of 3\.9, .*; make halos smaller/,
  );
  check(4.1);
  check(3.9, { turnable: Uint8Array.of(1, 1) }); // square, but nobody knows of turned ones
});

test("macros that fixed ones leave no area for are refused, with the figures", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "F", 20, 10);
  for (const name of ["A", "B", "C", "D"]) draft.addNode(NodeKind.HardMacro, name, 12, 8);
  const canvas = { width: 20, height: 20 };
  const base = blockOf(draft, { canvas, grid: { columns: 8, rows: 8 } }, { F: [10, 5] });
  const fixed = Uint8Array.of(1, 0, 0, 0, 0);
  // Macros of 8 x 4 µm; a box takes at least 10 x 6 µm of the canvas, as one side of its halo may hang over the edge.
  const side = Float64Array.of(0, 2, 2, 2, 2);
  const halos = { lefts: side, rights: side, bottoms: side, tops: side };
  assert.throws(
    () => checkFeasible(new Judge(Kernels.create(), { ...base, fixed, halos })),
    /the movable hard macros take 240 µm² with their halos, and fixed ones leave 200 of the canvas of 20 x 20 µm/,
  );
});
