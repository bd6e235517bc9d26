// Cells in rows: from any places of the standard cells of a flat netlist to legal ones on sites, and then to shorter wires.
// Kernels: kernels/assembly/rows/.
import { KernelRecord, Kernels } from "../../kernels/index.js";
import {
  type Block,
  copyPlacement,
  groupBy,
  InputError,
  type Placement,
  turnOffset,
} from "../../netlist/index.js";
import { isLooseCell, ROUNDING, type RowSpace, rowSpaceOf } from "./row-space.js";

export interface RowOptions {
  /** Most passes of detailed placement; 0 legalises only. Default: 8. */
  readonly passes?: number;
  /** A pass that shortens wires by less than this share is the last. Default: 0.0005. */
  readonly leastGain?: number;
  readonly onPass?: (pass: RowPass) => void;
  /** Goes on from here. It must come from the same block, places and options; the result has the same bytes. */
  readonly from?: RowState;
}

/** All that detailed placement carries from one pass to the next. */
export interface RowState {
  readonly pass: number;
  /** µm. */
  readonly legalWirelength: number;
  readonly wirelength: number;
  readonly meanMove: number;
  readonly longestMove: number;
  /** By how much the pass shortened wires, µm; infinite after the legalisation. */
  readonly gain: number;
  /** Segment of each cell, and its first site there. */
  readonly segments: Int32Array;
  readonly starts: Int32Array;
}

/** One pass that its caller drives. */
export interface RowStep extends RowPass {
  /** A copy of the state after it. */
  save(): RowState;
}

/** Weighted half-perimeter wirelength in µm after a pass; pass 0 is the legalisation. */
export interface RowPass {
  readonly pass: number;
  readonly wirelength: number;
}

export interface RowResult {
  /** All nodes; loose cells are in rows, in the orientation of their row. */
  readonly placement: Placement;
  /** Weighted half-perimeter wirelength in µm, after legalisation and at the end. */
  readonly legalWirelength: number;
  readonly wirelength: number;
  /** How far cells moved to be legal, µm in x and y together: in the mean, and at most. */
  readonly meanMove: number;
  readonly longestMove: number;
}

/**
 * Puts the standard cells that may move into rows near their places in `wanted`, without overlap and on sites (Abacus),
 * then shortens the weighted half-perimeter wirelength by swaps, reordering and shifts. Everything else stays where
 * `wanted` has it and keeps cells out. The same input gives the same bytes. Throws `InputError` if a cell is not as high
 * as the rows or finds no room.
 */
export function placeInRows(block: Block, wanted: Placement, options: RowOptions = {}): RowResult {
  const steps = rowSteps(block, wanted, options);
  for (;;) {
    const next = steps.next();
    if (next.done) return next.value;
  }
}

