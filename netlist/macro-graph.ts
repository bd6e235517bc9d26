// The block as a graph: macros (and cells, if they are few) and clusters of ports are nodes, connected where nets connect
// them. A net is a star from its driver to each of its sink pins. The graphology graph is for graph algorithms;
// `compileGraph` turns it into typed arrays for fast loops. Facts: Circuit Training's observation of a block.
import { UndirectedGraph } from "graphology";
import { type Block, NodeKind } from "./block.js";
import { isFixedCell } from "./fixed-cells.js";
import { InputError } from "./input-error.js";
import type { Placement } from "./placement.js";

export interface MacroGraphNode {
  readonly kind: NodeKind;
  readonly name: string;
  /** The block's node, or -1 for a cluster of ports. */
  readonly blockNode: number;
  /** Only for clusters of ports: their place in µm and the number of ports. */
  readonly x?: number;
  readonly y?: number;
  readonly ports?: number;
}

export interface MacroGraphEdge {
  /** Sum over connections of the weight of their net. */
  readonly weight: number;
}

/** Keys are the nodes' positions ("0", "1", …): macros in node order, then clusters by ascending grid cell. */
export type MacroGraph = UndirectedGraph<MacroGraphNode, MacroGraphEdge>;

/** A graph as typed arrays. */
export interface CompiledGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  /** Per edge its ends, source below target, ordered by source and then target. */
  readonly edgeSources: Int32Array;
  readonly edgeTargets: Int32Array;
  readonly edgeWeights: Float64Array;
  /** Per node: its kind (`NodeKind`; clusters are ports), its node in the block or -1. */
  readonly nodeKinds: Uint8Array;
  readonly blockNodes: Int32Array;
  /** Places of clusters in µm; NaN for other nodes. */
  readonly clusterXs: Float64Array;
  readonly clusterYs: Float64Array;
  /** Neighbours of node n and the edges to them: `[starts[n] .. starts[n + 1]]`, by ascending neighbour. */
  readonly starts: Int32Array;
  readonly neighbours: Int32Array;
  readonly incidentEdges: Int32Array;
}

const MOST_NODES = 30_000;

interface Draft {
  readonly graph: MacroGraph;
  /** Per node of the block its node in the graph, or -1. */
  readonly graphNodes: Int32Array;
}

/**
 * The graph of a clustered block. Ports are clustered by the grid cell that they stand in (`placement`, the block's
 * own if not given); ports without a place and fixed cells without nets are left out. Throws `InputError` for a block with more than 30,000
 * macros and cells.
 */
export function buildMacroGraph(block: Block, placement: Placement = block.initial): MacroGraph {
  const graph: MacroGraph = new UndirectedGraph<MacroGraphNode, MacroGraphEdge>();
  const graphNodes = new Int32Array(block.nodeCount).fill(-1);
  const isObstacle = obstacles(block);
  for (let node = 0; node < block.nodeCount; node++) {
    const kind = block.kinds[node] as NodeKind;
    if (kind === NodeKind.Port || isObstacle[node]) continue;
    if (graph.order >= MOST_NODES)
      throw new InputError(
        block.name,
        `more than ${MOST_NODES} macros and cells are too many for the macro graph`,
        "cluster the netlist first",
      );
    graphNodes[node] = graph.order;
    graph.addNode(String(graph.order), { kind, name: block.nodeNames[node]!, blockNode: node });
  }
  addPortClusters({ graph, graphNodes }, block, placement);
  addConnections({ graph, graphNodes }, block);
  return graph;
}

/** Per node, 1 for a fixed cell without nets, such as a tap cell. There may be many thousands of them. */
function obstacles(block: Block): Uint8Array {
  const found = Uint8Array.from(block.kinds, (_, node) => (isFixedCell(block, node) ? 1 : 0));
  for (const pin of block.netPins) found[block.pinNodes[pin]!] = 0;
  return found;
}

/** Ports that stand in the same grid cell, by ascending cell; ports without a place are in none. */
export function portClusters(
  block: Block,
  placement: Placement = block.initial,
): { readonly cell: number; readonly ports: readonly number[] }[] {
  const { grid, canvas } = block;
  const portsOfCell = new Map<number, number[]>();
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.Port) continue;
    const column = cellAlong(placement.xs[node]!, canvas.width, grid.columns);
    const row = cellAlong(placement.ys[node]!, canvas.height, grid.rows);
    if (Number.isNaN(column) || Number.isNaN(row)) continue;
    const cell = row * grid.columns + column;
    const ports = portsOfCell.get(cell);
    if (ports) ports.push(node);
    else portsOfCell.set(cell, [node]);
  }
  return [...portsOfCell].map(([cell, ports]) => ({ cell, ports })).sort((a, b) => a.cell - b.cell);
}

