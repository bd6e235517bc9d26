// One round of the edge-based graph network. With P = H·Wa and Q = H·Wb per node (rows of one matrix PQ), the
// embedding of edge {i, j} of weight w is
//   e = (relu(P_i + Q_j + w·c + b) + relu(P_j + Q_i + w·c + b)) / 2
// and a node gains the mean of its edges' embeddings. Gather, sum, ReLU and scatter are one pass, so an edge
// embedding never reaches memory. The halves and the division by the degree are folded into `halfInverse`
// = 0.5 / degree per node. Widths are multiples of 4.

/**
 * sums [nodes x width] += 2·e of every edge, at both of its ends.
 * @param ends PQ [nodes x 2·width]
 * @param edgeWeight c [width]
 * @param bias b [width]
 */
export function edgeForward(
  ends: usize, sources: usize, targets: usize, weights: usize, edgeWeight: usize, bias: usize,
  sums: usize, edges: i32, width: i32,
): void {
  const bytes = <usize>width << 2;
  const zero = f32x4.splat(0);
  for (let e: usize = 0; e < <usize>edges; e++) {
    const i = <usize>load<i32>(sources + (e << 2));
    const j = <usize>load<i32>(targets + (e << 2));
    const w = v128.load_splat<f32>(weights + (e << 2));
    const endI = ends + i * bytes * 2;
    const endJ = ends + j * bytes * 2;
    const sumI = sums + i * bytes;
    const sumJ = sums + j * bytes;
    for (let k: usize = 0; k < bytes; k += 16) {
      const base = f32x4.add(v128.load(bias + k), f32x4.mul(w, v128.load(edgeWeight + k)));
      const there = f32x4.add(f32x4.add(v128.load(endI + k), v128.load(endJ + bytes + k)), base);
      const back = f32x4.add(f32x4.add(v128.load(endJ + k), v128.load(endI + bytes + k)), base);
      const both = f32x4.add(f32x4.pmax(there, zero), f32x4.pmax(back, zero));
      v128.store(sumI + k, f32x4.add(v128.load(sumI + k), both));
      v128.store(sumJ + k, f32x4.add(v128.load(sumJ + k), both)); // after the line above: i may be j
    }
  }
}

/** next [nodes x width] = nodes + halfInverse [nodes] · sums [nodes x width]. */
export function addEdgeMeans(
  nodes: usize, sums: usize, halfInverse: usize, next: usize, count: i32, width: i32,
): void {
  const bytes = <usize>width << 2;
  for (let n = 0; n < count; n++) {
    const factor = v128.load_splat<f32>(halfInverse);
    for (let k: usize = 0; k < bytes; k += 16) {
      v128.store(next + k, f32x4.add(v128.load(nodes + k), f32x4.mul(factor, v128.load(sums + k))));
    }
    nodes += bytes;
    sums += bytes;
    next += bytes;
    halfInverse += 4;
  }
}

/**
 * Gradient of `sums`: dSums [nodes x width] = halfInverse · dNodes + perSum · dSummary [width].
 * perSum is how much one unit of `sums` moves the graph summary: 1 / (4·edges) in the last round, 0 before it.
 */
export function edgeMeansBackward(
  dNodes: usize, dSummary: usize, perSum: f32, halfInverse: usize, dSums: usize, count: i32, width: i32,
): void {
  const bytes = <usize>width << 2;
  const share = f32x4.splat(perSum);
  for (let n = 0; n < count; n++) {
    const factor = v128.load_splat<f32>(halfInverse);
    for (let k: usize = 0; k < bytes; k += 16) {
      const own = f32x4.mul(factor, v128.load(dNodes + k));
      v128.store(dSums + k, f32x4.add(own, f32x4.mul(share, v128.load(dSummary + k))));
    }
    dNodes += bytes;
    dSums += bytes;
    halfInverse += 4;
  }
}

/**
 * Gradient of `edgeForward`: adds to dEnds [nodes x 2·width] and dEdgeWeight [width]. The gradient of the bias is
 * the column sum of the P half of dEnds, which the caller takes: every edge adds to that half exactly what it adds
 * to the bias.
 */
export function edgeBackward(
  ends: usize, sources: usize, targets: usize, weights: usize, edgeWeight: usize, bias: usize,
  dSums: usize, dEnds: usize, dEdgeWeight: usize, edges: i32, width: i32,
): void {
  const bytes = <usize>width << 2;
  const zero = f32x4.splat(0);
  for (let e: usize = 0; e < <usize>edges; e++) {
    const i = <usize>load<i32>(sources + (e << 2));
    const j = <usize>load<i32>(targets + (e << 2));
    const w = v128.load_splat<f32>(weights + (e << 2));
    const offsetI = i * bytes * 2;
    const offsetJ = j * bytes * 2;
    const endI = ends + offsetI;
    const endJ = ends + offsetJ;
    const dEndI = dEnds + offsetI;
    const dEndJ = dEnds + offsetJ;
    const dSumI = dSums + i * bytes;
    const dSumJ = dSums + j * bytes;
    for (let k: usize = 0; k < bytes; k += 16) {
      const base = f32x4.add(v128.load(bias + k), f32x4.mul(w, v128.load(edgeWeight + k)));
      const there = f32x4.add(f32x4.add(v128.load(endI + k), v128.load(endJ + bytes + k)), base);
      const back = f32x4.add(f32x4.add(v128.load(endJ + k), v128.load(endI + bytes + k)), base);
      const dBoth = f32x4.add(v128.load(dSumI + k), v128.load(dSumJ + k));
      const dThere = v128.and(dBoth, f32x4.gt(there, zero));
      const dBack = v128.and(dBoth, f32x4.gt(back, zero));
      v128.store(dEndI + k, f32x4.add(v128.load(dEndI + k), dThere));
      v128.store(dEndI + bytes + k, f32x4.add(v128.load(dEndI + bytes + k), dBack));
      v128.store(dEndJ + k, f32x4.add(v128.load(dEndJ + k), dBack));
      v128.store(dEndJ + bytes + k, f32x4.add(v128.load(dEndJ + bytes + k), dThere));
      const dWeight = f32x4.mul(w, f32x4.add(dThere, dBack));
      v128.store(dEdgeWeight + k, f32x4.add(v128.load(dEdgeWeight + k), dWeight));
    }
  }
}