/** The same, pass by pass. `next(true)` ends detailed placement. */
export function* rowSteps(
  block: Block,
  wanted: Placement,
  options: RowOptions = {},
): Generator<RowStep, RowResult, boolean | undefined> {
  const space = rowSpaceOf(block, {
    placement: wanted,
    stands: (node) => !isLooseCell(block, node),
  });
  const cells = cellsOf(block, space, wanted);
  if (cells.nodes.length === 0)
    return {
      placement: copyPlacement(wanted),
      legalWirelength: 0,
      wirelength: 0,
      meanMove: 0,
      longestMove: 0,
    };
  const kernels = Kernels.create();
  const record = recordOf(kernels, { block, space, cells, wanted });
  const { state, xs, ys, segments, starts } = record;
  const { run } = kernels;
  const { from } = options;
  let pass = from?.pass ?? 0;
  let moves: Pick<RowResult, "meanMove" | "longestMove">;
  if (from) {
    restore(space, record, from);
    moves = from;
  } else {
    const [wantedXs, wantedYs] = [xs.slice(), ys.slice()];
    const order = orderByX(kernels, xs);
    const placed = run.legaliseRows(state.address, order.byteOffset);
    if (placed < cells.nodes.length) throw noRoom(block, cells, space, order[placed]!);
    moves = movesOf({ xs, ys, wantedXs, wantedYs });
  }
  const { meanMove, longestMove } = moves;
  run.turnCells(state.address);
  const measured = run.measureRowNets(state.address);
  const legalWirelength = from?.legalWirelength ?? measured;
  let wirelength = from?.wirelength ?? measured;
  let gain = from?.gain ?? Number.POSITIVE_INFINITY;
  const step = (): RowStep => ({
    ...{ pass, wirelength },
    save: () => ({
      ...{ pass, legalWirelength, wirelength, meanMove, longestMove, gain },
      segments: segments.slice(),
      starts: starts.slice(),
    }),
  });
  if (!from) {
    options.onPass?.({ pass, wirelength });
    if (yield step()) gain = 0;
  }
  while (pass < (options.passes ?? 8) && gain >= (options.leastGain ?? 0.0005) * wirelength) {
    run.swapCells(state.address);
    run.reorderCells(state.address);
    run.shiftCells(state.address);
    const after = run.measureRowNets(state.address);
    gain = wirelength - after;
    wirelength = after;
    pass++;
    options.onPass?.({ pass, wirelength });
    if (yield step()) break;
  }
  const placement = copyPlacement(wanted);
  for (const [cell, node] of cells.nodes.entries()) {
    placement.xs[node] = xs[cell]! + block.widths[node]! / 2;
    placement.ys[node] = ys[cell]! + block.heights[node]! / 2;
    placement.orientations[node] = space.rowOrientations[space.segmentRows[segments[cell]!]!]!;
  }
  return { placement, legalWirelength, wirelength, meanMove, longestMove };
}
interface Cells {
  /** Their nodes. */
  readonly nodes: Int32Array;
  /** Cell of each node, -1 for those that stand. */
  readonly ofNode: Int32Array;
  /** Widths in sites. */
  readonly sites: Int32Array;
}

function cellsOf(block: Block, { siteWidth, rowHeight }: RowSpace, wanted: Placement): Cells {
  const nodes: number[] = [];
  const ofNode = new Int32Array(block.nodeCount).fill(-1);
  for (let node = 0; node < block.nodeCount; node++) {
    if (!isLooseCell(block, node)) continue;
    const where = `cell '${block.nodeNames[node]}'`;
    if (block.heights[node]! > rowHeight * (1 + ROUNDING))
      throw new InputError(where, `is ${block.heights[node]} µm high, rows are ${rowHeight} µm`);
    if (Number.isNaN(wanted.xs[node]! + wanted.ys[node]!)) throw new InputError(where, "has no place");
    ofNode[node] = nodes.length;
    nodes.push(node);
  }
  const sites = Int32Array.from(nodes, (node) =>
    Math.max(1, Math.ceil(block.widths[node]! / siteWidth - ROUNDING)),
  );
  return { nodes: Int32Array.from(nodes), ofNode, sites };
}

interface Parts {
  readonly block: Block;
  readonly space: RowSpace;
  readonly cells: Cells;
  readonly wanted: Placement;
}

