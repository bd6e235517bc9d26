// `info`: what is in a block, and of Bookshelf sets and DEF designs what was read and what was not made use of.
import {
  type BlockDescription,
  type BookshelfReading,
  type DefDescription,
  describeBlock,
  describeDef,
  isBookshelfPath,
  isDefPath,
} from "../netlist/index.js";
import { type BlockOptions, loadBlockWith, loadBookshelfWith, loadDefWith } from "./block-options.js";

/** Describes the block at `path`. Throws `InputError` for bad input. */
export async function describe(
  path: string,
  options: BlockOptions = {},
): Promise<BlockDescription & { readonly bookshelf?: BookshelfReading; readonly design?: DefDescription }> {
  if (isBookshelfPath(path)) {
    const { block, reading } = await loadBookshelfWith(path, options);
    return { ...describeBlock(block), bookshelf: reading };
  }
  if (!isDefPath(path)) return describeBlock(await loadBlockWith(path, options));
  const loaded = await loadDefWith(path, options);
  return { ...describeBlock(loaded.block), design: describeDef(loaded) };
}
