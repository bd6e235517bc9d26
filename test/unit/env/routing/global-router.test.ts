// The global router: cases by hand, the best routing of small cases, and what must hold for every routing.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  averageCongestion,
  cellOf,
  type GlobalRouting,
  overflowOf,
  type PlacedNets,
  placedNetsOf,
  type RoutingGrid,
  routeGlobally,
  routeInRounds,
  routeNets,
  routingGridOf,
} from "../../../../env/index.js";
import { KernelRecord, Kernels } from "../../../../kernels/index.js";
import { assumedSupply, Random, type RoutingSupply } from "../../../../netlist/index.js";
import { placeCellsGlobally } from "../../../../placer/index.js";
import { flatBlock } from "../../../support/flat-block.js";
import { bestRouting, cheapestWay } from "../../../twins/routing-twin.js";

const LAYERS = [
  { name: "pins", isHorizontal: true, tracks: 1 },
  { name: "across", isHorizontal: true, tracks: 1 },
  { name: "up", isHorizontal: false, tracks: 1 },
] as const;

/** Cells of 1 µm with one layer of each direction; edge e of the list across, then up. */
function gridOf(columns: number, rows: number, capacityOf: (edge: number) => number): RoutingGrid {
  const cells = columns * rows;
  const across = Float64Array.from({ length: cells }, (_, cell) =>
    cell % columns < columns - 1 ? capacityOf(cell) : 0,
  );
  const up = Float64Array.from({ length: cells }, (_, cell) =>
    cell < cells - columns ? capacityOf(cells + cell) : 0,
  );
  const capacities = [new Float64Array(cells), across, up];
  return { columns, rows, cellWidth: 1, cellHeight: 1, layers: LAYERS, capacities };
}

/** Nets with pins in the middles of cells. */
function netsOf(grid: RoutingGrid, cells: readonly (readonly number[])[]): PlacedNets {
  const starts = new Int32Array(cells.length + 1);
  for (const [i, net] of cells.entries()) starts[i + 1] = starts[i]! + net.length;
  const places = cells.flat();
  return {
    starts,
    xs: Float64Array.from(places, (cell) => (cell % grid.columns) + 0.5),
    ys: Float64Array.from(places, (cell) => Math.floor(cell / grid.columns) + 0.5),
  };
}

/** Usage is the sum over nets and over layers, and every net's edges join the cells of its pins. */
function checkConservation(pins: PlacedNets, routing: GlobalRouting): void {
  const { grid, nets, usage } = routing;
  const cells = grid.columns * grid.rows;
  const counted = new Int32Array(2 * cells);
  for (let net = 0; net + 1 < nets.starts.length; net++) {
    const edges = nets.edges.subarray(nets.starts[net]!, nets.starts[net + 1]!);
    assert.equal(new Set(edges).size, edges.length, "an edge counts once a net");
    const parents = new Map<number, number>();
    const rootOf = (cell: number): number => {
      const parent = parents.get(cell) ?? cell;
      return parent === cell ? cell : rootOf(parent);
    };
    for (const edge of edges) {
      counted[edge]!++;
      const cell = edge < cells ? edge : edge - cells;
      const next = edge < cells ? cell + 1 : cell + grid.columns;
      assert.ok(edge < cells ? next % grid.columns > 0 : next < cells, "no edge leaves the grid");
      parents.set(rootOf(cell), rootOf(next));
    }
    const roots = new Set<number>();
    for (let pin = pins.starts[net]!; pin < pins.starts[net + 1]!; pin++)
      roots.add(rootOf(cellOf(grid, pins.xs[pin]!, pins.ys[pin]!)));
    assert.ok(roots.size <= 1, `net ${net} is in ${roots.size} parts`);
  }
  assert.deepEqual(counted, usage);
  assert.equal(routing.overflow, overflowOf(usage, routing.capacities));
  assert.ok(routing.wirelength >= routing.treeLength);
}

