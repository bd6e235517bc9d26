// Chooses a grid for a canvas and its macros: by Circuit Training's rule, or by a quick one, which the generator uses too.
import { greatestOf } from "./arrays.js";
import { type Block, type Canvas, type Grid, type Netlist, NodeKind, type Rectangle } from "./block.js";
import { fitsOnlyTurned, type Size } from "./fitting-turned.js";
import { InputError } from "./input-error.js";
import { isSideways } from "./orientation.js";

/**
 * Sides of the hard macros, in node order; of one that fits on the canvas only turned, as it is then. With `fixed` (per
 * node), of the movable ones only.
 */
export function hardSizes(
  { kinds, widths, heights }: Netlist,
  { canvas, fixed }: { readonly canvas: Canvas; readonly fixed?: Uint8Array },
): Size[] {
  return [...kinds.keys()]
    .filter((node) => kinds[node] === NodeKind.HardMacro && !fixed?.[node])
    .map((node) => asItFits({ width: widths[node]!, height: heights[node]! }, canvas));
}

/** A size turned by 90°, if it has room only so. */
export function asItFits({ width, height }: Size, { width: roomX, height: roomY }: Size): Size {
  const room = { width: roomX + SLACK, height: roomY + SLACK };
  return fitsOnlyTurned({ width, height }, room) ? { width: height, height: width } : { width, height };
}

const FEWEST_LINES = 10;
const MOST_LINES = 127;
const FEWEST_CELLS = 500;
/** As in the published grids; the original has allowed 4,096 since 2023. */
export const MOST_CELLS = 2500;
const MOST_CELL_ASPECT = 1.5;
/** Grids whose metric is this near the best one count as good. The good one with the highest metric per cell wins. */
const TOLERANCE = 0.05;
const EMPTY_DENSITY = 1e-5;
const SLACK = 1e-6; // µm

/**
 * The grid that Circuit Training would choose for these movable hard macros (their order matters). Undefined if they
 * fit on no grid when each, largest first, is put on the first feasible cell.
 */
export function selectGrid(
  macros: readonly Size[],
  canvas: Canvas,
  mostCells = MOST_CELLS,
): Grid | undefined {
  const order = [...macros].sort((a, b) => b.width * b.height - a.width * a.height);
  const wasteX = linesOf((lines) =>
    waste(
      macros.map((macro) => macro.width),
      canvas.width / lines,
    ),
  );
  const wasteY = linesOf((lines) =>
    waste(
      macros.map((macro) => macro.height),
      canvas.height / lines,
    ),
  );
  const good: { grid: Grid; metric: number }[] = [];
  for (let columns = FEWEST_LINES; columns <= MOST_LINES; columns++)
    for (let rows = FEWEST_LINES; rows <= MOST_LINES; rows++) {
      const cells = columns * rows;
      // Rounding matters: the last bit of this quotient decided about a published grid.
      const [cellWidth, cellHeight] = [canvas.width / columns, canvas.height / rows];
      const aspect = Math.max(cellWidth, cellHeight) / Math.min(cellWidth, cellHeight);
      if (cells < FEWEST_CELLS || cells > mostCells || aspect > MOST_CELL_ASPECT) continue;
      const grid = { columns, rows };
      const empty = emptyShare(order, canvas, grid);
      if (empty === undefined) continue;
      good.push({ grid, metric: empty + (1 - wasteX(columns)) + (1 - wasteY(rows)) });
    }
  const best = greatestOf(good.map(({ metric }) => metric));
  const perCell = ({ grid, metric }: (typeof good)[number]) => metric / (grid.columns * grid.rows);
  return good
    .filter(({ metric }) => metric >= (1 - TOLERANCE) * best)
    .reduce<(typeof good)[number] | undefined>((a, b) => (a && perCell(a) >= perCell(b) ? a : b), undefined)
    ?.grid;
}

/** With more sizes the quick rule is used, because the original's tries every size on every cell of every grid. */
const MOST_SIZES = 12;

/** A grid for reading and placing: by Circuit Training's rule if possible, else by the quick one, else 10 x 10. */
export function gridFor(macros: readonly Size[], canvas: Canvas): Grid {
  return gridWithRoom(macros, canvas) ?? quickGrid([], canvas) ?? { columns: 10, rows: 10 };
}

