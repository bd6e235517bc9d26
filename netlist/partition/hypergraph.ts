// Hypergraphs as flat arrays, for partitioning. Net weights are integers because gains are kept in buckets.
import { groupBy } from "../arrays.js";

export interface Hypergraph {
  readonly vertexCount: number;
  readonly areas: Float64Array;
  readonly netCount: number;
  /** Distinct vertices of net n: `netVertices[netStarts[n] .. netStarts[n + 1]]`. */
  readonly netStarts: Int32Array;
  readonly netVertices: Int32Array;
  /** Positive integers. */
  readonly netWeights: Int32Array;
  /** Nets of vertex v: `vertexNets[vertexStarts[v] .. vertexStarts[v + 1]]`. */
  readonly vertexStarts: Int32Array;
  readonly vertexNets: Int32Array;
}

/** Nets in order: net n has `weights[n]` and the distinct vertices `vertices[starts[n] .. starts[n + 1]]`. */
export interface NetLists {
  readonly starts: readonly number[] | Int32Array;
  readonly vertices: readonly number[] | Int32Array;
  /** Positive integers. */
  readonly weights: readonly number[] | Int32Array;
}

/** The hypergraph of these nets over vertices with these areas (any unit). */
export function makeHypergraph(areas: Float64Array, nets: NetLists): Hypergraph {
  const starts = new Int32Array(nets.starts);
  const vertices = new Int32Array(nets.vertices);
  const netOf = new Int32Array(vertices.length);
  for (let net = 0; net + 1 < starts.length; net++)
    for (let i = starts[net]!; i < starts[net + 1]!; i++) netOf[i] = net;
  const { starts: vertexStarts, items: vertexNets } = groupBy(areas.length, vertices);
  for (let i = 0; i < vertexNets.length; i++) vertexNets[i] = netOf[vertexNets[i]!]!;
  return {
    vertexCount: areas.length,
    areas,
    netCount: starts.length - 1,
    netStarts: starts,
    netVertices: vertices,
    netWeights: new Int32Array(nets.weights),
    vertexStarts,
    vertexNets,
  };
}

/** Sum of the weights of nets with vertices on both sides. */
export function cutOf(graph: Hypergraph, sides: Uint8Array): number {
  const { netStarts, netVertices, netWeights } = graph;
  let cut = 0;
  for (let net = 0; net < graph.netCount; net++) {
    const start = netStarts[net]!;
    const side = sides[netVertices[start]!]!;
    for (let i = start + 1; i < netStarts[net + 1]!; i++)
      if (sides[netVertices[i]!] !== side) {
        cut += netWeights[net]!;
        break;
      }
  }
  return cut;
}
