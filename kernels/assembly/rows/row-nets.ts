// Half-perimeter wirelength of the nets of cells in rows, kept current move by move: every net has its bounding box, and a
// trial moves up to a few cells, finds the new boxes of their nets, and keeps or forgets them.
import { f64At, i32At } from "../judge/judge-state";
import { RowState, turnTo } from "./row-state";

/** Turns all cells as the rows of their segments want them. */
export function turnCells(address: usize): void {
  const state = changetype<RowState>(address);
  for (let cell = 0; cell < state.cellCount; cell++) turnTo(state, cell, i32At(state.cellSegments, cell));
}

/** Computes the boxes of all nets. Returns their weighted half-perimeters, µm. */
export function measureRowNets(address: usize): f64 {
  const state = changetype<RowState>(address);
  let sum: f64 = 0;
  memory.fill(state.stamps, 0, <usize>state.netCount << 2);
  state.stamp = 0;
  for (let net = 0; net < state.netCount; net++) {
    const box = boxOf(state, net);
    measure(state, net, box);
    sum += f64At(state.netWeights, net) * lengthOf(box);
  }
  return sum;
}

// @ts-ignore: decorator
@inline
export function boxOf(state: RowState, net: i32): usize {
  return state.boxes + (<usize>net << 5);
}

// @ts-ignore: decorator
@inline
function lengthOf(box: usize): f64 {
  return load<f64>(box, 8) - load<f64>(box) + load<f64>(box, 24) - load<f64>(box, 16);
}

/** Writes the bounding box of a net's pins. A net without pins has an empty one at 0. */
function measure(state: RowState, net: i32, box: usize): void {
  let left = Infinity;
  let right = -Infinity;
  let bottom = Infinity;
  let top = -Infinity;
  const end = i32At(state.netStarts, net + 1);
  for (let pin = i32At(state.netStarts, net); pin < end; pin++) {
    const cell = i32At(state.pinCells, pin);
    let x = f64At(state.pinXs, pin);
    let y = f64At(state.pinYs, pin);
    if (cell >= 0) {
      x += f64At(state.xs, cell);
      y += f64At(state.ys, cell);
    }
    left = min(left, x);
    right = max(right, x);
    bottom = min(bottom, y);
    top = max(top, y);
  }
  if (left > right) left = right = bottom = top = 0;
  store<f64>(box, left);
  store<f64>(box, right, 8);
  store<f64>(box, bottom, 16);
  store<f64>(box, top, 24);
}

/** Starts a trial: no net has been met. */
// @ts-ignore: decorator
@inline
export function beginTrial(state: RowState): void {
  state.stamp++;
  state.trialNetCount = 0;
}

/**
 * Adds the nets of a cell, which has moved already, to the trial. Returns by how much their weighted lengths grow; infinite if
 * a pin has left the box that a large net had in the beginning of the pass, so large nets never grow.
 */
export function addToTrial(state: RowState, cell: i32): f64 {
  let growth: f64 = 0;
  const end = i32At(state.cellNetStarts, cell + 1);
  for (let i = i32At(state.cellNetStarts, cell); i < end; i++) {
    const net = i32At(state.cellNets, i);
    const stamp = state.stamps + (<usize>net << 2);
    if (load<i32>(stamp) == state.stamp) continue;
    store<i32>(stamp, state.stamp);
    const at = state.trialNetCount++;
    store<i32>(state.trialNets + (<usize>at << 2), net);
    const box = state.trialBoxes + (<usize>at << 5);
    measure(state, net, box);
    growth += f64At(state.netWeights, net) * (lengthOf(box) - lengthOf(boxOf(state, net)));
  }
  return leavesLargeNet(state, cell) ? Infinity : growth;
}

/** Whether a pin of a cell lies outside the box of its large net. */
function leavesLargeNet(state: RowState, cell: i32): bool {
  const end = i32At(state.largeStarts, cell + 1);
  for (let i = i32At(state.largeStarts, cell); i < end; i++) {
    const pin = i32At(state.largePins, i);
    const box = boxOf(state, i32At(state.largeNets, i));
    const x = f64At(state.xs, cell) + f64At(state.pinXs, pin);
    const y = f64At(state.ys, cell) + f64At(state.pinYs, pin);
    if (x < load<f64>(box) || x > load<f64>(box, 8) || y < load<f64>(box, 16) || y > load<f64>(box, 24)) return true;
  }
  return false;
}

/** Keeps the boxes of a trial whose cells stay where it moved them. */
export function keepTrial(state: RowState): void {
  for (let at = 0; at < state.trialNetCount; at++) {
    const from = state.trialBoxes + (<usize>at << 5);
    memory.copy(boxOf(state, i32At(state.trialNets, at)), from, 32);
  }
}

/**
 * Where a cell's nets want it: the rectangle in which its lower left corner is best, as if its pins were all at its
 * offset-weighted place. Bounds go to `boundXs[0 .. 1]` and `boundYs[0 .. 1]`. False if it has no net with another pin.
 */
export function optimalRegion(state: RowState, cell: i32): bool {
  let count = 0;
  const end = i32At(state.cellNetStarts, cell + 1);
  for (let i = i32At(state.cellNetStarts, cell); i < end; i++) {
    if (count + 2 > state.mostBounds) break;
    const net = i32At(state.cellNets, i);
    let left = Infinity;
    let right = -Infinity;
    let bottom = Infinity;
    let top = -Infinity;
    let own: f64 = 0;
    let ownX: f64 = 0;
    let ownY: f64 = 0;
    const last = i32At(state.netStarts, net + 1);
    for (let pin = i32At(state.netStarts, net); pin < last; pin++) {
      const other = i32At(state.pinCells, pin);
      let x = f64At(state.pinXs, pin);
      let y = f64At(state.pinYs, pin);
      if (other == cell) {
        own += 1;
        ownX += x;
        ownY += y;
        continue;
      }
      if (other >= 0) {
        x += f64At(state.xs, other);
        y += f64At(state.ys, other);
      }
      left = min(left, x);
      right = max(right, x);
      bottom = min(bottom, y);
      top = max(top, y);
    }
    if (left > right) continue;
    insert(state.boundXs, count, left - ownX / own);
    insert(state.boundXs, count + 1, right - ownX / own);
    insert(state.boundYs, count, bottom - ownY / own);
    insert(state.boundYs, count + 1, top - ownY / own);
    count += 2;
  }
  if (count == 0) return false;
  // An even number of bounds: between the two middle ones every place is as good.
  const middle = count >> 1;
  const x0 = f64At(state.boundXs, middle - 1);
  const x1 = f64At(state.boundXs, middle);
  const y0 = f64At(state.boundYs, middle - 1);
  const y1 = f64At(state.boundYs, middle);
  store<f64>(state.boundXs, x0);
  store<f64>(state.boundXs, x1, 8);
  store<f64>(state.boundYs, y0);
  store<f64>(state.boundYs, y1, 8);
  return true;
}

/** Inserts a value into the first `count` numbers, which are sorted. */
function insert(numbers: usize, count: i32, value: f64): void {
  let at = count;
  while (at > 0 && f64At(numbers, at - 1) > value) {
    store<f64>(numbers + (<usize>at << 3), f64At(numbers, at - 1));
    at--;
  }
  store<f64>(numbers + (<usize>at << 3), value);
}