/** The same; undefined if the macros find no room together on any grid. */
export function gridWithRoom(macros: readonly Size[], canvas: Canvas): Grid | undefined {
  const sizes = new Set(macros.map(({ width, height }) => `${width} ${height}`)).size;
  const chosen = sizes <= MOST_SIZES ? selectGrid(macros, canvas) : undefined;
  return chosen ?? quickGrid(macros, canvas);
}

function quickGrid(macros: readonly Size[], canvas: Canvas): Grid | undefined {
  try {
    return chooseGrid(macros, canvas, plainCells(macros.length));
  } catch (error) {
    if (error instanceof InputError) return undefined; // crowded, or a canvas as narrow as a line
    throw error;
  }
}

/** Caches a function of the number of lines. */
function linesOf(compute: (lines: number) => number): (lines: number) => number {
  const known = new Map<number, number>();
  return (lines) => {
    if (!known.has(lines)) known.set(lines, compute(lines));
    return known.get(lines)!;
  };
}

/** Share of a row that is lost when lengths are packed side by side on cells of `cell`, each centred on one. */
function waste(lengths: readonly number[], cell: number): number {
  let index = 0;
  let before = 0;
  let sum = 0;
  for (const length of lengths) {
    let span = Math.max(1, Math.ceil(length / cell));
    if (span % 2 === 0) span++;
    const piece = cell - (span * cell - length) / 2; // of the outermost cells
    index += piece + before <= cell ? span - 1 : span;
    before = piece;
    sum += length;
  }
  const total = (index + 1) * cell;
  return (total - sum) / total;
}

/** Share of cells that no macro touches, when each stands on the first feasible cell; undefined if one finds none. */
function emptyShare(order: readonly Size[], canvas: Canvas, { columns, rows }: Grid): number | undefined {
  const cellWidth = canvas.width / columns;
  const cellHeight = canvas.height / rows;
  const placed: { x: number; y: number; width: number; height: number }[] = [];
  const touched = new Uint8Array(columns * rows);
  /** Cells on which a macro of the present size would overlap one that is placed. */
  const taken = new Uint8Array(columns * rows);
  let size: Size = { width: 0, height: 0 };
  let first = 0;
  for (const { width, height } of order) {
    if (width !== size.width || height !== size.height) {
      size = { width, height };
      first = 0;
      taken.fill(0);
      for (const other of placed) take(other);
    }
    // Cells that had no room for a macro have none for the next one of the same size.
    const cell = firstFeasible(first, size);
    if (cell === undefined) return undefined;
    first = cell + 1;
    const x = ((cell % columns) + 0.5) * cellWidth;
    const y = (Math.floor(cell / columns) + 0.5) * cellHeight;
    placed.push({ x, y, width, height });
    take(placed.at(-1)!);
    touch(x, y, width, height);
  }
  return touched.reduce((sum, used) => sum + (1 - used), 0) / touched.length;

  function firstFeasible(from: number, { width, height }: Size): number | undefined {
    for (let cell = from; cell < columns * rows; cell++) {
      if (taken[cell]) continue;
      const x = ((cell % columns) + 0.5) * cellWidth;
      const y = (Math.floor(cell / columns) + 0.5) * cellHeight;
      if (y + height / 2 > canvas.height + SLACK) return undefined;
      if (x - width / 2 < -SLACK || x + width / 2 > canvas.width + SLACK || y - height / 2 < -SLACK) continue;
      return cell;
    }
    return undefined;
  }

  function take({ x, y, width, height }: (typeof placed)[number]): void {
    const [left, right] = linesNear(x, (size.width + width) / 2 - SLACK, { cell: cellWidth, lines: columns });
    const [bottom, top] = linesNear(y, (size.height + height) / 2 - SLACK, {
      cell: cellHeight,
      lines: rows,
    });
    for (let row = bottom; row < top; row++)
      for (let column = left; column < right; column++) taken[row * columns + column] = 1;
  }

  function touch(x: number, y: number, width: number, height: number): void {
    const least = EMPTY_DENSITY * cellWidth * cellHeight;
    // One line more on each side: quotients round, and the differences below decide.
    const firstRow = Math.max(0, Math.floor((y - height / 2) / cellHeight) - 1);
    const lastRow = Math.min(rows - 1, Math.floor((y + height / 2) / cellHeight) + 1);
    const firstColumn = Math.max(0, Math.floor((x - width / 2) / cellWidth) - 1);
    const lastColumn = Math.min(columns - 1, Math.floor((x + width / 2) / cellWidth) + 1);
    for (let row = firstRow; row <= lastRow; row++) {
      const tall =
        Math.min(y + height / 2, (row + 1) * cellHeight) - Math.max(y - height / 2, row * cellHeight);
      if (tall <= 0) continue;
      for (let column = firstColumn; column <= lastColumn; column++) {
        const wide =
          Math.min(x + width / 2, (column + 1) * cellWidth) - Math.max(x - width / 2, column * cellWidth);
        if (wide > 0 && wide * tall >= least) touched[row * columns + column] = 1;
      }
    }
  }
}

