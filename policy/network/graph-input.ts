// The block as the network reads it: the graph of macros, soft macros and port clusters with features that do not
// change during an episode.
import { EigenvalueDecomposition, Matrix, QrDecomposition } from "ml-matrix";
import { type Block, buildMacroGraph, compileGraph, NodeKind, Random } from "../../netlist/index.js";
import type { PolicyGraph } from "./contract.js";
import { NodePlaces } from "./node-places.js";

/**
 * Kind (3), width, height, square root of the area, logarithm of the degree, place (2) and whether it is known; spectral
 * features may follow.
 */
export const NODE_FEATURES = 10;

/** A block's graph, and where the block's nodes are in it. */
export interface GraphInput extends PolicyGraph {
  /** Graph node of every block node, or -1. */
  readonly graphNodes: Int32Array;
  /** For a network that reads the places of all nodes at every step. */
  readonly places?: NodePlaces;
}

/**
 * The block's graph with its features, `spectral` of them spectral. Edge weights are divided by their mean.
 * @param live whether the network reads the places of all nodes
 */
export function graphInput(block: Block, spectral = 0, { live = false } = {}): GraphInput {
  const graph = compileGraph(buildMacroGraph(block));
  const { nodeCount, edgeCount } = graph;
  const { width, height } = block.canvas;
  const side = Math.sqrt(width * height);
  const count = NODE_FEATURES + spectral;
  const features = new Float32Array(nodeCount * count);
  const graphNodes = new Int32Array(block.nodeCount).fill(-1);
  const meanDegree = Math.max(1, (2 * edgeCount) / Math.max(1, nodeCount));
  for (let node = 0; node < nodeCount; node++) {
    const blockNode = graph.blockNodes[node]!;
    const row = features.subarray(node * count, (node + 1) * count);
    const kind = graph.nodeKinds[node]!;
    row[0] = kind === NodeKind.HardMacro ? 1 : 0;
    row[1] = kind === NodeKind.Port ? 1 : 0;
    row[2] = 1 - row[0]! - row[1]!;
    row[6] = Math.log1p((graph.starts[node + 1]! - graph.starts[node]!) / meanDegree);
    let x = graph.clusterXs[node]!;
    let y = graph.clusterYs[node]!;
    if (blockNode >= 0) {
      graphNodes[blockNode] = node;
      row[3] = block.widths[blockNode]! / width;
      row[4] = block.heights[blockNode]! / height;
      row[5] = Math.sqrt(block.widths[blockNode]! * block.heights[blockNode]!) / side;
      if (block.fixed[blockNode]) {
        x = block.initial.xs[blockNode]!;
        y = block.initial.ys[blockNode]!;
      }
    }
    if (Number.isNaN(x + y)) continue;
    row[7] = (2 * x) / width - 1;
    row[8] = (2 * y) / height - 1;
    row[9] = 1;
  }
  let total = 0;
  for (const weight of graph.edgeWeights) total += weight;
  const mean = total / Math.max(1, edgeCount) || 1;
  const { edgeSources, edgeTargets } = graph;
  const edgeWeights = Float32Array.from(graph.edgeWeights, (weight) => weight / mean);
  const edges = { nodeCount, edgeCount, edgeSources, edgeTargets, edgeWeights };
  const vectors = spectralFeatures(edges, spectral);
  for (let node = 0; node < nodeCount; node++)
    features.set(vectors.subarray(node * spectral, (node + 1) * spectral), node * count + NODE_FEATURES);
  const places = live ? new NodePlaces(block, graph, graphNodes) : undefined;
  return { ...edges, features, graphNodes, ...(places && { places }) };
}

type Edges = Pick<PolicyGraph, "nodeCount" | "edgeCount" | "edgeSources" | "edgeTargets" | "edgeWeights">;

/** Vectors carried besides those asked for: the subspace of the wanted ones converges faster among more. */
const EXTRA = 4;
const SUBSPACE_ROUNDS = 30;
const STEPS_PER_ROUND = 4;
/** Parts of the graph that hang together by little have entries far above the mean square of 1. */
const LARGEST_ENTRY = 5;

/**
 * Where a node lies in its graph: eigenvectors of the normalised adjacency matrix D^-1/2 W D^-1/2 with the largest
 * eigenvalues, without the first, which tells degrees alone. Nodes that are closely connected get similar numbers.
 * `count` numbers per node, [nodeCount x count], row-major; of each column the mean square is 1, before entries are cut
 * at ±5, and the sum of cubes is positive (an eigenvector has no sign of its own). Columns that the graph is too small
 * for are 0. By subspace iteration with a Rayleigh-Ritz step at the end (Saad 2011).
 */
export function spectralFeatures(graph: Edges, count: number): Float32Array {
  const { nodeCount } = graph;
  const features = new Float32Array(nodeCount * count);
  const width = Math.min(nodeCount, count + 1 + EXTRA);
  if (count === 0 || width < 2) return features;
  const random = Random.stream(0, "spectral");
  let vectors = new Matrix(nodeCount, width).apply(function (row, column) {
    this.set(row, column, random.normal());
  });
  const step = lazyStep(graph);
  for (let round = 0; round < SUBSPACE_ROUNDS; round++) {
    for (let i = 0; i < STEPS_PER_ROUND; i++) vectors = step(vectors);
    vectors = new QrDecomposition(vectors).orthogonalMatrix;
  }
  const small = vectors.transpose().mmul(step(vectors));
  const symmetric = Matrix.add(small, small.transpose()).mul(0.5);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(symmetric, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  for (const [column, index] of order.slice(1, count + 1).entries()) {
    const vector = vectors.mmul(eigenvectorMatrix.getColumnVector(index)).to1DArray();
    const cubes = vector.reduce((sum, x) => sum + x ** 3, 0);
    const scale = Math.sqrt(nodeCount) * (cubes < 0 ? -1 : 1);
    vector.forEach((x, node) => {
      features[node * count + column] = Math.max(-LARGEST_ENTRY, Math.min(LARGEST_ENTRY, scale * x));
    });
  }
  return features;
}

/** Multiplication by (1 + D^-1/2 W D^-1/2) / 2, whose eigenvalues are 0 to 1 in the same order. */
function lazyStep({ nodeCount, edgeCount, edgeSources, edgeTargets, edgeWeights }: Edges) {
  const degrees = new Float64Array(nodeCount);
  for (let edge = 0; edge < edgeCount; edge++) {
    degrees[edgeSources[edge]!]! += edgeWeights[edge]!;
    degrees[edgeTargets[edge]!]! += edgeWeights[edge]!;
  }
  const roots = degrees.map((degree) => (degree > 0 ? 1 / Math.sqrt(degree) : 0));
  return (vectors: Matrix): Matrix => {
    const columns = Array.from({ length: vectors.columns }, (_, column) => {
      const from = vectors.getColumn(column);
      const to = from.map((x) => x / 2);
      for (let edge = 0; edge < edgeCount; edge++) {
        const a = edgeSources[edge]!;
        const b = edgeTargets[edge]!;
        const share = (edgeWeights[edge]! * roots[a]! * roots[b]!) / 2;
        to[a]! += share * from[b]!;
        to[b]! += share * from[a]!;
      }
      return to;
    });
    return new Matrix(columns).transpose();
  };
}
