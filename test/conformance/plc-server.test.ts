// The cost server against golden values: costs through the socket as `eval` gives them, masks and the legaliser's steps as
// the original binary takes them, forces as the placer of soft macros has them.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname } from "node:path";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { type ConformanceCase, conformanceCases } from "../../benchmarks/conformance.js";
import { createJudge } from "../../env/index.js";
import { evaluate } from "../../flow/index.js";
import {
  type Block,
  loadBlock,
  NodeKind,
  type Placement,
  placementFromPlc,
  readPlc,
} from "../../netlist/index.js";
import { ForceDirectedPlacer, releasedPhases } from "../../placer/index.js";
import { PlacementCost } from "../../plc/index.js";
import { PlcClient, Tuple } from "../support/plc-client.js";
import { readGolden, sharedPath, withoutShared } from "../support/shared-data.js";

after(() => PlcClient.endAll());

/** Sets what Circuit Training sets from a placement file's comments and its own configuration. */
function frameCalls({ canvas, grid, routing, smoothing }: Block): (readonly [string, ...unknown[]])[] {
  return [
    ["SetCanvasBoundaryCheck", false],
    ["SetCanvasSize", canvas.width, canvas.height],
    ["SetPlacementGrid", grid.columns, grid.rows],
    ["SetRoutesPerMicron", routing.horizontal, routing.vertical],
    ["SetMacroRoutingAllocation", routing.horizontalUsedByMacros, routing.verticalUsedByMacros],
    ["SetCongestionSmoothRange", smoothing],
  ];
}

test("every golden placement has through the socket what `eval` says, to the last digit", {
  skip: withoutShared,
}, async () => {
  const byNetlist = new Map<string, ConformanceCase[]>();
  for (const golden of conformanceCases()) {
    // Squares and places stay, so what begins without them has a server of its own.
    const { squareSoftMacros, placement } = golden.options;
    const key = `${golden.netlist} ${squareSoftMacros ? "square" : ""} ${placement === undefined ? "as loaded" : ""}`;
    byNetlist.set(key, [...(byNetlist.get(key) ?? []), golden]);
  }
  let compared = 0;
  for (const cases of byNetlist.values()) {
    const client = await PlcClient.start(sharedPath(cases[0]!.netlist));
    if (cases[0]!.options.squareSoftMacros) await client.call("MakeSoftMacrosSquare");
    for (const { name, netlist, options, leftOut } of cases) {
      const { score, block } = await evaluate(sharedPath(netlist), options, {
        allowMissing: leftOut.length > 0,
      });
      for (const call of frameCalls(block)) await client.call(...call);
      if (options.placement !== undefined) {
        await client.call("UnplaceAllNodes");
        await client.call("RestorePlacement", options.placement);
      }
      const costs = {
        wirelength: await client.call("GetWirelength"),
        wirelength_cost: await client.call("GetCost"),
        density_cost: await client.call("GetDensityCost"),
        congestion_cost: await client.call("GetCongestionCost"),
      };
      const { wirelength, wirelength_cost, density_cost, congestion_cost } = score;
      assert.deepEqual(costs, { wirelength, wirelength_cost, density_cost, congestion_cost }, name);
      compared++;
    }
    assert.equal(await client.end(), 0);
  }
  assert.equal(compared, 27 + 31 + 10);
});

interface MaskFile {
  readonly netlist: string;
  readonly places: string;
  readonly canvas: number;
  readonly masks: readonly {
    readonly placed: number;
    readonly node: string;
    readonly mask: readonly string[];
  }[];
  readonly tiles: { readonly netlist: string; readonly node: string };
}

async function openFor(block: Block, netlist: string): Promise<PlacementCost> {
  const cost = await PlacementCost.open(sharedPath(netlist));
  cost.setCanvasBoundaryCheck(false);
  cost.setCanvasSize(block.canvas.width, block.canvas.height);
  cost.setPlacementGrid(block.grid.columns, block.grid.rows);
  return cost;
}

test("masks with 0 to 132 macros placed, and the original binary's own", {
  skip: withoutShared,
}, async () => {
  const golden = readGolden<MaskFile>("masks.json");
  const places = sharedPath(golden.places);
  const block = await loadBlock(sharedPath(dirname(golden.netlist)), { placement: places });
  const cost = await openFor(block, golden.netlist);
  cost.restorePlacement(places);
  const macros = cost.getMacroIndices().filter((node) => !cost.isNodeSoftMacro(node));
  const spots = new Map(macros.map((node) => [node, cost.getNodeLocation(node)]));
  const area = (node: number) => cost.getNodeWidthHeight(node).reduce((product, side) => product * side);
  const order = [...macros].sort((a, b) => area(b) - area(a) || a - b);
  cost.unplaceAllNodes();
  for (const { placed, node, mask } of golden.masks) {
    for (const macro of order.slice(0, placed))
      if (!cost.isNodePlaced(macro)) cost.updateNodeCoords(macro, ...spots.get(macro)!);
    assert.equal(cost.getNodeName(order[placed]!), node);
    const { columns } = block.grid;
    const found = cost.getNodeMask(node);
    for (const [row, line] of mask.entries())
      assert.equal(
        found.subarray(row * columns, (row + 1) * columns).join(""),
        line,
        `${placed} placed, row ${row}`,
      );
  }
  const tiles = await PlacementCost.open(sharedPath(golden.tiles.netlist));
  tiles.setCanvasSize(1200, 1200);
  tiles.setPlacementGrid(20, 20);
  tiles.setOverlapThreshold(2);
  assert.deepEqual(
    Array.from(tiles.getNodeMask(golden.tiles.node)),
    Array.from({ length: 400 }, (_, cell) => (cell < 200 && cell % 20 < 10 ? 0 : 1)),
  );
});