/** The lines, from the first to before the last, whose middles are less than `reach` from a place. */
function linesNear(
  place: number,
  reach: number,
  { cell, lines }: { readonly cell: number; readonly lines: number },
): readonly [first: number, end: number] {
  const isNear = (line: number) => Math.abs((line + 0.5) * cell - place) < reach;
  // Quotients round: begin one line too early, and end one too late.
  let first = Math.max(0, Math.floor((place - reach) / cell - 0.5) - 1);
  let end = Math.min(lines, Math.ceil((place + reach) / cell - 0.5) + 2);
  while (first < end && !isNear(first)) first++;
  while (end > first && !isNear(end - 1)) end--;
  return [first, end];
}

const CELLS_PER_MACRO = 12;

/** Number of cells with which most macros are a few cells wide. */
export function plainCells(macros: number): number {
  return Math.min(Math.max(CELLS_PER_MACRO * macros, fewestCells(macros)), MOST_CELLS);
}

function fewestCells(macros: number): number {
  return macros >= 40 ? 500 : 100;
}

/**
 * A grid of about `cells` cells, preferably square, with room for all macros on cell centres; it has more cells where
 * the macros need them. Throws `InputError` if they do not fit on 127 x 127 cells either.
 */
export function chooseGrid(macros: readonly Size[], canvas: Canvas, cells: number): Grid {
  const sizes = [...macros].sort((a, b) => b.height - a.height || b.width - a.width);
  const floor = { left: 0, bottom: 0, right: canvas.width, top: canvas.height };
  const grid = candidatesNear(canvas, cells, fewestCells(macros.length)).find((candidate) =>
    fitsOnShelves(sizes, { canvas, floor }, candidate),
  );
  if (!grid)
    throw new InputError(
      "utilisation",
      "so high, or the canvas so narrow, that the macros do not fit on any grid",
      "lower the utilisation or bring the aspect closer to 1",
    );
  return { columns: grid.columns, rows: grid.rows };
}

/** Grids with nearly square cells, those of about `cells` cells first. */
function candidatesNear(canvas: Canvas, cells: number, fewest: number): Grid[] {
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
  return candidates.sort((a, b) => a.distance - b.distance || a.columns - b.columns);
}

/** The part of a canvas that macros may use, and what is in their way there. */
export interface Floor {
  readonly canvas: Canvas;
  readonly floor: Rectangle;
}

/** Macros that may move, with their halos and without. */
export interface MovableSizes {
  readonly macros: readonly Size[];
  readonly bodies: readonly Size[];
}

/**
 * A grid for macros that may use only a part of the canvas: `preferred` if they have room on it, else one of about as many
 * cells on which they have, else one on which each has room alone.
 */
export function gridWithin(
  { macros, bodies }: MovableSizes,
  { obstacles, ...within }: Floor & { readonly obstacles: readonly Rectangle[] },
  preferred: Grid,
): Grid {
  const { canvas, floor } = within;
  const sizes = [...macros].sort((a, b) => b.height - a.height || b.width - a.width);
  const kinds = [...new Map(bodies.map((body) => [`${body.width} ${body.height}`, body])).values()];
  const isWide = (grid: Grid) => kinds.every((body) => fitsAlone(body, { ...within, obstacles }, grid));
  const isWhole =
    floor.left <= 0 && floor.bottom <= 0 && floor.right >= canvas.width && floor.top >= canvas.height;
  const isGood = (grid: Grid) => (isWhole || fitsOnShelves(sizes, within, grid)) && isWide(grid);
  if (isGood(preferred)) return preferred;
  const cells = preferred.columns * preferred.rows;
  const candidates = candidatesNear(canvas, cells, FEWEST_LINES * FEWEST_LINES);
  const found = candidates.find(isGood) ?? (isWide(preferred) ? preferred : candidates.find(isWide));
  return found ? { columns: found.columns, rows: found.rows } : preferred;
}

