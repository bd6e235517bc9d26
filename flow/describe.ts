// `info`: what is in a block, and of Bookshelf sets and DEF designs what was read and what was not made use of.
import { checkLegality, type Legality, violationsIn } from "../env/index.js";
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
import { type BlockOptions, blockOptionsSchema } from "./block-options.js";
import { openBlockSource } from "./block-source.js";
import { loadBlockWith, loadBookshelfWith, loadDefWith } from "./load-block.js";
import { parseOptions, pickOptions } from "./options.js";
import { readOrigin, runAt } from "./run-record.js";

export interface Description extends BlockDescription {
  /** Of the placement in the files. */
  readonly legality: Legality;
  readonly bookshelf?: BookshelfReading;
  readonly design?: DefDescription;
  /** Why the placement of the files is not legal, one by one. Macros without a place count nothing. */
  readonly violations: readonly Violation[];
}

/** Describes a block, or what a run placed: clustered if it was. Throws `InputError` for bad input. */
export async function describe(blockOrRun: string, given: BlockOptions = {}): Promise<Description> {
  const run = runAt(blockOrRun);
  const flat = openBlockSource(blockOrRun, given);
  if (!run && flat.path !== blockOrRun)
    return describe(flat.path, pickOptions(blockOptionsSchema, flat.options));
  const origin = run && readOrigin(run.folder);
  const path = origin?.block ?? blockOrRun;
  const ofRun = origin && { ...origin.options, placement: run.placement ?? origin.placement };
  const options = parseOptions(blockOptionsSchema, { ...ofRun, ...given });
  if (isBookshelfPath(path)) {
    const { block, reading } = await loadBookshelfWith(path, options);
    return { ...describeWhole(block), bookshelf: reading };
  }
  if (!isDefPath(path)) return describeWhole(await loadBlockWith(path, options));
  const loaded = await loadDefWith(path, options);
  const violations = checkConstraints(loaded, loaded.block.initial).filter(isPlaced);
  return { ...describeWhole(loaded.block), design: describeDef(loaded), violations };
}

function describeWhole(block: Block): Description {
  const violations = violationsIn(block, block.initial).filter(isPlaced);
  return { ...describeBlock(block), legality: checkLegality(block, block.initial), violations };
}

function isPlaced({ kind }: Violation): boolean {
  return kind !== "unplaced";
}
