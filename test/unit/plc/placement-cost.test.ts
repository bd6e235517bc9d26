// `PlacementCost` call by call on a toy of every kind of node.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { createJudge } from "../../../env/index.js";
import { loadBlock } from "../../../netlist/index.js";
import { PlacementCost } from "../../../plc/index.js";
import { sixDigits } from "../../../plc/placement-files.js";
import { makeFolder } from "../../support/temp-folder.js";
import { TOY, writeNetlist } from "../../support/toy-netlist.js";

const toy = () => PlacementCost.open(writeNetlist());

test("nodes are numbered as in the file, without the metadata", async () => {
  const cost = await toy();
  assert.equal(cost.numNodes(), 12);
  assert.deepEqual(cost.getMacroIndices(), [2, 5, 7]);
  const types = Array.from({ length: 13 }, (_, i) => cost.getNodeType(i));
  assert.deepEqual(
    types.map((type) => type[0] ?? ""),
    ["P", "P", "M", "M", "M", "M", "M", "M", "M", "M", "S", "S", ""],
  );
  assert.deepEqual([types[0], types[5], types[6], types[11]], ["PORT", "MACRO", "MACRO_PIN", "STDCELL"]);
  assert.equal(cost.getNodeName(4), "A/o");
  assert.equal(cost.getNodeName(12), "");
  assert.equal(cost.getNodeIndex("s1"), 11);
  assert.deepEqual(
    [2, 5, 7, 0, 10, -1].map((node) => cost.isNodeSoftMacro(node)),
    [...[false, false, true, false, false, false]],
  );
  assert.deepEqual(
    [3, 2, 0, 10, 8].map((node) => cost.getRefNodeId(node)),
    [2, -1, -1, -1, 7],
  );
  assert.throws(() => cost.getNodeType(-1), /node -1: an index from 0 to 11/);
  assert.throws(() => cost.getNodeIndex("nobody"), /no node of the netlist has this name/);
});

test("fan-outs, weights, sizes and area", async () => {
  const cost = await toy();
  assert.deepEqual(cost.getFanOutsOfNode(4), [6, 8]);
  assert.deepEqual(cost.getFanOutsOfNode("A"), [4], "a macro: its pins that drive something");
  assert.deepEqual(cost.getFanOutsOfNode("Grp_0"), [9]);
  assert.deepEqual(
    [cost.getFanOutsOfNode(0), cost.getFanOutsOfNode(10), cost.getFanOutsOfNode(3)],
    [[3], [11], []],
  );
  assert.deepEqual(
    [4, 2, 0, 3].map((node) => cost.getNodeWeight(node)),
    [3, 1, 1, 1],
  );
  assert.deepEqual(
    [2, 7, 0, 3].map((node) => cost.getNodeWidthHeight(node)),
    [
      [40, 20],
      [10, 40],
      [0, 0],
      [0, 0],
    ],
  );
  cost.updateMacroOrientation("A", "E");
  assert.deepEqual(cost.getNodeWidthHeight("A"), [20, 40], "sides swap");
  assert.equal(cost.getArea(), 800 + 400 + 400 + 4 + 4);
});

test("places: from the file, by cell, by coordinates; pins turn with their macro", async () => {
  const cost = await toy();
  assert.deepEqual(
    [2, 3, 5, 11].map((node) => cost.isNodePlaced(node)),
    [true, true, false, false],
  );
  assert.deepEqual(cost.getNodeLocation("A/i"), [20, 35]);
  assert.deepEqual(cost.getNodeLocations(["B", "B/i"]), [
    [0, 0],
    [0, -10],
  ]);
  assert.deepEqual(cost.getNodeLocation("Grp_0/i"), [70, 60], "pins of soft macros are at its centre");
  for (const [orientation, place] of [
    ["FN", [40, 35]],
    ["S", [40, 25]],
    ["E", [35, 40]],
    ["W", [25, 20]],
    ["N", [20, 35]],
  ] as const) {
    cost.updateMacroOrientation("A", orientation);
    assert.deepEqual(cost.getNodeLocation("A/i"), place, orientation);
  }
  cost.setCanvasBoundaryCheck(false);
  cost.setCanvasSize(100, 200);
  cost.setPlacementGrid(4, 5);
  cost.placeNode("B", 6);
  assert.deepEqual(cost.getNodeLocation("B"), [62.5, 60]);
  assert.equal(cost.getGridCellOfNode("B"), 6);
  cost.updateNodeCoords("p1", 100, 200);
  assert.equal(cost.getGridCellOfNode("p1"), 19, "the top right corner is in the last cell");
  cost.updateNodeCoords("p1", 100.001, 200);
  assert.equal(cost.getGridCellOfNode("p1"), -1);
  cost.unplaceNode("B");
  assert.equal(cost.getGridCellOfNode("B"), -1);
  assert.throws(() => cost.placeNode("B", -1), /grid cell -1: a cell from 0 to 19/);
  assert.throws(() => cost.placeNode("A/i", 1), /moves with its macro/);
  assert.throws(() => cost.updateNodeCoords("B", Number.NaN, 1), /finite/);
});

