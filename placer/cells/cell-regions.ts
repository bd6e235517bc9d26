// Where the fences of a design let standard cells be: the cells of the same fences may stand in the same part of the canvas.
import { coveredArea, forbiddenTo, insideOf } from "../../env/index.js";
import { type Block, boxAround, type Rectangle } from "../../netlist/index.js";

/** What the nodes of the same fences may cover, µm. */
export interface CellRegion {
  /** Names of the fences; none for the nodes that belong to none. */
  readonly fences: readonly string[];
  /** What they may not cover: what is outside their fences, and exclusive fences of others. */
  readonly forbidden: readonly Rectangle[];
  /** Bounds of what their fences have in common on the canvas; undefined without fences. */
  readonly bounds: Rectangle | undefined;
}

export interface CellRegions {
  /** Those with the least room first: their cells have less choice. The one without fences is the last. */
  readonly regions: readonly CellRegion[];
  /** Index of a node's region. */
  indexOf(node: number): number;
}

/** The regions of a block's cells and macros; one without limits if no fence holds cells or keeps them out. */
export function cellRegionsOf({ cellFences = [], canvas }: Block): CellRegions {
  const fencesOfNode = new Map<number, number[]>();
  for (const [fence, { members }] of cellFences.entries())
    for (const node of members) fencesOfNode.set(node, [...(fencesOfNode.get(node) ?? []), fence]);
  const whole = { left: 0, bottom: 0, right: canvas.width, top: canvas.height };
  const regionWith = (fences: readonly number[], member: number): CellRegion => ({
    fences: fences.map((fence) => cellFences[fence]!.name),
    forbidden: forbiddenTo({ blockages: [], fences: cellFences, canvas }, member),
    bounds:
      fences.length > 0
        ? fences.map((fence) => boxAround(cellFences[fence]!.rectangles)).reduce(overlapOf, whole)
        : undefined,
  });
  const found = new Map<string, CellRegion>();
  for (const [node, fences] of fencesOfNode) {
    const key = fences.join();
    if (!found.has(key)) found.set(key, regionWith(fences, node));
  }
  const sorted = [...found]
    .map(([key, region]) => ({
      key,
      region,
      kept: coveredArea(region.forbidden, canvas.width, canvas.height),
    }))
    .sort((a, b) => b.kept - a.kept);
  const indices = new Map(sorted.map(({ key }, index) => [key, index]));
  const regions = [...sorted.map(({ region }) => region), regionWith([], NO_NODE)];
  return {
    regions,
    indexOf: (node) => {
      const fences = fencesOfNode.get(node);
      return fences ? indices.get(fences.join())! : regions.length - 1;
    },
  };
}

const NO_NODE = -1;

/** 0 if there is nothing between the sides, or a side has no place. */
function areaOf({ left, bottom, right, top }: Rectangle): number {
  return left < right && bottom < top ? (right - left) * (top - bottom) : 0;
}

function overlapOf(a: Rectangle, b: Rectangle): Rectangle {
  return {
    left: Math.max(a.left, b.left),
    bottom: Math.max(a.bottom, b.bottom),
    right: Math.min(a.right, b.right),
    top: Math.min(a.top, b.top),
  };
}

/**
 * Exclusive fences as blockages to global placement. One whose members fill it to a share s, of its area without what stands
 * there, counts as full to 1 - s before they come: with them it is as full as all else, and pushes others out.
 * `stands` are the boxes of what does not move, `moves` tells of the nodes that do, and `density` is the share of the free space
 * that they may fill.
 */
export function* fencesAsBlockages(
  { cellFences = [], canvas, widths, heights }: Block,
  {
    stands,
    moves,
    density,
  }: {
    readonly stands: readonly Rectangle[];
    readonly moves: (node: number) => boolean;
    readonly density: number;
  },
): Generator<Rectangle & { readonly rate: number }> {
  for (const { rectangles, members, exclusive } of cellFences) {
    if (!exclusive) continue;
    const parts = insideOf(rectangles, canvas.width, canvas.height);
    let free = 0;
    for (const part of parts) {
      free += areaOf(part);
      // What stands rarely overlaps, so areas are added up.
      for (const box of stands) free -= areaOf(overlapOf(part, box));
    }
    let own = 0;
    for (const node of members) if (moves(node)) own += widths[node]! * heights[node]!;
    const rate = free > 0 ? Math.max(0, 1 - own / (free * density)) : 0;
    for (const part of parts) yield { ...part, rate };
  }
}
