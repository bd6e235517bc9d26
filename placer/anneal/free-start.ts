// A legal start for free annealing from any placement: soft macros come inside the canvas, hard macros that stand in
// each other's way, on a blockage or outside go to the nearest place that is free.
import { TOUCHING } from "../../env/index.js";
import { type Block, copyPlacement, InputError, NodeKind, type Placement } from "../../netlist/index.js";
import { halfSides, standingBoxes } from "./free-state.js";

/** The placement made legal, and how far its hard macros had to go. */
export interface LegalStart {
  readonly placement: Placement;
  readonly movedMacros: number;
}

interface Standing {
  readonly lefts: number[];
  readonly bottoms: number[];
  readonly rights: number[];
  readonly tops: number[];
}

/**
 * Hard macros by area, the largest first: each stays if it can, else takes the nearest free place among those that
 * touch what stands (at `gap`) or keep one of its own coordinates. Throws if one finds none.
 */
export function legalStart(block: Block, from: Placement, gap: number): LegalStart {
  const placement = copyPlacement(from);
  const { halfWidths, halfHeights } = halfSides(block, placement);
  const { width, height } = block.canvas;
  const standing: Standing = { lefts: [], bottoms: [], rights: [], tops: [] };
  for (const box of standingBoxes(block, halfWidths, halfHeights)) addBox(standing, ...box);
  const hards: number[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.fixed[node] || block.kinds[node] === NodeKind.Port) {
      placement.xs[node] = block.initial.xs[node]!;
      placement.ys[node] = block.initial.ys[node]!;
      continue;
    }
    placement.xs[node] = inside(placement.xs[node]!, halfWidths[node]!, width);
    placement.ys[node] = inside(placement.ys[node]!, halfHeights[node]!, height);
    if (block.kinds[node] === NodeKind.HardMacro) hards.push(node);
  }
  const area = (node: number) => halfWidths[node]! * halfHeights[node]!;
  hards.sort((a, b) => area(b) - area(a) || a - b);
  let movedMacros = 0;
  for (const node of hards) {
    const halfWidth = halfWidths[node]!;
    const halfHeight = halfHeights[node]!;
    const x = placement.xs[node]!;
    const y = placement.ys[node]!;
    const place = nearestPlace(standing, { x, y, halfWidth, halfHeight, width, height, gap });
    if (!place)
      throw new InputError(
        block.name,
        `macro '${block.nodeNames[node]}' finds no free place near (${x}, ${y})`,
        "start from scratch or from another placement",
      );
    if (place.x !== from.xs[node] || place.y !== from.ys[node]) movedMacros++;
    placement.xs[node] = place.x;
    placement.ys[node] = place.y;
    addBox(standing, place.x - halfWidth, place.y - halfHeight, place.x + halfWidth, place.y + halfHeight);
  }
  return { placement, movedMacros };
}

function addBox(standing: Standing, left: number, bottom: number, right: number, top: number): void {
  standing.lefts.push(left);
  standing.bottoms.push(bottom);
  standing.rights.push(right);
  standing.tops.push(top);
}

/** The centre moved so that the box is inside; the middle for one without a place or too large. */
function inside(centre: number, half: number, length: number): number {
  if (Number.isNaN(centre) || 2 * half >= length) return length / 2;
  return Math.max(half, Math.min(length - half, centre));
}

interface Wish {
  readonly x: number;
  readonly y: number;
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly width: number;
  readonly height: number;
  readonly gap: number;
}

function nearestPlace(standing: Standing, wish: Wish): { x: number; y: number } | undefined {
  const { x, y, halfWidth, halfHeight, width, height, gap } = wish;
  if (isFree(standing, wish, x, y, -TOUCHING)) return { x, y };
  const near = (centre: number, half: number, length: number, lows: number[], highs: number[]) =>
    [
      centre,
      half,
      length - half,
      ...lows.map((low) => low - gap - half),
      ...highs.map((high) => high + gap + half),
    ]
      .filter((at) => at >= half && at <= length - half)
      .sort((a, b) => Math.abs(a - centre) - Math.abs(b - centre));
  const candidateXs = near(x, halfWidth, width, standing.lefts, standing.rights);
  const candidateYs = near(y, halfHeight, height, standing.bottoms, standing.tops);
  let best: { x: number; y: number } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const atX of candidateXs) {
    if (Math.abs(atX - x) >= least) break;
    for (const atY of candidateYs) {
      const way = Math.hypot(atX - x, atY - y);
      if (way >= least) break;
      if (!isFree(standing, wish, atX, atY, gap * 0.99)) continue;
      least = way;
      best = { x: atX, y: atY };
      break;
    }
  }
  return best;
}

function isFree(standing: Standing, wish: Wish, x: number, y: number, gap: number): boolean {
  const { lefts, bottoms, rights, tops } = standing;
  const left = x - wish.halfWidth - gap;
  const bottom = y - wish.halfHeight - gap;
  const right = x + wish.halfWidth + gap;
  const top = y + wish.halfHeight + gap;
  for (let i = 0; i < lefts.length; i++)
    if (left < rights[i]! && right > lefts[i]! && bottom < tops[i]! && top > bottoms[i]!) return false;
  return true;
}
