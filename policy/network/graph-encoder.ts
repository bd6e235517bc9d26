// The static part of the built-in network: node features to embeddings by rounds of the edge-based graph network
// (Mirhoseini et al. 2021; formulas in kernels/assembly/network/edge-network.ts). Its inputs do not change during an
// episode, so it runs once per block and parameter version, and its gradient is taken once after all steps that used it.
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import type { PolicyGraph } from "./contract.js";
import { addressOf, f32At, scratchArrays, type Tensors } from "./memory.js";
import type { NetworkConfig } from "./parameters.js";

type Arrays =
  | "features"
  | "sources"
  | "targets"
  | "weights"
  | "halfInverse"
  | "nodes" // H before each round and after the last, [rounds + 1][N x d]
  | "ends" // P | Q of each round, [rounds][N x 2d]
  | "sums" // of edge embeddings per node; in backward their gradient
  | "summary"
  | "dNodes"
  | "dSummary"
  | "dEnds";

/** Addresses of the encoder's tensors. */
interface Weights {
  readonly nodes: number;
  readonly nodesBias: number;
  readonly rounds: readonly { readonly ends: number; readonly edge: number; readonly bias: number }[];
}

const RELU = ENUMS.MatmulMode.relu;

export class GraphEncoder {
  /** The graph's features as `forward` reads them, [nodeCount x nodeFeatures]: live, for graphs whose nodes move. */
  readonly features: Float32Array;
  private readonly run: KernelExports;
  private readonly config: Pick<NetworkConfig, "width" | "rounds" | "nodeFeatures">;
  private readonly weights: Weights;
  private readonly dWeights: Weights;
  private readonly at: Record<Arrays, number>;
  private readonly nodeCount: number;
  private readonly edgeCount: number;

  /** `parameters` and `gradients` lie in kernel memory. */
  constructor(
    kernels: Kernels,
    config: NetworkConfig,
    given: { readonly graph: PolicyGraph; readonly parameters: Tensors; readonly gradients: Tensors },
  ) {
    const { graph, parameters, gradients } = given;
    const { nodeCount, edgeCount } = graph;
    const { width, rounds, nodeFeatures } = config;
    checkGraph(graph, nodeFeatures);
    this.run = kernels.run;
    this.config = config;
    this.weights = weightsOf(parameters, rounds);
    this.dWeights = weightsOf(gradients, rounds);
    this.nodeCount = nodeCount;
    this.edgeCount = edgeCount;
    const at = scratchArrays<Arrays>(kernels, {
      features: nodeCount * nodeFeatures,
      sources: edgeCount,
      targets: edgeCount,
      weights: edgeCount,
      halfInverse: nodeCount,
      nodes: (rounds + 1) * nodeCount * width,
      ends: rounds * nodeCount * 2 * width,
      sums: nodeCount * width,
      summary: width,
      dNodes: nodeCount * width,
      dSummary: width,
      dEnds: nodeCount * 2 * width,
    });
    this.at = at;
    this.features = f32At(kernels, at.features, nodeCount * nodeFeatures);
    this.features.set(graph.features.subarray(0, nodeCount * nodeFeatures));
    f32At(kernels, at.weights, edgeCount).set(graph.edgeWeights.subarray(0, edgeCount));
    const { buffer } = kernels.handle.memory;
    new Int32Array(buffer, at.sources, edgeCount).set(graph.edgeSources.subarray(0, edgeCount));
    new Int32Array(buffer, at.targets, edgeCount).set(graph.edgeTargets.subarray(0, edgeCount));
    writeHalfInverseDegrees(graph, f32At(kernels, at.halfInverse, nodeCount));
  }

  /** Address of a node's embedding [width]. */
  embedding(node: number): number {
    return this.at.nodes + (this.config.rounds * this.nodeCount + node) * this.config.width * 4;
  }

  /** Address of the mean of the last round's edge embeddings [width]. */
  get summary(): number {
    return this.at.summary;
  }

  /** Address where gradients of a node's embedding are added up until `backward`. */
  embeddingGradient(node: number): number {
    return this.at.dNodes + node * this.config.width * 4;
  }

  /** Address where gradients of the summary are added up until `backward`. */
  get summaryGradient(): number {
    return this.at.dSummary;
  }

