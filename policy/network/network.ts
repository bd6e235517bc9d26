// The built-in policy network: a graph encoder, and per step a trunk, a branch of deconvolutions that paints a map over the
// grid (map-decoder.ts), a head shared by all cells, and a value head. The encoder is static and runs once for all steps
// (graph-encoder.ts), or live and runs at every step (live-encoder.ts). Forward and backward run in kernels; this file says
// in which order and on which arrays.

import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import type { NetworkParts, PolicyNetwork, PolicyNetworkModule, PolicyStep } from "./contract.js";
import { GraphEncoder } from "./graph-encoder.js";
import { LiveEncoder } from "./live-encoder.js";
import { MapDecoder } from "./map-decoder.js";
import { addressesOf, f32At, scratchArrays, type Tensors } from "./memory.js";
import {
  encoderOutputs,
  GRAPH_NETWORK,
  initialiseParameters,
  mapChannels,
  type NetworkConfig,
  networkTensors,
  scaleLogits,
  trunkInputs,
  valueInputs,
} from "./parameters.js";

export const graphNetwork: PolicyNetworkModule<NetworkConfig> = {
  name: GRAPH_NETWORK,
  module: import.meta.url,
  tensors: networkTensors,
  initialise: initialiseParameters,
  create: (parts) => new GraphPolicyNetwork(parts),
  scaleLogits,
};
export default graphNetwork;

type Arrays =
  | "state" // [h_current | h_next | summary | attended, if live | state]
  | "dState"
  | "value" // [trunk | plane means | state], the input of the value head; it begins with the trunk
  | "dTrunk"
  | "inputs" // [planes + map channels x cells]
  | "dMap"
  | "cellBias" // the trunk's share of each cell's hidden layer, and the bias
  | "dCellBias"
  | "hidden"
  | "dHidden"
  | "valueHidden"
  | "dValueHidden"
  | "mask";

const RELU = ENUMS.MatmulMode.relu;
const NAMES = [
  "trunk.weight",
  "trunk.bias",
  "cell.inputs",
  "cell.trunk",
  "cell.bias",
  "cell.logit.weight",
  "value.hidden.weight",
  "value.hidden.bias",
  "value.output.weight",
] as const;
type Addresses = Record<(typeof NAMES)[number], number>;

class GraphPolicyNetwork implements PolicyNetwork {
  private readonly kernels: Kernels;
  private readonly run: KernelExports;
  private readonly config: NetworkConfig;
  private readonly parameters: Tensors;
  private readonly gradients: Tensors;
  private readonly weights: Addresses;
  private readonly dWeights: Addresses;
  private readonly encoder: GraphEncoder | LiveEncoder | undefined;
  /** The encoder, if it is live. */
  private readonly live: LiveEncoder | undefined;
  private readonly decoder: MapDecoder | undefined;
  private readonly cells: number;
  private readonly nodeCount: number;
  private readonly logits: number;
  private readonly dLogits: number;
  private readonly at: Record<Arrays, number>;
  private readonly state: Float32Array;
  private readonly planes: Float32Array;
  private readonly mask: Uint8Array;
  private currentNode = 0;
  private nextNode = -1;

  constructor(parts: NetworkParts<NetworkConfig>) {
    const { kernels, shape: config, parameters, gradients, graph, rows, columns } = parts;
    const cells = rows * columns;
    const channels = mapChannels(config);
    this.kernels = kernels;
    this.run = kernels.run;
    this.config = config;
    this.parameters = parameters;
    this.gradients = gradients;
    this.weights = addressesOf(parameters, NAMES);
    this.dWeights = addressesOf(gradients, NAMES);
    if (config.live) this.live = new LiveEncoder(parts);
    if (config.encoder) this.encoder = this.live ?? new GraphEncoder(kernels, config, parts);
    if (config.deconvolution) this.decoder = new MapDecoder(parts);
    this.cells = cells;
    this.nodeCount = graph.nodeCount;
    this.logits = parts.logits.byteOffset;
    this.dLogits = parts.dLogits.byteOffset;
    this.at = scratchArrays<Arrays>(kernels, {
      state: trunkInputs(config),
      dState: trunkInputs(config),
      value: valueInputs(config),
      dTrunk: config.trunk,
      inputs: (config.planes + channels) * cells,
      dMap: channels * cells,
      cellBias: config.cellHidden,
      dCellBias: config.cellHidden,
      hidden: config.cellHidden * cells,
      dHidden: config.cellHidden * cells,
      valueHidden: config.valueHidden,
      dValueHidden: config.valueHidden,
      mask: Math.ceil(cells / 4),
    });
    const { at } = this;
    const stateAt = at.state + (trunkInputs(config) - config.stateFeatures) * 4;
    this.state = f32At(kernels, stateAt, config.stateFeatures);
    this.planes = f32At(kernels, at.inputs, config.planes * cells);
    this.mask = new Uint8Array(kernels.handle.memory.buffer, at.mask, cells);
  }

