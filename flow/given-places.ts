// Placements of other blocks with the same macros, and macros to keep: whatever a placement was written for, a run's clustered
// netlist or the block itself, macros are told by their names.
import {
  type Block,
  type Clustering,
  copyPlacement,
  InputError,
  NodeKind,
  nearestName,
  nodesOfKind,
  type Placement,
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
