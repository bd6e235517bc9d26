// The embeddings of the current node's neighbours, written onto the canvas where the neighbours are: one map for each side
// that the deconvolutions go through. A pixel holds the mean of what lies on it.
//
//   written_n = relu([h_n | log(1 + w)]·W + b), w being the weight of the edge to the current node
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import type { Embeddings } from "./attention.js";
import type { NetworkParts, PolicyStep } from "./contract.js";
import { addressOf, f32At, scratchArrays } from "./memory.js";
import { PLACE_GUESSED, PLACE_NUMBERS } from "./node-places.js";
import { CANVAS_CHANNELS, COARSE_SIDE, type NetworkConfig } from "./parameters.js";

/** Addresses of a map [side · side x CANVAS_CHANNELS] and of its gradient. */
export interface CanvasMap {
  readonly values: number;
  readonly gradients: number;
}

/** A map of the canvas with views of its arrays. */
interface Layer extends CanvasMap {
  readonly side: number;
  readonly map: Float32Array;
  readonly dMap: Float32Array;
  /** [side · side]: neighbours on each pixel. */
  readonly counts: Int32Array;
  /** Pixel of each neighbour that is on the canvas. */
  readonly pixels: Int32Array;
}

type Arrays = "inputs" | "written" | "dWritten" | "dInputs";

export class Canvas {
  /** One for each deconvolution, from the coarsest. */
  readonly layers: readonly Layer[];
  private readonly run: KernelExports;
  private readonly embeddings: Embeddings;
  private readonly width: number;
  private readonly at: Record<Arrays, number>;
  private readonly inputs: Float32Array;
  private readonly written: Float32Array;
  private readonly dWritten: Float32Array;
  private readonly weight: number;
  private readonly bias: number;
  private readonly dWeight: number;
  private readonly dBias: number;
  private readonly neighbours: Neighbours;
  /** Those of the last `forward` that are on the canvas. */
  private readonly found: Int32Array;
  private count = 0;

  constructor(parts: NetworkParts<NetworkConfig>, embeddings: Embeddings) {
    const { kernels, shape, parameters, gradients, graph } = parts;
    const { width, deconvolutionChannels } = shape;
    this.run = kernels.run;
    this.embeddings = embeddings;
    this.width = width;
    this.neighbours = neighboursOf(graph);
    const most = this.neighbours.most;
    this.found = new Int32Array(most);
    const at = scratchArrays<Arrays>(kernels, {
      inputs: most * (width + 1),
      written: most * CANVAS_CHANNELS,
      dWritten: most * CANVAS_CHANNELS,
      dInputs: most * (width + 1),
    });
    this.at = at;
    this.inputs = f32At(kernels, at.inputs, most * (width + 1));
    this.written = f32At(kernels, at.written, most * CANVAS_CHANNELS);
    this.dWritten = f32At(kernels, at.dWritten, most * CANVAS_CHANNELS);
    this.weight = addressOf(parameters, "encoder.canvas.weight");
    this.bias = addressOf(parameters, "encoder.canvas.bias");
    this.dWeight = addressOf(gradients, "encoder.canvas.weight");
    this.dBias = addressOf(gradients, "encoder.canvas.bias");
    this.layers = deconvolutionChannels.map((_, layer) => createLayer(kernels, COARSE_SIDE << layer, most));
  }

  /** Writes the neighbours of the step's current node that are on the canvas, soft macros where they are estimated. */
  forward({ currentNode }: PolicyStep, places: Float32Array): void {
    const { run, at, width, inputs, neighbours, layers, found } = this;
    const { starts, nodes, weights } = neighbours;
    for (const { counts, map } of layers) {
      counts.fill(0);
      map.fill(0);
    }
    let count = 0;
    for (let i = starts[currentNode]!; i < starts[currentNode + 1]!; i++) {
      const node = nodes[i]!;
      const place = PLACE_NUMBERS * node;
      if (places[place + 2] === PLACE_GUESSED) continue;
      run.copyNumbers(at.inputs + count * (width + 1) * 4, this.embeddings.embedding(node), width);
      inputs[count * (width + 1) + width] = weights[i]!;
      for (const { side, pixels, counts } of layers) {
        const pixel = pixelAt(places[place + 1]!, side) * side + pixelAt(places[place]!, side);
        pixels[count] = pixel;
        counts[pixel]!++;
      }
      found[count++] = node;
    }
    this.count = count;
    run.matmul(at.inputs, this.weight, this.bias, at.written, count, width + 1, CANVAS_CHANNELS, RELU);
    for (const { map, pixels, counts } of layers)
      for (let i = 0; i < count; i++) {
        const share = 1 / counts[pixels[i]!]!;
        const [from, to] = [i * CANVAS_CHANNELS, pixels[i]! * CANVAS_CHANNELS];
        for (let k = 0; k < CANVAS_CHANNELS; k++) map[to + k]! += share * this.written[from + k]!;
      }
  }

