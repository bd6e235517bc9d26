// The state of free annealing (kernels/assembly/anneal/anneal-free.ts): hard and soft macros anywhere on the canvas.
import { f64At, i32At, JudgeState } from "../judge/judge-state";
import { MoveState } from "../judge/moves";

@unmanaged
export class FreeAnneal {
  temperature: f64;
  /** Proxy cost of the current placement. */
  cost: f64;
  /** Standard deviation of a soft macro's step, as a fraction of the canvas. */
  softReach: f64;
  /** Standard deviation of a hard macro's shift, in grid cells. */
  hardReach: f64;
  /** Distance that hard macros keep from each other and from blockages, µm. */
  gap: f64;
  binWidth: f64;
  binHeight: f64;
  // Interval in which the wires of a node are shortest, µm; see net-optimal.ts.
  leastX: f64;
  mostX: f64;
  leastY: f64;
  mostY: f64;
  /** Where `pushOff` moves a macro, µm. */
  pushedX: f64;
  pushedY: f64;
  moves: usize;
  random: usize;
  softCount: i32;
  hardCount: i32;
  /** Nodes of the movable macros. Hard ones of equal size are consecutive. */
  softs: usize;
  hards: usize;
  /** Per hard macro: first of its size in `hards`, and their number. */
  sizeFirsts: usize;
  sizeCounts: usize;
  /** Per node: half sides in µm, as turned. A turn swaps them. */
  halfWidths: usize;
  halfHeights: usize;
  /** Per node: how far it may lie over edges and blockages, in µm, as turned. */
  overXs: usize;
  overYs: usize;
  nodeNetStarts: usize;
  nodeNets: usize;
  // Obstacles: the movable hard macros in the order of `hards`, then fixed ones, then blockages.
  obstacleCount: i32;
  firstBlockage: i32;
  /** Per hard macro: its class. Macros of a class may go to the same places. */
  classes: usize;
  classCount: i32;
  /** Per blockage and class, a byte: whether the blockage keeps macros of the class out. */
  keepsOut: usize;
  binColumns: i32;
  binRows: i32;
  /** Per obstacle: left, bottom, right, top, in µm. */
  boxes: usize;
  /** Per obstacle: its first slot. It has a slot for every bin that it touches. */
  slotStarts: usize;
  /** Per obstacle: slots in use. */
  slotCounts: usize;
  /** Per bin: its first slot or -1; per slot: the next and the previous one of its bin, the bin, the obstacle. */
  binHeads: usize;
  nextSlots: usize;
  previousSlots: usize;
  slotBins: usize;
  slotObstacles: usize;
  /** Scratch space of the weighted medians: values and weights. */
  valuesX: usize;
  valuesY: usize;
  weightsX: usize;
  weightsY: usize;
  /** Cumulative shares of the kinds of proposals, f64. */
  shares: usize;
  /** Per kind: numbers of proposals, feasible ones and accepted ones (i32); cost removed and work (f64). */
  tried: usize;
  feasible: usize;
  accepted: usize;
  gains: usize;
  work: usize;
  /** Hard macros of the current proposal. */
  chosenCount: i32;
  chosen: usize;
  /** Per node, a byte: whether it may be turned by 90°. 0 if none may. */
  turnable: usize;
  /** Per node, a byte: whether it must not be mirrored. 0 if all may. */
  unmirrored: usize;
  /** The node whose sides the current proposal has swapped, or -1. */
  turned: i32;
}

/** Swaps the sides of a node, as a turn by 90° does. */
export function swapSides(state: FreeAnneal, node: i32): void {
  swapNumbers(state.halfWidths, state.halfHeights, node);
  swapNumbers(state.overXs, state.overYs, node);
}

// @ts-ignore: decorator
@inline
function swapNumbers(a: usize, b: usize, i: i32): void {
  const kept = f64At(a, i);
  store<f64>(a + (<usize>i << 3), f64At(b, i));
  store<f64>(b + (<usize>i << 3), kept);
}

/** Whether two hard macros may change places: of equal size and class, and either both turned or none. */
// @ts-ignore: decorator
@inline
export function areAlike(state: FreeAnneal, a: i32, b: i32): bool {
  if (i32At(state.sizeFirsts, a) != i32At(state.sizeFirsts, b)) return false;
  return f64At(state.halfWidths, i32At(state.hards, a)) == f64At(state.halfWidths, i32At(state.hards, b));
}

/** Whether an obstacle stands in the way of a hard macro. */
// @ts-ignore: decorator
@inline
export function concerns(state: FreeAnneal, obstacle: i32, hard: i32): bool {
  const blockage = obstacle - state.firstBlockage;
  if (blockage < 0) return true;
  return load<u8>(state.keepsOut + <usize>(blockage * state.classCount + i32At(state.classes, hard))) != 0;
}

// @ts-ignore: decorator
@inline
export function movesOf(state: FreeAnneal): MoveState {
  return changetype<MoveState>(state.moves);
}

// @ts-ignore: decorator
@inline
export function judgeOf(state: FreeAnneal): JudgeState {
  return changetype<JudgeState>(changetype<MoveState>(state.moves).judge);
}
