// Blocks as options say, and placements that a user names. One rule holds wherever a placement is asked for: a run's folder or
// one of its placements, a `.plc`, a `.pl`, a `.def` of the same design, or another block with the same macros.
import { dirname, join, resolve } from "node:path";
import {
  type Block,
  blockFileOf,
  blockFiles,
  DEFAULT_ROUTING,
  defFiles,
  InputError,
  isDefPath,
  isFile,
  type LoadedBookshelf,
  type LoadedDef,
  loadBlock,
  loadBookshelf,
  loadDef,
  NodeKind,
  nodesOfKind,
  ownBytesOf,
  type Placement,
  readPlacement,
  readPlacementOnCanvas,
  withOverrides,
} from "../netlist/index.js";
import { type BlockOptions, defOptions, overridden, overridesOf } from "./block-options.js";
import { byNames, type Placed } from "./given-places.js";
import { bestOf, isRunFolder, readOrigin, readRunSource, runAt } from "./run-record.js";

/** Loads a block as the options say; `chooseGrid`: a flat one gets a grid if nothing says which. */
export async function loadBlockWith(path: string, options: BlockOptions, chooseGrid = false): Promise<Block> {
  const { file, other } = placementOf(path, options);
  const overrides = { ...overridesOf(options), chooseGrid };
  const read = await loadBlock(path, { placement: file, overrides, def: defOptions(path, options) });
  return placed(overridden(read, options), { other, lefs: lefsOf(path, options) });
}

/** Loads a Bookshelf set as the options say: its block and what was read. */
export async function loadBookshelfWith(path: string, options: BlockOptions): Promise<LoadedBookshelf> {
  const { file, other } = placementOf(path, options);
  const { block, reading } = await loadBookshelf(path, DEFAULT_ROUTING);
  const read = overridden(await withOverrides(block, file, overridesOf(options)), options);
  return { block: await placed(read, { other, lefs: [] }), reading };
}

/** Loads a DEF design as the options say: its block and all else that came with it. */
export async function loadDefWith(path: string, options: BlockOptions): Promise<LoadedDef> {
  const { file, other } = placementOf(path, options);
  const loaded = await loadDef(path, { ...defOptions(path, options), defaultRouting: DEFAULT_ROUTING });
  const read = overridden(await withOverrides(loaded.block, file, overridesOf(options)), options);
  const block = await placed(read, { other, lefs: lefsOf(path, options) });
  return { ...loaded, block, notes: [...loaded.notes, ...otherCanvas(loaded.block, options)] };
}

/** A note on a canvas that is not the design's own. */
function otherCanvas({ canvas }: Block, options: BlockOptions): string[] {
  const given = overridesOf(options).canvas;
  if (!given || (given.width === canvas.width && given.height === canvas.height)) return [];
  return [
    `--canvas ${given.width}x${given.height} contradicts the design, whose own canvas, of its rows or its DIEAREA, is ` +
      `${canvas.width}x${canvas.height} µm: places outside that are not legal in its files`,
  ];
}

const PLACEMENT_NAME = /\.plc?(\.gz)?$/;

/** The given placement: a file of this block, which says its canvas and grid too, or anything else that has its macros. */
function placementOf(
  path: string,
  { placement }: BlockOptions,
): { readonly file?: string | undefined; readonly other?: string | undefined } {
  const run = placement === undefined ? undefined : runAt(placement);
  // The clustered netlist in the run's folder is what its placements are of.
  const isOwn = run !== undefined && resolve(dirname(path)) === resolve(run.folder);
  if (run && !isOwn && isClustered(run.folder)) return { other: placement };
  if (run) return { file: run.placement ?? join(run.folder, "best.plc") };
  if (placement === undefined || PLACEMENT_NAME.test(placement)) return { file: placement };
  return { other: placement };
}

function lefsOf(path: string, { lef }: BlockOptions): readonly string[] {
  return isDefPath(path) ? defFiles(path, lef).lefs : [];
}

async function placed(
  block: Block,
  { other, lefs }: { readonly other: string | undefined; readonly lefs: readonly string[] },
): Promise<Block> {
  return other === undefined ? block : { ...block, initial: await readGivenPlaces(other, block, lefs) };
}

