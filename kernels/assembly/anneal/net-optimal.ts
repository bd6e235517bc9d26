// Finds where the wires of a node are shortest. As a function of the x of its centre, the half-perimeter of its nets is
// convex and piecewise linear: every net adds a slope of -weight left of one breakpoint and +weight right of another. So
// the best x are between the two weighted medians of the breakpoints. The same holds for y.
import { placeOf, turnedX, turnedY } from "../judge/judge-nets";
import { f64At, i32At } from "../judge/judge-state";
import { FreeAnneal, judgeOf } from "./free-state";
import { below } from "./random";

/** Most nets considered. Of nodes with more, an evenly spaced sample with a random start. */
export const MOST_NETS: i32 = 24;

/** Writes the best interval for the centre of `node` to leastX .. mostY. Returns false if no net has another point. */
export function netOptimal(state: FreeAnneal, node: i32): bool {
  const judge = judgeOf(state);
  const first = i32At(state.nodeNetStarts, node);
  const total = i32At(state.nodeNetStarts, node + 1) - first;
  if (total == 0) return false;
  const taken = min(total, MOST_NETS);
  const start = total > taken ? below(state.random, total) : 0;
  const orientation = <i32>load<u8>(judge.orientations + node);
  const netPoints = judge.netPoints;
  const pointNodes = judge.pointNodes;
  const pointXs = judge.pointXs;
  const pointYs = judge.pointYs;
  let count = 0;
  for (let k = 0; k < taken; k++) {
    let pick = start + k * total / taken;
    if (pick >= total) pick -= total;
    const net = i32At(state.nodeNets, first + pick);
    let least = f64x2.splat(Infinity);
    let most = f64x2.splat(-Infinity);
    let minDx: f64 = Infinity;
    let maxDx: f64 = -Infinity;
    let minDy: f64 = Infinity;
    let maxDy: f64 = -Infinity;
    const last = i32At(judge.netStarts, net + 1);
    for (let j = i32At(judge.netStarts, net); j < last; j++) {
      const point = i32At(netPoints, j);
      if (i32At(pointNodes, point) == node) {
        const ownX = f64At(judge.pointXOffsets, point);
        const ownY = f64At(judge.pointYOffsets, point);
        const dx = turnedX(orientation, ownX, ownY);
        const dy = turnedY(orientation, ownX, ownY);
        minDx = min(minDx, dx);
        maxDx = max(maxDx, dx);
        minDy = min(minDy, dy);
        maxDy = max(maxDy, dy);
        continue;
      }
      const place = placeOf(pointXs, pointYs, point);
      least = f64x2.pmin(least, place); // an unplaced point (NaN) changes neither
      most = f64x2.pmax(most, place);
    }
    const left = f64x2.extract_lane(least, 0);
    const bottom = f64x2.extract_lane(least, 1);
    const right = f64x2.extract_lane(most, 0);
    const top = f64x2.extract_lane(most, 1);
    if (left > right || bottom > top) continue;
    const weight = f64At(judge.netWeights, net);
    insert(state.valuesX, state.weightsX, count, left - minDx, weight);
    insert(state.valuesY, state.weightsY, count, bottom - minDy, weight);
    insert(state.valuesX, state.weightsX, count + 1, right - maxDx, weight);
    insert(state.valuesY, state.weightsY, count + 1, top - maxDy, weight);
    count += 2;
  }
  if (count == 0) return false;
  let middle = medianIndex(state.weightsX, count);
  state.leastX = f64At(state.valuesX, middle >> 1);
  state.mostX = f64At(state.valuesX, (middle + 1) >> 1);
  middle = medianIndex(state.weightsY, count);
  state.leastY = f64At(state.valuesY, middle >> 1);
  state.mostY = f64At(state.valuesY, (middle + 1) >> 1);
  return true;
}

/** Inserts a value into the sorted list. */
// @ts-ignore: decorator
@inline
function insert(values: usize, weights: usize, count: i32, value: f64, weight: f64): void {
  let i = count;
  while (i > 0 && f64At(values, i - 1) > value) {
    store<f64>(values + (<usize>i << 3), f64At(values, i - 1));
    store<f64>(weights + (<usize>i << 3), f64At(weights, i - 1));
    i--;
  }
  store<f64>(values + (<usize>i << 3), value);
  store<f64>(weights + (<usize>i << 3), weight);
}

/** Twice the index of the weighted median, or the sum of two indices if it lies anywhere between them. */
function medianIndex(weights: usize, count: i32): i32 {
  let total: f64 = 0;
  for (let i = 0; i < count; i++) total += f64At(weights, i);
  const slack = total * 1e-12;
  let sum: f64 = 0;
  for (let i = 0; i < count; i++) {
    sum += f64At(weights, i);
    const excess = sum * 2 - total;
    if (excess > slack) return 2 * i;
    if (excess >= -slack) return 2 * i + 1;
  }
  return 2 * (count - 1);
}
