// `optimizeStdcells`: which nodes move, and the forces on hard macros, whose pins are not at their centres.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type ForceSchedule, PlacementCost } from "../../../plc/index.js";
import { writeNetlist } from "../../support/toy-netlist.js";

const ONE_STEP: ForceSchedule = {
  useCurrentLoc: true,
  moveStdcells: true,
  moveMacros: true,
  ioFactor: 2,
  numSteps: [1],
  maxMoveDistance: [5],
  attractFactor: [1],
  repelFactor: [0],
};

async function openToy(): Promise<PlacementCost> {
  const cost = await PlacementCost.open(writeNetlist());
  cost.setCanvasBoundaryCheck(false);
  cost.setCanvasSize(200, 200);
  cost.makeSoftMacrosSquare();
  cost.updateNodeCoords("A", 60, 60);
  cost.updateMacroOrientation("A", "FW");
  cost.updateNodeCoords("B", 130, 40);
  cost.updateNodeCoords("s1", 150, 160);
  return cost;
}

/** Forces of one step of attraction by plain loops over nets and pins, by the index of the node that feels them. */
function attraction(cost: PlacementCost, ioFactor: number): Map<number, [number, number]> {
  const forces = new Map<number, [number, number]>();
  const owner = (file: number) => (cost.getRefNodeId(file) < 0 ? file : cost.getRefNodeId(file));
  const add = (file: number, x: number, y: number) => {
    const [sumX, sumY] = forces.get(owner(file)) ?? [0, 0];
    forces.set(owner(file), [sumX + x, sumY + y]);
  };
  for (let driver = 0; driver < cost.numNodes(); driver++) {
    if (cost.getMacroIndices().includes(driver)) continue;
    for (const sink of cost.getFanOutsOfNode(driver)) {
      const isPort = [driver, sink].some((file) => cost.getNodeType(file) === "PORT");
      const weight = cost.getNodeWeight(driver) * (isPort ? ioFactor : 1);
      const [fromX, fromY] = cost.getNodeLocation(driver);
      const [toX, toY] = cost.getNodeLocation(sink);
      add(driver, weight * (toX - fromX), weight * (toY - fromY));
      add(sink, weight * (fromX - toX), weight * (fromY - toY));
    }
  }
  return forces;
}

test("a step pulls hard macros at their pins, as turned, and soft macros at their centres", async () => {
  const cost = await openToy();
  const moving = [2, 5, 7, 10, 11];
  const forces = attraction(cost, 2);
  const largest = [0, 1].map((axis) => Math.max(...moving.map((node) => Math.abs(forces.get(node)![axis]!))));
  const expected = moving.map((node) =>
    cost.getNodeLocation(node).map((place, axis) => place + (5 * forces.get(node)![axis]!) / largest[axis]!),
  );
  cost.optimizeStdcells(ONE_STEP);
  for (const [i, node] of moving.entries())
    for (const [axis, place] of cost.getNodeLocation(node).entries())
      assert.ok(Math.abs(place - expected[i]![axis]!) < 1e-12, `${cost.getNodeName(node)} ${axis}`);
  assert.deepEqual(cost.getNodeLocation("p0"), [0, 50], "ports stay");
});

test("who moves: by the two switches, and never what is fixed", async () => {
  for (const [moveStdcells, moveMacros, expected] of [
    [true, false, ["Grp_0", "s0", "s1"]],
    [false, true, ["A"]],
    [false, false, []],
    [true, true, ["A", "Grp_0", "s0", "s1"]],
  ] as const) {
    const cost = await openToy();
    cost.fixNodeCoord("B");
    const names = ["p0", "p1", "A", "B", "Grp_0", "s0", "s1"];
    const before = names.map((name) => cost.getNodeLocation(name).join());
    cost.optimizeStdcells({ ...ONE_STEP, moveStdcells, moveMacros });
    const moved = names.filter((name, i) => cost.getNodeLocation(name).join() !== before[i]);
    assert.deepEqual(moved, expected);
  }
});

test("unplaced nodes: what may move is placed afterwards, what may not is left out", async () => {
  const cost = await openToy();
  cost.unplaceAllNodes();
  cost.optimizeStdcells({ ...ONE_STEP, useCurrentLoc: false, moveMacros: false, repelFactor: [10] });
  assert.deepEqual(
    ["p0", "A", "Grp_0", "s1"].map((name) => cost.isNodePlaced(name)),
    [false, false, true, true],
  );
  for (const name of ["Grp_0", "s0"])
    for (const place of cost.getNodeLocation(name))
      assert.ok(Math.abs(place - 100) <= 5, `${name} at ${place}`);
  cost.updateNodeCoords("A", 60, 60);
  cost.optimizeStdcells({ ...ONE_STEP, moveMacros: false });
  assert.ok(
    Number.isFinite(cost.getNodeLocation("Grp_0")[0]),
    "a macro that is placed in between counts from then on",
  );
});

test("the same call after other moves gives what a fresh object gives", async () => {
  const [cost, fresh] = [await openToy(), await openToy()];
  cost.optimizeStdcells({ ...ONE_STEP, moveMacros: false });
  for (const one of [cost, fresh]) {
    one.updateNodeCoords("A", 90, 150);
    one.updateMacroOrientation("A", "S");
    for (const [name, x, y] of [
      ["Grp_0", 50, 60],
      ["s0", 10, 20],
      ["s1", 30, 20],
    ] as const)
      one.updateNodeCoords(name, x, y);
    one.optimizeStdcells({ ...ONE_STEP, moveMacros: false });
  }
  for (const name of ["Grp_0", "s0", "s1"])
    assert.deepEqual(cost.getNodeLocation(name), fresh.getNodeLocation(name), name);
});

test("forces beyond all numbers are an error, and nothing has moved", async () => {
  const cost = await openToy();
  const before = cost.getNodeLocation("Grp_0");
  const huge = { ...ONE_STEP, attractFactor: [1e308], repelFactor: [1e308], maxMoveDistance: [1e308] };
  assert.throws(() => cost.optimizeStdcells(huge), /the forces are too large to be computed/);
  assert.deepEqual(cost.getNodeLocation("Grp_0"), before);
  assert.throws(
    () => cost.optimizeStdcells({ ...ONE_STEP, numSteps: [1, 1] }),
    /lists of 2, 1, 1, 1 entries/,
  );
  assert.throws(() => cost.optimizeStdcells({ ...ONE_STEP, ioFactor: -1 }), /-1 was found/);
});
