// Fixed standard cells are never clustered: clustered blocks and netlist text files keep them where they are, with the
// costs that they have in the flat block.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { type Costs, Judge } from "../../../env/index.js";
import { Kernels } from "../../../kernels/index.js";
import {
  type Block,
  buildMacroGraph,
  clusterBlock,
  loadBlock,
  NetlistDraft,
  NodeKind,
  nodesOfKind,
  toPbForm,
  writePbNetlist,
  writePlc,
} from "../../../netlist/index.js";
import { blockOf } from "../../support/blocks.js";
import { makeFolder } from "../../support/temp-folder.js";

/**
 * A macro, a port, a fixed cell `f` (turned, two pins off its centre), a fixed cell `z` without area, a tap cell `t`
 * without nets, and movable cells `a` and `b` without area at one place.
 */
function flatBlock(): Block {
  const draft = new NetlistDraft();
  const port = draft.addPort("p", 0, 50);
  const macro = draft.addNode(NodeKind.HardMacro, "M", 10, 10);
  const macroPin = draft.addPin(macro, "M/in", 1, 0);
  const cell = (name: string, width: number, height: number) =>
    draft.addNode(NodeKind.StandardCell, name, width, height);
  const f = cell("f", 6, 2);
  const [fin, fout] = [draft.addPin(f, "f/in", -2, 0.5), draft.addPin(f, "f/out", 3, -1)];
  const z = draft.addPin(cell("z", 0, 0), "z/in", 1, 1);
  cell("t", 4, 2);
  const a = draft.addPin(cell("a", 0, 0), "a/out");
  const b = draft.addPin(cell("b", 0, 0), "b/in");
  draft.addNet(port, [fin, a], 2);
  draft.addNet(fout, [macroPin, b, z]);
  draft.addNet(a, [fin]);
  const places = { M: [50, 50], f: [80, 20], z: [10, 90], t: [95, 95], a: [30, 30], b: [30, 30] } as const;
  const block = blockOf(draft, {}, places);
  for (const name of ["f", "z", "t"]) block.fixed[block.nodeNames.indexOf(name)] = 1;
  block.initial.orientations[block.nodeNames.indexOf("f")] = 6; // W
  return block;
}

const costsOf = (block: Block): Costs => new Judge(Kernels.create(), block, {}).evaluate(block.initial);

function assertSameCosts(found: Costs, expected: Costs): void {
  for (const key of ["wirelength", "densityCost", "congestionCost", "proxyCost"] as const)
    assert.ok(Math.abs(found[key] - expected[key]) < 1e-6, `${key} ${found[key]}, ${expected[key]} expected`);
}

test("clustering keeps fixed cells: their area as cells without nets, their pins as ports", () => {
  const flat = flatBlock();
  const { block, groups, nodeOf } = clusterBlock(flat);
  assert.deepEqual(block.nodeNames.slice(0, 2), ["p", "M"]);
  const kept = block.nodeNames.filter((name) => !name.startsWith("Grp"));
  assert.deepEqual(kept, ["p", "M", "f", "t", "f/in", "f/out", "z/in"]);
  for (const name of ["f", "t", "f/in", "f/out", "z/in"])
    assert.equal(block.fixed[block.nodeNames.indexOf(name)], 1, name);
  for (const name of ["f", "z", "t"]) {
    const node = flat.nodeNames.indexOf(name);
    assert.deepEqual([groups[node], nodeOf[node]], [-1, -1], name);
  }
  // W turns (x, y) to (-y, x).
  const out = block.nodeNames.indexOf("f/out");
  assert.deepEqual([block.initial.xs[out], block.initial.ys[out]], [81, 23]);
  assert.ok(nodesOfKind(block, NodeKind.SoftMacro).length > 0);
  assertSameCosts(costsOf(block), costsOf(flat));
});

test("the clustered block has the same costs once it is written and read again", async () => {
  const { block } = clusterBlock(flatBlock());
  const folder = makeFolder();
  await writePbNetlist(join(folder, "netlist.pb.txt"), block, block.initial);
  await writePlc(join(folder, "initial.plc"), block, block.initial);
  const again = await loadBlock(folder);
  assert.deepEqual([...again.fixed], [...block.fixed]);
  assertSameCosts(costsOf(again), costsOf(block));
});

test("the text format holds fixed cells at the same cost, and counts only pins of movable cells as moved", () => {
  const flat = flatBlock();
  const { block, centredPins } = toPbForm("x", flat);
  assert.equal(centredPins, 0);
  assert.deepEqual(block.nodeNames.slice(flat.nodeCount), ["f/in", "f/out", "z/in"]);
  assertSameCosts(costsOf(block), costsOf(flat));
});

test("a fixed cell with one pin at its centre stays one node in the text format", () => {
  const draft = new NetlistDraft();
  const port = draft.addPort("p", 0, 50);
  draft.addNet(port, [draft.addPin(draft.addNode(NodeKind.StandardCell, "c", 2, 1), "c")]);
  const flat = blockOf(draft, {}, { c: [10, 10] });
  flat.fixed[1] = 1;
  assert.deepEqual(toPbForm("x", flat).block.nodeNames, ["p", "c"]);
});

test("more fixed cells do not make more soft macros", () => {
  const groupsWith = (taps: number): number => {
    const draft = new NetlistDraft();
    draft.addPort("p", 0, 50);
    for (let i = 0; i < 60; i++) draft.addPin(draft.addNode(NodeKind.StandardCell, `c${i}`, 2, 1), `c${i}`);
    for (let i = 0; i < taps; i++) draft.addNode(NodeKind.StandardCell, `tap${i}`, 2, 1);
    const flat = blockOf(
      draft,
      {},
      Object.fromEntries(Array.from({ length: taps }, (_, i) => [`tap${i}`, [i, 5]])),
    );
    flat.fixed.fill(1, 61);
    return nodesOfKind(clusterBlock(flat).block, NodeKind.SoftMacro).length;
  };
  assert.equal(groupsWith(90), groupsWith(0));
});

test("the macro graph leaves out fixed cells without nets", () => {
  const flat = flatBlock();
  const names = buildMacroGraph(flat).mapNodes((_, { name }) => name);
  assert.ok(names.includes("f"));
  assert.ok(!names.includes("t"));
});
