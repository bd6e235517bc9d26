// The wire mask of a macro: how much the wirelength increases with its centre on each cell. A half-perimeter is the sum of
// an x part and a y part, so the mask is the sum of a vector over columns and one over rows.
import { turnedX, turnedY } from "../judge/judge-nets";
import { f64At, i32At, JudgeState } from "../judge/judge-state";

/**
 * Writes `outColumns` (one f64 per grid column) and `outRows`: the weighted increase in µm of the nets of `node` for its
 * centre in each column and row. Nets of a node: `nodeNets[nodeNetStarts[node] ..]`. Points of nodes that are not placed
 * (NaN) are ignored, and the current place of `node` does not matter.
 */
export function wireMask(
  address: usize, node: i32, nodeNetStarts: usize, nodeNets: usize, outColumns: usize, outRows: usize,
): void {
  const state = changetype<JudgeState>(address);
  const columns = state.columns;
  const rows = state.rows;
  memory.fill(outColumns, 0, <usize>columns << 3);
  memory.fill(outRows, 0, <usize>rows << 3);
  const orientation = <i32>load<u8>(state.orientations + node);
  const end = i32At(nodeNetStarts, node + 1);
  for (let i = i32At(nodeNetStarts, node); i < end; i++) {
    const net = i32At(nodeNets, i);
    let left: f64 = Infinity;
    let right: f64 = -Infinity;
    let bottom: f64 = Infinity;
    let top: f64 = -Infinity;
    let minDx: f64 = Infinity;
    let maxDx: f64 = -Infinity;
    let minDy: f64 = Infinity;
    let maxDy: f64 = -Infinity;
    const last = i32At(state.netStarts, net + 1);
    for (let j = i32At(state.netStarts, net); j < last; j++) {
      const point = i32At(state.netPoints, j);
      if (i32At(state.pointNodes, point) == node) {
        const x = f64At(state.pointXOffsets, point);
        const y = f64At(state.pointYOffsets, point);
        const dx = turnedX(orientation, x, y);
        const dy = turnedY(orientation, x, y);
        minDx = min(minDx, dx);
        maxDx = max(maxDx, dx);
        minDy = min(minDy, dy);
        maxDy = max(maxDy, dy);
        continue;
      }
      const x = f64At(state.pointXs, point);
      if (x != x) continue;
      const y = f64At(state.pointYs, point);
      left = min(left, x);
      right = max(right, x);
      bottom = min(bottom, y);
      top = max(top, y);
    }
    if (left > right) continue; // no other point of the net is placed
    const weight = f64At(state.netWeights, net);
    addGrowth(outColumns, columns, state.cellWidth, weight, left, right, minDx, maxDx);
    addGrowth(outRows, rows, state.cellHeight, weight, bottom, top, minDy, maxDy);
  }
}

/** Adds weight * (increase of [low, high] when it takes in centre + minOffset .. centre + maxOffset) per cell. */
function addGrowth(
  out: usize, count: i32, cell: f64, weight: f64, low: f64, high: f64, minOffset: f64, maxOffset: f64,
): void {
  let centre = cell / 2;
  for (let i = 0; i < count; i++) {
    const growth = max(0, low - centre - minOffset) + max(0, centre + maxOffset - high);
    const at = out + (<usize>i << 3);
    store<f64>(at, load<f64>(at) + weight * growth);
    centre += cell;
  }
}
