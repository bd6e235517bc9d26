// Macros that have room only if they are turned by 90°.
import { type Block, NodeKind } from "./block.js";
import { isSideways, Orientation } from "./orientation.js";
import { copyPlacement } from "./placement.js";

/** Sides of a macro or of a room for it, µm. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

/** Whether a body fits into a room turned by 90°, and not as it is. A body that touches both sides of the room fits. */
export function fitsOnlyTurned({ width, height }: Size, room: Size): boolean {
  const isWithin = (x: number, y: number) => x <= room.width && y <= room.height;
  return !isWithin(width, height) && isWithin(height, width);
}

/** The movable hard macros that fit into a room only turned by 90° from how they lie in the block's own placement. */
export function macrosToTurn(
  { nodeCount, kinds, fixed, widths, heights, initial }: Block,
  room: Size,
): number[] {
  const found: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (kinds[node] !== NodeKind.HardMacro || fixed[node]) continue;
    const [width, height] = [widths[node]!, heights[node]!];
    const lies = isSideways(initial.orientations[node]!);
    if (fitsOnlyTurned(lies ? { width: height, height: width } : { width, height }, room)) found.push(node);
  }
  return found;
}

/** The block with macros turned by 90° in its own placement: N becomes E, and what lies becomes N. */
export function withTurned(block: Block, nodes: readonly number[]): Block {
  const initial = copyPlacement(block.initial);
  for (const node of nodes)
    initial.orientations[node] = isSideways(initial.orientations[node]!) ? Orientation.N : Orientation.E;
  return { ...block, initial };
}
