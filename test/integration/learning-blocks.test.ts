// Blocks to learn from are those that `place` would work on: flat ones clustered, designs within their constraints.
import assert from "node:assert/strict";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { readLearningBlocks } from "../../flow/learning-blocks.js";
import { NetlistDraft, NodeKind, nodesOfKind, writePbNetlist } from "../../netlist/index.js";
import { blockOf } from "../support/blocks.js";
import { makeFolder } from "../support/temp-folder.js";
import { makeDesign, TINY_DEF } from "../unit/netlist/formats/lefdef/tiny-design.js";

/** A netlist text file of two macros and forty cells in a chain between them. */
async function flatFile(): Promise<string> {
  const draft = new NetlistDraft();
  const pins = ["A", "B"].map((name) =>
    draft.addPin(draft.addNode(NodeKind.HardMacro, name, 10, 8), `${name}/p`),
  );
  for (let i = 0; i < 40; i++)
    pins.push(draft.addPin(draft.addNode(NodeKind.StandardCell, `u${i}`, 2, 1), `u${i}`));
  for (let i = 0; i + 1 < pins.length; i++) draft.addNet(pins[i]!, [pins[i + 1]!]);
  const flat = blockOf(draft);
  const path = join(makeFolder(), "chain.pb.txt");
  await writePbNetlist(path, flat, flat.initial);
  return path;
}

test("a flat netlist is clustered and gets a grid, and that is said", async () => {
  const path = await flatFile();
  const lines: string[] = [];
  const { blocks, files } = await readLearningBlocks([path], [], (line) => lines.push(line));
  const [block] = blocks;
  assert.equal(nodesOfKind(block!, NodeKind.StandardCell).length, 0);
  assert.ok(nodesOfKind(block!, NodeKind.SoftMacro).length > 0);
  assert.ok(block!.grid.columns * block!.grid.rows >= 500);
  assert.deepEqual(files, [path]);
  assert.match(lines.join("\n"), /chain: 40 standard cells in \d+ soft macros/);
});

test("a design keeps its halos and fences", async () => {
  const regions =
    "REGIONS 1 ;\n- r ( 10000 20000 ) ( 60000 80000 ) + TYPE FENCE ;\nEND REGIONS\n" +
    "GROUPS 1 ;\n- g c + REGION r ;\nEND GROUPS\n";
  const path = makeDesign(TINY_DEF.replace("END DESIGN\n", `${regions}END DESIGN\n`));
  const { heldOut, files } = await readLearningBlocks([], [path]);
  const [block] = heldOut;
  const node = (name: string) => block!.nodeNames.indexOf(name);
  // RAM is 20 x 10; its halo is 1 2 3 4 µm.
  assert.deepEqual([block!.widths[node("mem/a[0]")], block!.heights[node("mem/a[0]")]], [24, 16]);
  assert.deepEqual(
    block!.fences?.map(({ name, members }) => [name, members]),
    [["r", [node("c")]]],
  );
  assert.deepEqual(files, [path, join(dirname(path), "tiny.lef")]);
});
