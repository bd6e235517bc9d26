// What a block is: nodes (macros, cells, ports), pins and nets as struct of arrays, immutable after load, and the
// placement that goes with it. Lengths are micrometres, places are centres; readers and writers convert.
import type { BookshelfFrame } from "./formats/bookshelf/frame.js";

export const NodeKind = { HardMacro: 0, SoftMacro: 1, StandardCell: 2, Port: 3 } as const;
export type NodeKind = (typeof NodeKind)[keyof typeof NodeKind];

export interface Canvas {
  readonly width: number;
  readonly height: number;
}

export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Routing tracks per micrometre, and how many of them a hard macro takes. */
export interface RoutingResources {
  readonly horizontal: number;
  readonly vertical: number;
  readonly horizontalUsedByMacros: number;
  readonly verticalUsedByMacros: number;
}

/** µm. */
export interface Rectangle {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

/** A rectangle that no hard macro may cover, whatever its rate: how full of it a cell is to all else. */
export interface Blockage extends Rectangle {
  readonly rate: number;
}

/** Where some hard macros must stand, and, if it is exclusive, no others may. */
export interface Fence {
  readonly name: string;
  /** Members stand within their union. */
  readonly rectangles: readonly Rectangle[];
  /** Nodes; fixed ones count for nothing. */
  readonly members: readonly number[];
  readonly exclusive: boolean;
}

/** Where every node stands. NaN is "not placed". */
export interface Placement {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  /** Codes of `Orientation`. */
  readonly orientations: Uint8Array;
}

/** Nodes, pins and nets: what a netlist file says. */
export interface Netlist {
  readonly name: string;
  readonly nodeCount: number;
  /** Per node: `NodeKind`, size in orientation N (0 for ports), name. */
  readonly kinds: Uint8Array;
  readonly widths: Float64Array;
  readonly heights: Float64Array;
  readonly nodeNames: readonly string[];
  readonly pinCount: number;
  /** Per pin: its node, its offset from the node's centre in orientation N, name. */
  readonly pinNodes: Int32Array;
  readonly pinXOffsets: Float64Array;
  readonly pinYOffsets: Float64Array;
  readonly pinNames: readonly string[];
  readonly netCount: number;
  /** Pins of net n: `netPins[netStarts[n] .. netStarts[n + 1]]`, the driver first. */
  readonly netStarts: Int32Array;
  readonly netPins: Int32Array;
  readonly netWeights: Float64Array;
  /** Per node, its index in the netlist text file (pins count there): what placement files refer to. */
  readonly fileIndices: Int32Array;
  /** The same per pin; a port's or a cell's own pin has its node's index. */
  readonly pinFileIndices: Int32Array;
}

/** A netlist with its canvas and rules. */
export interface Block extends Netlist {
  /** 1 for nodes that may not move: ports, and what the placement file fixes. */
  readonly fixed: Uint8Array;
  readonly canvas: Canvas;
  readonly grid: Grid;
  readonly routing: RoutingResources;
  /** Range of the congestion map's smoothing, in cells. */
  readonly smoothing: number;
  readonly overlapThreshold: number;
  readonly blockages: readonly Blockage[];
  readonly fences?: readonly Fence[];
  /** The places that came with the files. */
  readonly initial: Placement;
  /** What it takes to write it back, if it was read from Bookshelf files and its nodes are still the files'. */
  readonly bookshelf?: BookshelfFrame | undefined;
}

/** A placement of `nodeCount` nodes, none placed, all in orientation N. */
export function emptyPlacement(nodeCount: number): Placement {
  return {
    xs: new Float64Array(nodeCount).fill(Number.NaN),
    ys: new Float64Array(nodeCount).fill(Number.NaN),
    orientations: new Uint8Array(nodeCount),
  };
}

export function copyPlacement(placement: Placement): Placement {
  return {
    xs: placement.xs.slice(),
    ys: placement.ys.slice(),
    orientations: placement.orientations.slice(),
  };
}

/** Indices of the nodes of one kind, in node order. */
export function nodesOfKind(netlist: Netlist, kind: NodeKind): Int32Array {
  let count = 0;
  for (let node = 0; node < netlist.nodeCount; node++) if (netlist.kinds[node] === kind) count++;
  const nodes = new Int32Array(count);
  let next = 0;
  for (let node = 0; node < netlist.nodeCount; node++) if (netlist.kinds[node] === kind) nodes[next++] = node;
  return nodes;
}