function recordOf(kernels: Kernels, { block, space, cells, wanted }: Parts) {
  const { nodes, ofNode, sites } = cells;
  const cellCount = nodes.length;
  const segmentCount = space.segmentRows.length;
  const xs = kernels.f64(cellCount);
  const ys = kernels.f64(cellCount);
  for (const [cell, node] of nodes.entries()) {
    xs[cell] = wanted.xs[node]! - block.widths[node]! / 2;
    ys[cell] = wanted.ys[node]! - block.heights[node]! / 2;
  }
  const pins = pinsOf(block, cells, wanted);
  const cellPins = pinsOfCells(pins, cellCount);
  const cellNets = netsOfCells(block, ofNode, cellCount);
  const narrowest = sites.reduce((least, width) => Math.min(least, width), Number.POSITIVE_INFINITY);
  const listStarts = new Int32Array(segmentCount);
  let room = 0;
  for (let segment = 0; segment < segmentCount; segment++) {
    listStarts[segment] = room;
    room += Math.floor(space.segmentSites[segment]! / narrowest);
  }
  let mostNets = 1;
  for (let cell = 0; cell < cellCount; cell++)
    mostNets = Math.max(mostNets, cellNets.starts[cell + 1]! - cellNets.starts[cell]!);
  const numbers = (count: number) => kernels.f64(count).byteOffset;
  const integers = (count: number) => kernels.i32(count).byteOffset;
  const segments = kernels.i32(cellCount);
  const starts = kernels.i32(cellCount);
  const listCounts = kernels.i32(segmentCount);
  const rowCells = kernels.i32(room + 1);
  const state = new KernelRecord(kernels, "RowState");
  state.set({
    siteWidth: space.siteWidth,
    cellCount,
    rowCount: space.rowBottoms.length,
    segmentCount,
    netCount: block.netCount,
    rowBottoms: kernels.copyOf(space.rowBottoms),
    rowSegments: kernels.copyOf(space.rowSegments),
    segmentRows: kernels.copyOf(space.segmentRows),
    segmentTurns: kernels.copyOf(space.segmentRows.map((row) => mirrorsOf(space.rowOrientations[row]!))),
    segmentLefts: kernels.copyOf(space.segmentLefts),
    segmentSites: kernels.copyOf(space.segmentSites),
    segmentUsed: integers(segmentCount),
    cellSites: kernels.copyOf(sites),
    cellWidths: kernels.copyOf(Float64Array.from(nodes, (node) => block.widths[node]!)),
    cellHeights: kernels.copyOf(Float64Array.from(nodes, (node) => block.heights[node]!)),
    cellTurns: integers(cellCount),
    cellPinStarts: kernels.copyOf(cellPins.starts),
    cellPins: kernels.copyOf(cellPins.items),
    xs: xs.byteOffset,
    ys: ys.byteOffset,
    cellSegments: segments.byteOffset,
    cellStarts: starts.byteOffset,
    listStarts: kernels.copyOf(listStarts),
    listCounts: listCounts.byteOffset,
    rowCells: rowCells.byteOffset,
    lastClusters: integers(segmentCount),
    previousClusters: integers(cellCount),
    clusterSites: integers(cellCount),
    clusterStarts: numbers(cellCount),
    clusterWeights: numbers(cellCount),
    clusterSums: numbers(cellCount),
    previousCells: integers(cellCount),
    netStarts: kernels.copyOf(pins.starts),
    netWeights: kernels.copyOf(block.netWeights),
    pinCells: kernels.copyOf(pins.cells),
    pinXs: kernels.copyOf(pins.xs),
    pinYs: kernels.copyOf(pins.ys),
    cellNetStarts: kernels.copyOf(cellNets.starts),
    cellNets: kernels.copyOf(cellNets.nets),
    boxes: numbers(4 * block.netCount),
    stamps: integers(block.netCount),
    trialNets: integers(3 * mostNets),
    trialBoxes: numbers(12 * mostNets),
    boundXs: numbers(2 * mostNets),
    boundYs: numbers(2 * mostNets),
    mostBounds: 2 * mostNets,
  });
  return { state, xs, ys, segments, starts, listStarts, listCounts, rowCells };
}

/** Cells where a state has them, and the lists of the segments, from left to right. */
function restore(space: RowSpace, record: ReturnType<typeof recordOf>, from: RowState): void {
  const { xs, ys, segments, starts, listStarts, listCounts, rowCells } = record;
  if (from.segments.length !== xs.length || from.starts.length !== xs.length)
    throw new Error(`internal: a state of ${from.segments.length} cells, ${xs.length} were expected`);
  segments.set(from.segments);
  starts.set(from.starts);
  const order = Int32Array.from(xs, (_, cell) => cell).sort((a, b) => starts[a]! - starts[b]!);
  for (const cell of order) {
    const segment = segments[cell]!;
    xs[cell] = space.segmentLefts[segment]! + starts[cell]! * space.siteWidth;
    ys[cell] = space.rowBottoms[space.segmentRows[segment]!]!;
    rowCells[listStarts[segment]! + listCounts[segment]!++] = cell;
  }
}

function movesOf(places: Readonly<Record<"xs" | "ys" | "wantedXs" | "wantedYs", Float64Array>>) {
  const { xs, ys, wantedXs, wantedYs } = places;
  let meanMove = 0;
  let longestMove = 0;
  for (let cell = 0; cell < xs.length; cell++) {
    const move = Math.abs(xs[cell]! - wantedXs[cell]!) + Math.abs(ys[cell]! - wantedYs[cell]!);
    meanMove += move / xs.length;
    longestMove = Math.max(longestMove, move);
  }
  return { meanMove, longestMove };
}

