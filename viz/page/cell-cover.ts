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
/** A cell that touches more pixels is not counted pixel by pixel. */
const MOST_PIXELS = 16;
/** Shares below this are rounding errors. */
const LEAST_SHARE = 1e-6;

/** The picture of a tile: counts which share of each pixel cells cover, a piece at a time. */
export class Cover {
  /** By pixel, from the top row. Overlaps add up. Complete once all cells are counted. */
  readonly shares: Float32Array;
  private readonly block: Pick<Block, "widths" | "heights">;
  private readonly placement: Placement;
  private readonly area: Rectangle;
  private readonly cells: Iterator<number>;
  private readonly side: number;
  /** Of large cells, how the share changes from a pixel to the next one, along both sides; a row and a column more than pixels. */
  private steps: Float64Array | undefined;

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

  /** Counts at least one piece, and goes on until the time is over. Returns whether all cells are counted. */
  proceed(isOver: () => boolean): boolean {
    for (let counted = 1; ; counted++) {
      const { done, value } = this.cells.next();
      if (done) {
        this.addSteps();
        return true;
      }
      this.add(value);
      if (counted % PIECE === 0 && isOver()) return false;
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
    const firstColumn = Math.floor(left);
    const firstRow = Math.floor(top);
    const lastColumn = Math.min(side - 1, Math.floor(right));
    const lastRow = Math.min(side - 1, Math.floor(bottom));
    if ((lastColumn - firstColumn + 1) * (lastRow - firstRow + 1) > MOST_PIXELS) {
      this.step(stepsOf(left, right, lastColumn), stepsOf(top, bottom, lastRow));
      return;
    }
    for (let row = firstRow; row <= lastRow; row++) {
      const tall = Math.min(bottom, row + 1) - Math.max(top, row);
      for (let column = firstColumn; column <= lastColumn; column++)
        shares[row * side + column]! += tall * (Math.min(right, column + 1) - Math.max(left, column));
    }
  }

  private step(columns: readonly Step[], rows: readonly Step[]): void {
    const stride = this.side + 1;
    this.steps ??= new Float64Array(stride * stride);
    for (const row of rows)
      for (const column of columns) this.steps[row.at * stride + column.at]! += row.by * column.by;
  }

  private addSteps(): void {
    const { steps, side, shares } = this;
    if (!steps) return;
    const above = new Float64Array(side);
    for (let row = 0; row < side; row++) {
      let along = 0;
      for (let column = 0; column < side; column++) {
        along += steps[row * (side + 1) + column]!;
        above[column]! += along;
        if (above[column]! > LEAST_SHARE) shares[row * side + column]! += above[column]!;
      }
    }
    this.steps = undefined;
  }
}

interface Step {
  readonly at: number;
  readonly by: number;
}

/** Where, along one side, the covered share of pixels changes, if all from one place to another is covered. */
function stepsOf(from: number, to: number, last: number): Step[] {
  const first = Math.floor(from);
  const [atFirst, atLast] = [Math.min(to, first + 1) - from, to - Math.max(from, last)];
  if (first === last)
    return [
      { at: first, by: atFirst },
      { at: first + 1, by: -atFirst },
    ];
  return [
    { at: first, by: atFirst },
    { at: first + 1, by: 1 - atFirst },
    { at: last, by: atLast - 1 },
    { at: last + 1, by: -atLast },
  ];
}
