// The policy: a static graph encoder, and per step a trunk, a deconvolution branch, a head shared by all grid cells
// and a value head. Forward and backward run in kernels; this file says in which order and on which arrays.
// For a shard of steps: encode(); forward and backward for each step; encodeBackward().
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import { GraphEncoder, type PolicyGraph } from "./graph-encoder.js";
import { MapDecoder } from "./map-decoder.js";
import { mapChannels, type NetworkConfig, trunkInputs } from "./network-config.js";
import { ParameterAddresses, parameterLayout } from "./parameters.js";
import { ValueHead, valueInputs } from "./value-head.js";
import { Workspace } from "./workspace.js";

/** What changes from step to step. Cell = row · columns + column, row 0 at the bottom. */
export interface PolicyStep {
  /** Graph node to place. */
  readonly currentNode: number;
  /** Graph node to place after it, or -1. */
  readonly nextNode: number;
  /** [stateFeatures] */
  readonly state: Float32Array;
  /** [planes x cells] */
  readonly planes: Float32Array;
  /** [cells], 0 where the node must not go */
  readonly mask: Uint8Array;
}

type Arrays =
  | "state" // [h_current | h_next | summary | state]
  | "dState"
  | "value" // [trunk | plane means | state], the input of the value head; its head is the trunk
  | "dTrunk"
  | "inputs" // [planes + map channels x cells]
  | "dMap"
  | "cellBias" // the trunk's share of each cell's hidden layer, and the bias
  | "dCellBias"
  | "hidden"
  | "dHidden"
  | "logits"
  | "dLogits"
  | "mask";

const RELU = ENUMS.MatmulMode.relu;
const NAMES = [
  "trunk.weight",
  "trunk.bias",
  "cell.inputs",
  "cell.trunk",
  "cell.bias",
  "cell.logit.weight",
  "cell.logit.bias",
  "cell.priorScale",
] as const;
type Addresses = Record<(typeof NAMES)[number], number>;

export class PolicyNetwork {
  /** Of the last forward, [cells]; -1e30 where infeasible. In kernel memory. */
  logits: Float32Array = new Float32Array(0);
  /** Gradients of the logits, [cells], in kernel memory: filled in place and given to `backward`, they need no copy. */
  dLogits: Float32Array = new Float32Array(0);

  private readonly run: KernelExports;
  private readonly config: NetworkConfig;
  private readonly parameters: Float32Array;
  private readonly gradients: Float32Array;
  private readonly encoder: GraphEncoder | undefined;
  private readonly decoder: MapDecoder | undefined;
  private readonly value: ValueHead;
  private readonly workspace: Workspace<Arrays>;
  private readonly weights: Addresses;
  private readonly dWeights: Addresses;
  private at: Record<Arrays, number> = {} as Record<Arrays, number>;
  private state: Float32Array = new Float32Array(0);
  private planes: Float32Array = new Float32Array(0);
  private mask: Uint8Array = new Uint8Array(0);
  private nodeCount = 0;
  private rows = 0;
  private columns = 0;
  private currentNode = 0;
  private nextNode = -1;

  /** `parameters` and `gradients` lie in kernel memory; networks of several threads may share `parameters`. */
  constructor(kernels: Kernels, config: NetworkConfig, parameters: Float32Array, gradients: Float32Array) {
    const layout = parameterLayout(config);
    const addresses = new ParameterAddresses(layout, parameters);
    const dAddresses = new ParameterAddresses(layout, gradients);
    this.run = kernels.run;
    this.config = config;
    this.parameters = parameters;
    this.gradients = gradients;
    if (config.encoder) this.encoder = new GraphEncoder(kernels, config, addresses, dAddresses);
    if (config.deconvolution) this.decoder = new MapDecoder(kernels, config, addresses, dAddresses);
    this.value = new ValueHead(kernels, config, addresses, dAddresses);
    this.workspace = new Workspace(kernels);
    this.weights = Object.fromEntries(NAMES.map((name) => [name, addresses.of(name)])) as Addresses;
    this.dWeights = Object.fromEntries(NAMES.map((name) => [name, dAddresses.of(name)])) as Addresses;
  }

