// `cells`: the standard cells of a flat netlist, for macros that have their places: global placement, rows, detailed
// placement; and the whole placement written back. Its folder is that of a run.
import { join } from "node:path";
import { z } from "zod";
import { Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  blockFiles,
  defFiles,
  fileNameOf,
  InputError,
  isDefPath,
  type Placement,
  writePlc,
} from "../netlist/index.js";
import { blockOptionsSchema } from "./block-options.js";
import {
  type CellsFigures,
  placeCellsInRun,
  refuseUnplaced,
  refuseWithoutCells,
  rowOptions,
  tellOfRegions,
  writeFlatPlaces,
} from "./flat-cells.js";
import { refuseRunning } from "./folder-owner.js";
import { looseCellsOf } from "./frames.js";
import { loadBlockWith, loadDefWith, placementFile, readGivenPlaces } from "./load-block.js";
import { defaultsOf, parseOptions, runOptions } from "./options.js";
import { runInFolder } from "./run.js";
import { controlOf, interruptedBy, type RunObserver } from "./run-control.js";
import { type RunFolder, refuseOverwriting } from "./run-folder.js";
import { isRunFolder, recordedOptions } from "./run-record.js";

export const cellsOptionsSchema = blockOptionsSchema
  .pick({ lef: true, freeFixed: true, canvas: true })
  .extend({
    placement: z
      .string()
      .optional()
      .describe("where the macros are: a run's folder, .plc, .pl, or .def of the same design"),
    ...rowOptions,
    workers: runOptions.workers,
    resume: runOptions.resume,
    force: runOptions.force,
    out: z.string().optional().describe("run folder (default runs/BLOCK/cells)"),
  });

export type CellsOptions = z.input<typeof cellsOptionsSchema>;

/** What came out; also summary.json. */
export interface CellsSummary extends CellsFigures {
  readonly block: string;
  /** Of all processes of a run that was resumed. */
  readonly seconds: number;
  readonly out: string;
  /** It was asked to stop: cells are in rows, but wires are longer than they will be once it is resumed. */
  readonly interrupted?: true;
}

/** The name that the run's folder has for what was done in it. */
const METHOD = "cells";

/**
 * Places the standard cells of the flat netlist at `path` in a run's folder: `best.plc`, `best.pl` or `best.def`, and
 * `summary.json`. Macros stay where the files or `placement` have them. Throws `InputError` for bad input, a macro without a
 * place, and cells that find no room.
 */
export async function placeCells(
  path: string,
  given: CellsOptions = {},
  observer: RunObserver = {},
): Promise<CellsSummary> {
  const started = performance.now();
  const options = parseOptions(cellsOptionsSchema, given);
  const { onProgress, onStart, signal } = controlOf(observer);
  const { out: folder, force, resume, density, passes, workers, placement: places, ...files } = options;
  if (folder !== undefined) refuseOtherRun(folder, options);
  const design = isDefPath(path) ? await loadDefWith(path, files) : undefined;
  const block = design?.block ?? (await loadBlockWith(path, files, true));
  const start =
    places === undefined
      ? block.initial
      : await readGivenPlaces(places, block, design ? defFiles(path, options.lef).lefs : []);
  refuseWithoutCells(block);
  refuseUnplaced(block, start);
  const out = folder ?? join("runs", fileNameOf(block.name), "cells");
  refuseOtherRun(out, options);
  const spec = {
    ...{ out, resume, force, defaults: defaultsOf(cellsOptionsSchema) },
    // `placement` would name the block's own placement file.
    options: {
      ...files,
      density,
      passes,
      workers,
      ...(places !== undefined && { macros: places }),
      method: METHOD,
      out,
    },
    inputs: [
      ...blockFiles(path, undefined, options.lef),
      ...(places === undefined ? [] : [placementFile(places)]),
    ],
  };
  const work = async (run: RunFolder) => {
    tellOfRegions(block, onProgress);
    const record = recorder(run, block);
    const { placement, figures } = await placeCellsInRun(run, {
      ...{ block, design, start, density, passes, workers, resume, signal, onProgress },
      onStart: async (iterations) => {
        if (resume) await run.continueAfter(iterations);
      },
      onIteration: record,
    });
    await writePlc(run.file("best.plc"), block, placement);
    await writeFlatPlaces(run, block, { placement, design });
    const summary: CellsSummary = {
      block: block.name,
      ...figures,
      seconds: run.earlierSeconds + (performance.now() - started) / 1000,
      out,
      ...interruptedBy(signal),
    };
    await run.writeSummary(summary);
    return summary;
  };
  return runInFolder(spec, work, onStart);
}

/** Throws `InputError` for a folder with another result. */
function refuseOtherRun(out: string, options: { readonly resume: boolean; readonly force: boolean }): void {
  refuseRunning(out);
  if (isRunFolder(out) && recordedOptions(out).method !== METHOD)
    throw new InputError(out, "holds a run, whose files have the same names", "choose another --out");
  refuseOverwriting(out, options);
}

/** Frames have at most about this many places of cells together. */
const PLACES_IN_FRAMES = 1e6;
/** Iterations of global placement, about, and between two frames of few cells. */
const ITERATIONS = 500;
const FRAME_EVERY = 10;

/** Writes a line of metrics an iteration, and a frame now and then. */
function recorder(run: RunFolder, block: Block) {
  const started = performance.now();
  const judge = new Judge(Kernels.create(), block);
  const cells = looseCellsOf(block).length;
  const every = Math.max(FRAME_EVERY, Math.ceil((ITERATIONS * cells) / PLACES_IN_FRAMES));
  return (step: {
    readonly iteration: number;
    readonly wirelength: number;
    readonly overflow: number;
    placement(): Placement;
  }) => {
    const { iteration, wirelength, overflow } = step;
    run.appendMetrics({
      iteration: iteration + 1,
      seconds: (performance.now() - started) / 1000,
      "cells/wirelength": wirelength,
      "cells/overflow": overflow,
    });
    if (iteration % every !== 0) return;
    const placement = step.placement();
    run.appendFrame(block, placement, { costs: judge.evaluate(placement), cells: true });
  };
}
