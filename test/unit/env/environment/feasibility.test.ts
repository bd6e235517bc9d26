// Masks against brute force, legality, and which blocks and placements are refused.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkFeasible, checkLegality, checkPlaced, Judge, MaskMaker } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  InputError,
  NetlistDraft,
  NodeKind,
  nodesOfKind,
  Orientation,
  type Placement,
  Random,
} from "../../../../netlist/index.js";
import { blockOf, randomPlacement, smallBlock } from "../../../support/blocks.js";

/** The mask by its rule: the centre on every cell's centre in turn. */
function bruteMask(block: Block, placement: Placement, node: number): number[] {
  const { columns, rows } = block.grid;
  const cellWidth = block.canvas.width / columns;
  const cellHeight = block.canvas.height / rows;
  const size = (n: number): [number, number] =>
    placement.orientations[n]! >= 4
      ? [block.heights[n]!, block.widths[n]!]
      : [block.widths[n]!, block.heights[n]!];
  const [width, height] = size(node);
  return Array.from({ length: columns * rows }, (_, cell) => {
    const x = ((cell % columns) + 0.5) * cellWidth;
    const y = (Math.floor(cell / columns) + 0.5) * cellHeight;
    const [slackX, slackY] = [1e-4 * cellWidth, 1e-4 * cellHeight];
    if (x - width / 2 < -slackX || x + width / 2 > block.canvas.width + slackX) return 0;
    if (y - height / 2 < -slackY || y + height / 2 > block.canvas.height + slackY) return 0;
    const hits = (left: number, bottom: number, right: number, top: number) =>
      Math.min(right, x + width / 2) - Math.max(left, x - width / 2) > 1e-6 &&
      Math.min(top, y + height / 2) - Math.max(bottom, y - height / 2) > 1e-6;
    for (const other of nodesOfKind(block, NodeKind.HardMacro)) {
      const [w, h] = size(other);
      const [ox, oy] = [placement.xs[other]!, placement.ys[other]!];
      if (!Number.isNaN(ox) && hits(ox - w / 2, oy - h / 2, ox + w / 2, oy + h / 2)) return 0;
    }
    return block.blockages.some((b) => hits(b.left, b.bottom, b.right, b.top)) ? 0 : 1;
  });
}

test("masks of random placements, orientations and blockages equal brute force over the cells", () => {
  let open = 0;
  let closed = 0;
  for (let seed = 0; seed < 25; seed++) {
    const random = Random.stream(seed, "masks");
    const small = smallBlock(seed, 4 + (seed % 9));
    const { width, height } = small.canvas;
    const blockages = Array.from({ length: seed % 3 }, () => {
      const left = width * random.uniform() * 0.8;
      const bottom = height * random.uniform() * 0.8;
      return { left, bottom, right: left + 0.1 * width, top: bottom + 0.1 * height, rate: 1 };
    });
    const grid = { columns: 3 + random.below(20), rows: 3 + random.below(20) };
    const block = { ...small, blockages, grid };
    const judge = new Judge(Kernels.create(), block);
    const placement = randomPlacement(block, random);
    judge.evaluate(placement);
    const maker = new MaskMaker(judge);
    for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
      for (const other of nodesOfKind(block, NodeKind.HardMacro)) {
        const gone = other === node || random.uniform() < 0.7;
        judge.placement.xs[other] = gone ? Number.NaN : placement.xs[other]!;
        judge.placement.ys[other] = gone ? Number.NaN : placement.ys[other]!;
      }
      const expected = bruteMask(block, judge.placement, node);
      const count = maker.maskFor(node);
      assert.deepEqual([...maker.mask], expected, `seed ${seed}, node ${node}`);
      const ones = expected.filter((cell) => cell === 1).length;
      assert.equal(count, ones);
      open += ones;
      closed += expected.length - ones;
    }
  }
  assert.ok(open > 1000 && closed > 1000, `${open} open and ${closed} closed cells are too one-sided a test`);
});

/** Macros by size on a canvas of 100 x 100 µm and 10 x 10 cells. */
function macros(sizes: Readonly<Record<string, readonly [number, number]>>) {
  const draft = new NetlistDraft();
  for (const [name, [width, height]] of Object.entries(sizes))
    draft.addNode(NodeKind.HardMacro, name, width, height);
  return draft;
}

