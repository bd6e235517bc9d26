// Where training stands, and its checkpoint on disk: besides the network and its optimiser everything that is needed to
// continue as if training had never stopped. Random streams are derived from seed and iteration: there is no other
// state.
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { type Costs, MACRO_ORDERS, type MacroOrder } from "../../env/index.js";
import { InputError, type Placement, revivePlacement, storePlacement } from "../../netlist/index.js";
import { type AdamState, readCheckpoint, writeCheckpoint } from "../network/checkpoint.js";
import type { PolicyNetworkModule } from "../network/contract.js";
import { parseTrainSettings, type TrainSettings } from "./settings.js";

/** Mean and deviation of the proxy cost in a block's first iteration with a placement: the unit of its rewards. */
export interface RewardScale {
  readonly mean: number;
  readonly deviation: number;
}

/** One of the best episodes of a block. */
export interface Elite {
  readonly proxyCost: number;
  /** Cells of the macros in order. */
  readonly cells: readonly number[];
}

/** The best placement of a block that training has seen. */
export interface BestPlacement {
  readonly placement: Placement;
  readonly costs: Costs;
  /** Iteration that found it, from 0. */
  readonly iteration: number;
}

/** What training knows of one block. */
export interface BlockState {
  /** In which its macros are placed. */
  order?: MacroOrder;
  scale?: RewardScale;
  elites?: readonly Elite[];
  best?: BestPlacement | undefined;
}

/** Where training stands. */
export interface TrainState {
  /** Iterations done. */
  iteration: number;
  episodes: number;
  /** In the order in which the blocks were given. */
  readonly blocks: readonly BlockState[];
}

export interface TrainCheckpoint {
  /** By default the built-in network. */
  readonly network?: PolicyNetworkModule;
  readonly settings: TrainSettings;
  readonly seed: number;
  readonly parameters: Float32Array;
  readonly adam: AdamState;
  readonly state: TrainState;
}

/** Writes the checkpoint whole or not at all. */
export async function writeTrainCheckpoint(path: string, checkpoint: TrainCheckpoint): Promise<void> {
  const { network, settings, seed, parameters, adam, state } = checkpoint;
  const blocks = state.blocks.map(({ best, ...known }) => ({
    ...known,
    ...(best && { best: { ...best, placement: storePlacement(best.placement) } }),
  }));
  const notes = {
    settings: JSON.stringify(settings),
    seed: String(seed),
    state: JSON.stringify({ ...state, blocks }),
  };
  const config = settings.experimental.network;
  await writeCheckpoint(path, { ...(network && { network }), config, parameters, adam, notes });
}

/**
 * Reads a checkpoint of training on blocks of so many nodes each. One that an earlier version wrote is read with a line
 * to `onWarning`. Throws `InputError` if the file is not such a checkpoint, or of another network than `network`.
 */
export async function readTrainCheckpoint(
  path: string,
  nodeCounts: readonly number[],
  options: {
    /** By default the built-in network. */
    readonly network?: PolicyNetworkModule | undefined;
    readonly onWarning?: (line: string) => void;
  } = {},
): Promise<TrainCheckpoint> {
  const { network, config, parameters, adam, notes } = await readCheckpoint(path, options.network);
  try {
    const { settings, seed } = readSettings(notes, () =>
      options.onWarning?.(`${path} was written by an earlier version; the next version will not read it`),
    );
    if (!isDeepStrictEqual(config, settings.experimental.network)) throw new Error("another network");
    const { blocks, ...counts } = stateSchema.parse(JSON.parse(notes.state!));
    if (blocks.length !== nodeCounts.length) throw new Error("other blocks");
    const revived = blocks.map(({ best, ...known }, i) => ({
      ...known,
      ...(best && { best: { ...best, placement: revivePlacement(best.placement, nodeCounts[i]!) } }),
    }));
    return {
      ...(network && { network }),
      settings,
      seed,
      parameters,
      adam,
      state: { ...counts, blocks: revived } as TrainState,
    };
  } catch {
    throw new InputError(
      path,
      "is not a checkpoint of training on these blocks",
      "resume with the blocks that it was started with, or choose another --out",
    );
  }
}

/** Settings and seed of a checkpoint. Earlier versions kept them in one object, with the budget. */
function readSettings(notes: Readonly<Record<string, string>>, onOldVersion: () => void) {
  const seedSchema = z.number().int().min(0);
  if (notes.settings !== undefined)
    return {
      settings: parseTrainSettings(JSON.parse(notes.settings)),
      seed: seedSchema.parse(Number(notes.seed)),
    };
  const { seed, workers: _w, seconds: _s, iterations: _i, ...old } = JSON.parse(notes.options!);
  onOldVersion();
  return { settings: parseTrainSettings(old), seed: seedSchema.parse(seed) };
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
