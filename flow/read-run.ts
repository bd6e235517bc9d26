// A run's folder as a program reads it: what was placed, how, and what came out.
import { join } from "node:path";
import { type Block, InputError, type Placement } from "../netlist/index.js";
import { loadBlockWith } from "./load-block.js";
import { readMetricsOf } from "./run-folder.js";
import { bestOf, isRunFolder, readJson, readOrigin, recordedOptions, runState } from "./run-record.js";

/** What a run's folder holds. */
export interface Run {
  /** Whether its process still writes, has ended with a summary, was stopped before, or died. */
  readonly state: "running" | "finished" | "stopped" | "died";
  /** The block as it was placed: a flat netlist is clustered. */
  readonly block: Block;
  /** Options as they were given, with defaults, by their names on the command line in camelCase. */
  readonly options: Readonly<Record<string, unknown>>;
  /** summary.json: costs, legality, seconds; undefined until the run has finished. */
  readonly summary?: Readonly<Record<string, unknown>>;
  /** The lines of metrics.jsonl (docs/training.md). */
  readonly metrics: readonly Readonly<Record<string, unknown>>[];
  /** The best placement so far; undefined if none was found yet. */
  readonly best?: Placement;
}

/**
 * Reads the folder of a run, finished or not. The block's files must be where they were; call from the folder that the
 * run was started in. Throws `InputError` for a folder that holds no run and for files that cannot be read.
 */
export async function readRun(folder: string): Promise<Run> {
  if (!isRunFolder(folder))
    throw new InputError(
      folder,
      "holds no run (no options.json)",
      "give the --out of place, train or pretrain",
    );
  const origin = readOrigin(folder);
  const block = await loadBlockWith(origin.block, { placement: origin.placement, ...origin.options }, true);
  const summary = readJson(join(folder, "summary.json")) as Run["summary"];
  const state = runState(folder);
  const best = await bestOf(folder, block);
  return {
    state: state === "block" ? "stopped" : state,
    block,
    options: recordedOptions(folder),
    ...(summary && { summary }),
    metrics: readMetricsOf(folder),
    ...(best && { best }),
  };
}
