// Placements of other blocks with the same macros, macros to keep, and groups of macros: whatever a placement was written for, a run's clustered
// netlist or the block itself, macros are told by their names.
import {
  type Block,
  boxOf,
  type Clustering,
  copyPlacement,
  greatestOf,
  InputError,
  leastOf,
  type MacroGroup,
  NodeKind,
  nearestName,
  nodesOfKind,
  type Placement,
  shapesOf,
  shapesOverlap,
} from "../netlist/index.js";

/** A block and where its nodes are. */
export interface Placed {
  readonly block: Block;
  readonly placement: Placement;
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

/** Hard macros, and soft macros if there are any, of `flat` where nodes of the same names are in another block. */
export function byNames(path: string, other: Placed, flat: Block): Placement {
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
  const kept = new Set(names.flatMap((given) => macrosNamed(block, given, "--keep")));
  const fixed = block.fixed.slice();
  for (const node of kept) {
    if (isUnplaced(placement, node))
      throw new InputError(
        "--keep",
        `macro '${block.nodeNames[node]}' has no place to stay at`,
        "give one: --from PLACEMENT, or leave it out",
      );
    fixed[node] = 1;
  }
  return { ...block, fixed, initial: withPlacesOf(block.initial, kept, placement) };
}

/**
 * The block with the members of groups where `placement` has them, for `--group`: one text of names per group, as for `--keep`.
 * `fixedInFile` tells macros that the files fix from those that are kept. Throws `InputError` for what cannot be one rigid body.
 */
export function withGroups(
  block: Block,
  names: readonly string[],
  { placement, fixedInFile }: { readonly placement: Placement; readonly fixedInFile: Uint8Array },
): { block: Block; groups: MacroGroup[] } {
  const groups: MacroGroup[] = [];
  const groupOf = new Map<number, string>();
  for (const name of names) {
    const members = [...new Set(macrosNamed(block, name, "--group"))].sort((a, b) => a - b);
    const refuse = (problem: string, remedy: string) => new InputError(`--group '${name}'`, problem, remedy);
    if (members.length < 2)
      throw refuse(
        `has one macro, '${block.nodeNames[members[0]!]}'`,
        "name two or more, with commas between, or use *",
      );
    for (const node of members) {
      const label = `macro '${block.nodeNames[node]}'`;
      if (groupOf.has(node))
        throw refuse(`${label} is in group '${groupOf.get(node)}', too`, "name it in one group");
      groupOf.set(node, name);
      if (fixedInFile[node])
        throw refuse(`${label} is fixed by the block's files`, "leave it out, or let it move: --free-fixed");
      if (block.fixed[node])
        throw refuse(`${label} stays where it is by --keep`, "leave it out of one of the two");
      if (isUnplaced(placement, node))
        throw refuse(
          `${label} has no place, so nothing says where it is in the group`,
          "give one: --from PLACEMENT, or leave it out",
        );
    }
    groups.push({ name, members });
  }
  const placed = { ...block, initial: withPlacesOf(block.initial, groupOf.keys(), placement) };
  for (const group of groups) {
    refuseOverlaps(placed, group);
    refuseTooLarge(placed, group, block.canvas);
  }
  return { block: placed, groups };
}

/** Overlaps of up to this many µm are ignored, as where legality is checked. */
const TOUCHING = 1e-6;

function refuseOverlaps(block: Block, { name, members }: MacroGroup): void {
  const shapes = members.map((node) => shapesOf(block, block.initial, node));
  for (let i = 0; i < members.length; i++)
    for (let j = i + 1; j < members.length; j++) {
      if (!shapesOverlap(shapes[i]!, shapes[j]!, TOUCHING)) continue;
      const [a, b] = [members[i]!, members[j]!].map((node) => `'${block.nodeNames[node]}'`);
      throw new InputError(
        `--group '${name}'`,
        `macros ${a} and ${b} overlap each other`,
        "move them apart first: a group stays as it is laid out",
      );
    }
}

/** Throws `InputError` for a group that is larger than what it must be in: the canvas, or the core of a design. Sides in µm. */
export function refuseTooLarge(
  block: Block,
  { name, members }: MacroGroup,
  room: { readonly width: number; readonly height: number; readonly name?: string },
): void {
  const boxes = members.map((node) => boxOf(block, block.initial, node));
  const width = greatestOf(boxes.map(({ right }) => right)) - leastOf(boxes.map(({ left }) => left));
  const height = greatestOf(boxes.map(({ top }) => top)) - leastOf(boxes.map(({ bottom }) => bottom));
  if (width <= room.width + TOUCHING && height <= room.height + TOUCHING) return;
  const sides = (x: number, y: number) => `${Number(x.toFixed(3))} x ${Number(y.toFixed(3))} µm`;
  throw new InputError(
    `--group '${name}'`,
    `is ${sides(width, height)} and does not fit into the ${room.name ?? "canvas"} of ${sides(room.width, room.height)}`,
    "name fewer macros, or lay them out closer together",
  );
}

function isUnplaced({ xs, ys }: Placement, node: number): boolean {
  return Number.isNaN(xs[node]! + ys[node]!);
}

/** A copy of `placement` in which some nodes are where `other` has them. */
function withPlacesOf(placement: Placement, nodes: Iterable<number>, other: Placement): Placement {
  const result = copyPlacement(placement);
  for (const node of nodes)
    for (const places of ["xs", "ys", "orientations"] as const) result[places][node] = other[places][node]!;
  return result;
}

/** Hard macros of the name given, or of names with commas between in which `*` stands for any text. */
function macrosNamed(block: Block, given: string, option: string): number[] {
  const macros = [...nodesOfKind(block, NodeKind.HardMacro)];
  const whole = macros.filter((node) => block.nodeNames[node] === given);
  const names = whole.length > 0 ? [given] : given.split(",").map((word) => word.trim());
  return names.flatMap((name) => {
    const matching = matcherOf(name);
    const found = macros.filter((node) => matching(block.nodeNames[node]!));
    if (found.length === 0)
      throw new InputError(
        option,
        `'${name}' is no hard macro of '${block.name}'`,
        nearestName(
          name,
          macros.map((node) => block.nodeNames[node]!),
        ),
      );
    return found;
  });
}

function matcherOf(name: string): (text: string) => boolean {
  if (!name.includes("*")) return (text) => text === name;
  const pieces = name.split("*").map((piece) => piece.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"));
  const pattern = new RegExp(`^${pieces.join("[^]*")}$`);
  return (text) => pattern.test(text);
}
