// Standard cells around placed macros in a run's folder: with a checkpoint from which a later process goes on, and with the
// figures that `cells` and `place --cells` print.
import { createHash } from "node:crypto";
import { z } from "zod";
import { checkLegality, Judge } from "../env/index.js";
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
  removeFile,
  writeDef,
  writePl,
  writePlc,
} from "../netlist/index.js";
import {
  checkRows,
  type FlatCellsState,
  type GlobalStep,
  isLooseCell,
  placeFlatCells,
  reviveArrays,
  type ScoredPlacement,
  storeArrays,
} from "../placer/index.js";
import { asWritten, asWrittenWithCells, macrosAndCells } from "./flat-output.js";
import type { RunFolder } from "./run-folder.js";

/** Options on the placement of cells, of `cells` and of `place --cells`. */
export const rowOptions = {
  density: z.coerce
    .number()
    .gt(0)
    .max(1)
    .default(1)
    .describe("share of the free space that cells may fill anywhere; lower it to spread them"),
  passes: z.coerce.number().int().min(0).max(100).default(8).describe("most passes of detailed placement"),
};

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
  /** Cells that lie partly outside their regions, or in a fence of others. */
  readonly outside_regions: number;
  readonly legal: boolean;
  /** Pairs of hard macros that overlap: they stay where they were given, so `legal` does not count them. */
  readonly macro_overlaps: number;
  /** Of global placement, and the share of the cells' area that it left above the target density. */
  readonly iterations: number;
  readonly overflow: number;
}

export interface FlatCellsJob {
  readonly block: Block;
  /** If the block is of a DEF design. */
  readonly design: LoadedDef | undefined;
  /** Everything but the cells that may move stays where this has it. */
  readonly start: Placement;
  readonly density: number;
  readonly passes: number;
  readonly workers: number;
  readonly resume: boolean;
  readonly signal: AbortSignal | undefined;
  onProgress(line: string): void;
  /** Called before the first iteration, with the number of those that are not done again. */
  onStart?(iterations: number): Promise<void>;
  onIteration?(step: GlobalStep): void;
}

const CHECKPOINT = "checkpoints/cells.json";

/**
 * Places the cells of a job, or goes on from the checkpoint in the run's folder if that is of the same macros. Placement and
 * figures are those of the files that `writeFlatPlaces` writes.
 */
export async function placeCellsInRun(
  run: RunFolder,
  job: FlatCellsJob,
): Promise<{ readonly placement: Placement; readonly figures: CellsFigures }> {
  const { block, design, density, passes, workers, signal, onProgress } = job;
  const start = asWritten(block, job.start, design);
  const key = keyOf(start, density);
  const from = job.resume ? readCheckpoint(run.file(CHECKPOINT), key) : undefined;
  const done = from ? (from.stage === "global" ? from.global.iterations : from.spread.count) : 0;
  if (from) onProgress(`${block.name}: resuming the cells after iteration ${done}`);
  else onProgress(`${block.name}: placing ${countLooseCells(block).toLocaleString("en")} cells`);
  await job.onStart?.(done);
  const found = await placeFlatCells(block, start, {
    ...{ density, passes, workers, from, signal, onProgress },
    keep: (state) => run.writeJson(CHECKPOINT, { key, state: storeArrays(state) }),
    onIteration: (step) => job.onIteration?.(step),
  });
  const judge = new Judge(Kernels.create(), block);
  const lengthOf = (placement: Placement) => judge.evaluate(placement).wirelength;
  const { spread, legalWirelength, iterations, overflow } = found;
  const placement = asWrittenWithCells(block, found.placement, design);
  const { overlaps, offRows, outsideRegions } = checkRows(block, placement);
  const figures = {
    cells: countLooseCells(block),
    flat_wirelength: lengthOf(placement),
    global_wirelength: lengthOf(spread),
    legal_wirelength: legalWirelength,
    overlaps,
    off_rows: offRows,
    outside_regions: outsideRegions,
    legal: overlaps + offRows + outsideRegions === 0,
    macro_overlaps: countMacroOverlaps(block, placement, onProgress),
    iterations,
    overflow,
  };
  return { placement, figures };
}

/** What `place --cells` adds to its summary; see `CellsFigures`. */
export interface CellsInPlace {
  readonly cells: number;
  readonly flat_wirelength: number;
  readonly cells_overlaps: number;
  readonly cells_off_rows: number;
  readonly cells_outside_regions: number;
  readonly cells_legal: boolean;
  readonly cells_iterations: number;
  readonly cells_overflow: number;
  /** Of this process. */
  readonly cells_seconds: number;
}

