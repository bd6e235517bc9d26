// A BLOCK argument: a block's files; or the folder of a run or one of its placements, which stand for the block that the run
// placed, read by the same options.
import { flatSourceAt, type RunPath, readRunSource, runAt } from "./run-record.js";

export interface BlockSource<Given> {
  /** Of the block's own files. */
  readonly path: string;
  /** The run's options, and over them those that were given. */
  readonly options: Given;
  /** If the argument was a run, or one of its placements. */
  readonly run?: RunPath;
}

/** Finds what a BLOCK argument stands for. Throws `InputError` for a run whose block is not where it was. */
export function openBlockSource<Given extends object>(path: string, given: Given): BlockSource<Given> {
  const run = runAt(path);
  const source = run ? readRunSource(run.folder) : flatSourceAt(path);
  if (!source) return { path, options: given };
  const { block, placement, options } = source;
  const explicit = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  const merged = { ...options, ...(placement !== undefined && { placement }), ...explicit };
  return { path: block, options: merged as Given, ...(run && { run }) };
}
