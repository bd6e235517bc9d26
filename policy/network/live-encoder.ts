// The live graph encoder, the network of the method (Mirhoseini et al. 2021): at every step it reads where each node is and
// which macro is to be placed, and several rounds of the edge-based graph network make embeddings of that.
//
//   features of a node = [its static ones | x | y | how sure | is current | is next]
//   rounds             as in graph-encoder.ts, over the heaviest edges of each node
//   attended           the current node's dot-product attention over all nodes (attention.ts)
//   canvas             the embeddings of the current node's neighbours, where these are (canvas.ts)
import { Attention } from "./attention.js";
import { Canvas, type CanvasMap } from "./canvas.js";
import type { NetworkParts, PolicyGraph, PolicyStep } from "./contract.js";
import { GraphEncoder } from "./graph-encoder.js";
import { PLACE_NUMBERS } from "./node-places.js";
import { encoderFeatures, LIVE_FEATURES, type NetworkConfig } from "./parameters.js";

export class LiveEncoder {
  private readonly rounds: GraphEncoder;
  private readonly written: Canvas | undefined;
  private readonly attention: Attention;
  private readonly nodeCount: number;
  private readonly staticFeatures: number;

  constructor(parts: NetworkParts<NetworkConfig>) {
    const { kernels, shape, parameters, gradients, graph } = parts;
    const { nodeFeatures, liveEdges, deconvolution } = shape;
    const { nodeCount } = graph;
    this.nodeCount = nodeCount;
    this.staticFeatures = nodeFeatures;
    const read = { ...heaviestEdges(graph, liveEdges), features: withLiveFeatures(graph, nodeFeatures) };
    const sizes = { ...shape, nodeFeatures: encoderFeatures(shape) };
    this.rounds = new GraphEncoder(kernels, sizes, { graph: read, parameters, gradients });
    this.written = deconvolution ? new Canvas(parts, this.rounds) : undefined;
    this.attention = new Attention(parts, this.rounds);
  }

  /** Address of a node's embedding [width] at the last step. */
  embedding(node: number): number {
    return this.rounds.embedding(node);
  }

  /** Address of the mean of the last round's edge embeddings [width]. */
  get summary(): number {
    return this.rounds.summary;
  }

  /** Address of what the current node attends to [width]. */
  get attended(): number {
    return this.attention.attended;
  }

  /** The shares of the nodes in that, [nodeCount]. */
  get shares(): Float32Array {
    return this.attention.shares;
  }

  /** What the neighbours of the current node wrote, for each deconvolution. */
  get canvas(): readonly CanvasMap[] {
    return this.written?.layers ?? [];
  }

  /** Address where gradients of a node's embedding are added up until `backward`. */
  embeddingGradient(node: number): number {
    return this.rounds.embeddingGradient(node);
  }

  /** Address where gradients of the summary are added up until `backward`. */
  get summaryGradient(): number {
    return this.rounds.summaryGradient;
  }

  /** Computes embeddings, summary, attention and canvas of a step. */
  forward(step: PolicyStep): void {
    const places = this.placesOf(step);
    this.writeFeatures(step, places);
    this.rounds.forward();
    this.attention.forward(step.currentNode);
    this.written?.forward(step, places);
  }

  /**
   * Adds to the parameters' gradients, from those of embeddings, summary and canvas and from that of `attended` [width], at
   * an address.
   */
  backward(dAttended: number): void {
    this.attention.backward(dAttended);
    this.written?.backward();
    this.rounds.backward();
  }

  private placesOf({ places }: PolicyStep): Float32Array {
    const expected = PLACE_NUMBERS * this.nodeCount;
    if (places?.length !== expected)
      throw new Error(`internal: the step has ${places?.length ?? "no"} numbers of places, not ${expected}`);
    return places;
  }

  private writeFeatures({ currentNode, nextNode }: PolicyStep, places: Float32Array): void {
    const { nodeCount, staticFeatures } = this;
    const { features } = this.rounds;
    const count = staticFeatures + LIVE_FEATURES;
    for (let node = 0; node < nodeCount; node++) {
      const to = node * count + staticFeatures;
      const from = node * PLACE_NUMBERS;
      features[to] = 2 * places[from]! - 1;
      features[to + 1] = 2 * places[from + 1]! - 1;
      features[to + 2] = places[from + 2]!;
      features[to + 3] = node === currentNode ? 1 : 0;
      features[to + 4] = node === nextNode ? 1 : 0;
    }
  }
}

/** The static features with room for the others behind them, which are 0. */
function withLiveFeatures({ features, nodeCount }: PolicyGraph, nodeFeatures: number): Float32Array {
  const count = nodeFeatures + LIVE_FEATURES;
  const out = new Float32Array(nodeCount * count);
  for (let node = 0; node < nodeCount; node++)
    out.set(features.subarray(node * nodeFeatures, (node + 1) * nodeFeatures), node * count);
  return out;
}

/**
 * The edges that are among the `count` heaviest of one of their ends, the earlier of edges alike, in their order; all if
 * `count` is 0.
 */
export function heaviestEdges(graph: PolicyGraph, count: number): PolicyGraph {
  const { nodeCount, edgeCount, edgeSources, edgeTargets, edgeWeights } = graph;
  if (count === 0) return graph;
  const ofNode: number[][] = Array.from({ length: nodeCount }, () => []);
  for (let edge = 0; edge < edgeCount; edge++) {
    ofNode[edgeSources[edge]!]!.push(edge);
    if (edgeTargets[edge] !== edgeSources[edge]) ofNode[edgeTargets[edge]!]!.push(edge);
  }
  const isKept = new Uint8Array(edgeCount);
  for (const edges of ofNode) {
    edges.sort((a, b) => edgeWeights[b]! - edgeWeights[a]! || a - b);
    for (const edge of edges.slice(0, count)) isKept[edge] = 1;
  }
  const kept = Int32Array.from({ length: edgeCount }, (_, edge) => edge).filter((edge) => isKept[edge] === 1);
  return {
    ...graph,
    edgeCount: kept.length,
    edgeSources: kept.map((edge) => edgeSources[edge]!),
    edgeTargets: kept.map((edge) => edgeTargets[edge]!),
    edgeWeights: Float32Array.from(kept, (edge) => edgeWeights[edge]!),
  };
}
