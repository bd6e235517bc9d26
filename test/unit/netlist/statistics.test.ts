import assert from "node:assert/strict";
import { test } from "node:test";
import { loadBlock, makeBlock } from "../../../netlist/formats/load-block.js";
import { readPbNetlist } from "../../../netlist/formats/pb/pb-netlist-reader.js";
import { NetlistDraft, NodeKind } from "../../../netlist/index.js";
import { describeBlock, notesOn, quantiles } from "../../../netlist/statistics.js";
import { blockOf } from "../../support/blocks.js";
import { makeFile, NO_SHARED_DATA, sharedFile, TINY } from "./tiny-files.js";

test("a tiny block is described as one counts it by hand", async () => {
  const file = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  const block = makeBlock(file, undefined, {
    canvas: { width: 100, height: 100 },
    grid: { columns: 4, rows: 5 },
  });
  const description = describeBlock(block);
  assert.deepEqual(description.counts, {
    hardMacros: 2,
    softMacros: 1,
    standardCells: 0,
    ports: 2,
    pins: 7,
    nets: 4,
  });
  assert.deepEqual(description.area, { hard: 328, soft: 30, cells: 0, hardShare: 328 / 358 });
  assert.deepEqual(description.utilisation, { hard: 0.0328, total: 0.0358 });
  assert.deepEqual(description.places, { placed: 2, unplaced: 1, fixed: 0 });
  assert.deepEqual(description.grid, { columns: 4, rows: 5, cellWidth: 25, cellHeight: 20 });
  assert.deepEqual(description.fanout.histogram, [
    { from: 2, to: 2, nets: 3 },
    { from: 3, to: 3, nets: 1 },
  ]);
  assert.equal(description.fanout.mean, 2.25);
  assert.deepEqual(description.macroSizes, [
    { width: 20, height: 10, count: 1 },
    { width: 16, height: 8, count: 1 },
  ]);
  assert.equal(description.graph?.components, 1);
  assert.equal(description.graph?.edges, 5);
  assert.equal(description.graph?.portClusters, 2);
  assert.equal(description.graph?.degree.mean, 2);
});

test("a hard macro with a soft macro's name is noted", () => {
  const draft = new NetlistDraft();
  draft.addNode(NodeKind.HardMacro, "Grp_7", 10, 10);
  draft.addNode(NodeKind.HardMacro, "Grpx", 10, 10);
  draft.addNode(NodeKind.SoftMacro, "Grp_1", 10, 10);
  assert.deepEqual(notesOn(blockOf(draft)), [
    "drafted: 1 hard macros have names of soft macros, 'Grp_7' for one; a soft macro is of type macro, in lower case",
  ]);
});

test("quantiles are nearest-rank, and those of nothing are 0", () => {
  const ten = quantiles([10, 9, 8, 7, 6, 5, 4, 3, 2, 1]);
  assert.deepEqual(ten, { minimum: 1, median: 5, p90: 9, p99: 10, maximum: 10, mean: 5.5 });
  assert.deepEqual(quantiles([]), { minimum: 0, median: 0, p90: 0, p99: 0, maximum: 0, mean: 0 });
});

test("a real block has the counts that its placement file prints", async (t) => {
  const folder = sharedFile("benchmarks/tilos/ariane133_ng45");
  if (!folder) return t.skip(NO_SHARED_DATA);
  const { counts, area, macroSizes, places } = describeBlock(await loadBlock(folder));
  assert.deepEqual(
    [counts.hardMacros, counts.softMacros, counts.ports, counts.pins],
    [133, 782, 495, 7847 + 10630 + 495],
  );
  assert.ok(Math.abs(area.hard + area.soft - 1447227.522542122) < 0.1);
  assert.equal(macroSizes.length, 1);
  assert.equal(places.unplaced, 0);
});
