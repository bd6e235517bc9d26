// Cells of rows and their nets as the kernels of kernels/assembly/rows/ read them.
import { KernelRecord, type Kernels } from "../../kernels/index.js";
import { type Block, groupBy, type Placement, turnOffset } from "../../netlist/index.js";
import type { RowSpace } from "./row-space.js";

/** The cells of one kind of rows. */
export interface Cells {
  /** Their nodes. */
  readonly nodes: Int32Array;
  /** Cell of each node, -1 for those that stand. */
  readonly ofNode: Int32Array;
  /** Widths in sites. */
  readonly sites: Int32Array;
}

export interface RowParts {
  readonly block: Block;
  readonly space: RowSpace;
  readonly cells: Cells;
  readonly wanted: Placement;
}

export function recordOf(kernels: Kernels, { block, space, cells, wanted }: RowParts) {
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
  const isLarge = (net: number) => block.netStarts[net + 1]! - block.netStarts[net]! > MOST_PINS;
  const cellNets = netsOfCells(block, { ofNode, cellCount, isLarge });
  const large = largePinsOf(block, pins, { cellCount, isLarge });
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
    largeStarts: kernels.copyOf(large.starts),
    largePins: kernels.copyOf(large.pins),
    largeNets: kernels.copyOf(large.nets),
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
export function restore(
  space: RowSpace,
  record: ReturnType<typeof recordOf>,
  from: { readonly segments: Int32Array; readonly starts: Int32Array },
): void {
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

/** Nets of more pins are not measured when a cell is tried elsewhere: that would take as long as there are pins. */
const MOST_PINS = 1000;

interface NetChoice {
  readonly cellCount: number;
  isLarge(net: number): boolean;
}

/** Pins of each cell on large nets, and their nets. */
function largePinsOf(block: Block, pins: ReturnType<typeof pinsOf>, { cellCount, isLarge }: NetChoice) {
  const found: { readonly pin: number; readonly net: number; readonly cell: number }[] = [];
  for (let net = 0; net < block.netCount; net++) {
    if (!isLarge(net)) continue;
    for (let pin = pins.starts[net]!; pin < pins.starts[net + 1]!; pin++)
      if (pins.cells[pin]! >= 0) found.push({ pin, net, cell: pins.cells[pin]! });
  }
  const { starts, items } = groupBy(
    cellCount,
    Int32Array.from(found, ({ cell }) => cell),
  );
  return {
    starts,
    pins: items.map((item) => found[item]!.pin),
    nets: items.map((item) => found[item]!.net),
  };
}

/** Nets of each cell that are not large, each once. */
function netsOfCells(
  block: Block,
  { ofNode, cellCount, isLarge }: NetChoice & { readonly ofNode: Int32Array },
) {
  const starts = new Int32Array(cellCount + 1);
  const seen = new Int32Array(cellCount).fill(-1);
  const each = (visit: (cell: number, net: number) => void) => {
    seen.fill(-1);
    for (let net = 0; net < block.netCount; net++) {
      if (isLarge(net)) continue;
      for (let entry = block.netStarts[net]!; entry < block.netStarts[net + 1]!; entry++) {
        const cell = ofNode[block.pinNodes[block.netPins[entry]!]!]!;
        if (cell < 0 || seen[cell] === net) continue;
        seen[cell] = net;
        visit(cell, net);
      }
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
