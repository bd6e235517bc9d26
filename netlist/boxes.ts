// Sides and boxes of placed nodes, as they are turned. Lengths are µm.
import type { Netlist, Rectangle } from "./block.js";
import { isSideways } from "./orientation.js";
import type { Placement } from "./placement.js";

/** Width and height of a node in its orientation in a placement. */
export function sidesOf(
  { widths, heights }: Pick<Netlist, "widths" | "heights">,
  { orientations }: Pick<Placement, "orientations">,
  node: number,
): { readonly width: number; readonly height: number } {
  const [width, height] = [widths[node]!, heights[node]!];
  return isSideways(orientations[node]!) ? { width: height, height: width } : { width, height };
}

/** The box of a node in a placement; NaN on all sides for one without a place. */
export function boxOf(
  block: Pick<Netlist, "widths" | "heights">,
  placement: Placement,
  node: number,
): Rectangle {
  const { width, height } = sidesOf(block, placement, node);
  const [x, y] = [placement.xs[node]!, placement.ys[node]!];
  return { left: x - width / 2, bottom: y - height / 2, right: x + width / 2, top: y + height / 2 };
}

/** The box around rectangles, of which there is at least one. */
export function boxAround(boxes: readonly Rectangle[]): Rectangle {
  return boxes.reduce((a, b) => ({
    left: Math.min(a.left, b.left),
    bottom: Math.min(a.bottom, b.bottom),
    right: Math.max(a.right, b.right),
    top: Math.max(a.top, b.top),
  }));
}
