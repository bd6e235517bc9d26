// What edits must keep: the rules of the DEF design that is placed, or those of the block alone. Both come from the code that
// checks results on the command line.
import { legalityRules } from "../../env/index.js";
import {
  type Block,
  constraintRules,
  type DesignRulesMessage,
  designRulesOf,
  emptyPlacement,
  latticeFrom,
  type MacroRules,
  NodeKind,
  originOf,
  type Placement,
  type Rectangle,
} from "../../netlist/index.js";
import type { SnapGrid } from "./snapping.js";

export interface EditRules {
  /** Of the nodes of the block shown. */
  readonly macros: MacroRules;
  /** What lower-left corners of macros lie on, if anything. */
  readonly grid?: SnapGrid;
  /** Orientation codes that a hard macro may have; undefined: all. */
  allowed(node: number): readonly number[] | undefined;
  /** Widths of a macro's halo, µm, in orientation N. */
  haloOf(node: number): Rectangle | undefined;
  /** Regions whose edges macros snap to, µm: core, fences and guides, blockages. */
  readonly regions: readonly Rectangle[];
  /** Where a macro must be, µm. */
  readonly core?: Rectangle;
}

/** The rules of a block that is no design: legality as the judge's masks have it. */
export function blockRules(block: Block): EditRules {
  return {
    macros: legalityRules(block),
    allowed: (node) => (block.unmirrored?.[node] ? [0] : undefined),
    haloOf: () => undefined,
    regions: block.blockages,
  };
}

/** The rules of a design, for the block that was made of it: hard macros are told by their names. */
export function designEditRules(block: Block, message: DesignRulesMessage): EditRules {
  const design = designRulesOf(message);
  const rules = constraintRules(design);
  const indexByName = new Map(message.macros.map(({ name }, index) => [name, index]));
  const indexOf = new Map<number, number>();
  for (let node = 0; node < block.nodeCount; node++) {
    const index = indexByName.get(block.nodeNames[node]!);
    if (block.kinds[node] === NodeKind.HardMacro && index !== undefined) indexOf.set(node, index);
  }
  // The design's own nodes where the block's are; only those that are asked for are kept up to date.
  const places = emptyPlacement(message.macros.length);
  const follow = (placement: Placement, node: number): number | undefined => {
    const index = indexOf.get(node);
    if (index !== undefined)
      for (const key of ["xs", "ys", "orientations"] as const) places[key][index] = placement[key][node]!;
    return index;
  };
  const origin = originOf(design.design);
  const { units } = message;
  const inUm = ({ left, bottom, right, top }: Rectangle): Rectangle => ({
    left: (left - origin.x) / units,
    bottom: (bottom - origin.y) / units,
    right: (right - origin.x) / units,
    top: (top - origin.y) / units,
  });
  const core = message.core && inUm(message.core);
  return {
    macros: {
      checkOne: (placement, node) => {
        const index = follow(placement, node);
        return index === undefined ? [] : rules.checkOne(places, index);
      },
      checkPair: (placement, a, b) => {
        const [first, second] = [follow(placement, a), follow(placement, b)];
        return first === undefined || second === undefined ? [] : rules.checkPair(places, first, second);
      },
      reachOf: (placement, node) => {
        const index = follow(placement, node);
        return index === undefined ? undefined : rules.reachOf(places, index);
      },
    },
    grid: { ...latticeFrom(message.lattice, origin), units },
    allowed: (node) => message.macros[indexOf.get(node) ?? -1]?.allowed,
    haloOf: (node) => {
      const halo = message.macros[indexOf.get(node) ?? -1]?.halo;
      if (!halo) return undefined;
      const { left, bottom, right, top } = halo;
      return { left: left / units, bottom: bottom / units, right: right / units, top: top / units };
    },
    regions: [
      ...(core ? [core] : []),
      ...message.blockages.filter(({ kind }) => kind === "hard").map(inUm),
      ...message.regions.flatMap(({ rects }) => rects.map(inUm)),
    ],
    ...(core && { core }),
  };
}
