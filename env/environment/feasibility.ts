// Which cells a macro may go to, and which blocks have no legal placement. A macro must be inside the canvas and its
// fences, and overlap no placed hard macro and no blockage: the rules of Circuit Training's masks, plus fences.
import type { Kernels } from "../../kernels/index.js";
import {
  type Block,
  boxOf,
  InputError,
  NodeKind,
  nodesOfKind,
  overhangOf,
  ownSizeOf,
  type Placement,
} from "../../netlist/index.js";
import type { Judge } from "../cost/judge.js";
import { refuseFarPlace } from "../cost/ranges.js";
import { coveredArea, fencesOf, forbiddenTo } from "./fences.js";
import { OUTSIDE_TOLERANCE } from "./legality.js";
import { macrosByArea } from "./macro-order.js";

/** Feasibility masks of one judge's placement, computed in kernel memory. */
export class MaskMaker {
  /** Per cell, row-major from the lower left: 1 where the macro's centre may be. Overwritten by every call. */
  readonly mask: Uint8Array;
  readonly judge: Judge;
  private readonly kernels: Kernels;
  private readonly hardMacros: Int32Array;
  private readonly block: Block;
  /** Rectangles as left, bottom, right, top, by the fences that a macro belongs to; "" for none. */
  private readonly forbidden = new Map<string, Float64Array>();

  constructor(judge: Judge) {
    const { block, kernels } = judge;
    this.judge = judge;
    this.kernels = kernels;
    const hardMacros = nodesOfKind(block, NodeKind.HardMacro);
    this.hardMacros = kernels.i32(hardMacros.length);
    this.hardMacros.set(hardMacros);
    this.block = block;
    for (const node of hardMacros) {
      const fences = fencesOf(block, node);
      if (this.forbidden.has(fences)) continue;
      const rows = forbiddenTo(block, node).flatMap((r) => [r.left, r.bottom, r.right, r.top]);
      const kept = kernels.f64(rows.length);
      kept.set(rows);
      this.forbidden.set(fences, kept);
    }
    this.mask = kernels.u8(block.grid.columns * block.grid.rows);
  }

  /**
   * Fills `mask` for a hard macro and returns the number of feasible cells. The macro's own place counts as taken, so
   * take it off the canvas first.
   */
  maskFor(node: number): number {
    const { fences, halos } = this.block;
    const forbidden = this.forbidden.get(fences || halos ? fencesOf(this.block, node) : "")!;
    const over = overhangOf(this.block, node);
    return this.kernels.run.maskCells(
      this.judge.state.address,
      node,
      over.x,
      over.y,
      this.hardMacros.byteOffset,
      this.hardMacros.length,
      forbidden.byteOffset,
      forbidden.length / 4,
      this.mask.byteOffset,
    );
  }
}

/**
 * Throws `InputError` for a block that no placement can solve: a fixed node far from the canvas, a macro larger than the
 * canvas, macros larger in sum than the canvas or their fence, or a macro that fits on no cell even of an empty grid.
 * Overwrites the judge's placement.
 */
