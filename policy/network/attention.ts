// Dot-product attention of one node over all nodes. With the embeddings h_n as keys and values and the query q = h·W of the
// node that asks,
//
//   shares = softmax over n of (q · h_n) / √width   and   attended = Σ shares_n · h_n
//
// Layers for keys and values would add nothing: the one is part of W, the other of the layer that reads `attended`.
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import type { NetworkParts } from "./contract.js";
import { addressOf, f32At, scratchArrays } from "./memory.js";
import type { NetworkConfig } from "./parameters.js";

const ADD = ENUMS.MatmulMode.add;

type Arrays =
  | "query"
  | "dQuery"
  | "attended"
  | "scores" // in backward their gradient
  | "logShares"
  | "shares"
  | "dShares";

/** Where embeddings are read and their gradients go: a graph encoder. */
export interface Embeddings {
  /** Address of a node's embedding [width]; those of all nodes lie one behind the other. */
  embedding(node: number): number;
  embeddingGradient(node: number): number;
}

export class Attention {
  private readonly run: KernelExports;
  private readonly embeddings: Embeddings;
  private readonly width: number;
  private readonly nodeCount: number;
  private readonly at: Record<Arrays, number>;
  private readonly weight: number;
  private readonly dWeight: number;
  /** Of the last `forward`, [nodeCount]. */
  readonly shares: Float32Array;
  private readonly scores: Float32Array;
  private readonly dShares: Float32Array;
  private node = 0;

  constructor(parts: NetworkParts<NetworkConfig>, embeddings: Embeddings) {
    const { kernels, shape, parameters, gradients, graph } = parts;
    const { nodeCount } = graph;
    this.run = kernels.run;
    this.embeddings = embeddings;
    this.width = shape.width;
    this.nodeCount = nodeCount;
    this.at = arraysFor(kernels, { width: shape.width, nodeCount });
    this.weight = addressOf(parameters, "encoder.query");
    this.dWeight = addressOf(gradients, "encoder.query");
    this.shares = f32At(kernels, this.at.shares, nodeCount);
    this.scores = f32At(kernels, this.at.scores, nodeCount);
    this.dShares = f32At(kernels, this.at.dShares, nodeCount);
  }

  /** Address of what the node attended to [width]. */
  get attended(): number {
    return this.at.attended;
  }

  forward(node: number): void {
    const { run, at, width, nodeCount, embeddings } = this;
    const all = embeddings.embedding(0);
    this.node = node;
    run.matmul(embeddings.embedding(node), this.weight, 0, at.query, 1, width, width, 0);
    run.scaleNumbers(at.query, 1 / Math.sqrt(width), width);
    run.matmulTransposed(at.query, all, at.scores, 1, width, nodeCount, 0);
    run.softmax(at.scores, at.logShares, at.shares, nodeCount);
    run.clearNumbers(at.attended, width);
    run.addTransposedMatmul(at.shares, 1, all, at.attended, nodeCount, 1, width);
  }

  /** Adds to the gradients of the embeddings and of W, from that of `attended` [width], an address. */
  backward(dAttended: number): void {
    const { run, at, width, nodeCount, embeddings, shares, scores, dShares, node } = this;
    const [all, dAll] = [embeddings.embedding(0), embeddings.embeddingGradient(0)];
    run.matmulTransposed(dAttended, all, at.dShares, 1, width, nodeCount, 0);
    let mean = 0;
    for (let n = 0; n < nodeCount; n++) mean += shares[n]! * dShares[n]!;
    for (let n = 0; n < nodeCount; n++) scores[n] = shares[n]! * (dShares[n]! - mean);
    run.matmul(at.shares, dAttended, 0, dAll, nodeCount, 1, width, ADD);
    run.matmul(at.scores, at.query, 0, dAll, nodeCount, 1, width, ADD);
    run.clearNumbers(at.dQuery, width);
    run.addTransposedMatmul(at.scores, 1, all, at.dQuery, nodeCount, 1, width);
    run.scaleNumbers(at.dQuery, 1 / Math.sqrt(width), width);
    run.addTransposedMatmul(embeddings.embedding(node), width, at.dQuery, this.dWeight, 1, width, width);
    const dOwn = embeddings.embeddingGradient(node);
    run.matmulTransposed(at.dQuery, this.weight, dOwn, 1, width, width, 1);
  }
}

function arraysFor(
  kernels: Kernels,
  { width, nodeCount }: { readonly width: number; readonly nodeCount: number },
): Record<Arrays, number> {
  return scratchArrays<Arrays>(kernels, {
    query: width,
    dQuery: width,
    attended: width,
    scores: nodeCount,
    logShares: nodeCount,
    shares: nodeCount,
    dShares: nodeCount,
  });
}
