// Where a node lies in its graph, as numbers: eigenvectors of the normalised adjacency matrix D^-1/2 W D^-1/2 with the
// largest eigenvalues, without the first, which tells degrees alone. Nodes that hang together get like numbers.
import { EigenvalueDecomposition, Matrix, QrDecomposition } from "ml-matrix";
import { Random } from "../../netlist/index.js";
import type { PolicyGraph } from "./graph-encoder.js";

type Edges = Pick<PolicyGraph, "nodeCount" | "edgeCount" | "edgeSources" | "edgeTargets" | "edgeWeights">;

/** Vectors carried beside those asked for: the subspace of the wanted ones converges faster among more. */
const EXTRA = 4;
const ROUNDS = 30;
const STEPS_PER_ROUND = 4;
/** Parts of the graph that hang together by little have entries far above the mean square of 1. */
const LARGEST = 5;

/**
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
  for (let round = 0; round < ROUNDS; round++) {
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
      features[node * count + column] = Math.max(-LARGEST, Math.min(LARGEST, scale * x));
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
