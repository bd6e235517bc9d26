// Several blocks, told apart by their names in folders, tables and metrics: those that `compare` runs on, and those
// that a pretraining learns from or holds out.
import { checkFeasible, Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { append, type Block, fileNameOf, InputError } from "../netlist/index.js";
import { type DesignOptions, designOptionsFor } from "./block-options.js";
import type { ClusterChoice } from "./cluster.js";
import { openPlacingJob } from "./placing-job.js";

/** Flat blocks are clustered as `place` does it by default. */
const CLUSTERING: ClusterChoice = { clusterBy: "partition", clustering: true, seed: 1 };

export interface DistinctBlock {
  readonly path: string;
  /** As `place` works on it: clustered, a design with its halos and fences. */
  readonly block: Block;
  /** As its files have it, with all cells. */
  readonly flat: Block;
  /** The files that it came from. */
  readonly inputs: readonly string[];
  /** The part of the options that is for this block. */
  readonly design: DesignOptions;
}

/**
 * Loads the blocks at `paths`, one after the other. Throws `InputError` for bad input, and for two names that give the
 * same folder name.
 */
export async function* loadDistinct(
  paths: readonly string[],
  options: DesignOptions,
  onProgress: (line: string) => void,
): AsyncGenerator<DistinctBlock> {
  const names = new Set<string>();
  for (const path of paths) {
    const design = designOptionsFor(path, paths, options);
    const { block, flat, inputs } = await openPlacingJob(path, { ...design, ...CLUSTERING }, onProgress);
    const name = fileNameOf(block.name);
    if (names.has(name))
      throw new InputError(path, `a second block named '${name}'`, "rename one of the two directories");
    names.add(name);
    yield { path, block, flat, inputs, design };
  }
}

export interface LearningBlocks {
  readonly blocks: readonly Block[];
  readonly heldOut: readonly Block[];
  /** That all these came from. */
  readonly files: readonly string[];
}

/**
 * Reads the blocks at `paths` to learn from, and the held-out ones. Throws `InputError` for bad input, two blocks of a
 * name, a block that cannot be placed, and a held-out block that is learned from.
 */
export async function readLearningBlocks(
  paths: readonly string[],
  heldOutPaths: readonly string[],
  onProgress: (line: string) => void = () => {},
): Promise<LearningBlocks> {
  const learned = await readPlaceable(paths, onProgress);
  const heldOut = await readPlaceable(heldOutPaths, onProgress);
  for (const { name } of heldOut.blocks)
    if (learned.blocks.some((block) => block.name === name))
      throw new InputError("--held-out", `'${name}' is among the blocks trained on`, "leave it out of one");
  return { blocks: learned.blocks, heldOut: heldOut.blocks, files: [...learned.files, ...heldOut.files] };
}

async function readPlaceable(
  paths: readonly string[],
  onProgress: (line: string) => void,
): Promise<{ blocks: Block[]; files: string[] }> {
  const blocks: Block[] = [];
  const files: string[] = [];
  for await (const { block, inputs } of loadDistinct(paths, {}, onProgress)) {
    checkFeasible(new Judge(Kernels.create(), block));
    blocks.push(block);
    append(files, inputs);
  }
  return { blocks, files };
}
