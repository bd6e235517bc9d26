// Opens what `place` works on, by the format of its files.
import { blockFiles, frameOf, isDefPath, writePl } from "../netlist/index.js";
import { type BlockOptions, loadBlockWith } from "./block-options.js";
import { type ClusterChoice, clusterFlat, flatPlacement } from "./cluster.js";
import { openDefJob } from "./place-def.js";
import type { PlacingJob } from "./placing-job.js";

/** Reads the block at `path`. Throws `InputError` for bad input. */
export async function openPlacingJob(
  path: string,
  options: BlockOptions & ClusterChoice,
  report: (line: string) => void,
): Promise<PlacingJob> {
  if (isDefPath(path)) return openDefJob(path, options, report);
  const flat = await loadBlockWith(path, options, true);
  const { block, clustering } = clusterFlat(flat, options, report);
  return {
    block,
    scored: block,
    flat,
    ...(clustering && { clustering }),
    inputs: blockFiles(path, options.placement),
    finish: (placement) => placement,
    write: async (run, placement) => {
      if (frameOf(flat)) await writePl(run.file("best.pl"), flat, flatPlacement(flat, placement, clustering));
      return {};
    },
  };
}
