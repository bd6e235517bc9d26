// Cells in rows: whatever is wanted, cells end on sites without overlap, near where they were wanted, and wires get
// shorter pass by pass. Legality is asked pair by pair, by plain loops.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../../../env/index.js";
import { Kernels } from "../../../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  isInputError,
  NodeKind,
  type Placement,
} from "../../../../netlist/index.js";
import { checkRows } from "../../../../placer/cells/check-rows.js";
import { placeInRows, type RowPass } from "../../../../placer/cells/place-rows.js";
import { rowSpaceOf } from "../../../../placer/cells/row-space.js";
import {
  type FlatOptions,
  flatBlock,
  isCell,
  MACRO,
  ROW_HEIGHT,
  SITE,
  scattered,
} from "../../../support/flat-block.js";
import { rowFaults } from "../../../support/row-faults.js";

/** Everything wrong with the cells of a block whose rows are all alike, by comparing all pairs. */
function faultsOf(block: Block, { xs, ys }: Placement): string[] {
  const faults: string[] = [];
  const sides = (node: number) => {
    const [halfWidth, halfHeight] = [block.widths[node]! / 2, block.heights[node]! / 2];
    return [
      xs[node]! - halfWidth,
      xs[node]! + halfWidth,
      ys[node]! - halfHeight,
      ys[node]! + halfHeight,
    ] as const;
  };
  for (let a = 0; a < block.nodeCount; a++) {
    if (!isCell(block, a)) continue;
    const [left, right, bottom, top] = sides(a);
    const isOn = (value: number, pitch: number) => Math.abs(value / pitch - Math.round(value / pitch)) < 1e-6;
    if (!block.fixed[a] && (!isOn(left, SITE) || !isOn(bottom, ROW_HEIGHT)))
      faults.push(`${block.nodeNames[a]} off its site: ${left}, ${bottom}`);
    if (
      left < -1e-9 ||
      right > block.canvas.width + 1e-9 ||
      bottom < -1e-9 ||
      top > block.canvas.height + 1e-9
    )
      faults.push(`${block.nodeNames[a]} outside`);
    for (let b = 0; b < block.nodeCount; b++) {
      if (b === a || (isCell(block, b) && b < a) || block.widths[b] === 0) continue;
      const [left2, right2, bottom2, top2] = sides(b);
      if (left < right2 - 1e-6 && left2 < right - 1e-6 && bottom < top2 - 1e-6 && bottom2 < top - 1e-6)
        faults.push(`${block.nodeNames[a]} overlaps ${block.nodeNames[b]}`);
    }
  }
  return faults;
}

const lengthOf = (block: Block, placement: Placement) =>
  new Judge(Kernels.create(), block).evaluate(placement).wirelength;

const BLOCKS: Readonly<Record<string, FlatOptions>> = {
  plain: {},
  "with macros": {
    macros: [
      [0, 0],
      [22.25, 11.5],
    ],
  },
  "98 % full": { cells: 980, widths: [2], rows: 20, sitesPerRow: 100 },
  "rows mirrored by turns": { orientations: [0, 3], macros: [[10, 10]] },
  "rows of all orientations": { orientations: [3, 1, 2, 0] },
  "one row": { cells: 24, rows: 1 },
  "one cell": { cells: 1 },
};

for (const [name, options] of Object.entries(BLOCKS))
  test(`${name}: legal, wires no longer after any pass, lengths as the judge has them`, () => {
    for (const seed of [1, 2]) {
      const block = flatBlock({ ...options, seed });
      const wanted = scattered(block, seed);
      const passes: RowPass[] = [];
      const result = placeInRows(block, wanted, { leastGain: 0, onPass: (pass) => passes.push(pass) });
      assert.deepEqual(faultsOf(block, result.placement), []);
      assert.deepEqual(checkRows(block, result.placement), { overlaps: 0, offRows: 0, outsideRegions: 0 });
      assert.deepEqual(rowFaults(block, result.placement), []);
      for (let i = 1; i < passes.length; i++)
        assert.ok(passes[i]!.wirelength <= passes[i - 1]!.wirelength + 1e-6, `pass ${i}`);
      const exact = lengthOf(block, result.placement);
      assert.ok(Math.abs(result.wirelength - exact) < 1e-6 * exact, `${result.wirelength} and ${exact}`);
      const { orientations = [0] } = options;
      for (let node = 0; node < block.nodeCount; node++)
        if (isCell(block, node))
          assert.equal(
            result.placement.orientations[node],
            orientations[Math.floor(result.placement.ys[node]! / ROW_HEIGHT) % orientations.length],
          );
      assert.deepEqual(placeInRows(block, wanted, { leastGain: 0 }), result, "again");
      for (let node = 0; node < block.nodeCount; node++)
        if (!isCell(block, node)) assert.equal(result.placement.xs[node], wanted.xs[node]);
    }
  });

