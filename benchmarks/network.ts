// Times the policy network alone on one thread: the graph encoder and a whole training step at two graph sizes, and the
// heads, which run at every step, at one grid. GFLOP/s count the multiplications and additions of products and edges, not
// copies. An edge has a single weight, so it takes about 11 operations per channel and round and no product of its own;
// networks with vectors of edge features do more work at the same size. A backward pass counts as two forward passes.
// Run: node dist/benchmarks/network.js
import { Kernels } from "../kernels/index.js";
import { Random } from "../netlist/index.js";
import type { PolicyStep } from "../policy/network/contract.js";
import { tensorsOf } from "../policy/network/memory.js";
import { graphNetwork } from "../policy/network/network.js";
import {
  COARSE_CHANNELS,
  COARSE_SIDE,
  freshParameters,
  type NetworkConfig,
  networkConfig,
  parameterLayout,
  trunkInputs,
} from "../policy/network/parameters.js";
import { Adam } from "../policy/ppo/adam.js";
import { randomGraph } from "../test/unit/policy/tiny-policy.js";

const SEED = 1;
const NODE_FEATURES = 12;
const PLANES = 10;
const STATE = 8;
const ROWS = 21;
const COLUMNS = 24;

/** Median milliseconds of one call, over `samples` samples of `calls` calls after a warm-up. */
function medianMs(samples: number, calls: number, work: () => void): number {
  const times: number[] = [];
  for (let sample = -3; sample < samples; sample++) {
    const start = performance.now();
    for (let call = 0; call < calls; call++) work();
    if (sample >= 0) times.push((performance.now() - start) / calls);
  }
  return times.sort((a, b) => a - b)[samples >> 1]!;
}

function report(what: string, ms: number, flops: number): void {
  const rate = (flops / ms / 1e6).toFixed(1);
  console.log(
    `${what.padEnd(34)} ${ms.toFixed(4).padStart(9)} ms ${(flops / 1e6).toFixed(2).padStart(8)} MFLOP ${rate.padStart(6)} GFLOP/s`,
  );
}

function randomStep(cells: number): PolicyStep {
  const random = Random.stream(SEED, "step");
  return {
    currentNode: 0,
    nextNode: 1,
    state: Float32Array.from({ length: STATE }, () => random.normal()),
    planes: Float32Array.from({ length: PLANES * cells }, () => random.uniform()),
    mask: Uint8Array.from({ length: cells }, () => (random.uniform() < 0.7 ? 1 : 0)),
  };
}

function encoderFlops(config: NetworkConfig, nodes: number, edges: number): number {
  const { width, rounds } = config;
  const round = 2 * nodes * width * 2 * width + edges * width * 11;
  return 2 * nodes * NODE_FEATURES * width + rounds * round;
}

function headFlops(config: NetworkConfig, cells: number): number {
  const { trunk, cellHidden, valueHidden, deconvolutionChannels } = config;
  let sum = trunkInputs(config) * trunk + trunk * COARSE_SIDE ** 2 * COARSE_CHANNELS;
  let channels = COARSE_CHANNELS;
  deconvolutionChannels.forEach((outputs, layer) => {
    sum += (COARSE_SIDE << layer) ** 2 * channels * 9 * outputs;
    channels = outputs;
  });
  sum += cells * (PLANES + channels + 1) * cellHidden + trunk * cellHidden;
  return 2 * (sum + (trunk + PLANES + STATE) * valueHidden);
}

interface Size {
  readonly nodes: number;
  readonly edges: number;
  readonly width: number;
}

function timeSize(label: string, { nodes, edges, width }: Size): void {
  const kernels = Kernels.create();
  const config = networkConfig({
    nodeFeatures: NODE_FEATURES,
    width,
    stateFeatures: STATE,
    planes: PLANES,
    priorPlane: 0,
  });
  const layout = parameterLayout(config);
  const { length } = layout;
  const parameters = kernels.f32(length);
  const gradients = kernels.f32(length);
  parameters.set(freshParameters(config, SEED));
  const adam = new Adam(kernels, length);
  const cells = ROWS * COLUMNS;
  const step = randomStep(cells);
  const dLogits = kernels.f32(cells);
  dLogits.set(Float32Array.from(step.mask, (open) => (open ? 1e-3 : 0)));
  const network = graphNetwork.create({
    kernels,
    shape: config,
    parameters: tensorsOf(layout, parameters),
    gradients: tensorsOf(layout, gradients),
    graph: randomGraph(nodes, edges, NODE_FEATURES),
    rows: ROWS,
    columns: COLUMNS,
    logits: kernels.f32(cells),
    dLogits,
  });
  console.log(`${label}: N=${nodes} E=${edges} d=${width}, ${length} parameters, grid ${ROWS}x${COLUMNS}`);

  const encode = encoderFlops(config, nodes, edges);
  const head = headFlops(config, cells);
  report(
    "encode, forward",
    medianMs(31, 10, () => network.encode!()),
    encode,
  );
  const trainStep = (): void => {
    gradients.fill(0);
    network.encode!();
    network.forward(step);
    network.backward(0.1);
    network.encodeBackward!();
    adam.step(parameters, gradients, { learningRate: 1e-5, maxGradientNorm: 1 });
  };
  report("training step", medianMs(31, 5, trainStep), 3 * (encode + head));
  report(
    "head, forward",
    medianMs(31, 200, () => void network.forward(step)),
    head,
  );
  report(
    "head, backward",
    medianMs(31, 200, () => network.backward(0.1)),
    2 * head,
  );
}

timeSize("A", { nodes: 1000, edges: 10000, width: 32 });
timeSize("B", { nodes: 3500, edges: 28400, width: 8 });
