// How many see-through rectangles lie over each other. Macros that all lie in one place overlap in thousands of pairs, whose
// pictures would take seconds, and of which one sees the first few.
import type { Box } from "../scene.js";

/** Side of the squares in which rectangles are counted, px. */
const SQUARE = 16;

export class Depth {
  private readonly columns: number;
  private readonly rows: number;
  private readonly counts: Uint8Array;
  private readonly most: number;

  /**
   * @param view its size in pixels
   * @param most rectangles over each other that can be told from one more, at most 255
   */
  constructor({ width, height }: { readonly width: number; readonly height: number }, most: number) {
    this.columns = Math.ceil(width / SQUARE);
    this.rows = Math.ceil(height / SQUARE);
    this.counts = new Uint8Array(this.columns * this.rows);
    this.most = most;
  }

  /**
   * Counts a rectangle, in pixels of the view. False if one would not see it: it is outside, or enough others are everywhere. Small
   * ones are soon drawn and do not count, because many may be side by side in one square.
   */
  add({ x, y, width, height }: Box): boolean {
    if (x > this.columns * SQUARE || y > this.rows * SQUARE || x + width < 0 || y + height < 0) return false;
    if (Math.min(width, height) < 2 * SQUARE) return true;
    const within = (place: number, count: number) =>
      Math.min(count - 1, Math.max(0, Math.floor(place / SQUARE)));
    const [left, right] = [within(x, this.columns), within(x + width, this.columns)];
    const [top, bottom] = [within(y, this.rows), within(y + height, this.rows)];
    let isSeen = false;
    for (let row = top; row <= bottom; row++)
      for (let column = left; column <= right; column++) {
        const square = row * this.columns + column;
        if (this.counts[square]! >= this.most) continue;
        this.counts[square]!++;
        isSeen = true;
      }
    return isSeen;
  }
}