function addPortClusters({ graph, graphNodes }: Draft, block: Block, placement: Placement): void {
  const { grid, canvas } = block;
  for (const { cell, ports } of portClusters(block, placement)) {
    for (const port of ports) graphNodes[port] = graph.order;
    const column = cell % grid.columns;
    const row = Math.floor(cell / grid.columns);
    graph.addNode(String(graph.order), {
      kind: NodeKind.Port,
      name: `ports in row ${row}, column ${column}`,
      blockNode: -1,
      x: clusterAlong(column, canvas.width, grid.columns),
      y: clusterAlong(row, canvas.height, grid.rows),
      ports: ports.length,
    });
  }
}

/** Index of the cell at `at` along one side of the canvas, clamped into the grid. */
function cellAlong(at: number, length: number, cells: number): number {
  return Math.min(Math.max(Math.floor(at / (length / cells)), 0), cells - 1);
}

/** First and last cell stand for the canvas edge, the others for their centre. */
function clusterAlong(cell: number, length: number, cells: number): number {
  if (cell === 0) return 0;
  if (cell === cells - 1) return length;
  return (cell + 0.5) * (length / cells);
}

function addConnections({ graph, graphNodes }: Draft, block: Block): void {
  const count = graph.order;
  const weights = new Map<number, number>(); // by source * count + target
  for (let net = 0; net < block.netCount; net++) {
    const from = block.netStarts[net]!;
    const to = block.netStarts[net + 1]!;
    const weight = block.netWeights[net]!;
    const driver = graphNodes[block.pinNodes[block.netPins[from]!]!]!;
    if (driver < 0) continue;
    for (let p = from + 1; p < to; p++) {
      const sink = graphNodes[block.pinNodes[block.netPins[p]!]!]!;
      if (sink < 0 || sink === driver) continue;
      const pair = Math.min(driver, sink) * count + Math.max(driver, sink);
      weights.set(pair, (weights.get(pair) ?? 0) + weight);
    }
  }
  for (const pair of [...weights.keys()].sort((a, b) => a - b)) {
    const source = Math.floor(pair / count);
    graph.addUndirectedEdge(String(source), String(pair - source * count), { weight: weights.get(pair)! });
  }
}

/** The graph as typed arrays, nodes in the graph's order. */
export function compileGraph(graph: MacroGraph): CompiledGraph {
  const nodeCount = graph.order;
  const edgeCount = graph.size;
  const positions = new Map<string, number>();
  const nodeKinds = new Uint8Array(nodeCount);
  const blockNodes = new Int32Array(nodeCount);
  const clusterXs = new Float64Array(nodeCount).fill(Number.NaN);
  const clusterYs = new Float64Array(nodeCount).fill(Number.NaN);
  graph.forEachNode((key, node) => {
    const position = positions.size;
    positions.set(key, position);
    nodeKinds[position] = node.kind;
    blockNodes[position] = node.blockNode;
    if (node.x !== undefined) clusterXs[position] = node.x;
    if (node.y !== undefined) clusterYs[position] = node.y;
  });
  const edges: [source: number, target: number, weight: number][] = [];
  graph.forEachEdge((_, { weight }, source, target) => {
    const a = positions.get(source)!;
    const b = positions.get(target)!;
    edges.push([Math.min(a, b), Math.max(a, b), weight]);
  });
  edges.sort((a, b) => a[0] - b[0] || a[1] - b[1]);
  const edgeSources = Int32Array.from(edges, (edge) => edge[0]);
  const edgeTargets = Int32Array.from(edges, (edge) => edge[1]);
  const edgeWeights = Float64Array.from(edges, (edge) => edge[2]);
  return {
    nodeCount,
    edgeCount,
    edgeSources,
    edgeTargets,
    edgeWeights,
    nodeKinds,
    blockNodes,
    clusterXs,
    clusterYs,
    ...incidence(nodeCount, edgeSources, edgeTargets),
  };
}

function incidence(
  nodeCount: number,
  sources: Int32Array,
  targets: Int32Array,
): Pick<CompiledGraph, "starts" | "neighbours" | "incidentEdges"> {
  const edgeCount = sources.length;
  const starts = new Int32Array(nodeCount + 1);
  for (let edge = 0; edge < edgeCount; edge++) {
    starts[sources[edge]! + 1]!++;
    starts[targets[edge]! + 1]!++;
  }
  for (let node = 0; node < nodeCount; node++) starts[node + 1]! += starts[node]!;
  const next = starts.slice(0, nodeCount);
  const neighbours = new Int32Array(2 * edgeCount);
  const incidentEdges = new Int32Array(2 * edgeCount);
  const add = (node: number, neighbour: number, edge: number) => {
    const slot = next[node]!++;
    neighbours[slot] = neighbour;
    incidentEdges[slot] = edge;
  };
  // Edges are ordered by source: a node first meets its lower neighbours, as a target, then its higher ones.
  for (let edge = 0; edge < edgeCount; edge++) add(targets[edge]!, sources[edge]!, edge);
  for (let edge = 0; edge < edgeCount; edge++) add(sources[edge]!, targets[edge]!, edge);
  return { starts, neighbours, incidentEdges };
}