test("a macro of 30 x 20 µm fits on cells whose centres leave it inside", () => {
  const block = blockOf(macros({ A: [30, 20] }));
  const judge = new Judge(Kernels.create(), block);
  judge.placement.xs.fill(Number.NaN);
  const maker = new MaskMaker(judge);
  // Columns with 15 <= centre <= 85: 1 to 8; rows with 10 <= centre <= 90: 1 to 8.
  assert.equal(maker.maskFor(0), 64);
  assert.deepEqual([maker.mask[11], maker.mask[10], maker.mask[88], maker.mask[89]], [1, 0, 1, 0]);
});

test("macros may touch: beside one of 10 x 10 µm on cell (5, 5) another fits on all cells but that one", () => {
  const block = blockOf(macros({ A: [10, 10], B: [10, 10] }), {}, { A: [55, 55] });
  const judge = new Judge(Kernels.create(), block);
  judge.evaluate(block.initial);
  const maker = new MaskMaker(judge);
  assert.equal(maker.maskFor(1), 99);
  assert.equal(maker.mask[55], 0);
});

function checked(block: Block): void {
  checkFeasible(new Judge(Kernels.create(), block));
}

test("a macro larger than the canvas is refused with its name and both sizes", () => {
  assert.throws(
    () => checked(blockOf(macros({ A: [10, 10], Wide: [101, 10] }))),
    (error) =>
      error instanceof InputError && /'Wide' is 101 x 10 µm.*canvas of 100.000 x 100.000/.test(error.message),
  );
});

test("more macro area than canvas is refused", () => {
  const sizes = { A: [60, 60], B: [60, 60], C: [60, 60] } as const; // 10800 of 10000 µm²
  assert.throws(
    () => checked(blockOf(macros(sizes))),
    (error) => error instanceof InputError && /10800 µm²/.test(error.message),
  );
});

test("a macro that no cell centre of a coarse grid leaves inside is refused, on a finer one accepted", () => {
  // Two columns: centres at 25 and 75; 60 µm wide needs 30 to 70. Three columns: 50 will do.
  const coarse = blockOf(macros({ A: [60, 10] }), { grid: { columns: 2, rows: 3 } });
  assert.throws(
    () => checked(coarse),
    (error) => error instanceof InputError && /'A' fits on no cell of the 2 x 3 grid/.test(error.message),
  );
  checked({ ...coarse, grid: { columns: 3, rows: 3 } });
});

test("a fixed macro that leaves no room for another is refused, and a movable one is not", () => {
  const block = blockOf(macros({ Big: [90, 70], A: [20, 20] }), {}, { Big: [50, 50] });
  checked(block);
  assert.throws(
    () => checked({ ...block, fixed: Uint8Array.from([1, 0]) }),
    (error) => error instanceof InputError && /'A' fits on no cell/.test(error.message),
  );
});

test("blockages and fixed macros that leave less area than the macros take are refused with both areas", () => {
  // Each macro fits alone: of 100 x 100 µm the blockages cover 40 x 100 and 60 x 40, where they overlap once, and F 10 x 10.
  const blockages = [
    { left: 60, bottom: 0, right: 100, top: 100, rate: 1 },
    { left: 0, bottom: -20, right: 70, top: 40, rate: 1 },
  ];
  const grid = { columns: 20, rows: 20 };
  const sizes = { F: [10, 10], A: [40, 40], B: [40, 50] } as const;
  const block = {
    ...blockOf(macros(sizes), { blockages, grid }, { F: [5, 95] }),
    fixed: Uint8Array.from([1, 0, 0]),
  };
  assert.throws(
    () => checked(block),
    /the movable hard macros take 3600 µm², and fixed ones and blockages leave 3500 of the canvas of 100 x 100 µm; make/,
  );
  checked({
    ...blockOf(macros({ ...sizes, B: [40, 45] }), { blockages, grid }, { F: [5, 95] }),
    fixed: block.fixed,
  });
});

test("a blockage over the whole canvas is refused", () => {
  const blockages = [{ left: 0, bottom: 0, right: 100, top: 100, rate: 1 }];
  assert.throws(() => checked(blockOf(macros({ A: [10, 10] }), { blockages })), /fits on no cell/);
});

test("a port in other units, far from the canvas, is refused before anything is placed", () => {
  const draft = macros({ A: [10, 10] });
  draft.addPort("far", 50_000, 0);
  assert.throws(
    () => checked(blockOf(draft)),
    (error) => error instanceof InputError && /'far' is at \(50000, 0\)/.test(error.message),
  );
});