  /** Takes a block's graph and grid; allocates only if they are larger than before. `encode` must follow. */
  setBlock(graph: PolicyGraph, rows: number, columns: number): void {
    const { config, workspace } = this;
    const cells = rows * columns;
    const channels = mapChannels(config);
    this.rows = rows;
    this.columns = columns;
    this.nodeCount = graph.nodeCount;
    this.encoder?.setGraph(graph);
    this.at = workspace.lay({
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
      logits: cells,
      dLogits: cells,
      mask: Math.ceil(cells / 4),
    });
    const { at } = this;
    const stateAt = at.state + (trunkInputs(config) - config.stateFeatures) * 4;
    this.state = workspace.view(stateAt, config.stateFeatures);
    this.planes = workspace.view(at.inputs, config.planes * cells);
    this.logits = workspace.view(at.logits, cells);
    this.dLogits = workspace.view(at.dLogits, cells);
    this.mask = new Uint8Array(this.logits.buffer, at.mask, cells);
  }

  /** Runs the static encoder. Once per version of the parameters, before the first `forward`. */
  encode(): void {
    this.encoder?.forward();
  }

  /** A copy of a graph node's embedding as `encode` left it; undefined if the network has no encoder. */
  embedding(graphNode: number): Float32Array | undefined {
    if (!this.encoder) return undefined;
    return this.workspace.view(this.encoder.embedding(graphNode), this.config.width).slice();
  }

  /** One step: fills `logits` and returns the value. Its activations stay until the next one. */
  forward(step: PolicyStep): number {
    this.takeStep(step);
    const { run, at, config, weights } = this;
    const { trunk, cellHidden, planes, stateFeatures, priorPlane } = config;
    const cells = this.rows * this.columns;

    run.matmul(
      at.state,
      weights["trunk.weight"],
      weights["trunk.bias"],
      at.value,
      1,
      trunkInputs(config),
      trunk,
      RELU,
    );

    this.decoder?.forward(at.value, this.rows, this.columns, at.inputs + planes * cells * 4);
    run.matmul(at.value, weights["cell.trunk"], weights["cell.bias"], at.cellBias, 1, trunk, cellHidden, 0);
    const prior = priorPlane < 0 ? 0 : at.inputs + priorPlane * cells * 4;
    const logitBias = this.scalar(weights["cell.logit.bias"]);
    const priorScale = this.scalar(weights["cell.priorScale"]);
    run.cellHead(
      at.inputs,
      weights["cell.inputs"],
      at.cellBias,
      weights["cell.logit.weight"],
      logitBias,
      prior,
      priorScale,
      at.mask,
      at.hidden,
      at.logits,
      planes + mapChannels(config),
      cellHidden,
      cells,
    );

    run.rowMeans(at.inputs, at.value + trunk * 4, planes, cells);
    run.copyNumbers(at.value + (trunk + planes) * 4, this.state.byteOffset, stateFeatures);
    return this.value.forward(at.value);
  }

  /**
   * Adds the gradients of the last `forward` to the gradients of the heads' parameters, and holds those of the
   * embeddings until `encodeBackward`. `dLogits` [cells] must be 0 where the mask is.
   */
  backward(dLogits: Float32Array, dValue: number): void {
    if (dLogits !== this.dLogits) this.dLogits.set(dLogits);
    const { run, at, config } = this;
    run.clearNumbers(at.dTrunk, config.trunk);
    this.value.backward(at.value, dValue, at.dTrunk);
    this.cellsBackward();
    this.stateBackward();
  }

  /** Takes the gradients held so far through the encoder. Once after all steps that used its last `encode`. */
  encodeBackward(): void {
    this.encoder?.backward();
  }

