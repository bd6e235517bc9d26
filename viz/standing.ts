// Whether a node has a place, and how large it is as it stands there.
import { type Block, isSideways, type Placement } from "../netlist/index.js";

export function isPlaced(placement: Placement, node: number): boolean {
  return Number.isFinite(placement.xs[node]!) && Number.isFinite(placement.ys[node]!);
}

/** Width and height as the node stands, µm. */
export function standingSize(block: Block, placement: Placement, node: number): [number, number] {
  const [width, height] = [block.widths[node]!, block.heights[node]!];
  return isSideways(placement.orientations[node]!) ? [height, width] : [width, height];
}