test("fixed nodes stay, except for coordinates given in full", async () => {
  const cost = await toy();
  cost.setCanvasBoundaryCheck(false);
  assert.equal(cost.isNodeFixed("p0"), false, "nothing is fixed at first");
  cost.fixNodeCoord("A");
  cost.fixNodeCoord("A");
  assert.throws(() => cost.placeNode("A", 0), /is fixed; unfix it first/);
  assert.throws(() => cost.unplaceNode("A"), /is fixed/);
  cost.updateMacroOrientation("A", "S");
  cost.unplaceAllNodes();
  assert.deepEqual(
    [0, 1, 2, 7, 10].map((node) => cost.isNodePlaced(node)),
    [false, false, true, false, false],
  );
  assert.equal(cost.getMacroOrientation("A"), "S", "orientation stays");
  cost.updateNodeCoords("A", 1, 2);
  assert.deepEqual(cost.getNodeLocation("A"), [1, 2]);
  cost.unfixNodeCoord("A");
  cost.unplaceNode("A");
  assert.equal(cost.isNodePlaced("A"), false);
});

test("orientations: N where the file is silent, nothing for ports and pins, soft macros give back what they took", async () => {
  const cost = await toy();
  assert.deepEqual(
    [2, 5, 7, 10, 0, 3].map((node) => cost.getMacroOrientation(node)),
    ["N", "N", "N", "N", "", ""],
  );
  cost.updateMacroOrientation("Grp_0", "");
  assert.equal(cost.getMacroOrientation("Grp_0"), "");
  cost.updateMacroOrientation("Grp_0", "N");
  assert.equal(cost.getMacroOrientation("Grp_0"), "N");
  assert.throws(() => cost.updateMacroOrientation("A", "Q"), /orientation 'Q': one of N FN/);
  assert.throws(() => cost.updateMacroOrientation("p0", "N"), /is a port/);
  assert.throws(() => cost.updateMacroOrientation("A/i", "N"), /pin/);
});

test("the boundary check refuses macros that stick out, and changes nothing then", async () => {
  const cost = await toy();
  cost.setCanvasSize(100, 100);
  cost.setPlacementGrid(10, 10);
  assert.equal(cost.getCanvasBoundaryCheck(), true);
  assert.throws(() => cost.placeNode("A", 0), /node 'A': at \(5, 5\) sticks out of the canvas/);
  assert.throws(() => cost.updateNodeCoords("A", 99, 50), /sticks out/);
  assert.deepEqual(cost.getNodeLocation("A"), [30, 30]);
  cost.updateNodeCoords("p0", -5, 50); // ports may
  const file = join(makeFolder(), "out.plc");
  writeFileSync(file, "# comment\n2 50 50 S 1\n5 200 50 N 0\n");
  assert.throws(() => cost.restorePlacement(file), /out\.plc:3: macro 'B' at \(200, 50\) sticks out/);
  assert.deepEqual(cost.getNodeLocation("A"), [30, 30], "no line counts if one is refused");
  cost.setCanvasBoundaryCheck(false);
  cost.restorePlacement(file);
  assert.deepEqual(
    [cost.getNodeLocation("A"), cost.getMacroOrientation("A"), cost.isNodeFixed("A")],
    [[50, 50], "S", true],
  );
  assert.deepEqual(cost.getNodeLocation("Grp_0"), [70, 60], "nodes without a line stay");
});