/**
 * `preferred` if each hard macro that may move has room on it, on the side that it lies on and beside the fixed ones; else one
 * on which each has.
 */
export function gridBesideFixed(
  { nodeCount, kinds, widths, heights }: Netlist,
  { fixed, initial, canvas }: Pick<Block, "fixed" | "initial" | "canvas">,
  preferred: Grid,
): Grid {
  const bodies: Size[] = [];
  const obstacles: Rectangle[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (kinds[node] !== NodeKind.HardMacro) continue;
    const lies = isSideways(initial.orientations[node]!);
    const width = lies ? heights[node]! : widths[node]!;
    const height = lies ? widths[node]! : heights[node]!;
    const [x, y] = [initial.xs[node]!, initial.ys[node]!];
    if (!fixed[node]) bodies.push(asItFits({ width, height }, canvas));
    else if (!Number.isNaN(x + y))
      obstacles.push({
        left: x - width / 2,
        bottom: y - height / 2,
        right: x + width / 2,
        top: y + height / 2,
      });
  }
  const floor = { left: 0, bottom: 0, right: canvas.width, top: canvas.height };
  return gridWithin({ macros: bodies, bodies }, { canvas, floor, obstacles }, preferred);
}

/** Whether some cell's centre has room for a macro around it. */
function fitsAlone(
  { width, height }: Size,
  { canvas, floor, obstacles }: Floor & { readonly obstacles: readonly Rectangle[] },
  { columns, rows }: Grid,
): boolean {
  const cellWidth = canvas.width / columns;
  const cellHeight = canvas.height / rows;
  for (let row = firstLine(height, cellHeight, floor.bottom); row < rows; row++) {
    const y = (row + 0.5) * cellHeight;
    if (y + height / 2 > floor.top + SLACK) return false;
    for (let column = firstLine(width, cellWidth, floor.left); column < columns; column++) {
      const x = (column + 0.5) * cellWidth;
      if (x + width / 2 > floor.right + SLACK) break;
      const isTaken = obstacles.some(
        ({ left, bottom, right, top }) =>
          x + width / 2 > left + SLACK &&
          x - width / 2 < right - SLACK &&
          y + height / 2 > bottom + SLACK &&
          y - height / 2 < top - SLACK,
      );
      if (!isTaken) return true;
    }
  }
  return false;
}

/** Whether macros, highest first, fit in rows with every centre on the centre of a grid cell. */
function fitsOnShelves(sizes: readonly Size[], { canvas, floor }: Floor, grid: Grid): boolean {
  const cellWidth = canvas.width / grid.columns;
  const cellHeight = canvas.height / grid.rows;
  let column = -1; // of the last macro on the shelf; -1 while it is empty
  let lastWidth = 0;
  let row = -1;
  let shelfHeight = 0;
  for (const { width, height } of sizes) {
    if (column >= 0) column += Math.ceil((lastWidth + width) / 2 / cellWidth);
    if (column < 0 || (column + 0.5) * cellWidth + width / 2 > floor.right) {
      row =
        row < 0
          ? firstLine(height, cellHeight, floor.bottom)
          : row + Math.ceil((shelfHeight + height) / 2 / cellHeight);
      shelfHeight = height;
      column = firstLine(width, cellWidth, floor.left);
      if ((row + 0.5) * cellHeight + height / 2 > floor.top) return false;
      if ((column + 0.5) * cellWidth + width / 2 > floor.right) return false;
    }
    lastWidth = width;
  }
  return true;
}

/** First cell on whose centre something of this length stays above `low`. */
function firstLine(length: number, cell: number, low: number): number {
  return Math.max(0, Math.ceil((low + length / 2) / cell - 0.5));
}
