// Points and orientations as DEF statements write them.
import { orientationCode } from "../../orientation.js";
import type { Point } from "./geometry.js";
import type { Statement } from "./statements.js";

/** `( x y )`; `*` is the same as in the point before. */
export function readPoint(statement: Statement, before?: Point): Point {
  statement.expect("(");
  const coordinate = (what: string, same: number | undefined): number => {
    if (statement.peek() !== "*" || same === undefined) return statement.takeInteger(what);
    statement.at++;
    return same;
  };
  const point: Point = [coordinate("x", before?.[0]), coordinate("y", before?.[1])];
  while (!statement.done && statement.peek() !== ")") statement.at++; // an extension in routing
  statement.expect(")");
  return point;
}

export function readPoints(statement: Statement): Point[] {
  const points: Point[] = [];
  while (statement.peek() === "(") points.push(readPoint(statement, points.at(-1)));
  return points;
}

/** Code of the orientation that stands next. */
export function readOrientation(statement: Statement): number {
  const name = statement.take("an orientation");
  const code = orientationCode(name);
  if (code >= 0) return code;
  statement.at--;
  throw statement.error(`orientation '${name}', one of N FN S FS E FE W FW was expected`);
}
