// The blocks that a pretraining learns from, and the held-out ones that show what it is worth.
import { checkFeasible, Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, blockFiles, InputError } from "../netlist/index.js";
import { loadDistinct } from "./distinct-blocks.js";

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
): Promise<LearningBlocks> {
  const blocks = await readPlaceable(paths);
  const heldOut = await readPlaceable(heldOutPaths);
  for (const { name } of heldOut)
    if (blocks.some((block) => block.name === name))
      throw new InputError("--held-out", `'${name}' is among the blocks trained on`, "leave it out of one");
  return { blocks, heldOut, files: [...paths, ...heldOutPaths].flatMap((path) => blockFiles(path)) };
}

async function readPlaceable(paths: readonly string[]): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const { block } of loadDistinct(paths)) {
    checkFeasible(new Judge(Kernels.create(), block));
    blocks.push(block);
  }
  return blocks;
}
