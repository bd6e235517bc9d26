// The PINS section of DEF: the ports of the design.
import { turnOffset } from "../../orientation.js";
import type { DefPin } from "./def-design.js";
import { readOrientation, readPoint, readPoints } from "./def-points.js";
import { boundsOf, type Rect, rectOf, unionOf } from "./geometry.js";
import type { Statement } from "./statements.js";

/** Reads `- name + NET net …`; the dash is taken. Of several ports the first that is placed says where the pin is. */
export function readPin(statement: Statement): DefPin {
  const line = statement.lines[0]!;
  const name = statement.take("the pin's name");
  let [net, direction, use] = ["", "", ""];
  let place: { x: number; y: number } | undefined;
  let shape: Rect | undefined;
  while (!statement.done) {
    statement.expect("+");
    const option = statement.take("an option");
    if (option === "NET") net = statement.take("a net");
    else if (option === "DIRECTION") direction = statement.take("a direction");
    else if (option === "USE") use = statement.take("a use");
    else if (option === "PORT") shape = undefined;
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
      const middle: [number, number] = shape
        ? [(shape.left + shape.right) / 2, (shape.bottom + shape.top) / 2]
        : [0, 0];
      const [turnedX, turnedY] = turnOffset(orientation, ...middle);
      place ??= { x: x + turnedX, y: y + turnedY };
    }
    statement.skipOption();
  }
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
