// Placement by min-cut: legal, repeatable, and where the wires pull.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkLegality, Judge, MaskMaker } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import { type Block, generateBlock, NetlistDraft, NodeKind, Random } from "../../../../netlist/index.js";
import { divideMacros, mincutPlacement } from "../../../../placer/index.js";
import { RegionSpace } from "../../../../placer/mincut/free-area.js";
import { blockOf } from "../../../support/blocks.js";

const judgeOf = (block: Block) => new Judge(Kernels.create(), block);

test("generated blocks of several sizes are placed legally", () => {
  for (const macros of [4, 5, 12, 40, 90]) {
    const block = generateBlock({ seed: macros, macros, softMacros: 3 * macros, ports: 40 });
    const judge = judgeOf(block);
    let placed = false;
    for (let attempt = 0; attempt < 10 && !placed; attempt++)
      placed = mincutPlacement(new MaskMaker(judge), Random.stream(1, "mincut", attempt));
    assert.ok(placed, `${macros} macros: ten dead ends`);
    assert.ok(checkLegality(block, judge.placement).legal, `${macros} macros`);
    for (let node = 0; node < block.nodeCount; node++)
      if (block.fixed[node]) assert.equal(judge.placement.xs[node], block.initial.xs[node]);
  }
});

test("the same seed places alike, another one otherwise", () => {
  const judge = judgeOf(generateBlock({ seed: 5, macros: 20, softMacros: 60, ports: 40 }));
  const masks = new MaskMaker(judge);
  const run = (seed: number) => {
    mincutPlacement(masks, Random.stream(seed, "mincut"));
    return [...judge.placement.xs, ...judge.placement.ys];
  };
  const first = run(1);
  assert.notDeepEqual(run(2), first);
  assert.deepEqual(run(1), first);
});

test("macros go to the side of the ports that they are wired to", () => {
  const draft = new NetlistDraft();
  for (let i = 0; i < 8; i++) {
    const port = draft.addPort(`p${i}`, i < 4 ? 0 : 100, 12 + 25 * (i % 4));
    const macro = draft.addNode(NodeKind.HardMacro, `M${i}`, 10, 10);
    draft.addNet(port, [draft.addPin(macro, "a", 0, 0)]);
  }
  const block = blockOf(draft);
  const { xs } = divideMacros(judgeOf(block), Random.stream(1, "sides"));
  for (let i = 0; i < 8; i++) {
    const x = xs[block.nodeNames.indexOf(`M${i}`)]!;
    assert.ok(i < 4 ? x < 50 : x > 50, `M${i} stands at ${x}`);
  }
});

test("blocked ground holds no macros", () => {
  const draft = new NetlistDraft();
  for (let i = 0; i < 12; i++) draft.addNode(NodeKind.HardMacro, `M${i}`, 10, 10);
  const block = blockOf(draft, { blockages: [{ left: 0, bottom: 0, right: 50, top: 100, rate: 1 }] });
  const { xs } = divideMacros(judgeOf(block), Random.stream(1, "blocked"));
  for (const x of xs) assert.ok(x > 50, `a macro stands at ${x}`);
});

test("room in a region is its area less blockages and fixed macros", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "M", 20, 10);
  const half = { left: 50, bottom: 0, right: 100, top: 100, rate: 0.5 };
  const plain = blockOf(draft, { blockages: [half] }, { M: [20, 15] });
  const space = new RegionSpace({ ...plain, fixed: Uint8Array.of(1) });
  const canvas = { left: 0, bottom: 0, right: 100, top: 100 };
  // 10000 - 0.5 * 5000 - 200
  assert.ok(Math.abs(space.free(canvas) - 7300) < 1e-6);
  assert.ok(Math.abs(space.free({ left: 10, bottom: 10, right: 30, top: 20 })) < 1e-6);
  // Below y: a quarter of the room. From y = 20 on, a line has 75 µm of room; 3 quarters of 7300 lie above y = 27.
  assert.ok(Math.abs(space.cutAt(canvas, false, 0.25) - 27) < 1e-3);
});
