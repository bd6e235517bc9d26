// The global router: where the wires of a placed netlist would go, and where there is no room for them. Trees, patterns,
// then rounds of rip-up and re-route in which edges that stay too full become dearer (PathFinder). The same input gives
// the same bytes; one thread. Kernels: kernels/assembly/routing/.
import { KernelRecord, Kernels } from "../../kernels/index.js";
import type { Block, Placement, RoutingSupply } from "../../netlist/index.js";
import { ACE_SHARES, averageOfWorst, overflowOf, sortedCongestion } from "./congestion.js";
import { assignLayers, type NetEdges } from "./layer-assignment.js";
import { type RoutingGrid, routingGridOf } from "./routing-grid.js";
import {
  cellOf,
  localDemand,
  type PlacedNets,
  placedNetsOf,
  type SteinerTrees,
  steinerTrees,
} from "./routing-nets.js";

export interface RouterOptions {
  /** Most rounds of rip-up and re-route; 0 keeps the patterns. Default: 20. */
  readonly rounds?: number;
  readonly onRound?: (round: RoutingRound) => void;
  /** Asks to end with the round at hand; for `routeInRounds`. */
  readonly signal?: AbortSignal | undefined;
}

/** What a round left; round 0 lays the patterns. */
export interface RoutingRound {
  readonly round: number;
  /** Wires above capacity, in all edges together. */
  readonly overflow: number;
  /** Nets that use an edge above its capacity. */
  readonly nets: number;
}

export interface RoutedLayer {
  readonly name: string;
  readonly isHorizontal: boolean;
  /** Wires above capacity, in all edges of the layer together. */
  readonly overflow: number;
  /** Wires over capacity, of all edges together. */
  readonly usage: number;
}

/** A global routing. Lengths are µm; weights of nets do not count. */
export interface GlobalRouting {
  readonly grid: RoutingGrid;
  /** Length of all trees with exact places of pins, and of the wires: that, and what routes add to it. */
  readonly treeLength: number;
  readonly wirelength: number;
  readonly vias: number;
  /** Wires above capacity in all edges together, directions summed over their layers; and the number of such edges. */
  readonly overflow: number;
  readonly overflowingEdges: number;
  readonly layers: readonly RoutedLayer[];
  /** Mean of wires over capacity in the worst per cents of the edges, one for each of `ACE_SHARES`. */
  readonly ace: readonly number[];
  readonly rounds: readonly RoutingRound[];
  /** Edges of nets. Edge e of fewer than columns * rows goes from cell e to the right, edge columns * rows + c up from cell c. */
  readonly nets: NetEdges;
  /** Per edge: wires, and how many fit. */
  readonly usage: Int32Array;
  readonly capacities: Float64Array;
}

/** Rounds after which the search ends if the least overflow has not fallen by this share. */
const PATIENCE = 5;
const LEAST_GAIN = 0.1;
/** Places that the searches may look at before it ends, a net in the mean; only netlists that do not fit need more. */
const MOST_EXPANDED = 4000;
/** Cost of a turn in lengths of a cell's longer side. */
const BEND = 0.5;
/** How much a pattern avoids edges that are nearly full. */
const FULLNESS = 1;
/** Pressure of the patterns and of the first round, its growth from round to round, and its limit. */
const PRESSURE = { patterns: 2, first: 2, growth: 1.3, most: 100 } as const;
/** What a round adds to the history of an edge for each wire above capacity, up to `most` of them. */
const HISTORY = { gain: 0.25, most: 2 } as const;
/** Cells that a maze search may leave the box of its branch: in the first round, and more in each round; at most. */
const MARGIN = { first: 4, growth: 2, most: 24 } as const;

/**
 * Routes the nets of `block` as `placement` has its nodes, on the tracks of `supply`. Pins without a place are left out,
 * and those outside the canvas count at its edge.
 */
export function routeGlobally(
  block: Block,
  placement: Placement,
  supply: RoutingSupply,
  options: RouterOptions = {},
): GlobalRouting {
  const grid = routingGridOf(block, placement, supply);
  const pins = placedNetsOf(block, placement);
  return routeNets(grid, pins, options);
}