test("masks follow placing, blockages, spacing and what hard macros may cover", async () => {
  const cost = await PlacementCost.open(writeNetlist(), { spacing: { x: 0, y: 0 } });
  cost.setCanvasSize(100, 100);
  cost.setPlacementGrid(10, 10);
  cost.setCanvasBoundaryCheck(false);
  const rows = (node: string) => {
    const mask = cost.getNodeMask(node);
    return Array.from({ length: 10 }, (_, row) => mask.subarray(row * 10, row * 10 + 10).join(""));
  };
  cost.unplaceAllNodes();
  const free = ["0000000000", ...Array(8).fill("0111111110"), "0000000000"];
  assert.deepEqual(rows("B"), free, "20 x 20 on cells of 10 x 10");
  cost.placeNode("A", 55); // 35..75 x 45..65
  const overlapsA = (row: number, column: number) =>
    Math.abs(column * 10 + 5 - 55) < 30 && Math.abs(row * 10 + 5 - 55) < 20;
  const expected = free.map((line, row) =>
    [...line].map((bit, column) => (overlapsA(row, column) ? "0" : bit)).join(""),
  );
  assert.deepEqual(rows("B"), expected);
  assert.equal(cost.canPlaceNode("B", 12), true);
  assert.equal(cost.canPlaceNode("B", 55), false);
  cost.unplaceNode("A");
  assert.deepEqual(rows("B"), free, "no trace is left");
  cost.createBlockage([0, 0, 100, 20], 0.1);
  assert.deepEqual(rows("B").slice(0, 4), ["0000000000", "0000000000", "0000000000", free[3]]);
  assert.equal(rows("Grp_0")[2], "0000000000", "a soft macro would fill a cell of the blockage to 1.1");
  assert.equal(rows("Grp_0")[3], "1111111111", "here to 0.6");
  assert.deepEqual(cost.getBlockages(), [[0, 0, 100, 20, 0.1]]);
  cost.placeNode("Grp_0", 56);
  assert.equal(cost.canPlaceNode("B", 56), false, "a soft macro fills cells");
  cost.allowHardMacrosOverStdcells(true);
  assert.equal(cost.canPlaceNode("B", 56), true);
  for (const [spacing, line] of [
    [10, "0100000000"],
    [11, "0000000000"],
  ] as const) {
    const apart = await PlacementCost.open(writeNetlist(), { spacing: { x: spacing, y: 0 } });
    assert.deepEqual([apart.getMacroBloatWidth(), apart.getMacroBloatHeight()], [spacing, 0]);
    apart.setCanvasBoundaryCheck(false);
    apart.setCanvasSize(100, 100);
    apart.unplaceAllNodes();
    apart.placeNode("A", 55);
    const row = Array.from(apart.getNodeMask("B").subarray(50, 60)).join("");
    assert.equal(row, line, "40 µm between the centres leave a gap of 10");
  }
});

test("an unplaced node's mask is that of its orientation", async () => {
  const cost = await toy();
  cost.setCanvasSize(100, 100);
  cost.setPlacementGrid(10, 10);
  cost.unplaceAllNodes();
  assert.equal(cost.canPlaceNode("A", 11), false, "40 µm wide");
  cost.updateMacroOrientation("A", "E");
  assert.equal(cost.canPlaceNode("A", 21), true, "20 µm wide");
});

