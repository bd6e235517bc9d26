// Rows of several kinds, and cells of several rows: legal by a check of its own, on the rails, and the same from any state.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Block, type CellRow, isInputError, type Placement } from "../../../../netlist/index.js";
import { checkRows } from "../../../../placer/cells/check-rows.js";
import { placeInRows, type RowState, rowSteps } from "../../../../placer/cells/place-rows.js";
import { reviveArrays, storeArrays } from "../../../../placer/cells/stored-arrays.js";
import {
  type FlatOptions,
  flatBlock,
  isCell,
  ROW_HEIGHT,
  SITE,
  scattered,
} from "../../../support/flat-block.js";
import { rowFaults } from "../../../support/row-faults.js";

/** A flat block whose cells are as many rows high as `rowsOf` says for their numbers. */
function blockWith(options: FlatOptions, rowsOf: (cell: number) => number): Block {
  const block = flatBlock(options);
  const heights = block.heights.slice();
  let cell = 0;
  for (let node = 0; node < block.nodeCount; node++)
    if (isCell(block, node)) heights[node] = ROW_HEIGHT * rowsOf(cell++);
  return { ...block, heights };
}

function checkLegal(block: Block, placement: Placement): void {
  assert.deepEqual(rowFaults(block, placement), []);
  assert.deepEqual(checkRows(block, placement), { overlaps: 0, offRows: 0, outsideRegions: 0 });
}

const TALL = (cell: number) => (cell % 7 === 0 ? 3 : cell % 5 === 0 ? 2 : 1);

test("cells of two and three rows: legal around macros, those of two on the rails that fit", () => {
  for (const orientations of [[0, 3], [3, 0], [0]]) {
    const options = { cells: 200, macros: [[10, 10]] as const, orientations };
    const block = blockWith(options, TALL);
    const { placement } = placeInRows(block, scattered(block, 2));
    checkLegal(block, placement);
    let count = 0;
    for (let node = 0; node < block.nodeCount; node++)
      if (isCell(block, node) && block.heights[node] === 2 * ROW_HEIGHT) {
        count++;
        assert.equal(placement.orientations[node], 0);
      }
    assert.ok(count > 20);
  }
});

test("rows of two heights and of two widths of sites, side by side", () => {
  const block = blockWith({ cells: 160 }, (cell) => (cell % 4 === 0 ? 1.5 : 1));
  const rows: CellRow[] = [];
  let bottom = 0;
  for (let index = 0; bottom + 1.5 * ROW_HEIGHT <= block.canvas.height; index++) {
    const height = ROW_HEIGHT * (index % 2 === 0 ? 1 : 1.5);
    const siteWidth = index % 2 === 0 ? SITE : 0.2;
    const orientation = index % 4 < 2 ? 0 : 3;
    rows.push({ left: 0, bottom, height, siteWidth, sites: Math.floor(50 / siteWidth), orientation });
    bottom += height;
  }
  const placed = { ...block, rows };
  const { placement } = placeInRows(placed, scattered(placed, 1));
  checkLegal(placed, placement);
});

test("rows that lie over others: cells of one kind keep out of the way of the other", () => {
  const block = blockWith({ cells: 160 }, (cell) => (cell % 4 === 0 ? 2 : 1));
  const double = block
    .rows!.filter((_, index) => index % 2 === 0)
    .map((row) => ({ ...row, height: 2 * ROW_HEIGHT }));
  const both = { ...block, rows: [...block.rows!, ...double] };
  const { placement } = placeInRows(both, scattered(both, 1));
  checkLegal(both, placement);
  // Double rows begin at every second row.
  for (let node = 0; node < both.nodeCount; node++)
    if (isCell(both, node) && both.heights[node] === 2 * ROW_HEIGHT)
      assert.equal((placement.ys[node]! - ROW_HEIGHT) % (2 * ROW_HEIGHT), 0);
});

test("the same from every pass of every kind", () => {
  const block = blockWith({ cells: 160, orientations: [0, 3] }, (cell) => TALL(cell));
  const double = block.rows!.slice(0, 4).map((row) => ({ ...row, height: 3 * ROW_HEIGHT }));
  const rows = [...block.rows!.slice(12), ...double.filter((_, index) => index % 3 === 0)];
  const mixed = { ...block, rows };
  const wanted = scattered(mixed, 3);
  const states: RowState[] = [];
  const steps = rowSteps(mixed, wanted);
  let next = steps.next();
  for (; !next.done; next = steps.next())
    states.push(reviveArrays(JSON.parse(JSON.stringify(storeArrays(next.value.save())))) as RowState);
  assert.ok(new Set(states.map(({ kind }) => kind)).size > 1);
  checkLegal(mixed, next.value.placement);
  for (const from of states) assert.deepEqual(placeInRows(mixed, wanted, { from }), next.value);
});

test("a cell of several rows that finds no place is refused by name", () => {
  const block = blockWith({ cells: 4, rows: 3, orientations: [3, 0, 3] }, () => 2);
  // Only the middle row has the rails for cells of two rows: there is room for 100 sites, in two rows.
  const { placement } = placeInRows(block, scattered(block, 1));
  checkLegal(block, placement);
  const full = blockWith({ cells: 30, widths: [6], rows: 3, orientations: [3, 0, 3] }, () => 2);
  assert.throws(
    () => placeInRows(full, scattered(full, 1)),
    (error) =>
      isInputError(error) &&
      /cell 'c\d+': is 2 rows high and finds no free place in the rows/.test(error.message),
  );
});

test("rows that are full to the last site", () => {
  // 20 rows of 100 sites.
  for (const [cells, widths, placed] of [
    [200, [10], true],
    [201, [10], false],
    [400, [5], true],
  ] as const) {
    const block = flatBlock({ cells, widths });
    const run = () => placeInRows(block, scattered(block, 1));
    if (placed) checkLegal(block, run().placement);
    else assert.throws(run, /cells take 2010 sites of 2000 that are free in rows of 2 µm \(100\.5 %\)/);
  }
  // From left to right, three narrow cells fill the row that all want, and no gap is left for the second wide one. Placed
  // first, wide ones leave gaps that narrow cells fill to the last site.
  const block = flatBlock({ cells: 6, rows: 2, sitesPerRow: 10, widths: [3] });
  const widths = block.widths.slice();
  const wanted = scattered(block, 1);
  const cells = Array.from(widths, (_, node) => node).filter((node) => isCell(block, node));
  for (const [cell, node] of cells.entries()) {
    const isWide = cell >= 4;
    if (isWide) widths[node] = 4 * SITE;
    wanted.xs[node] = isWide ? 8 * SITE : 1.5 * SITE;
    wanted.ys[node] = cell === 5 ? 1.5 * ROW_HEIGHT : ROW_HEIGHT / 2;
  }
  const full = { ...block, widths };
  checkLegal(full, placeInRows(full, wanted).placement);
});
