// The size of the policy network, one object. It is stored with every checkpoint, because parameters mean nothing
// without it. Sizes that kernels walk four numbers at a time are multiples of 4.
import { z } from "zod";

const size = z.number().int().min(1);
const vectorSize = size.multipleOf(4);

/** Side of the coarse map that the deconvolutions start from, and its channels. */
export const COARSE_SIDE = 4;
export const COARSE_CHANNELS = 32;

/** Factor of the prior plane in the logits of a policy that knows nothing else. */
export const PRIOR_SCALE = 20;

export const networkConfigSchema = z
  .strictObject({
    nodeFeatures: size.describe("static features of a graph node"),
    spectral: z
      .number()
      .int()
      .min(0)
      .max(32)
      .default(0)
      .describe("how many of them are entries of the graph's leading eigenvectors"),
    width: vectorSize.default(16).describe("width of node and edge embeddings"),
    rounds: size.default(3).describe("rounds of the edge-based graph network"),
    stateFeatures: z.number().int().min(0).describe("numbers that describe the step as a whole"),
    planes: size.describe(
      "input planes, each with one number per grid cell: 12, or 15 with congestion and macros alike",
    ),
    trunk: vectorSize.default(64).describe("width of the layer that everything of the step goes through"),
    deconvolutionChannels: z
      .array(vectorSize)
      .min(1)
      .max(5)
      .default([16, 8, 4])
      .describe("channels after each doubling of the coarse 4 x 4 map"),
    cellHidden: vectorSize.default(16).describe("hidden width per grid cell"),
    valueHidden: vectorSize.default(32).describe("hidden width of the value head"),
    priorPlane: z.number().int().min(-1).default(-1).describe("plane added to the logits, -1 for none"),
    priorScale: z.number().default(PRIOR_SCALE).describe("initial factor of the prior plane"),
    encoder: z.boolean().default(true).describe("false: no graph network, the step's state alone"),
    deconvolution: z.boolean().default(true).describe("false: no deconvolutions, the planes alone"),
  })
  .refine(({ priorPlane, planes }) => priorPlane < planes, {
    error: "priorPlane must be one of the planes, or -1",
  })
  .refine(({ encoder, stateFeatures }) => encoder || stateFeatures > 0, {
    error: "without the encoder there must be state features",
  });

export type NetworkConfig = z.output<typeof networkConfigSchema>;
export type NetworkOptions = z.input<typeof networkConfigSchema>;

/** Checks the options and fills in the defaults. */
export function networkConfig(options: NetworkOptions): NetworkConfig {
  return networkConfigSchema.parse(options);
}

/** Length of the vector that enters the trunk: both nodes' embeddings, the graph summary, the state. */
export function trunkInputs(config: NetworkConfig): number {
  return (config.encoder ? 3 * config.width : 0) + config.stateFeatures;
}

/** Channels that the deconvolutions hand to the cell head. */
export function mapChannels(config: NetworkConfig): number {
  return config.deconvolution ? config.deconvolutionChannels.at(-1)! : 0;
}
