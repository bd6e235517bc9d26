// Whether a whole placement is legal, and if not, why: by the same rules as the masks of feasibility.ts.
import {
  type Block,
  boxOf,
  isSideways,
  NodeKind,
  nodesOfKind,
  ORIENTATION_NAMES,
  overhangOf,
  type Placement,
  type Rectangle,
  shapesOf,
  shapesOverlap,
  type Violation,
  wayOut,
} from "../../netlist/index.js";
import { forbiddenTo } from "./fences.js";

/** Overlap of two macros that still counts as touching, µm: the rounding of sizes in single precision. */
export const TOUCHING = 1e-6;
/** How far a macro may stick out of the canvas, in grid cells. */
export const OUTSIDE_TOLERANCE = 1e-4;

/** What is wrong with the places of the hard macros. */
export interface Legality {
  /** Pairs of hard macros that overlap. */
  readonly overlaps: number;
  /** Movable hard macros that stick out of the canvas. */
  readonly outside: number;
  /** Movable hard macros on a blockage, outside a fence of their own or inside an exclusive fence of others. */
  readonly blocked: number;
  readonly unplaced: number;
  /** None of these, except that two fixed macros may overlap. */
  readonly legal: boolean;
}

/** Checks the hard macros of a placement. Soft macros are clusters of cells and may overlap anything. */
export function checkLegality(block: Block, placement: Placement): Legality {
  const count = { overlap: 0, outside: 0, blocked: 0, unplaced: 0 };
  let avoidable = 0;
  for (const { kind, isFixed } of findings(block, placement)) {
    count[kind]++;
    if (!isFixed) avoidable++;
  }
  const { overlap: overlaps, outside, blocked, unplaced } = count;
  return { overlaps, outside, blocked, unplaced, legal: avoidable === 0 };
}

/** Why a placement is not legal, one by one, in node order; overlaps of two fixed macros are left out. */
export function violationsIn(block: Block, placement: Placement): Violation[] {
  const labelOf = (node: number) => {
    const [x, y] = [placement.xs[node]!, placement.ys[node]!].map(shortened);
    return `macro '${block.nodeNames[node]}' with its centre at (${x}, ${y}) ${ORIENTATION_NAMES[placement.orientations[node]!]}`;
  };
  return findings(block, placement)
    .filter(({ isFixed }) => !isFixed)
    .map(({ kind, node, other, rectangle, by }): Violation => {
      const macro = block.nodeNames[node]!;
      if (kind === "unplaced") return { kind, macro, message: `macro '${macro}' has no place` };
      const by_um = shortened(by);
      const amount = `by ${by_um} µm`;
      if (other !== undefined) {
        const message = `${labelOf(node)}: overlaps ${labelOf(other)}, ${amount}`;
        return { kind: "overlap", macro, other: block.nodeNames[other]!, by_um, message };
      }
      if (!rectangle)
        return {
          kind: "outside",
          macro,
          by_um,
          message: `${labelOf(node)}: sticks out of the canvas, ${amount}`,
        };
      const { left, bottom, right, top } = rectangle;
      const area = `from (${shortened(left)}, ${shortened(bottom)}) to (${shortened(right)}, ${shortened(top)})`;
      const isBlockage = block.blockages.includes(rectangle as Block["blockages"][number]);
      const what = isBlockage ? "covers the blockage" : "leaves its fence, or enters another's, in the area";
      const message = `${labelOf(node)}: ${what} ${area}, ${amount}`;
      return { kind: isBlockage ? "blockage" : "fence", macro, by_um, message };
    });
}

interface Finding {
  readonly kind: "overlap" | "outside" | "blocked" | "unplaced";
  readonly node: number;
  /** The other macro of an overlap; what a macro covers if it is blocked. */
  readonly other?: number;
  readonly rectangle?: Rectangle;
  /** The least distance that would mend it, µm. */
  readonly by: number;
  /** Both macros of an overlap are fixed: nobody could mend it. */
  readonly isFixed: boolean;
}

/** What is wrong, macro by macro; of the rectangles that a macro covers, the first. */
function findings(block: Block, placement: Placement): Finding[] {
  const macros = nodesOfKind(block, NodeKind.HardMacro);
  const { canvas, grid } = block;
  const slackX = (OUTSIDE_TOLERANCE * canvas.width) / grid.columns;
  const slackY = (OUTSIDE_TOLERANCE * canvas.height) / grid.rows;
  const boxes = Array.from(macros, (node) => boxOf(block, placement, node));
  const shapes = block.outlines
    ? Array.from(macros, (node) => shapesOf(block, placement, node))
    : boxes.map((box) => [box]);
  const found: Finding[] = [];
  macros.forEach((node, i) => {
    const box = boxes[i]!;
    if (Number.isNaN(box.left + box.bottom)) {
      found.push({ kind: "unplaced", node, by: 0, isFixed: false });
      return;
    }
    if (!block.fixed[node]) {
      const body = block.halos ? withoutOverhang(block, placement, node, box) : box;
      const { left, bottom, right, top } = body;
      const { width, height } = canvas;
      if (left < -slackX || bottom < -slackY || right > width + slackX || top > height + slackY) {
        const by = Math.max(-left, -bottom, right - width, top - height);
        found.push({ kind: "outside", node, by, isFixed: false });
      }
      const forbidden = block.fences ? forbiddenTo(block, node) : block.blockages;
      const covered = block.halos ? [body] : shapes[i]!;
      const rectangle = forbidden.find((other) => shapesOverlap(covered, [other], TOUCHING));
      if (rectangle)
        found.push({ kind: "blocked", node, rectangle, by: wayOut(covered, [rectangle]), isFixed: false });
    }
    for (let j = i + 1; j < macros.length; j++) {
      if (!shapesOverlap(shapes[i]!, shapes[j]!, TOUCHING)) continue;
      const other = macros[j]!;
      const isFixed = block.fixed[node] === 1 && block.fixed[other] === 1;
      found.push({ kind: "overlap", node, other, by: wayOut(shapes[i]!, shapes[j]!), isFixed });
    }
  });
  return found;
}

/** The part of a node's box that must stay inside the canvas and off blockages. */
function withoutOverhang(block: Block, { orientations }: Placement, node: number, box: Rectangle): Rectangle {
  const over = overhangOf(block, node);
  const [x, y] = isSideways(orientations[node]!) ? [over.y, over.x] : [over.x, over.y];
  return { left: box.left + x, bottom: box.bottom + y, right: box.right - x, top: box.top - y };
}

/** Without the digits that arithmetic adds. */
function shortened(length: number): number {
  return Number(length.toFixed(6));
}
