// Legality once more, straight from its rules and with no code of the check: every macro against every macro, every
// blockage and every fence.
import type { Block, Placement } from "../../netlist/index.js";

const HARD = 0;
/** µm: rounding of sizes in single precision. */
const TOUCHING = 1e-6;
/** Grid cells. */
const OUTSIDE = 1e-4;

export interface LegalityTwin {
  readonly overlaps: number;
  readonly outside: number;
  readonly blocked: number;
  readonly unplaced: number;
  readonly legal: boolean;
}

interface Box {
  readonly node: number;
  readonly fixed: boolean;
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

export function legalityTwin(block: Block, placement: Placement): LegalityTwin {
  const boxes: Box[] = [];
  let unplaced = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== HARD) continue;
    const [x, y] = [placement.xs[node]!, placement.ys[node]!];
    if (Number.isNaN(x) || Number.isNaN(y)) {
      unplaced++;
      continue;
    }
    const upright = placement.orientations[node]! < 4;
    const width = upright ? block.widths[node]! : block.heights[node]!;
    const height = upright ? block.heights[node]! : block.widths[node]!;
    boxes.push({
      node,
      fixed: block.fixed[node] !== 0,
      left: x - width / 2,
      right: x + width / 2,
      bottom: y - height / 2,
      top: y + height / 2,
    });
  }
  let overlaps = 0;
  let ofMovable = 0;
  for (const a of boxes)
    for (const b of boxes) {
      if (a.node >= b.node || !overlap(a, b)) continue;
      overlaps++;
      if (!a.fixed || !b.fixed) ofMovable++;
    }
  const movable = boxes.filter(({ fixed }) => !fixed);
  const outside = movable.filter((box) => sticksOut(block, box)).length;
  const blocked = movable.filter((box) => isBlocked(block, box)).length;
  return { overlaps, outside, blocked, unplaced, legal: ofMovable + outside + blocked + unplaced === 0 };
}

type Sides = Omit<Box, "node" | "fixed">;

function overlap(a: Sides, b: Sides): boolean {
  const width = Math.min(a.right, b.right) - Math.max(a.left, b.left);
  const height = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom);
  return width > TOUCHING && height > TOUCHING;
}

function sticksOut({ canvas, grid }: Block, box: Sides): boolean {
  const acrossX = (OUTSIDE * canvas.width) / grid.columns;
  const acrossY = (OUTSIDE * canvas.height) / grid.rows;
  return (
    -box.left > acrossX ||
    -box.bottom > acrossY ||
    box.right > canvas.width + acrossX ||
    box.top > canvas.height + acrossY
  );
}

function isBlocked({ blockages, fences = [], canvas }: Block, box: Box): boolean {
  // What sticks out of the canvas is not the fences' business.
  const within = {
    left: Math.max(box.left, 0),
    right: Math.min(box.right, canvas.width),
    bottom: Math.max(box.bottom, 0),
    top: Math.min(box.top, canvas.height),
  };
  if (blockages.some((blockage) => overlap(box, blockage))) return true;
  return fences.some(({ rectangles, members, exclusive }) =>
    members.includes(box.node)
      ? leaves(rectangles, within)
      : exclusive && rectangles.some((r) => overlap(box, r)),
  );
}

/** Whether a part of the box is in none of the rectangles: the box is cut along all their sides. */
function leaves(rectangles: readonly Sides[], box: Sides): boolean {
  if (!overlap(box, box)) return false;
  const cuts = (from: number, to: number, ends: readonly number[]) =>
    [from, ...ends.filter((end) => end > from && end < to), to].sort((a, b) => a - b);
  const xs = cuts(
    box.left,
    box.right,
    rectangles.flatMap(({ left, right }) => [left, right]),
  );
  const ys = cuts(
    box.bottom,
    box.top,
    rectangles.flatMap(({ bottom, top }) => [bottom, top]),
  );
  for (let i = 0; i + 1 < xs.length; i++)
    for (let j = 0; j + 1 < ys.length; j++) {
      const piece = { left: xs[i]!, right: xs[i + 1]!, bottom: ys[j]!, top: ys[j + 1]! };
      if (piece.right - piece.left <= TOUCHING || piece.top - piece.bottom <= TOUCHING) continue;
      const inside = rectangles.some(
        (r) =>
          r.left <= piece.left && r.right >= piece.right && r.bottom <= piece.bottom && r.top >= piece.top,
      );
      if (!inside) return true;
    }
  return false;
}