test("by hand: a straight net, and two that share a corridor of one track", () => {
  const wide = gridOf(3, 2, () => 1);
  const straight = routeNets(wide, netsOf(wide, [[0, 2]]));
  assert.deepEqual([...straight.nets.edges], [0, 1]);
  assert.deepEqual(
    [straight.wirelength, straight.treeLength, straight.overflow, straight.overflowingEdges],
    [2, 2, 0, 0],
  );
  // Two pins, each a via to the layer above its own.
  assert.equal(straight.vias, 2);
  // Of two nets along the lower row one goes round by the upper: 2 + 4 edges.
  const pins = netsOf(wide, [
    [0, 2],
    [0, 2],
  ]);
  const round = routeNets(wide, pins);
  assert.deepEqual([round.wirelength, round.treeLength, round.overflow], [6, 4, 0]);
  checkConservation(pins, round);
  // One row has room for one of them only: two edges hold one wire too many.
  const narrow = gridOf(3, 1, () => 1);
  const full = routeNets(
    narrow,
    netsOf(narrow, [
      [0, 2],
      [0, 2],
    ]),
  );
  assert.deepEqual([full.overflow, full.overflowingEdges, full.ace[0]], [2, 2, 2]);
  assert.equal(full.layers[1]!.overflow, 2);
});

test("by hand: a wall with a gate, and an L by the emptier corner", () => {
  // 3 x 3 cells; no way from the left column to the middle one but in the top row.
  const wall = gridOf(3, 3, (edge) => (edge === 0 || edge === 3 ? 0 : 4));
  const pins = netsOf(wall, [[0, 1]]);
  const gate = routeNets(wall, pins);
  assert.deepEqual([gate.overflow, gate.wirelength, gate.treeLength], [0, 5, 1]);
  checkConservation(pins, gate);
  const cells = 4;
  const corner = gridOf(2, 2, (edge) => (edge === 0 ? 1 : 4));
  const both = netsOf(corner, [
    [0, 1],
    [0, 3],
  ]);
  const routed = routeNets(corner, both);
  assert.deepEqual([...routed.nets.edges], [0, 2, cells + 0]);
  // The second net: up, then right: one turn, and a via at each pin.
  assert.equal(routed.vias, 2 + 2 + 1 + 1);
});

test("small cases reach the least overflow of all routings, nearly always at the least length", () => {
  let longer = 0;
  let more = 0;
  const cases = 60;
  for (let seed = 0; seed < cases; seed++) {
    const random = Random.stream(seed, "small routings");
    const [columns, rows] = [3 + random.below(2), 3];
    const full = Array.from({ length: 2 * columns * rows }, () => random.below(3));
    const grid = gridOf(columns, rows, (edge) => full[edge]!);
    const ends = Array.from({ length: 4 }, () => [
      random.below(columns * rows),
      random.below(columns * rows),
    ]);
    const nets = ends.filter(([a, b]) => a !== b);
    const pins = netsOf(grid, nets);
    const routing = routeNets(grid, pins);
    checkConservation(pins, routing);
    const capacities = [...grid.capacities[1]!, ...grid.capacities[2]!];
    const best = bestRouting(
      grid,
      capacities,
      nets.map(([from, to]) => ({ from: from!, to: to!, slack: 6 })),
    );
    assert.ok(routing.overflow >= best.overflow, `seed ${seed}: ${routing.overflow} < ${best.overflow}`);
    assert.ok(routing.overflow <= best.overflow + 1, `seed ${seed}: ${routing.overflow} > ${best.overflow}`);
    if (routing.overflow > best.overflow) more++;
    else if (routing.wirelength > best.length) longer++;
  }
  assert.ok(more <= cases / 10 && longer <= cases / 5, `${more} overflow more, ${longer} are longer`);
});

