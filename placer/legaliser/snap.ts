// Hard macros from anywhere onto grid cells without overlap.
import { type MaskMaker, macrosByArea, putOnCell } from "../../env/index.js";
import { type Block, copyPlacement, type Placement } from "../../netlist/index.js";

/** Hard macros to the nearest feasible cells, largest first; undefined if one finds none. */
export function snapHardMacros(masks: MaskMaker, placement: Placement): Placement | undefined {
  const { judge } = masks;
  const { block } = judge;
  const order = macrosByArea(block);
  judge.placement.xs.set(placement.xs);
  judge.placement.ys.set(placement.ys);
  judge.placement.orientations.set(placement.orientations);
  for (const node of order) judge.placement.xs[node] = Number.NaN;
  for (const node of order) judge.placement.ys[node] = Number.NaN;
  for (const node of order) {
    if (masks.maskFor(node) === 0) return undefined;
    putOnCell(judge, node, nearestCell(block, masks.mask, placement.xs[node]!, placement.ys[node]!));
  }
  return copyPlacement(judge.placement);
}

function nearestCell({ canvas, grid }: Block, mask: Uint8Array, x: number, y: number): number {
  let nearest = -1;
  let least = Number.POSITIVE_INFINITY;
  for (let cell = 0; cell < mask.length; cell++) {
    if (mask[cell] === 0) continue;
    const dx = (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns - x;
    const dy = ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows - y;
    const distance = dx * dx + dy * dy;
    if (distance >= least) continue;
    least = distance;
    nearest = cell;
  }
  return nearest;
}
