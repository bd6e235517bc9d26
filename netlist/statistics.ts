// Statistics of a block before anything is placed: sizes, counts, fan-out, utilisation, connectivity. The results are
// plain objects, ready for JSON. Lengths are in µm, areas in µm².
import {
  type Block,
  type Blockage,
  type Canvas,
  type Grid,
  NodeKind,
  nodesOfKind,
  type RoutingResources,
} from "./block.js";
import { buildMacroGraph, type CompiledGraph, compileGraph } from "./macro-graph.js";
import { describeRent, type RentDescription } from "./rent.js";

export interface BlockDescription {
  readonly name: string;
  readonly counts: {
    readonly hardMacros: number;
    readonly softMacros: number;
    readonly standardCells: number;
    readonly ports: number;
    readonly pins: number;
    readonly nets: number;
  };
  readonly canvas: Canvas;
  readonly grid: Grid & { readonly cellWidth: number; readonly cellHeight: number };
  readonly routing: RoutingResources;
  readonly smoothing: number;
  readonly overlapThreshold: number;
  readonly blockages: readonly Blockage[];
  /** Areas in µm². `hardShare`: hard macros as a share of all macros and cells. */
  readonly area: {
    readonly hard: number;
    readonly soft: number;
    readonly cells: number;
    readonly hardShare: number;
  };
  /** µm². */
  readonly softMacroAreas: Quantiles;
  /** Shares of the canvas area. */
  readonly utilisation: { readonly hard: number; readonly total: number };
  /** Numbers of macros and cells. Fixed ones also count as placed or unplaced. */
  readonly places: { readonly placed: number; readonly unplaced: number; readonly fixed: number };
  /** Pins of nets, the driver included. */
  readonly fanout: FanoutDescription;
  readonly netWeights: Quantiles;
  readonly pinsPerHardMacro: Quantiles;
  readonly pinsPerSoftMacro: Quantiles;
  readonly wires: WireDescription;
  /** Sizes of hard macros, most frequent first. */
  readonly macroSizes: readonly { readonly width: number; readonly height: number; readonly count: number }[];
  /** Notes on what may be a mistake in the files, one line each. */
  readonly notes: readonly string[];
  /** The macro graph; undefined for blocks of more than 20,000 macros and cells. */
  readonly graph?: GraphDescription;
  /** Undefined where `graph` is. */
  readonly rent?: RentDescription;
}

export interface Quantiles {
  readonly minimum: number;
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly maximum: number;
  readonly mean: number;
}

export interface FanoutDescription extends Quantiles {
  /** Number of nets with `from` to `to` pins. */
  readonly histogram: readonly { readonly from: number; readonly to: number; readonly nets: number }[];
}

export interface GraphDescription {
  readonly nodes: number;
  readonly portClusters: number;
  readonly edges: number;
  /** Number of connected components, and number of nodes of the largest. */
  readonly components: number;
  readonly largestComponent: number;
  readonly degree: Quantiles;
  readonly edgeWeights: Quantiles;
}

const MOST_GRAPH_NODES = 20_000;

/** Describes a block. The quantiles of an empty list are 0. */
export function describeBlock(block: Block): BlockDescription {
  const { canvas, grid } = block;
  const counts = [0, 0, 0, 0]; // by NodeKind
  const areas = [0, 0, 0, 0];
  let placed = 0;
  let fixed = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    const kind = block.kinds[node]!;
    counts[kind]!++;
    areas[kind]! += block.widths[node]! * block.heights[node]!;
    if (kind === NodeKind.Port) continue;
    if (!Number.isNaN(block.initial.xs[node]!)) placed++;
    if (block.fixed[node]) fixed++;
  }
  const [hardMacros, softMacros, standardCells, ports] = counts as [number, number, number, number];
  const [hard, soft, cells] = areas as [number, number, number];
  const movable = hardMacros + softMacros + standardCells;
  const canvasArea = canvas.width * canvas.height;
  const description: BlockDescription = {
    name: block.name,
    counts: { hardMacros, softMacros, standardCells, ports, pins: block.pinCount, nets: block.netCount },
    canvas,
    grid: { ...grid, cellWidth: canvas.width / grid.columns, cellHeight: canvas.height / grid.rows },
    routing: block.routing,
    smoothing: block.smoothing,
    overlapThreshold: block.overlapThreshold,
    blockages: block.blockages,
    area: { hard, soft, cells, hardShare: movable > 0 ? hard / (hard + soft + cells) : 0 },
    softMacroAreas: quantiles(softMacroAreas(block)),
    utilisation: { hard: hard / canvasArea, total: (hard + soft + cells) / canvasArea },
    places: { placed, unplaced: movable - placed, fixed },
    fanout: describeFanout(block),
    netWeights: quantiles(block.netWeights),
    pinsPerHardMacro: quantiles(pinsPer(block, NodeKind.HardMacro)),
    pinsPerSoftMacro: quantiles(pinsPer(block, NodeKind.SoftMacro)),
    wires: describeWires(block),
    macroSizes: macroSizes(block),
    notes: notesOn(block),
  };
  if (movable > MOST_GRAPH_NODES) return description;
  return {
    ...description,
    graph: describeGraph(compileGraph(buildMacroGraph(block))),
    rent: describeRent(block),
  };
}

/** Notes on what may be a mistake in the files of a block, one line each. */
export function notesOn(block: Block): string[] {
  const groups = block.nodeNames.filter(
    (name, node) => block.kinds[node] === NodeKind.HardMacro && /^Grp_\d+$/.test(name),
  );
  if (groups.length === 0) return [];
  return [
    `${block.name}: ${groups.length} hard macros have names of soft macros, '${groups[0]}' for one; a soft macro is of type macro, in lower case`,
  ];
}

