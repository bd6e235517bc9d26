// The floor of a DEF design: units, die, rows, tracks, and the pins around it. All in database units.
import { turnOffset } from "../../orientation.js";
import type { DefPin, DefRow, DefTracks } from "./def-design.js";
import { boundsOf, isRectilinear, type Point, type Rect, rectOf, unionOf } from "./geometry.js";
import { readOrientation, readPoint, readPoints, type Statement } from "./statements.js";

/** Statements and sections that follow TRACKS, and are no names of layers. */
const BEHIND_TRACKS = ["TRACKS", "ROW", "GCELLGRID", "VIAS", "REGIONS", "COMPONENTS", "PINS", "BLOCKAGES"];

/** Takes the statements UNITS, DIEAREA, ROW and TRACKS, without their keywords. */
export class Floorplan {
  units: number | undefined;
  die: readonly Point[] = [];
  readonly rows: DefRow[] = [];
  readonly tracks: DefTracks[] = [];

  readUnits(statement: Statement): void {
    statement.expect("DISTANCE");
    statement.expect("MICRONS");
    this.units = statement.takeInteger("database units per micron");
    if (!(this.units > 0)) {
      statement.at--;
      throw statement.error(`UNITS DISTANCE MICRONS ${this.units}, more than 0 was expected`);
    }
    statement.expectEnd();
  }

  readDie(statement: Statement): void {
    const points = readPoints(statement);
    statement.expectEnd();
    if (points.length < 2)
      throw statement.error(`DIEAREA with ${points.length} points, 2 or more were expected`);
    if (points.length > 2 && !isRectilinear(points))
      throw statement.error("DIEAREA has a slanting edge, horizontal and vertical ones were expected");
    const { left, bottom, right, top } = boundsOf(points);
    if (!(right > left && top > bottom))
      throw statement.error(`DIEAREA is ${right - left} x ${top - bottom}, both more than 0 were expected`);
    this.die = points;
  }

  readRow(statement: Statement): void {
    statement.take("the row's name");
    const site = statement.take("the row's site");
    const x = statement.takeInteger("x");
    const y = statement.takeInteger("y");
    const orientation = readOrientation(statement);
    const row = { site, x, y, orientation, columns: 1, rows: 1, stepX: 0, stepY: 0 };
    if (statement.peek() === "DO") {
      statement.take("DO");
      row.columns = statement.takeInteger("a number of sites");
      statement.expect("BY");
      row.rows = statement.takeInteger("a number of sites");
      if (statement.peek() === "STEP") {
        statement.take("STEP");
        row.stepX = statement.takeInteger("a step in x");
        row.stepY = statement.takeInteger("a step in y");
      }
    }
    statement.expectEnd("+");
    this.rows.push(row);
  }

  readTracks(statement: Statement): void {
    const axis = statement.take("X or Y");
    if (axis !== "X" && axis !== "Y") {
      statement.at--;
      throw statement.error(`TRACKS '${axis}', X or Y was expected`);
    }
    const start = statement.takeInteger("the first track");
    statement.expect("DO");
    const count = statement.takeInteger("a number of tracks");
    statement.expect("STEP");
    const step = statement.takeInteger("a step");
    while (!statement.done && statement.peek() !== "LAYER") statement.at++;
    const layers: string[] = [];
    if (!statement.done) statement.at++;
    while (!statement.done) {
      if (BEHIND_TRACKS.includes(statement.peek())) statement.expectEnd();
      layers.push(statement.take("a layer"));
    }
    this.tracks.push({ axis, start, count, step, layers });
  }
}

/**
 * Reads `- name + NET net …` after the dash. If a pin has several ports, the first placed one gives its place. Within a
 * port, its shapes and its place come in any order.
 */
export function readPin(statement: Statement): DefPin {
  const line = statement.lines[0]!;
  const name = statement.take("the pin's name");
  let [net, direction, use] = ["", "", ""];
  let place: { x: number; y: number } | undefined;
  let shape: Rect | undefined;
  let corner: { x: number; y: number; orientation: number } | undefined;
  const closePort = () => {
    if (corner && !place) {
      const middle: [number, number] = shape
        ? [(shape.left + shape.right) / 2, (shape.bottom + shape.top) / 2]
        : [0, 0];
      const [turnedX, turnedY] = turnOffset(corner.orientation, ...middle);
      place = { x: corner.x + turnedX, y: corner.y + turnedY };
    }
    shape = undefined;
    corner = undefined;
  };
  while (!statement.done) {
    statement.expect("+");
    const option = statement.take("an option");
    if (option === "NET") net = statement.take("a net");
    else if (option === "DIRECTION") direction = statement.take("a direction");
    else if (option === "USE") use = statement.take("a use");
    else if (option === "PORT") closePort();
    else if (option === "LAYER") {
      while (!statement.done && statement.peek() !== "(" && statement.peek() !== "+") statement.at++;
      shape = unionOf(shape, rectOf(readPoint(statement), readPoint(statement)));
    } else if (option === "POLYGON") {
      while (!statement.done && statement.peek() !== "(" && statement.peek() !== "+") statement.at++;
      const points = readPoints(statement);
      if (points.length < 3) throw statement.error(`pin '${name}' has a polygon of ${points.length} points`);
      shape = unionOf(shape, boundsOf(points));
    } else if (option === "PLACED" || option === "FIXED" || option === "COVER") {
      const [x, y] = readPoint(statement);
      const orientation = readOrientation(statement);
      corner ??= { x, y, orientation };
    }
    statement.skipOption();
  }
  closePort();
  return {
    name,
    net,
    direction,
    use,
    isPlaced: place !== undefined,
    x: place?.x ?? 0,
    y: place?.y ?? 0,
    line,
  };
}
