// The policy's layers and their gradients in float64, as plainly as they can be written. The kernels are tested
// against these, and these against finite differences. Maps are matrices [pixels x channels].
import { Matrix } from "ml-matrix";

/** An undirected edge of the twin's graph. */
export interface TwinEdge {
  readonly i: number;
  readonly j: number;
  readonly weight: number;
}

export function relu(x: Matrix): Matrix {
  const y = x.clone();
  return y.apply((row, column) => y.set(row, column, Math.max(0, y.get(row, column)))) as Matrix;
}

/** Gradient of ReLU, given its output. */
export function reluBackward(y: Matrix, dY: Matrix): Matrix {
  const dX = dY.clone();
  return dX.apply((row, column) => {
    if (y.get(row, column) <= 0) dX.set(row, column, 0);
  }) as Matrix;
}

export function columnSums(x: Matrix): Matrix {
  return Matrix.rowVector(x.sum("column"));
}

/** x · weight + bias on every row. */
export function dense(x: Matrix, weight: Matrix, bias: Matrix): Matrix {
  return x.mmul(weight).addRowVector(bias);
}

export function denseBackward(
  x: Matrix,
  weight: Matrix,
  dY: Matrix,
): { dX: Matrix; dWeight: Matrix; dBias: Matrix } {
  return { dX: dY.mmul(weight.transpose()), dWeight: x.transpose().mmul(dY), dBias: columnSums(dY) };
}

/** Parameters of one round of the graph network. */
export interface RoundWeights {
  readonly wa: Matrix;
  readonly wb: Matrix;
  readonly c: Matrix;
  readonly b: Matrix;
}

export interface RoundResult {
  /** h + the mean of the incident edges' embeddings. */
  readonly next: Matrix;
  /** [edges x d] */
  readonly embeddings: Matrix;
  /** Outputs of the ReLU from i to j and back, [edges x d]. */
  readonly there: Matrix;
  readonly back: Matrix;
  readonly degrees: readonly number[];
}

/** One round: e = (relu(h_i·Wa + h_j·Wb + w·c + b) + relu(h_j·Wa + h_i·Wb + w·c + b)) / 2. */
export function edgeRound(h: Matrix, edges: readonly TwinEdge[], weights: RoundWeights): RoundResult {
  const { wa, wb, c, b } = weights;
  const d = wa.columns;
  const there = Matrix.zeros(edges.length, d);
  const back = Matrix.zeros(edges.length, d);
  const sums = Matrix.zeros(h.rows, d);
  const degrees: number[] = new Array(h.rows).fill(0);
  edges.forEach(({ i, j, weight }, e) => {
    const own = Matrix.mul(c, weight).add(b);
    there.setRow(e, relu(h.getRowVector(i).mmul(wa).add(h.getRowVector(j).mmul(wb)).add(own)));
    back.setRow(e, relu(h.getRowVector(j).mmul(wa).add(h.getRowVector(i).mmul(wb)).add(own)));
  });
  const embeddings = Matrix.add(there, back).div(2);
  edges.forEach(({ i, j }, e) => {
    for (const node of [i, j]) {
      sums.setRow(node, sums.getRowVector(node).add(embeddings.getRowVector(e)));
      degrees[node] = degrees[node]! + 1;
    }
  });
  const next = h.clone();
  degrees.forEach((degree, n) => {
    if (degree > 0) next.setRow(n, next.getRowVector(n).add(sums.getRowVector(n).div(degree)));
  });
  return { next, embeddings, there, back, degrees };
}

export function edgeRoundBackward(
  h: Matrix,
  edges: readonly TwinEdge[],
  weights: RoundWeights,
  result: RoundResult,
  dNext: Matrix,
  dEmbeddings: Matrix,
): { dH: Matrix } & Record<"dWa" | "dWb" | "dC" | "dB", Matrix> {
  const { wa, wb } = weights;
  const dH = dNext.clone();
  const dWa = Matrix.zeros(wa.rows, wa.columns);
  const dWb = Matrix.zeros(wb.rows, wb.columns);
  const dC = Matrix.zeros(1, wa.columns);
  const dB = Matrix.zeros(1, wa.columns);
  edges.forEach(({ i, j, weight }, e) => {
    const dE = dEmbeddings.getRowVector(e).clone();
    for (const node of [i, j]) dE.add(Matrix.div(dNext.getRowVector(node), result.degrees[node]!));
    const directions = [
      [i, j, result.there],
      [j, i, result.back],
    ] as const;
    for (const [from, to, output] of directions) {
      const dZ = reluBackward(output.getRowVector(e), Matrix.div(dE, 2));
      dWa.add(h.getRowVector(from).transpose().mmul(dZ));
      dWb.add(h.getRowVector(to).transpose().mmul(dZ));
      dC.add(Matrix.mul(dZ, weight));
      dB.add(dZ);
      dH.setRow(from, dH.getRowVector(from).add(dZ.mmul(wa.transpose())));
      dH.setRow(to, dH.getRowVector(to).add(dZ.mmul(wb.transpose())));
    }
  });
  return { dH, dWa, dWb, dC, dB };
}

/** The current node's attention over all nodes. */
export interface TwinAttention {
  readonly query: Matrix;
  /** [1 x nodes] */
  readonly shares: Matrix;
  readonly attended: Matrix;
}

/** Dot-product attention: keys and values are the embeddings, the query a linear map of the current node's. */
export function attend(h: Matrix, node: number, queryWeight: Matrix): TwinAttention {
  const query = h.getRowVector(node).mmul(queryWeight);
  const scores = query.mmul(h.transpose()).div(Math.sqrt(h.columns)).to1DArray();
  const highest = Math.max(...scores);
  const raised = scores.map((score) => Math.exp(score - highest));
  const total = raised.reduce((sum, e) => sum + e, 0);
  const shares = Matrix.rowVector(raised.map((e) => e / total));
  return { query, shares, attended: shares.mmul(h) };
}

