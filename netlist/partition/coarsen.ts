// Coarsening for multilevel partitioning: vertices that share heavy nets are merged in pairs. A net of n vertices adds
// weight / (n - 1) to the score of each pair of them (heavy-edge matching as in hMETIS and MLPart: Karypis et al. 1999,
// Caldwell, Kahng and Markov 2000). Nets that become equal are merged, and nets within one vertex are dropped.
import type { Random } from "../random.js";
import type { FixedSides } from "./fiduccia-mattheyses.js";
import { type Hypergraph, makeHypergraph } from "./hypergraph.js";

/** Larger nets say little about which two vertices belong together, and take the most time. */
const LARGEST_NET_READ = 40;

/** One level of the multilevel scheme. */
export interface Level {
  readonly graph: Hypergraph;
  readonly fixed: FixedSides;
}

export interface Coarser extends Level {
  /** Per vertex of the finer graph, its vertex in the coarser one. */
  readonly vertexOf: Int32Array;
}

/**
 * The next coarser level, at best with half as many vertices. Two free vertices merge if their area stays within
 * `mostArea`; the fixed vertices of a side all merge into one.
 */
export function coarsen({ graph, fixed }: Level, mostArea: number, random: Random): Coarser {
  const vertexOf = match({ graph, fixed }, mostArea, random);
  let count = 0;
  for (const vertex of vertexOf) if (vertex >= count) count = vertex + 1;
  const coarseFixed = new Int8Array(count).fill(-1);
  for (let vertex = 0; vertex < graph.vertexCount; vertex++)
    if (fixed[vertex] !== -1) coarseFixed[vertexOf[vertex]!] = fixed[vertex]!;
  return { graph: contract(graph, vertexOf, count), fixed: coarseFixed, vertexOf };
}

function match({ graph, fixed }: Level, mostArea: number, random: Random): Int32Array {
  const { vertexCount, areas, vertexStarts, vertexNets, netStarts, netVertices, netWeights } = graph;
  const vertexOf = new Int32Array(vertexCount).fill(-1);
  const scores = new Float64Array(vertexCount);
  const met = new Int32Array(vertexCount);
  const order = new Int32Array(vertexCount);
  for (let i = 0; i < vertexCount; i++) order[i] = i;
  random.shuffle(order);
  let next = 0;
  for (let side = 0; side < 2; side++) {
    let together = -1;
    for (let vertex = 0; vertex < vertexCount; vertex++) {
      if (fixed[vertex] !== side) continue;
      if (together < 0) together = next++;
      vertexOf[vertex] = together;
    }
  }
  for (const vertex of order) {
    if (vertexOf[vertex]! >= 0) continue;
    let metCount = 0;
    for (let i = vertexStarts[vertex]!; i < vertexStarts[vertex + 1]!; i++) {
      const net = vertexNets[i]!;
      const start = netStarts[net]!;
      const end = netStarts[net + 1]!;
      if (end - start > LARGEST_NET_READ) continue;
      const score = netWeights[net]! / (end - start - 1);
      for (let j = start; j < end; j++) {
        const other = netVertices[j]!;
        if (other === vertex || vertexOf[other]! >= 0) continue;
        if (areas[vertex]! + areas[other]! > mostArea) continue;
        if (scores[other] === 0) met[metCount++] = other;
        scores[other]! += score;
      }
    }
    let partner = -1;
    let most = 0;
    for (let i = 0; i < metCount; i++) {
      const other = met[i]!;
      // Of equal ones the smaller: areas grow evenly.
      const score = scores[other]!;
      scores[other] = 0;
      if (score < most || (score === most && areas[other]! >= areas[partner]!)) continue;
      most = score;
      partner = other;
    }
    vertexOf[vertex] = next;
    if (partner >= 0) vertexOf[partner] = next;
    next++;
  }
  return vertexOf;
}

/** The graph of groups of vertices, `groups[v]` in 0 .. count - 1. Areas add up, and so do weights of equal nets. */
export function contract(graph: Hypergraph, groups: Int32Array, count: number): Hypergraph {
  const { netStarts, netVertices, netWeights, netCount } = graph;
  const areas = new Float64Array(count);
  for (let vertex = 0; vertex < graph.vertexCount; vertex++) areas[groups[vertex]!]! += graph.areas[vertex]!;
  const starts = new Int32Array(netCount + 1);
  const vertices = new Int32Array(netVertices.length);
  const weights = new Int32Array(netCount);
  const seenIn = new Int32Array(count).fill(-1);
  const twins = new TwinNets(netCount, starts, vertices);
  let nets = 0;
  for (let net = 0; net < netCount; net++) {
    const start = starts[nets]!;
    let end = start;
    for (let i = netStarts[net]!; i < netStarts[net + 1]!; i++) {
      const group = groups[netVertices[i]!]!;
      if (seenIn[group] === net) continue;
      seenIn[group] = net;
      vertices[end++] = group;
    }
    if (end - start < 2) continue;
    starts[nets + 1] = end;
    vertices.subarray(start, end).sort();
    const twin = twins.find(nets);
    weights[twin]! += netWeights[net]!;
    if (twin === nets) nets++;
  }
  return makeHypergraph(areas, {
    starts: starts.subarray(0, nets + 1),
    vertices: vertices.subarray(0, starts[nets]!),
    weights: weights.subarray(0, nets),
  });
}

/** Finds nets of the same sorted vertices: a hash table with open addressing. */
class TwinNets {
  private readonly table: Int32Array;
  private readonly starts: Int32Array;
  private readonly vertices: Int32Array;

  constructor(most: number, starts: Int32Array, vertices: Int32Array) {
    let size = 16;
    while (size < 2 * most) size *= 2;
    this.table = new Int32Array(size).fill(-1);
    this.starts = starts;
    this.vertices = vertices;
  }

  /** The first net with the vertices of `net`, which is entered if it is the first. */
  find(net: number): number {
    const { table, starts, vertices } = this;
    let hash = 0;
    for (let i = starts[net]!; i < starts[net + 1]!; i++) {
      hash = Math.imul(hash ^ vertices[i]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let slot = hash & (table.length - 1); ; slot = (slot + 1) & (table.length - 1)) {
      const other = table[slot]!;
      if (other < 0) {
        table[slot] = net;
        return net;
      }
      if (this.same(net, other)) return other;
    }
  }

  private same(a: number, b: number): boolean {
    const { starts, vertices } = this;
    const length = starts[a + 1]! - starts[a]!;
    if (starts[b + 1]! - starts[b]! !== length) return false;
    for (let i = 0; i < length; i++) if (vertices[starts[a]! + i] !== vertices[starts[b]! + i]) return false;
    return true;
  }
}
