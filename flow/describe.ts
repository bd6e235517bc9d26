// `info`: what is in a block, and for Bookshelf files what was read of them and what was not made use of.
import {
  type BlockDescription,
  type BookshelfReading,
  DEFAULT_ROUTING,
  describeBlock,
  isBookshelfPath,
  loadBookshelf,
} from "../netlist/index.js";
import { type BlockOptions, loadBlockWith, withBlockOptions } from "./block-options.js";

/** Describes the block at `path`. Throws `InputError` for bad input. */
export async function describe(
  path: string,
  options: BlockOptions = {},
): Promise<BlockDescription & { readonly bookshelf?: BookshelfReading }> {
  if (!isBookshelfPath(path)) return describeBlock(await loadBlockWith(path, options));
  const { block, reading } = await loadBookshelf(path, DEFAULT_ROUTING);
  return { ...describeBlock(await withBlockOptions(block, options)), bookshelf: reading };
}
