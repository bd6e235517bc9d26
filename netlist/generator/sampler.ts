// One random placement of a block's macros: a small twin of the environment's masks (inside the canvas, no overlap, no
// blockage; macros by area descending), which the netlist may not import. A test compares the two.
import type { Canvas, Grid, Rectangle } from "../block.js";
import type { Size } from "../fitting-turned.js";
import type { Random } from "../random.js";

/** Where macros may go. */
export interface Area {
  readonly canvas: Canvas;
  readonly grid: Grid;
  /** Rectangles that macros must not cover. */
  readonly taken: readonly Rectangle[];
}

const SLACK = 1e-6; // µm: smaller overlaps are ignored

/**
 * Places macros, largest first, each on a uniformly drawn feasible cell centre. Returns how many found a place, which is
 * `sizes.length` if all did.
 */
export function sampleOnce(sizes: readonly Size[], { canvas, grid, taken }: Area, random: Random): number {
  const { columns, rows } = grid;
  const cellWidth = canvas.width / columns;
  const cellHeight = canvas.height / rows;
  const order = [...sizes].sort((a, b) => b.width * b.height - a.width * a.height);
  const rectangles = [...taken];
  const blocked = new Uint8Array(columns * rows);
  const free: number[] = [];
  for (const [index, { width, height }] of order.entries()) {
    // Columns and rows on whose centres the macro stays inside.
    const c0 = Math.max(0, Math.ceil((width / 2 - SLACK) / cellWidth - 0.5));
    const r0 = Math.max(0, Math.ceil((height / 2 - SLACK) / cellHeight - 0.5));
    const c1 = Math.min(columns - 1, Math.floor((canvas.width - width / 2 + SLACK) / cellWidth - 0.5));
    const r1 = Math.min(rows - 1, Math.floor((canvas.height - height / 2 + SLACK) / cellHeight - 0.5));
    blocked.fill(0);
    for (const { left, bottom, right, top } of rectangles) {
      const first = Math.max(c0, Math.floor((left - width / 2 + SLACK) / cellWidth - 0.5) + 1);
      const last = Math.min(c1, Math.ceil((right + width / 2 - SLACK) / cellWidth - 0.5) - 1);
      const low = Math.max(r0, Math.floor((bottom - height / 2 + SLACK) / cellHeight - 0.5) + 1);
      const high = Math.min(r1, Math.ceil((top + height / 2 - SLACK) / cellHeight - 0.5) - 1);
      if (last < first) continue;
      for (let row = low; row <= high; row++)
        blocked.fill(1, row * columns + first, row * columns + last + 1);
    }
    free.length = 0;
    for (let row = r0; row <= r1; row++)
      for (let column = c0; column <= c1; column++)
        if (blocked[row * columns + column] === 0) free.push(row * columns + column);
    if (free.length === 0) return index;
    const cell = free[random.below(free.length)]!;
    const x = ((cell % columns) + 0.5) * cellWidth;
    const y = (Math.floor(cell / columns) + 0.5) * cellHeight;
    rectangles.push({
      left: x - width / 2,
      bottom: y - height / 2,
      right: x + width / 2,
      top: y + height / 2,
    });
  }
  return order.length;
}
