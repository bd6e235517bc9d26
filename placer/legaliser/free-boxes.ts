// Boxes of a block where macros may go anywhere: sides of nodes as they are turned, what is fixed, and which blockages keep
// which macros out.
import { fencesOf, forbiddenTo } from "../../env/index.js";
import {
  type Block,
  isSideways,
  NodeKind,
  overhangOf,
  type Placement,
  type Rectangle,
} from "../../netlist/index.js";

/** Half sides of every node as it is turned. */
export function halfSides(
  block: Block,
  placement: Placement,
): { halfWidths: Float64Array; halfHeights: Float64Array } {
  const side = (node: number, across: boolean) =>
    (isSideways(placement.orientations[node]!) !== across ? block.heights[node]! : block.widths[node]!) / 2;
  const nodes = Int32Array.from({ length: block.nodeCount }, (_, node) => node);
  return {
    halfWidths: Float64Array.from(nodes, (node) => side(node, false)),
    halfHeights: Float64Array.from(nodes, (node) => side(node, true)),
  };
}

export type BoxSides = readonly [left: number, bottom: number, right: number, top: number];
export const NO_BOX: BoxSides = [0, 0, 0, 0];

/** How far every node may lie over edges and blockages, as it is turned, µm. */
export function overhangs(
  block: Block,
  { orientations }: Placement,
): { overXs: Float64Array; overYs: Float64Array } {
  const overXs = new Float64Array(block.nodeCount);
  const overYs = new Float64Array(block.nodeCount);
  if (block.halos)
    for (let node = 0; node < block.nodeCount; node++) {
      const { x, y } = overhangOf(block, node);
      const sideways = isSideways(orientations[node]!);
      overXs[node] = sideways ? y : x;
      overYs[node] = sideways ? x : y;
    }
  return { overXs, overYs };
}

/** Fixed hard macros. */
export function fixedBoxes(
  block: Block,
  halfWidths: Float64Array,
  halfHeights: Float64Array,
): readonly BoxSides[] {
  const boxes: BoxSides[] = [];
  const { xs, ys } = block.initial;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro || !block.fixed[node]) continue;
    const x = xs[node]!;
    const y = ys[node]!;
    if (Number.isNaN(x + y)) continue;
    boxes.push([
      x - halfWidths[node]!,
      y - halfHeights[node]!,
      x + halfWidths[node]!,
      y + halfHeights[node]!,
    ]);
  }
  return boxes;
}

export interface PlaceClasses {
  /** Per hard macro its class. */
  readonly of: ReadonlyMap<number, number>;
  readonly count: number;
  /** Blockages, and what fences forbid; per class whether it keeps macros of the class out. */
  readonly blockages: readonly { readonly box: BoxSides; readonly keepsOut: readonly boolean[] }[];
}

/** Hard macros by the fences that they belong to: those of a class may go to the same places. */
export function placeClasses(block: Block, hards: readonly number[]): PlaceClasses {
  const numbers = new Map<string, number>();
  const members: number[] = [];
  const of = new Map<number, number>();
  for (const node of hards) {
    const key = block.fences ? fencesOf(block, node) : "";
    if (!numbers.has(key)) {
      numbers.set(key, members.length);
      members.push(node);
    }
    of.set(node, numbers.get(key)!);
  }
  const count = members.length;
  const boxOf = ({ left, bottom, right, top }: Rectangle): BoxSides => [left, bottom, right, top];
  const blockages = block.blockages.map((blockage) => ({
    box: boxOf(blockage),
    keepsOut: members.map(() => true),
  }));
  if (block.fences)
    for (const [own, node] of members.entries())
      for (const rectangle of forbiddenTo(block, node).slice(block.blockages.length))
        blockages.push({ box: boxOf(rectangle), keepsOut: members.map((_, index) => index === own) });
  return { of, count, blockages };
}
