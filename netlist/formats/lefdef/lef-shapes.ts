// Numbers, sizes and shapes of LEF statements, in µm.
import { LONGEST_SIDE } from "../../block.js";
import { disjoint } from "../../outlines.js";
import { boundsOf, isRectilinear, type Point, type Rect, rectOf, slabsOf, unionOf } from "./geometry.js";
import type { LefShape } from "./lef-library.js";
import type { Statement } from "./statements.js";

/** The start of a number. */
export const NUMERIC = /^[-+]?[\d.]/;

/** Rounds away the rounding errors of sums of decimals such as 2.065. A millionth of a µm is far below any grid. */
export function tidy(value: number): number {
  return Math.round(value * 1e7) / 1e7;
}

/** The next two numbers. */
export function pointOf(statement: Statement): Point {
  // In old files the points of POLYGON and PATH may be in parentheses.
  if (statement.peek() === "(") statement.at++;
  const point: Point = [lengthOf(statement, "x"), lengthOf(statement, "y")];
  if (statement.peek() === ")") statement.at++;
  return point;
}

/** `width BY height`, both above 0. */
export function sizeOf(statement: Statement): Point {
  const width = positive(statement, "a width");
  if (statement.peek().toUpperCase() === "BY") statement.at++;
  else throw statement.error(`'${statement.peek()}', 'BY' was expected`);
  return [width, positive(statement, "a height")];
}

/** The next number. Throws `InputError` if no canvas has room for it, forwards or backwards. */
export function lengthOf(statement: Statement, what: string): number {
  const value = statement.takeNumber(what);
  if (Math.abs(value) <= LONGEST_SIDE) return value;
  statement.at--;
  throw statement.error(
    `${what} is ${value}, at most ${LONGEST_SIDE} was expected`,
    "are all lengths in micrometres?",
  );
}

/** The same for a length that must be above 0. */
export function positive(statement: Statement, what: string): number {
  const value = lengthOf(statement, what);
  if (value > 0) return value;
  statement.at--;
  throw statement.error(`${what} is ${value}, more than 0 was expected`);
}

function grown(rect: Rect, by: number): Rect {
  return { left: rect.left - by, bottom: rect.bottom - by, right: rect.right + by, top: rect.top + by };
}

/** An array of copies, `… DO columns BY rows STEP x y`. */
interface Copies {
  readonly columns: number;
  readonly rows: number;
  readonly stepX: number;
  readonly stepY: number;
}

const ONE_COPY: Copies = { columns: 1, rows: 1, stepX: 0, stepY: 0 };

function readCopies(statement: Statement): Copies {
  statement.expect("DO");
  const columns = statement.takeInteger("a number of columns");
  statement.expect("BY");
  const rows = statement.takeInteger("a number of rows");
  statement.expect("STEP");
  return {
    columns,
    rows,
    stepX: lengthOf(statement, "a step in x"),
    stepY: lengthOf(statement, "a step in y"),
  };
}

function movedBy({ left, bottom, right, top }: Rect, x: number, y: number): Rect {
  return { left: left + x, bottom: bottom + y, right: right + x, top: top + y };
}

/** Per layer, the area of obstructions over that of the master, at most 1. Overlaps of obstructions count twice. */
export function sharesOf(shapes: readonly LefShape[], area: number): Map<string, number> {
  const shares = new Map<string, number>();
  for (const { layer, left, bottom, right, top } of shapes) {
    const share = (shares.get(layer) ?? 0) + ((right - left) * (top - bottom)) / area;
    shares.set(layer, Math.min(share, 1));
  }
  return shares;
}

/** A RECT, POLYGON or PATH with its copies. */
interface Shape {
  readonly keyword: string;
  readonly points: readonly Point[];
  /** Half the width of a path. */
  readonly reach: number;
  readonly copies: Copies;
}

