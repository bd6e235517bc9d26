// The whole policy network in float64: forward and analytic gradient, for one block and one step. It reads the same
// flat parameter array as the network in kernels.
import { Matrix } from "ml-matrix";
import type { PolicyGraph, PolicyStep } from "../../policy/network/contract.js";
import {
  CANVAS_CHANNELS,
  COARSE_CHANNELS,
  COARSE_SIDE,
  type NetworkConfig,
  parameterLayout,
  trunkInputs,
} from "../../policy/network/parameters.js";
import * as layers from "./layers-twin.js";

/** Block and grid of a twin. */
export interface TwinBlock {
  readonly graph: PolicyGraph;
  readonly rows: number;
  readonly columns: number;
}

/** Named matrices over one flat array, [first side x the rest]. */
class Tensors {
  readonly values: number[];
  private readonly config: NetworkConfig;

  constructor(config: NetworkConfig, values: ArrayLike<number>) {
    this.config = config;
    this.values = Array.from(values);
  }

  get(name: string): Matrix {
    const { offset, length, shape } = this.find(name);
    const rows = shape.length === 1 ? 1 : shape[0]!;
    return Matrix.from1DArray(rows, length / rows, this.values.slice(offset, offset + length));
  }

  add(name: string, amount: Matrix): void {
    const { offset } = this.find(name);
    amount.to1DArray().forEach((value, i) => {
      this.values[offset + i] = this.values[offset + i]! + value;
    });
  }

  private find(name: string) {
    const found = parameterLayout(this.config).tensors.find((tensor) => tensor.name === name);
    if (!found) throw new Error(`internal: no tensor ${name}`);
    return found;
  }
}

function edgesOf(graph: PolicyGraph): layers.TwinEdge[] {
  return Array.from({ length: graph.edgeCount }, (_, e) => ({
    i: graph.edgeSources[e]!,
    j: graph.edgeTargets[e]!,
    weight: graph.edgeWeights[e]!,
  }));
}

/** The edges that the encoder reads: of a live one those that are among the heaviest of one of their ends. */
function readEdges(config: NetworkConfig, graph: PolicyGraph): layers.TwinEdge[] {
  const all = edgesOf(graph);
  if (!config.live || config.liveEdges === 0) return all;
  const touches = (edge: layers.TwinEdge, node: number) => edge.i === node || edge.j === node;
  return all.filter((edge, e) =>
    [edge.i, edge.j].some((node) => {
      const before = all.filter(
        (other, o) =>
          touches(other, node) && (other.weight > edge.weight || (other.weight === edge.weight && o < e)),
      );
      return before.length < config.liveEdges;
    }),
  );
}

/** What the encoder reads of every node; of a live one also its place and whether it is the current or the next node. */
function featuresOf(config: NetworkConfig, graph: PolicyGraph, step: PolicyStep): Matrix {
  const known = Matrix.from1DArray(graph.nodeCount, config.nodeFeatures, Array.from(graph.features));
  if (!config.live) return known;
  const rows = known.to2DArray().map((row, node) => {
    const [x, y, sure] = step.places!.subarray(3 * node, 3 * node + 3);
    return [...row, 2 * x! - 1, 2 * y! - 1, sure!, +(node === step.currentNode), +(node === step.nextNode)];
  });
  return new Matrix(rows);
}

/** The current node's neighbours that are on the canvas, and where each layer of deconvolutions has them. */
function writeCanvas(
  config: NetworkConfig,
  parameters: Tensors,
  graph: PolicyGraph,
  step: PolicyStep,
  h: Matrix,
): layers.TwinCanvas {
  const places = step.places!;
  const neighbours = edgesOf(graph).flatMap(({ i, j, weight }) => {
    const node = i === step.currentNode ? j : j === step.currentNode ? i : -1;
    return i === j || node < 0 || places[3 * node + 2] === 0 ? [] : [{ node, weight }];
  });
  const inputs = Matrix.zeros(neighbours.length, config.width + 1);
  neighbours.forEach(({ node, weight }, i) => {
    inputs.setRow(i, [...h.getRow(node), Math.log1p(weight)]);
  });
  const [weight, bias] = ["weight", "bias"].map((name) => parameters.get(`encoder.canvas.${name}`));
  const written = layers.relu(layers.dense(inputs, weight!, bias!));
  const nodes = neighbours.map(({ node }) => node);
  const maps = config.deconvolutionChannels.map((_, layer) => {
    const side = COARSE_SIDE << layer;
    const at = (place: number) => Math.max(0, Math.min(side - 1, Math.floor(place * side)));
    const pixels = nodes.map((node) => at(places[3 * node + 1]!) * side + at(places[3 * node]!));
    const mean = Matrix.zeros(side * side, nodes.length);
    pixels.forEach((pixel, i) => {
      mean.set(pixel, i, 1 / pixels.filter((other) => other === pixel).length);
    });
    return { mean, map: mean.mmul(written) };
  });
  return { nodes, inputs, written, layers: maps };
}