  /** Adds to the gradients of parameters and embeddings, from the gradients of the last `forward`'s maps. */
  backward(): void {
    const { run, at, width, layers, count, dWritten, embeddings } = this;
    dWritten.fill(0, 0, count * CANVAS_CHANNELS);
    for (const { dMap, pixels, counts } of layers)
      for (let i = 0; i < count; i++) {
        const share = 1 / counts[pixels[i]!]!;
        const [to, from] = [i * CANVAS_CHANNELS, pixels[i]! * CANVAS_CHANNELS];
        for (let k = 0; k < CANVAS_CHANNELS; k++) dWritten[to + k]! += share * dMap[from + k]!;
      }
    run.reluBackward(at.written, at.dWritten, count * CANVAS_CHANNELS);
    run.addColumnSums(at.dWritten, CANVAS_CHANNELS, this.dBias, count, CANVAS_CHANNELS);
    const inputs = width + 1;
    run.addTransposedMatmul(at.inputs, inputs, at.dWritten, this.dWeight, count, inputs, CANVAS_CHANNELS);
    run.matmulTransposed(at.dWritten, this.weight, at.dInputs, count, CANVAS_CHANNELS, inputs, 0);
    for (let i = 0; i < count; i++)
      run.addInto(embeddings.embeddingGradient(this.found[i]!), at.dInputs + i * inputs * 4, width);
  }
}

const RELU = ENUMS.MatmulMode.relu;

/** The row or column of pixels at a place from 0 to 1; what lies outside counts as on the border. */
function pixelAt(place: number, side: number): number {
  return Math.max(0, Math.min(side - 1, Math.floor(place * side)));
}

function createLayer(kernels: Kernels, side: number, most: number): Layer {
  const length = side * side * CANVAS_CHANNELS;
  const at = scratchArrays<"values" | "gradients">(kernels, { values: length, gradients: length });
  return {
    ...at,
    side,
    map: f32At(kernels, at.values, length),
    dMap: f32At(kernels, at.gradients, length),
    counts: new Int32Array(side * side),
    pixels: new Int32Array(most),
  };
}

/** Neighbours of node n: `[starts[n] .. starts[n + 1]]` of `nodes` and of `weights`, log(1 + weight of the edge). */
interface Neighbours {
  readonly starts: Int32Array;
  readonly nodes: Int32Array;
  readonly weights: Float32Array;
  /** Of any node. */
  readonly most: number;
}

function neighboursOf(graph: NetworkParts["graph"]): Neighbours {
  const { nodeCount, edgeCount, edgeSources, edgeTargets, edgeWeights } = graph;
  const lists: [node: number, weight: number][][] = Array.from({ length: nodeCount }, () => []);
  for (let edge = 0; edge < edgeCount; edge++) {
    const [a, b] = [edgeSources[edge]!, edgeTargets[edge]!];
    if (a === b) continue;
    const weight = Math.log1p(edgeWeights[edge]!);
    lists[a]!.push([b, weight]);
    lists[b]!.push([a, weight]);
  }
  const starts = new Int32Array(nodeCount + 1);
  for (const [node, list] of lists.entries()) starts[node + 1] = starts[node]! + list.length;
  const all = lists.flat();
  return {
    starts,
    nodes: Int32Array.from(all, ([node]) => node),
    weights: Float32Array.from(all, ([, weight]) => weight),
    most: lists.reduce((most, { length }) => Math.max(most, length), 1),
  };
}
