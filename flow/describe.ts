// `info`: what is in a block, and for a DEF design what was read of it and what was not.
import {
  type BlockDescription,
  type DefDescription,
  describeBlock,
  describeDef,
  isDefPath,
} from "../netlist/index.js";
import { type BlockOptions, loadBlockWith, loadDefWith } from "./block-options.js";

/** Describes the block at `path`. Throws `InputError` for bad input. */
export async function describe(
  path: string,
  options: BlockOptions = {},
): Promise<BlockDescription & { readonly design?: DefDescription }> {
  if (!isDefPath(path)) return describeBlock(await loadBlockWith(path, options));
  const loaded = await loadDefWith(path, options);
  return { ...describeBlock(loaded.block), design: describeDef(loaded) };
}
