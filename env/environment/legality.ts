// Whether a whole placement is legal, and if not, why: by the same rules as the masks of feasibility.ts.
import {
  type Block,
  boxOf,
  isSideways,
  type MacroRules,
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
  return findings(block, placement)
    .filter(({ isFixed }) => !isFixed)
    .map((finding) => violationOf(block, placement, finding));
}

/** The same rules for the hard macros one by one, for a placement that changes. */
export function legalityRules(block: Block): MacroRules {
  const shapes = (placement: Placement, node: number) =>
    block.outlines ? shapesOf(block, placement, node) : [boxOf(block, placement, node)];
  const toViolations = (placement: Placement, found: readonly Finding[]) =>
    found.filter(({ isFixed }) => !isFixed).map((finding) => violationOf(block, placement, finding));
  return {
    checkOne: (placement, node) =>
      toViolations(placement, findingsAlone(block, placement, node, shapes(placement, node))),
    checkPair: (placement, a, b) =>
      toViolations(
        placement,
        findingsBetween(block, [
          { node: a, shapes: shapes(placement, a) },
          { node: b, shapes: shapes(placement, b) },
        ]),
      ),
    reachOf: (placement, node) => {
      const box = boxOf(block, placement, node);
      return Number.isNaN(box.left + box.bottom) ? undefined : box;
    },
  };
}

function violationOf(
  block: Block,
  placement: Placement,
  { kind, node, other, rectangle, by }: Finding,
): Violation {
  const labelOf = (node: number) => {
    const [x, y] = [placement.xs[node]!, placement.ys[node]!].map(shortened);
    return `macro '${block.nodeNames[node]}' with its centre at (${x}, ${y}) ${ORIENTATION_NAMES[placement.orientations[node]!]}`;
  };
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

/** What is wrong, macro by macro. */
function findings(block: Block, placement: Placement): Finding[] {
  const macros = Array.from(nodesOfKind(block, NodeKind.HardMacro), (node) => ({
    node,
    shapes: block.outlines ? shapesOf(block, placement, node) : [boxOf(block, placement, node)],
  }));
  const found: Finding[] = [];
  macros.forEach((macro, i) => {
    const alone = findingsAlone(block, placement, macro.node, macro.shapes);
    for (const finding of alone) found.push(finding);
    if (alone[0]?.kind === "unplaced") return;
    for (let j = i + 1; j < macros.length; j++)
      for (const finding of findingsBetween(block, [macro, macros[j]!])) found.push(finding);
  });
  return found;
}

/** What is wrong with a macro whatever the others do; of the rectangles that it covers, the first. */
function findingsAlone(
  block: Block,
  placement: Placement,
  node: number,
  shapes: readonly Rectangle[],
): Finding[] {
  const { width, height } = block.canvas;
  const box = boxOf(block, placement, node);
  if (Number.isNaN(box.left + box.bottom)) return [{ kind: "unplaced", node, by: 0, isFixed: false }];
  if (block.fixed[node]) return [];
  const found: Finding[] = [];
  const slackX = (OUTSIDE_TOLERANCE * width) / block.grid.columns;
  const slackY = (OUTSIDE_TOLERANCE * height) / block.grid.rows;
  const body = block.halos ? withoutOverhang(block, placement, node, box) : box;
  const { left, bottom, right, top } = body;
  if (left < -slackX || bottom < -slackY || right > width + slackX || top > height + slackY) {
    const by = Math.max(-left, -bottom, right - width, top - height);
    found.push({ kind: "outside", node, by, isFixed: false });
  }
  const forbidden = block.fences ? forbiddenTo(block, node) : block.blockages;
  const covered = block.halos ? [body] : shapes;
  const rectangle = forbidden.find((other) => shapesOverlap(covered, [other], TOUCHING));
  if (rectangle)
    found.push({ kind: "blocked", node, rectangle, by: wayOut(covered, [rectangle]), isFixed: false });
  return found;
}

interface ShapedMacro {
  readonly node: number;
  readonly shapes: readonly Rectangle[];
}

function findingsBetween(block: Block, [a, b]: readonly [ShapedMacro, ShapedMacro]): Finding[] {
  if (!shapesOverlap(a.shapes, b.shapes, TOUCHING)) return [];
  const isFixed = block.fixed[a.node] === 1 && block.fixed[b.node] === 1;
  return [{ kind: "overlap", node: a.node, other: b.node, by: wayOut(a.shapes, b.shapes), isFixed }];
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
