import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import type { Block } from "../../../../../netlist/block.js";
import { loadBlock, makeBlock, placementFromPlc } from "../../../../../netlist/formats/load-block.js";
import { readPbNetlist } from "../../../../../netlist/formats/pb/pb-netlist-reader.js";
import { readPlc } from "../../../../../netlist/formats/plc/plc.js";
import { plcText, writePlc } from "../../../../../netlist/formats/plc/plc-writer.js";
import { makeFile, makeFolder, NO_SHARED_DATA, sharedFile, TINY } from "../../tiny-files.js";

async function tinyBlock(): Promise<Block> {
  const block = makeBlock(await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny"), undefined);
  const fixed = block.fixed.slice();
  fixed[3] = 1; // macro B
  return {
    ...block,
    fixed,
    canvas: { width: 100 / 3, height: 1433.405978506462 },
    grid: { columns: 7, rows: 5 },
    routing: {
      horizontal: 70.33,
      vertical: 74.51,
      horizontalUsedByMacros: 51.79,
      verticalUsedByMacros: 51.8,
    },
    smoothing: 2,
    overlapThreshold: 0.004,
    blockages: [
      { left: 0, bottom: 0, right: 10, top: 1 / 3, rate: 1 },
      { left: 5, bottom: 5, right: 6, top: 7, rate: 0.25 },
    ],
  };
}

test("header and places come back as the same doubles", async () => {
  const block = await tinyBlock();
  const { initial } = block;
  initial.xs[3] = 0.1 + 0.2; // 0.30000000000000004
  initial.ys[3] = 1e-9;
  const path = join(makeFolder(), "a.plc.gz");
  await writePlc(path, block, initial);
  const plc = await readPlc(path);
  assert.deepEqual(plc.canvas, block.canvas);
  assert.deepEqual(plc.grid, block.grid);
  assert.deepEqual(plc.routing, block.routing);
  assert.equal(plc.smoothing, 2);
  assert.equal(plc.overlapThreshold, 0.004);
  assert.deepEqual(plc.blockages, block.blockages);
  assert.deepEqual(placementFromPlc(block, plc), initial);
  const file = await readPbNetlist(makeFile("netlist.pb.txt", TINY), "tiny");
  assert.deepEqual(makeBlock(file, plc).fixed, block.fixed);
});

test("the file reads as the format's own tool writes it", async () => {
  const block = { ...(await tinyBlock()), canvas: { width: 100, height: 50.25 } };
  const text = plcText(block, block.initial, {
    sources: ["a/netlist.pb.txt"],
    thisFile: "best.plc",
    date: "2026-01-02 03:04:05",
    costs: { wirelength: 3219216.09, wirelengthCost: 0.04972, densityCost: 0.60673, congestionCost: 0.71278 },
    comments: ["made by hand"],
    digits: 6,
  });
  // Area 20·10 + 16·8 + 12·2.5 = 358. Unplaced macro A (index 2) has no line. 30.3 is not a float32: six digits hide it.
  assert.equal(
    text,
    `# Placement file for Circuit Training
# Source input file(s) : a/netlist.pb.txt
# This file : best.plc
# Date : 2026-01-02 03:04:05
# Columns : 7  Rows : 5
# Width : 100.000  Height : 50.250
# Area : 358
# Wirelength : 3219216.090
# Wirelength cost : 0.0497
# Congestion cost : 0.7128
# Density cost : 0.6067
# Project : unset_project
# Block : tiny
# Routes per micron, hor : 70.33  ver : 74.51
# Routes used by macros, hor : 51.79  ver : 51.8
# Smoothing factor : 2
# Overlap threshold : 0.004
# Blockage : 0 0 10 0.3333333333333333 1.0
# Blockage : 5 5 6 7 0.25
#
# made by hand
#
# Counts of node types:
# HARD_MACROs     :         2
# HARD_MACRO_PINs :         2
# MACROs          :         3
# MACRO_PINs      :         5
# PORTs           :         2
# SOFT_MACROs     :         1
# SOFT_MACRO_PINs :         3
# STDCELLs        :         0
#
# node_index x y orientation fixed
0 0 5 - 1
1 100 95.5 - 1
4 60 40 FS 1
6 30.3 31.7 N 0
`,
  );
});

test("a comment that looks like a header field does not become one", async () => {
  const block = await tinyBlock();
  const path = join(makeFolder(), "a.plc");
  await writePlc(path, block, block.initial, {
    comments: ["Width : 1  Height : 1\nBlockage : 0 0 1 1 1", "Columns : x", "PORTs : 9"],
  });
  const plc = await readPlc(path);
  assert.deepEqual(plc.canvas, block.canvas);
  assert.equal(plc.blockages.length, 2);
  assert.deepEqual(
    plc.counts.map(({ label, count }) => [label, count]),
    [
      ["HARD_MACROs", 2],
      ["PORTs", 2],
      ["SOFT_MACROs", 1],
      ["STDCELLs", 0],
    ],
  );
});

test("without costs the header has no cost lines, and nothing depends on the time of day", async () => {
  const block = await tinyBlock();
  const text = plcText(block, block.initial);
  assert.doesNotMatch(text, /cost/);
  assert.equal(text, plcText(block, block.initial));
});

test("a real block's own placement comes back", async (t) => {
  const folder = sharedFile("benchmarks/tilos/ariane133_ng45");
  if (!folder) return t.skip(NO_SHARED_DATA);
  const block = await loadBlock(folder);
  const path = join(makeFolder(), "again.plc");
  await writePlc(path, block, block.initial);
  const again = await loadBlock(folder, { placement: path });
  assert.deepEqual(again, block);
});
