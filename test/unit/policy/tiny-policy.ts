// A small policy problem for tests: a random graph, grid and step, and parameters away from their zeros.
import { Random } from "../../../netlist/index.js";
import type { PolicyGraph, PolicyStep } from "../../../policy/network/contract.js";
import {
  freshParameters,
  type NetworkConfig,
  type NetworkOptions,
  networkConfig,
  parameterLayout,
} from "../../../policy/network/parameters.js";

const SMALL: NetworkOptions = {
  nodeFeatures: 5,
  width: 8,
  rounds: 2,
  stateFeatures: 3,
  planes: 3,
  trunk: 12,
  deconvolutionChannels: [8, 4],
  cellHidden: 8,
  valueHidden: 8,
  priorPlane: 1,
  priorScale: 0.5,
};

export function smallConfig(options: Partial<NetworkOptions> = {}): NetworkConfig {
  return networkConfig({ ...SMALL, ...options });
}

/** Initial parameters plus noise, so that the layers that start as zero take part. */
export function noisyParameters(config: NetworkConfig, seed: number): Float32Array {
  const values = freshParameters(config, seed);
  const random = Random.stream(seed, "noise");
  for (const { offset, length } of parameterLayout(config).tensors) {
    for (let i = offset; i < offset + length; i++) values[i] = values[i]! + 0.2 * random.normal();
  }
  return values;
}

export function randomGraph(nodeCount: number, edgeCount: number, features: number): PolicyGraph {
  const random = Random.stream(20, "graph", nodeCount, edgeCount);
  return {
    nodeCount,
    edgeCount,
    edgeSources: Int32Array.from({ length: edgeCount }, () => random.below(nodeCount)),
    edgeTargets: Int32Array.from({ length: edgeCount }, () => random.below(nodeCount)),
    edgeWeights: Float32Array.from({ length: edgeCount }, () => 2 * random.uniform()),
    features: Float32Array.from({ length: nodeCount * features }, () => random.normal()),
  };
}

export function randomStep(
  config: NetworkConfig,
  cells: number,
  nodes: [number, number],
  { seed = 21, nodeCount = 0 } = {},
): PolicyStep {
  const random = Random.stream(seed, "step", cells);
  return {
    ...(config.live && { places: randomPlaces(nodeCount, seed) }),
    currentNode: nodes[0],
    nextNode: nodes[1],
    state: Float32Array.from({ length: config.stateFeatures }, () => random.normal()),
    planes: Float32Array.from({ length: config.planes * cells }, () => random.normal()),
    mask: Uint8Array.from({ length: cells }, () => (random.uniform() < 0.7 ? 1 : 0)),
  };
}

/** Places of nodes, some beyond the canvas; a third each is known, estimated and guessed. */
function randomPlaces(nodeCount: number, seed: number): Float32Array {
  const random = Random.stream(seed, "places", nodeCount);
  return Float32Array.from({ length: 3 * nodeCount }, (_, i) =>
    i % 3 === 2 ? random.below(3) / 2 : 1.2 * random.uniform() - 0.1,
  );
}

/** Normal numbers, 0 where masked: what a loss on the distribution would give. */
export function randomLogitGradient(step: PolicyStep, seed = 22): Float32Array {
  const random = Random.stream(seed, "dLogits");
  return Float32Array.from(step.mask, (open) => (open ? random.normal() : 0));
}