/** What a deconvolution reads: the map before it and, beside it, the canvas. */
function deconvolutionInput(
  parameters: Tensors,
  layer: number,
  map: Matrix,
  canvas: layers.TwinCanvas | undefined,
): { map: Matrix; weight: Matrix } {
  const weight = parameters.get(`deconvolution.${layer}.weight`);
  if (!canvas) return { map, weight };
  const beside = Matrix.zeros(map.rows, map.columns + CANVAS_CHANNELS);
  beside.setSubMatrix(map, 0, 0).setSubMatrix(canvas.layers[layer]!.map, 0, map.columns);
  const below = Matrix.zeros(weight.rows + CANVAS_CHANNELS, weight.columns);
  below.setSubMatrix(weight, 0, 0);
  below.setSubMatrix(parameters.get(`deconvolution.${layer}.canvas`), weight.rows, 0);
  return { map: beside, weight: below };
}

function rowsOf(matrix: Matrix, from: number, to: number): Matrix {
  return matrix.subMatrix(from, to - 1, 0, matrix.columns - 1);
}

function columnsOf(matrix: Matrix, from: number, to: number): Matrix {
  return matrix.subMatrix(0, matrix.rows - 1, from, to - 1);
}

function roundWeights(parameters: Tensors, round: number): layers.RoundWeights {
  const ends = parameters.get(`encoder.round${round}.ends`);
  const d = ends.rows;
  return {
    wa: ends.subMatrix(0, d - 1, 0, d - 1),
    wb: ends.subMatrix(0, d - 1, d, 2 * d - 1),
    c: parameters.get(`encoder.round${round}.edge`),
    b: parameters.get(`encoder.round${round}.bias`),
  };
}

function concatenate(...rows: Matrix[]): Matrix {
  return Matrix.rowVector(rows.flatMap((row) => row.to1DArray()));
}

/** Runs the network; the result holds everything that `twinBackward` needs. */
export function twinForward(
  config: NetworkConfig,
  flat: ArrayLike<number>,
  block: TwinBlock,
  step: PolicyStep,
) {
  const parameters = new Tensors(config, flat);
  const { graph, rows, columns } = block;
  const cells = rows * columns;
  const edges = readEdges(config, graph);
  const state = Matrix.rowVector(Array.from(step.state));
  const planes = Matrix.from1DArray(config.planes, cells, Array.from(step.planes));

  const hs: Matrix[] = [];
  const rounds: layers.RoundResult[] = [];
  let trunkInput = state;
  let canvas: layers.TwinCanvas | undefined;
  let attention: layers.TwinAttention | undefined;
  if (config.encoder) {
    const features = featuresOf(config, graph, step);
    const nodesWeight = parameters.get("encoder.nodes.weight");
    hs.push(layers.relu(layers.dense(features, nodesWeight, parameters.get("encoder.nodes.bias"))));
    for (let round = 0; round < config.rounds; round++) {
      rounds.push(layers.edgeRound(hs[round]!, edges, roundWeights(parameters, round)));
      hs.push(rounds[round]!.next);
    }
    const h = hs.at(-1)!;
    const next = step.nextNode < 0 ? Matrix.zeros(1, config.width) : h.getRowVector(step.nextNode);
    const total = layers.columnSums(rounds.at(-1)!.embeddings);
    const summary = edges.length > 0 ? total.div(edges.length) : Matrix.zeros(1, config.width);
    const seen = [h.getRowVector(step.currentNode), next, summary];
    if (config.live) {
      attention = layers.attend(h, step.currentNode, parameters.get("encoder.query"));
      seen.push(attention.attended);
      if (config.deconvolution) canvas = writeCanvas(config, parameters, graph, step, h);
    }
    trunkInput = concatenate(...seen, state);
  }
  const trunkWeight = parameters.get("trunk.weight");
  const trunk = layers.relu(layers.dense(trunkInput, trunkWeight, parameters.get("trunk.bias")));

  const maps: Matrix[] = [];
  let coarse = Matrix.zeros(1, 1);
  let inputs = planes;
  if (config.deconvolution) {
    const coarseWeight = parameters.get("deconvolution.coarse.weight");
    coarse = layers.relu(layers.dense(trunk, coarseWeight, parameters.get("deconvolution.coarse.bias")));
    maps.push(Matrix.from1DArray(COARSE_SIDE ** 2, COARSE_CHANNELS, coarse.to1DArray()));
    config.deconvolutionChannels.forEach((_, layer) => {
      const side = COARSE_SIDE << layer;
      const { map, weight } = deconvolutionInput(parameters, layer, maps[layer]!, canvas);
      maps.push(layers.deconvolution(map, side, side, weight, parameters.get(`deconvolution.${layer}.bias`)));
    });
    const side = COARSE_SIDE << config.deconvolutionChannels.length;
    const sampled = layers.samplingMatrix(side, side, rows, columns).mmul(maps.at(-1)!).transpose();
    inputs = Matrix.zeros(planes.rows + sampled.rows, cells);
    inputs.setSubMatrix(planes, 0, 0).setSubMatrix(sampled, planes.rows, 0);
  }

  const fromTrunk = layers.dense(trunk, parameters.get("cell.trunk"), parameters.get("cell.bias"));
  const hidden = layers.relu(
    parameters.get("cell.inputs").mmul(inputs).addColumnVector(fromTrunk.transpose()),
  );
  const raw = parameters
    .get("cell.logit.weight")
    .mmul(hidden)
    .add(parameters.get("cell.logit.bias").get(0, 0));
  const scale = parameters.get("cell.priorScale").get(0, 0);
  if (config.priorPlane >= 0) raw.add(Matrix.mul(planes.getRowVector(config.priorPlane), scale));
  const logits = raw.to1DArray().map((logit, cell) => (step.mask[cell] ? logit : -1e30));

  const means = Matrix.rowVector(planes.mean("row"));
  const valueInput = concatenate(trunk, means, state);
  const valueWeight = parameters.get("value.hidden.weight");
  const valueHidden = layers.relu(layers.dense(valueInput, valueWeight, parameters.get("value.hidden.bias")));
  const product = valueHidden.mmul(parameters.get("value.output.weight").transpose()).get(0, 0);
  const value = product + parameters.get("value.output.bias").get(0, 0);
  const kept = {
    hs,
    rounds,
    trunkInput,
    trunk,
    coarse,
    maps,
    inputs,
    planes,
    hidden,
    valueInput,
    valueHidden,
    canvas,
    attention,
  };
  return { value, logits, kept };
}