  encode(): void {
    if (!this.live) (this.encoder as GraphEncoder | undefined)?.forward();
  }

  encodeBackward(): void {
    if (!this.live) (this.encoder as GraphEncoder | undefined)?.backward();
  }

  embedding(graphNode: number): Float32Array | undefined {
    return this.encoder && f32At(this.kernels, this.encoder.embedding(graphNode), this.config.width).slice();
  }

  attention(): Float32Array | undefined {
    return this.live?.shares.slice();
  }

  forward(step: PolicyStep): number {
    this.takeStep(step);
    const { run, at, config, weights, cells } = this;
    const { trunk, cellHidden, planes, priorPlane } = config;
    const inputs = trunkInputs(config);
    run.matmul(at.state, weights["trunk.weight"], weights["trunk.bias"], at.value, 1, inputs, trunk, RELU);
    this.decoder?.forward(at.value, at.inputs + planes * cells * 4, this.live?.canvas);
    run.matmul(at.value, weights["cell.trunk"], weights["cell.bias"], at.cellBias, 1, trunk, cellHidden, 0);
    run.cellHead(
      at.inputs,
      weights["cell.inputs"],
      at.cellBias,
      weights["cell.logit.weight"],
      this.parameters["cell.logit.bias"]![0]!,
      priorPlane < 0 ? 0 : at.inputs + priorPlane * cells * 4,
      this.parameters["cell.priorScale"]![0]!,
      at.mask,
      at.hidden,
      this.logits,
      planes + mapChannels(config),
      cellHidden,
      cells,
    );
    return this.value();
  }

  /** The value of the step: trunk, means of the planes and state to a hidden layer to one number. */
  private value(): number {
    const { run, at, config, weights, cells } = this;
    const { trunk, planes, stateFeatures, valueHidden } = config;
    const [weight, bias] = [weights["value.hidden.weight"], weights["value.hidden.bias"]];
    run.rowMeans(at.inputs, at.value + trunk * 4, planes, cells);
    run.copyNumbers(at.value + (trunk + planes) * 4, this.state.byteOffset, stateFeatures);
    run.matmul(at.value, weight, bias, at.valueHidden, 1, valueInputs(config), valueHidden, RELU);
    const product = run.dotProduct(at.valueHidden, weights["value.output.weight"], valueHidden);
    return Math.fround(product + this.parameters["value.output.bias"]![0]!);
  }

  /** Copies the step into kernel memory, with the embeddings of its nodes. */
  private takeStep(step: PolicyStep): void {
    const { currentNode, nextNode, state, planes, mask } = step;
    const { run, at, encoder, nodeCount } = this;
    const { width } = this.config;
    if (
      state.length !== this.state.length ||
      planes.length !== this.planes.length ||
      mask.length !== this.mask.length
    ) {
      const found = `${state.length}, ${planes.length}, ${mask.length}`;
      const expected = `${this.state.length}, ${this.planes.length}, ${this.mask.length}`;
      throw new Error(`internal: state, planes, mask have ${found} numbers, expected ${expected}`);
    }
    this.state.set(state);
    this.planes.set(planes);
    this.mask.set(mask);
    this.currentNode = currentNode;
    this.nextNode = nextNode;
    if (!encoder) return;
    if (!(currentNode >= 0 && currentNode < nodeCount && nextNode >= -1 && nextNode < nodeCount))
      throw new Error(`internal: nodes ${currentNode} and ${nextNode} of a graph of ${nodeCount}`);
    this.live?.forward(step);
    run.copyNumbers(at.state, encoder.embedding(currentNode), width);
    if (nextNode >= 0) run.copyNumbers(at.state + width * 4, encoder.embedding(nextNode), width);
    else run.clearNumbers(at.state + width * 4, width);
    run.copyNumbers(at.state + 2 * width * 4, encoder.summary, width);
    if (this.live) run.copyNumbers(at.state + 3 * width * 4, this.live.attended, width);
  }

