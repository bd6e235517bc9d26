import assert from "node:assert/strict";
import { test } from "node:test";
import { checkConstraints, clusterStandardCells, NodeKind } from "../../../../netlist/index.js";
import { loadTiny, TINY_DEF } from "./tiny-design.js";

/** The tiny design with a chain of flip-flops f0 → f1 → … from port `in`, and one that nothing is connected to. */
function chain(length: number): string {
  const names = Array.from({ length }, (_, i) => `f${i}`);
  const cells = [...names, "alone"].map((name) => `- ${name} FF + PLACED ( 50000 50000 ) N ;\n`).join("");
  const nets = names.slice(1).map((name, i) => `- w${i} ( f${i} O ) ( ${name} D ) ;\n`);
  return TINY_DEF.replace("END COMPONENTS", `${cells}END COMPONENTS`).replace(
    "END NETS",
    `${nets.join("")}END NETS`,
  );
}

test("cells become soft macros that follow the nets, ports and macros keep their places in the order", async () => {
  const { block } = await loadTiny(chain(40));
  const clustered = clusterStandardCells(block, { clusters: 4 });
  assert.deepEqual(clustered.nodeNames.slice(0, 5), block.nodeNames.slice(0, 5));
  const soft = [...clustered.kinds].filter((kind) => kind === NodeKind.SoftMacro).length;
  assert.ok(soft >= 3 && soft <= 6, `${soft} clusters`);
  assert.equal([...clustered.kinds].filter((kind) => kind === NodeKind.StandardCell).length, 0);
  // Cells of 4 µm²: ff and the chain, without the one that no net reaches.
  let area = 0;
  for (let node = 5; node < clustered.nodeCount; node++)
    area += clustered.widths[node]! * clustered.heights[node]!;
  assert.ok(Math.abs(area - 41 * 4) < 1e-9);
  // A chain cut into pieces is cut in as many places less one; ff is by itself or not.
  const between = clustered.netCount - 3;
  assert.ok(between <= soft, `${between} nets between ${soft} clusters`);
});

test("a clustered block is consistent: pins, nets and file indices", async () => {
  const { block } = await loadTiny(chain(25));
  const clustered = clusterStandardCells(block, { clusters: 5 });
  assert.equal(clustered.netStarts[clustered.netCount], clustered.netPins.length);
  assert.equal(clustered.pinCount, clustered.netPins.length);
  assert.deepEqual(
    [...clustered.netPins].sort((a, b) => a - b),
    [...Array(clustered.pinCount).keys()],
  );
  assert.equal(new Set(clustered.pinNames).size, clustered.pinCount);
  for (let net = 0; net < clustered.netCount; net++) {
    const pins = clustered.netPins.subarray(clustered.netStarts[net], clustered.netStarts[net + 1]);
    const nodes = Array.from(pins, (pin) => clustered.pinNodes[pin]!);
    assert.ok(pins.length >= 2);
    assert.equal(new Set(nodes).size, nodes.length);
  }
  const driver = clustered.netPins[clustered.netStarts[1]!]!;
  assert.equal(clustered.pinNames[driver], "mem/a[0]/Q");
});

test("the same block gives the same clusters", async () => {
  const { block } = await loadTiny(chain(30));
  assert.deepEqual(clusterStandardCells(block), clusterStandardCells(block));
});

test("a cluster of placed cells stands at their centre of area", async () => {
  const { block } = await loadTiny(chain(3));
  const clustered = clusterStandardCells(block, { clusters: 2 });
  const node = clustered.nodeNames.findIndex(
    (name, i) => name.startsWith("Grp") && !Number.isNaN(clustered.initial.xs[i]!),
  );
  // Cells of 2 x 2 µm at (50, 50), the origin at (10, 20).
  assert.deepEqual([clustered.initial.xs[node], clustered.initial.ys[node]], [41, 31]);
});

test("checks of the flat design take the first nodes of a clustered placement", async () => {
  const loaded = await loadTiny(chain(10).replace("- c ROT ;", "- c ROT + PLACED ( 60000 30000 ) N ;"));
  assert.deepEqual(checkConstraints(loaded, clusterStandardCells(loaded.block).initial), []);
});
