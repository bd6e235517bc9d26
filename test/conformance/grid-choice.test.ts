// The grids that Circuit Training chose for published netlists.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBlock, selectGrid } from "../../netlist/index.js";
import { readGolden, sharedPath, withoutShared } from "../support/shared-data.js";

interface GoldenGrid {
  readonly id: string;
  readonly canvas_exact: readonly [number, number];
  readonly macros_w_h_count: readonly (readonly [number, number, number])[];
  readonly max_cells: number;
  readonly expected_cols: number;
  readonly expected_rows: number;
}

test("the golden grids", { skip: withoutShared }, () => {
  const golden = readGolden<GoldenGrid[]>("grid-selection.json");
  assert.ok(golden.length > 0);
  for (const { id, canvas_exact, macros_w_h_count, max_cells, expected_cols, expected_rows } of golden) {
    const macros = macros_w_h_count.flatMap(([width, height, count]) =>
      Array.from({ length: count }, () => ({ width, height })),
    );
    const [width, height] = canvas_exact;
    const grid = selectGrid(macros, { width, height }, max_cells);
    assert.deepEqual(grid, { columns: expected_cols, rows: expected_rows }, id);
  }
});

test("a flat netlist without a placement file gets the published grid where it is to be chosen", {
  skip: withoutShared,
}, async () => {
  const path = sharedPath("benchmarks/tilos/ariane133_ng45/flat.pb.txt.gz");
  const canvas = { width: 1433.405978506462, height: 1433.405978506462 };
  const chosen = await loadBlock(path, { overrides: { canvas, chooseGrid: true } });
  assert.deepEqual(chosen.grid, { columns: 24, rows: 21 });
  const asBefore = await loadBlock(path, { overrides: { canvas } });
  assert.deepEqual(asBefore.grid, { columns: 10, rows: 10 });
});
