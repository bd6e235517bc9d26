// Partitioning into k parts by recursive bisection. Each bisection divides the area in the ratio of the parts on
// either side.
import type { Random } from "../random.js";
import { type BisectionOptions, bisect } from "./bisection.js";
import { type Hypergraph, makeHypergraph } from "./hypergraph.js";

export interface PartitionOptions extends BisectionOptions {
  readonly random: Random;
  /**
   * How far each bisection may be off its ratio, as a share of the area that it divides: 0.05 allows halves of 45 to
   * 55 % (hMETIS' unbalance 5). The deviations of nested bisections multiply.
   */
  readonly tolerance?: number;
  /** Per vertex the part that it must be in, or -1. */
  readonly fixedParts?: Int32Array;
}

const TOLERANCE = 0.02;

/** Per vertex its part, 0 .. parts - 1, with few nets cut and areas about equal. Parts may be empty. */
export function partition(
  graph: Hypergraph,
  parts: number,
  { random, tolerance = TOLERANCE, fixedParts, ...options }: PartitionOptions,
): Int32Array {
  const partOf = new Int32Array(graph.vertexCount);
  const localOf = new Int32Array(graph.vertexCount).fill(-1);
  const all = new Int32Array(graph.vertexCount);
  for (let vertex = 0; vertex < all.length; vertex++) all[vertex] = vertex;
  const work: { vertices: Int32Array; first: number; count: number }[] = [
    { vertices: all, first: 0, count: parts },
  ];
  for (let task = work.pop(); task; task = work.pop()) {
    const { vertices, first, count } = task;
    if (count <= 1 || vertices.length === 0) {
      for (const vertex of vertices) partOf[vertex] = first;
      continue;
    }
    const inner = vertices.length === graph.vertexCount ? graph : subgraph(graph, vertices, localOf);
    const left = Math.ceil(count / 2);
    const total = inner.areas.reduce((sum, area) => sum + area, 0);
    const target = (total * left) / count;
    const slack = tolerance * total;
    const fixed = Int8Array.from(vertices, (vertex) => {
      const part = fixedParts?.[vertex] ?? -1;
      return part < 0 ? -1 : part < first + left ? 0 : 1;
    });
    const balance = { low: target - slack, high: target + slack };
    const { sides } = bisect({ graph: inner, fixed, balance }, random, options);
    work.push(
      { vertices: vertices.filter((_, i) => sides[i] === 1), first: first + left, count: count - left },
      { vertices: vertices.filter((_, i) => sides[i] === 0), first, count: left },
    );
  }
  return partOf;
}

/**
 * The graph of some vertices, in their order: nets keep those of their vertices that are there, and need two.
 * @param localOf scratch, one per vertex of `graph`, all -1, and so afterwards
 */
export function subgraph(graph: Hypergraph, vertices: Int32Array, localOf: Int32Array): Hypergraph {
  const { vertexStarts, vertexNets, netStarts, netVertices, netWeights } = graph;
  for (let i = 0; i < vertices.length; i++) localOf[vertices[i]!] = i;
  const starts: number[] = [0];
  const inner: number[] = [];
  const weights: number[] = [];
  for (let i = 0; i < vertices.length; i++) {
    const vertex = vertices[i]!;
    for (let k = vertexStarts[vertex]!; k < vertexStarts[vertex + 1]!; k++) {
      const net = vertexNets[k]!;
      const start = inner.length;
      let least = i; // a net is entered at the least of its vertices
      for (let j = netStarts[net]!; j < netStarts[net + 1]!; j++) {
        const local = localOf[netVertices[j]!]!;
        if (local < 0) continue;
        if (local < least) {
          least = local;
          break;
        }
        inner.push(local);
      }
      if (least < i || inner.length - start < 2) {
        inner.length = start;
        continue;
      }
      starts.push(inner.length);
      weights.push(netWeights[net]!);
    }
  }
  const areas = Float64Array.from(vertices, (vertex) => graph.areas[vertex]!);
  for (const vertex of vertices) localOf[vertex] = -1;
  return makeHypergraph(areas, { starts, vertices: inner, weights });
}