export function checkFeasible(judge: Judge): void {
  const { block } = judge;
  const { canvas, grid } = block;
  const macros = macrosByArea(block);
  for (let node = 0; node < block.nodeCount; node++)
    if (block.fixed[node]) refuseFarPlace(block, block.initial, node);
  const areaOf = (node: number) => {
    const { width, height } = ownSizeOf(block, node);
    return width * height;
  };
  let hardArea = 0;
  for (const node of nodesOfKind(block, NodeKind.HardMacro)) hardArea += areaOf(node);
  const canvasSize = `${canvas.width.toFixed(3)} x ${canvas.height.toFixed(3)} µm`;
  for (const node of macros) {
    const { width, height } = ownSizeOf(block, node);
    if (width > canvas.width * (1 + OUTSIDE_TOLERANCE) || height > canvas.height * (1 + OUTSIDE_TOLERANCE))
      throw new InputError(
        block.name,
        `macro '${block.nodeNames[node]}' is ${sizeText(block, node)}, larger than the canvas of ${canvasSize}`,
        "enlarge the canvas or check the units",
      );
  }
  if (hardArea > canvas.width * canvas.height)
    throw new InputError(
      block.name,
      `the hard macros take ${hardArea.toFixed(0)} µm², more than the canvas of ${canvasSize} has`,
      "enlarge the canvas or check the units",
    );
  for (const { name, rectangles, members, isOpen } of block.fences ?? []) {
    if (isOpen) continue;
    const room = coveredArea(rectangles, canvas.width, canvas.height);
    const area = members.reduce((sum, node) => sum + areaOf(node), 0);
    if (area > room)
      throw new InputError(
        block.name,
        `the macros of fence '${name}' take ${area.toFixed(0)} µm², the fence has ${room.toFixed(0)} on the canvas`,
        "enlarge the fence, or make it a guide",
      );
  }
  refuseCrowdedByHalos(block, macros);
  const cells = grid.columns * grid.rows;
  if (macros.length > cells)
    throw new InputError(
      block.name,
      `${macros.length} macros, but the ${grid.columns} x ${grid.rows} grid has ${cells} cells and each takes one macro's centre`,
      "choose a finer grid (--grid)",
    );
  // Every macro by itself on the grid, with only the fixed ones in place.
  for (let node = 0; node < block.nodeCount; node++) {
    const stays = block.fixed[node] && block.kinds[node] === NodeKind.HardMacro;
    judge.placement.xs[node] = stays ? block.initial.xs[node]! : Number.NaN;
    judge.placement.ys[node] = stays ? block.initial.ys[node]! : Number.NaN;
    judge.placement.orientations[node] = stays ? block.initial.orientations[node]! : 0; // as episodes place them
  }
  const masks = new MaskMaker(judge);
  for (const node of macros)
    if (masks.maskFor(node) === 0)
      throw new InputError(
        block.name,
        `macro '${block.nodeNames[node]}' fits on no cell of the ${grid.columns} x ${grid.rows} grid; it is ${sizeText(block, node)}`,
        block.blockages.length > 0
          ? "choose a finer grid (--grid), make blockages and halos smaller, enlarge the canvas or free some fixed macros"
          : "choose a finer grid (--grid), enlarge the canvas or free some fixed macros",
      );
  refuseWithoutRoom(block, macros);
}

function fixedMacros(block: Block): number[] {
  return [...nodesOfKind(block, NodeKind.HardMacro)].filter((node) => block.fixed[node]);
}

/** Throws `InputError` if macros without their halos are larger in sum than what fixed ones and blockages leave. */
function refuseWithoutRoom(block: Block, macros: Int32Array): void {
  const { canvas, blockages, outlines } = block;
  let area = 0;
  for (const node of macros) {
    if (outlines?.has(node)) continue; // its box need not be free
    const { width, height } = ownSizeOf(block, node);
    area += width * height;
  }
  const bodies = fixedMacros(block)
    .filter((node) => !outlines?.has(node))
    .map((node) => boxOf(block, block.initial, node));
  const { width, height } = canvas;
  const room = width * height - coveredArea([...blockages, ...bodies], width, height);
  if (area <= room * (1 + OUTSIDE_TOLERANCE)) return;
  throw new InputError(
    block.name,
    `the movable hard macros take ${area.toFixed(0)} µm², and fixed ones and blockages leave ${room.toFixed(0)} of the canvas of ` +
      `${rounded(width)} x ${rounded(height)} µm`,
    "make blockages and halos of fixed macros smaller, free some fixed macros or enlarge the canvas",
  );
}

/**
 * Throws `InputError` if two macros fit neither beside nor above each other, or if all boxes together, which contain the
 * halos, are larger than the canvas. Halos may hang over its edge.
 */
