// Obstacles of hard macros, listed in square bins: every obstacle is in each bin that it touches.
import { f64At, i32At } from "../judge/judge-state";
import { concerns, FreeAnneal, judgeOf } from "./free-state";

/** µm: a box may exceed the canvas by this much, because coordinates are rounded. */
const EDGE: f64 = 1e-9;

// @ts-ignore: decorator
@inline
function binOf(at: f64, size: f64, count: i32): i32 {
  return <i32>max(0, min(<f64>(count - 1), floor(at / size)));
}

// @ts-ignore: decorator
@inline
function boxAt(state: FreeAnneal, obstacle: i32): usize {
  return state.boxes + (<usize>obstacle << 5);
}

/** Adds an obstacle to the bins that its box touches. */
function enter(state: FreeAnneal, obstacle: i32): void {
  const box = boxAt(state, obstacle);
  const c0 = binOf(load<f64>(box), state.binWidth, state.binColumns);
  const r0 = binOf(load<f64>(box, 8), state.binHeight, state.binRows);
  const c1 = binOf(load<f64>(box, 16), state.binWidth, state.binColumns);
  const r1 = binOf(load<f64>(box, 24), state.binHeight, state.binRows);
  const first = i32At(state.slotStarts, obstacle);
  let slot = first;
  for (let r = r0; r <= r1; r++) {
    for (let c = c0; c <= c1; c++) {
      const bin = r * state.binColumns + c;
      const headAt = state.binHeads + (<usize>bin << 2);
      const head = load<i32>(headAt);
      const at = <usize>slot << 2;
      store<i32>(state.nextSlots + at, head);
      store<i32>(state.previousSlots + at, -1);
      store<i32>(state.slotBins + at, bin);
      store<i32>(state.slotObstacles + at, obstacle);
      if (head >= 0) store<i32>(state.previousSlots + (<usize>head << 2), slot);
      store<i32>(headAt, slot);
      slot++;
    }
  }
  store<i32>(state.slotCounts + (<usize>obstacle << 2), slot - first);
}

/** Removes an obstacle from its bins. */
function leave(state: FreeAnneal, obstacle: i32): void {
  const first = i32At(state.slotStarts, obstacle);
  const end = first + i32At(state.slotCounts, obstacle);
  for (let slot = first; slot < end; slot++) {
    const next = i32At(state.nextSlots, slot);
    const previous = i32At(state.previousSlots, slot);
    if (next >= 0) store<i32>(state.previousSlots + (<usize>next << 2), previous);
    if (previous >= 0) store<i32>(state.nextSlots + (<usize>previous << 2), next);
    else store<i32>(state.binHeads + (<usize>i32At(state.slotBins, slot) << 2), next);
  }
}

/** Updates the box of a hard macro from the place of its node. */
function measure(state: FreeAnneal, hard: i32): void {
  const judge = judgeOf(state);
  const node = i32At(state.hards, hard);
  const x = f64At(judge.xs, node);
  const y = f64At(judge.ys, node);
  const box = boxAt(state, hard);
  store<f64>(box, x - f64At(state.halfWidths, node));
  store<f64>(box, y - f64At(state.halfHeights, node), 8);
  store<f64>(box, x + f64At(state.halfWidths, node), 16);
  store<f64>(box, y + f64At(state.halfHeights, node), 24);
}

/** Fills the bins from the places of the nodes. */
export function startFree(address: usize): void {
  const state = changetype<FreeAnneal>(address);
  memory.fill(state.binHeads, 0xff, <usize>(state.binColumns * state.binRows) << 2);
  for (let obstacle = 0; obstacle < state.obstacleCount; obstacle++) {
    if (obstacle < state.hardCount) measure(state, obstacle);
    enter(state, obstacle);
  }
}

/** Updates the bins after a hard macro has moved. */
export function rebin(state: FreeAnneal, hard: i32): void {
  leave(state, hard);
  measure(state, hard);
  enter(state, hard);
}

/** Results of `blockerAt` other than the number of an obstacle. */
export const NOTHING = -1;
export const CANVAS_EDGE = -2;