test("costs follow every setter in any order, by what has changed as in full", async () => {
  const path = writeNetlist();
  const cost = await PlacementCost.open(path);
  cost.setCanvasBoundaryCheck(false);
  cost.placeNode("B", 77);
  cost.updateNodeCoords("s1", 12, 13);
  const check = async () => {
    const [width, height] = cost.getCanvasWidthHeight();
    const [columns, rows] = cost.getGridNumColumnsRows();
    const [horizontal, vertical] = cost.getRoutesPerMicron();
    const [horizontalUsedByMacros, verticalUsedByMacros] = cost.getMacroRoutingAllocation();
    const block = await loadBlock(path, {
      overrides: {
        canvas: { width, height },
        grid: { columns, rows },
        routing: { horizontal, vertical, horizontalUsedByMacros, verticalUsedByMacros },
        smoothing: cost.getCongestionSmoothRange(),
      },
    });
    const { initial } = block;
    block.nodeNames.forEach((name, node) => {
      const [x, y] = cost.getNodeLocation(name);
      const turn = ["N", "FN", "S", "FS", "E", "FE", "W", "FW"].indexOf(cost.getMacroOrientation(name));
      initial.xs[node] = cost.isNodePlaced(name) ? x : Number.NaN;
      initial.ys[node] = cost.isNodePlaced(name) ? y : Number.NaN;
      initial.orientations[node] = Math.max(0, turn);
    });
    const judge = createJudge(block);
    const expected = judge.evaluate(initial);
    assert.equal(cost.getCost(), expected.wirelengthCost);
    assert.equal(cost.getWirelength(), expected.wirelength);
    assert.equal(cost.getDensityCost(), expected.densityCost);
    assert.equal(cost.getCongestionCost(), expected.congestionCost);
    assert.deepEqual(cost.getHorizontalRoutingCongestion(), judge.maps().horizontal);
    const density = cost.getGridCellsDensity();
    for (const [cell, value] of judge.maps().density.entries())
      assert.ok(Math.abs(value - density[cell]!) < 1e-11);
    return expected;
  };
  const first = await check();
  assert.ok(first.wirelength > 0 && first.congestionCost > 0);
  const steps: (() => void)[] = [
    () => cost.updateNodeCoords("A", 12.5, 40),
    () => cost.updateMacroOrientation("A", "FW"),
    () => cost.unplaceNode("Grp_0"),
    () => cost.placeNode("Grp_0", 31),
    () => cost.setRoutesPerMicron(1, 2),
    () => cost.setMacroRoutingAllocation(0.5, 0.25),
    () => cost.updateNodeCoords("B", 3, 4),
    () => cost.setCongestionSmoothRange(2.9),
    () => cost.setPlacementGrid(7, 3),
    () => cost.setCanvasSize(150, 90),
    () => cost.setUseIncrementalCost(true),
    () => cost.unplaceAllNodes(),
    () => cost.placeNode("A", 10),
  ];
  for (const step of steps) {
    step();
    await check();
  }
  assert.equal(cost.getCongestionSmoothRange(), 2);
});

test("a congestion grid of its own changes congestion alone", async () => {
  const cost = await toy();
  cost.setMacroRoutingAllocation(0, 0);
  const before = [cost.getCost(), cost.getDensityCost()];
  const congestion = cost.getCongestionCost();
  cost.setPlacementGrid(12, 11);
  assert.deepEqual(cost.getCongestionGridNumColumnsRows(), [12, 11], "it follows the placement grid");
  cost.setPlacementGrid(10, 10);
  cost.setCongestionGrid(5, 4);
  assert.deepEqual([cost.getCost(), cost.getDensityCost()], before);
  assert.notEqual(cost.getCongestionCost(), congestion);
  assert.equal(cost.getVerticalRoutingCongestion().length, 20);
  cost.updateNodeCoords("A", 31, 30);
  const moved = cost.getCongestionCost();
  cost.setCongestionGrid(10, 10);
  cost.setCongestionGrid(5, 4);
  assert.equal(cost.getCongestionCost(), moved);
  const [share, excess] = cost.getCongestionCostThreshold(0);
  const values = [...cost.getHorizontalRoutingCongestion(), ...cost.getVerticalRoutingCongestion()];
  assert.equal(share, values.filter((value) => value > 0).length / 40);
  assert.ok(Math.abs(excess - values.reduce((sum, value) => sum + value, 0) / 40) < 1e-12);
  assert.deepEqual(cost.getCongestionCostThreshold(1e6), [0, 0]);
});

test("soft macros become squares once, and disconnected nets leave costs and adjacency", async () => {
  const cost = await toy();
  cost.makeSoftMacrosSquare();
  cost.makeSoftMacrosSquare();
  assert.deepEqual(cost.getNodeWidthHeight("Grp_0"), [20, 20]);
  assert.deepEqual(cost.getNodeLocation("Grp_0"), [70, 60]);
  assert.deepEqual(Array.from(cost.getMacroAdjacency()), [0, 3, 3, 3, 0, 0, 3, 0, 0]);
  cost.setCanvasBoundaryCheck(false);
  cost.placeNode("B", 44);
  cost.updateNodeCoords("s1", 80, 80);
  const before = cost.getWirelength();
  cost.disconnectNets([]);
  assert.equal(cost.getWirelength(), before);
  cost.disconnectNets(["A/o"]);
  assert.deepEqual(Array.from(cost.getMacroAdjacency()), Array(9).fill(0));
  assert.ok(cost.getWirelength() < before);
  cost.disconnectNets([0, "Grp_0", 10]);
  assert.equal(cost.getWirelength(), 0);
  assert.deepEqual(cost.getNodeWidthHeight("Grp_0"), [20, 20], "sizes stay");
});

