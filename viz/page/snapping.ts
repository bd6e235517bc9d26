// Where a dragged macro comes to lie: its edges on those of its neighbours, of their halos and of regions, if one is near, and
// its lower-left corner on the lattice of the design.
import { type Comb, pointAbove, pointBelow, type Rectangle } from "../../netlist/index.js";

/** Points of lower-left corners, from the block's origin. */
export interface SnapGrid {
  readonly x: Comb;
  readonly y: Comb;
  /** What it is, for messages. */
  readonly name: string;
  /** Database units per µm. */
  readonly units: number;
}

/** A rectangle and the same with its halo; without one they are equal. µm. */
export interface HaloedBox {
  readonly box: Rectangle;
  readonly halo: Rectangle;
}

export interface SnapRequest {
  /** The dragged macro where the pointer has it. */
  readonly dragged: HaloedBox;
  /** Macros that stay. */
  readonly others: readonly HaloedBox[];
  /** Regions: the die, the core, fences, blockages. */
  readonly regions: readonly Rectangle[];
  readonly grid?: SnapGrid | undefined;
  /** How near an edge must be, µm. */
  readonly within: number;
}

/** How far the macro is to be moved, and the lines that its edges were put on. µm. */
export interface Snap {
  readonly dx: number;
  readonly dy: number;
  readonly x?: number;
  readonly y?: number;
}

interface Candidate {
  /** New place of the low side of the dragged box. */
  readonly low: number;
  /** The line that it brings an edge to. */
  readonly line: number;
  /** To which side it may be rounded so that nothing overlaps; 0: to the nearer one. */
  readonly round: -1 | 0 | 1;
}

/** Finds the nearest edges in x and in y, each by itself. */
export function snap({ dragged, others, regions, grid, within }: SnapRequest): Snap {
  const along = (low: "left" | "bottom", high: "right" | "top") => {
    const [crossLow, crossHigh] =
      low === "left" ? (["bottom", "top"] as const) : (["left", "right"] as const);
    const { box, halo } = dragged;
    const size = box[high] - box[low];
    const [before, after] = [box[low] - halo[low], halo[high] - box[high]];
    const reach = Math.max(box.right - box.left, box.top - box.bottom);
    const isNear = (other: Rectangle) =>
      other[crossLow] < box[crossHigh] + reach && other[crossHigh] > box[crossLow] - reach;
    const candidates: Candidate[] = [];
    for (const other of others) {
      if (!isNear(other.halo)) continue;
      const to = other.box;
      // Flush with it, or beside it with the larger of the two halos between.
      const gapAfter = Math.max(before, other.halo[high] - to[high]);
      const gapBefore = Math.max(after, to[low] - other.halo[low]);
      candidates.push(
        { low: to[low], line: to[low], round: 0 },
        { low: to[high] - size, line: to[high], round: 0 },
        { low: to[high] + gapAfter, line: to[high], round: 1 },
        { low: to[low] - gapBefore - size, line: to[low], round: -1 },
      );
    }
    for (const region of regions) {
      if (!isNear(region)) continue;
      candidates.push(
        { low: region[low], line: region[low], round: 1 },
        { low: region[high] - size, line: region[high], round: -1 },
        { low: region[high], line: region[high], round: 1 },
        { low: region[low] - size, line: region[low], round: -1 },
      );
    }
    let best: Candidate | undefined;
    for (const candidate of candidates) {
      const way = Math.abs(candidate.low - box[low]);
      if (way <= within && (!best || way < Math.abs(best.low - box[low]))) best = candidate;
    }
    const comb = grid?.[low === "left" ? "x" : "y"];
    const at = best?.low ?? box[low];
    const to = comb && grid ? onComb(comb, at * grid.units, best?.round ?? 0) / grid.units : at;
    return { by: to - box[low], line: best?.line };
  };
  const [x, y] = [along("left", "right"), along("bottom", "top")];
  return {
    dx: x.by,
    dy: y.by,
    ...(x.line !== undefined && { x: x.line }),
    ...(y.line !== undefined && { y: y.line }),
  };
}

/** The next point of a comb in a direction; 0: the nearest. Database units. */
export function onComb(comb: Comb, value: number, round: -1 | 0 | 1): number {
  if (round < 0) return pointBelow(comb, value);
  if (round > 0) return pointAbove(comb, value);
  const below = pointBelow(comb, value);
  return value - below > comb.pitch / 2 ? below + comb.pitch : below;
}

/**
 * A centre whose box has its low side on the comb, and lies between `from` and `to` if there is room: µm. Without a comb, or room,
 * the centre is only kept within.
 */
export function centreOnComb(
  centre: number,
  size: number,
  {
    comb,
    units,
    from,
    to,
  }: { readonly comb: Comb | undefined; readonly units: number; readonly from: number; readonly to: number },
): number {
  const low = Math.max(from, Math.min(to - size, centre - size / 2));
  if (!comb) return low + size / 2;
  let at = onComb(comb, low * units, 0);
  if (at < from * units - 0.01) at = pointAbove(comb, from * units);
  if (at + size * units > to * units + 0.01) at = pointBelow(comb, (to - size) * units);
  return at / units + size / 2;
}