/** Pins of the nets, without those that have no place: their cell and the offset from its corner, or -1 and a place. */
function pinsOf(block: Block, { ofNode }: Cells, { xs, ys, orientations }: Placement) {
  const most = block.netPins.length;
  const starts = new Int32Array(block.netCount + 1);
  const pins = { cells: new Int32Array(most), xs: new Float64Array(most), ys: new Float64Array(most) };
  let count = 0;
  for (let net = 0; net < block.netCount; net++) {
    for (let entry = block.netStarts[net]!; entry < block.netStarts[net + 1]!; entry++) {
      const pin = block.netPins[entry]!;
      const node = block.pinNodes[pin]!;
      const cell = ofNode[node]!;
      const offset = [block.pinXOffsets[pin]!, block.pinYOffsets[pin]!] as const;
      if (cell >= 0) {
        pins.xs[count] = offset[0] + block.widths[node]! / 2;
        pins.ys[count] = offset[1] + block.heights[node]! / 2;
      } else {
        const [dx, dy] = turnOffset(orientations[node]!, ...offset);
        pins.xs[count] = xs[node]! + dx;
        pins.ys[count] = ys[node]! + dy;
        if (Number.isNaN(pins.xs[count]! + pins.ys[count]!)) continue;
      }
      pins.cells[count++] = cell;
    }
    starts[net + 1] = count;
  }
  return { starts, ...pins };
}

/** Pins of each cell, by the numbers that they have among the pins of nets. */
function pinsOfCells({ starts, cells }: ReturnType<typeof pinsOf>, cellCount: number) {
  // Those that do not move are a group of their own, behind the cells.
  const groups = cells.subarray(0, starts.at(-1)).map((cell) => (cell < 0 ? cellCount : cell));
  const { starts: all, items } = groupBy(cellCount + 1, groups);
  return { starts: all.subarray(0, cellCount + 1), items: items.subarray(0, all[cellCount]) };
}

/** How an orientation mirrors what is in N: 1 in x, 2 in y, 3 both. */
function mirrorsOf(orientation: number): number {
  const [x, y] = turnOffset(orientation, 1, 2);
  return (x < 0 ? 1 : 0) + (y < 0 ? 2 : 0);
}

function netsOfCells(block: Block, ofNode: Int32Array, cellCount: number) {
  const starts = new Int32Array(cellCount + 1);
  const seen = new Int32Array(cellCount).fill(-1);
  const each = (visit: (cell: number, net: number) => void) => {
    seen.fill(-1);
    for (let net = 0; net < block.netCount; net++)
      for (let entry = block.netStarts[net]!; entry < block.netStarts[net + 1]!; entry++) {
        const cell = ofNode[block.pinNodes[block.netPins[entry]!]!]!;
        if (cell < 0 || seen[cell] === net) continue;
        seen[cell] = net;
        visit(cell, net);
      }
  };
  each((cell) => starts[cell + 1]!++);
  for (let cell = 0; cell < cellCount; cell++) starts[cell + 1]! += starts[cell]!;
  const nets = new Int32Array(starts[cellCount]!);
  const at = starts.slice();
  each((cell, net) => {
    nets[at[cell]!++] = net;
  });
  return { starts, nets };
}

function orderByX(kernels: Kernels, xs: Float64Array): Int32Array {
  const order = kernels.i32(xs.length);
  for (let cell = 0; cell < xs.length; cell++) order[cell] = cell;
  return order.sort((a, b) => xs[a]! - xs[b]! || a - b);
}

function noRoom(block: Block, { nodes, sites }: Cells, space: RowSpace, cell: number): InputError {
  const wanted = sites.reduce((sum, width) => sum + width, 0);
  const there = space.segmentSites.reduce((sum, width) => sum + width, 0);
  return new InputError(
    `cell '${block.nodeNames[nodes[cell]!]}'`,
    `finds no room in the rows: cells take ${wanted} sites of ${there}`,
    "give the rows more free sites",
  );
}
