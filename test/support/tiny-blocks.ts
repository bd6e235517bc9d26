// Blocks of a few nodes whose costs can be worked out by hand.
import type { Block, NodeKind, RoutingResources } from "../../netlist/index.js";

export interface TinyNode {
  readonly kind: NodeKind;
  readonly x: number;
  readonly y: number;
  readonly width?: number;
  readonly height?: number;
  readonly fixed?: boolean;
}

/** Nets are lists of nodes, the driver first; every node has one pin, at its centre. */
export interface TinyNet {
  readonly nodes: readonly number[];
  readonly weight?: number;
}

/** A block of these nodes and nets; by default every capacity is 1 wire per cell of a 1 x 1 µm grid. */
export function tinyBlock(
  nodes: readonly TinyNode[],
  nets: readonly TinyNet[],
  options: {
    readonly columns: number;
    readonly rows: number;
    readonly cellWidth?: number;
    readonly cellHeight?: number;
    readonly routing?: RoutingResources;
    readonly smoothing?: number;
    readonly blockages?: Block["blockages"];
  },
): Block {
  const { columns, rows, cellWidth = 1, cellHeight = 1 } = options;
  const kinds = Uint8Array.from(nodes, (node) => node.kind);
  const netStarts = [0];
  const netPins: number[] = [];
  for (const net of nets) {
    netPins.push(...net.nodes);
    netStarts.push(netPins.length);
  }
  const indices = Int32Array.from(nodes, (_, i) => i);
  return {
    name: "tiny",
    nodeCount: nodes.length,
    kinds,
    widths: Float64Array.from(nodes, (node) => node.width ?? 0),
    heights: Float64Array.from(nodes, (node) => node.height ?? 0),
    nodeNames: nodes.map((_, i) => `n${i}`),
    pinCount: nodes.length,
    pinNodes: indices,
    pinXOffsets: new Float64Array(nodes.length),
    pinYOffsets: new Float64Array(nodes.length),
    pinNames: nodes.map((_, i) => `n${i}`),
    netCount: nets.length,
    netStarts: Int32Array.from(netStarts),
    netPins: Int32Array.from(netPins),
    netWeights: Float64Array.from(nets, (net) => net.weight ?? 1),
    fileIndices: indices,
    pinFileIndices: indices,
    fixed: Uint8Array.from(nodes, (node) => (node.fixed ? 1 : 0)),
    canvas: { width: columns * cellWidth, height: rows * cellHeight },
    grid: { columns, rows },
    routing: options.routing ?? {
      horizontal: 1 / cellHeight,
      vertical: 1 / cellWidth,
      horizontalUsedByMacros: 0,
      verticalUsedByMacros: 0,
    },
    smoothing: options.smoothing ?? 0,
    overlapThreshold: 0,
    blockages: options.blockages ?? [],
    initial: {
      xs: Float64Array.from(nodes, (node) => node.x),
      ys: Float64Array.from(nodes, (node) => node.y),
      orientations: new Uint8Array(nodes.length),
    },
  };
}
