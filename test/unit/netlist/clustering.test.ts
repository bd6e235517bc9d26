// Standard cells into soft macros: groups on small blocks that can be checked by hand, and the original's own files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { cellNets } from "../../../netlist/clustering/cell-nets.js";
import { breakUp, mergeSmall } from "../../../netlist/clustering/distance.js";
import { fixedGroups } from "../../../netlist/clustering/fixed-groups.js";
import {
  type Block,
  type ClusterOptions,
  clusterBlock,
  clusteredBlock,
  NetlistDraft,
  NodeKind,
  nodesOfKind,
  Random,
} from "../../../netlist/index.js";
import { blockOf } from "../../support/blocks.js";

/** Cells of 2 x 1 µm by name, with the nets that they drive; what is no cell must be in the draft. */
function addCells(draft: NetlistDraft, names: readonly string[]): Map<string, number> {
  return new Map(
    names.map((name) => [name, draft.addPin(draft.addNode(NodeKind.StandardCell, name, 2, 1), name)]),
  );
}

/** Groups by name; other nodes have none. */
function groupsOf(block: Block, groups: Readonly<Record<string, number>>): Int32Array {
  return Int32Array.from(block.nodeNames, (name) => groups[name] ?? -1);
}

/** Nets as text: driver, weight, sinks. */
function netsAsText(block: Block): string[] {
  return Array.from({ length: block.netCount }, (_, net) => {
    const [driver, ...sinks] = [
      ...block.netPins.subarray(block.netStarts[net]!, block.netStarts[net + 1]!),
    ].map((pin) => block.pinNames[pin]!);
    return `${driver} x${block.netWeights[net]} > ${sinks.join(" ")}`;
  });
}

/** A macro and a port around two tight groups of cells. */
function smallFlat(): Block {
  const draft = new NetlistDraft();
  const port = draft.addPort("p", 0, 50);
  const macro = draft.addNode(NodeKind.HardMacro, "M", 10, 10);
  const input = draft.addPin(macro, "M/in", 1, 0);
  const pins = addCells(draft, ["a", "b", "c", "d", "e"]);
  const pin = (name: string) => pins.get(name)!;
  draft.addNet(port, [pin("a"), pin("b"), pin("c")]);
  draft.addNet(pin("a"), [pin("b"), pin("c")], 3); // in the group and in the other: one target
  draft.addNet(pin("b"), [pin("d")], 4); // the same target: 7 in all
  draft.addNet(pin("c"), [pin("a"), input, pin("e")]); // group 0, the macro, and a cell of no group
  draft.addNet(pin("d"), [pin("c")]); // in its own group: gone
  return blockOf(draft, {}, { M: [50, 50], a: [10, 10], b: [20, 10], c: [60, 80], d: [80, 80], e: [1, 1] });
}

test("nets are taken to groups: one target adds up in one pin, several keep a pin of their own", () => {
  const flat = smallFlat();
  const { block, nodeOf } = clusteredBlock(flat, groupsOf(flat, { a: 4, b: 4, c: 9, d: 9 }), {
    softWidth: 5,
  });
  assert.deepEqual([...block.nodeNames], ["p", "M", "Grp_4", "Grp_9"]);
  assert.deepEqual(
    [...block.pinNames],
    ["p", "M/in", "Grp_4/Poutput_single_0", "Grp_4/Pinput", "Grp_9/Poutput_multi_0", "Grp_9/Pinput"],
  );
  assert.deepEqual(netsAsText(block), [
    "p x1 > Grp_9/Pinput Grp_4/Pinput",
    "Grp_4/Poutput_single_0 x7 > Grp_9/Pinput",
    "Grp_9/Poutput_multi_0 x1 > Grp_4/Pinput M/in",
  ]);
  assert.deepEqual([...nodeOf], [0, 1, 2, 2, 3, 3, -1]);
});

test("a soft macro has twice its cells' area and stands in the middle of their mass", () => {
  const flat = smallFlat();
  const { block } = clusteredBlock(flat, groupsOf(flat, { a: 0, b: 0, c: 1, d: 1, e: 1 }), { softWidth: 5 });
  const [first, second] = nodesOfKind(block, NodeKind.SoftMacro);
  // 2 cells of 2 µm² at utilisation 0.5 are 8 µm², 5 µm wide.
  assert.deepEqual([block.widths[first!], block.heights[first!]], [5, 1.6]);
  assert.deepEqual([block.initial.xs[first!], block.initial.ys[first!]], [15, 10]);
  assert.equal(block.initial.xs[second!], 47);
  assert.equal(block.initial.xs[1], 50, "the macro stands where it stood");
  assert.deepEqual([...block.fixed], [1, 0, 0, 0]);
});

