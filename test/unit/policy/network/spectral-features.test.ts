import assert from "node:assert/strict";
import { test } from "node:test";
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import { Random } from "../../../../netlist/index.js";
import { spectralFeatures } from "../../../../policy/network/graph-input.js";

function graphOf(nodeCount: number, edges: readonly (readonly [number, number, number])[]) {
  return {
    nodeCount,
    edgeCount: edges.length,
    edgeSources: Int32Array.from(edges, ([a]) => a),
    edgeTargets: Int32Array.from(edges, ([, b]) => b),
    edgeWeights: Float32Array.from(edges, ([, , weight]) => weight),
  };
}

/** A ring with random chords: connected, eigenvalues apart. */
function randomRing(nodes: number) {
  const random = Random.stream(4, "ring");
  const edges = Array.from({ length: nodes }, (_, i) => [i, (i + 1) % nodes, 1 + random.uniform()] as const);
  for (let i = 0; i < nodes / 4; i++) edges.push([i, (i + 2 + random.below(nodes / 2)) % nodes, 1]);
  return graphOf(nodes, edges);
}

test("the features are the eigenvectors of the dense matrix, but for the first, signs settled", () => {
  const graph = randomRing(40);
  const count = 3;
  const found = spectralFeatures(graph, count);
  const dense = Matrix.zeros(40, 40);
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const [a, b, weight] = [graph.edgeSources[edge]!, graph.edgeTargets[edge]!, graph.edgeWeights[edge]!];
    dense.set(a, b, dense.get(a, b) + weight);
    dense.set(b, a, dense.get(b, a) + weight);
  }
  const roots = dense.sum("row").map((degree) => 1 / Math.sqrt(degree));
  dense.apply(function (row, column) {
    this.set(row, column, this.get(row, column) * roots[row]! * roots[column]!);
  });
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(dense, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  for (let column = 0; column < count; column++) {
    const expected = eigenvectorMatrix.getColumn(order[column + 1]!).map((x) => x * Math.sqrt(40));
    const sign = expected.reduce((sum, x) => sum + x ** 3, 0) < 0 ? -1 : 1;
    for (let node = 0; node < 40; node++) {
      const at = found[node * count + column]!;
      assert.ok(Math.abs(at - sign * expected[node]!) < 2e-2, `node ${node}, column ${column}: ${at}`);
    }
  }
});

test("two halves that hang together by one thread are told apart", () => {
  const clique = (from: number) =>
    Array.from({ length: 6 }, (_, i) =>
      Array.from({ length: i }, (_, j) => [from + i, from + j, 1] as const),
    ).flat();
  const features = spectralFeatures(graphOf(12, [...clique(0), ...clique(6), [0, 6, 0.1]]), 1);
  const signs = [...features].map(Math.sign);
  assert.equal(new Set(signs.slice(0, 6)).size, 1);
  assert.equal(new Set(signs.slice(6)).size, 1);
  assert.notEqual(signs[0], signs[6]);
});

test("graphs that are too small or have no edges give finite numbers", () => {
  assert.deepEqual([...spectralFeatures(graphOf(1, []), 2)], [0, 0]);
  assert.ok(spectralFeatures(graphOf(3, [[0, 1, 1]]), 4).every(Number.isFinite));
  assert.equal(spectralFeatures(graphOf(3, []), 0).length, 0);
});
