// The blocks that a pretraining learns from, and the held-out ones that show what it is worth.
import { checkFeasible, Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import { type Block, InputError } from "../netlist/index.js";
import { loadDistinct } from "./distinct-blocks.js";

export interface LearningBlocks {
  readonly blocks: readonly Block[];
  readonly heldOut: readonly Block[];
  /** That all these came from. */
  readonly files: readonly string[];
}

/**
 * Reads the blocks at `paths` to learn from, and the held-out ones, as `place` works on them. Throws `InputError` for bad input, two blocks of a
 * name, a block that cannot be placed, and a held-out block that is learned from.
 */
export async function readLearningBlocks(
  paths: readonly string[],
  heldOutPaths: readonly string[],
  report: (line: string) => void = () => {},
): Promise<LearningBlocks> {
  const learnt = await readPlaceable(paths, report);
  const heldOut = await readPlaceable(heldOutPaths, report);
  for (const { name } of heldOut.blocks)
    if (learnt.blocks.some((block) => block.name === name))
      throw new InputError("--held-out", `'${name}' is among the blocks trained on`, "leave it out of one");
  return {
    blocks: learnt.blocks,
    heldOut: heldOut.blocks,
    files: [...learnt.files, ...heldOut.files],
  };
}

async function readPlaceable(
  paths: readonly string[],
  report: (line: string) => void,
): Promise<{ blocks: Block[]; files: string[] }> {
  const blocks: Block[] = [];
  const files: string[] = [];
  for await (const { block, inputs } of loadDistinct(paths, {}, report)) {
    checkFeasible(new Judge(Kernels.create(), block));
    blocks.push(block);
    files.push(...inputs);
  }
  return { blocks, files };
}
