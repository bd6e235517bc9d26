// Standard cells into soft macros, after Circuit Training's grouper: groups around macros and ports stand first; the
// nodes are partitioned with few nets cut into these and a number of further parts, about equal in area; where cells
// have places, groups that are spread wide fall apart and tiny ones join a neighbour.
import { type Block, NodeKind, nodesOfKind } from "../block.js";
import { InputError } from "../input-error.js";
import { contract } from "../partition/coarsen.js";
import { type Hypergraph, makeHypergraph } from "../partition/hypergraph.js";
import { partition } from "../partition/recursive-bisection.js";
import { Random } from "../random.js";
import { type CellNets, cellNets } from "./cell-nets.js";
import { clusteredBlock, SOFT_UTILISATION } from "./clustered-block.js";
import { findCommunities } from "./communities.js";
import { breakUp, largestSpread, mergeSmall } from "./distance.js";
import { fixedGroups } from "./fixed-groups.js";

export interface ClusterOptions {
  /**
   * Parts beside the groups around macros and ports. By default the original's 500, but `LEAST_CELLS` cells to each
   * on average.
   */
  readonly clusters?: number;
  readonly seed?: number;
  /** `partition`: by min-cut partitioning; `communities`: by Louvain's method, in about as many groups, but as many as it finds. */
  readonly by?: "partition" | "communities";
  /** Which part of a soft macro its cells take. */
  readonly utilisation?: number;
}

export const DEFAULT_CLUSTERS = 500;
const LEAST_CELLS = 20;

/** Unbalance that the original allows its partitioner. */
const TOLERANCE = 0.05;

export interface Clustering {
  readonly block: Block;
  /** Per node of the flat block its group, or -1; the soft macro of group k is `Grp_k`. */
  readonly groups: Int32Array;
  /** Per node of the flat block its node in the clustered one. */
  readonly nodeOf: Int32Array;
  /** Whether cells had places, so that groups keep together in space. */
  readonly placed: boolean;
  /** Nets with nodes in several groups, of how many. */
  readonly cutNets: number;
  readonly nets: number;
}

/**
 * Clusters a flat block. The same block, options and seed give the same result. Throws `InputError` if the block has
 * soft macros already.
 */
export function clusterBlock(flat: Block, options: ClusterOptions = {}): Clustering {
  const cells = nodesOfKind(flat, NodeKind.StandardCell).length;
  const most = Math.min(DEFAULT_CLUSTERS, Math.ceil(cells / LEAST_CELLS));
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
  if (by === "partition") partitionCells(flat, nets, groups, fixed.count, clusters, random);
  else count = fixed.count + findCommunities(flat, nets, groups, fixed.count, clusters, random);
  const spread = largestSpread(flat);
  if (placed) count = breakUp(flat, groups, count, spread);
  mergeSmall(flat, nets, groups, count, placed ? spread / 2 : Number.POSITIVE_INFINITY);
  const { block, nodeOf } = clusteredBlock(flat, groups, flat.canvas.width / flat.grid.columns, utilisation);
  return { block, groups, nodeOf, placed, cutNets: cutNets(nets, groups), nets: nets.netCount };
}

function everyCellPlaced({ kinds, nodeCount, initial }: Block): boolean {
  for (let node = 0; node < nodeCount; node++)
    if (kinds[node] === NodeKind.StandardCell && Number.isNaN(initial.xs[node]! + initial.ys[node]!))
      return false;
  return true;
}

/** Gives every cell a group: 0 .. fixedCount - 1 as far as `groups` says so, the rest up to fixedCount + clusters. */
function partitionCells(
  flat: Block,
  nets: CellNets,
  groups: Int32Array,
  fixedCount: number,
  clusters: number,
  random: Random,
): void {
  // A vertex per fixed group, then one per cell that is in none. Ports and macros of no group have no nets to cut.
  const vertexOf = new Int32Array(flat.nodeCount);
  let vertices = fixedCount;
  for (let node = 0; node < flat.nodeCount; node++)
    vertexOf[node] = groups[node]! >= 0 ? groups[node]! : vertices++;
  const graph = contract(hypergraphOf(flat, nets), vertexOf, vertices);
  const fixedParts = new Int32Array(vertices).fill(-1);
  for (let group = 0; group < fixedCount; group++) fixedParts[group] = group;
  const parts = partition(graph, fixedCount + clusters, random, { tolerance: TOLERANCE, fixedParts });
  for (let node = 0; node < flat.nodeCount; node++)
    if (flat.kinds[node] === NodeKind.StandardCell) groups[node] = parts[vertexOf[node]!]!;
}

/** Nodes with the areas of standard cells; others have none. */
function hypergraphOf(flat: Block, nets: CellNets): Hypergraph {
  const areas = Float64Array.from(flat.kinds, (kind, node) =>
    kind === NodeKind.StandardCell ? flat.widths[node]! * flat.heights[node]! : 0,
  );
  return makeHypergraph(areas, nets.netStarts, nets.netNodes, new Int32Array(nets.netCount).fill(1));
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