interface LegalisationRecord {
  readonly id: string;
  readonly netlist: string;
  readonly start: string;
  readonly expected: string;
  readonly canvas_exact: readonly [number, number];
  readonly unplaced: number;
}

/** Cells by distance, then row, then column. */
function cellsAround(
  column: number,
  row: number,
  ...[columns, rows]: [columns: number, rows: number]
): number[] {
  const cells: number[] = [];
  for (let distance = 0; distance < columns + rows; distance++)
    for (let y = -distance; y <= distance; y++)
      for (const x of new Set([Math.abs(y) - distance, distance - Math.abs(y)])) {
        const [c, r] = [column + x, row + y];
        if (c >= 0 && c < columns && r >= 0 && r < rows) cells.push(r * columns + c);
      }
  return cells;
}

/** Circuit Training's legaliser as its Python runs it: asks for one cell after another, nearest first. */
function legalise(cost: PlacementCost): number {
  const [columns, rows] = cost.getGridNumColumnsRows();
  const macros = cost.getMacroIndices().filter((node) => !cost.isNodeFixed(node));
  const area = (node: number) => cost.getNodeWidthHeight(node).reduce((product, side) => product * side);
  const order = [...macros].sort((a, b) => area(b) - area(a) || a - b);
  const starts = new Map(order.map((node) => [node, cost.getGridCellOfNode(node)]));
  cost.unplaceAllNodes();
  for (const [done, node] of order.entries()) {
    const start = starts.get(node)!;
    const startColumn = ((start % columns) + columns) % columns;
    const startRow = Math.trunc(start / columns);
    const found = cellsAround(startColumn, startRow, columns, rows).find((cell) =>
      cost.canPlaceNode(node, cell),
    );
    if (found === undefined) return order.length - done;
    cost.placeNode(node, found);
  }
  return 0;
}

test("the legaliser's question, cell by cell, gets the original binary's answers on five blocks", {
  skip: withoutShared,
}, async () => {
  for (const record of readGolden<LegalisationRecord[]>("legalization.json")) {
    const [width, height] = record.canvas_exact;
    const block = await loadBlock(sharedPath(dirname(record.netlist)), {
      placement: sharedPath(record.start),
      overrides: { canvas: { width, height } },
    });
    const cost = await openFor(block, record.netlist);
    cost.restorePlacement(sharedPath(record.start));
    for (let node = 0; node < cost.numNodes(); node++)
      if (cost.getNodeType(node) === "PORT") cost.fixNodeCoord(node);
    assert.equal(legalise(cost), record.unplaced, record.id);
    const expected: Placement = placementFromPlc(block, await readPlc(sharedPath(record.expected)));
    block.nodeNames.forEach((name, node) => {
      if (block.fixed[node]) return;
      const column = Math.floor((expected.xs[node]! * block.grid.columns) / width);
      const row = Math.floor((expected.ys[node]! * block.grid.rows) / height);
      const cell = Number.isNaN(expected.xs[node]!) ? -1 : row * block.grid.columns + column;
      assert.equal(cost.getGridCellOfNode(name), cell, `${record.id}: ${name}`);
    });
  }
});

