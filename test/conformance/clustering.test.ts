// The original's grouping of real blocks: its groups of cells, written by us, are its netlist.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { cellNets } from "../../netlist/clustering/cell-nets.js";
import { fixedGroups } from "../../netlist/clustering/fixed-groups.js";
import {
  type Block,
  clusterBlock,
  clusteredBlock,
  loadBlock,
  NodeKind,
  nodesOfKind,
} from "../../netlist/index.js";
import { sharedPath, withoutShared } from "../support/shared-data.js";

const BLOCKS = ["ariane133_ng45", "mempool_tile_ng45", "nvdla_sky130hd"];

async function readCase(name: string): Promise<{ flat: Block; original: Block; groups: Int32Array }> {
  const folder = sharedPath(`benchmarks/tilos/${name}`);
  const original = await loadBlock(folder);
  const { canvas, grid } = original;
  const flat = await loadBlock(`${folder}/flat.pb.txt.gz`, { overrides: { canvas, grid } });
  const lines = gunzipSync(readFileSync(`${folder}/groups.txt.gz`))
    .toString()
    .trim()
    .split("\n");
  const groups = flat.fileIndices.map((index) => Number(lines[index]));
  return { flat, original, groups };
}

for (const name of BLOCKS)
  test(`${name}: the original's groups give the original's netlist`, { skip: withoutShared }, async () => {
    const { flat, original, groups } = await readCase(name);
    const { block } = clusteredBlock(flat, groups, {
      softWidth: original.canvas.width / original.grid.columns,
    });
    for (const field of ["nodeNames", "pinNames"] as const) assert.deepEqual(block[field], original[field]);
    for (const field of ["kinds", "pinNodes", "netStarts", "netPins", "netWeights", "fileIndices"] as const)
      assert.deepEqual(block[field], original[field], field);
    // Sizes come from single-precision sums.
    for (const field of ["widths", "heights"] as const)
      for (let node = 0; node < block.nodeCount; node++)
        assert.ok(Math.abs(block[field][node]! - original[field][node]!) <= 1e-5 * original[field][node]!);
  });

test("nvdla: groups around macros and ports are the original's", { skip: withoutShared }, async () => {
  const { flat, groups } = await readCase("nvdla_sky130hd");
  const ours = fixedGroups(flat, cellNets(flat)).groups;
  let same = 0;
  let grouped = 0;
  for (const node of nodesOfKind(flat, NodeKind.StandardCell)) {
    if (ours[node]! < 0) continue;
    grouped++;
    if (ours[node] === groups[node]) same++;
  }
  // The original broke up a group of 10 cells afterwards.
  assert.equal(grouped, 9871);
  assert.equal(same, 9861);
});

test("ariane: our own groups are as many and cut about as few nets", { skip: withoutShared }, async () => {
  const { flat, original } = await readCase("ariane133_ng45");
  const { block, cutNets } = clusterBlock(flat);
  const count = (of: Block) => nodesOfKind(of, NodeKind.SoftMacro).length;
  assert.equal(count(original), 782);
  assert.ok(Math.abs(count(block) - 782) < 80, `${count(block)} soft macros`);
  assert.ok(cutNets < 1.06 * 21224, `${cutNets} nets cut, by the original 21224`);
});
