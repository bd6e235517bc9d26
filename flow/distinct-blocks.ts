// Blocks that are told apart by their names: in folders, tables and metrics.
import { type Block, fileNameOf, InputError } from "../netlist/index.js";
import { type DesignOptions, designOptionsFor } from "./block-options.js";
import type { ClusterChoice } from "./cluster.js";
import { openPlacingJob } from "./open-placing-job.js";

/** Flat blocks are clustered as `place` does it if nothing is said. */
const CLUSTERING: ClusterChoice = { clusterBy: "partition", clustering: true, seed: 1 };

export interface DistinctBlock {
  readonly path: string;
  /** As `place` works on it: clustered, a design with its halos and fences. */
  readonly block: Block;
  /** The files that it came from. */
  readonly inputs: readonly string[];
  /** The part of the options that is for this block. */
  readonly design: DesignOptions;
}

/**
 * Loads the blocks at `paths`, one after the other. Throws `InputError` for bad input and names that are one and the
 * same as those of folders.
 */
export async function* loadDistinct(
  paths: readonly string[],
  options: DesignOptions,
  report: (line: string) => void,
): AsyncGenerator<DistinctBlock> {
  const names = new Set<string>();
  for (const path of paths) {
    const design = designOptionsFor(path, paths, options);
    const { block, inputs } = await openPlacingJob(path, { ...design, ...CLUSTERING }, report);
    const name = fileNameOf(block.name);
    if (names.has(name))
      throw new InputError(path, `a second block named '${name}'`, "rename one of the two directories");
    names.add(name);
    yield { path, block, inputs, design };
  }
}
