// `cells`: the standard cells of a flat netlist, for macros that have their places: global placement, rows, detailed
// placement; and the whole placement written back.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { Judge } from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  type Block,
  defFiles,
  defPlacesOf,
  fileNameOf,
  frameOf,
  InputError,
  isDefPath,
  makeFolder,
  NodeKind,
  type Placement,
  writeDef,
  writeFileAtomically,
  writePl,
  writePlc,
} from "../netlist/index.js";
import {
  checkRows,
  globalProgress,
  isLooseCell,
  placeCellsGlobally,
  placeInRows,
  throttle,
} from "../placer/index.js";
import { blockOptionsSchema, loadBlockWith, loadDefWith } from "./block-options.js";
import { whileOwning } from "./folder-owner.js";
import { readGivenPlaces } from "./given-places.js";
import { parseOptions } from "./options.js";
import { isRunFolder } from "./run-record.js";

export const cellsOptionsSchema = blockOptionsSchema
  .pick({ lef: true, freeFixed: true, canvas: true })
  .extend({
    placement: z
      .string()
      .optional()
      .describe("where the macros are: a run's folder, .plc, .pl, or .def of the same design"),
    density: z.coerce
      .number()
      .gt(0)
      .max(1)
      .default(1)
      .describe("share of the free space that cells may fill anywhere; lower it to spread them"),
    passes: z.coerce.number().int().min(0).max(100).default(8).describe("most passes of detailed placement"),
    force: z.boolean().default(false).describe("replace the result that the folder holds"),
    out: z.string().optional().describe("folder for the result (default runs/BLOCK/cells)"),
  });

export type CellsOptions = z.input<typeof cellsOptionsSchema>;

/** What came out; also summary.json. Lengths in µm, weighted by the nets' weights. */
export interface CellsSummary {
  readonly block: string;
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
  readonly seconds: number;
  readonly out: string;
}

/** Global placement that leaves more of the cells' area above the target density has run out of room. */
const CROWDED = 0.2;
/** Progress is told at least this often, s. */
const TELL_EVERY = 2;

/**
 * Places the standard cells of the flat netlist at `path` and writes `best.plc`, `best.pl` or `best.def`, and `summary.json`.
 * Macros stay where the files or `placement` have them. Throws `InputError` for bad input, a macro without a place, and
 * cells that find no room.
 */
export async function placeCells(
  path: string,
  given: CellsOptions = {},
  onProgress: (line: string) => void = () => {},
): Promise<CellsSummary> {
  const started = performance.now();
  const options = parseOptions(cellsOptionsSchema, given);
  const { out: folder, force, density, passes, placement: places, ...files } = options;
  const design = isDefPath(path) ? await loadDefWith(path, files) : undefined;
  const block = design?.block ?? (await loadBlockWith(path, files));
  const start =
    places === undefined
      ? block.initial
      : await readGivenPlaces(places, block, design ? defFiles(path, options.lef).lefs : []);
  const cells = countCells(block);
  refuseUnplaced(block, cells, start);
  const out = folder ?? join("runs", fileNameOf(block.name), "cells");
  if (isRunFolder(out))
    throw new InputError(out, "holds a run, whose files have the same names", "choose another --out");
  if (!force && existsSync(join(out, "summary.json")))
    throw new InputError(out, "holds a result already", "replace it with --force, or choose another --out");
  makeFolder(out);
  return whileOwning(out, async () => {
    const seconds = () => (performance.now() - started) / 1000;
    onProgress(`${block.name}: placing ${cells.toLocaleString("en")} cells`);
    const isDue = throttle(TELL_EVERY);
    const { placement: spread, iterations } = placeCellsGlobally(block, start, {
      targetDensity: density,
      onIteration: (iteration) => {
        if (isDue(seconds(), false)) onProgress(globalProgress(iteration, seconds()));
      },
    });
    const overflow = iterations.at(-1)?.overflow ?? 0;
    if (overflow > CROWDED)
      onProgress(
        `${(100 * overflow).toFixed(0)} % of the cells' area found no room at --density ${density}: wires get longer; raise it, or give the cells more room`,
      );
    const rows = placeInRows(block, spread, {
      passes,
      onPass: ({ pass, wirelength }) =>
        onProgress(
          `${pass === 0 ? "in rows" : `pass ${pass}`}  ${seconds().toFixed(0)} s  wirelength ${wirelength.toExponential(4)} µm`,
        ),
    });
    const { placement } = rows;
    const lengthOf = wirelengths(block);
    const { overlaps, offRows } = checkRows(block, placement);
    const summary: CellsSummary = {
      block: block.name,
      cells,
      flat_wirelength: lengthOf(placement),
      global_wirelength: lengthOf(spread),
      legal_wirelength: rows.legalWirelength,
      overlaps,
      off_rows: offRows,
      legal: overlaps === 0 && offRows === 0,
      iterations: iterations.length,
      overflow,
      seconds: seconds(),
      out,
    };
    await writePlc(join(out, "best.plc"), block, placement);
    const isOfDesign = (node: number) => block.kinds[node] === NodeKind.HardMacro || isLooseCell(block, node);
    if (design) await writeDef(join(out, "best.def"), design, defPlacesOf(design, placement, isOfDesign));
    if (frameOf(block)) await writePl(join(out, "best.pl"), block, placement);
    await writeFileAtomically(join(out, "summary.json"), `${JSON.stringify(summary, undefined, 2)}\n`);
    return summary;
  });
}

function countCells(block: Block): number {
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) if (isLooseCell(block, node)) count++;
  return count;
}

/** Throws `InputError` for a block without cells to place, and for a macro that has no place. */
function refuseUnplaced(block: Block, cells: number, { xs, ys }: Placement): void {
  if (cells === 0)
    throw new InputError(
      block.name,
      "holds no standard cell that may move",
      "give a flat netlist: a Bookshelf set or a DEF",
    );
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

/** Weighted half-perimeter wirelengths of placements of a block, µm, by the judge. */
function wirelengths(block: Block): (placement: Placement) => number {
  const judge = new Judge(Kernels.create(), block);
  return (placement) => judge.evaluate(placement).wirelength;
}
