// Places and sizes of nodes in a placement. Lengths are in µm.
import { type Block, isSideways, type Placement, type Rectangle } from "../netlist/index.js";

/** Whether a node has a place. */
export function isPlaced(placement: Placement, node: number): boolean {
  return Number.isFinite(placement.xs[node]!) && Number.isFinite(placement.ys[node]!);
}

/** Width and height of a node in its current orientation. */
export function placedSize(block: Block, placement: Placement, node: number): [number, number] {
  const [width, height] = [block.widths[node]!, block.heights[node]!];
  return isSideways(placement.orientations[node]!) ? [height, width] : [width, height];
}

/** The rectangle that a placed node covers. */
export function boxOf(block: Block, placement: Placement, node: number): Rectangle {
  const [width, height] = placedSize(block, placement, node);
  const [x, y] = [placement.xs[node]!, placement.ys[node]!];
  return { left: x - width / 2, right: x + width / 2, bottom: y - height / 2, top: y + height / 2 };
}

/** The bounding box of the placed nodes of a set, or undefined if none is placed. */
export function boxAround(
  block: Block,
  placement: Placement,
  nodes: Iterable<number>,
): Rectangle | undefined {
  let around: Rectangle | undefined;
  for (const node of nodes) {
    if (!isPlaced(placement, node)) continue;
    const box = boxOf(block, placement, node);
    around = around
      ? {
          left: Math.min(around.left, box.left),
          right: Math.max(around.right, box.right),
          bottom: Math.min(around.bottom, box.bottom),
          top: Math.max(around.top, box.top),
        }
      : box;
  }
  return around;
}
