// What it would cost to have the selected macro elsewhere: the exact change of the cost, term by term, with the macro's
// centre in the middle of each grid cell and everything else where it is.
import type { Costs, Move } from "../../env/index.js";
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";
import { boxOf, isPlaced } from "../geometry.js";

export const TERMS = {
  why: "proxyCost",
  whyWirelength: "wirelengthCost",
  whyDensity: "densityCost",
  whyCongestion: "congestionCost",
} as const satisfies Readonly<Record<string, keyof Costs>>;
export type WhyMap = keyof typeof TERMS;

export function isWhyMap(name: string): name is WhyMap {
  return name in TERMS;
}

/** Changes of the costs per grid cell, row-major from the lower left; NaN where the macro may not be. */
export interface WhyHere {
  readonly node: number;
  readonly changes: Readonly<Record<WhyMap, Float64Array>>;
  /** The other cell with the lowest proxy cost among those where the macro may be; -1 if it may be nowhere else. */
  readonly best: number;
  /** How many other cells it may be in, and in how many of them it costs less than where it is. */
  readonly allowed: number;
  readonly cheaper: number;
}

/** Why there is no answer for a selection; undefined if there is one. */
export function whyNoAnswer(
  {
    block,
    placement,
    locked,
  }: { readonly block: Block; readonly placement: Placement; readonly locked: ReadonlySet<number> },
  selection: ReadonlySet<number>,
): string | undefined {
  const [node] = selection;
  if (selection.size !== 1 || node === undefined)
    return "Select one macro to see what other places would cost.";
  if (block.kinds[node] !== NodeKind.HardMacro) return "Only hard macros have this map.";
  if (!isPlaced(placement, node)) return "The selected macro is not placed.";
  if (locked.has(node)) return "The selected macro is locked.";
  return block.fixed[node] ? "The selected macro is fixed." : undefined;
}

/** Costs while nodes are moved for a moment; they are back when it returns. */
export type TryMoves = (moves: readonly Move[]) => Costs;

/** Cells that are tried before the page may draw again. */
const AT_ONCE = 40;

/**
 * The changes for a macro. Between batches it waits for `pause`, and gives up, with undefined, once that says false.
 */
export async function whyHere(
  {
    block,
    placement,
    costs,
  }: { readonly block: Block; readonly placement: Placement; readonly costs: Costs },
  node: number,
  { tryMoves, pause }: { readonly tryMoves: TryMoves; readonly pause: () => Promise<boolean> },
): Promise<WhyHere | undefined> {
  const { columns, rows } = block.grid;
  const map = () => new Float64Array(columns * rows).fill(Number.NaN);
  const changes = { why: map(), whyWirelength: map(), whyDensity: map(), whyCongestion: map() };
  const others = boxesOfOthers(block, placement, node);
  const orientation = placement.orientations[node]!;
  let [best, allowed, cheaper] = [-1, 0, 0];
  for (let cell = 0; cell < columns * rows; cell++) {
    if (cell % AT_ONCE === 0 && !(await pause())) return undefined;
    const [x, y] = centreOfCell(block, cell);
    if (!isFree(block, others, centredBox(block, { placement, node, x, y }))) continue;
    const moved = tryMoves([{ node, x, y, orientation }]);
    for (const name of Object.keys(TERMS) as WhyMap[])
      changes[name][cell] = moved[TERMS[name]] - costs[TERMS[name]];
    // Where it is already is no other place.
    if (Math.hypot(x - placement.xs[node]!, y - placement.ys[node]!) < SAME) continue;
    allowed++;
    if (changes.why[cell]! < 0) cheaper++;
    if (best < 0 || changes.why[cell]! < changes.why[best]!) best = cell;
  }
  return { node, changes, best, allowed, cheaper };
}

/** The middle of a grid cell, µm. */
export function centreOfCell({ canvas, grid }: Block, cell: number): [x: number, y: number] {
  return [
    (((cell % grid.columns) + 0.5) * canvas.width) / grid.columns,
    ((Math.floor(cell / grid.columns) + 0.5) * canvas.height) / grid.rows,
  ];
}

interface Sides {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
  readonly top: number;
}

function boxesOfOthers(block: Block, placement: Placement, node: number): Sides[] {
  const boxes: Sides[] = [];
  for (let other = 0; other < block.nodeCount; other++)
    if (other !== node && block.kinds[other] === NodeKind.HardMacro && isPlaced(placement, other))
      boxes.push(boxOf(block, placement, other));
  return boxes;
}

function centredBox(
  block: Block,
  at: { readonly placement: Placement; readonly node: number; readonly x: number; readonly y: number },
): Sides {
  const { placement, node, x, y } = at;
  const { left, right, bottom, top } = boxOf(block, placement, node);
  const [halfWidth, halfHeight] = [(right - left) / 2, (top - bottom) / 2];
  return { left: x - halfWidth, right: x + halfWidth, bottom: y - halfHeight, top: y + halfHeight };
}

/** Lengths that differ by less, µm, are the same. */
const SAME = 1e-6;

/** Whether a box is on the canvas and overlaps none of the others. */
function isFree({ canvas }: Block, others: readonly Sides[], { left, right, bottom, top }: Sides): boolean {
  if (left < -SAME || bottom < -SAME || right > canvas.width + SAME || top > canvas.height + SAME)
    return false;
  return others.every(
    (other) =>
      right <= other.left + SAME ||
      left >= other.right - SAME ||
      top <= other.bottom + SAME ||
      bottom >= other.top - SAME,
  );
}