  backward(dValue: number): void {
    this.run.clearNumbers(this.at.dTrunk, this.config.trunk);
    this.valueBackward(dValue);
    this.cellsBackward();
    this.stateBackward();
  }

  private valueBackward(dValue: number): void {
    const { run, at, config, weights, dWeights } = this;
    const { trunk, valueHidden } = config;
    run.addScaledInto(dWeights["value.output.weight"], at.valueHidden, dValue, valueHidden);
    this.addToScalar("value.output.bias", dValue);
    run.clearNumbers(at.dValueHidden, valueHidden);
    run.addScaledInto(at.dValueHidden, weights["value.output.weight"], dValue, valueHidden);
    run.reluBackward(at.valueHidden, at.dValueHidden, valueHidden);
    run.denseBackward(
      at.value,
      weights["value.hidden.weight"],
      at.dValueHidden,
      dWeights["value.hidden.weight"],
      dWeights["value.hidden.bias"],
      at.dTrunk,
      valueInputs(config),
      valueHidden,
      trunk,
    );
  }

  private cellsBackward(): void {
    const { run, at, config, weights, dWeights, cells, dLogits } = this;
    const { trunk, planes, cellHidden, priorPlane } = config;
    const maps = mapChannels(config);
    const channels = planes + maps;
    const [outWeight, dOutWeight] = [weights["cell.logit.weight"], dWeights["cell.logit.weight"]];
    const { hidden, dHidden, dCellBias, dTrunk } = at;
    run.cellHeadBackward(dLogits, hidden, outWeight, dHidden, dCellBias, dOutWeight, cellHidden, cells);
    this.addToScalar("cell.logit.bias", run.sumNumbers(dLogits, cells));
    if (priorPlane >= 0) {
      const prior = at.inputs + priorPlane * cells * 4;
      this.addToScalar("cell.priorScale", run.dotProduct(dLogits, prior, cells));
    }
    run.matmulTransposed(dHidden, at.inputs, dWeights["cell.inputs"], cellHidden, cells, channels, 1);
    const [weight, dWeight, dBias] = [weights["cell.trunk"], dWeights["cell.trunk"], dWeights["cell.bias"]];
    run.denseBackward(at.value, weight, dCellBias, dWeight, dBias, dTrunk, trunk, cellHidden, trunk);
    if (this.decoder) {
      const mapWeights = weights["cell.inputs"] + planes * 4;
      run.clearNumbers(at.dMap, maps * cells);
      run.addTransposedMatmul(mapWeights, channels, dHidden, at.dMap, cellHidden, maps, cells);
      this.decoder.backward(at.value, { dMap: at.dMap, dTrunk }, this.live?.canvas);
    }
  }

  private stateBackward(): void {
    const { run, at, config, weights, dWeights, encoder } = this;
    const { trunk, width } = config;
    run.reluBackward(at.value, at.dTrunk, trunk);
    run.clearNumbers(at.dState, trunkInputs(config));
    run.denseBackward(
      at.state,
      weights["trunk.weight"],
      at.dTrunk,
      dWeights["trunk.weight"],
      dWeights["trunk.bias"],
      at.dState,
      trunkInputs(config),
      trunk,
      encoderOutputs(config),
    );
    if (!encoder) return;
    run.addInto(encoder.embeddingGradient(this.currentNode), at.dState, width);
    if (this.nextNode >= 0)
      run.addInto(encoder.embeddingGradient(this.nextNode), at.dState + width * 4, width);
    run.addInto(encoder.summaryGradient, at.dState + 2 * width * 4, width);
    this.live?.backward(at.dState + 3 * width * 4);
  }

  private addToScalar(name: string, amount: number): void {
    const gradient = this.gradients[name]!;
    gradient[0] = gradient[0]! + amount;
  }
}