  private cellsBackward(): void {
    const { run, at, config, weights, dWeights } = this;
    const { trunk, planes, cellHidden, priorPlane } = config;
    const cells = this.rows * this.columns;
    const channels = planes + mapChannels(config);
    const outWeight = weights["cell.logit.weight"];
    const dOutWeight = dWeights["cell.logit.weight"];
    run.cellHeadBackward(
      at.dLogits,
      at.hidden,
      outWeight,
      at.dHidden,
      at.dCellBias,
      dOutWeight,
      cellHidden,
      cells,
    );
    this.addToScalar(dWeights["cell.logit.bias"], run.sumNumbers(at.dLogits, cells));
    if (priorPlane >= 0) {
      const prior = at.inputs + priorPlane * cells * 4;
      this.addToScalar(dWeights["cell.priorScale"], run.dotProduct(at.dLogits, prior, cells));
    }
    run.matmulTransposed(at.dHidden, at.inputs, dWeights["cell.inputs"], cellHidden, cells, channels, 1);
    const dWeight = dWeights["cell.trunk"];
    const dBias = dWeights["cell.bias"];
    const weight = weights["cell.trunk"];
    run.denseBackward(at.value, weight, at.dCellBias, dWeight, dBias, at.dTrunk, trunk, cellHidden, trunk);
    if (this.decoder) {
      const mapWeights = weights["cell.inputs"] + planes * 4;
      run.clearNumbers(at.dMap, mapChannels(config) * cells);
      run.addTransposedMatmul(
        mapWeights,
        channels,
        at.dHidden,
        at.dMap,
        cellHidden,
        mapChannels(config),
        cells,
      );
      this.decoder.backward(at.value, this.rows, this.columns, at.dMap, at.dTrunk);
    }
  }

  private stateBackward(): void {
    const { run, at, config, weights, dWeights, encoder } = this;
    const { trunk, width } = config;
    const inputs = trunkInputs(config);
    run.reluBackward(at.value, at.dTrunk, trunk);
    run.clearNumbers(at.dState, inputs);
    const embeddings = encoder ? 3 * width : 0;
    const weight = weights["trunk.weight"];
    const dBias = dWeights["trunk.bias"];
    run.denseBackward(
      at.state,
      weight,
      at.dTrunk,
      dWeights["trunk.weight"],
      dBias,
      at.dState,
      inputs,
      trunk,
      embeddings,
    );
    if (!encoder) return;
    run.addInto(encoder.embeddingGradient(this.currentNode), at.dState, width);
    if (this.nextNode >= 0)
      run.addInto(encoder.embeddingGradient(this.nextNode), at.dState + width * 4, width);
    run.addInto(encoder.summaryGradient, at.dState + 2 * width * 4, width);
  }

  /** Copies what the step brings into kernel memory. */
  private takeStep(step: PolicyStep): void {
    const { run, at, encoder, nodeCount } = this;
    const { width } = this.config;
    const { currentNode, nextNode, state, planes, mask } = step;
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
    if (!(currentNode >= 0 && currentNode < nodeCount && nextNode >= -1 && nextNode < nodeCount)) {
      throw new Error(`internal: nodes ${currentNode} and ${nextNode} of a graph of ${nodeCount}`);
    }
    run.copyNumbers(at.state, encoder.embedding(currentNode), width);
    if (nextNode >= 0) run.copyNumbers(at.state + width * 4, encoder.embedding(nextNode), width);
    else run.clearNumbers(at.state + width * 4, width);
    run.copyNumbers(at.state + 2 * width * 4, encoder.summary, width);
  }

  private scalar(address: number): number {
    return this.parameters[(address - this.parameters.byteOffset) >> 2]!;
  }

  private addToScalar(address: number, amount: number): void {
    const index = (address - this.gradients.byteOffset) >> 2;
    this.gradients[index] = this.gradients[index]! + amount;
  }
}
