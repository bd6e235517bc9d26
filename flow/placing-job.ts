// What `place` works on: the block for the methods, the block that is scored and written, and what is left to do with
// what was found. For most formats all is one; a DEF design is clustered, kept within its constraints and written back.
import type { JudgeOptions } from "../env/index.js";
import type { Block, Clustering, Placement } from "../netlist/index.js";
import type { RunFolder } from "./run-folder.js";

export interface PlacingJob {
  /** What the methods place. */
  readonly block: Block;
  /** The same nodes, as they are scored and written. */
  readonly scored: Block;
  /** As the files have it. */
  readonly flat: Block;
  /** How `scored` came from `flat`, if cells were clustered. */
  readonly clustering?: Clustering;
  /** The files that the run depends on. */
  readonly inputs: readonly string[];
  /** The placement that the block's own files can hold: snapped, orientations as they are allowed. */
  finish(placement: Placement, judging: JudgeOptions): Placement;
  /** Writes what is left besides the usual files. Returns what the summary says about it. */
  write(run: RunFolder, placement: Placement): Promise<{ readonly violations?: number }>;
}
