// `verify`: what a floorplan is worth once cells and wires are real. Standard cells are placed around the macros, then all nets
// are routed globally; and the space that the macros leave is measured. Timing is not.
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import {
  ACE_SHARES,
  type DataFlow,
  dataFlowOf,
  type GlobalRouting,
  Judge,
  type MacroGaps,
  macroGapsOf,
  NARROW_ROWS,
  routeInRounds,
} from "../env/index.js";
import { Kernels } from "../kernels/index.js";
import {
  assumedSupply,
  type Block,
  bookshelfSupplyOf,
  defFiles,
  frameOf,
  InputError,
  isDefPath,
  type LoadedDef,
  leastOf,
  makeFolder,
  NodeKind,
  type Placement,
  type RoutingSupply,
  registersOf,
  removeFile,
  routingSupplyOf,
  writeFileAtomically,
  writePlc,
} from "../netlist/index.js";
import { checkRows, placeFlatCells } from "../placer/index.js";
import { type RoutingMaps, renderReportHtml, renderRoutingSvg } from "../viz/index.js";
import { blockOptionsSchema } from "./block-options.js";
import {
  countLooseCells,
  countMacroOverlaps,
  refuseUnplaced,
  refuseWithoutCells,
  rowOptions,
} from "./flat-cells.js";
import { whileOwning } from "./folder-owner.js";
import { loadBlockWith, loadDefWith, readGivenPlaces } from "./load-block.js";
import { parseOptions, runOptions } from "./options.js";
import { controlOf, type RunObserver } from "./run-control.js";
import {
  flatSourceAt,
  isRunFolder,
  placedCellsOf,
  type RunSource,
  readRunSource,
  runAt,
} from "./run-record.js";

export const verifyOptionsSchema = blockOptionsSchema
  .pick({ lef: true, freeFixed: true, canvas: true })
  .extend({
    placement: z
      .string()
      .optional()
      .describe("where the macros are: a run's folder, .plc, .pl, or .def of the same design"),
    asPlaced: z
      .boolean()
      .default(false)
      .describe("route standard cells where the placement has them, instead of placing them first"),
    ...rowOptions,
    workers: runOptions.workers,
    rounds: z.coerce
      .number()
      .int()
      .min(0)
      .max(1000)
      .default(20)
      .describe("most rounds of rip-up and re-route"),
    usable: z.coerce
      .number()
      .gt(0)
      .max(1)
      .optional()
      .describe("share of the tracks that signals may use (default 0.75; 1 with a .route file)"),
    force: z.boolean().default(false).describe("replace the result that the folder holds"),
    out: z.string().optional().describe("folder for maps, pictures and a report (default: none are written)"),
  });

export type VerifyOptions = z.input<typeof verifyOptionsSchema>;
type Resolved = z.output<typeof verifyOptionsSchema>;

/** ACE at 0.5, 1, 2, 5 and 10 %: see `averageCongestion`. */
type AceFigures = { readonly [share in `ace_${(typeof ACE_SHARES)[number]}`]: number };

/** What `verify` finds out; also verify.json. Lengths in µm. */
export interface VerifySummary extends VerifyFigures {
  readonly block: string;
  readonly out?: string;
}

export interface VerifyFigures extends AceFigures {
  /** Standard cells that may move. */
  readonly cells: number;
  /** Whether every cell stands in a row and in its regions, and overlaps no other cell and no macro. */
  readonly legal: boolean;
  /** Pairs of hard macros that overlap. */
  readonly macro_overlaps: number;
  /** Half-perimeter wirelength of all nets, each times its weight. */
  readonly flat_wirelength: number;
  /** Length of Steiner trees, and of the wires with their detours; weights of nets do not count. */
  readonly tree_wirelength: number;
  readonly routed_wirelength: number;
  readonly vias: number;
  /** Wires above the capacity of an edge between two cells of the grid, summed over the edges; and how many edges. */
  readonly overflow: number;
  readonly overflowing_edges: number;
  /** The same overflow before anything was routed anew: it also tells routings apart that end without any. */
  readonly pattern_overflow: number;
  readonly layers: readonly {
    readonly name: string;
    readonly direction: "horizontal" | "vertical";
    readonly overflow: number;
    /** Wires over capacity, of all edges. */
    readonly usage: number;
  }[];
  readonly grid: {
    readonly columns: number;
    readonly rows: number;
    readonly cell_width: number;
    readonly cell_height: number;
  };
  /** Where layers and tracks come from. */
  readonly tracks: string;
  readonly rounds: number;
  readonly channels: {
    readonly narrow_below: number;
    readonly narrowest: number | null;
    readonly narrow: number;
    readonly abutted: number;
  };
  readonly notches: { readonly count: number; readonly area: number };
  readonly macro_pins: { readonly count: number; readonly facing_walls: number };
  readonly data_flow: DataFlow | { readonly reason: string };
  readonly not_measured: string;
  readonly routing_seconds: number;
  readonly seconds: number;
}