/** Minimum, median, nearest-rank 90 and 99 per cent, maximum and mean. */
export function quantiles(values: ArrayLike<number>): Quantiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) => sorted[Math.max(Math.ceil(share * sorted.length) - 1, 0)] ?? 0;
  let sum = 0;
  for (const value of sorted) sum += value;
  return {
    minimum: at(0),
    median: at(0.5),
    p90: at(0.9),
    p99: at(0.99),
    maximum: at(1),
    mean: sorted.length > 0 ? sum / sorted.length : 0,
  };
}

function describeFanout(block: Block): FanoutDescription {
  const fanouts = new Int32Array(block.netCount);
  for (let net = 0; net < block.netCount; net++)
    fanouts[net] = block.netStarts[net + 1]! - block.netStarts[net]!;
  // 1, 2, 3, 4, 5, 6 to 10, 11 to 20, 21 to 50, 51 to 100, then the rest.
  const tops = [1, 2, 3, 4, 5, 10, 20, 50, 100, Number.MAX_SAFE_INTEGER];
  const nets = new Array<number>(tops.length).fill(0);
  for (const fanout of fanouts) nets[tops.findIndex((top) => fanout <= top)]!++;
  const summary = quantiles(fanouts);
  const histogram = tops.flatMap((top, bin) =>
    nets[bin]! > 0
      ? [{ from: bin === 0 ? 1 : tops[bin - 1]! + 1, to: Math.min(top, summary.maximum), nets: nets[bin]! }]
      : [],
  );
  return { ...summary, histogram };
}

function pinsPer(block: Block, kind: NodeKind): number[] {
  const pins = new Int32Array(block.nodeCount);
  for (let pin = 0; pin < block.pinCount; pin++) pins[block.pinNodes[pin]!]!++;
  return [...pins].filter((_, node) => block.kinds[node] === kind);
}

function softMacroAreas(block: Block): number[] {
  return [...nodesOfKind(block, NodeKind.SoftMacro)].map(
    (node) => block.widths[node]! * block.heights[node]!,
  );
}

function macroSizes(block: Block): { width: number; height: number; count: number }[] {
  const sizes = new Map<string, { width: number; height: number; count: number }>();
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const width = block.widths[node]!;
    const height = block.heights[node]!;
    const size = sizes.get(`${width} ${height}`);
    if (size) size.count++;
    else sizes.set(`${width} ${height}`, { width, height, count: 1 });
  }
  return [...sizes.values()].sort((a, b) => b.count - a.count || b.width * b.height - a.width * a.height);
}

function describeGraph(graph: CompiledGraph): GraphDescription {
  const { nodeCount, starts, neighbours } = graph;
  const seen = new Uint8Array(nodeCount);
  const queue: number[] = [];
  let components = 0;
  let largestComponent = 0;
  for (let root = 0; root < nodeCount; root++) {
    if (seen[root]) continue;
    components++;
    let size = 0;
    seen[root] = 1;
    queue.push(root);
    while (queue.length > 0) {
      const node = queue.pop()!;
      size++;
      for (let i = starts[node]!; i < starts[node + 1]!; i++) {
        const neighbour = neighbours[i]!;
        if (seen[neighbour]) continue;
        seen[neighbour] = 1;
        queue.push(neighbour);
      }
    }
    largestComponent = Math.max(largestComponent, size);
  }
  let portClusters = 0;
  const degrees = new Int32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    degrees[node] = starts[node + 1]! - starts[node]!;
    if (graph.blockNodes[node]! < 0) portClusters++;
  }
  return {
    nodes: nodeCount,
    portClusters,
    edges: graph.edgeCount,
    components,
    largestComponent,
    degree: quantiles(degrees),
    edgeWeights: quantiles(graph.edgeWeights),
  };
}

/** Total net weight, and shares of it by the kinds of nodes that nets connect. A net can count in several shares. */
export interface WireDescription {
  readonly total: number;
  /** Of nets with a pin on a hard macro. */
  readonly ofHardMacros: number;
  /** Of nets with pins on two or more hard macros. */
  readonly betweenHardMacros: number;
  /** Of nets with a port. */
  readonly ofPorts: number;
  /** Of nets between soft macros (or cells) alone. */
  readonly ofSoftMacrosOnly: number;
}

/** Adds up net weights by the kinds of nodes that nets connect. Without nets all shares are 0. */
export function describeWires(block: Block): WireDescription {
  let total = 0;
  let ofHardMacros = 0;
  let betweenHardMacros = 0;
  let ofPorts = 0;
  let ofSoftMacrosOnly = 0;
  for (let net = 0; net < block.netCount; net++) {
    const hard = new Set<number>();
    let hasPort = false;
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++) {
      const node = block.pinNodes[block.netPins[i]!]!;
      if (block.kinds[node] === NodeKind.HardMacro) hard.add(node);
      if (block.kinds[node] === NodeKind.Port) hasPort = true;
    }
    const weight = block.netWeights[net]!;
    total += weight;
    if (hard.size > 0) ofHardMacros += weight;
    if (hard.size > 1) betweenHardMacros += weight;
    if (hasPort) ofPorts += weight;
    if (hard.size === 0 && !hasPort) ofSoftMacrosOnly += weight;
  }
  const share = (part: number) => (total > 0 ? part / total : 0);
  return {
    total,
    ofHardMacros: share(ofHardMacros),
    betweenHardMacros: share(betweenHardMacros),
    ofPorts: share(ofPorts),
    ofSoftMacrosOnly: share(ofSoftMacrosOnly),
  };
}
