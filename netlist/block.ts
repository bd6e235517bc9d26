// What a block is: nodes (macros, cells, ports), pins and nets as typed arrays, one entry per node, pin or net. A block
// does not change once it is loaded. Lengths are in micrometres and places are centres; readers and writers convert.
import type { Placement } from "./placement.js";

/** Kinds of nodes. The codes are those of `kinds` in a block, and of the kernels. */
export const NodeKind = { HardMacro: 0, SoftMacro: 1, StandardCell: 2, Port: 3 } as const;
export type NodeKind = (typeof NodeKind)[keyof typeof NodeKind];

/** Whether a kind is that of hard or soft macros. */
export function isMacro(kind: number): boolean {
  return kind === NodeKind.HardMacro || kind === NodeKind.SoftMacro;
}

/** µm. Longer sides (a kilometre) are a mistake in units, and costs would overflow. */
export const LONGEST_SIDE = 1e9;

/** Widest congestion smoothing, in grid cells: about the size of the largest grid, 1024 lines. */
export const MOST_SMOOTHING = 1000;

/** Sides in µm; the lower left corner is the origin. */
export interface Canvas {
  readonly width: number;
  readonly height: number;
}

/** Equal cells over the whole canvas. */
export interface Grid {
  readonly columns: number;
  readonly rows: number;
}

/** Routing tracks per µm of canvas side, and how many of them a hard macro blocks where it lies. */
export interface RoutingResources {
  readonly horizontal: number;
  readonly vertical: number;
  readonly horizontalUsedByMacros: number;
  readonly verticalUsedByMacros: number;
}

