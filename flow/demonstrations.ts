// Placements in run folders as demonstrations for a policy.
import { join } from "node:path";
import type { MacroOrder } from "../env/index.js";
import {
  type Block,
  fileNameOf,
  InputError,
  isFile,
  namesIn,
  readPlacement,
  statusOf,
} from "../netlist/index.js";
import type { Protocol } from "../placer/index.js";
import { type Demonstration, type Elite, playDemonstrations } from "../policy/index.js";

/**
 * Episodes from the run folders `BLOCK` and `BLOCK-…` in `folder`, cheapest first, for each of the blocks. Throws
 * `InputError` where a block has none or a placement cannot be played.
 */
export async function readDemonstrations(
  folder: string,
  blocks: readonly Block[],
  play: { readonly order: MacroOrder; readonly protocol: Protocol },
): Promise<readonly (readonly Elite[])[]> {
  if (!statusOf(folder)?.isDirectory())
    throw new InputError(
      folder,
      "no such folder",
      "give --demonstrations one with a run folder for every block",
    );
  const runs = namesIn(folder).sort();
  const elites: (readonly Elite[])[] = [];
  for (const block of blocks) {
    const own = fileNameOf(block.name);
    const paths = runs
      .filter((name) => name === own || name.startsWith(`${own}-`))
      .map((name) => join(folder, name, "best.plc"))
      .filter(isFile);
    if (paths.length === 0)
      throw new InputError(
        folder,
        `holds no run of '${block.name}'`,
        `place it first: ashlar place … --method anneal --out ${join(folder, own)}`,
      );
    const demonstrations: Demonstration[] = [];
    for (const path of paths)
      demonstrations.push({ placement: await readPlacement(path, block), source: path });
    elites.push(playDemonstrations(block, demonstrations, play));
  }
  return elites;
}
