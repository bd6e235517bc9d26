// How full the bins of global placement are before anything moves: by what stands, by blockages, and by fences for others than
// their members.
import type { Kernels } from "../../kernels/index.js";
import { type Block, boxOf, type Placement, sidesOf } from "../../netlist/index.js";
import type { CellNets } from "./cell-nets.js";
import { fencesAsBlockages } from "./cell-regions.js";
import { type BinGrid, makeChargeGrid, makeMap, makeRectangles } from "./electric-field.js";

interface StandingParts {
  readonly block: Block;
  readonly start: Placement;
  readonly bins: BinGrid;
  readonly nets: CellNets;
  readonly moves: (node: number) => boolean;
  /** Share of a bin that cells may fill. */
  readonly target: number;
}

/** Per bin: covered area, in bins; above 1 where things overlap. */
export function standingCharges(
  kernels: Kernels,
  { block, start, bins, nets, moves, target }: StandingParts,
): Float32Array {
  const nodes = nets.nodes.subarray(nets.movingCount);
  const stands = block.cellFences ? Array.from(nodes, (node) => boxOf(block, start, node)) : [];
  const blockages = [...block.blockages, ...fencesAsBlockages(block, { stands, moves, density: target })];
  const boxes = makeRectangles(kernels, nodes.length + blockages.length);
  const set = (
    i: number,
    box: readonly [x: number, y: number, width: number, height: number, rate: number],
  ) => {
    boxes.places.set([box[0], box[1]], 2 * i);
    boxes.halfSizes.set([box[2] / 2, box[3] / 2], 2 * i);
    boxes.charges[i] = box[4];
  };
  for (const [i, node] of nodes.entries()) {
    const { width, height } = sidesOf(block, start, node);
    set(i, [start.xs[node]!, start.ys[node]!, width, height, 1]);
  }
  for (const [i, { left, right, bottom, top, rate }] of blockages.entries())
    set(nodes.length + i, [(left + right) / 2, (bottom + top) / 2, right - left, top - bottom, rate]);
  const map = makeMap(kernels, bins);
  const grid = makeChargeGrid(kernels, bins, boxes);
  kernels.run.addCharges(grid.address, 0, boxes.charges.length, map.byteOffset);
  return map;
}