/** Whether a run clustered the cells of its block, so that its placements are of other nodes than the block's files. */
function isClustered(folder: string): boolean {
  return isFile(join(folder, "groups.txt"));
}

/**
 * The placement that a user names for `flat`, the block as its own files have it. `lefs` are the LEF files of the design.
 * Macros without a place there are not placed; cells and soft macros are placed where the file tells. Throws `InputError` if
 * it is of another block.
 */
export async function readGivenPlaces(
  path: string,
  flat: Block,
  lefs: readonly string[],
): Promise<Placement> {
  const run = runAt(path);
  if (run && (run.placement === undefined || isClustered(run.folder)))
    return readRunPlacement(run.folder, flat, run.placement);
  if (PLACEMENT_NAME.test(path)) return readPlacementOnCanvas(path, flat);
  const { block } = isDefPath(path)
    ? await loadDefWith(path, { lef: [...lefs] })
    : { block: await loadBlockWith(path, {}, true) };
  return byNames(path, { block, placement: block.initial }, flat);
}

/**
 * The best placement of a run, or another of its placements, as one of `flat`: cells are in the middle of their soft macros.
 */
export async function readRunPlacement(folder: string, flat: Block, other?: string): Promise<Placement> {
  const { block, placement } = await readRunBest(folder, { placement: other });
  if (block.nodeCount === flat.nodeCount && block.nodeNames.every((name, i) => name === flat.nodeNames[i]))
    return placement;
  const result = byNames(folder, { block, placement }, flat);
  const groups = readGroups(join(folder, "groups.txt"));
  const nodeOf = new Map(block.nodeNames.map((name, node) => [name, node]));
  for (const cell of nodesOfKind(flat, NodeKind.StandardCell)) {
    const group = groups[flat.fileIndices[cell]!] ?? -1;
    const soft = group < 0 || flat.fixed[cell] ? undefined : nodeOf.get(`Grp_${group}`);
    if (soft === undefined) continue;
    result.xs[cell] = placement.xs[soft]!;
    result.ys[cell] = placement.ys[soft]!;
  }
  return result;
}

/**
 * What a run placed, and its best placement, or the one that `placement` names. `given` is over the run's own options. Throws
 * `InputError` if the run has found none yet.
 */
export async function readRunBest(
  folder: string,
  { placement, ...given }: BlockOptions = {},
): Promise<Placed> {
  const origin = readOrigin(folder);
  const merged = { placement: origin.placement, ...origin.options, ...given };
  const block = await loadBlockWith(origin.block, merged, true);
  const best =
    placement === undefined ? await bestOf(folder, block) : await ofRun(placement, { folder, block });
  if (!best)
    throw new InputError(
      folder,
      "the run has no best.plc yet",
      "wait, continue it with --resume, or give another",
    );
  return { block, placement: best };
}

/** Another placement for what a run placed: one of its own, or any that has the same macros. */
async function ofRun(path: string, { folder, block }: { folder: string; block: Block }): Promise<Placement> {
  if (PLACEMENT_NAME.test(path)) return readPlacement(path, block);
  const { block: files, options } = readRunSource(folder);
  return readGivenPlaces(path, block, lefsOf(files, options));
}

/** The file that decides about a block whose placement a user names: the one whose change changes the placement. */
export function placementFile(path: string): string {
  if (isRunFolder(path)) return join(path, "best.plc");
  return PLACEMENT_NAME.test(path) ? path : (blockFileOf("design", path) ?? blockFiles(path)[0]!);
}

const LARGEST_GROUPS = 2 ** 28; // bytes
const NEWLINE = 10;

/** Per node of the flat file its group; none if cells were not clustered. */
function readGroups(path: string): number[] {
  const groups: number[] = [];
  const bytes = ownBytesOf(path, LARGEST_GROUPS) ?? Buffer.alloc(0);
  for (let start = 0, end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    groups.push(Number(bytes.toString("latin1", start, end)));
    start = end + 1;
  }
  return groups;
}
