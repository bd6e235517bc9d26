// A legal start for free annealing from any placement: soft macros come inside the canvas, hard macros that stand in
// each other's way, on a blockage or outside go to the nearest place that is free.
import { TOUCHING } from "../../env/index.js";
import { type Block, copyPlacement, InputError, NodeKind, type Placement } from "../../netlist/index.js";
import { fixedBoxes, halfSides, overhangs, placeClasses } from "./free-boxes.js";

/** The placement made legal, and how far its hard macros had to go. */
export interface LegalStart {
  readonly placement: Placement;
  readonly movedMacros: number;
}

/** Boxes in the way of macros, and their sides. */
class Obstacles {
  readonly lefts: number[] = [];
  readonly bottoms: number[] = [];
  readonly rights: number[] = [];
  readonly tops: number[] = [];

  add(left: number, bottom: number, right: number, top: number): void {
    this.lefts.push(left);
    this.bottoms.push(bottom);
    this.rights.push(right);
    this.tops.push(top);
  }

  /** Whether none of them is nearer than `gap` to a box with these half sides. */
  leave(x: number, y: number, { halfWidth, halfHeight, gap }: Sides): boolean {
    const { lefts, bottoms, rights, tops } = this;
    const left = x - halfWidth - gap;
    const bottom = y - halfHeight - gap;
    const right = x + halfWidth + gap;
    const top = y + halfHeight + gap;
    for (let i = 0; i < lefts.length; i++)
      if (left < rights[i]! && right > lefts[i]! && bottom < tops[i]! && top > bottoms[i]!) return false;
    return true;
  }
}

interface Sides {
  readonly halfWidth: number;
  readonly halfHeight: number;
  readonly gap: number;
}

/**
 * Hard macros by area, the largest first: each stays if it can, else takes the nearest free place among those that
 * touch what stands (at `gap`) or keep one of its own coordinates. Throws if one finds none.
 */
export function legalStart(block: Block, from: Placement, gap: number): LegalStart {
  const placement = copyPlacement(from);
  const { halfWidths, halfHeights } = halfSides(block, placement);
  const { overXs, overYs } = overhangs(block, placement);
  const { width, height } = block.canvas;
  const standing = new Obstacles();
  for (const box of fixedBoxes(block, halfWidths, halfHeights)) standing.add(...box);
  const hards: number[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.fixed[node] || block.kinds[node] === NodeKind.Port) {
      placement.xs[node] = block.initial.xs[node]!;
      placement.ys[node] = block.initial.ys[node]!;
      continue;
    }
    placement.xs[node] = insideCanvas(placement.xs[node]!, halfWidths[node]! - overXs[node]!, width);
    placement.ys[node] = insideCanvas(placement.ys[node]!, halfHeights[node]! - overYs[node]!, height);
    if (block.kinds[node] === NodeKind.HardMacro) hards.push(node);
  }
  const area = (node: number) => halfWidths[node]! * halfHeights[node]!;
  hards.sort((a, b) => area(b) - area(a) || a - b);
  const classes = placeClasses(block, hards);
  const blockages = Array.from({ length: classes.count }, (_, number) => {
    const obstacles = new Obstacles();
    for (const { box, keepsOut } of classes.blockages) if (keepsOut[number]) obstacles.add(...box);
    return obstacles;
  });
  let movedMacros = 0;
  for (const node of hards) {
    const [halfWidth, halfHeight] = [halfWidths[node]!, halfHeights[node]!];
    const [bodyHalfWidth, bodyHalfHeight] = [halfWidth - overXs[node]!, halfHeight - overYs[node]!];
    const x = placement.xs[node]!;
    const y = placement.ys[node]!;
    const wish = { x, y, halfWidth, halfHeight, bodyHalfWidth, bodyHalfHeight, width, height, gap };
    const place = nearestPlace(standing, blockages[classes.of.get(node)!]!, wish);
    if (!place)
      throw new InputError(
        block.name,
        `macro '${block.nodeNames[node]}' finds no free place near (${x}, ${y})`,
        "start from scratch or from another placement",
      );
    if (place.x !== from.xs[node] || place.y !== from.ys[node]) movedMacros++;
    placement.xs[node] = place.x;
    placement.ys[node] = place.y;
    standing.add(place.x - halfWidth, place.y - halfHeight, place.x + halfWidth, place.y + halfHeight);
  }
  return { placement, movedMacros };
}

/** The centre moved so that the box is inside; the middle for one without a place or too large. */
export function insideCanvas(centre: number, half: number, length: number): number {
  if (Number.isNaN(centre) || 2 * half >= length) return length / 2;
  return Math.max(half, Math.min(length - half, centre));
}

interface Wish extends Sides {
  readonly x: number;
  readonly y: number;
  /** Without the halo that may lie over edges and blockages. */
  readonly bodyHalfWidth: number;
  readonly bodyHalfHeight: number;
  readonly width: number;
  readonly height: number;
}

/** One of two axes: where the macro is, how long the canvas is, half sides of its box and of its body. */
interface Axis {
  readonly centre: number;
  readonly length: number;
  readonly half: number;
  readonly bodyHalf: number;
  /** Low and high sides of what is in the way: of the box, and of the body. */
  readonly lows: readonly [box: readonly number[], body: readonly number[]];
  readonly highs: readonly [box: readonly number[], body: readonly number[]];
}

/** Centres on an axis at which the macro keeps its place, lies at an edge or touches something; nearest first. */
function candidatesOn({ centre, length, half, bodyHalf, lows, highs }: Axis, gap: number): number[] {
  return [
    centre,
    bodyHalf,
    length - bodyHalf,
    ...lows[0].map((low) => low - gap - half),
    ...lows[1].map((low) => low - gap - bodyHalf),
    ...highs[0].map((high) => high + gap + half),
    ...highs[1].map((high) => high + gap + bodyHalf),
  ]
    .filter((at) => at >= bodyHalf && at <= length - bodyHalf)
    .sort((a, b) => Math.abs(a - centre) - Math.abs(b - centre));
}

function nearestPlace(
  standing: Obstacles,
  blockages: Obstacles,
  wish: Wish,
): { x: number; y: number } | undefined {
  const { x, y, halfWidth, halfHeight, bodyHalfWidth, bodyHalfHeight, width, height, gap } = wish;
  const isFree = (atX: number, atY: number, gap: number) =>
    standing.leave(atX, atY, { halfWidth, halfHeight, gap }) &&
    blockages.leave(atX, atY, { halfWidth: bodyHalfWidth, halfHeight: bodyHalfHeight, gap });
  if (isFree(x, y, -TOUCHING)) return { x, y };
  const alongX = { centre: x, length: width, half: halfWidth, bodyHalf: bodyHalfWidth };
  const alongY = { centre: y, length: height, half: halfHeight, bodyHalf: bodyHalfHeight };
  const candidateXs = candidatesOn(
    { ...alongX, lows: [standing.lefts, blockages.lefts], highs: [standing.rights, blockages.rights] },
    gap,
  );
  const candidateYs = candidatesOn(
    { ...alongY, lows: [standing.bottoms, blockages.bottoms], highs: [standing.tops, blockages.tops] },
    gap,
  );
  let best: { x: number; y: number } | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const atX of candidateXs) {
    if (Math.abs(atX - x) >= least) break;
    for (const atY of candidateYs) {
      const way = Math.hypot(atX - x, atY - y);
      if (way >= least) break;
      if (!isFree(atX, atY, gap * 0.99)) continue;
      least = way;
      best = { x: atX, y: atY };
      break;
    }
  }
  return best;
}
