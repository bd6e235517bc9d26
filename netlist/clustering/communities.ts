// Clusters of cells by community detection (Blondel et al. 2008, Louvain's method, graphology's library): the simple
// alternative to partitioning. How many and how large they are is for the graph to say.
import { UndirectedGraph } from "graphology";
import louvainModule from "graphology-communities-louvain";
import { type Block, isMovableCell } from "../block.js";
import type { Random } from "../random.js";
import type { CellNets } from "./cell-nets.js";

// The library's types speak of a default export, its CommonJS module is the function itself.
const louvain = louvainModule as unknown as typeof louvainModule.default;

/** Clusters asked for per unit of resolution: a higher one finds more and smaller communities (500 asked for: 40). */
const CLUSTERS_PER_RESOLUTION = 12.5;

/** How to group the cells that are in no group yet. */
export interface GroupingTask {
  /** Per node its group, or -1; filled in place. */
  readonly groups: Int32Array;
  /** Number of the first new group. */
  readonly first: number;
  /** How many new groups are wanted. */
  readonly clusters: number;
  readonly random: Random;
}

/** Gives cells without a group one of their own, from `first` on. Returns how many groups it found. */
export function findCommunities(flat: Block, nets: CellNets, task: GroupingTask): number {
  const { groups, first, clusters, random } = task;
  const isFree = (node: number) => isMovableCell(flat, node) && groups[node]! < 0;
  const graph = new UndirectedGraph();
  for (let node = 0; node < flat.nodeCount; node++) if (isFree(node)) graph.addNode(node);
  const { netCount, netStarts, netNodes } = nets;
  for (let net = 0; net < netCount; net++) {
    const start = netStarts[net]!;
    const end = netStarts[net + 1]!;
    const driver = netNodes[start]!;
    if (!isFree(driver)) continue;
    // A star from the driver; all of a net's edges together weigh one.
    for (let i = start + 1; i < end; i++)
      if (isFree(netNodes[i]!))
        graph.updateEdge(driver, netNodes[i]!, ({ weight = 0 }) => ({
          weight: weight + 1 / (end - start - 1),
        }));
  }
  const resolution = Math.max(1, clusters / CLUSTERS_PER_RESOLUTION);
  const found = louvain(graph, { resolution, rng: () => random.uniform() });
  let count = 0;
  for (let node = 0; node < flat.nodeCount; node++) {
    if (!isFree(node)) continue;
    const community = found[node]!;
    groups[node] = first + community;
    count = Math.max(count, community + 1);
  }
  return count;
}
