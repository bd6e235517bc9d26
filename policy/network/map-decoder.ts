// The branch of deconvolutions: paints a map over the grid, from the trunk and, of a live graph network, from the
// neighbours' embeddings on the canvas.
import { ENUMS, type KernelExports } from "../../kernels/index.js";
import { greatestOf } from "../../netlist/index.js";
import type { CanvasMap } from "./canvas.js";
import type { NetworkParts } from "./contract.js";
import { addressOf, scratchArrays } from "./memory.js";
import { CANVAS_CHANNELS, COARSE_CHANNELS, COARSE_SIDE, type NetworkConfig } from "./parameters.js";

const RELU = ENUMS.MatmulMode.relu;
const ADD = ENUMS.MatmulMode.add;

/** One transposed convolution from [side x side x inputs] to [2·side x 2·side x outputs]; addresses of its arrays. */
interface Layer {
  readonly side: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: number;
  readonly bias: number;
  readonly dWeight: number;
  readonly dBias: number;
  readonly input: number;
  readonly dInput: number;
  readonly output: number;
  readonly dOutput: number;
  /** Weights of the canvas, 0 if nothing is written there. */
  readonly canvas: number;
  readonly dCanvas: number;
}

/** Addresses: of the gradient of the map, which is read, and of the trunk's, which is added to. */
interface MapGradients {
  readonly dMap: number;
  readonly dTrunk: number;
}

const COARSE = COARSE_SIDE * COARSE_SIDE * COARSE_CHANNELS;

/**
 * The branch of deconvolutions: the trunk to a coarse 4 x 4 map by a dense layer, doubled by transposed convolutions, then
 * sampled at the centres of the grid's cells, whatever their number.
 */
export class MapDecoder {
  private readonly run: KernelExports;
  private readonly trunk: number;
  private readonly rows: number;
  private readonly columns: number;
  private readonly coarse: { weight: number; bias: number; dWeight: number; dBias: number };
  private readonly maps: Record<"taps" | "coarse" | "dCoarse", number>;
  private readonly layers: readonly Layer[];

  constructor({ kernels, shape, parameters, gradients, rows, columns }: NetworkParts<NetworkConfig>) {
    const { trunk, deconvolutionChannels: channels } = shape;
    this.run = kernels.run;
    this.trunk = trunk;
    this.rows = rows;
    this.columns = columns;
    const weightsOf = (layer: string | number) => ({
      weight: addressOf(parameters, `deconvolution.${layer}.weight`),
      bias: addressOf(parameters, `deconvolution.${layer}.bias`),
      dWeight: addressOf(gradients, `deconvolution.${layer}.weight`),
      dBias: addressOf(gradients, `deconvolution.${layer}.bias`),
    });
    this.coarse = weightsOf("coarse");
    const side = (layer: number): number => COARSE_SIDE << layer;
    const lengths: Record<string, number> = {
      coarse: COARSE,
      dCoarse: COARSE,
      taps: greatestOf(channels.map((outputs, layer) => side(layer) ** 2 * 9 * outputs)),
    };
    channels.forEach((outputs, layer) => {
      lengths[`map${layer}`] = side(layer + 1) ** 2 * outputs;
      lengths[`dMap${layer}`] = side(layer + 1) ** 2 * outputs;
    });
    const at = scratchArrays<string>(kernels, lengths);
    this.maps = { taps: at.taps!, coarse: at.coarse!, dCoarse: at.dCoarse! };
    this.layers = channels.map((outputs, layer) => ({
      side: side(layer),
      inputs: layer === 0 ? COARSE_CHANNELS : channels[layer - 1]!,
      outputs,
      ...weightsOf(layer),
      canvas: shape.live ? addressOf(parameters, `deconvolution.${layer}.canvas`) : 0,
      dCanvas: shape.live ? addressOf(gradients, `deconvolution.${layer}.canvas`) : 0,
      input: layer === 0 ? at.coarse! : at[`map${layer - 1}`]!,
      dInput: layer === 0 ? at.dCoarse! : at[`dMap${layer - 1}`]!,
      output: at[`map${layer}`]!,
      dOutput: at[`dMap${layer}`]!,
    }));
  }

  /** Writes the map [channels x cells] from the trunk [trunk] and, layer by layer, the canvas; addresses. */
  forward(trunk: number, map: number, canvas: readonly CanvasMap[] = []): void {
    const { run, maps, coarse } = this;
    run.matmul(trunk, coarse.weight, coarse.bias, maps.coarse, 1, this.trunk, COARSE, RELU);
    for (const [index, layer] of this.layers.entries()) {
      const { input, weight, bias, output, side, inputs, outputs } = layer;
      run.matmul(input, weight, 0, maps.taps, side * side, inputs, 9 * outputs, 0);
      const written = canvas[index]?.values;
      if (written !== undefined)
        run.matmul(written, layer.canvas, 0, maps.taps, side * side, CANVAS_CHANNELS, 9 * outputs, ADD);
      run.gatherTaps(maps.taps, bias, output, side, side, outputs);
    }
    const { output, side, outputs } = this.layers.at(-1)!;
    run.resample(output, 2 * side, 2 * side, outputs, this.rows, this.columns, map);
  }

  /**
   * Adds to the parameters' gradients and to dTrunk [trunk], from the gradient of the last `forward`'s map, and writes the
   * gradients of what was on the canvas.
   */
  backward(trunk: number, { dMap, dTrunk }: MapGradients, canvas: readonly CanvasMap[] = []): void {
    const { run, maps, layers, rows, columns } = this;
    const last = layers.at(-1)!;
    const lastSide = 2 * last.side;
    run.clearNumbers(last.dOutput, lastSide * lastSide * last.outputs);
    run.resampleBackward(dMap, rows, columns, lastSide, lastSide, last.outputs, last.dOutput);
    for (let index = layers.length - 1; index >= 0; index--) {
      const layer = layers[index]!;
      const { side, inputs, outputs, weight, dWeight, dBias, input, dInput, output, dOutput } = layer;
      const pixels = side * side;
      run.reluBackward(output, dOutput, 4 * pixels * outputs);
      run.addColumnSums(dOutput, outputs, dBias, 4 * pixels, outputs);
      run.spreadTaps(dOutput, maps.taps, side, side, outputs);
      run.addTransposedMatmul(input, inputs, maps.taps, dWeight, pixels, inputs, 9 * outputs);
      const written = canvas[index];
      if (written) {
        const channels = CANVAS_CHANNELS;
        run.addTransposedMatmul(
          written.values,
          channels,
          maps.taps,
          layer.dCanvas,
          pixels,
          channels,
          9 * outputs,
        );
        run.matmulTransposed(maps.taps, layer.canvas, written.gradients, pixels, 9 * outputs, channels, 0);
      }
      run.matmulTransposed(maps.taps, weight, dInput, pixels, 9 * outputs, inputs, 0);
    }
    const { weight, dWeight, dBias } = this.coarse;
    run.reluBackward(maps.coarse, maps.dCoarse, COARSE);
    run.denseBackward(trunk, weight, maps.dCoarse, dWeight, dBias, dTrunk, this.trunk, COARSE, this.trunk);
  }
}