test("a placement with nodes missing is refused with their number and one name", () => {
  const block = blockOf(macros({ A: [10, 10], B: [10, 10], C: [10, 10] }), {}, { B: [50, 50] });
  assert.throws(
    () => checkPlaced(block, block.initial),
    (error) => error instanceof InputError && /2 of 3 nodes have no place, 'A'/.test(error.message),
  );
});

test("a port of no net needs no place, one of a net does", () => {
  const draft = macros({ A: [10, 10] });
  draft.addPort("VDD", Number.NaN, Number.NaN);
  const free = blockOf(draft, {}, { A: [50, 50] });
  checkPlaced(free, free.initial);
  draft.addNet(draft.addPort("in", Number.NaN, Number.NaN), [draft.addPin(0, "A/in")]);
  const block = blockOf(draft, {}, { A: [50, 50] });
  assert.throws(
    () => checkPlaced(block, block.initial),
    (error) => error instanceof InputError && /1 of 3 nodes have no place, 'in'/.test(error.message),
  );
});

test("a placement in other units, far from the canvas, is refused; one just outside is not", () => {
  const far = blockOf(macros({ A: [10, 10] }), {}, { A: [50_000, 50_000] });
  assert.throws(
    () => checkPlaced(far, far.initial),
    (error) => error instanceof InputError && /'A' is at \(50000, 50000\)/.test(error.message),
  );
  const near = blockOf(macros({ A: [10, 10] }), {}, { A: [150, -50] });
  checkPlaced(near, near.initial);
});

test("legality counts overlapping pairs, macros outside, on blockages and without a place", () => {
  const blockages = [{ left: 90, bottom: 0, right: 100, top: 10, rate: 1 }];
  const sizes = { A: [20, 20], B: [20, 20], C: [20, 20], D: [20, 20], E: [10, 10] } as const;
  const block = blockOf(macros(sizes), { blockages }, { A: [50, 50], B: [60, 60], C: [65, 65], D: [5, 20] });
  const placement = copyPlacement(block.initial);
  // A-B, A-C and B-C overlap (A reaches to 60, C begins at 55); D sticks out by 5 µm; E has no place.
  assert.deepEqual(checkLegality(block, placement), {
    overlaps: 3,
    outside: 1,
    blocked: 0,
    unplaced: 1,
    legal: false,
  });
  placement.xs.set([50, 70, 30, 50, 85]); // side by side; E touches the blockage
  placement.ys.set([50, 50, 50, 30, 5]);
  assert.equal(checkLegality(block, placement).legal, true);
  placement.xs[4] = 86;
  assert.deepEqual(checkLegality(block, placement), {
    overlaps: 0,
    outside: 0,
    blocked: 1,
    unplaced: 0,
    legal: false,
  });
});

test("overlaps of fixed macros with each other are counted, but a placement is not illegal for them", () => {
  const sizes = { A: [20, 20], B: [20, 20], C: [20, 20] } as const;
  const block = blockOf(macros(sizes), {}, { A: [50, 50], B: [60, 60], C: [20, 20] });
  const legality = (fixed: number[], C: readonly [number, number]) => {
    const placement = copyPlacement(block.initial);
    placement.xs[2] = C[0];
    placement.ys[2] = C[1];
    const { overlaps, legal } = checkLegality({ ...block, fixed: Uint8Array.from(fixed) }, placement);
    return [overlaps, legal];
  };
  assert.deepEqual(legality([0, 0, 0], [20, 20]), [1, false]);
  assert.deepEqual(legality([1, 0, 0], [20, 20]), [1, false]);
  assert.deepEqual(legality([1, 1, 0], [20, 20]), [1, true]);
  assert.deepEqual(legality([1, 1, 0], [40, 40]), [2, false]); // C touches B in a corner
  assert.deepEqual(legality([1, 1, 1], [40, 40]), [2, true]);
});

test("a macro on its side is judged by its turned size", () => {
  const block = blockOf(macros({ A: [40, 10], B: [10, 10] }), {}, { A: [50, 50], B: [65, 50] });
  assert.equal(checkLegality(block, block.initial).overlaps, 1);
  block.initial.orientations[0] = Orientation.E; // now 10 wide and 40 high
  assert.equal(checkLegality(block, block.initial).overlaps, 0);
});
