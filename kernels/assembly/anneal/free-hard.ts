// Proposals of free annealing for hard macros. Each stages its nodes at legal places, or stages none.
import { f64At, i32At, JudgeState } from "../judge/judge-state";
import { blockerAt, CANVAS_EDGE, freeWay, NOTHING } from "./free-bins";
import { inside } from "./free-soft";
import { areAlike, FreeAnneal, judgeOf, movesOf, swapSides } from "./free-state";
import { stageNode } from "../judge/moves";
import { netOptimal } from "./net-optimal";
import { below, uniform } from "./random";

const TAU: f64 = 6.283185307179586;
/** How often a macro whose best place is taken is moved to the side of the obstacle. */
const PUSHES = 4;
/** Random offset from the best place, in cells. */
const OPTIMAL_JITTER: f64 = 2;

// @ts-ignore: decorator
@inline
function anyHard(state: FreeAnneal): i32 {
  return below(state.random, state.hardCount);
}

/** Half sides without the halo that may lie over edges. */
// @ts-ignore: decorator
@inline
function bodyHalfWidth(state: FreeAnneal, node: i32): f64 {
  return f64At(state.halfWidths, node) - f64At(state.overXs, node);
}

// @ts-ignore: decorator
@inline
function bodyHalfHeight(state: FreeAnneal, node: i32): f64 {
  return f64At(state.halfHeights, node) - f64At(state.overYs, node);
}

/** Stages a hard macro, as it is turned, at a place that is known to be legal. */
function stageHard(state: FreeAnneal, judge: JudgeState, hard: i32, x: f64, y: f64): void {
  stageTurned(state, hard, x, y, load<u8>(judge.orientations + i32At(state.hards, hard)));
}

function stageTurned(state: FreeAnneal, hard: i32, x: f64, y: f64, orientation: u8): void {
  stageNode(movesOf(state), i32At(state.hards, hard), x, y, orientation);
  store<i32>(state.chosen + (<usize>state.chosenCount << 2), hard);
  state.chosenCount = state.chosenCount + 1;
}

/** Swaps two macros of equal size and class, which is always legal. */
export function proposeSameSwap(state: FreeAnneal): void {
  const a = anyHard(state);
  const count = i32At(state.sizeCounts, a);
  if (count < 2) return;
  const b = i32At(state.sizeFirsts, a) + below(state.random, count);
  if (a != b && areAlike(state, a, b)) stageSwap(state, a, b);
}

function stageSwap(state: FreeAnneal, a: i32, b: i32): void {
  const judge = judgeOf(state);
  const nodeA = i32At(state.hards, a);
  const nodeB = i32At(state.hards, b);
  const xA = f64At(judge.xs, nodeA);
  const yA = f64At(judge.ys, nodeA);
  stageHard(state, judge, a, f64At(judge.xs, nodeB), f64At(judge.ys, nodeB));
  stageHard(state, judge, b, xA, yA);
}

/** Swaps any two macros if both fit; near an edge they are moved inside the canvas. */
export function proposeSwap(state: FreeAnneal): void {
  const a = anyHard(state);
  const b = anyHard(state);
  if (a == b) return;
  if (areAlike(state, a, b)) return stageSwap(state, a, b);
  const judge = judgeOf(state);
  const nodeA = i32At(state.hards, a);
  const nodeB = i32At(state.hards, b);
  const xA = inside(f64At(judge.xs, nodeB), bodyHalfWidth(state, nodeA), judge.canvasWidth);
  const yA = inside(f64At(judge.ys, nodeB), bodyHalfHeight(state, nodeA), judge.canvasHeight);
  const xB = inside(f64At(judge.xs, nodeA), bodyHalfWidth(state, nodeB), judge.canvasWidth);
  const yB = inside(f64At(judge.ys, nodeA), bodyHalfHeight(state, nodeB), judge.canvasHeight);
  const apart = abs(xA - xB) >= f64At(state.halfWidths, nodeA) + f64At(state.halfWidths, nodeB) + state.gap ||
    abs(yA - yB) >= f64At(state.halfHeights, nodeA) + f64At(state.halfHeights, nodeB) + state.gap;
  if (!apart || blockerAt(state, a, xA, yA, b) != NOTHING || blockerAt(state, b, xB, yB, a) != NOTHING) return;
  stageHard(state, judge, a, xA, yA);
  stageHard(state, judge, b, xB, yB);
}

/** Moves a macro by a small random step. */
export function proposeShift(state: FreeAnneal): void {
  const hard = anyHard(state);
  const judge = judgeOf(state);
  const node = i32At(state.hards, hard);
  const radius = state.hardReach * uniform(state.random) * Math.sqrt(-2 * Math.log(uniform(state.random)));
  const angle = TAU * uniform(state.random);
  const axis = below(state.random, 3); // along x, along y, both
  const dx = axis == 1 ? 0 : radius * Math.cos(angle) * judge.cellWidth;
  const dy = axis == 0 ? 0 : radius * Math.sin(angle) * judge.cellHeight;
  stageFitting(state, judge, hard, f64At(judge.xs, node) + dx, f64At(judge.ys, node) + dy, 1);
}

/** Moves a macro along one axis until it touches something, or part of that way. */
export function proposeSlide(state: FreeAnneal): void {
  const hard = anyHard(state);
  const direction = below(state.random, 4);
  let way = freeWay(state, hard, direction);
  if (below(state.random, 2) == 0) way *= uniform(state.random);
  if (way <= state.gap) return;
  const judge = judgeOf(state);
  const node = i32At(state.hards, hard);
  const signed = (direction & 1) == 0 ? way : -way;
  const x = f64At(judge.xs, node) + (direction < 2 ? signed : 0);
  const y = f64At(judge.ys, node) + (direction < 2 ? 0 : signed);
  if (blockerAt(state, hard, x, y, NOTHING) == NOTHING) stageHard(state, judge, hard, x, y);
}