/** Places the cells around macros that a run has just placed, and writes the whole placement: `flat.plc`, `best.def` or `best.pl`. */
export async function placeCellsAfterMacros(
  run: RunFolder,
  {
    placement: start,
    ...job
  }: Pick<FlatCellsJob, "block" | "design" | "workers" | "resume" | "signal" | "onProgress"> & {
    readonly placement: Placement;
  },
): Promise<{ readonly placement: Placement; readonly summary: CellsInPlace }> {
  const { block, design } = job;
  const started = performance.now();
  tellOfRegions(block, job.onProgress);
  const { placement, figures } = await placeCellsInRun(run, { ...job, start, ...DEFAULTS });
  await writePlc(run.file("flat.plc"), block, placement);
  await writeFlatPlaces(run, block, { placement, design });
  const summary = {
    cells: figures.cells,
    flat_wirelength: figures.flat_wirelength,
    cells_overlaps: figures.overlaps,
    cells_off_rows: figures.off_rows,
    cells_outside_regions: figures.outside_regions,
    cells_legal: figures.legal,
    cells_iterations: figures.iterations,
    cells_overflow: figures.overflow,
    cells_seconds: (performance.now() - started) / 1000,
  };
  return { placement, summary };
}

/** As the options of `cells` are if they are not given. */
const DEFAULTS = { density: 1, passes: 8 } as const;

/** What a search has found, while the cells are placed: a run that is resumed then does not search again. */
export interface FoundMacros<Found> {
  readonly best: ScoredPlacement;
  readonly given?: Placement;
  readonly found: Found;
}

const MACROS = "checkpoints/macros.json";

export async function keepMacros<Found>(run: RunFolder, macros: FoundMacros<Found>): Promise<void> {
  await run.writeJson(MACROS, storeArrays(macros));
}

/** What was kept, if the run was stopped while it placed the cells. */
export async function readMacros<Found>(
  run: RunFolder,
  block: Block,
): Promise<FoundMacros<Found> | undefined> {
  if (!isFile(run.file(MACROS))) return undefined;
  const macros = reviveArrays(readOwnJson(run.file(MACROS))) as FoundMacros<Found>;
  if (macros.best?.placement?.xs?.length !== block.nodeCount) return undefined;
  await run.continueAfter(Number(run.readMetrics().at(-1)?.iteration ?? 0));
  return macros;
}

export function forgetMacros(run: RunFolder): void {
  removeFile(run.file(MACROS));
}

/** Says which regions hold cells. */
export function tellOfRegions(block: Block, onProgress: (line: string) => void): void {
  const holding = (block.cellFences ?? []).map(({ name, members }) => ({
    name,
    cells: members.filter((node) => isLooseCell(block, node)),
  }));
  const [first, ...others] = holding.filter(({ cells }) => cells.length > 0);
  if (!first) return;
  const count = new Set([first, ...others].flatMap(({ cells }) => cells)).size;
  onProgress(
    `${count.toLocaleString("en")} cells stay in ${others.length === 0 ? `region '${first.name}'` : `${others.length + 1} regions, such as '${first.name}'`}`,
  );
}

/** Writes what the block's own files can hold: `best.def` with macros and cells, `best.pl`. */
export async function writeFlatPlaces(
  run: RunFolder,
  block: Block,
  { placement, design }: { readonly placement: Placement; readonly design: LoadedDef | undefined },
): Promise<void> {
  if (design)
    await writeDef(run.file("best.def"), design, defPlacesOf(design, placement, macrosAndCells(block)));
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

/** Standard cells that may move. */
export function countLooseCells(block: Block): number {
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

/** Pairs of hard macros that overlap, and a line about them if there are any: it is not the cells' fault. */
export function countMacroOverlaps(
  block: Block,
  placement: Placement,
  onProgress: (line: string) => void,
): number {
  const { overlaps } = checkLegality(block, placement);
  if (overlaps > 0)
    onProgress(
      `${block.name}: ${overlaps === 1 ? "1 pair" : `${overlaps.toLocaleString("en")} pairs`} of macros overlap where they were given; 'legal' is about cells alone`,
    );
  return overlaps;
}

/** Throws `InputError` for a macro that has no place. */
export function refuseUnplaced(block: Block, { xs, ys }: Placement): void {
  for (let node = 0; node < block.nodeCount; node++) {
    const { kinds, nodeNames } = block;
    if (kinds[node] !== NodeKind.HardMacro || !Number.isNaN(xs[node]! + ys[node]!)) continue;
    throw new InputError(
      block.name,
      `macro '${nodeNames[node]}' has no place`,
      "place the macros first, and give their places with --placement",
    );
  }
}
