// Single nets, single macros and single maps against golden values, cell by cell.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Judge } from "../../env/index.js";
import { Kernels } from "../../kernels/index.js";
import { NetlistDraft, NodeKind } from "../../netlist/index.js";
import { blockOf } from "../support/blocks.js";
import { assertClose } from "../support/close.js";
import { DEMAND_UNIT, MAP_UNIT, mapOf } from "../support/judge-arrays.js";
import { readGolden, withoutShared } from "../support/shared-data.js";
import { judgeTwin } from "../twins/judge-twin.js";

type CellValues = readonly (readonly [cell: number, value: number])[];
type Maps = readonly [horizontal: CellValues, vertical: CellValues];

interface UnitCases {
  readonly routing: {
    readonly columns: number;
    readonly rows: number;
    readonly list: readonly (readonly [
      cells: readonly (readonly [number, number])[],
      weight: number,
      ...Maps,
    ])[];
  };
  readonly blockage: {
    readonly columns: number;
    readonly rows: number;
    readonly cell_width: number;
    readonly cell_height: number;
    readonly list: readonly (readonly [
      macro: readonly [number, number, number, number],
      ...maps: Maps,
      what: string,
    ])[];
  };
  readonly smoothing: {
    readonly columns: number;
    readonly rows: number;
    readonly list: readonly {
      readonly range: number;
      readonly H: readonly number[];
      readonly V: readonly number[];
      readonly H_smoothed: readonly number[];
      readonly V_smoothed: readonly number[];
    }[];
  };
}

function spread(values: CellValues, cells: number): Float64Array {
  const map = new Float64Array(cells);
  for (const [cell, value] of values) map[cell] = value;
  return map;
}

test("300 single nets load the golden cells, in the judge and in its twin", { skip: withoutShared }, () => {
  const { columns, rows, list } = readGolden<UnitCases>("unit-cases.json").routing;
  assert.equal(list.length, 300);
  const cells = columns * rows;
  const rules = { canvas: { width: columns, height: rows }, grid: { columns, rows } };
  for (const [at, weight, horizontal, vertical] of list) {
    const draft = new NetlistDraft();
    const pins = at.map(([row, column], i) => draft.addPort(`p${i}`, column + 0.5, row + 0.5));
    draft.addNet(pins[0]!, pins.slice(1), weight);
    const block = blockOf(draft, rules);
    const judge = new Judge(Kernels.create(), block);
    judge.evaluate(block.initial);
    const twin = judgeTwin(block, block.initial);
    const what = JSON.stringify([at, weight]);
    const expected = [spread(horizontal, cells), spread(vertical, cells)];
    assert.deepEqual(mapOf(judge, "horizontalDemand", DEMAND_UNIT), expected[0], `${what}: horizontal`);
    assert.deepEqual(mapOf(judge, "verticalDemand", DEMAND_UNIT), expected[1], `${what}: vertical`);
    assert.deepEqual(twin.horizontalDemand, expected[0], `${what}: horizontal, twin`);
    assert.deepEqual(twin.verticalDemand, expected[1], `${what}: vertical, twin`);
  }
});

test("53 single macros block the golden tracks, in the judge and in its twin", {
  skip: withoutShared,
}, () => {
  const golden = readGolden<UnitCases>("unit-cases.json").blockage;
  const { columns, rows, cell_width: cellWidth, cell_height: cellHeight } = golden;
  assert.equal(golden.list.length, 53);
  const canvas = { width: columns * cellWidth, height: rows * cellHeight };
  for (const [[x, y, width, height], horizontal, vertical, what] of golden.list) {
    const draft = new NetlistDraft();
    draft.addNode(NodeKind.HardMacro, "M", width, height);
    const block = blockOf(draft, { canvas, grid: { columns, rows } }, { M: [x, y] });
    const judge = new Judge(Kernels.create(), block);
    judge.evaluate(block.initial);
    const twin = judgeTwin(block, block.initial);
    const inUm = (map: Float64Array, side: number) => map.map((value) => value * side);
    const expectedH = spread(horizontal, columns * rows);
    const expectedV = spread(vertical, columns * rows);
    const label = `${what} ${x} ${y} ${width} ${height}`;
    // Capacity is one track per µm, so a value times the cell's side is in µm.
    assertClose(
      inUm(mapOf(judge, "horizontalBlocked", MAP_UNIT), cellHeight),
      expectedH,
      1e-9,
      `${label}: H`,
    );
    assertClose(inUm(mapOf(judge, "verticalBlocked", MAP_UNIT), cellWidth), expectedV, 1e-9, `${label}: V`);
    assertClose(inUm(twin.horizontal, cellHeight), expectedH, 1e-9, `${label}: H, twin`);
    assertClose(inUm(twin.vertical, cellWidth), expectedV, 1e-9, `${label}: V, twin`);
  }
});

test("5 maps smoothed as the golden ones, in the judge and in its twin", { skip: withoutShared }, () => {
  const { columns, rows, list } = readGolden<UnitCases>("unit-cases.json").smoothing;
  assert.equal(list.length, 5);
  const SCALE = 100; // demands of single nets are at least 1
  for (const { range, H, V, H_smoothed, V_smoothed } of list) {
    // A wire in a cell comes from a net to the next cell; one more column, or row, makes room for the last ones.
    const across = new NetlistDraft();
    const up = new NetlistDraft();
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const cell = row * columns + column;
        const name = `${row},${column}`;
        const wire = (draft: NetlistDraft, amount: number, dx: number, dy: number) => {
          if (amount === 0) return;
          const from = draft.addPort(`${name} from`, column + 0.5, row + 0.5);
          const to = draft.addPort(`${name} to`, column + 0.5 + dx, row + 0.5 + dy);
          draft.addNet(from, [to], amount * SCALE);
        };
        wire(across, H[cell]!, 1, 0);
        wire(up, V[cell]!, 0, 1);
      }
    for (const [draft, extraColumn, extraRow, key, expected] of [
      [across, 1, 0, "horizontal", H_smoothed],
      [up, 0, 1, "vertical", V_smoothed],
    ] as const) {
      const grid = { columns: columns + extraColumn, rows: rows + extraRow };
      const canvas = { width: grid.columns, height: grid.rows };
      const block = blockOf(draft, { canvas, grid, smoothing: range });
      const judge = new Judge(Kernels.create(), block);
      judge.evaluate(block.initial);
      for (const map of [judge.maps()[key], judgeTwin(block, block.initial)[key]]) {
        const inside = map.filter((_, cell) => cell % grid.columns < columns && cell < grid.columns * rows);
        assertClose(
          inside.map((value) => value / SCALE),
          expected,
          1e-9,
          `range ${range}, ${key}`,
        );
      }
    }
  }
});