/** Gradient of dLogits · logits + dValue · value with respect to every parameter, as one flat array. */
export function twinBackward(
  config: NetworkConfig,
  flat: ArrayLike<number>,
  block: TwinBlock,
  step: PolicyStep,
  dLogits: ArrayLike<number>,
  dValue: number,
): number[] {
  const { kept } = twinForward(config, flat, block, step);
  const parameters = new Tensors(config, flat);
  const gradients = new Tensors(config, new Array(flat.length).fill(0));
  const dense = (name: string, x: Matrix, dY: Matrix): Matrix => {
    const { dX, dWeight, dBias } = layers.denseBackward(x, parameters.get(`${name}.weight`), dY);
    gradients.add(`${name}.weight`, dWeight);
    gradients.add(`${name}.bias`, dBias);
    return dX;
  };

  gradients.add("value.output.weight", Matrix.mul(kept.valueHidden, dValue));
  gradients.add("value.output.bias", Matrix.rowVector([dValue]));
  const dValueHidden = Matrix.mul(parameters.get("value.output.weight"), dValue);
  const dValueInput = dense(
    "value.hidden",
    kept.valueInput,
    layers.reluBackward(kept.valueHidden, dValueHidden),
  );
  const dTrunk = dValueInput.subMatrix(0, 0, 0, config.trunk - 1);

  const dLogit = Matrix.rowVector(Array.from(step.mask, (open, cell) => (open ? dLogits[cell]! : 0)));
  gradients.add("cell.logit.bias", Matrix.rowVector([dLogit.sum()]));
  gradients.add("cell.logit.weight", dLogit.mmul(kept.hidden.transpose()));
  if (config.priorPlane >= 0) {
    const prior = kept.planes.getRowVector(config.priorPlane);
    gradients.add("cell.priorScale", dLogit.mmul(prior.transpose()));
  }
  const dHidden = layers.reluBackward(
    kept.hidden,
    parameters.get("cell.logit.weight").transpose().mmul(dLogit),
  );
  gradients.add("cell.inputs", dHidden.mmul(kept.inputs.transpose()));
  const dFromTrunk = Matrix.rowVector(dHidden.sum("row"));
  gradients.add("cell.bias", dFromTrunk);
  gradients.add("cell.trunk", kept.trunk.transpose().mmul(dFromTrunk));
  dTrunk.add(dFromTrunk.mmul(parameters.get("cell.trunk").transpose()));

  const dWritten = Matrix.zeros(kept.canvas?.written.rows ?? 0, CANVAS_CHANNELS);
  if (config.deconvolution) {
    const dInputs = parameters.get("cell.inputs").transpose().mmul(dHidden);
    const dSampled = dInputs.subMatrix(config.planes, dInputs.rows - 1, 0, dInputs.columns - 1);
    const count = config.deconvolutionChannels.length;
    const side = COARSE_SIDE << count;
    const sampling = layers.samplingMatrix(side, side, block.rows, block.columns);
    let dMap = sampling.transpose().mmul(dSampled.transpose());
    for (let layer = count - 1; layer >= 0; layer--) {
      const from = COARSE_SIDE << layer;
      const { maps, canvas } = kept;
      const { map, weight } = deconvolutionInput(parameters, layer, maps[layer]!, canvas);
      const result = layers.deconvolutionBackward(map, from, from, weight, maps[layer + 1]!, dMap);
      const own = maps[layer]!.columns; // behind them come the canvas's channels
      gradients.add(`deconvolution.${layer}.weight`, rowsOf(result.dWeight, 0, own));
      gradients.add(`deconvolution.${layer}.bias`, result.dBias);
      dMap = columnsOf(result.dMap, 0, own);
      if (canvas) {
        gradients.add(`deconvolution.${layer}.canvas`, rowsOf(result.dWeight, own, own + CANVAS_CHANNELS));
        const dCanvas = columnsOf(result.dMap, own, own + CANVAS_CHANNELS);
        dWritten.add(canvas.layers[layer]!.mean.transpose().mmul(dCanvas));
      }
    }
    const dCoarse = layers.reluBackward(kept.coarse, Matrix.rowVector(dMap.to1DArray()));
    dTrunk.add(dense("deconvolution.coarse", kept.trunk, dCoarse));
  }
  const dTrunkInput = dense("trunk", kept.trunkInput, layers.reluBackward(kept.trunk, dTrunk));
  if (config.encoder)
    encoderBackward(config, parameters, gradients, block, step, kept, { dTrunkInput, dWritten });
  return gradients.values;
}

