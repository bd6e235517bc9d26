// `convert`: a block or its placement, or a run's best one, from the files of one format into those of another.
import { dirname } from "node:path";
import { z } from "zod";
import {
  type Block,
  type DefPlace,
  defPlacesOf,
  frameOf,
  InputError,
  isDefPath,
  type LoadedDef,
  macroPlacementCfg,
  macroPlacementTcl,
  macrosToPlace,
  makeFolder,
  NodeKind,
  nodesOfKind,
  PlaceStatus,
  statusOf,
  toPbForm,
  writeBookshelf,
  writeDef,
  writeFileAtomically,
  writePbNetlist,
  writePl,
  writePlc,
} from "../netlist/index.js";
import { refuseBlockIn, writeBlockFolder } from "./block-folder.js";
import { type BlockOptions, blockOptionsSchema } from "./block-options.js";
import { openBlockSource } from "./block-source.js";
import { clusterFlat, clusterOptions } from "./cluster.js";
import { asWritten, macrosAndCells } from "./flat-output.js";
import { loadBlockWith, loadDefWith, readRunPlacement } from "./load-block.js";
import { parseOptions, pickOptions } from "./options.js";
import { controlOf, type RunObserver } from "./run-control.js";
import { flatSourceAt, placedCellsOf, type RunPath, runAt } from "./run-record.js";

export const convertSchema = blockOptionsSchema
  .pick({ lef: true, freeFixed: true, placement: true, canvas: true, grid: true, like: true })
  .extend({
    cluster: z.boolean().default(false).describe("turn standard cells into soft macros first"),
    clusters: clusterOptions.clusters,
    clusterBy: clusterOptions.clusterBy,
    seed: z.number().int().min(0).default(1).describe("root seed of the clustering"),
    force: z.boolean().default(false).describe("replace the files that are there"),
  });

export type ConvertOptions = z.input<typeof convertSchema>;

export interface ConvertSummary {
  readonly block: string;
  readonly out: string;
  readonly files: readonly string[];
  readonly nodes: number;
  readonly nets: number;
  /** Nodes that have a place in the files: in a `.def` also those that the design places itself. */
  readonly placed: number;
  /** What the netlist text format has no room for: offsets of cells' pins, and cells that drive several nets. */
  readonly centred_pins?: number;
  readonly redriven_nets?: number;
}

/** A format by how its files' names end; a directory is a block directory. */
interface Target {
  readonly ending: RegExp;
  readonly write: (out: string, source: Source) => Promise<Written>;
}

/** What is written: a block with its placement. */
interface Source {
  readonly block: Block;
  /** If it is a DEF design, and its cells were not clustered. */
  readonly design?: LoadedDef;
  /** Whether a run has placed all standard cells. */
  readonly hasCells?: boolean;
}

interface Written {
  readonly files: readonly string[];
  readonly block: Block;
  /** Nodes with a place in the files, if it is not all that have one in the block. */
  readonly placed?: number;
  readonly losses?: Pick<ConvertSummary, "centred_pins" | "redriven_nets">;
}

const TARGETS: readonly Target[] = [
  { ending: /\.pb\.txt(\.gz)?$/, write: writeNetlist },
  {
    ending: /\.plc(\.gz)?$/,
    write: async (out, { block }) => {
      await writePlc(out, block, block.initial);
      return { files: [out], block };
    },
  },
  {
    ending: /\.pl(\.gz)?$/,
    write: async (out, { block }) => {
      await writePl(out, block, block.initial);
      return { files: [out], block };
    },
  },
  {
    ending: /\.aux(\.gz)?$/,
    write: async (out, { block }) => ({ files: await writeBookshelf(out, block, block.initial), block }),
  },
  { ending: /\.def(\.gz)?$/i, write: writeDesign },
  {
    ending: /\.tcl$/,
    write: (out, source) =>
      writeMacros(out, source, (design, places) => macroPlacementTcl(design, places, { exact: true })),
  },
  {
    ending: /\.cfg$/,
    write: (out, source) => writeMacros(out, source, macroPlacementCfg),
  },
];

/** Writes the design with its macros where the block has them, and with its cells if a run has placed them. */
async function writeDesign(out: string, source: Source): Promise<Written> {
  const { block, hasCells } = source;
  const design = designOf(out, source);
  const places = defPlacesOf(design, block.initial, hasCells ? macrosAndCells(block) : undefined);
  await writeDef(out, design, places);
  return { files: [out], block, placed: countPlaced(design, places) };
}

/** Writes a list of the macros that another flow is to place. */
async function writeMacros(
  out: string,
  source: Source,
  textOf: (design: LoadedDef, places: ReadonlyMap<number, DefPlace>) => string,
): Promise<Written> {
  const { block } = source;
  const design = designOf(out, source);
  const places = defPlacesOf(design, block.initial);
  await writeFileAtomically(out, textOf(design, places));
  return { files: [out], block, placed: macrosToPlace(design, places).length };
}

/** Throws `InputError` if the block is no design. */
function designOf(out: string, { block, design }: Source): LoadedDef {
  if (design) return design;
  throw new InputError(
    out,
    `needs the design that '${block.name}' is placed in, and it is no DEF design with its cells`,
    "convert a .def, or a run that placed one, without --cluster",
  );
}

/** Nodes with a place in a design that is written with components at `places`. */
function countPlaced({ block, design, nodes }: LoadedDef, places: ReadonlyMap<number, DefPlace>): number {
  const { statuses } = design.components;
  const placedPins = new Set(design.pins.filter(({ isPlaced }) => isPlaced).map(({ name }) => name));
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    const component = nodes.componentOfNode[node]!;
    const isPlaced =
      component < 0
        ? placedPins.has(block.nodeNames[node]!)
        : places.has(component) || statuses[component] !== PlaceStatus.Unplaced;
    if (isPlaced) count++;
  }
  return count;
}