/** Undefined for VIA, SPACING, CLASS and the like. */
function takeShape(keyword: string, statement: Statement, pathWidth: number): Shape | undefined {
  if (keyword !== "RECT" && keyword !== "POLYGON" && keyword !== "PATH") return undefined;
  if (statement.peek() === "MASK") statement.at += 2;
  const iterate = statement.peek().toUpperCase() === "ITERATE";
  if (iterate) statement.at++;
  const points: Point[] = [];
  while (!statement.done && statement.peek().toUpperCase() !== "DO") points.push(pointOf(statement));
  if (points.length < (keyword === "POLYGON" ? 3 : keyword === "RECT" ? 2 : 1))
    throw statement.error(
      `${keyword} with ${points.length} points`,
      "corners as pairs of numbers were expected",
    );
  const copies = iterate ? readCopies(statement) : ONE_COPY;
  return { keyword, points, reach: keyword === "PATH" ? pathWidth / 2 : 0, copies };
}

function boundsOfShape({ keyword, points, reach }: Shape): Rect {
  const rect = keyword === "RECT" ? rectOf(points[0]!, points[1]!) : boundsOf(points);
  return keyword === "PATH" ? grown(rect, reach) : rect;
}

/** Bounds of a RECT, POLYGON or PATH, with its array of copies; undefined for VIA, SPACING, CLASS and the like. */
export function readShape(keyword: string, statement: Statement, pathWidth: number): Rect | undefined {
  const shape = takeShape(keyword, statement, pathWidth);
  if (!shape) return undefined;
  const rect = boundsOfShape(shape);
  const { columns, rows, stepX, stepY } = shape.copies;
  return unionOf(rect, movedBy(rect, stepX * Math.max(columns - 1, 0), stepY * Math.max(rows - 1, 0)));
}

/** Rectangles that one shape of an outline may become: the bounds of more are taken instead. */
const MOST_PARTS = 1000;

/** The same as rectangles that cover it: the parts of a rectilinear polygon, the segments of a path, all copies. */
export function readParts(keyword: string, statement: Statement, pathWidth: number): Rect[] {
  const shape = takeShape(keyword, statement, pathWidth);
  if (!shape) return [];
  const { points, reach, copies } = shape;
  const parts =
    keyword === "POLYGON" && isRectilinear(points)
      ? slabsOf(points)
      : keyword === "PATH" && points.length > 1
        ? points.slice(1).map((point, i) => grown(rectOf(points[i]!, point), reach))
        : [boundsOfShape(shape)];
  const { stepX, stepY } = copies;
  const [columns, rows] = [Math.max(copies.columns, 1), Math.max(copies.rows, 1)];
  if (columns * rows * parts.length > MOST_PARTS) {
    const rect = boundsOfShape(shape);
    return [unionOf(rect, movedBy(rect, stepX * (columns - 1), stepY * (rows - 1)))];
  }
  const copied: Rect[] = [];
  for (let column = 0; column < columns; column++)
    for (let row = 0; row < rows; row++)
      for (const part of parts) copied.push(movedBy(part, column * stepX, row * stepY));
  return copied;
}

/** Share of a box's area that counts as none. */
const SLIVER = 1e-9;

/**
 * A master's outline from the shapes on its overlap layers, from the master's centre; undefined if there are none, or if they
 * cover its box. Sizes are µm.
 */
export function outlineOf(
  shapes: readonly Rect[],
  [width, height]: Point,
  origin: Point,
): readonly Rect[] | undefined {
  // From the lower-left corner, where the numbers are those of the file and sides that touch are equal.
  const inBox = shapes.flatMap((shape): Rect[] => {
    const left = Math.max(0, tidy(shape.left + origin[0]));
    const bottom = Math.max(0, tidy(shape.bottom + origin[1]));
    const right = Math.min(width, tidy(shape.right + origin[0]));
    const top = Math.min(height, tidy(shape.top + origin[1]));
    return right > left && top > bottom ? [{ left, bottom, right, top }] : [];
  });
  const union = disjoint(inBox);
  const area = union.reduce((sum, { left, bottom, right, top }) => sum + (right - left) * (top - bottom), 0);
  if (area === 0 || area >= width * height * (1 - SLIVER)) return undefined;
  return union.map((rect) => movedBy(rect, -width / 2, -height / 2));
}