test("forces: one step of the original binary, and the released schedule as placer `fd` has it", {
  skip: withoutShared,
}, async () => {
  const { google } = readGolden<{
    google: readonly {
      readonly netlist: string;
      readonly start: string;
      readonly repel: number[];
      readonly expected: Readonly<Record<string, readonly [number, number]>>;
    }[];
  }>("fd.json");
  const record = google[0]!;
  const simple = await PlacementCost.open(sharedPath(record.netlist));
  simple.setCanvasBoundaryCheck(false);
  simple.setCanvasSize(500, 500);
  simple.setPlacementGrid(23, 28);
  simple.makeSoftMacrosSquare();
  const flags = { moveStdcells: true, moveMacros: false, logScaleConns: false, useSizes: false };
  simple.optimizeStdcells({
    ...flags,
    ...{ useCurrentLoc: true, ioFactor: 0, numSteps: [1], maxMoveDistance: [50] },
    ...{ attractFactor: [0], repelFactor: record.repel },
  });
  for (const [name, place] of Object.entries(record.expected))
    for (const [axis, value] of simple.getNodeLocation(name).entries())
      assert.ok(Math.abs(value - place[axis]!) < 1e-9, name);

  const folder = sharedPath("benchmarks/tilos/ariane133_ng45");
  const block = await loadBlock(folder, { placement: `${folder}/legalized.plc.gz` });
  const judge = createJudge(block);
  judge.evaluate(block.initial);
  new ForceDirectedPlacer(judge).placeSoftMacros();
  const cost = await openFor(block, "benchmarks/tilos/ariane133_ng45/netlist.pb.txt.gz");
  cost.restorePlacement(`${folder}/legalized.plc.gz`);
  cost.makeSoftMacrosSquare();
  const phases = releasedPhases(block.canvas);
  cost.optimizeStdcells({
    ...flags,
    ...{ useCurrentLoc: false, ioFactor: 1 },
    numSteps: phases.map(({ steps }) => steps),
    maxMoveDistance: phases.map(({ maxMove }) => maxMove),
    attractFactor: phases.map(({ attract }) => attract),
    repelFactor: phases.map(({ repel }) => repel),
  });
  let moved = 0;
  block.nodeNames.forEach((name, node) => {
    if (block.kinds[node] !== NodeKind.SoftMacro) return;
    assert.deepEqual(cost.getNodeLocation(name), [judge.placement.xs[node], judge.placement.ys[node]], name);
    moved++;
  });
  assert.ok(moved > 500);
});

test("areas are those that the original printed, and so is the share of congested cells", {
  skip: withoutShared,
}, async () => {
  const names = [
    "ariane133_ng45",
    "ariane133_sky130hd",
    "ariane136_asap7",
    "mempool_tile_ng45",
    "nvdla_sky130hd",
  ];
  for (const name of names) {
    const folder = sharedPath(`benchmarks/tilos/${name}`);
    const header = gunzipSync(readFileSync(`${folder}/legalized.plc.gz`)).toString();
    const area = Number(/^# Area \(stdcell\+macros\) : (.+)$/m.exec(header)![1]);
    const cost = await PlacementCost.open(`${folder}/netlist.pb.txt.gz`);
    assert.equal(cost.getArea(), area, name);
    if (name !== "ariane136_asap7") continue;
    const { canvas, grid } = await readPlc(`${folder}/legalized.plc.gz`);
    cost.setCanvasBoundaryCheck(false);
    cost.setCanvasSize(canvas!.width, canvas!.height);
    cost.setPlacementGrid(grid!.columns, grid!.rows);
    cost.restorePlacement(`${folder}/legalized.plc.gz`);
    const [share, excess] = cost.getCongestionCostThreshold(0.9);
    // Places in the file have six digits.
    assert.equal(share, 0.1984126984126984);
    assert.ok(Math.abs(excess - 0.04486818746350813) < 1e-7, `excess ${excess}`);
  }
});

test("defaults and tests' values of the original, asked for over the socket", {
  skip: withoutShared,
}, async () => {
  const netlist = sharedPath("benchmarks/circuit_training/macro_tiles_10x10/netlist.pb.txt.gz");
  const client = await PlcClient.start(netlist);
  const near = async (call: string, value: number) =>
    assert.ok(Math.abs(((await client.call(call)) as number) / value - 1) < 1e-12, call);
  await near("GetCost", 0.007745966692414834);
  await near("GetDensityCost", 0.3570806661517036);
  await near("GetCongestionCost", 1.124405186246434);
  assert.equal(await client.text("GetWirelength"), "5400.0");
  assert.equal(await client.text("GetArea"), "250000.0");
  assert.deepEqual(await client.call("GetGridNumColumnsRows"), new Tuple(10, 10));
  assert.deepEqual(await client.call("GetCongestionGridNumColumnsRows"), new Tuple(10, 10));
  assert.deepEqual(await client.call("GetRoutesPerMicron"), new Tuple(57.031, 56.818));
  assert.deepEqual(await client.call("GetMacroRoutingAllocation"), new Tuple(39.583, 30.303));
  assert.deepEqual(await client.call("GetCongestionSmoothRange"), 0);
  await client.call("SetCanvasSize", 1200, 1200);
  assert.equal(await client.text("GetCanvasWidthHeight"), '{"__tuple__":true,"items":[1200.0,1200.0]}');
  await client.call("AddFakeNet", 0.1, [1, 2]);
  assert.equal(await client.call("GetFakeNetCost"), 0.03472222328186035);
  assert.equal(await client.text("GetFakeNets"), '[{"__tuple__":true,"items":[0.1,[1,2]]}]');
  const adjacency = (await client.call("GetMacroAdjacency")) as number[];
  assert.equal(adjacency.length, 1e4);
  adjacency.forEach((weight, i) => {
    const [a, b] = [Math.floor(i / 100), i % 100];
    const steps = Math.abs(Math.floor(a / 10) - Math.floor(b / 10)) + Math.abs((a % 10) - (b % 10));
    assert.equal(weight, steps === 1 ? 3 : 0, `${a} and ${b}`);
  });
  assert.deepEqual(await client.call("GetMacroAndClusteredPortAdjacency"), new Tuple(adjacency, []));
  assert.equal(await client.end(), 0);
});
