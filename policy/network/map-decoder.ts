// The deconvolution branch of the policy: a vector to a coarse 4 x 4 map by a dense layer, doubled by transposed
// convolutions, then sampled at the centres of the grid's cells, whatever their number.
import { ENUMS, type KernelExports, type Kernels } from "../../kernels/index.js";
import { COARSE_CHANNELS, COARSE_SIDE, mapChannels, type NetworkConfig } from "./network-config.js";
import type { ParameterAddresses } from "./parameters.js";
import { Workspace } from "./workspace.js";

const RELU = ENUMS.MatmulMode.relu;
const COARSE = COARSE_SIDE * COARSE_SIDE * COARSE_CHANNELS;

/** One transposed convolution from [side x side x inputs] to [2·side x 2·side x outputs]; addresses of its arrays. */
interface Layer {
  readonly side: number;
  readonly inputs: number;
  readonly outputs: number;
  readonly weight: number;
  readonly bias: number;
  readonly dWeight: number;
  readonly dBias: number;
  /** What it reads, and the gradient of that. */
  readonly input: number;
  readonly dInput: number;
  readonly output: number;
  readonly dOutput: number;
}

export class MapDecoder {
  private readonly run: KernelExports;
  private readonly trunk: number;
  private readonly coarse: { weight: number; bias: number; dWeight: number; dBias: number };
  private readonly maps: Record<"taps" | "coarse" | "dCoarse", number>;
  private readonly layers: readonly Layer[];

  constructor(
    kernels: Kernels,
    config: NetworkConfig,
    parameters: ParameterAddresses,
    gradients: ParameterAddresses,
  ) {
    this.run = kernels.run;
    this.trunk = config.trunk;
    this.coarse = {
      weight: parameters.of("deconvolution.coarse.weight"),
      bias: parameters.of("deconvolution.coarse.bias"),
      dWeight: gradients.of("deconvolution.coarse.weight"),
      dBias: gradients.of("deconvolution.coarse.bias"),
    };
    const channels = config.deconvolutionChannels;
    const side = (layer: number): number => COARSE_SIDE << layer;
    const lengths: Record<string, number> = {
      coarse: COARSE,
      dCoarse: COARSE,
      taps: Math.max(...channels.map((outputs, layer) => side(layer) ** 2 * 9 * outputs)),
    };
    channels.forEach((outputs, layer) => {
      lengths[`map${layer}`] = side(layer + 1) ** 2 * outputs;
      lengths[`dMap${layer}`] = side(layer + 1) ** 2 * outputs;
    });
    const at = new Workspace<string>(kernels).lay(lengths);
    this.maps = { taps: at.taps!, coarse: at.coarse!, dCoarse: at.dCoarse! };
    this.layers = channels.map((outputs, layer) => ({
      side: side(layer),
      inputs: layer === 0 ? COARSE_CHANNELS : channels[layer - 1]!,
      outputs,
      weight: parameters.of(`deconvolution.${layer}.weight`),
      bias: parameters.of(`deconvolution.${layer}.bias`),
      dWeight: gradients.of(`deconvolution.${layer}.weight`),
      dBias: gradients.of(`deconvolution.${layer}.bias`),
      input: layer === 0 ? at.coarse! : at[`map${layer - 1}`]!,
      dInput: layer === 0 ? at.dCoarse! : at[`dMap${layer - 1}`]!,
      output: at[`map${layer}`]!,
      dOutput: at[`dMap${layer}`]!,
    }));
    if (this.layers.at(-1)!.outputs !== mapChannels(config))
      throw new Error("internal: last layer is not the map");
  }

  /** planes [channels x rows·columns] from trunk [trunk]; addresses. */
  forward(trunk: number, rows: number, columns: number, planes: number): void {
    const { run, maps } = this;
    run.matmul(trunk, this.coarse.weight, this.coarse.bias, maps.coarse, 1, this.trunk, COARSE, RELU);
    for (const { input, weight, bias, output, side, inputs, outputs } of this.layers) {
      run.matmul(input, weight, 0, maps.taps, side * side, inputs, 9 * outputs, 0);
      run.gatherTaps(maps.taps, bias, output, side, side, outputs);
    }
    const last = this.layers[this.layers.length - 1]!;
    run.resample(last.output, 2 * last.side, 2 * last.side, last.outputs, rows, columns, planes);
  }

  /** Adds to the parameters' gradients and to dTrunk [trunk], from dPlanes of the last `forward`. */
  backward(trunk: number, rows: number, columns: number, dPlanes: number, dTrunk: number): void {
    const { run, maps, layers } = this;
    const last = layers[layers.length - 1]!;
    const lastSide = 2 * last.side;
    run.clearNumbers(last.dOutput, lastSide * lastSide * last.outputs);
    run.resampleBackward(dPlanes, rows, columns, lastSide, lastSide, last.outputs, last.dOutput);
    for (let i = layers.length - 1; i >= 0; i--) {
      const { side, inputs, outputs, weight, dWeight, dBias, input, dInput, output, dOutput } = layers[i]!;
      const pixels = side * side;
      run.reluBackward(output, dOutput, 4 * pixels * outputs);
      run.addColumnSums(dOutput, outputs, dBias, 4 * pixels, outputs);
      run.spreadTaps(dOutput, maps.taps, side, side, outputs);
      run.addTransposedMatmul(input, inputs, maps.taps, dWeight, pixels, inputs, 9 * outputs);
      run.matmulTransposed(maps.taps, weight, dInput, pixels, 9 * outputs, inputs, 0);
    }
    const { weight, dWeight, dBias } = this.coarse;
    run.reluBackward(maps.coarse, maps.dCoarse, COARSE);
    run.denseBackward(trunk, weight, maps.dCoarse, dWeight, dBias, dTrunk, this.trunk, COARSE, this.trunk);
  }
}
