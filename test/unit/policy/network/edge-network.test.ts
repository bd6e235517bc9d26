// One round of the graph network in kernels against its twin, on graphs with isolated nodes, double edges and loops.
import { test } from "node:test";
import { Matrix } from "ml-matrix";
import { Kernels } from "../../../../kernels/index.js";
import { Random } from "../../../../netlist/index.js";
import { assertClose } from "../../../support/close.js";
import { matrixOf, normals } from "../../../support/random-arrays.js";
import { edgeRound, edgeRoundBackward, type TwinEdge } from "../../../twins/layers-twin.js";

const kernels = Kernels.create();
const { run } = kernels;
const SHAPES = [
  { nodes: 1, edgeCount: 0, width: 4 },
  { nodes: 1, edgeCount: 1, width: 8 }, // a loop
  { nodes: 3, edgeCount: 2, width: 4 },
  { nodes: 5, edgeCount: 17, width: 12 },
  { nodes: 17, edgeCount: 40, width: 16 },
];

for (const { nodes, edgeCount, width } of SHAPES) {
  test(`a round of ${nodes} nodes, ${edgeCount} edges, width ${width} and its gradient equal the twin`, () => {
    const random = Random.stream(7, "edges", nodes);
    const h = normals(kernels, random, nodes * width);
    const ends = normals(kernels, random, width * 2 * width, 0.5);
    const c = normals(kernels, random, width);
    const b = normals(kernels, random, width);
    const weights = normals(kernels, random, edgeCount);
    const sources = kernels.i32(edgeCount).map(() => random.below(nodes));
    const targets = kernels.i32(edgeCount).map(() => random.below(nodes));
    const sourcesAt = kernels.i32(edgeCount);
    const targetsAt = kernels.i32(edgeCount);
    sourcesAt.set(sources);
    targetsAt.set(targets);

    const both = matrixOf(ends, width, 2 * width);
    const twinWeights = {
      wa: both.subMatrix(0, width - 1, 0, width - 1),
      wb: both.subMatrix(0, width - 1, width, 2 * width - 1),
      c: matrixOf(c, 1, width),
      b: matrixOf(b, 1, width),
    };
    const twinH = matrixOf(h, nodes, width);
    const edges: TwinEdge[] = Array.from(weights, (weight, e) => ({
      i: sources[e]!,
      j: targets[e]!,
      weight,
    }));
    const twin = edgeRound(twinH, edges, twinWeights);

    const pq = kernels.f32(nodes * 2 * width);
    const sums = kernels.f32(nodes * width);
    const halfInverse = kernels.f32(nodes);
    halfInverse.set(twin.degrees.map((degree) => (degree > 0 ? 0.5 / degree : 0)));
    const next = kernels.f32(nodes * width);
    const lists = [sourcesAt.byteOffset, targetsAt.byteOffset, weights.byteOffset] as const;
    const own = [c.byteOffset, b.byteOffset] as const;
    run.matmul(h.byteOffset, ends.byteOffset, 0, pq.byteOffset, nodes, width, 2 * width, 0);
    run.edgeForward(pq.byteOffset, ...lists, ...own, sums.byteOffset, edgeCount, width);
    run.addEdgeMeans(h.byteOffset, sums.byteOffset, halfInverse.byteOffset, next.byteOffset, nodes, width);
    assertClose(next, twin.next.to1DArray(), 1e-5, "next");

    // Loss: dNext · next + dSummary · mean of embeddings.
    const dNodes = normals(kernels, random, nodes * width);
    const dSummary = normals(kernels, random, width);
    const dEmbeddings = Matrix.zeros(edgeCount, width);
    if (edgeCount > 0) dEmbeddings.addRowVector(matrixOf(dSummary, 1, width).div(edgeCount));
    const dTwin = edgeRoundBackward(
      twinH,
      edges,
      twinWeights,
      twin,
      matrixOf(dNodes, nodes, width),
      dEmbeddings,
    );

    const dPq = kernels.f32(nodes * 2 * width);
    const dC = kernels.f32(width);
    const dB = kernels.f32(width);
    const dEnds = kernels.f32(width * 2 * width);
    const perSum = edgeCount > 0 ? 1 / (4 * edgeCount) : 0;
    const dSums = sums.byteOffset;
    const inverse = halfInverse.byteOffset;
    run.edgeMeansBackward(dNodes.byteOffset, dSummary.byteOffset, perSum, inverse, dSums, nodes, width);
    run.edgeBackward(pq.byteOffset, ...lists, ...own, dSums, dPq.byteOffset, dC.byteOffset, edgeCount, width);
    run.addColumnSums(dPq.byteOffset, 2 * width, dB.byteOffset, nodes, width);
    run.addTransposedMatmul(h.byteOffset, width, dPq.byteOffset, dEnds.byteOffset, nodes, width, 2 * width);
    run.matmulTransposed(dPq.byteOffset, ends.byteOffset, dNodes.byteOffset, nodes, 2 * width, width, 1);
    const dBoth = Matrix.zeros(width, 2 * width);
    dBoth.setSubMatrix(dTwin.dWa, 0, 0).setSubMatrix(dTwin.dWb, 0, width);
    assertClose(dNodes, dTwin.dH.to1DArray(), 1e-5, "dH");
    assertClose(dEnds, dBoth.to1DArray(), 1e-5, "dWa, dWb");
    assertClose(dC, dTwin.dC.to1DArray(), 1e-5, "dC");
    assertClose(dB, dTwin.dB.to1DArray(), 1e-5, "dB");
  });
}
