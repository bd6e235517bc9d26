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
import {
  type BlockOptions,
  blockOptionsSchema,
  loadBlockWith,
  loadBookshelfWith,
  loadDefWith,
} from "./block-options.js";
import { openBlockSource } from "./block-source.js";
import { parseOptions, pickOptions } from "./options.js";

/** Describes a block, or the one that a run placed. Throws `InputError` for bad input. */
export async function describe(
  blockOrRun: string,
  given: BlockOptions = {},
): Promise<BlockDescription & { readonly bookshelf?: BookshelfReading; readonly design?: DefDescription }> {
  const { path, options: known } = openBlockSource(blockOrRun, given);
  const options = parseOptions(blockOptionsSchema, pickOptions(blockOptionsSchema, known));
  if (isBookshelfPath(path)) {
    const { block, reading } = await loadBookshelfWith(path, options);
    return { ...describeBlock(block), bookshelf: reading };
  }
  if (!isDefPath(path)) return describeBlock(await loadBlockWith(path, options));
  const loaded = await loadDefWith(path, options);
  return { ...describeBlock(loaded.block), design: describeDef(loaded) };
}
