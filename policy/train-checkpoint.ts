// A checkpoint of training: besides the network and its optimiser all that is needed to go on as if it had never
// stopped. Streams of random numbers are derived from seed and iteration, so there is no other state.
import { z } from "zod";
import type { Costs } from "../env/index.js";
import { InputError, type Placement, revivePlacement, storePlacement } from "../netlist/index.js";
import { readCheckpoint, writeCheckpoint } from "./checkpoint.js";
import type { Elite } from "./elites.js";
import type { RewardScale } from "./iteration.js";
import { type TrainOptions, trainOptionsSchema } from "./train-options.js";

/** The best placement that training has seen. */
export interface BestPlacement {
  readonly placement: Placement;
  readonly costs: Costs;
  /** Iteration that found it, from 0. */
  readonly iteration: number;
}

/** Where training stands. */
export interface TrainState {
  /** Iterations done. */
  iteration: number;
  episodes: number;
  scale?: RewardScale;
  elites?: readonly Elite[];
  best?: BestPlacement | undefined;
}

export interface TrainCheckpoint {
  readonly options: TrainOptions;
  readonly parameters: Float32Array;
  readonly adam: { readonly first: Float32Array; readonly second: Float32Array; readonly steps: number };
  readonly state: TrainState;
}

/** Writes the checkpoint whole or not at all. */
export async function writeTrainCheckpoint(path: string, checkpoint: TrainCheckpoint): Promise<void> {
  const { options, parameters, adam, state } = checkpoint;
  const { best, ...rest } = state;
  const notes: Record<string, string> = { options: JSON.stringify(options), state: JSON.stringify(rest) };
  if (best) notes.best = JSON.stringify({ ...best, placement: storePlacement(best.placement) });
  await writeCheckpoint(path, { config: options.network, parameters, adam, notes });
}

/** Reads a checkpoint of training on a block of `nodeCount` nodes. Throws `InputError` if the file is not one. */
export async function readTrainCheckpoint(path: string, nodeCount: number): Promise<TrainCheckpoint> {
  const { parameters, adam, notes } = await readCheckpoint(path);
  try {
    const options = trainOptionsSchema.parse(JSON.parse(notes.options!));
    const state: TrainState = stateSchema.parse(JSON.parse(notes.state!));
    if (notes.best !== undefined) state.best = parseBest(notes.best, nodeCount);
    return { options, parameters, adam, state };
  } catch {
    throw new InputError(
      path,
      "is not a checkpoint of training on this block",
      "resume with the block that it was started with, or choose another --out",
    );
  }
}

const count = z.number().int().min(0);
const stateSchema = z.strictObject({
  iteration: count,
  episodes: count,
  scale: z.strictObject({ mean: z.number(), deviation: z.number().positive() }).optional(),
  elites: z.array(z.strictObject({ proxyCost: z.number(), cells: z.array(count) })).optional(),
});

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

function parseBest(text: string, nodeCount: number): BestPlacement {
  const { placement, ...best } = bestSchema.parse(JSON.parse(text));
  return { ...best, placement: revivePlacement(placement, nodeCount) };
}
