// What free annealing keeps in kernel memory: the arrays and numbers of its record, `FreeAnneal` of
// kernels/assembly/anneal/free-state.ts.
import { fencesOf, type Judge, netsOfNodes } from "../../env/index.js";
import { CONSTANTS, ENUMS } from "../../kernels/index.js";
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";
import { fixedBoxes, halfSides, NO_BOX, overhangs, placeClasses } from "../legaliser/free-boxes.js";

export type FreeProposal = keyof typeof ENUMS.FreeProposal;

/** Kinds of proposals, in the kernel's order. */
export const FREE_PROPOSALS = Object.keys(ENUMS.FreeProposal) as readonly FreeProposal[];

/** Those that move soft macros: the first ones. */
export const SOFT_PROPOSALS: readonly FreeProposal[] = FREE_PROPOSALS.slice(0, ENUMS.FreeProposal.sameSwap);

const MOST_BINS_PER_SIDE = 64;

/** Numbers and arrays of the kernel's record, by its names. Sides are those of `placement`'s orientations. */
export function makeFreeArrays(judge: Judge, placement: Placement) {
  const { kernels, block, nets } = judge;
  const softs: number[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    const kind = block.kinds[node];
    if (kind !== NodeKind.HardMacro && kind !== NodeKind.Port && !block.fixed[node]) softs.push(node);
  }
  const { halfWidths, halfHeights } = halfSides(block, placement);
  const sizes = groupBySize(block, halfWidths, halfHeights);
  const hards = sizes.flat();
  const fixed = fixedBoxes(block, halfWidths, halfHeights);
  const classes = placeClasses(block, hards);
  const boxes = [...hards.map(() => NO_BOX), ...fixed, ...classes.blockages.map(({ box }) => box)];
  const { overXs, overYs } = overhangs(block, placement);
  const bins = layOutBins(block, [
    ...hards.map((node) => binnedSides(block, node, halfWidths[node]!, halfHeights[node]!)),
    ...boxes.slice(hards.length).map((b) => ({ width: b[2] - b[0], height: b[3] - b[1] })),
  ]);
  const incidence = netsOfNodes(block.nodeCount, nets);
  const kinds = FREE_PROPOSALS.length;
  const i32 = (source: ArrayLike<number>) => fill(kernels.i32(source.length), source);
  const f64 = (source: ArrayLike<number>) => fill(kernels.f64(source.length), source);
  const arrays = {
    softs: i32(softs),
    hards: i32(hards),
    sizeFirsts: i32(sizes.flatMap((nodes) => nodes.map(() => hards.indexOf(nodes[0]!)))),
    sizeCounts: i32(sizes.flatMap((nodes) => nodes.map(() => nodes.length))),
    halfWidths: f64(halfWidths),
    halfHeights: f64(halfHeights),
    overXs: f64(overXs),
    overYs: f64(overYs),
    classes: i32(hards.map((node) => classes.of.get(node)!)),
    keepsOut: fill(
      kernels.u8(classes.blockages.length * classes.count),
      classes.blockages.flatMap(({ keepsOut }) => keepsOut.map(Number)),
    ),
    nodeNetStarts: i32(incidence.starts),
    nodeNets: i32(incidence.nets),
    boxes: f64(boxes.flat()),
    slotStarts: i32(bins.slotStarts),
    slotCounts: kernels.i32(boxes.length),
    binHeads: kernels.i32(bins.binColumns * bins.binRows),
    nextSlots: kernels.i32(bins.slots),
    previousSlots: kernels.i32(bins.slots),
    slotBins: kernels.i32(bins.slots),
    slotObstacles: kernels.i32(bins.slots),
    valuesX: kernels.f64(2 * CONSTANTS.MOST_NETS),
    valuesY: kernels.f64(2 * CONSTANTS.MOST_NETS),
    weightsX: kernels.f64(2 * CONSTANTS.MOST_NETS),
    weightsY: kernels.f64(2 * CONSTANTS.MOST_NETS),
    shares: kernels.f64(kinds),
    tried: kernels.i32(kinds),
    feasible: kernels.i32(kinds),
    accepted: kernels.i32(kinds),
    gains: kernels.f64(kinds),
    work: kernels.f64(kinds),
    chosen: kernels.i32(2),
  };
  const { turnable, unmirrored } = block;
  const numbers = {
    softCount: softs.length,
    hardCount: hards.length,
    obstacleCount: boxes.length,
    firstBlockage: hards.length + fixed.length,
    classCount: classes.count,
    binColumns: bins.binColumns,
    binRows: bins.binRows,
    binWidth: bins.binWidth,
    binHeight: bins.binHeight,
    turnable: turnable?.includes(1) ? fill(kernels.u8(turnable.length), turnable).byteOffset : 0,
    unmirrored: unmirrored ? fill(kernels.u8(unmirrored.length), unmirrored).byteOffset : 0,
  };
  return { arrays, numbers };
}

/** Brings the sides in the arrays up to those of `placement`'s orientations, which turns change. */
export function takeSides(arrays: FreeArrays, block: Block, placement: Placement): void {
  const { halfWidths, halfHeights } = halfSides(block, placement);
  const { overXs, overYs } = overhangs(block, placement);
  arrays.halfWidths.set(halfWidths);
  arrays.halfHeights.set(halfHeights);
  arrays.overXs.set(overXs);
  arrays.overYs.set(overYs);
}

export type FreeArrays = ReturnType<typeof makeFreeArrays>["arrays"];

/** Movable hard macros, those of equal sides and fences together, in the order of their first. */
function groupBySize(block: Block, halfWidths: Float64Array, halfHeights: Float64Array): number[][] {
  const groups = new Map<string, number[]>();
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro || block.fixed[node]) continue;
    const key = `${halfWidths[node]} ${halfHeights[node]} ${fencesOf(block, node)}`;
    const group = groups.get(key);
    if (group) group.push(node);
    else groups.set(key, [node]);
  }
  return [...groups.values()];
}

/** Sides for which a macro needs slots: as it is turned, or the longer one both ways if it may be turned. */
function binnedSides({ turnable }: Block, node: number, halfWidth: number, halfHeight: number) {
  const [width, height] = [2 * halfWidth, 2 * halfHeight];
  if (!turnable?.[node]) return { width, height };
  const longer = Math.max(width, height);
  return { width: longer, height: longer };
}

/** About one bin per obstacle, and for each obstacle as many slots as bins that it can ever touch. */
function layOutBins(block: Block, sizes: readonly { width: number; height: number }[]) {
  const { canvas } = block;
  const perSide = Math.min(MOST_BINS_PER_SIDE, Math.max(1, Math.round(Math.sqrt(sizes.length))));
  const binWidth = canvas.width / perSide;
  const binHeight = canvas.height / perSide;
  const slotStarts: number[] = [0];
  for (const { width, height } of sizes) {
    const across = Math.min(perSide, Math.floor(width / binWidth) + 2);
    const up = Math.min(perSide, Math.floor(height / binHeight) + 2);
    slotStarts.push(slotStarts.at(-1)! + across * up);
  }
  return {
    binColumns: perSide,
    binRows: perSide,
    binWidth,
    binHeight,
    slotStarts,
    slots: slotStarts.at(-1)!,
  };
}

function fill<T extends Int32Array | Float64Array | Uint8Array>(target: T, source: ArrayLike<number>): T {
  target.set(source);
  return target;
}