test("nets of more than 500 sinks are left out", () => {
  for (const sinks of [500, 501]) {
    const draft = new NetlistDraft();
    const clock = draft.addPort("clk", 0, 0);
    const pins = addCells(
      draft,
      Array.from({ length: sinks }, (_, i) => `c${i}`),
    );
    draft.addNet(clock, [...pins.values()]);
    const flat = blockOf(draft);
    const { block } = clusteredBlock(
      flat,
      groupsOf(flat, Object.fromEntries([...pins.keys()].map((name) => [name, 0]))),
      { softWidth: 5 },
    );
    assert.equal(block.netCount, sinks === 500 ? 1 : 0);
  }
});

test("a macro's group has the cells next to it, ports are grouped along a side by grid cells", () => {
  const draft = new NetlistDraft();
  // Cells of the grid are 10 µm: left 5 and 15 together, 16 apart; the top one by itself, and before them.
  const ports = [
    ["l5", 0, 5],
    ["l15", 0, 15],
    ["l16", 0, 16],
    ["t", 50, 100],
  ] as const;
  const pinOfPort = new Map(ports.map(([name, x, y]) => [name, draft.addPort(name, x, y)]));
  const macro = draft.addNode(NodeKind.HardMacro, "M", 10, 10);
  const [input, output] = [draft.addPin(macro, "M/in"), draft.addPin(macro, "M/out")];
  draft.addPin(draft.addNode(NodeKind.HardMacro, "Loose", 10, 10), "Loose/in");
  const pins = addCells(draft, ["drives", "driven", "far", "byPort"]);
  draft.addNet(pins.get("drives")!, [input]);
  draft.addNet(output, [pins.get("driven")!]);
  draft.addNet(pins.get("driven")!, [pins.get("far")!]);
  draft.addNet(pinOfPort.get("l16")!, [pins.get("byPort")!]);
  const block = blockOf(draft);
  const { groups, count } = fixedGroups(block, cellNets(block));
  const named = Object.fromEntries(block.nodeNames.map((name, node) => [name, groups[node]]));
  assert.deepEqual(named, {
    M: 0,
    Loose: -1,
    t: 1,
    l5: 2,
    l15: 2,
    l16: 3,
    drives: 0,
    driven: 0,
    far: -1,
    byPort: 3,
  });
  assert.equal(count, 4);
});

test("a group that is spread wide falls apart around its centre, in squares", () => {
  const draft = new NetlistDraft();
  addCells(draft, ["a", "b", "c", "d"]);
  // Centre (40, 40); squares of 20 µm: a and b within 10 of it, c 30 to the left, d 40 to the right.
  const block = blockOf(draft, {}, { a: [40, 42], b: [50, 38], c: [10, 40], d: [80, 40] });
  const centre = (40 + 50 + 10 + 80) / 4;
  assert.equal(centre, 45);
  const groups = Int32Array.of(0, 0, 0, 0);
  const count = breakUp(block, { groups, count: 1 }, 20);
  assert.deepEqual([...groups], [0, 0, 1, 2]);
  assert.equal(count, 3);
  const tight = Int32Array.of(0, 0, 1, 2);
  assert.equal(breakUp(block, { groups: tight, count: 3 }, 20), 3, "nothing falls apart a second time");
});

test("a tiny group joins the near one that it talks to most", () => {
  const draft = new NetlistDraft();
  const names = [..."abcdefghijkl"];
  const pins = addCells(draft, [...names, "x"]);
  const pin = (name: string) => pins.get(name)!;
  draft.addNet(pin("a"), [pin("x")]);
  draft.addNet(pin("g"), [pin("x")]);
  draft.addNet(pin("h"), [pin("x")]);
  const places = Object.fromEntries([...names, "x"].map((name, i) => [name, [i < 6 ? 10 : 70, 10] as const]));
  const block = blockOf(draft, {}, { ...places, x: [12, 10] });
  const given = groupsOf(
    block,
    Object.fromEntries([...names, "x"].map((name, i) => [name, i < 6 ? 0 : i < 12 ? 1 : 2])),
  );
  const x = block.nodeNames.indexOf("x");
  const near = given.slice();
  mergeSmall(block, cellNets(block), { groups: near, count: 3, reach: 20 });
  assert.equal(near[x], 0, "the group with two nets is 58 µm away");
  const anywhere = given.slice();
  mergeSmall(block, cellNets(block), { groups: anywhere, count: 3, reach: Number.POSITIVE_INFINITY });
  assert.equal(anywhere[x], 1);
});