/** The first obstacle found for a hard macro at (x, y), other than itself and `except`. */
export function blockerAt(state: FreeAnneal, hard: i32, x: f64, y: f64, except: i32): i32 {
  const judge = judgeOf(state);
  const node = i32At(state.hards, hard);
  const left = x - f64At(state.halfWidths, node);
  const bottom = y - f64At(state.halfHeights, node);
  const right = x + f64At(state.halfWidths, node);
  const top = y + f64At(state.halfHeights, node);
  const overX = f64At(state.overXs, node);
  const overY = f64At(state.overYs, node);
  if (
    left + overX < -EDGE || bottom + overY < -EDGE ||
    right - overX > judge.canvasWidth + EDGE || top - overY > judge.canvasHeight + EDGE
  ) return CANVAS_EDGE;
  // Slightly less than the gap, so that rounding does not make macros at exactly the gap collide.
  const gap = state.gap * 0.99;
  const c0 = binOf(left - gap, state.binWidth, state.binColumns);
  const r0 = binOf(bottom - gap, state.binHeight, state.binRows);
  const c1 = binOf(right + gap, state.binWidth, state.binColumns);
  const r1 = binOf(top + gap, state.binHeight, state.binRows);
  for (let r = r0; r <= r1; r++) {
    for (let c = c0; c <= c1; c++) {
      let slot = i32At(state.binHeads, r * state.binColumns + c);
      while (slot >= 0) {
        const obstacle = i32At(state.slotObstacles, slot);
        slot = i32At(state.nextSlots, slot);
        if (obstacle == hard || obstacle == except || !concerns(state, obstacle, hard)) continue;
        const isBlockage = obstacle >= state.firstBlockage;
        const inX = isBlockage ? overX : 0;
        const inY = isBlockage ? overY : 0;
        const box = boxAt(state, obstacle);
        if (
          left + inX < load<f64>(box, 16) + gap && right - inX > load<f64>(box) - gap &&
          bottom + inY < load<f64>(box, 24) + gap && top - inY > load<f64>(box, 8) - gap
        ) return obstacle;
      }
    }
  }
  return NOTHING;
}

/**
 * How far a hard macro can slide before it touches something, in µm. Direction: 0 right, 1 left, 2 up, 3 down. Obstacles
 * that it touches sideways do not stop it.
 */
export function freeWay(state: FreeAnneal, hard: i32, direction: i32): f64 {
  const judge = judgeOf(state);
  const gap = state.gap;
  const own = boxAt(state, hard);
  const forward = (direction & 1) == 0;
  const along = direction < 2 ? 0 : 1; // index of the low end in a box; the high end is two further
  const across = 1 - along;
  const node = i32At(state.hards, hard);
  const overAlong = f64At(along == 0 ? state.overXs : state.overYs, node);
  const overAcross = f64At(along == 0 ? state.overYs : state.overXs, node);
  const lowSide = f64At(own, across) - gap;
  const highSide = f64At(own, across + 2) + gap;
  const start = f64At(own, forward ? along + 2 : along);
  const edge = along == 0 ? judge.canvasWidth : judge.canvasHeight;
  let way = (forward ? edge - start : start) + overAlong;
  const first = forward ? start : 0;
  const last = forward ? edge : start;
  const c0 = binOf(along == 0 ? first : lowSide, state.binWidth, state.binColumns);
  const c1 = binOf(along == 0 ? last : highSide, state.binWidth, state.binColumns);
  const r0 = binOf(along == 0 ? lowSide : first, state.binHeight, state.binRows);
  const r1 = binOf(along == 0 ? highSide : last, state.binHeight, state.binRows);
  for (let r = r0; r <= r1; r++) {
    for (let c = c0; c <= c1; c++) {
      let slot = i32At(state.binHeads, r * state.binColumns + c);
      while (slot >= 0) {
        const obstacle = i32At(state.slotObstacles, slot);
        slot = i32At(state.nextSlots, slot);
        if (obstacle == hard || !concerns(state, obstacle, hard)) continue;
        const isBlockage = obstacle >= state.firstBlockage;
        const inAlong = isBlockage ? overAlong : 0;
        const inAcross = isBlockage ? overAcross : 0;
        const box = boxAt(state, obstacle);
        if (f64At(box, across + 2) <= lowSide + inAcross || f64At(box, across) >= highSide - inAcross) continue;
        const near = f64At(box, forward ? along : along + 2);
        const far = f64At(box, forward ? along + 2 : along);
        if (forward ? far <= start - inAlong : far >= start + inAlong) continue; // behind
        way = min(way, (forward ? near - start : start - near) + inAlong - gap);
      }
    }
  }
  return way;
}
