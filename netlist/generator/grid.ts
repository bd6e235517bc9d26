// The grid of a generated block, on which its macros provably fit.
import type { Canvas, Grid } from "../block.js";
import { InputError } from "../input-error.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const FEWEST_LINES = 10;
const MOST_LINES = 127;
export const MOST_CELLS = 2500;
const MOST_CELL_ASPECT = 1.5;
const CELLS_PER_MACRO = 12;

/** Cells with which most macros are a few of them wide. */
export function plainCells(macros: number): number {
  return Math.min(Math.max(CELLS_PER_MACRO * macros, fewestCells(macros)), MOST_CELLS);
}

function fewestCells(macros: number): number {
  return macros >= 40 ? 500 : 100;
}

/**
 * A grid of about `cells` cells, of square ones by preference, on whose cell centres all macros find room; more cells
 * where those do not let them in. Throws `InputError` if not even 127 x 127 cells do.
 */
export function chooseGrid(macros: readonly Size[], canvas: Canvas, cells: number): Grid {
  const fewest = fewestCells(macros.length);
  const target = Math.min(cells, MOST_CELLS);
  const candidates: { columns: number; rows: number; distance: number }[] = [];
  for (let columns = FEWEST_LINES; columns <= MOST_LINES; columns++)
    for (let rows = FEWEST_LINES; rows <= MOST_LINES; rows++) {
      const aspect = Math.abs(Math.log((canvas.width * rows) / (canvas.height * columns)));
      if (columns * rows < fewest || aspect > Math.log(MOST_CELL_ASPECT)) continue;
      const beyond = columns * rows > MOST_CELLS ? 100 : 0; // only if nothing smaller does
      const distance = Math.abs(Math.log((columns * rows) / target)) + aspect / 2 + beyond;
      candidates.push({ columns, rows, distance });
    }
  candidates.sort((a, b) => a.distance - b.distance || a.columns - b.columns);
  const sizes = [...macros].sort((a, b) => b.height - a.height || b.width - a.width);
  const grid = candidates.find((candidate) => fitsOnShelves(sizes, canvas, candidate));
  if (!grid)
    throw new InputError(
      "utilisation",
      "so high, or the canvas so narrow, that the macros do not fit on any grid",
      "lower the utilisation or bring the aspect closer to 1",
    );
  return { columns: grid.columns, rows: grid.rows };
}

/** Whether macros, highest first, fit in rows with every centre on the centre of a grid cell. */
function fitsOnShelves(sizes: readonly Size[], canvas: Canvas, grid: Grid): boolean {
  const cellWidth = canvas.width / grid.columns;
  const cellHeight = canvas.height / grid.rows;
  let column = -1; // of the last macro on the shelf; -1 while it is empty
  let lastWidth = 0;
  let row = -1;
  let shelfHeight = 0;
  for (const { width, height } of sizes) {
    if (column >= 0) column += Math.ceil((lastWidth + width) / 2 / cellWidth);
    if (column < 0 || (column + 0.5) * cellWidth + width / 2 > canvas.width) {
      row =
        row < 0 ? firstLine(height, cellHeight) : row + Math.ceil((shelfHeight + height) / 2 / cellHeight);
      shelfHeight = height;
      column = firstLine(width, cellWidth);
      if ((row + 0.5) * cellHeight + height / 2 > canvas.height) return false;
      if ((column + 0.5) * cellWidth + width / 2 > canvas.width) return false;
    }
    lastWidth = width;
  }
  return true;
}

/** First cell on whose centre something of this length stays inside the canvas. */
function firstLine(length: number, cell: number): number {
  return Math.max(0, Math.ceil(length / 2 / cell - 0.5));
}
