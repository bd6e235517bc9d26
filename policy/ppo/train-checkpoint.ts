// A checkpoint of training: besides the network and its optimiser all that is needed to go on as if it had never
// stopped. Streams of random numbers are derived from seed and iteration, so there is no other state.
import { z } from "zod";
import { MACRO_ORDERS, type MacroOrder } from "../../env/index.js";
import { InputError, revivePlacement, storePlacement } from "../../netlist/index.js";
import { readCheckpoint, writeCheckpoint } from "../network/checkpoint.js";
import { type TrainOptions, trainOptionsSchema } from "./settings.js";
import type { TrainState } from "./train-state.js";

export interface TrainCheckpoint {
  readonly options: TrainOptions;
  readonly parameters: Float32Array;
  readonly adam: { readonly first: Float32Array; readonly second: Float32Array; readonly steps: number };
  readonly state: TrainState;
}

/** Writes the checkpoint whole or not at all. */
export async function writeTrainCheckpoint(path: string, checkpoint: TrainCheckpoint): Promise<void> {
  const { options, parameters, adam, state } = checkpoint;
  const blocks = state.blocks.map(({ best, ...known }) => ({
    ...known,
    ...(best && { best: { ...best, placement: storePlacement(best.placement) } }),
  }));
  const notes = { options: JSON.stringify(options), state: JSON.stringify({ ...state, blocks }) };
  await writeCheckpoint(path, { config: options.network, parameters, adam, notes });
}

/**
 * Reads a checkpoint of training on blocks of so many nodes each. Throws `InputError` if the file is not one.
 */
export async function readTrainCheckpoint(
  path: string,
  nodeCounts: readonly number[],
): Promise<TrainCheckpoint> {
  const { parameters, adam, notes } = await readCheckpoint(path);
  try {
    const options = trainOptionsSchema.parse(JSON.parse(notes.options!));
    const { blocks, ...counts } = stateSchema.parse(JSON.parse(notes.state!));
    if (blocks.length !== nodeCounts.length) throw new Error("other blocks");
    const revived = blocks.map(({ best, ...known }, i) => ({
      ...known,
      ...(best && { best: { ...best, placement: revivePlacement(best.placement, nodeCounts[i]!) } }),
    }));
    return { options, parameters, adam, state: { ...counts, blocks: revived } as TrainState };
  } catch {
    throw new InputError(
      path,
      "is not a checkpoint of training on these blocks",
      "resume with the blocks that it was started with, or choose another --out",
    );
  }
}

const count = z.number().int().min(0);
/** Places are null where a node has none: JSON knows no NaN. */
const places = z.array(z.number().nullable());
const bestSchema = z.strictObject({
  iteration: count,
  costs: z.strictObject({
    wirelength: z.number(),
    wirelengthCost: z.number(),
    densityCost: z.number(),
    congestionCost: z.number(),
    proxyCost: z.number(),
  }),
  placement: z.strictObject({
    xs: places,
    ys: places,
    orientations: z.array(z.number().int().min(0).max(7)),
  }),
});

const stateSchema = z.strictObject({
  iteration: count,
  episodes: count,
  blocks: z.array(
    z.strictObject({
      order: z.enum(Object.keys(MACRO_ORDERS) as [MacroOrder, ...MacroOrder[]]).optional(),
      scale: z.strictObject({ mean: z.number(), deviation: z.number().positive() }).optional(),
      elites: z.array(z.strictObject({ proxyCost: z.number(), cells: z.array(count) })).optional(),
      best: bestSchema.optional(),
    }),
  ),
});