/** Sides in µm from the canvas's lower left corner. */
export interface Rectangle {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

/** A rectangle that no hard macro may cover. */
export interface Blockage extends Rectangle {
  /** Share of the rectangle, 0 to 1, that is blocked to cells. Hard macros keep out at any rate. */
  readonly rate: number;
}

/** A region that some hard macros must stay in. */
export interface Fence {
  readonly name: string;
  /** Members stay within the union. */
  readonly rectangles: readonly Rectangle[];
  /** Nodes. Fixed ones are ignored. */
  readonly members: readonly number[];
  /** Whether other hard macros must stay out. */
  readonly exclusive: boolean;
  /** Whether members may leave it: an area that only keeps others out. Default: no. */
  readonly isOpen?: boolean;
}

/** A region that pulls hard macros: a wish, not a rule. */
export interface Guide {
  readonly name: string;
  /** A member is pulled to the nearest one. */
  readonly rectangles: readonly Rectangle[];
  /** Nodes. */
  readonly members: readonly number[];
}

/** A row of sites for standard cells, or a stretch of one. Lengths are µm in the canvas's frame. */
export interface CellRow {
  readonly left: number;
  readonly bottom: number;
  readonly height: number;
  /** From one site to the next. */
  readonly siteWidth: number;
  readonly sites: number;
  /** Orientation code of the cells that stand in it, where they are not mirrored about the y axis. */
  readonly orientation: number;
}

/**
 * Halos of nodes, in µm per node and side of its box in orientation N. A halo is part of the box: it keeps other hard
 * macros out, but may lie over the edge of the canvas, over blockages and outside fences.
 */
export interface Halos {
  readonly lefts: Float64Array;
  readonly bottoms: Float64Array;
  readonly rights: Float64Array;
  readonly tops: Float64Array;
}

/**
 * What a loader keeps so that its format can be written back. Only the format's own code knows more of it than its
 * name (for Bookshelf: `frameOf`).
 */
export interface BlockSource {
  readonly format: string;
}

/** Nodes, pins and nets, as a netlist file gives them. */
export interface Netlist {
  readonly name: string;
  readonly nodeCount: number;
  /** Per node: its `NodeKind`, its sides in µm in orientation N (0 for ports), its name. */
  readonly kinds: Uint8Array;
  readonly widths: Float64Array;
  readonly heights: Float64Array;
  readonly nodeNames: readonly string[];
  readonly pinCount: number;
  /** Per pin: its node, its offset in µm from the node's centre in orientation N, its name. */
  readonly pinNodes: Int32Array;
  readonly pinXOffsets: Float64Array;
  readonly pinYOffsets: Float64Array;
  readonly pinNames: readonly string[];
  readonly netCount: number;
  /** Pins of net n: `netPins[netStarts[n] .. netStarts[n + 1]]`, the driver first. */
  readonly netStarts: Int32Array;
  readonly netPins: Int32Array;
  readonly netWeights: Float64Array;
  /** Per node, its index in the netlist file, where pins have indices too. Placement files refer to it. */
  readonly fileIndices: Int32Array;
  /** The same per pin; a port's or a cell's own pin has its node's index. */
  readonly pinFileIndices: Int32Array;
}

/** A netlist with its canvas, its rules and an initial placement. */
export interface Block extends Netlist {
  /** 1 for nodes that may not move: ports, and what the placement file fixes. */
  readonly fixed: Uint8Array;
  readonly canvas: Canvas;
  readonly grid: Grid;
  readonly routing: RoutingResources;
  /** How far the congestion map is smoothed, in grid cells. */
  readonly smoothing: number;
  readonly overlapThreshold: number;
  readonly blockages: readonly Blockage[];
  readonly fences?: readonly Fence[];
  /** The same for standard cells, of a flat netlist: other cells must stay out of exclusive ones. Members may be macros too. */
  readonly cellFences?: readonly Fence[] | undefined;
  /** They add to the costs of a search. */
  readonly guides?: readonly Guide[] | undefined;
  /** Proxy cost of a member that is as far from its guide as the canvas is wide and high together. Default: `GUIDE_WEIGHT`. */
  readonly guideWeight?: number | undefined;
  /** Parts of the boxes of hard macros. Default: none. */
  readonly halos?: Halos | undefined;
  /**
   * Outlines of hard macros that are not rectangles, µm: rectangles from the node's centre in orientation N that do not overlap
   * each other. They say what overlaps what; methods and costs take the whole box. Default: all are boxes.
   */
  readonly outlines?: ReadonlyMap<number, readonly Rectangle[]> | undefined;
  /** Per node 1 for hard macros that a search may turn by 90°. Default: none. */
  readonly turnable?: Uint8Array | undefined;
  /** Per node 1 for hard macros that keep orientation N: a search neither mirrors nor turns them. Default: none. */
  readonly unmirrored?: Uint8Array | undefined;
  /** Where standard cells may stand, if the files have rows. */
  readonly rows?: readonly CellRow[];
  /** The placement that came with the files. */
  readonly initial: Placement;
  /** Set while the nodes are those of the files. */
  readonly source?: BlockSource | undefined;
}

/**
 * Default pull of guides. A macro that is a tenth of the canvas away from its guide costs 0.02: more than the wires of one macro
 * usually gain, less than what a crowd costs.
 */
export const GUIDE_WEIGHT = 0.2;

/** Tracks where no file gives any: the defaults of Circuit Training's cost binary. */
export const DEFAULT_ROUTING: RoutingResources = {
  horizontal: 57.031,
  vertical: 56.818,
  horizontalUsedByMacros: 39.583,
  verticalUsedByMacros: 30.303,
};

/**
 * How far a node's box in orientation N may lie over edges, in µm in x and in y, whichever way it is mirrored: the smaller
 * of the halos on opposite sides.
 */
export function overhangOf(
  { halos }: Pick<Block, "halos">,
  node: number,
): { readonly x: number; readonly y: number } {
  if (!halos) return { x: 0, y: 0 };
  return {
    x: Math.min(halos.lefts[node]!, halos.rights[node]!),
    y: Math.min(halos.bottoms[node]!, halos.tops[node]!),
  };
}

/** Sides of a node without its halo, in µm, in orientation N. */
export function ownSizeOf(
  { widths, heights, halos }: Pick<Block, "widths" | "heights" | "halos">,
  node: number,
): { readonly width: number; readonly height: number } {
  const [width, height] = [widths[node]!, heights[node]!];
  if (!halos) return { width, height };
  return {
    width: width - halos.lefts[node]! - halos.rights[node]!,
    height: height - halos.bottoms[node]! - halos.tops[node]!,
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

/** Whether a node is a standard cell that may move. Fixed ones are obstacles: they are never clustered. */
export function isMovableCell({ kinds, fixed }: Pick<Block, "kinds" | "fixed">, node: number): boolean {
  return kinds[node] === NodeKind.StandardCell && fixed[node] !== 1;
}

/** Numbers of standard cells that may move, and of fixed ones. */
export function countCells({ kinds, fixed, nodeCount }: Pick<Block, "kinds" | "fixed" | "nodeCount">): {
  readonly movable: number;
  readonly fixed: number;
} {
  const counts = [0, 0];
  for (let node = 0; node < nodeCount; node++)
    if (kinds[node] === NodeKind.StandardCell) counts[fixed[node]!]!++;
  return { movable: counts[0]!, fixed: counts[1]! };
}

/** Area of all macros and cells, in µm². */
export function totalArea(netlist: Netlist): number {
  let area = 0;
  for (let node = 0; node < netlist.nodeCount; node++) area += netlist.widths[node]! * netlist.heights[node]!;
  return area;
}