export function attendBackward(
  h: Matrix,
  node: number,
  queryWeight: Matrix,
  { query, shares }: TwinAttention,
  dAttended: Matrix,
): { dH: Matrix; dQueryWeight: Matrix } {
  const dShares = dAttended.mmul(h.transpose());
  const mean = shares.mmul(dShares.transpose()).get(0, 0);
  const dScores = Matrix.mul(shares, Matrix.sub(dShares, mean)).div(Math.sqrt(h.columns));
  const dH = shares.transpose().mmul(dAttended).add(dScores.transpose().mmul(query));
  const dQuery = dScores.mmul(h);
  dH.setRow(node, dH.getRowVector(node).add(dQuery.mmul(queryWeight.transpose())));
  return { dH, dQueryWeight: h.getRowVector(node).transpose().mmul(dQuery) };
}

/** What neighbours wrote onto the canvas: `mean` [pixels x neighbours] takes them to the maps of a layer. */
export interface TwinCanvas {
  readonly nodes: readonly number[];
  readonly inputs: Matrix;
  readonly written: Matrix;
  readonly layers: readonly { readonly mean: Matrix; readonly map: Matrix }[];
}

/** The pixels of a doubled map that a pixel reaches, and by which of the nine taps. */
function* reached(pixel: number, height: number, width: number): Generator<{ tap: number; to: number }> {
  const y = Math.floor(pixel / width);
  const x = pixel % width;
  for (let tap = 0; tap < 9; tap++) {
    const toY = 2 * y + Math.floor(tap / 3);
    const toX = 2 * x + (tap % 3);
    if (toY < 2 * height && toX < 2 * width) yield { tap, to: toY * 2 * width + toX };
  }
}

/** The weights of one tap, [inputs x outputs], out of [inputs x 9·outputs]. */
function tapWeights(weight: Matrix, tap: number, outputs: number): Matrix {
  return weight.subMatrix(0, weight.rows - 1, tap * outputs, (tap + 1) * outputs - 1);
}

/** relu of the 3x3 stride-2 'same' transposed convolution; weight [inputs x 9·outputs]. */
export function deconvolution(
  map: Matrix,
  height: number,
  width: number,
  weight: Matrix,
  bias: Matrix,
): Matrix {
  const out = Matrix.zeros(4 * height * width, bias.columns);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (const { tap, to } of reached(pixel, height, width)) {
      const product = map.getRowVector(pixel).mmul(tapWeights(weight, tap, bias.columns));
      out.setRow(to, out.getRowVector(to).add(product));
    }
  }
  return relu(out.addRowVector(bias));
}

export function deconvolutionBackward(
  map: Matrix,
  height: number,
  width: number,
  weight: Matrix,
  out: Matrix,
  dOut: Matrix,
): { dMap: Matrix; dWeight: Matrix; dBias: Matrix } {
  const dZ = reluBackward(out, dOut);
  const dMap = Matrix.zeros(map.rows, map.columns);
  const dWeight = Matrix.zeros(weight.rows, weight.columns);
  for (let pixel = 0; pixel < height * width; pixel++) {
    for (const { tap, to } of reached(pixel, height, width)) {
      const d = dZ.getRowVector(to);
      const taps = tapWeights(weight, tap, dOut.columns);
      dMap.setRow(pixel, dMap.getRowVector(pixel).add(d.mmul(taps.transpose())));
      const outer = map.getRowVector(pixel).transpose().mmul(d);
      const dTaps = tapWeights(dWeight, tap, dOut.columns).add(outer);
      dWeight.setSubMatrix(dTaps, 0, tap * dOut.columns);
    }
  }
  return { dMap, dWeight, dBias: columnSums(dZ) };
}

/** How each cell of a grid mixes the pixels of a map, [cells x pixels]: bilinear, flat beyond the outermost centres. */
export function samplingMatrix(height: number, width: number, rows: number, columns: number): Matrix {
  const mix = Matrix.zeros(rows * columns, height * width);
  const shares = (cell: number, cells: number, size: number): [number, number][] => {
    const at = Math.min(Math.max(((cell + 0.5) * size) / cells - 0.5, 0), size - 1);
    const first = Math.floor(at);
    return [
      [first, 1 - (at - first)],
      [Math.min(first + 1, size - 1), at - first],
    ];
  };
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (const [y, yShare] of shares(row, rows, height)) {
        for (const [x, xShare] of shares(column, columns, width)) {
          const cell = row * columns + column;
          mix.set(cell, y * width + x, mix.get(cell, y * width + x) + yShare * xShare);
        }
      }
    }
  }
  return mix;
}

/** Softmax over the numbers whose mask is not 0. */
export function maskedSoftmax(
  logits: readonly number[],
  mask: ArrayLike<number>,
): { probabilities: number[]; logProbabilities: number[]; entropy: number } {
  const open = logits.filter((_, i) => mask[i]);
  const highest = Math.max(...open);
  const logTotal = highest + Math.log(open.reduce((sum, logit) => sum + Math.exp(logit - highest), 0));
  const logProbabilities = logits.map((logit) => logit - logTotal);
  const probabilities = logProbabilities.map((log, i) => (mask[i] ? Math.exp(log) : 0));
  const entropy = -probabilities.reduce((sum, p, i) => sum + (p > 0 ? p * logProbabilities[i]! : 0), 0);
  return { probabilities, logProbabilities, entropy };
}
