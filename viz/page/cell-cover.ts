// The pictures of tiles of cells, apart from how they are drawn.
import type { Block, Placement, Rectangle } from "../../netlist/index.js";

/** Side of a tile, px. */
export const TILE = 256;
const FINEST = 7;
/** Most pixels of the screen per pixel of a tile. */
const COARSENESS = 1.5;

/** The level whose tiles are fine enough for a die of so many pixels. */
export function levelFor(width: number, height: number): number {
  const level = Math.ceil(Math.log2(Math.max(width, height) / (TILE * COARSENESS)));
  return Math.min(FINEST, Math.max(0, level));
}

/** Share of each pixel of a square picture of `area` that cells cover, from the top row; overlaps add up. */
export function coverOf(
  block: Pick<Block, "widths" | "heights">,
  { xs, ys }: Placement,
  {
    area,
    cells,
    side,
  }: { readonly area: Rectangle; readonly cells: Iterable<number>; readonly side: number },
): Float32Array {
  const cover = new Float32Array(side * side);
  const perX = side / (area.right - area.left);
  const perY = side / (area.top - area.bottom);
  for (const node of cells) {
    const [halfWidth, halfHeight] = [block.widths[node]! / 2, block.heights[node]! / 2];
    const left = Math.max(0, (xs[node]! - halfWidth - area.left) * perX);
    const right = Math.min(side, (xs[node]! + halfWidth - area.left) * perX);
    const top = Math.max(0, (area.top - ys[node]! - halfHeight) * perY);
    const bottom = Math.min(side, (area.top - ys[node]! + halfHeight) * perY);
    if (!(right > left && bottom > top)) continue;
    const [lastColumn, lastRow] = [
      Math.min(side - 1, Math.floor(right)),
      Math.min(side - 1, Math.floor(bottom)),
    ];
    for (let row = Math.floor(top); row <= lastRow; row++) {
      const tall = Math.min(bottom, row + 1) - Math.max(top, row);
      for (let column = Math.floor(left); column <= lastColumn; column++)
        cover[row * side + column]! += tall * (Math.min(right, column + 1) - Math.max(left, column));
    }
  }
  return cover;
}
