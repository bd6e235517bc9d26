// Node embeddings in two dimensions: principal component analysis by the eigenvectors of the covariance.
import { EigenvalueDecomposition, Matrix } from "ml-matrix";
import type { NodeEmbeddings } from "../policy/index.js";
import type { Embedding } from "../viz/index.js";

/** The two directions of greatest variance. A policy without an encoder has no embeddings and gives no nodes. */
export function principalPlane({ nodes, width, values }: NodeEmbeddings): Embedding {
  const count = nodes.length;
  const none = new Float32Array(count);
  if (count < 2 || width < 2) return { nodes, xs: none, ys: none.slice(), explained: [0, 0] };
  const rows = Matrix.from1DArray(count, width, Array.from(values));
  rows.subRowVector(rows.mean("column"));
  const covariance = rows
    .transpose()
    .mmul(rows)
    .div(count - 1);
  const { realEigenvalues, eigenvectorMatrix } = new EigenvalueDecomposition(covariance, {
    assumeSymmetric: true,
  });
  const order = realEigenvalues.map((_, i) => i).sort((a, b) => realEigenvalues[b]! - realEigenvalues[a]!);
  const total = realEigenvalues.reduce((sum, value) => sum + Math.max(0, value), 0) || 1;
  const along = (rank: number): Float32Array => {
    const axis = eigenvectorMatrix.getColumnVector(order[rank]!);
    return Float32Array.from(rows.mmul(axis).to1DArray());
  };
  const share = (rank: number) => Math.max(0, realEigenvalues[order[rank]!]!) / total;
  return { nodes, xs: along(0), ys: along(1), explained: [share(0), share(1)] };
}
