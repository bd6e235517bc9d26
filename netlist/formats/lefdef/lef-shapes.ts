// Numbers, sizes and shapes of LEF statements, in µm.
import { LONGEST_SIDE } from "../../block.js";
import { boundsOf, type Point, type Rect, rectOf, unionOf } from "./geometry.js";
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

/** Bounds of `… DO columns BY rows STEP x y`. */
function iterated(rect: Rect, statement: Statement): Rect {
  statement.expect("DO");
  const columns = statement.takeInteger("a number of columns");
  statement.expect("BY");
  const rows = statement.takeInteger("a number of rows");
  statement.expect("STEP");
  const stepX = lengthOf(statement, "a step in x") * Math.max(columns - 1, 0);
  const stepY = lengthOf(statement, "a step in y") * Math.max(rows - 1, 0);
  return unionOf(rect, {
    left: rect.left + stepX,
    bottom: rect.bottom + stepY,
    right: rect.right + stepX,
    top: rect.top + stepY,
  });
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

/** Bounds of a RECT, POLYGON or PATH, with its array of copies; undefined for VIA, SPACING, CLASS and the like. */
export function readShape(keyword: string, statement: Statement, pathWidth: number): Rect | undefined {
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
  let rect = keyword === "RECT" ? rectOf(points[0]!, points[1]!) : boundsOf(points);
  if (keyword === "PATH") rect = grown(rect, pathWidth / 2);
  return iterate ? iterated(rect, statement) : rect;
}