  /** Computes all embeddings and the summary from the parameters as they are now. */
  forward(): void {
    const { run, at, weights, nodeCount, edgeCount } = this;
    const { width, nodeFeatures } = this.config;
    run.matmul(at.features, weights.nodes, weights.nodesBias, at.nodes, nodeCount, nodeFeatures, width, RELU);
    for (const [round, { ends: endsWeight, edge, bias }] of weights.rounds.entries()) {
      const nodes = at.nodes + round * nodeCount * width * 4;
      const ends = at.ends + round * nodeCount * 2 * width * 4;
      run.matmul(nodes, endsWeight, 0, ends, nodeCount, width, 2 * width, 0);
      run.clearNumbers(at.sums, nodeCount * width);
      run.edgeForward(ends, at.sources, at.targets, at.weights, edge, bias, at.sums, edgeCount, width);
      run.addEdgeMeans(nodes, at.sums, at.halfInverse, nodes + nodeCount * width * 4, nodeCount, width);
    }
    // Every edge is in the sums of both its nodes, and there doubled.
    run.clearNumbers(at.summary, width);
    if (edgeCount > 0) {
      run.addColumnSums(at.sums, width, at.summary, nodeCount, width);
      run.scaleNumbers(at.summary, 1 / (4 * edgeCount), width);
    }
  }

  /** Takes the gradients added up so far to the parameters' gradients, and clears them. */
  backward(): void {
    const { run, at, weights, dWeights, nodeCount, edgeCount } = this;
    const { width, rounds, nodeFeatures } = this.config;
    for (let round = rounds - 1; round >= 0; round--) {
      const nodes = at.nodes + round * nodeCount * width * 4;
      const ends = at.ends + round * nodeCount * 2 * width * 4;
      const { ends: weight, edge, bias } = weights.rounds[round]!;
      const { ends: dWeight, edge: dEdge, bias: dBias } = dWeights.rounds[round]!;
      const perSum = round === rounds - 1 && edgeCount > 0 ? 1 / (4 * edgeCount) : 0;
      const { sources, targets, weights: edgeWeights, sums, dEnds, dNodes } = at;
      run.edgeMeansBackward(dNodes, at.dSummary, perSum, at.halfInverse, sums, nodeCount, width);
      run.clearNumbers(dEnds, nodeCount * 2 * width);
      run.edgeBackward(ends, sources, targets, edgeWeights, edge, bias, sums, dEnds, dEdge, edgeCount, width);
      run.addColumnSums(dEnds, 2 * width, dBias, nodeCount, width);
      run.addTransposedMatmul(nodes, width, dEnds, dWeight, nodeCount, width, 2 * width);
      run.matmulTransposed(dEnds, weight, dNodes, nodeCount, 2 * width, width, 1);
    }
    run.reluBackward(at.nodes, at.dNodes, nodeCount * width);
    run.addColumnSums(at.dNodes, width, dWeights.nodesBias, nodeCount, width);
    run.addTransposedMatmul(
      at.features,
      nodeFeatures,
      at.dNodes,
      dWeights.nodes,
      nodeCount,
      nodeFeatures,
      width,
    );
    run.clearNumbers(at.dNodes, nodeCount * width);
    run.clearNumbers(at.dSummary, width);
  }
}

function weightsOf(tensors: Tensors, rounds: number): Weights {
  return {
    nodes: addressOf(tensors, "encoder.nodes.weight"),
    nodesBias: addressOf(tensors, "encoder.nodes.bias"),
    rounds: Array.from({ length: rounds }, (_, round) => ({
      ends: addressOf(tensors, `encoder.round${round}.ends`),
      edge: addressOf(tensors, `encoder.round${round}.edge`),
      bias: addressOf(tensors, `encoder.round${round}.bias`),
    })),
  };
}

function writeHalfInverseDegrees(graph: PolicyGraph, outHalfInverse: Float32Array): void {
  const degrees = new Int32Array(graph.nodeCount);
  for (let e = 0; e < graph.edgeCount; e++) {
    degrees[graph.edgeSources[e]!]! += 1;
    degrees[graph.edgeTargets[e]!]! += 1;
  }
  for (let n = 0; n < graph.nodeCount; n++) outHalfInverse[n] = degrees[n]! > 0 ? 0.5 / degrees[n]! : 0;
}

/** Kernels trust indices, so a wrong one must not get through. */
function checkGraph(graph: PolicyGraph, nodeFeatures: number): void {
  const { nodeCount, edgeCount } = graph;
  if (graph.features.length < nodeCount * nodeFeatures) {
    throw new Error(
      `internal: ${graph.features.length} features for ${nodeCount} nodes with ${nodeFeatures} each`,
    );
  }
  if (Math.min(graph.edgeSources.length, graph.edgeTargets.length, graph.edgeWeights.length) < edgeCount) {
    throw new Error(`internal: an edge array is shorter than ${edgeCount} edges`);
  }
  for (let e = 0; e < edgeCount; e++) {
    const source = graph.edgeSources[e]!;
    const target = graph.edgeTargets[e]!;
    if (source < 0 || target < 0 || source >= nodeCount || target >= nodeCount) {
      throw new Error(`internal: edge ${e} joins ${source} and ${target}, there are ${nodeCount} nodes`);
    }
  }
}
