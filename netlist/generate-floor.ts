// The floor of a generated block: the grid on which its macros provably fit, and where ports stand on the edges.
import type { Canvas, Grid } from "./block.js";
import { InputError } from "./input-error.js";
import type { Random } from "./random.js";

export interface Size {
  readonly width: number;
  readonly height: number;
}

const FEWEST_LINES = 10;
const MOST_LINES = 127;
const MOST_CELLS = 2500;
const MOST_CELL_ASPECT = 1.5;
const CELLS_PER_MACRO = 12;

/**
 * A grid of 500 to 2,500 cells (fewer for few macros) on whose cell centres all macros find room, macros a few cells
 * wide where their number allows. Throws `InputError` if not even 127 x 127 cells let them in.
 */
export function chooseGrid(macros: readonly Size[], canvas: Canvas): Grid {
  const fewest = macros.length >= 40 ? 500 : 100;
  const target = Math.min(Math.max(CELLS_PER_MACRO * macros.length, fewest), MOST_CELLS);
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

// Ports stand just inside the canvas, as on the metal shapes of real ones, so that the cell of each is beyond doubt.
const PORT_INSET = 0.07;
const PORT_PITCH = 2.8;

/** Places of buses of ports (their widths given), each on one of the four edges, its ports in a row. */
export function placeBuses(widths: readonly number[], canvas: Canvas, random: Random): [number, number][][] {
  const edges: number[][] = [[], [], [], []]; // left, right, bottom, top
  widths.forEach((_, bus) => {
    edges[random.below(4)]!.push(bus);
  });
  const places: [number, number][][] = widths.map(() => []);
  edges.forEach((buses, edge) => {
    const length = edge < 2 ? canvas.height : canvas.width;
    const count = buses.reduce((sum, bus) => sum + widths[bus]!, 0);
    const pitch = Math.min(PORT_PITCH, (0.8 * length) / Math.max(count, 1));
    // The free length is shared out as gaps before, between and behind the buses.
    const gaps = Array.from({ length: buses.length + 1 }, () => 0.05 + random.uniform());
    const gapUnit = (length - pitch * count) / gaps.reduce((sum, gap) => sum + gap, 0);
    let at = 0;
    buses.forEach((bus, position) => {
      at += gaps[position]! * gapUnit;
      for (let bit = 0; bit < widths[bus]!; bit++) {
        const along = at + (bit + 0.5) * pitch;
        if (edge === 0) places[bus]!.push([PORT_INSET, along]);
        else if (edge === 1) places[bus]!.push([canvas.width - PORT_INSET, along]);
        else if (edge === 2) places[bus]!.push([along, PORT_INSET]);
        else places[bus]!.push([along, canvas.height - PORT_INSET]);
      }
      at += pitch * widths[bus]!;
    });
  });
  return places;
}
