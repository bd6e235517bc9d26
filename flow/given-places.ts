// Placements that a user names: of macros to start from, to keep, or to convert. Whatever they were written for, a run's
// clustered netlist or the block itself, macros are told by their names.
import { join } from "node:path";
import {
  type Block,
  blockFileOf,
  blockFiles,
  type Clustering,
  copyPlacement,
  InputError,
  isDefPath,
  NodeKind,
  nodesOfKind,
  ownBytesOf,
  type Placement,
  readPlacement,
  readPlacementOnCanvas,
} from "../netlist/index.js";
import { type BlockOptions, loadBlockWith, loadDefWith } from "./block-options.js";
import { bestOf, isRunFolder, readOrigin } from "./run-record.js";
import { nearestName } from "./suggest.js";

/** A block and where its nodes are. */
interface Placed {
  readonly block: Block;
  readonly placement: Placement;
}

const PLACEMENT_NAME = /\.plc?(\.gz)?$/;

/**
 * The placement at a path for `flat`, the block as its own files have it: a run's best, a `.def` of the same design, another
 * block with the same macros, a `.plc` or a `.pl`. `lefs` are the LEF files of the design. Macros without a place there are not placed; cells and soft macros are placed where the file tells.
 * Throws `InputError` if it is of another block.
 */
export async function readGivenPlaces(
  path: string,
  flat: Block,
  lefs: readonly string[],
): Promise<Placement> {
  if (isRunFolder(path)) return readRunPlacement(path, flat);
  if (PLACEMENT_NAME.test(path)) return readPlacementOnCanvas(path, flat);
  const { block } = isDefPath(path)
    ? await loadDefWith(path, { lef: [...lefs] })
    : { block: await loadBlockWith(path, {}, true) };
  return byNames(path, { block, placement: block.initial }, flat);
}

/** The best placement of a run as one of `flat`: cells are in the middle of their soft macros. */
export async function readRunPlacement(folder: string, flat: Block): Promise<Placement> {
  const { block, placement } = await readRunBest(folder);
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
  const best = placement === undefined ? await bestOf(folder, block) : await readPlacement(placement, block);
  if (!best)
    throw new InputError(
      folder,
      "the run has no best.plc yet",
      "wait, continue it with --resume, or give another",
    );
  return { block, placement: best };
}

/**
 * A placement of `flat` as one of the block that was clustered from it, or of `flat` itself. A soft macro is where its cells
 * are, if they are all in one place.
 */
export function onNodesOf(
  block: Block,
  flat: Block,
  { placement, clustering }: { readonly placement: Placement; readonly clustering?: Clustering | undefined },
): Placement {
  if (!clustering) return placement;
  const result = byNames(flat.name, { block: flat, placement }, block);
  const isFirst = new Uint8Array(block.nodeCount).fill(1);
  for (const cell of nodesOfKind(flat, NodeKind.StandardCell)) {
    const soft = clustering.nodeOf[cell]!;
    if (soft < 0 || block.kinds[soft] !== NodeKind.SoftMacro) continue;
    for (const places of ["xs", "ys"] as const) {
      const [is, was] = [placement[places][cell]!, result[places][soft]!];
      result[places][soft] = isFirst[soft] || is === was ? is : Number.NaN;
    }
    isFirst[soft] = 0;
  }
  return result;
}

/** The files that a given placement depends on. */
export function givenFiles({ from }: { readonly from?: string | undefined }): string[] {
  if (from === undefined) return [];
  if (isRunFolder(from)) return [join(from, "best.plc")];
  if (PLACEMENT_NAME.test(from)) return [from];
  const design = blockFileOf("design", from);
  return design === undefined ? blockFiles(from) : [design];
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

/** Hard macros, and soft macros if there are any, of `flat` where nodes of the same names are in another block. */
function byNames(path: string, other: Placed, flat: Block): Placement {
  const differs = (a: number, b: number) => Math.abs(a - b) > 1e-3 * b;
  const [theirs, ours] = [other.block.canvas, flat.canvas];
  if (differs(theirs.width, ours.width) || differs(theirs.height, ours.height))
    throw new InputError(
      path,
      `its canvas is ${theirs.width} x ${theirs.height}, that of '${flat.name}' ${ours.width} x ${ours.height}`,
      "is this a placement of another block?",
    );
  const result = copyPlacement(flat.initial);
  const nodeOf = new Map(other.block.nodeNames.map((name, node) => [name, node]));
  let found = 0;
  for (let node = 0; node < flat.nodeCount; node++) {
    const kind = flat.kinds[node]!;
    if (kind !== NodeKind.HardMacro && kind !== NodeKind.SoftMacro) continue;
    const same = nodeOf.get(flat.nodeNames[node]!);
    const isSame = same !== undefined && other.block.kinds[same] === kind;
    if (isSame) found++;
    result.xs[node] = isSame ? other.placement.xs[same]! : Number.NaN;
    result.ys[node] = isSame ? other.placement.ys[same]! : Number.NaN;
    if (isSame) result.orientations[node] = other.placement.orientations[same]!;
  }
  if (found === 0)
    throw new InputError(
      path,
      `has none of the macros of '${flat.name}'`,
      "is this a placement of another block?",
    );
  return result;
}

/**
 * The block with macros fixed where `placement` has them, for `--keep`: names, with commas between, in which `*` stands for
 * any text. Throws `InputError` for names of no hard macro, and for macros without a place.
 */
export function withKept(block: Block, names: readonly string[], placement: Placement): Block {
  const macros = [...nodesOfKind(block, NodeKind.HardMacro)];
  const kept = new Set<number>();
  for (const given of names) {
    const whole = macros.filter((node) => block.nodeNames[node] === given);
    for (const name of whole.length > 0 ? [given] : given.split(",").map((word) => word.trim())) {
      const matching = matcherOf(name);
      const found = macros.filter((node) => matching(block.nodeNames[node]!));
      if (found.length === 0)
        throw new InputError(
          "--keep",
          `'${name}' is no hard macro of '${block.name}'`,
          nearestName(
            name,
            macros.map((node) => block.nodeNames[node]!),
          ),
        );
      for (const node of found) kept.add(node);
    }
  }
  const initial = copyPlacement(block.initial);
  const fixed = block.fixed.slice();
  for (const node of kept) {
    const [x, y] = [placement.xs[node]!, placement.ys[node]!];
    if (Number.isNaN(x + y))
      throw new InputError(
        "--keep",
        `macro '${block.nodeNames[node]}' has no place to stay at`,
        "give one: --from PLACEMENT, or leave it out",
      );
    initial.xs[node] = x;
    initial.ys[node] = y;
    initial.orientations[node] = placement.orientations[node]!;
    fixed[node] = 1;
  }
  return { ...block, fixed, initial };
}

function matcherOf(name: string): (text: string) => boolean {
  if (!name.includes("*")) return (text) => text === name;
  const pieces = name.split("*").map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`^${pieces.join("[^]*")}$`);
  return (text) => pattern.test(text);
}