test("ports: sides, snapping, clusters", async () => {
  const cost = await toy();
  cost.setCanvasSize(300, 200);
  cost.setPlacementGrid(3, 2);
  cost.updateNodeCoords("p0", 0.5, 100);
  cost.updateNodeCoords("p1", 150, 199.5);
  cost.fixNodeCoord("p0");
  cost.updatePortSides();
  cost.snapPortsToEdges();
  assert.deepEqual(
    [cost.getNodeLocation("p0"), cost.getNodeLocation("p1")],
    [
      [0, 100],
      [150, 200],
    ],
  );
  assert.deepEqual([cost.getGridCellOfNode("p0"), cost.getGridCellOfNode("p1")], [3, 4]);
  const { matrix, cells } = cost.getMacroAndClusteredPortAdjacency();
  assert.deepEqual(cells, [3, 4]);
  // A, B, Grp_0, cell 3, cell 4
  assert.deepEqual(Array.from(matrix), [
    ...[0, 3, 3, 1, 0],
    ...[3, 0, 0, 0, 0],
    ...[3, 0, 0, 0, 1],
    ...[1, 0, 0, 0, 0],
    ...[0, 0, 1, 0, 0],
  ]);
  cost.unfixNodeCoord("p0");
  cost.unplaceAllNodes();
  assert.deepEqual(cost.getMacroAndClusteredPortAdjacency().cells, [], "ports without a place are left out");
});

test("fake nets count in their own cost alone", async () => {
  const cost = await toy();
  cost.setCanvasSize(100, 100);
  const before = cost.getCost();
  assert.equal(cost.getFakeNetCost(), 0);
  cost.addFakeNet(0.1, [3, 4]); // 20 µm apart
  cost.addFakeNet(0.3, ["A", "Grp_0", 0]);
  assert.deepEqual(cost.getFakeNets(), [
    { weight: 0.1, nodes: [3, 4] },
    { weight: 0.3, nodes: [2, 7, 0] },
  ]);
  // A (30, 30), Grp_0 (70, 60), p0 (0, 50): 70 x 30.
  assert.ok(Math.abs(cost.getFakeNetCost() - (0.1 * 20 + 0.3 * 100) / (200 * 0.4)) < 1e-15);
  assert.equal(cost.getCost(), before);
});

test("overlap cost, area constraints, names and thresholds", async () => {
  const cost = await toy();
  cost.setCanvasBoundaryCheck(false);
  cost.setCanvasSize(100, 100);
  assert.equal(cost.getOverlapCost(), 0);
  cost.updateNodeCoords("B", 45, 35); // A is 10..50 x 20..40, B 35..55 x 25..45
  assert.equal(cost.getOverlapCost(), (15 * 15) / 1e4);
  assert.equal(cost.hasAreaConstraint(), false);
  cost.addAreaConstraint(["A", 5], [0, 0, 10, 20]);
  cost.addAreaConstraint([2], [1, 2, 3, 4]);
  assert.deepEqual(cost.getAreaConstraint("A"), [
    [0, 0, 10, 20],
    [1, 2, 3, 4],
  ]);
  assert.deepEqual(
    [cost.getAreaConstraint(5).length, cost.getAreaConstraint(7), cost.hasAreaConstraint()],
    [...[1, [], true]],
  );
  cost.setProjectName("p");
  cost.setBlockName("b");
  cost.setOverlapThreshold(2);
  assert.deepEqual([cost.getProjectName(), cost.getBlockName(), cost.getOverlapThreshold()], ["p", "b", 2]);
  for (const wrong of [
    () => cost.setCanvasSize(0, 1),
    () => cost.setPlacementGrid(0, 1),
    () => cost.setPlacementGrid(1.5, 1),
    () => cost.setCongestionGrid(1, 1025),
    () => cost.setRoutesPerMicron(0, 1),
    () => cost.setMacroRoutingAllocation(-1, 1),
    () => cost.setCongestionSmoothRange(-1),
    () => cost.setOverlapThreshold(Number.NaN),
  ])
    assert.throws(wrong, /was expected/);
  assert.deepEqual(cost.getCanvasWidthHeight(), [100, 100]);
});

