// Standard cells around placed macros in a run's folder: with a checkpoint from which a later process goes on, and with the
// figures that `cells` and `place --cells` print.
import { createHash } from "node:crypto";
import { Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  defPlacesOf,
  frameOf,
  InputError,
  isFile,
  type LoadedDef,
  NodeKind,
  type Placement,
  readOwnJson,
  writeDef,
  writePl,
} from "../netlist/index.js";
import {
  checkRows,
  type FlatCellsState,
  type GlobalStep,
  isLooseCell,
  placeFlatCells,
  reviveArrays,
  storeArrays,
} from "../placer/index.js";
import type { RunFolder } from "./run-folder.js";

/** What came out. Lengths in µm, weighted by the nets' weights. */
export interface CellsFigures {
  readonly cells: number;
  /** Half-perimeter wirelength of all nets in the end. */
  readonly flat_wirelength: number;
  /** The same before the cells were put into rows, and after it. */
  readonly global_wirelength: number;
  readonly legal_wirelength: number;
  /** Pairs of a cell and another cell or a macro that overlap, and cells off the sites of the rows. */
  readonly overlaps: number;
  readonly off_rows: number;
  readonly legal: boolean;
  /** Of global placement, and the share of the cells' area that it left above the target density. */
  readonly iterations: number;
  readonly overflow: number;
}

export interface FlatCellsJob {
  readonly block: Block;
  /** Everything but the cells that may move stays where this has it. */
  readonly start: Placement;
  readonly density: number;
  readonly passes: number;
  readonly resume: boolean;
  readonly signal: AbortSignal | undefined;
  onProgress(line: string): void;
  /** Called before the first iteration, with the number of those that are not done again. */
  onStart?(iterations: number): Promise<void>;
  onIteration?(step: GlobalStep): void;
}

const CHECKPOINT = "checkpoints/cells.json";

/** Places the cells of a job, or goes on from the checkpoint in the run's folder if that is of the same macros. */
export async function placeCellsInRun(
  run: RunFolder,
  job: FlatCellsJob,
): Promise<{ readonly placement: Placement; readonly figures: CellsFigures }> {
  const { block, start, density, passes, signal, onProgress } = job;
  const key = keyOf(start, density);
  const from = job.resume ? readCheckpoint(run.file(CHECKPOINT), key) : undefined;
  const done = from ? (from.stage === "global" ? from.global.iterations : from.spread.count) : 0;
  if (from) onProgress(`${block.name}: resuming the cells after iteration ${done}`);
  else onProgress(`${block.name}: placing ${countLooseCells(block).toLocaleString("en")} cells`);
  await job.onStart?.(done);
  const found = await placeFlatCells(block, start, {
    ...{ density, passes, from, signal, onProgress },
    keep: (state) => run.writeJson(CHECKPOINT, { key, state: storeArrays(state) }),
    onIteration: (step) => job.onIteration?.(step),
  });
  const judge = new Judge(Kernels.create(), block);
  const lengthOf = (placement: Placement) => judge.evaluate(placement).wirelength;
  const { placement, spread, legalWirelength, iterations, overflow } = found;
  const { overlaps, offRows } = checkRows(block, placement);
  const figures = {
    cells: countLooseCells(block),
    flat_wirelength: lengthOf(placement),
    global_wirelength: lengthOf(spread),
    legal_wirelength: legalWirelength,
    overlaps,
    off_rows: offRows,
    legal: overlaps === 0 && offRows === 0,
    iterations,
    overflow,
  };
  return { placement, figures };
}

/** Writes what the block's own files can hold: `best.def` with macros and cells, `best.pl`. */
export async function writeFlatPlaces(
  run: RunFolder,
  block: Block,
  { placement, design }: { readonly placement: Placement; readonly design: LoadedDef | undefined },
): Promise<void> {
  const isOfDesign = (node: number) => block.kinds[node] === NodeKind.HardMacro || isLooseCell(block, node);
  if (design) await writeDef(run.file("best.def"), design, defPlacesOf(design, placement, isOfDesign));
  if (frameOf(block)) await writePl(run.file("best.pl"), block, placement);
}

/** Throws `InputError` for a block whose cells cannot be placed: it has none that may move, or no rows. */
export function refuseWithoutCells(block: Block): void {
  if (countLooseCells(block) === 0)
    throw new InputError(
      block.name,
      "holds no standard cell that may move",
      "give a flat netlist: a Bookshelf set or a DEF",
    );
  if ((block.rows ?? []).length === 0)
    throw new InputError(
      block.name,
      "has no rows for its standard cells",
      "give a Bookshelf set with its .scl file, or a DEF with ROW statements",
    );
}

function countLooseCells(block: Block): number {
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) if (isLooseCell(block, node)) count++;
  return count;
}

/** A state is of the places that it was made for. */
function keyOf({ xs, ys, orientations }: Placement, density: number): string {
  const hash = createHash("sha256").update(`cells 1 ${density}`);
  for (const numbers of [xs, ys, orientations]) hash.update(numbers);
  return hash.digest("hex");
}

function readCheckpoint(path: string, key: string): FlatCellsState | undefined {
  if (!isFile(path)) return undefined;
  const read = readOwnJson(path) as { readonly key?: unknown; readonly state?: unknown } | null;
  return read?.key === key ? (reviveArrays(read.state) as FlatCellsState) : undefined;
}
