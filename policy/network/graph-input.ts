// The block as the network reads it: the graph of macros, soft macros and port clusters with features that do not
// change during an episode.
import { type Block, buildMacroGraph, compileGraph, NodeKind } from "../../netlist/index.js";
import type { PolicyGraph } from "./graph-encoder.js";
import { spectralFeatures } from "./spectral-features.js";

/**
 * Kind (3), width, height, square root of the area, logarithm of the degree, place (2) and whether it is known; spectral
 * features may follow.
 */
export const NODE_FEATURES = 10;

/** What `PolicyNetwork.setBlock` takes, and where the block's nodes are in it. */
export interface GraphInput extends PolicyGraph {
  /** Graph node of every block node, or -1. */
  readonly graphNodes: Int32Array;
}

/** The block's graph with its features, so many spectral ones among them; edge weights are divided by their mean. */
export function graphInput(block: Block, spectral = 0): GraphInput {
  const graph = compileGraph(buildMacroGraph(block));
  const { nodeCount, edgeCount } = graph;
  const { width, height } = block.canvas;
  const side = Math.sqrt(width * height);
  const count = NODE_FEATURES + spectral;
  const features = new Float32Array(nodeCount * count);
  const graphNodes = new Int32Array(block.nodeCount).fill(-1);
  const meanDegree = Math.max(1, (2 * edgeCount) / Math.max(1, nodeCount));
  for (let node = 0; node < nodeCount; node++) {
    const blockNode = graph.blockNodes[node]!;
    const row = features.subarray(node * count, (node + 1) * count);
    const kind = graph.nodeKinds[node]!;
    row[0] = kind === NodeKind.HardMacro ? 1 : 0;
    row[1] = kind === NodeKind.Port ? 1 : 0;
    row[2] = 1 - row[0]! - row[1]!;
    row[6] = Math.log1p((graph.starts[node + 1]! - graph.starts[node]!) / meanDegree);
    let x = graph.clusterXs[node]!;
    let y = graph.clusterYs[node]!;
    if (blockNode >= 0) {
      graphNodes[blockNode] = node;
      row[3] = block.widths[blockNode]! / width;
      row[4] = block.heights[blockNode]! / height;
      row[5] = Math.sqrt(block.widths[blockNode]! * block.heights[blockNode]!) / side;
      if (block.fixed[blockNode]) {
        x = block.initial.xs[blockNode]!;
        y = block.initial.ys[blockNode]!;
      }
    }
    if (Number.isNaN(x + y)) continue;
    row[7] = (2 * x) / width - 1;
    row[8] = (2 * y) / height - 1;
    row[9] = 1;
  }
  let total = 0;
  for (const weight of graph.edgeWeights) total += weight;
  const mean = total / Math.max(1, edgeCount) || 1;
  const { edgeSources, edgeTargets } = graph;
  const edgeWeights = Float32Array.from(graph.edgeWeights, (weight) => weight / mean);
  const edges = { nodeCount, edgeCount, edgeSources, edgeTargets, edgeWeights };
  const vectors = spectralFeatures(edges, spectral);
  for (let node = 0; node < nodeCount; node++)
    features.set(vectors.subarray(node * spectral, (node + 1) * spectral), node * count + NODE_FEATURES);
  return { ...edges, features, graphNodes };
}
