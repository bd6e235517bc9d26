// The static part of the policy: node features to embeddings by rounds of the edge-based graph network (Mirhoseini
// et al. 2021; formulas in kernels/assembly/network/edge-network.ts). Its inputs do not change during an episode, so it runs
// once per block and parameter version, and its gradient is taken once after all steps that used it.
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import type { NetworkConfig } from "./network-config.js";
import type { ParameterAddresses } from "./parameters.js";
import { Workspace } from "./workspace.js";

/** The netlist as the policy sees it. Edges are undirected. */
export interface PolicyGraph {
  readonly nodeCount: number;
  readonly edgeCount: number;
  readonly edgeSources: Int32Array;
  readonly edgeTargets: Int32Array;
  /** Divided by their mean. */
  readonly edgeWeights: Float32Array;
  /** [nodeCount x nodeFeatures] */
  readonly features: Float32Array;
}

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

const RELU = ENUMS.MatmulMode.relu;

export class GraphEncoder {
  private readonly run: KernelExports;
  private readonly config: NetworkConfig;
  private readonly parameters: ParameterAddresses;
  private readonly gradients: ParameterAddresses;
  private readonly workspace: Workspace<Arrays>;
  private at: Record<Arrays, number>;
  private nodeCount = 0;
  private edgeCount = 0;

  constructor(
    kernels: Kernels,
    config: NetworkConfig,
    parameters: ParameterAddresses,
    gradients: ParameterAddresses,
  ) {
    this.run = kernels.run;
    this.config = config;
    this.parameters = parameters;
    this.gradients = gradients;
    this.workspace = new Workspace(kernels);
    this.at = {} as Record<Arrays, number>;
  }

  /** Takes a graph; allocates only if it is larger than every one before. */
  setGraph(graph: PolicyGraph): void {
    const { nodeCount, edgeCount } = graph;
    const { width, rounds, nodeFeatures } = this.config;
    checkGraph(graph, nodeFeatures);
    this.nodeCount = nodeCount;
    this.edgeCount = edgeCount;
    this.at = this.workspace.lay({
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
    const { at, workspace } = this;
    const indices = (address: number): Int32Array => {
      const view = workspace.view(address, edgeCount);
      return new Int32Array(view.buffer, view.byteOffset, edgeCount);
    };
    workspace
      .view(at.features, nodeCount * nodeFeatures)
      .set(graph.features.subarray(0, nodeCount * nodeFeatures));
    workspace.view(at.weights, edgeCount).set(graph.edgeWeights.subarray(0, edgeCount));
    indices(at.sources).set(graph.edgeSources.subarray(0, edgeCount));
    indices(at.targets).set(graph.edgeTargets.subarray(0, edgeCount));
    this.setDegrees(graph, workspace.view(at.halfInverse, nodeCount));
    this.run.clearNumbers(at.dNodes, nodeCount * width);
    this.run.clearNumbers(at.dSummary, width);
  }

  /** The graph's features as `forward` reads them, [nodeCount x nodeFeatures], live: for graphs whose nodes move. */
  get features(): Float32Array {
    return this.workspace.view(this.at.features, this.nodeCount * this.config.nodeFeatures);
  }

  private setDegrees(graph: PolicyGraph, outHalfInverse: Float32Array): void {
    const degrees = new Int32Array(graph.nodeCount);
    for (let e = 0; e < graph.edgeCount; e++) {
      degrees[graph.edgeSources[e]!]! += 1;
      degrees[graph.edgeTargets[e]!]! += 1;
    }
    for (let n = 0; n < graph.nodeCount; n++) outHalfInverse[n] = degrees[n]! > 0 ? 0.5 / degrees[n]! : 0;
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
    const { run, at, parameters, nodeCount, edgeCount } = this;
    const { width, rounds, nodeFeatures } = this.config;
    const nodesWeight = parameters.of("encoder.nodes.weight");
    const nodesBias = parameters.of("encoder.nodes.bias");
    run.matmul(at.features, nodesWeight, nodesBias, at.nodes, nodeCount, nodeFeatures, width, RELU);
    for (let round = 0; round < rounds; round++) {
      const nodes = at.nodes + round * nodeCount * width * 4;
      const ends = at.ends + round * nodeCount * 2 * width * 4;
      const edge = parameters.of(`encoder.round${round}.edge`);
      const bias = parameters.of(`encoder.round${round}.bias`);
      run.matmul(nodes, parameters.of(`encoder.round${round}.ends`), 0, ends, nodeCount, width, 2 * width, 0);
      run.clearNumbers(at.sums, nodeCount * width);
      run.edgeForward(ends, at.sources, at.targets, at.weights, edge, bias, at.sums, edgeCount, width);
      run.addEdgeMeans(nodes, at.sums, at.halfInverse, nodes + nodeCount * width * 4, nodeCount, width);
    }
    // Every edge stands twice in the sums, and there doubled.
    run.clearNumbers(at.summary, width);
    if (edgeCount > 0) {
      run.addColumnSums(at.sums, width, at.summary, nodeCount, width);
      run.scaleNumbers(at.summary, 1 / (4 * edgeCount), width);
    }
  }

  /** Takes the gradients added up so far to the parameters' gradients, and clears them. */
  backward(): void {
    const { run, at, parameters, gradients, nodeCount, edgeCount } = this;
    const { width, rounds, nodeFeatures } = this.config;
    for (let round = rounds - 1; round >= 0; round--) {
      const nodes = at.nodes + round * nodeCount * width * 4;
      const ends = at.ends + round * nodeCount * 2 * width * 4;
      const edge = parameters.of(`encoder.round${round}.edge`);
      const bias = parameters.of(`encoder.round${round}.bias`);
      const dEdge = gradients.of(`encoder.round${round}.edge`);
      const perSum = round === rounds - 1 && edgeCount > 0 ? 1 / (4 * edgeCount) : 0;
      const { sources, targets, weights, sums, dEnds, dNodes } = at;
      run.edgeMeansBackward(dNodes, at.dSummary, perSum, at.halfInverse, sums, nodeCount, width);
      run.clearNumbers(dEnds, nodeCount * 2 * width);
      run.edgeBackward(ends, sources, targets, weights, edge, bias, sums, dEnds, dEdge, edgeCount, width);
      run.addColumnSums(dEnds, 2 * width, gradients.of(`encoder.round${round}.bias`), nodeCount, width);
      const dWeight = gradients.of(`encoder.round${round}.ends`);
      run.addTransposedMatmul(nodes, width, dEnds, dWeight, nodeCount, width, 2 * width);
      const weight = parameters.of(`encoder.round${round}.ends`);
      run.matmulTransposed(dEnds, weight, dNodes, nodeCount, 2 * width, width, 1);
    }
    run.reluBackward(at.nodes, at.dNodes, nodeCount * width);
    run.addColumnSums(at.dNodes, width, gradients.of("encoder.nodes.bias"), nodeCount, width);
    const dWeight = gradients.of("encoder.nodes.weight");
    run.addTransposedMatmul(at.features, nodeFeatures, at.dNodes, dWeight, nodeCount, nodeFeatures, width);
    run.clearNumbers(at.dNodes, nodeCount * width);
    run.clearNumbers(at.dSummary, width);
  }
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