/** The same routing, but after every round other work of this thread gets its turn, such as handlers of signals. */
export async function routeInRounds(
  block: Block,
  placement: Placement,
  supply: RoutingSupply,
  options: RouterOptions = {},
): Promise<GlobalRouting> {
  const steps = routingSteps(
    routingGridOf(block, placement, supply),
    placedNetsOf(block, placement),
    options,
  );
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** `routeGlobally` for nets and a grid that are given. */
export function routeNets(grid: RoutingGrid, pins: PlacedNets, options: RouterOptions = {}): GlobalRouting {
  const steps = routingSteps(grid, pins, options);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** Stops after every round. */
function* routingSteps(
  grid: RoutingGrid,
  pins: PlacedNets,
  options: RouterOptions,
): Generator<void, GlobalRouting> {
  const trees = steinerTrees(pins);
  const routes = new Routes(reduced(grid, localDemand(pins, grid)), trees);
  const { rounds, nets } = yield* negotiate(routes, options);
  const { usage, capacities } = routes;
  const pinCells = Int32Array.from(pins.xs, (x, pin) => cellOf(grid, x, pins.ys[pin]!));
  const assigned = assignLayers(routes.grid, nets, { starts: pins.starts, cells: pinCells });
  const treeLength = trees.lengths.reduce((sum, length) => sum + length, 0);
  const sorted = sortedCongestion(usage, capacities);
  let overflowingEdges = 0;
  for (let edge = 0; edge < usage.length; edge++) if (usage[edge]! > capacities[edge]!) overflowingEdges++;
  return {
    grid: routes.grid,
    treeLength,
    wirelength: treeLength + detours(routes, nets),
    vias: assigned.vias,
    overflow: overflowOf(usage, capacities),
    overflowingEdges,
    layers: grid.layers.map(({ name, isHorizontal }, layer) => {
      const [wires, room] = [assigned.usage[layer]!, routes.grid.capacities[layer]!];
      const sum = (values: ArrayLike<number>) =>
        Array.from(values).reduce((total, value) => total + value, 0);
      const fits = sum(room);
      return {
        name,
        isHorizontal,
        overflow: overflowOf(wires, room),
        usage: fits > 0 ? sum(wires) / fits : 0,
      };
    }),
    ace: ACE_SHARES.map((share) => averageOfWorst(sorted, share)),
    rounds,
    nets,
    usage: usage.slice(),
    capacities: capacities.slice(),
  };
}

/** The grid without what local wires take, from the lowest layers first, and with whole numbers of wires. */
function reduced(
  grid: RoutingGrid,
  local: { readonly across: Float64Array; readonly up: Float64Array },
): RoutingGrid {
  const rest = { across: local.across.slice(), up: local.up.slice() };
  const capacities = grid.capacities.map((values, layer) => {
    const left = grid.layers[layer]!.isHorizontal ? rest.across : rest.up;
    return values.map((value, cell) => {
      const taken = Math.min(value, left[cell]!);
      left[cell]! -= taken;
      return Math.round(value - taken);
    });
  });
  return { ...grid, capacities };
}

/** What wires add to the trees, µm: per net, the length of its edges beyond the distances of its branches' ends. */
function detours({ grid, spans }: Routes, { starts, edges }: NetEdges): number {
  const cells = grid.columns * grid.rows;
  let sum = 0;
  for (let net = 0; net < spans.length; net++) {
    let length = 0;
    for (let i = starts[net]!; i < starts[net + 1]!; i++)
      length += edges[i]! < cells ? grid.cellWidth : grid.cellHeight;
    sum += Math.max(0, length - spans[net]!);
  }
  return sum;
}

/** Patterns, then rounds until nothing overflows or no round helps. Keeps the round with the least overflow. */
function* negotiate(
  routes: Routes,
  options: RouterOptions,
): Generator<void, { rounds: RoutingRound[]; nets: NetEdges }> {
  const rounds: RoutingRound[] = [];
  const { usage, capacities, history } = routes;
  let pressure: number = PRESSURE.first;
  let best = { overflow: Number.POSITIVE_INFINITY, nets: undefined as NetEdges | undefined, round: 0 };
  let goal = Number.POSITIVE_INFINITY; // less is a gain
  let gainedAt = 0;
  routes.layPatterns();
  for (let round = 0; ; round++) {
    const overflow = overflowOf(usage, capacities);
    const overflowing = routes.findOverflowing();
    rounds.push({ round, overflow, nets: overflowing.length });
    options.onRound?.(rounds.at(-1)!);
    if (overflow < best.overflow) best = { overflow, nets: routes.netEdges(), round };
    if (overflow < goal) {
      goal = overflow * (1 - LEAST_GAIN);
      gainedAt = round;
    }
    if (overflowing.length === 0 || round >= (options.rounds ?? 20) || round - gainedAt >= PATIENCE) break;
    if (routes.expanded > MOST_EXPANDED * routes.spans.length) break;
    yield;
    if (options.signal?.aborted) break;
    for (let edge = 0; edge < usage.length; edge++) {
      const over = usage[edge]! - capacities[edge]!;
      if (over > 0) history[edge]! += HISTORY.gain * Math.min(over, HISTORY.most);
    }
    routes.reroute(overflowing, {
      pressure,
      margin: Math.min(MARGIN.most, MARGIN.first + MARGIN.growth * round),
    });
    pressure = Math.min(PRESSURE.most, pressure * PRESSURE.growth);
  }
  if (best.round !== rounds.at(-1)!.round) routes.setUsage(best.nets!);
  return { rounds, nets: best.nets! };
}

/** Nets on the grid in kernel memory, with their paths. */
class Routes {
  readonly grid: RoutingGrid;
  /** Per edge. */
  readonly usage: Int32Array;
  readonly capacities: Float64Array;
  readonly history: Float64Array;
  /** Per net, the distances of its branches' ends on the grid, µm. */
  readonly spans: Float64Array;
  private readonly kernels = Kernels.create();
  private readonly state: KernelRecord<"RouterState">;
  private readonly starts: Int32Array;
  private readonly pathStarts: Int32Array;
  private readonly pathCounts: Int32Array;
  private readonly list: Int32Array;
  private readonly marks: Uint8Array;
  private pool: Int32Array;
  private spare: Int32Array;

  constructor(grid: RoutingGrid, trees: SteinerTrees) {
    this.grid = grid;
    const { kernels } = this;
    const { columns, rows, cellWidth, cellHeight } = grid;
    const cells = columns * rows;
    const branches = trees.fromXs.length;
    const netCount = trees.starts.length - 1;
    const froms = kernels.i32(branches);
    const tos = kernels.i32(branches);
    this.spans = new Float64Array(netCount);
    let edges = 0;
    for (let net = 0; net < netCount; net++)
      for (let branch = trees.starts[net]!; branch < trees.starts[net + 1]!; branch++) {
        froms[branch] = cellOf(grid, trees.fromXs[branch]!, trees.fromYs[branch]!);
        tos[branch] = cellOf(grid, trees.toXs[branch]!, trees.toYs[branch]!);
        const [from, to] = [froms[branch]!, tos[branch]!];
        const across = Math.abs((from % columns) - (to % columns));
        const up = Math.abs(Math.floor(from / columns) - Math.floor(to / columns));
        this.spans[net]! += across * cellWidth + up * cellHeight;
        edges += across + up;
      }
    this.usage = kernels.i32(2 * cells);
    this.capacities = kernels.f64(2 * cells);
    this.history = kernels.f64(2 * cells).fill(1);
    for (const [layer, { isHorizontal }] of grid.layers.entries())
      for (let cell = 0; cell < cells; cell++)
        this.capacities[isHorizontal ? cell : cells + cell]! += grid.capacities[layer]![cell]!;
    this.starts = kernels.i32(netCount + 1);
    this.starts.set(trees.starts);
    this.pathStarts = kernels.i32(branches);
    this.pathCounts = kernels.i32(branches).fill(-1);
    this.list = kernels.i32(netCount);
    this.marks = kernels.u8(netCount);
    const room = Math.ceil(1.5 * edges) + 4 * cells;
    this.pool = kernels.i32(room);
    this.spare = kernels.i32(room);
    const longer = Math.max(cellWidth, cellHeight);
    const integers = (count: number) => kernels.i32(count).byteOffset;
    const numbers = (count: number) => kernels.f64(count).byteOffset;
    this.state = new KernelRecord(kernels, "RouterState");
    this.state.set({
      columns,
      rows,
      stepX: cellWidth / longer,
      stepY: cellHeight / longer,
      bend: BEND,
      pressure: PRESSURE.patterns,
      fullness: FULLNESS,
      capacities: this.capacities.byteOffset,
      usage: this.usage.byteOffset,
      history: this.history.byteOffset,
      ownUses: integers(2 * cells),
      netBranches: this.starts.byteOffset,
      branchFroms: froms.byteOffset,
      branchTos: tos.byteOffset,
      pathStarts: this.pathStarts.byteOffset,
      pathCounts: this.pathCounts.byteOffset,
      pool: this.pool.byteOffset,
      poolSize: room,
      costs: numbers(2 * cells),
      moves: integers(2 * cells),
      stamps: integers(2 * cells),
      heapKeys: numbers(2 * cells),
      heapStates: integers(2 * cells),
      heapPlaces: integers(2 * cells),
      path: integers(2 * cells),
    });
  }

  /** Places that all searches so far looked at. */
  get expanded(): number {
    return this.state.get("expanded");
  }

  /** Lays all nets by patterns, those with short branches first. */
  layPatterns(): void {
    const order = Int32Array.from(this.spans, (_, net) => net);
    order.sort((a, b) => this.spans[a]! - this.spans[b]! || a - b);
    this.all(order, (nets, count) => this.kernels.run.layPatterns(this.state.address, nets, count));
  }

  /** Lays the branches of nets that overflow through the maze, those with short branches first. */
  reroute(
    nets: Int32Array,
    { pressure, margin }: { readonly pressure: number; readonly margin: number },
  ): void {
    this.state.set({ pressure, margin, fullness: 0 });
    const order = nets.slice().sort((a, b) => this.spans[a]! - this.spans[b]! || a - b);
    this.all(order, (list, count) => this.kernels.run.rerouteNets(this.state.address, list, count));
  }

  /** Nets with an edge above its capacity. */
  findOverflowing(): Int32Array {
    const { marks, kernels, state } = this;
    const found = new Int32Array(kernels.run.findOverflowing(state.address, marks.length, marks.byteOffset));
    for (let net = 0, i = 0; net < marks.length; net++) if (marks[net]) found[i++] = net;
    return found;
  }

  /** The edges of all nets, each once a net. */
  netEdges(): NetEdges {
    const netCount = this.spans.length;
    const starts = new Int32Array(netCount + 1);
    const edges = new Int32Array(this.usage.reduce((sum, wires) => sum + wires, 0));
    const seen = new Int32Array(this.usage.length).fill(-1);
    let count = 0;
    for (let net = 0; net < netCount; net++) {
      for (let branch = this.starts[net]!; branch < this.starts[net + 1]!; branch++) {
        const start = this.pathStarts[branch]!;
        for (let i = start; i < start + this.pathCounts[branch]!; i++) {
          const edge = this.pool[i]!;
          if (seen[edge] === net) continue;
          seen[edge] = net;
          edges[count++] = edge;
        }
      }
      starts[net + 1] = count;
      edges.subarray(starts[net]!, count).sort();
    }
    return { starts, edges };
  }

  /** Sets the usage of edges to that of an earlier round. */
  setUsage({ edges }: NetEdges): void {
    this.usage.fill(0);
    for (const edge of edges) this.usage[edge]!++;
  }

  /** Calls a kernel until it has done all nets of a list, with more room for paths each time that it ran out. */
  private all(nets: Int32Array, kernel: (nets: number, count: number) => number): void {
    this.list.set(nets);
    for (let done = 0; done < nets.length; ) {
      done += kernel(this.list.byteOffset + 4 * done, nets.length - done);
      if (done < nets.length) this.makeRoom();
    }
  }

  /** Moves the paths in use to the other pool. One that is more than half full becomes twice as large. */
  private makeRoom(): void {
    const { kernels, pathStarts, pathCounts, state } = this;
    let used = 0;
    for (const count of pathCounts) used += Math.max(0, count);
    const from = this.pool;
    const size = used > from.length / 2 ? 2 * from.length : from.length;
    const to = this.spare.length >= size ? this.spare : kernels.i32(size);
    let next = 0;
    for (let branch = 0; branch < pathStarts.length; branch++) {
      const count = pathCounts[branch]!;
      if (count < 0) continue;
      to.set(from.subarray(pathStarts[branch]!, pathStarts[branch]! + count), next);
      pathStarts[branch] = next;
      next += count;
    }
    this.pool = to;
    this.spare = from;
    state.set({ pool: to.byteOffset, poolSize: to.length, poolUsed: next });
  }
}
