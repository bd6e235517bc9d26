// Clusters standard cells into soft macros, after Circuit Training's grouper. First come groups around macros and ports.
// Partitioning with few nets cut then assigns the other cells to these groups or to a number of further ones of about
// equal area. Where cells have places, groups that spread too wide are divided and tiny ones join a neighbour. Fixed cells
// are in no group; the clustered block keeps them where they are.
import { type Block, countCells, isMovableCell, NodeKind, nodesOfKind } from "../block.js";
import { isFixedCell } from "../fixed-cells.js";
import { InputError } from "../input-error.js";
import { contract } from "../partition/coarsen.js";
import { type Hypergraph, makeHypergraph } from "../partition/hypergraph.js";
import { partition } from "../partition/recursive-bisection.js";
import { Random } from "../random.js";
import { type CellNets, cellNets } from "./cell-nets.js";
import { clusteredBlock, SOFT_UTILISATION } from "./clustered-block.js";
import { findCommunities, type GroupingTask } from "./communities.js";
import { breakUp, largestSpread, mergeSmall } from "./distance.js";
import { fixedGroups } from "./fixed-groups.js";

export interface ClusterOptions {
  /**
   * Number of groups, not counting those around macros and ports. The default is the original's 500, or fewer so that
   * a group has 20 cells on average.
   */
  readonly clusters?: number;
  readonly seed?: number;
  /** Min-cut partitioning, or Louvain's method, which finds roughly as many groups. */
  readonly by?: "partition" | "communities";
  /** Share of a soft macro's area that its cells fill. */
  readonly utilisation?: number;
}

export const DEFAULT_CLUSTERS = 500;
const LEAST_CELLS = 20;

/** The imbalance that the original allows its partitioner. */
const TOLERANCE = 0.05;

export interface Clustering {
  readonly block: Block;
  /** Per node of the flat block its group, or -1; the soft macro of group k is `Grp_k`. */
  readonly groups: Int32Array;
  /** Per node of the flat block its node in the clustered one. */
  readonly nodeOf: Int32Array;
  /** Whether all cells had places, so that distance was taken into account. */
  readonly placed: boolean;
  /** Nets with nodes in several groups, and all nets. */
  readonly cutNets: number;
  readonly nets: number;
}

/**
 * Clusters a flat block. The same block, options and seed give the same result. Throws `InputError` if the block has
 * soft macros already.
 */
export function clusterBlock(flat: Block, options: ClusterOptions = {}): Clustering {
  const cells = countCells(flat).movable;
  const most = Math.max(1, Math.min(DEFAULT_CLUSTERS, Math.ceil(cells / LEAST_CELLS)));
  const { clusters = most, seed = 1, by = "partition", utilisation = SOFT_UTILISATION } = options;
  if (!Number.isInteger(clusters) || clusters < 1)
    throw new InputError(flat.name, `${clusters} clusters`, "a whole number of at least 1 was expected");
  const [soft] = nodesOfKind(flat, NodeKind.SoftMacro);
  if (soft !== undefined)
    throw new InputError(
      flat.name,
      `has soft macros already, '${flat.nodeNames[soft]}' for one, and standard cells beside them`,
      "give a netlist of cells alone, or leave the cells as they are (place and train: --no-clustering)",
    );
  const placed = everyCellPlaced(flat);
  const nets = cellNets(flat);
  const fixed = fixedGroups(flat, nets);
  const groups = fixed.groups.slice();
  let count = fixed.count + clusters;
  const random = Random.stream(seed, "clustering", by);
  const task = { groups, first: fixed.count, clusters, random };
  if (by === "partition") partitionCells(flat, nets, task);
  else count = fixed.count + findCommunities(flat, nets, task);
  const spread = largestSpread(flat);
  if (placed) count = breakUp(flat, { groups, count }, spread);
  mergeSmall(flat, nets, { groups, count, reach: placed ? spread / 2 : Number.POSITIVE_INFINITY });
  const softWidth = flat.canvas.width / flat.grid.columns;
  const { block, nodeOf } = clusteredBlock(flat, groups, { softWidth, utilisation });
  return { block, groups, nodeOf, placed, cutNets: cutNets(nets, groups), nets: nets.netCount };
}

function everyCellPlaced(flat: Block): boolean {
  const { xs, ys } = flat.initial;
  for (let node = 0; node < flat.nodeCount; node++)
    if (isMovableCell(flat, node) && Number.isNaN(xs[node]! + ys[node]!)) return false;
  return true;
}

/** Gives every cell without a group one of first .. first + clusters - 1. */
function partitionCells(flat: Block, nets: CellNets, task: GroupingTask): void {
  const { groups, first, clusters, random } = task;
  // A vertex per fixed group, then one per cell that is in none. Ports and macros of no group have no nets to cut. All
  // fixed cells share one vertex, which has no nets and no area.
  const vertexOf = new Int32Array(flat.nodeCount);
  let vertices = first;
  let fixedCells = -1;
  for (let node = 0; node < flat.nodeCount; node++) {
    if (groups[node]! >= 0) vertexOf[node] = groups[node]!;
    else if (!isFixedCell(flat, node)) vertexOf[node] = vertices++;
    else {
      if (fixedCells < 0) fixedCells = vertices++;
      vertexOf[node] = fixedCells;
    }
  }
  const graph = contract(hypergraphOf(flat, nets), vertexOf, vertices);
  const fixedParts = new Int32Array(vertices).fill(-1);
  for (let group = 0; group < first; group++) fixedParts[group] = group;
  const parts = partition(graph, first + clusters, { random, tolerance: TOLERANCE, fixedParts });
  for (let node = 0; node < flat.nodeCount; node++)
    if (isMovableCell(flat, node)) groups[node] = parts[vertexOf[node]!]!;
}

/** Nodes with the areas of movable cells; others have none. */
function hypergraphOf(flat: Block, nets: CellNets): Hypergraph {
  const areas = Float64Array.from(flat.kinds, (_, node) =>
    isMovableCell(flat, node) ? flat.widths[node]! * flat.heights[node]! : 0,
  );
  const weights = new Int32Array(nets.netCount).fill(1);
  return makeHypergraph(areas, { starts: nets.netStarts, vertices: nets.netNodes, weights });
}

/** Nets with nodes in several groups; a node of none counts as one by itself. */
function cutNets({ netCount, netStarts, netNodes }: CellNets, groups: Int32Array): number {
  let cut = 0;
  for (let net = 0; net < netCount; net++) {
    const first = groups[netNodes[netStarts[net]!]!]!;
    for (let i = netStarts[net]! + 1; i < netStarts[net + 1]!; i++)
      if (first < 0 || groups[netNodes[i]!] !== first) {
        cut++;
        break;
      }
  }
  return cut;
}