function refuseCrowdedByHalos(block: Block, macros: Int32Array): void {
  const { canvas, widths, heights, turnable, nodeNames } = block;
  const [mostWidth, mostHeight] = [canvas.width, canvas.height].map(
    (side) => side * (1 + OUTSIDE_TOLERANCE),
  ) as [number, number];
  /** What a box takes of the canvas at least. */
  const inside = [...macros].map((node) => {
    const over = overhangOf(block, node);
    return { node, width: widths[node]! - over.x, height: heights[node]! - over.y, over };
  });
  const canvasSize = `${rounded(canvas.width)} x ${rounded(canvas.height)} µm`;
  const isLarge = ({ width, height }: (typeof inside)[number]) =>
    width > canvas.width / 2 || height > canvas.height / 2;
  for (const first of inside.filter(isLarge))
    for (const second of inside) {
      if (first === second || turnable?.[first.node] || turnable?.[second.node]) continue;
      if (first.width + second.width <= mostWidth || first.height + second.height <= mostHeight) continue;
      const [a, b] = [first.node, second.node] as const;
      throw new InputError(
        block.name,
        `macros '${nodeNames[a]}' and '${nodeNames[b]}' fit neither beside nor above each other on the canvas of ${canvasSize}: ` +
          `they are ${sizeText(block, a)}, and ${sizeText(block, b)}`,
        block.halos ? "make halos smaller or the canvas larger" : "enlarge the canvas or check the units",
      );
    }
  // A box that is longer than the canvas even so hangs over both edges.
  const area = inside.reduce(
    (sum, { width, height }) => sum + Math.min(width, canvas.width) * Math.min(height, canvas.height),
    0,
  );
  const covered = coveredArea(
    fixedMacros(block).map((node) => boxOf(block, block.initial, node)),
    canvas.width,
    canvas.height,
  );
  const room = mostWidth * mostHeight - covered;
  if (area > room)
    throw new InputError(
      block.name,
      `the movable hard macros take ${area.toFixed(0)} µm² with their halos, and fixed ones leave ${Math.max(0, room).toFixed(0)} of the canvas of ${canvasSize}`,
      "make halos smaller, free some fixed macros or enlarge the canvas",
    );
}

/** A macro's own sides, and its halo if it has one. */
function sizeText(block: Block, node: number): string {
  const { width, height } = ownSizeOf(block, node);
  const own = `${rounded(width)} x ${rounded(height)} µm`;
  const sides = block.halos
    ? [block.halos.lefts, block.halos.bottoms, block.halos.rights, block.halos.tops].map(
        (side) => side[node]!,
      )
    : [];
  if (!sides.some((side) => side > 0)) return own;
  return `${own} with a halo of ${sides.map(rounded).join(", ")} µm (left, bottom, right, top)`;
}

/** Without the last digits, which sums leave behind. */
function rounded(length: number): number {
  return Number(length.toFixed(6));
}

/**
 * Throws `InputError` for a placement that cannot be scored: a node without a place, or so far from the canvas that the
 * units must be wrong. A node without area and nets, such as a power pin, needs no place.
 */
export function checkPlaced(block: Block, placement: Placement): void {
  const counts = Uint8Array.from(block.widths, (width, node) =>
    block.kinds[node] !== NodeKind.Port && width * block.heights[node]! > 0 ? 1 : 0,
  );
  for (const pin of block.netPins) counts[block.pinNodes[pin]!] = 1;
  let missing = 0;
  let example = "";
  for (let node = 0; node < block.nodeCount; node++) {
    if (Number.isNaN(placement.xs[node]! + placement.ys[node]!)) {
      if (!counts[node]) continue;
      if (missing++ === 0) example = block.nodeNames[node]!;
    } else refuseFarPlace(block, placement, node);
  }
  if (missing > 0)
    throw new InputError(
      block.name,
      `${missing} of ${block.nodeCount} nodes have no place, '${example}' for one`,
      "give a complete placement (--placement), or let `place` make one",
    );
}