/**
 * Reads the block at `path` and writes it, or only its placement, as the ending of `out` says: `.pb.txt`, `.aux`,
 * `.plc`, `.pl`, or a directory for netlist and placement together; for DEF designs also `.def`, `.tcl` and `.cfg`. For the
 * folder of a run, it is the block that the run placed, with its best placement, or with all cells if it has placed these. Folders that `out` names are made. Throws
 * `InputError` for pairs that make no sense.
 */
export async function convert(
  path: string,
  out: string,
  given: ConvertOptions = {},
  observer: RunObserver = {},
): Promise<ConvertSummary> {
  const { onProgress: report, onStart } = controlOf(observer);
  if (/\.plc?(\.gz)?$/.test(path) && !runAt(path) && !flatSourceAt(path))
    throw new InputError(
      path,
      "is a placement, which names no sizes and nets",
      `give its block, and the placement by --placement: convert BLOCK ${out} --placement ${path}`,
    );
  const cells = placedCellsOf(given.placement ?? path);
  const source = openBlockSource(path, { ...given, ...(cells !== undefined && { placement: cells }) });
  const options = parseOptions(convertSchema, pickOptions(convertSchema, source.options));
  const write = writerOf(out);
  refuseExisting(out, options.force);
  const flat = await loadFlat(source.path, source.options, report);
  if (flat.design && !ofDesign(out)) reportLosses(source.path, flat.design, report);
  const hasCells = cells !== undefined;
  const isOfRun = source.run && given.placement === undefined && !hasCells;
  const placed = isOfRun ? await withBest(flat, source.run) : flat;
  const { block, clustering } = clusterFlat(
    placed.block,
    { ...options, clustering: options.cluster },
    report,
  );
  makeFolder(out.endsWith("/") ? out : dirname(out));
  onStart();
  const written = await write(out, clustering ? { block } : { ...placed, block, hasCells });
  return {
    block: block.name,
    out,
    files: written.files,
    nodes: written.block.nodeCount,
    nets: written.block.netCount,
    placed: written.placed ?? countWithPlace(written.block),
    ...written.losses,
  };
}

function countWithPlace({ initial }: Block): number {
  return initial.xs.reduce((count, x) => count + (Number.isNaN(x) ? 0 : 1), 0);
}

/** With the best placement of a run, or the one that was named. */
async function withBest({ block, design }: Source, { folder, placement }: RunPath): Promise<Source> {
  const placed = {
    ...block,
    initial: asWritten(block, await readRunPlacement(folder, block, placement), design),
  };
  return { block: placed, ...(design && { design: { ...design, block: placed } }) };
}

/** Whether a file is written for the design's own flow, which has its halos and regions already. */
function ofDesign(out: string): boolean {
  return /\.(def|def\.gz|tcl|cfg)$/i.test(out);
}

/** Says what the other formats have no room for. */
function reportLosses(path: string, { design }: LoadedDef, report: (line: string) => void): void {
  const [halos, regions] = [design.components.halos.size, design.regions.length];
  if (halos + regions > 0)
    report(`${path}: ${halos} halos and ${regions} regions are left out, except in .def`);
}

/** The block as it will be placed. */
async function loadFlat(
  path: string,
  options: BlockOptions,
  report: (line: string) => void,
): Promise<Source> {
  if (!isDefPath(path)) return { block: await loadBlockWith(path, options, true) };
  const design = await loadDefWith(path, options);
  for (const note of design.notes) report(note);
  return { block: design.block, design };
}

/** Throws `InputError` for a file, or a block in a directory, that would be replaced. Pipes and devices are written to. */
function refuseExisting(out: string, force: boolean): void {
  if (isFolder(out)) refuseBlockIn(out, force);
  else if (statusOf(out)?.isFile() && !force)
    throw new InputError(out, "is there already", "replace it with --force, or choose another name");
}

function isFolder(out: string): boolean {
  return out.endsWith("/") || (statusOf(out)?.isDirectory() ?? false);
}

function writerOf(out: string): Target["write"] {
  if (isFolder(out)) return writeFolder;
  const target = TARGETS.find(({ ending }) => ending.test(out));
  if (!target)
    throw new InputError(
      out,
      "its name says no format that is written",
      "end it in .pb.txt, .plc, .aux, .pl or .def (with .gz if you like), .tcl or .cfg, or in / for a block's directory",
    );
  return target.write;
}

async function writeNetlist(out: string, { block }: Source): Promise<Written> {
  const { netlist, losses } = forText(out, block);
  await writePbNetlist(out, netlist, netlist.initial, { canvas: netlist.canvas });
  return { files: [out], block: netlist, losses };
}

async function writeFolder(out: string, { block }: Source): Promise<Written> {
  const { netlist, losses } = forText(out, block);
  return { files: await writeBlockFolder(out, netlist), block: netlist, losses };
}

/** Blocks from other files than the format's own may need changes; its own are written as they are. */
function forText(
  out: string,
  block: Block,
): { netlist: Block; losses: Pick<ConvertSummary, "centred_pins" | "redriven_nets"> } {
  if (frameOf(block) === undefined && nodesOfKind(block, NodeKind.StandardCell).length === 0)
    return { netlist: block, losses: {} };
  const { block: netlist, centredPins, redrivenNets } = toPbForm(out, block);
  return { netlist, losses: { centred_pins: centredPins, redriven_nets: redrivenNets } };
}
