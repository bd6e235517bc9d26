// Loads a block from files of any format: the registry of formats. Finds the netlist and its placement, and adds canvas,
// grid and rules.
import { existsSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import {
  type Block,
  type Canvas,
  DEFAULT_ROUTING,
  type Grid,
  LONGEST_SIDE,
  type Netlist,
  NodeKind,
  nodesOfKind,
  type RoutingResources,
  totalArea,
} from "../block.js";
import { BLOCK_FILE_NAMES, blockFileIn } from "../block-directory.js";
import { statusOf } from "../files.js";
import { gridBesideFixed, gridFor, hardSizes } from "../grid-choice.js";
import { InputError } from "../input-error.js";
import { copyPlacement, type Placement } from "../placement.js";
import {
  bookshelfFiles,
  isBookshelfPath,
  loadBookshelf,
  readPlPlacement,
} from "./bookshelf/load-bookshelf.js";
import { defFiles, isDefPath, type LoadDefOptions, loadDef } from "./lefdef/load-def.js";
import { type NetlistFile, readPbNetlist } from "./pb/pb-netlist-reader.js";
import { type PlcFile, readPlc } from "./plc/plc.js";

/** Values that replace those of the files. */
export interface BlockOverrides {
  readonly canvas?: Canvas | undefined;
  readonly grid?: Grid | undefined;
  readonly routing?: RoutingResources | undefined;
  readonly smoothing?: number | undefined;
  /** Choose a grid for a flat netlist whose files give none, as the original does before it clusters. */
  readonly chooseGrid?: boolean | undefined;
}

// Defaults of Circuit Training's cost binary (plc client) where no file gives a value.
const DEFAULT_GRID: Grid = { columns: 10, rows: 10 };
const DEFAULT_UTILISATION = 0.6;

/**
 * Reads a block, given by one of
 * - a directory with `netlist.pb.txt` and usually `initial.plc`, or the netlist file alone;
 * - a Bookshelf set, by its `.aux` file or its directory;
 * - a DEF file or its directory, with the LEF files that `def` names or those in its directory.
 *
 * All files may be gzip. `placement` names another placement file, which then gives places and header. Throws
 * `InputError` if the files are wrong.
 */
export async function loadBlock(
  path: string,
  options: {
    readonly placement?: string | undefined;
    readonly overrides?: BlockOverrides;
    readonly def?: Omit<LoadDefOptions, "defaultRouting"> | undefined;
  } = {},
): Promise<Block> {
  if (isBookshelfPath(path)) {
    const { block } = await loadBookshelf(path, DEFAULT_ROUTING);
    return withOverrides(block, options.placement, options.overrides);
  }
  if (isDefPath(path)) {
    const { block } = await loadDef(path, { ...options.def, defaultRouting: DEFAULT_ROUTING });
    return withOverrides(block, options.placement, options.overrides);
  }
  const files = findFiles(path);
  const file = await readPbNetlist(files.netlist, files.name);
  const placementPath = options.placement ?? files.placement;
  const plc = placementPath === undefined ? undefined : await readPlc(placementPath);
  return makeBlock(file, plc, options.overrides);
}

/**
 * Reads a placement for a block whose files give no other canvas: `.pl`, `.plc`, or a `.plc` of the block's clustered netlist,
 * which must be beside it and whose hard macros count. Throws `InputError` if it is wrong or of another block.
 */
export async function readPlacementOnCanvas(path: string, block: Block): Promise<Placement> {
  return placementOnCanvas(path, block, block.canvas);
}

/** Reads a placement file (`.plc`, `.pl`) for a block. Throws `InputError` if it is wrong or of another block. */
export async function readPlacement(path: string, block: Block): Promise<Placement> {
  if (/\.pl(\.gz)?$/.test(path)) return readPlPlacement(path, block);
  return placementFromPlc(block, await readPlc(path));
}

/**
 * Like `readPlacement`, but a `.plc` file must have the block's canvas. Such files know nodes by number only, and a
 * placement of another netlist of the same circuit (the ICCAD04 suite has some) differs by its canvas.
 */
async function placementOnCanvas(path: string, block: Block, canvas: Canvas): Promise<Placement> {
  if (/\.pl(\.gz)?$/.test(path)) return readPlPlacement(path, block);
  const plc = await readPlc(path);
  const differs = (a: number, b: number) => Math.abs(a - b) > 1e-3 * b;
  if (plc.canvas && (differs(plc.canvas.width, canvas.width) || differs(plc.canvas.height, canvas.height)))
    throw new InputError(
      path,
      `its canvas is ${plc.canvas.width} x ${plc.canvas.height}, that of '${block.name}' ${canvas.width} x ${canvas.height}`,
      "is this a placement of another netlist?",
    );
  return isOfSoftMacros(block, plc) ? hardMacrosOf(path, plc, block) : placementFromPlc(block, plc);
}

/** Whether a placement has soft macros where the block still has the cells that they were made of. */
function isOfSoftMacros(block: Block, { counts }: PlcFile): boolean {
  const softMacros = counts.find(({ kind }) => kind === NodeKind.SoftMacro)?.count ?? 0;
  return softMacros > 0 && nodesOfKind(block, NodeKind.SoftMacro).length === 0;
}

/**
 * The block's placement with hard macros where a placement of its clustered netlist has them. Such a file knows nodes by
 * numbers, so the netlist must be beside it.
 */
async function hardMacrosOf(path: string, plc: PlcFile, block: Block): Promise<Placement> {
  const found = blockFileIn(dirname(path));
  if (found?.format !== "netlist")
    throw new InputError(
      path,
      `is of a clustered netlist, whose soft macros '${block.name}' does not have`,
      "put its netlist.pb.txt beside it, or give the folder of the run that wrote it",
    );
  const { netlist, places } = await readPbNetlist(found.file, block.name);
  const { placement } = applyPlc(netlist, places, plc);
  const result = copyPlacement(block.initial);
  const nodeOf = new Map(netlist.nodeNames.map((name, node) => [name, node]));
  for (const node of nodesOfKind(block, NodeKind.HardMacro)) {
    const other = nodeOf.get(block.nodeNames[node]!);
    if (other === undefined || netlist.kinds[other] !== NodeKind.HardMacro)
      throw new InputError(
        found.file,
        `has no hard macro '${block.nodeNames[node]}'`,
        `is it the clustered netlist of '${block.name}'?`,
      );
    result.xs[node] = placement.xs[other]!;
    result.ys[node] = placement.ys[other]!;
    result.orientations[node] = placement.orientations[other]!;
  }
  return result;
}

/** The files that `loadBlock` reads. */
export function blockFiles(path: string, placement?: string, lef?: readonly string[]): string[] {
  if (isDefPath(path)) {
    const { def, lefs } = defFiles(path, lef);
    return placement === undefined ? [def, ...lefs] : [def, ...lefs, placement];
  }
  if (isBookshelfPath(path)) {
    const files = bookshelfFiles(path);
    return placement === undefined ? files : [...files, placement];
  }
  const files = findFiles(path);
  const second = placement ?? files.placement;
  return second === undefined ? [files.netlist] : [files.netlist, second];
}

/** A block with overrides, and with the places of a placement file if one is given. */
export async function withOverrides(
  block: Block,
  placement: string | undefined,
  overrides: BlockOverrides = {},
): Promise<Block> {
  const canvas = overrides.canvas ?? block.canvas;
  refuseHuge(block.name, canvas);
  const initial = placement === undefined ? block.initial : await placementOnCanvas(placement, block, canvas);
  return {
    ...block,
    initial,
    canvas,
    grid: overrides.grid ?? block.grid,
    routing: overrides.routing ?? block.routing,
    smoothing: overrides.smoothing ?? block.smoothing,
  };
}

/** A block from a netlist and from the header and places of a placement file. */
export function makeBlock(
  file: NetlistFile,
  plc: PlcFile | undefined,
  overrides: BlockOverrides = {},
): Block {
  const { netlist } = file;
  const { placement, fixed } = applyPlc(netlist, file.places, plc);
  const canvas = overrides.canvas ?? plc?.canvas ?? defaultCanvas(netlist);
  refuseHuge(netlist.name, canvas);
  const chosen =
    overrides.chooseGrid && !overrides.grid && !plc?.grid
      ? gridOfFlat(netlist, { fixed, initial: placement, canvas })
      : undefined;
  return {
    ...netlist,
    fixed,
    canvas,
    grid: overrides.grid ?? plc?.grid ?? chosen ?? DEFAULT_GRID,
    routing: overrides.routing ?? plc?.routing ?? DEFAULT_ROUTING,
    smoothing: overrides.smoothing ?? plc?.smoothing ?? 0,
    overlapThreshold: plc?.overlapThreshold ?? 0,
    blockages: plc?.blockages ?? [],
    initial: placement,
  };
}

/** Undefined for a netlist without standard cells. */
function gridOfFlat(netlist: Netlist, places: Pick<Block, "fixed" | "initial" | "canvas">): Grid | undefined {
  if (!netlist.kinds.includes(NodeKind.StandardCell)) return undefined;
  return gridBesideFixed(netlist, places, gridFor(hardSizes(netlist, places), places.canvas));
}

function defaultCanvas(netlist: Netlist): Canvas {
  const side = Math.sqrt(totalArea(netlist) / DEFAULT_UTILISATION);
  if (!(side > 0))
    throw new InputError(
      netlist.name,
      "no canvas is given, and there is no macro or cell whose area could tell its size",
      "give the canvas, or a placement file with one",
    );
  return { width: side, height: side };
}

function refuseHuge(name: string, { width, height }: Canvas): void {
  if (width > LONGEST_SIDE || height > LONGEST_SIDE)
    throw new InputError(
      name,
      `the canvas is ${width} x ${height} µm, sides of at most ${LONGEST_SIDE} were expected`,
      "are all lengths in micrometres?",
    );
}

/** The placement that a file gives a block. Canvas, grid, rules and fixed flags of the file are ignored. */
export function placementFromPlc(block: Block, plc: PlcFile): Placement {
  return applyPlc(block, block.initial, plc).placement;
}

function applyPlc(
  netlist: Netlist,
  places: Placement,
  plc: PlcFile | undefined,
): { placement: Placement; fixed: Uint8Array } {
  const placement = copyPlacement(places);
  const fixed = new Uint8Array(netlist.nodeCount);
  for (let node = 0; node < netlist.nodeCount; node++)
    if (netlist.kinds[node] === NodeKind.Port) fixed[node] = 1;
  if (!plc) return { placement, fixed };
  refuseOtherCounts(netlist, plc);
  // A placement file lists all placed macros. One without a line is not placed, even if the netlist file has a place.
  for (let node = 0; node < netlist.nodeCount; node++) {
    const kind = netlist.kinds[node];
    if (kind !== NodeKind.HardMacro && kind !== NodeKind.SoftMacro) continue;
    placement.xs[node] = Number.NaN;
    placement.ys[node] = Number.NaN;
  }
  const nodeOfFile = new Map<number, number>();
  for (let node = 0; node < netlist.nodeCount; node++) nodeOfFile.set(netlist.fileIndices[node]!, node);
  const seenAt = new Map<number, number>();
  for (const line of plc.lines) {
    const where = `${plc.path}:${line.lineNumber}`;
    const node = nodeOfFile.get(line.index);
    if (node === undefined)
      throw new InputError(
        where,
        `node index ${line.index} is no port, macro or cell of '${netlist.name}'`,
        "is this a placement of another netlist?",
      );
    const earlier = seenAt.get(node);
    if (earlier !== undefined)
      throw new InputError(where, `node ${line.index} was placed before, at line ${earlier}`);
    seenAt.set(node, line.lineNumber);
    placement.xs[node] = line.x;
    placement.ys[node] = line.y;
    placement.orientations[node] = line.orientation;
    if (netlist.kinds[node] !== NodeKind.Port) fixed[node] = line.fixed ? 1 : 0;
  }
  return { placement, fixed };
}

/** The header's counts show whether a placement is of another netlist, such as the clustered one. Indices do not. */
function refuseOtherCounts(netlist: Netlist, plc: PlcFile): void {
  for (const { label, kind, count, lineNumber } of plc.counts) {
    const own = nodesOfKind(netlist, kind).length;
    if (own === count) continue;
    throw new InputError(
      `${plc.path}:${lineNumber}`,
      `${label} is ${count}, but '${netlist.name}' has ${own}`,
      "give the netlist that was placed; a run that clustered cells keeps it in its folder",
    );
  }
}

interface BlockFiles {
  readonly name: string;
  readonly netlist: string;
  readonly placement: string | undefined;
}

function findFiles(path: string): BlockFiles {
  const status = statusOf(path);
  if (!status) throw new InputError(path, "no such file or directory");
  const name = basename(resolve(path)); // of `.` and `..`, too
  if (!status.isDirectory()) {
    if (!BLOCK_FILE_NAMES.netlist.test(path))
      throw new InputError(
        path,
        "unknown format",
        "a netlist file (.pb.txt), a Bookshelf set (.aux), a design (.def), gzip or not, or a block's directory is expected",
      );
    return { name: name.replace(BLOCK_FILE_NAMES.netlist, ""), netlist: path, placement: undefined };
  }
  const netlist = blockFileIn(path)?.file;
  if (netlist === undefined)
    throw new InputError(
      path,
      "the directory holds no block",
      "a file netlist.pb.txt, or one .pb.txt, .aux or .def file was expected",
    );
  const placement = ["initial.plc", "initial.plc.gz"].map((file) => join(path, file)).find(existsSync);
  return { name, netlist, placement };
}
