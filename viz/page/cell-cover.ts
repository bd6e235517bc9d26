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

/** Cells between two looks at the clock. */
const PIECE = 256;

/** The picture of a tile: counts which share of each pixel cells cover, a piece at a time. */
export class Cover {
  /** By pixel, from the top row. Overlaps add up. */
  readonly shares: Float32Array;
  private readonly block: Pick<Block, "widths" | "heights">;
  private readonly placement: Placement;
  private readonly area: Rectangle;
  private readonly cells: Iterator<number>;
  private readonly side: number;

  constructor(
    block: Pick<Block, "widths" | "heights">,
    placement: Placement,
    {
      area,
      cells,
      side,
    }: { readonly area: Rectangle; readonly cells: Iterable<number>; readonly side: number },
  ) {
    this.block = block;
    this.placement = placement;
    this.area = area;
    this.cells = cells[Symbol.iterator]();
    this.side = side;
    this.shares = new Float32Array(side * side);
  }

  /** Counts at least one piece, and goes on until `performance.now()` tells the deadline. Returns whether all cells are counted. */
  proceed(deadline: number): boolean {
    for (let counted = 1; ; counted++) {
      const { done, value } = this.cells.next();
      if (done) return true;
      this.add(value);
      if (counted % PIECE === 0 && performance.now() >= deadline) return false;
    }
  }

  private add(node: number): void {
    const { area, side, shares } = this;
    const { widths, heights } = this.block;
    const { xs, ys } = this.placement;
    const perX = side / (area.right - area.left);
    const perY = side / (area.top - area.bottom);
    const [halfWidth, halfHeight] = [widths[node]! / 2, heights[node]! / 2];
    const left = Math.max(0, (xs[node]! - halfWidth - area.left) * perX);
    const right = Math.min(side, (xs[node]! + halfWidth - area.left) * perX);
    const top = Math.max(0, (area.top - ys[node]! - halfHeight) * perY);
    const bottom = Math.min(side, (area.top - ys[node]! + halfHeight) * perY);
    if (!(right > left && bottom > top)) return;
    const lastColumn = Math.min(side - 1, Math.floor(right));
    const lastRow = Math.min(side - 1, Math.floor(bottom));
    for (let row = Math.floor(top); row <= lastRow; row++) {
      const tall = Math.min(bottom, row + 1) - Math.max(top, row);
      for (let column = Math.floor(left); column <= lastColumn; column++)
        shares[row * side + column]! += tall * (Math.min(right, column + 1) - Math.max(left, column));
    }
  }
}