function encoderBackward(
  config: NetworkConfig,
  parameters: Tensors,
  gradients: Tensors,
  { graph }: TwinBlock,
  step: PolicyStep,
  kept: {
    hs: Matrix[];
    rounds: layers.RoundResult[];
    canvas: layers.TwinCanvas | undefined;
    attention: layers.TwinAttention | undefined;
  },
  { dTrunkInput, dWritten }: { dTrunkInput: Matrix; dWritten: Matrix },
): void {
  const { width } = config;
  const edges = readEdges(config, graph);
  const part = (first: number): Matrix => dTrunkInput.subMatrix(0, 0, first * width, (first + 1) * width - 1);
  if (dTrunkInput.columns !== trunkInputs(config)) throw new Error("internal: length of the state vector");
  let dH = Matrix.zeros(graph.nodeCount, width);
  dH.setRow(step.currentNode, part(0));
  if (step.nextNode >= 0) dH.setRow(step.nextNode, dH.getRowVector(step.nextNode).add(part(1)));
  const h = kept.hs.at(-1)!;
  if (kept.attention) {
    const query = parameters.get("encoder.query");
    const back = layers.attendBackward(h, step.currentNode, query, kept.attention, part(3));
    gradients.add("encoder.query", back.dQueryWeight);
    dH.add(back.dH);
  }
  if (kept.canvas) {
    const { written, inputs, nodes } = kept.canvas;
    const dZ = layers.reluBackward(written, dWritten);
    const back = layers.denseBackward(inputs, parameters.get("encoder.canvas.weight"), dZ);
    gradients.add("encoder.canvas.weight", back.dWeight);
    gradients.add("encoder.canvas.bias", back.dBias);
    nodes.forEach((node, i) => {
      dH.setRow(node, dH.getRowVector(node).add(columnsOf(back.dX, 0, width).getRowVector(i)));
    });
  }
  for (let round = config.rounds - 1; round >= 0; round--) {
    const dEmbeddings = Matrix.zeros(edges.length, width);
    if (round === config.rounds - 1 && edges.length > 0) dEmbeddings.addRowVector(part(2).div(edges.length));
    const weights = roundWeights(parameters, round);
    const result = layers.edgeRoundBackward(
      kept.hs[round]!,
      edges,
      weights,
      kept.rounds[round]!,
      dH,
      dEmbeddings,
    );
    const ends = Matrix.zeros(width, 2 * width);
    gradients.add(
      `encoder.round${round}.ends`,
      ends.setSubMatrix(result.dWa, 0, 0).setSubMatrix(result.dWb, 0, width) as Matrix,
    );
    gradients.add(`encoder.round${round}.edge`, result.dC);
    gradients.add(`encoder.round${round}.bias`, result.dB);
    dH = result.dH;
  }
  const features = featuresOf(config, graph, step);
  const nodesWeight = parameters.get("encoder.nodes.weight");
  const { dWeight, dBias } = layers.denseBackward(
    features,
    nodesWeight,
    layers.reluBackward(kept.hs[0]!, dH),
  );
  gradients.add("encoder.nodes.weight", dWeight);
  gradients.add("encoder.nodes.bias", dBias);
}
