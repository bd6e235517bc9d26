// Edits of the selected macros together, as moves: mirror, turn, align, distribute, swap. Nothing is drawn or judged here.
import type { Move } from "../../env/index.js";
import {
  type Block,
  boxOf,
  composed,
  isSideways,
  NodeKind,
  Orientation,
  type Placement,
  type Rectangle,
} from "../../netlist/index.js";
import { boxAround, isPlaced } from "../geometry.js";
import type { EditRules } from "./edit-rules.js";
import { centreOnComb } from "./snapping.js";

export type Side = "left" | "right" | "top" | "bottom" | "centre" | "middle";
export type Turn = "flipX" | "flipY" | "rotate";

/** What is edited: the selected hard macros, of which some may not move. */
export interface Arrangement {
  readonly block: Block;
  readonly placement: Placement;
  readonly rules: EditRules;
  /** Whether lower-left corners go to the lattice. */
  readonly snapping: boolean;
  /** Hard macros with a place. */
  readonly nodes: readonly number[];
  mayMove(node: number): boolean;
}

/** The hard macros with a place among nodes. */
export function placedMacros({ kinds }: Block, placement: Placement, nodes: Iterable<number>): number[] {
  return [...nodes].filter((node) => kinds[node] === NodeKind.HardMacro && isPlaced(placement, node));
}

const TURNS: Readonly<Record<Turn, number>> = {
  flipX: Orientation.FN,
  flipY: Orientation.FS,
  rotate: Orientation.W,
};

/** The orientation after mirroring left to right, top to bottom, or turning by 90° counterclockwise. */
export function turned(orientation: number, how: Turn): number {
  return composed(orientation, TURNS[how]);
}

/**
 * The macros turned about their centres, as far as their orientations allow; where only every second quarter turn is allowed, they
 * are turned by 180°.
 */
export function turn(arrangement: Arrangement, how: Turn): Move[] {
  const { placement, rules } = arrangement;
  return arrangement.nodes.filter(arrangement.mayMove).flatMap((node) => {
    const allowed = rules.allowed(node);
    const isAllowed = (orientation: number) => allowed === undefined || allowed.includes(orientation);
    const now = placement.orientations[node]!;
    const once = turned(now, how);
    const wanted = how === "rotate" && !isAllowed(once) ? turned(once, how) : once;
    if (!isAllowed(wanted)) return [];
    return [
      moveTo(arrangement, { node, x: placement.xs[node]!, y: placement.ys[node]!, orientation: wanted }),
    ];
  });
}

/** The macros with one side, or the centre, in line with that of the outermost; those that may not move count too. */
export function align(arrangement: Arrangement, side: Side): Move[] {
  const boxes = boxesOf(arrangement);
  const around = boxAround(arrangement.block, arrangement.placement, arrangement.nodes);
  if (!around) return [];
  return boxes
    .filter(({ node }) => arrangement.mayMove(node))
    .map(({ node, box, x, y, orientation }) => {
      const [halfWidth, halfHeight] = [(box.right - box.left) / 2, (box.top - box.bottom) / 2];
      const to = {
        left: { x: around.left + halfWidth, y },
        right: { x: around.right - halfWidth, y },
        centre: { x: (around.left + around.right) / 2, y },
        bottom: { x, y: around.bottom + halfHeight },
        top: { x, y: around.top - halfHeight },
        middle: { x, y: (around.bottom + around.top) / 2 },
      }[side];
      return moveTo(arrangement, { node, ...to, orientation });
    });
}

/** Equal gaps between the macros along an axis. The outermost stay, and so do those that may not move. */
export function distribute(arrangement: Arrangement, axis: "x" | "y"): Move[] {
  const [low, high] = axis === "x" ? (["left", "right"] as const) : (["bottom", "top"] as const);
  const boxes = boxesOf(arrangement).sort((a, b) => a[axis] - b[axis] || a.node - b.node);
  if (boxes.length < 3) return [];
  const size = ({ box }: (typeof boxes)[number]) => box[high] - box[low];
  const [first, last] = [boxes[0]!, boxes.at(-1)!];
  const inner = boxes.slice(1, -1);
  const free = last.box[low] - first.box[high] - inner.reduce((sum, each) => sum + size(each), 0);
  const gap = free / (boxes.length - 1);
  let at = first.box[high];
  return inner.flatMap((each) => {
    const centre = at + gap + size(each) / 2;
    at += gap + size(each);
    const { node, x, y, orientation } = each;
    if (!arrangement.mayMove(node)) return [];
    return [moveTo(arrangement, { node, x, y, orientation, [axis]: centre })];
  });
}

/** Two macros with their centres exchanged; none if one of them may not move. */
export function swap(arrangement: Arrangement): Move[] {
  const [a, b] = boxesOf(arrangement);
  if (!a || !b || arrangement.nodes.length !== 2 || !arrangement.nodes.every(arrangement.mayMove)) return [];
  return [
    moveTo(arrangement, { node: a.node, x: b.x, y: b.y, orientation: a.orientation }),
    moveTo(arrangement, { node: b.node, x: a.x, y: a.y, orientation: b.orientation }),
  ];
}

/** A move with the box inside the die and, if wanted, its corner on the lattice. */
export function moveTo(
  { block, rules, snapping }: Pick<Arrangement, "block" | "rules" | "snapping">,
  move: Move,
): Move {
  const { widths, heights, canvas } = block;
  const [own, other] = [widths[move.node]!, heights[move.node]!];
  const [width, height] = isSideways(move.orientation) ? [other, own] : [own, other];
  const grid = snapping ? rules.grid : undefined;
  const units = grid?.units ?? 1;
  return {
    ...move,
    x: centreOnComb(move.x, width, { comb: grid?.x, units, from: 0, to: canvas.width }),
    y: centreOnComb(move.y, height, { comb: grid?.y, units, from: 0, to: canvas.height }),
  };
}

interface Placed extends Move {
  readonly box: Rectangle;
}

function boxesOf({ block, placement, nodes }: Arrangement): Placed[] {
  return nodes.map((node) => ({
    node,
    box: boxOf(block, placement, node),
    x: placement.xs[node]!,
    y: placement.ys[node]!,
    orientation: placement.orientations[node]!,
  }));
}
