// The legaliser against the original binary's: every node of five blocks on the same cell, the same ones left over.
import assert from "node:assert/strict";
import { dirname } from "node:path";
import { test } from "node:test";
import { type Block, loadBlock, type Placement, placementFromPlc, readPlc } from "../../netlist/index.js";
import { legalise } from "../../placer/index.js";
import { readGolden, sharedPath, withoutShared } from "../support/shared-data.js";

interface LegalisationRecord {
  readonly id: string;
  readonly netlist: string;
  readonly start: string;
  readonly expected: string;
  readonly canvas_exact: readonly [number, number];
  readonly unplaced: number;
}

function cellOf({ canvas, grid }: Block, { xs, ys }: Placement, node: number): string {
  if (Number.isNaN(xs[node])) return "unplaced";
  const column = Math.floor((xs[node]! * grid.columns) / canvas.width);
  const row = Math.floor((ys[node]! * grid.rows) / canvas.height);
  return `column ${column}, row ${row}`;
}

test("five blocks are legalised as by the original binary, every node on the same cell", {
  skip: withoutShared,
}, async () => {
  const records = readGolden<LegalisationRecord[]>("legalization.json");
  assert.equal(records.length, 5);
  for (const record of records) {
    const [width, height] = record.canvas_exact;
    const block = await loadBlock(sharedPath(dirname(record.netlist)), {
      placement: sharedPath(record.start),
      overrides: { canvas: { width, height } },
    });
    const expected = placementFromPlc(block, await readPlc(sharedPath(record.expected)));
    const { placement, unplaced } = legalise(block, block.initial);
    assert.equal(unplaced.length, record.unplaced, `${record.id}: unplaced`);
    for (let node = 0; node < block.nodeCount; node++) {
      if (block.fixed[node]) continue;
      const name = `${record.id}: ${block.nodeNames[node]}`;
      assert.equal(cellOf(block, placement, node), cellOf(block, expected, node), name);
    }
  }
});