/** Cells in `groups` families with many nets inside and few between, not placed unless asked. */
function familyBlock(families: number, size: number, placed: boolean): Block {
  const random = Random.stream(1, "families");
  const draft = new NetlistDraft();
  const names = Array.from({ length: families * size }, (_, i) => `c${i}`);
  const pins = [...addCells(draft, names).values()];
  for (let cell = 0; cell < pins.length; cell++) {
    const family = Math.floor(cell / size) * size;
    const sinks = Array.from({ length: 3 }, () => family + random.below(size)).filter(
      (sink) => sink !== cell,
    );
    if (cell % size === 0) sinks.push((cell + size) % pins.length);
    draft.addNet(
      pins[cell]!,
      [...new Set(sinks)].map((sink) => pins[sink]!),
    );
  }
  const place = (i: number) => [(100 * (Math.floor(i / size) + 0.5)) / families, 50] as const;
  return blockOf(draft, {}, placed ? Object.fromEntries(names.map((name, i) => [name, place(i)])) : {});
}

for (const by of ["partition", "communities"] as const)
  test(`clustering by ${by} finds the families of cells, with places and without, and again with the same seed`, () => {
    for (const placed of [true, false]) {
      const flat = familyBlock(12, 40, placed);
      const options: ClusterOptions = { clusters: 12, by, seed: 3 };
      const { block, groups, placed: wasPlaced, cutNets } = clusterBlock(flat, options);
      assert.equal(wasPlaced, placed);
      assert.ok(
        groups.every((group) => group >= 0),
        "every cell has a group",
      );
      const softs = nodesOfKind(block, NodeKind.SoftMacro);
      assert.equal(softs.length, 12);
      assert.ok(cutNets <= 24, `${cutNets} nets cut; between the families there are 12`);
      assert.equal(
        block.initial.xs.every((x) => Number.isNaN(x)),
        !placed,
      );
      assert.deepEqual(clusterBlock(flat, options).groups, groups);
    }
  });

test("the number of clusters is asked for in whole numbers", () => {
  assert.throws(() => clusterBlock(smallFlat(), { clusters: 0 }), /drafted: 0 clusters; .*at least 1/);
  assert.throws(() => clusterBlock(smallFlat(), { clusters: 2.5 }), /2.5 clusters/);
});

test("by default there are 20 cells to a cluster, and every cell's area is kept", () => {
  const { block } = clusterBlock(familyBlock(2, 20, false));
  const softs = nodesOfKind(block, NodeKind.SoftMacro);
  assert.equal(softs.length, 2);
  const area = softs.reduce((sum, node) => sum + block.widths[node]! * block.heights[node]!, 0);
  assert.ok(Math.abs(area - 160) < 1e-6, "40 cells of 2 µm², twice");
});

test("cells of no area make a soft macro that can be written, in the middle of their places", () => {
  const draft = new NetlistDraft();
  const names = ["a", "b", "c"];
  for (const name of names) draft.addPin(draft.addNode(NodeKind.StandardCell, name, 0, 1), name);
  const flat = blockOf(draft, {}, { a: [10, 20], b: [20, 20], c: [60, 50] });
  const { block } = clusteredBlock(flat, groupsOf(flat, { a: 0, b: 0, c: 0 }), { softWidth: 5 });
  assert.ok(block.heights[0]! > 0);
  assert.deepEqual([block.initial.xs[0], block.initial.ys[0]], [30, 30]);
  const { heights, initial } = clusterBlock(flat).block;
  assert.ok(heights.every((height) => height > 0) && !initial.xs.some(Number.isNaN));
});

test("a netlist that has soft macros beside its cells is refused", () => {
  const draft = new NetlistDraft();
  addCells(draft, ["a", "b"]);
  draft.addNode(NodeKind.SoftMacro, "Grp_0", 4, 4);
  assert.throws(() => clusterBlock(blockOf(draft)), /drafted: has soft macros already, 'Grp_0' for one/);
});

test("fences of cells are not those of the clustered block, whose nodes have other numbers", () => {
  const draft = new NetlistDraft();
  const pins = addCells(draft, ["a", "b"]);
  draft.addNet(pins.get("a")!, [pins.get("b")!]);
  const flat = blockOf(draft, {}, { a: [1, 1], b: [3, 1] });
  const rectangles = [{ left: 0, bottom: 0, right: 5, top: 5 }];
  const fenced = { ...flat, cellFences: [{ name: "f", rectangles, members: [0, 1], exclusive: true }] };
  const { block } = clusteredBlock(fenced, groupsOf(fenced, { a: 0, b: 0 }), { softWidth: 2 });
  assert.equal(block.cellFences, undefined);
});