test("the maze finds the cheapest way: as Dijkstra's algorithm", () => {
  for (let seed = 0; seed < 40; seed++) {
    const random = Random.stream(seed, "mazes");
    const [columns, rows] = [2 + random.below(9), 2 + random.below(7)];
    const cells = columns * rows;
    const [from, to] = [random.below(cells), random.below(cells)];
    if (from === to) continue;
    const kernels = Kernels.create();
    const integers = (values: readonly number[]) => kernels.copyOf(Int32Array.from(values));
    const edges = Array.from({ length: 2 * cells }, (_, edge) => edge);
    const usage = edges.map(() => random.below(4));
    const capacities = edges.map(() => random.below(4) + 0.5);
    const history = edges.map(() => 1 + random.below(3) / 2);
    const margin = random.below(4);
    // The branch has a way of one edge, which is above its capacity, so that it is laid anew.
    usage[0] = 9;
    const pathStarts = kernels.i32(1);
    const pathCounts = kernels.i32(1).fill(1);
    const pool = kernels.i32(4 * cells);
    const list = kernels.i32(1);
    const [stepX, stepY, bend, pressure] = [1, 0.75, 0.5, 2];
    const state = new KernelRecord(kernels, "RouterState");
    const scratch = (bytes: number) => kernels.u8(bytes * 2 * cells).byteOffset;
    const usageAt = integers(usage);
    state.set({
      ...{ columns, rows, stepX, stepY, bend, pressure, margin },
      capacities: kernels.copyOf(Float64Array.from(capacities)),
      usage: usageAt,
      history: kernels.copyOf(Float64Array.from(history)),
      ownUses: scratch(4),
      netBranches: integers([0, 1]),
      branchFroms: integers([from]),
      branchTos: integers([to]),
      pathStarts: pathStarts.byteOffset,
      pathCounts: pathCounts.byteOffset,
      pool: pool.byteOffset,
      poolSize: pool.length,
      poolUsed: 1,
      ...{ costs: scratch(8), moves: scratch(4), stamps: scratch(4), path: scratch(4) },
      ...{ heapKeys: scratch(8), heapStates: scratch(4), heapPlaces: scratch(4) },
    });
    assert.equal(kernels.run.rerouteNets(state.address, list.byteOffset, 1), 1);
    const way = [...pool.subarray(pathStarts[0]!, pathStarts[0]! + pathCounts[0]!)];
    usage[0]!--;
    const costs = edges.map((edge) => {
      const over = Math.max(0, usage[edge]! + 1 - capacities[edge]!);
      return (edge < cells ? stepX : stepY) * history[edge]! * (1 + pressure * over);
    });
    const isUp = way.map((edge) => edge >= cells);
    const turns = isUp.filter((up, i) => i > 0 && up !== isUp[i - 1]).length;
    const cost = way.reduce((sum, edge) => sum + costs[edge]!, 0) + turns * bend;
    const least = cheapestWay({ columns, rows, costs, bend }, { from, to, margin });
    assert.ok(Math.abs(cost - least) < 1e-9, `seed ${seed}: ${cost}, ${least}`);
    for (const edge of way) usage[edge]!++;
    const after = new Int32Array(kernels.handle.memory.buffer, usageAt, 2 * cells);
    assert.deepEqual([...after], usage);
  }
});

/** A block with its cells spread, and a supply that is scarce enough for rounds. */
function scarceCase(): { block: ReturnType<typeof flatBlock>; supply: RoutingSupply } {
  const block = flatBlock({ cells: 400, macros: [[10, 10]] });
  return { block, supply: { ...assumedSupply(block), usable: 0.15 } };
}

test("of a placed block: wires are conserved on edges and layers, and the same bytes come again", () => {
  const { block, supply } = scarceCase();
  const { placement } = placeCellsGlobally(block, block.initial);
  const route = (rounds?: number) =>
    routeGlobally(block, placement, supply, rounds === undefined ? {} : { rounds });
  const routing = route();
  checkConservation(placedNetsOf(block, placement), routing);
  const patterns = route(0);
  assert.deepEqual([patterns.rounds.length, patterns.rounds[0]!.round], [1, 0]);
  assert.ok(patterns.overflow > 0 && routing.overflow < patterns.overflow, `${patterns.overflow}`);
  assert.equal(routing.overflow, Math.min(...routing.rounds.map(({ overflow }) => overflow)));
  assert.equal(routing.layers[0]!.usage, 0);
  for (const { overflow, usage } of routing.layers) assert.ok(overflow >= 0 && usage >= 0);
  const layered = routing.layers.reduce((sum, { overflow }) => sum + overflow, 0);
  assert.equal(layered, routing.overflow, "a wire finds a layer with room if there is one");
  const ace = [...routing.ace];
  assert.deepEqual(
    ace,
    [...ace].sort((a, b) => b - a),
    "worse edges are fuller",
  );
  const again = route();
  assert.deepEqual(again, routing);
});

