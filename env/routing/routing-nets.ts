// From a placed block to what the router lays: Steiner trees of the nets, and their branches between cells of the grid.
// Kernel: kernels/assembly/routing/steiner.ts.
import { KernelRecord, Kernels } from "../../kernels/index.js";
import { type Block, type Placement, turnOffset } from "../../netlist/index.js";
import type { RoutingGrid } from "./routing-grid.js";

/** Pins of nets: `starts[n] .. starts[n + 1]`, places in µm. */
export interface PlacedNets {
  readonly starts: Int32Array;
  readonly xs: Float64Array;
  readonly ys: Float64Array;
}

/** Branches of trees: those of net n are `starts[n] .. starts[n + 1]`; places of their ends in µm. */
export interface SteinerTrees {
  readonly starts: Int32Array;
  readonly fromXs: Float64Array;
  readonly fromYs: Float64Array;
  readonly toXs: Float64Array;
  readonly toYs: Float64Array;
  /** Length of each net's tree. */
  readonly lengths: Float64Array;
}

/** Pins of a block's nets where `placement` has them, without those that have no place. */
export function placedNetsOf(block: Block, { xs, ys, orientations }: Placement): PlacedNets {
  const starts = new Int32Array(block.netCount + 1);
  const pins = { xs: new Float64Array(block.netPins.length), ys: new Float64Array(block.netPins.length) };
  let count = 0;
  for (let net = 0; net < block.netCount; net++) {
    for (let entry = block.netStarts[net]!; entry < block.netStarts[net + 1]!; entry++) {
      const pin = block.netPins[entry]!;
      const node = block.pinNodes[pin]!;
      const [dx, dy] = turnOffset(orientations[node]!, block.pinXOffsets[pin]!, block.pinYOffsets[pin]!);
      const [x, y] = [xs[node]! + dx, ys[node]! + dy];
      if (Number.isNaN(x + y)) continue;
      pins.xs[count] = x;
      pins.ys[count++] = y;
    }
    starts[net + 1] = count;
  }
  return { starts, xs: pins.xs.subarray(0, count), ys: pins.ys.subarray(0, count) };
}

/**
 * Rectilinear Steiner trees: the shortest for up to four pins; for more, a minimum spanning tree shortened by edge
 * substitution (Borah, Owens, Irwin, IEEE TCAD 1994).
 */
export function steinerTrees({ starts, xs, ys }: PlacedNets): SteinerTrees {
  const kernels = Kernels.create();
  const netCount = starts.length - 1;
  let mostPins = 0;
  let mostBranches = 0;
  for (let net = 0; net < netCount; net++) {
    const pins = starts[net + 1]! - starts[net]!;
    mostPins = Math.max(mostPins, pins);
    mostBranches += Math.max(0, 2 * pins - 3);
  }
  // A tree has up to two fewer Steiner points than pins; some more come and go.
  const nodeRoom = 3 * mostPins + 8;
  const branchStarts = kernels.i32(netCount + 1);
  const ends = Array.from({ length: 4 }, () => kernels.f64(mostBranches));
  const integers = (count: number) => kernels.i32(count).byteOffset;
  const numbers = (count: number) => kernels.f64(count).byteOffset;
  const state = new KernelRecord(kernels, "SteinerState");
  state.set({
    netCount,
    netStarts: kernels.copyOf(starts),
    pinXs: kernels.copyOf(xs),
    pinYs: kernels.copyOf(ys),
    branchStarts: branchStarts.byteOffset,
    fromXs: ends[0]!.byteOffset,
    fromYs: ends[1]!.byteOffset,
    toXs: ends[2]!.byteOffset,
    toYs: ends[3]!.byteOffset,
    nodeRoom,
    nodeXs: numbers(nodeRoom),
    nodeYs: numbers(nodeRoom),
    degrees: integers(nodeRoom),
    firstHalves: integers(nodeRoom),
    nextHalves: integers(2 * nodeRoom),
    targets: integers(2 * nodeRoom),
    freeNodes: integers(nodeRoom),
    freeEdges: integers(nodeRoom),
    distances: numbers(mostPins),
    nearest: integers(mostPins),
    walkNodes: integers(nodeRoom),
    walkHalves: integers(nodeRoom),
    walkLongest: integers(nodeRoom),
    walkSteps: integers(nodeRoom),
  });
  const count = kernels.run.buildTrees(state.address);
  // A copy, so that the kernels' memory can go.
  const [fromXs, fromYs, toXs, toYs] = ends.map((values) => values.slice(0, count)) as [
    ...[Float64Array, Float64Array],
    ...[Float64Array, Float64Array],
  ];
  const lengths = new Float64Array(netCount);
  for (let net = 0; net < netCount; net++)
    for (let branch = branchStarts[net]!; branch < branchStarts[net + 1]!; branch++)
      lengths[net]! += Math.abs(fromXs[branch]! - toXs[branch]!) + Math.abs(fromYs[branch]! - toYs[branch]!);
  return { starts: branchStarts.slice(), fromXs, fromYs, toXs, toYs, lengths };
}

/** Column and row of a place; those outside the canvas count in the cell at its edge. */
export function cellOf({ columns, rows, cellWidth, cellHeight }: RoutingGrid, x: number, y: number): number {
  const column = Math.min(columns - 1, Math.max(0, Math.floor(x / cellWidth)));
  const row = Math.min(rows - 1, Math.max(0, Math.floor(y / cellHeight)));
  return row * columns + column;
}

/**
 * Wires of nets that lie within one cell, in tracks: they use none of the edges, but a part of a track through the cell.
 * Half of the part is charged to the edges on either side. Returns it per cell, for the edge to the right or above.
 */
export function localDemand(nets: PlacedNets, grid: RoutingGrid): { across: Float64Array; up: Float64Array } {
  const { columns, rows, cellWidth, cellHeight } = grid;
  const across = new Float64Array(columns * rows);
  const up = new Float64Array(columns * rows);
  for (let net = 0; net + 1 < nets.starts.length; net++) {
    const [start, end] = [nets.starts[net]!, nets.starts[net + 1]!];
    if (end - start < 2) continue;
    let [left, right, bottom, top] = [nets.xs[start]!, nets.xs[start]!, nets.ys[start]!, nets.ys[start]!];
    const cell = cellOf(grid, left, bottom);
    let isLocal = true;
    for (let pin = start + 1; pin < end && isLocal; pin++) {
      const [x, y] = [nets.xs[pin]!, nets.ys[pin]!];
      isLocal = cellOf(grid, x, y) === cell;
      left = Math.min(left, x);
      right = Math.max(right, x);
      bottom = Math.min(bottom, y);
      top = Math.max(top, y);
    }
    if (!isLocal) continue;
    const [width, height] = [(right - left) / cellWidth / 2, (top - bottom) / cellHeight / 2];
    across[cell]! += width;
    up[cell]! += height;
    if (cell % columns > 0) across[cell - 1]! += width;
    if (cell >= columns) up[cell - columns]! += height;
  }
  return { across, up };
}
