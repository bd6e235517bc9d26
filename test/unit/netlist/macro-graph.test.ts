import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { loadBlock, makeBlock } from "../../../netlist/formats/load-block.js";
import { readPbNetlist } from "../../../netlist/formats/pb/pb-netlist-reader.js";
import { type Block, copyPlacement } from "../../../netlist/index.js";
import { buildMacroGraph, compileGraph } from "../../../netlist/macro-graph.js";
import { makeFile, NO_SHARED_DATA, node, sharedFile, TINY } from "./tiny-files.js";

async function blockOf(text: string, canvas = { width: 100, height: 100 }): Promise<Block> {
  const file = await readPbNetlist(makeFile("netlist.pb.txt", text), "test");
  return makeBlock(file, undefined, { canvas, grid: { columns: 4, rows: 4 } });
}

test("macros come first, then clusters of ports by ascending cell", async () => {
  const graph = compileGraph(buildMacroGraph(await blockOf(TINY)));
  // Nodes: A 0, B 1, Grp_0 2, `in` in cell 0 (corner) 3, `out` in cell 15 (corner) 4.
  assert.deepEqual([...graph.nodeKinds], [0, 0, 1, 3, 3]);
  assert.deepEqual([...graph.blockNodes], [2, 3, 4, -1, -1]);
  assert.deepEqual([...graph.clusterXs], [Number.NaN, Number.NaN, Number.NaN, 0, 100]);
  assert.deepEqual([...graph.clusterYs], [Number.NaN, Number.NaN, Number.NaN, 0, 100]);
  // A-B 1 (A/p drives B/p), A-in 1, B-Grp_0 3, Grp_0-in 1, Grp_0-out 1.
  assert.deepEqual([...graph.edgeSources], [0, 0, 1, 2, 2]);
  assert.deepEqual([...graph.edgeTargets], [1, 3, 2, 3, 4]);
  assert.deepEqual([...graph.edgeWeights], [1, 1, 3, 1, 1]);
  assert.deepEqual([...graph.starts], [0, 2, 4, 7, 9, 10]);
  assert.deepEqual([...graph.neighbours], [1, 3, 0, 2, 1, 3, 4, 0, 2, 2]);
  assert.deepEqual([...graph.incidentEdges], [0, 1, 0, 2, 2, 3, 4, 1, 3, 4]);
});

test("several sinks on one macro count several times, and a macro's net to itself not at all", async () => {
  const text =
    node("A", { type: "MACRO", width: 1, height: 1 }) +
    node("A/o", { type: "MACRO_PIN", macro_name: "A", weight: 2 }, "B/a", "B/b", "A/i") +
    node("A/i", { type: "MACRO_PIN", macro_name: "A" }) +
    node("B", { type: "MACRO", width: 1, height: 1 }) +
    node("B/a", { type: "MACRO_PIN", macro_name: "B" }) +
    node("B/b", { type: "MACRO_PIN", macro_name: "B" }, "A/i");
  const graph = compileGraph(buildMacroGraph(await blockOf(text)));
  assert.equal(graph.edgeCount, 1);
  assert.equal(graph.edgeWeights[0], 2 + 2 + 1);
});

test("ports outside the grid join its outermost cells; ports in one cell are one node", async () => {
  const at = (name: string, x: number, y: number) => node(name, { type: "PORT", x, y });
  // Cells of 25 µm. p and q share cell 4 (row 1, column 0); r is beyond the right edge in row 2; s is inside.
  const text =
    node("M", { type: "MACRO", width: 1, height: 1 }) +
    at("p", 0, 30) +
    at("q", -5, 45) +
    at("r", 120, 60) +
    at("s", 40, 60) +
    node("unplaced", { type: "PORT" });
  const graph = buildMacroGraph(await blockOf(text));
  const clusters = graph
    .mapNodes((_, node) => node)
    .slice(1)
    .map(({ x, y, ports }) => [x, y, ports]);
  assert.deepEqual(clusters, [
    [0, 37.5, 2],
    [37.5, 62.5, 1],
    [100, 62.5, 1],
  ]);
});

test("the graph of the 10 x 10 macro tiles is the published one", async (t) => {
  const folder = sharedFile("benchmarks/circuit_training/macro_tiles_10x10");
  if (!folder) return t.skip(NO_SHARED_DATA);
  const graph = compileGraph(buildMacroGraph(await loadBlock(folder)));
  assert.equal(graph.nodeCount, 100);
  const expected: [number, number, number][] = [];
  for (let tile = 0; tile < 100; tile++) {
    if (tile % 10 < 9) expected.push([tile, tile + 1, 3]);
    if (tile < 90) expected.push([tile, tile + 10, 3]);
  }
  const found = Array.from(graph.edgeSources, (source, edge) => [
    source,
    graph.edgeTargets[edge],
    graph.edgeWeights[edge],
  ]);
  assert.deepEqual(found, expected);
});

test("the graph of sample_clustered is the published one", async (t) => {
  const netlist = sharedFile("benchmarks/circuit_training/sample_clustered/netlist.pb.txt.gz");
  const values = sharedFile("conformance/environment.json");
  if (!netlist || !values) return t.skip(NO_SHARED_DATA);
  const expected = JSON.parse(readFileSync(values, "utf8")).observation.static;
  const block = makeBlock(await readPbNetlist(netlist, "sample_clustered"), undefined, {
    canvas: { width: 300, height: 200 },
    grid: { columns: 3, rows: 2 },
  });
  const placement = copyPlacement(block.initial);
  for (const [name, x, y] of [
    ["P0", 0.5, 100],
    ["P1", 150, 199.5],
  ] as const) {
    placement.xs[block.nodeNames.indexOf(name)] = x;
    placement.ys[block.nodeNames.indexOf(name)] = y;
  }
  const graph = compileGraph(buildMacroGraph(block, placement));
  const padded = (values: Iterable<number>, length: number) => [
    ...values,
    ...new Array<number>(length - [...values].length).fill(0),
  ];
  assert.deepEqual(padded(graph.edgeSources, 8), expected.sparse_adj_i);
  assert.deepEqual(padded(graph.edgeTargets, 8), expected.sparse_adj_j);
  assert.deepEqual(padded(graph.edgeWeights, 8), expected.sparse_adj_weight);
  const degrees = Array.from(graph.blockNodes, (_, node) => graph.starts[node + 1]! - graph.starts[node]!);
  assert.deepEqual(padded(degrees, 6), expected.edge_counts);
  assert.deepEqual(
    padded(
      Array.from(graph.nodeKinds, (kind) => [1, 2, 0, 3][kind]!),
      6,
    ),
    expected.node_types,
  );
  // Cell 3 is the upper left corner, cell 4 the middle of the upper edge.
  assert.deepEqual([...graph.clusterXs.slice(3)], [0, 150]);
  assert.deepEqual([...graph.clusterYs.slice(3)], [200, 200]);
});