test("legalisation alone moves cells little, and not at all if they are legal", () => {
  const block = flatBlock({ macros: [[10, 10]] });
  const legal = placeInRows(block, scattered(block, 3), { passes: 0 });
  const again = placeInRows(block, legal.placement, { passes: 0 });
  assert.deepEqual(again.placement, legal.placement);
  assert.equal(again.longestMove, 0);
  const nudged = copyPlacement(legal.placement);
  for (let node = 0; node < block.nodeCount; node++) if (isCell(block, node)) nudged.xs[node]! += 0.2 * SITE;
  assert.deepEqual(placeInRows(block, nudged, { passes: 0 }).placement, legal.placement);
});

test("detailed placement halves the wires of cells that were scattered", () => {
  const block = flatBlock({ cells: 400 });
  const { legalWirelength, wirelength } = placeInRows(block, scattered(block, 1));
  assert.ok(wirelength < legalWirelength / 2, `${legalWirelength} to ${wirelength}`);
});

test("cells keep to the free sites: beside macros, fixed cells and blockages, in all stretches of a row", () => {
  const block = flatBlock({ cells: 40, widths: [2], macros: [[10.2, 4]], rows: 10, sitesPerRow: 60 });
  const first = block.kinds.indexOf(NodeKind.StandardCell);
  block.fixed[first] = 1;
  const wanted = scattered(block, 1);
  [wanted.xs[first], wanted.ys[first]] = [5.5, 1];
  const blocked = { left: 0, bottom: 12, right: 30, top: 14, rate: 1 };
  const [row] = block.rows!;
  // The lowest row is given as two stretches with a gap of one site.
  const rows = [{ ...row!, sites: 30 }, { ...row!, left: 31 * SITE, sites: 29 }, ...block.rows!.slice(1)];
  const parts = { ...block, rows, blockages: [blocked] };
  const space = rowSpaceOf(parts, {
    placement: wanted,
    stands: (node) => !isCell(parts, node) || node === first,
  });
  const stretches = Array.from(space.segmentRows, (at, i) => [
    at,
    space.segmentLefts[i],
    space.segmentSites[i],
  ]);
  assert.deepEqual(stretches.slice(0, 5), [
    [0, 0, 10], // the fixed cell covers sites 10 and 11
    [0, 6, 18],
    [0, 15.5, 29],
    [1, 0, 60],
    [2, 0, 20], // the macro begins within site 20
  ]);
  assert.ok(!stretches.some(([at]) => at === 6), "the blockage leaves no site of row 6");
  const { placement } = placeInRows(parts, wanted);
  assert.deepEqual(faultsOf(parts, placement), []);
  assert.deepEqual([placement.xs[first], placement.ys[first]], [5.5, 1]);
  const halfHeight = ROW_HEIGHT / 2;
  for (let node = 0; node < block.nodeCount; node++)
    if (isCell(block, node)) assert.notEqual(placement.ys[node], 12 + halfHeight);
  assert.equal(MACRO[1], 15);
});

test("what stands in a row may overlap, touch and stick out of it", () => {
  const block = flatBlock({ cells: 30, widths: [2, 3, 6], rows: 1, sitesPerRow: 80 });
  for (let seed = 1; seed <= 20; seed++) {
    const placement = scattered(block, seed);
    for (let node = 0; node < block.nodeCount; node++) placement.ys[node] = ROW_HEIGHT / 2;
    const cells = Array.from({ length: block.nodeCount }, (_, node) => node).filter((node) =>
      isCell(block, node),
    );
    const space = rowSpaceOf(block, { placement, stands: (node) => isCell(block, node) });
    const isFree = (site: number) =>
      cells.every((node) => {
        const [x, half] = [placement.xs[node]!, block.widths[node]! / 2];
        return (site + 1) * SITE <= x - half + 5e-5 || site * SITE >= x + half - 5e-5;
      });
    const free = Array.from({ length: 80 }, (_, site) => site).filter(isFree);
    const found = Array.from(space.segmentLefts).flatMap((left, i) =>
      Array.from({ length: space.segmentSites[i]! }, (_, site) => Math.round(left / SITE) + site),
    );
    assert.deepEqual(found, free);
  }
});

