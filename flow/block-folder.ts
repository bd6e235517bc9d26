// A block written as a directory that every command takes as BLOCK: `netlist.pb.txt.gz` and `initial.plc`.
import { join } from "node:path";
import {
  BLOCK_NETLIST,
  type Block,
  InputError,
  makeFolder,
  namesIn,
  removeFile,
  statusOf,
  writePbNetlist,
  writePlc,
} from "../netlist/index.js";
import { refuseRunning, whileOwning } from "./folder-owner.js";

const NETLIST = "netlist.pb.txt.gz";
const PLACES = "initial.plc";
/** What such a directory may hold, whoever wrote it. */
const BLOCK_FILES = [...BLOCK_NETLIST, PLACES, `${PLACES}.gz`];

/** Throws `InputError` for a directory that holds a block, unless `force`, or in which another process writes. */
export function refuseBlockIn(folder: string, force: boolean): void {
  refuseRunning(folder);
  if (force || !statusOf(folder)?.isDirectory()) return;
  const there = namesIn(folder).find((name) => BLOCK_FILES.includes(name));
  if (there !== undefined)
    throw new InputError(
      folder,
      `holds a block already (${there})`,
      "replace it with --force, or choose another name",
    );
}

/**
 * Writes netlist and places, over a block that is there, and returns the two paths. The netlist makes the directory a
 * block and is written last: a process killed at any moment leaves a whole block or none.
 */
export async function writeBlockFolder(folder: string, block: Block): Promise<string[]> {
  makeFolder(folder);
  const files = [join(folder, NETLIST), join(folder, PLACES)] as const;
  await whileOwning(folder, async () => {
    for (const name of [...BLOCK_NETLIST, `${PLACES}.gz`]) removeFile(join(folder, name));
    await writePlc(files[1], block, block.initial);
    await writePbNetlist(files[0], block, block.initial, { canvas: block.canvas });
  });
  return [...files];
}