test("saved placements come back, with the comments and six digits", async () => {
  const cost = await toy();
  cost.updateMacroOrientation("A", "FS");
  cost.fixNodeCoord("p0");
  cost.setCanvasBoundaryCheck(false);
  cost.updateNodeCoords("A", 1234567.8, -0.000012345);
  const file = join(makeFolder(), "saved.plc");
  await cost.savePlacement(file, "one\n\nnode_index x y orientation fixed");
  assert.equal(
    readFileSync(file, "utf8"),
    "# one\n# \n# node_index x y orientation fixed\n" +
      "0 0 50 - 1\n1 50 100 - 0\n2 1.23457e+06 -1.2345e-05 FS 0\n7 70 60 N 0\n10 80 80 N 0\n",
  );
  const other = await toy();
  other.setCanvasBoundaryCheck(false);
  other.restorePlacement(file);
  assert.deepEqual(other.getNodeLocation("A"), [1234570, -0.000012345]);
  assert.equal(other.isNodeFixed("p0"), true);
  assert.throws(() => other.restorePlacement(`${file}-not`), /no such file/);
  writeFileSync(file, "2 1 x N 0\n");
  assert.throws(() => other.restorePlacement(file), /saved\.plc:1: y is 'x'/);
  writeFileSync(file, "3 1 1 N 0\n");
  assert.throws(() => other.restorePlacement(file), /node index 3 is no port, macro or cell/);
  assert.deepEqual([0, 1, 100000, 999999.5, 123.4567, 1e-4, 9.99999e-5, -2.5, 1e22].map(sixDigits), [
    "0",
    "1",
    "100000",
    "1e+06",
    "123.457",
    "0.0001",
    "9.99999e-05",
    "-2.5",
    "1e+22",
  ]);
});

test("Tcl for three tools places the hard macros by their lower left corners", async () => {
  const cost = await toy();
  cost.updateMacroOrientation("A", "FN");
  const file = join(makeFolder(), "macros.tcl");
  for (const [tool, line] of [
    ["innovus", "placeInstance {A} 10 20 MY -fixed"],
    ["icc2", "set_cell_location -coordinates {10 20} -orientation MY -fixed {A}"],
    ["dct", "set_cell_location -coordinates {10 20} -orientation FN -fixed {A}"],
  ] as const) {
    await cost.savePlacementPnr(file, tool, "chip");
    assert.equal(readFileSync(file, "utf8"), `# Macro placement for ${tool}: chip\n${line}\n`);
  }
  await assert.rejects(cost.savePlacementPnr(file, "constructor", ""), /one of innovus, icc2, dct/);
});

test("a netlist in parts is one netlist, and an error names the part", async () => {
  const whole = writeNetlist();
  const [first, second, third] = [TOY.slice(0, 3), TOY.slice(3, 7), TOY.slice(7)].map((part) =>
    writeNetlist(part),
  );
  const parts = await PlacementCost.open(`${first},${second},${third}`);
  const one = await PlacementCost.open(whole);
  assert.equal(parts.numNodes(), one.numNodes());
  assert.equal(parts.getCost(), one.getCost());
  assert.equal(parts.getSourceFilename(), `${first},${second},${third}`);
  const bad = writeNetlist([
    ...TOY.slice(7),
    'node {\n  name: "q"\n  attr { key: "type" value { placeholder: "WHAT" } }\n}',
  ]);
  await assert.rejects(PlacementCost.open(`${first},${second},${bad}`), (error: Error) =>
    error.message.startsWith(bad),
  );
  const cut = writeNetlist(['node { name: "x"']);
  await assert.rejects(PlacementCost.open(`${cut},${second}`), (error: Error) =>
    error.message.startsWith(cut),
  );
  await assert.rejects(PlacementCost.open(`${second},${first}`), (error: Error) =>
    error.message.startsWith(second!),
  );
});