test("overlaps and cells off their sites are counted", () => {
  const block = flatBlock({ cells: 12, widths: [4], macros: [[10, 0]] });
  const { placement } = placeInRows(block, scattered(block, 1));
  const [a, b, c, d] = Array.from({ length: block.nodeCount }, (_, node) => node).filter((node) =>
    isCell(block, node),
  ) as [number, number, number, number];
  [placement.xs[a], placement.ys[a]] = [placement.xs[b]!, placement.ys[b]!];
  [placement.xs[c], placement.ys[c]] = [16, 1]; // on the macro
  placement.xs[d]! += 0.3 * SITE;
  const { overlaps, offRows } = checkRows(block, placement);
  assert.equal(offRows, 1);
  assert.ok(overlaps >= 2);
  assert.equal(checkRows({ ...block, rows: [] }, placement).offRows, 12);
});

test("the check by a sweep finds what is wrong, by name", () => {
  const block = flatBlock({ cells: 12, widths: [4], macros: [[10, 0]], orientations: [0, 3] });
  const { placement: legal } = placeInRows(block, scattered(block, 1));
  assert.deepEqual(rowFaults(block, legal), []);
  const cells = Array.from({ length: block.nodeCount }, (_, node) => node).filter((at) => isCell(block, at));
  const [a, b] = cells as [number, number];
  const faultsWith = (change: (placement: Placement) => void) => {
    const placement = copyPlacement(legal);
    change(placement);
    return rowFaults(block, placement).join("; ");
  };
  assert.match(
    faultsWith(({ xs }) => (xs[a]! += 0.3 * SITE)),
    /c0 is off the sites/,
  );
  assert.match(
    faultsWith(({ ys }) => (ys[a]! += 0.4)),
    /c0 is not within a row/,
  );
  assert.match(
    faultsWith(({ xs, ys }) => ([xs[a], ys[a]] = [xs[b]!, ys[b]!])),
    /c[01] overlaps c[01]/,
  );
  assert.match(
    faultsWith(({ xs, ys }) => ([xs[a], ys[a]] = [16, 1])),
    /(c0|m0) overlaps (m0|c0)/,
  );
  assert.match(
    faultsWith(({ orientations }) => (orientations[a] = 3 - orientations[a]!)),
    /c0 is F?[NS]+ in a row that is/,
  );
  assert.match(
    faultsWith(({ xs }) => (xs[a] = block.canvas.width)),
    /c0 is not within a row/,
  );
});

test("what has no solution is refused in one line", () => {
  const block = flatBlock();
  const wanted = scattered(block, 1);
  const refused = (bad: Block, placement: Placement, expected: RegExp) =>
    assert.throws(
      () => placeInRows(bad, placement),
      (error) => isInputError(error) && expected.test(error.message) && !error.message.includes("\n"),
    );
  refused({ ...block, rows: [] }, wanted, /has no rows for its standard cells/);
  refused(
    { ...block, rows: block.rows!.slice(0, 3) },
    wanted,
    /cells take \d+ sites of 300 that are free in rows of 2 µm \(3\d\d\.\d %\)/,
  );
  const heights = block.heights.slice();
  heights[block.nodeCount - 1] = 5;
  refused({ ...block, heights }, wanted, /cell 'c299': is 5 µm high, rows are 2 µm/);
  const widths = block.widths.slice();
  widths[block.nodeCount - 1] = 60;
  refused(
    { ...block, widths },
    wanted,
    /cell 'c299': takes 120 sites, and the widest free stretch of a row has 100/,
  );
  const unplaced = copyPlacement(wanted);
  unplaced.xs[block.nodeCount - 1] = Number.NaN;
  refused(block, unplaced, /cell 'c299': has no place/);
});
