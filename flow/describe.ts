// `info`: what is in a block, and of Bookshelf sets and DEF designs what was read and what was not made use of.
import { violationsIn } from "../env/index.js";
import {
  type Block,
  type BlockDescription,
  type BookshelfReading,
  checkConstraints,
  type DefDescription,
  describeBlock,
  describeDef,
  isBookshelfPath,
  isDefPath,
  type Violation,
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

export interface Description extends BlockDescription {
  readonly bookshelf?: BookshelfReading;
  readonly design?: DefDescription;
  /** Why the placement of the files is not legal, one by one. Macros without a place count nothing. */
  readonly violations: readonly Violation[];
}

/** Describes a block, or the one that a run placed. Throws `InputError` for bad input. */
export async function describe(blockOrRun: string, given: BlockOptions = {}): Promise<Description> {
  const { path, options: known } = openBlockSource(blockOrRun, given);
  const options = parseOptions(blockOptionsSchema, pickOptions(blockOptionsSchema, known));
  if (isBookshelfPath(path)) {
    const { block, reading } = await loadBookshelfWith(path, options);
    return { ...describeBlock(block), bookshelf: reading, violations: violationsOf(block) };
  }
  if (!isDefPath(path)) {
    const block = await loadBlockWith(path, options);
    return { ...describeBlock(block), violations: violationsOf(block) };
  }
  const loaded = await loadDefWith(path, options);
  const violations = checkConstraints(loaded, loaded.block.initial).filter(isPlaced);
  return { ...describeBlock(loaded.block), design: describeDef(loaded), violations };
}

function violationsOf(block: Block): Violation[] {
  return violationsIn(block, block.initial).filter(isPlaced);
}

function isPlaced({ kind }: Violation): boolean {
  return kind !== "unplaced";
}