test("in rounds: the same routing, other work gets its turn after each, and a signal ends it with the round at hand", async () => {
  const { block, supply } = scarceCase();
  const { placement } = placeCellsGlobally(block, block.initial);
  let turns = 0;
  const turn = () => {
    turns++;
    timer = setImmediate(turn);
  };
  let timer = setImmediate(turn);
  const whole = await routeInRounds(block, placement, supply);
  clearImmediate(timer);
  assert.deepEqual(whole, routeGlobally(block, placement, supply));
  assert.ok(
    whole.rounds.length > 3 && turns >= whole.rounds.length - 1,
    `${turns} of ${whole.rounds.length}`,
  );
  const stop = new AbortController();
  const onRound = ({ round }: { readonly round: number }) => void (round === 1 && stop.abort());
  const short = await routeInRounds(block, placement, supply, { onRound, signal: stop.signal });
  assert.deepEqual(short.rounds, whole.rounds.slice(0, 2));
});

test("nets within a cell take room, but no edge", () => {
  const grid = gridOf(2, 1, () => 5);
  const places = Array.from({ length: 5 }, () => [0.1, 0.9]).flat();
  const inside = {
    starts: Int32Array.of(0, 2, 4, 6, 8, 10),
    xs: Float64Array.from(places),
    ys: new Float64Array(10).fill(0.5),
  };
  // Five wires of 0.8 of a cell: half of that on either side, which is 2 of 5 tracks.
  const { usage, capacities, wirelength, vias } = routeNets(grid, inside);
  assert.deepEqual([usage[0], capacities[0], vias], [0, 3, 10]);
  assert.ok(Math.abs(wirelength - 4) < 1e-12);
});

test("macros block the layers that they obstruct, and those above stay open", () => {
  const block = flatBlock({ cells: 10, macros: [[15, 6]] }); // 20 x 15 µm on 50 x 40
  const supply: RoutingSupply = {
    ...assumedSupply(block),
    cellWidth: 5,
    cellHeight: 5,
    usable: 1,
    blockages: [{ rectangle: { left: 0, bottom: 35, right: 5, top: 40 }, layer: 4, share: 0.5 }],
  };
  const { columns, rows, capacities } = routingGridOf(block, block.initial, supply);
  assert.deepEqual([columns, rows], [10, 8]);
  const at = (layer: number, column: number, row: number) => capacities[layer]![row * columns + column]!;
  // Row height 2, pitch 0.2: 25 tracks a cell; the upper two layers have 12.5.
  assert.deepEqual([at(0, 5, 0), at(2, 0, 0), at(4, 0, 0)], [0, 25, 12.5]);
  // Cell row 1 is covered from 6 to 10 µm of 5 to 10 µm: a fifth of the tracks is left; rows 2 and 3 are full.
  assert.deepEqual(
    [at(2, 4, 1), at(2, 4, 2), at(4, 4, 2)].map((x) => Number(x.toFixed(9))),
    [5, 0, 12.5],
  );
  // A wire from centre 2 at 12.5 to centre 3 at 17.5 meets the macro at 15, one from 7.5 to 12.5 does not.
  assert.deepEqual([at(2, 2, 2), at(2, 1, 2)], [0, 25]);
  assert.deepEqual([at(2, columns - 1, 2), at(1, 0, rows - 1)], [0, 0]);
  assert.equal(at(4, 0, 7), 6.25);
});

test("ACE is the mean of the worst edges with room for a wire", () => {
  const usage = [1, 2, 3, 4, 9];
  const capacities = [2, 2, 2, 2, 0.5];
  assert.equal(averageCongestion(usage, capacities, 25), 2);
  assert.equal(averageCongestion(usage, capacities, 50), 1.75);
  assert.equal(averageCongestion(usage, capacities, 0.5), 2);
  assert.equal(averageCongestion([], [], 5), 0);
});