/** Mirrors the macro in x, in y or in both. */
export function proposeFlip(state: FreeAnneal): void {
  const judge = judgeOf(state);
  const node = i32At(state.hards, anyHard(state));
  if (state.unmirrored != 0 && load<u8>(state.unmirrored + node) != 0) return;
  const now = <i32>load<u8>(judge.orientations + node);
  const turned = (now & 4) | ((now + 1 + below(state.random, 3)) & 3); // N FN S FS, or E FE W FW: same sides
  stageNode(movesOf(state), node, f64At(judge.xs, node), f64At(judge.ys, node), <u8>turned);
}

/**
 * Turns a macro by 90° about its centre or about one of its corners, mirrored at random, or beside the obstacle that it
 * then meets.
 */
export function proposeTurn(state: FreeAnneal): void {
  const hard = anyHard(state);
  const node = i32At(state.hards, hard);
  if (state.turnable == 0 || load<u8>(state.turnable + node) == 0) return;
  const judge = judgeOf(state);
  const now = <i32>load<u8>(judge.orientations + node);
  const orientation = <u8>(((now & 4) ^ 4) | below(state.random, 4));
  const pivot = below(state.random, 5); // the centre, or lower left, lower right, upper left, upper right
  const change = f64At(state.halfHeights, node) - f64At(state.halfWidths, node);
  const dx = pivot == 0 ? 0 : (pivot & 1) == 1 ? change : -change;
  const dy = pivot == 0 ? 0 : pivot <= 2 ? -change : change;
  swapSides(state, node);
  let x = inside(f64At(judge.xs, node) + dx, bodyHalfWidth(state, node), judge.canvasWidth);
  let y = inside(f64At(judge.ys, node) + dy, bodyHalfHeight(state, node), judge.canvasHeight);
  for (let push = 0; push <= PUSHES; push++) {
    const blocker = blockerAt(state, hard, x, y, NOTHING);
    if (blocker == NOTHING) {
      state.turned = node;
      return stageTurned(state, hard, x, y, orientation);
    }
    if (blocker == CANVAS_EDGE) break;
    pushOff(state, node, blocker, x, y);
    x = state.pushedX;
    y = state.pushedY;
  }
  swapSides(state, node);
}

/** Moves a macro to where its wires are shortest, or next to the obstacle there, or swaps it with one of equal size. */
export function proposeHardOptimal(state: FreeAnneal): void {
  const hard = anyHard(state);
  if (!netOptimal(state, i32At(state.hards, hard))) return;
  const judge = judgeOf(state);
  const radius = OPTIMAL_JITTER * uniform(state.random) * Math.sqrt(-2 * Math.log(uniform(state.random)));
  const angle = TAU * uniform(state.random);
  const x = state.leastX + (state.mostX - state.leastX) * uniform(state.random);
  const y = state.leastY + (state.mostY - state.leastY) * uniform(state.random);
  stageFitting(
    state, judge, hard,
    x + radius * Math.cos(angle) * judge.cellWidth, y + radius * Math.sin(angle) * judge.cellHeight, PUSHES,
  );
}

/**
 * Stages the macro at a place if it fits, otherwise at the nearest side of the first obstacle there, and so on a few
 * times. Sometimes it is swapped with an obstacle of equal size instead.
 */
function stageFitting(state: FreeAnneal, judge: JudgeState, hard: i32, wantedX: f64, wantedY: f64, pushes: i32): void {
  const node = i32At(state.hards, hard);
  let x = inside(wantedX, bodyHalfWidth(state, node), judge.canvasWidth);
  let y = inside(wantedY, bodyHalfHeight(state, node), judge.canvasHeight);
  for (let push = 0; ; push++) {
    const blocker = blockerAt(state, hard, x, y, NOTHING);
    if (blocker == NOTHING) return stageHard(state, judge, hard, x, y);
    if (blocker == CANVAS_EDGE || push == pushes) return;
    if (
      pushes > 1 && blocker < state.hardCount && areAlike(state, blocker, hard) &&
      below(state.random, 2) == 0
    ) return stageSwap(state, hard, blocker);
    pushOff(state, node, blocker, x, y);
    x = state.pushedX;
    y = state.pushedY;
  }
}

/** The nearest place, along one axis, beside an obstacle that a macro at (x, y) meets: `pushedX` and `pushedY`. */
function pushOff(state: FreeAnneal, node: i32, blocker: i32, x: f64, y: f64): void {
  const isBlockage = blocker >= state.firstBlockage;
  const halfWidth = isBlockage ? bodyHalfWidth(state, node) : f64At(state.halfWidths, node);
  const halfHeight = isBlockage ? bodyHalfHeight(state, node) : f64At(state.halfHeights, node);
  const box = state.boxes + (<usize>blocker << 5);
  const toLeft = load<f64>(box) - state.gap - halfWidth;
  const toRight = load<f64>(box, 16) + state.gap + halfWidth;
  const toBottom = load<f64>(box, 8) - state.gap - halfHeight;
  const toTop = load<f64>(box, 24) + state.gap + halfHeight;
  const sideX = x - toLeft < toRight - x ? toLeft : toRight;
  const sideY = y - toBottom < toTop - y ? toBottom : toTop;
  const isAcross = abs(sideX - x) < abs(sideY - y);
  state.pushedX = isAcross ? sideX : x;
  state.pushedY = isAcross ? y : sideY;
}