/** A flat block to verify. */
export interface VerifyInput {
  readonly block: Block;
  /** Macros have places; cells need none, unless `asPlaced`. */
  readonly placement: Placement;
  readonly supply: RoutingSupply;
  /** 1 for each node that is a register; undefined if the netlist does not tell. */
  readonly registers?: Uint8Array | undefined;
}

export interface VerifySettings
  extends Partial<Pick<Resolved, "asPlaced" | "density" | "passes" | "workers" | "rounds">> {
  readonly onProgress?: ((line: string) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A verified placement: figures, where all cells are, and the routing. */
export interface Verified {
  readonly figures: VerifyFigures;
  readonly placement: Placement;
  readonly routing: GlobalRouting;
}

const NOT_MEASURED = "timing, power, detailed routing and design rules";

/**
 * Places the standard cells of a block in memory around its macros and routes all nets. Throws `InputError` for a block
 * without cells or rows, a macro without a place, and cells that find no room.
 */
export async function verifyPlacement(input: VerifyInput, settings: VerifySettings = {}): Promise<Verified> {
  const started = performance.now();
  const { block, supply, registers } = input;
  const { asPlaced, density = 1, passes = 8, workers = 1, rounds = 20, signal } = settings;
  const onProgress = settings.onProgress ?? (() => {});
  refuseWithoutCells(block);
  refuseUnplaced(block, input.placement);
  if (asPlaced) refuseUnplacedCells(block, input.placement);
  const seconds = () => (performance.now() - started) / 1000;
  const placement = asPlaced
    ? input.placement
    : (await placeFlatCells(block, input.placement, { density, passes, workers, signal, onProgress }))
        .placement;
  onProgress(`routing ${block.netCount.toLocaleString("en")} nets  ${seconds().toFixed(0)} s`);
  const before = seconds();
  const routing = await routeInRounds(block, placement, supply, {
    ...{ rounds, signal },
    onRound: ({ round, overflow, nets }) =>
      onProgress(
        `${round === 0 ? "patterns" : `round ${round}`}  ${seconds().toFixed(0)} s  overflow ${overflow} in ${nets} nets`,
      ),
  });
  const routingSeconds = seconds() - before;
  const { overlaps, offRows, outsideRegions } = checkRows(block, placement);
  const gaps = macroGapsOf(block, placement, NARROW_ROWS * leastOf(block.rows!.map(({ height }) => height)));
  const { grid, layers, ace } = routing;
  const figures: VerifyFigures = {
    cells: countLooseCells(block),
    legal: overlaps + offRows + outsideRegions === 0,
    macro_overlaps: countMacroOverlaps(block, placement, onProgress),
    flat_wirelength: new Judge(Kernels.create(), block).evaluate(placement).wirelength,
    tree_wirelength: routing.treeLength,
    routed_wirelength: routing.wirelength,
    vias: routing.vias,
    overflow: routing.overflow,
    overflowing_edges: routing.overflowingEdges,
    pattern_overflow: routing.rounds[0]!.overflow,
    ...(Object.fromEntries(ACE_SHARES.map((share, i) => [`ace_${share}`, ace[i]!])) as AceFigures),
    layers: layers.map(({ name, isHorizontal, overflow, usage }) => ({
      name,
      direction: isHorizontal ? "horizontal" : "vertical",
      overflow,
      usage,
    })),
    grid: {
      columns: grid.columns,
      rows: grid.rows,
      cell_width: grid.cellWidth,
      cell_height: grid.cellHeight,
    },
    tracks: supply.source,
    rounds: routing.rounds.length - 1,
    ...gapFigures(gaps),
    data_flow: dataFlow(block, placement, registers),
    not_measured: NOT_MEASURED,
    routing_seconds: routingSeconds,
    seconds: seconds(),
  };
  return { figures, placement, routing };
}

/**
 * Verifies a block's macros at the places of its files or of `placement`, or those of a run, if `path` is its folder. Writes
 * `verify.json`, maps, pictures and a report to `out`, if it is given. Throws `InputError` for bad input.
 */
export async function verify(
  path: string,
  given: VerifyOptions = {},
  observer: RunObserver = {},
): Promise<VerifySummary> {
  const started = performance.now();
  const options = parseOptions(verifyOptionsSchema, given);
  const { onProgress, onStart, signal } = controlOf(observer);
  const { out } = options;
  if (out !== undefined) refuseOtherResult(out, options.force);
  const { input, asPlaced } = await readInput(path, options);
  const { block } = input;
  refuseUnplaced(block, input.placement);
  if (asPlaced) refuseUnplacedCells(block, input.placement);
  // Now, not after an hour of routing, is the time to learn that it cannot be made.
  if (out !== undefined) makeFolder(out);
  onProgress(`${block.name}: ${input.supply.source}`);
  const found = await verifyPlacement(input, { ...options, asPlaced, onProgress, signal });
  const seconds = (performance.now() - started) / 1000;
  const summary: VerifySummary = {
    block: block.name,
    ...found.figures,
    seconds,
    ...(out !== undefined && { out }),
  };
  if (out === undefined) return summary;
  onStart(); // until now nothing was there to lose, from now on all files are written
  await whileOwning(out, () => writeFiles(out, block, { ...found, summary }));
  return summary;
}

/** Throws `InputError` for a folder with another result. */
function refuseOtherResult(out: string, force: boolean): void {
  if (isRunFolder(out))
    throw new InputError(out, "holds a run, whose report has the same name", "choose another --out");
  if (!force && existsSync(join(out, FIGURES)))
    throw new InputError(out, "holds a result already", "replace it with --force, or choose another --out");
}

/** The block, where its macros are, and its tracks. Cells that a run has placed stay. */
async function readInput(
  path: string,
  options: Resolved,
): Promise<{ readonly input: VerifyInput; readonly asPlaced: boolean }> {
  const { lef, freeFixed, canvas, usable } = options;
  const named = runAt(path);
  const run = named ? readRunSource(named.folder) : (flatSourceAt(path) ?? designOfRun(path));
  const from = run?.block ?? path;
  const files = {
    lef: lef.length > 0 ? lef : run?.options.lef,
    freeFixed: freeFixed || run?.options.freeFixed,
    canvas: canvas ?? run?.options.canvas,
  };
  const places = options.placement ?? (run && run.block !== path ? path : undefined);
  const cells = places === undefined ? undefined : placedCellsOf(places);
  const design: LoadedDef | undefined = isDefPath(from) ? await loadDefWith(from, files) : undefined;
  const block = design?.block ?? (await loadBlockWith(from, files, true));
  refuseWithoutCells(block);
  const placement =
    places === undefined
      ? block.initial
      : await readGivenPlaces(cells ?? places, block, design ? defFiles(from, files.lef).lefs : []);
  const supply = routingSupplyFor(block, design);
  return {
    input: {
      block,
      placement,
      supply: usable === undefined ? supply : { ...supply, usable },
      registers: design && registersOf({ ...design, block }),
    },
    asPlaced: options.asPlaced || cells !== undefined,
  };
}

/** The layers and tracks of a flat block as its files give them, or as they are assumed. */
export function routingSupplyFor(block: Block, design: LoadedDef | undefined): RoutingSupply {
  if (design) return routingSupplyOf({ ...design, block });
  return frameOf(block) ? bookshelfSupplyOf(block) : assumedSupply(block);
}

/** For the `best.def` or `top-2.def` of a run: that file as the block, read with the run's LEF files and options. */
function designOfRun(path: string): RunSource | undefined {
  const folder = dirname(path);
  if (!/^(best|top-\d+)\.def$/.test(basename(path)) || !isRunFolder(folder)) return undefined;
  const source = readRunSource(folder);
  if (!isDefPath(source.block)) return undefined;
  const lef = [...defFiles(source.block, source.options.lef).lefs];
  return { ...source, block: path, options: { ...source.options, lef } };
}

/** Throws `InputError` for a cell without a place. */
function refuseUnplacedCells(block: Block, { xs, ys }: Placement): void {
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.StandardCell && Number.isNaN(xs[node]! + ys[node]!))
      throw new InputError(
        block.name,
        `cell '${block.nodeNames[node]}' has no place`,
        "leave --as-placed out, so that cells are placed",
      );
}

function gapFigures(gaps: MacroGaps): Pick<VerifyFigures, "channels" | "notches" | "macro_pins"> {
  const { narrowBelow, narrowest, narrow, abutted, notches, notchArea, pins, pinsFacingWalls } = gaps;
  return {
    channels: { narrow_below: narrowBelow, narrowest: narrowest ?? null, narrow, abutted },
    notches: { count: notches, area: notchArea },
    macro_pins: { count: pins, facing_walls: pinsFacingWalls },
  };
}

function dataFlow(
  block: Block,
  placement: Placement,
  registers: Uint8Array | undefined,
): VerifyFigures["data_flow"] {
  if (!registers) return { reason: "the netlist does not tell which cells are registers" };
  return dataFlowOf(block, placement, registers) ?? { reason: "no data flows from one macro to another" };
}

/** All figures. */
const FIGURES = "verify.json";

const FILES = [
  { name: FIGURES, what: "all figures" },
  { name: "routing.svg", what: "maps of the routing" },
  { name: "routing.csv", what: "wires and capacities of every edge of the grid" },
  { name: "best.plc", what: "the placement of macros and cells" },
] as const;

async function writeFiles(
  out: string,
  block: Block,
  {
    placement,
    routing,
    summary,
  }: Pick<Verified, "placement" | "routing"> & { readonly summary: VerifySummary },
): Promise<void> {
  const maps = mapsOf(routing);
  const { overflow, routed_wirelength, vias } = summary;
  const title = block.name;
  const subtitle = `routed wirelength ${routed_wirelength.toExponential(4)} µm · overflow ${overflow} · ACE 5 % ${summary.ace_5.toFixed(3)} · ${vias.toLocaleString("en")} vias`;
  const svg = (theme: "light" | "auto") =>
    renderRoutingSvg({ block, placement, maps, title: `Routing of ${title}`, subtitle, theme });
  // First removed and last written: with it all files are there, and of this placement.
  removeFile(join(out, FIGURES));
  await writePlc(join(out, "best.plc"), block, placement);
  await writeFileAtomically(join(out, "routing.csv"), csvOf(routing));
  await writeFileAtomically(join(out, "routing.svg"), svg("light"));
  await writeFileAtomically(
    join(out, "report.html"),
    renderReportHtml({
      scene: { block, placement, title, subtitle: [subtitle] },
      summary: { ...summary },
      files: FILES,
      pictures: [
        {
          title: "Routing",
          svg: svg("auto"),
          text: `Each map has the cells of the routing grid. Not measured: ${summary.not_measured}.`,
        },
      ],
    }),
  );
  await writeFileAtomically(join(out, FIGURES), `${JSON.stringify(summary, undefined, 2)}\n`);
}

function mapsOf({ grid, usage, capacities }: GlobalRouting): RoutingMaps {
  const { columns, rows } = grid;
  const cells = columns * rows;
  const fullness = (first: number) =>
    Float64Array.from({ length: cells }, (_, cell) => {
      const capacity = capacities[first + cell]!;
      return capacity >= 1 ? usage[first + cell]! / capacity : Number.NaN;
    });
  const above = (edge: number) => Math.max(0, usage[edge]! - capacities[edge]!);
  return {
    columns,
    rows,
    horizontal: fullness(0),
    vertical: fullness(cells),
    overflow: Float64Array.from({ length: cells }, (_, cell) => above(cell) + above(cells + cell)),
  };
}

/** A line for each cell of the grid: wires and capacity of its edge to the right, and of that to the cell above. */
function csvOf({ grid, usage, capacities }: GlobalRouting): string {
  const { columns, rows } = grid;
  const cells = columns * rows;
  const lines = ["column,row,right_wires,right_capacity,up_wires,up_capacity"];
  for (let cell = 0; cell < cells; cell++) {
    const column = cell % columns;
    const up = cells + cell;
    lines.push(
      [column, (cell - column) / columns, usage[cell], capacities[cell], usage[up], capacities[up]].join(","),
    );
  }
  return `${lines.join("\n")}\n`;
}
