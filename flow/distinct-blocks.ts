// Blocks that are told apart by their names: in folders, tables and metrics.
import { type Block, InputError, loadBlock } from "../netlist/index.js";

/** Loads the blocks at `paths`, one after the other. Throws `InputError` for bad input and a name that comes twice. */
export async function* loadDistinct(
  paths: readonly string[],
): AsyncGenerator<{ path: string; block: Block }> {
  const names = new Set<string>();
  for (const path of paths) {
    const block = await loadBlock(path);
    if (names.has(block.name))
      throw new InputError(path, `a second block named '${block.name}'`, "rename one of the two directories");
    names.add(block.name);
    yield { path, block };
  }
}
