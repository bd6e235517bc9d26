// Groups that stand before any partitioning: a hard macro with the cells next to it, ports that lie together with
// theirs. Facts: Circuit Training's grouper (`fixed_logic_levels` = 1).
import { type Block, type Grid, NodeKind } from "../block.js";
import type { CellNets } from "./cell-nets.js";

export interface FixedGroups {
  readonly count: number;
  /** Per node its group, or -1. */
  readonly groups: Int32Array;
}

/**
 * One group per hard macro that has nets, in node order; then ports, side by side (top, right, bottom, left), in
 * stretches of one grid cell. Then cells that share a net with a member, as its driver or its sink, join; the first
 * member in node order has them. Ports without places are in no group.
 */
export function fixedGroups(block: Block, nets: CellNets, grid: Grid = block.grid): FixedGroups {
  const groups = new Int32Array(block.nodeCount).fill(-1);
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro || nets.nodeStarts[node] === nets.nodeStarts[node + 1])
      continue;
    groups[node] = count++;
  }
  count = groupPorts(block, grid, groups, count);
  addNeighbours(block, nets, groups);
  return { count, groups };
}

const SIDES = ["top", "right", "bottom", "left"] as const;
type Side = (typeof SIDES)[number];

/** On which side a place is, by the canvas's diagonals. */
function sideOf({ width, height }: Block["canvas"], x: number, y: number): Side {
  const rising = y * width > height * x;
  const falling = y * width > height * (width - x);
  if (rising) return falling ? "top" : "left";
  return falling ? "right" : "bottom";
}

function groupPorts(block: Block, grid: Grid, groups: Int32Array, first: number): number {
  const { canvas, initial } = block;
  const ports: Record<Side, number[]> = { top: [], right: [], bottom: [], left: [] };
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.Port) continue;
    const x = initial.xs[node]!;
    const y = initial.ys[node]!;
    if (!Number.isNaN(x + y)) ports[sideOf(canvas, x, y)].push(node);
  }
  let count = first;
  for (const side of SIDES) {
    const alongX = side === "top" || side === "bottom";
    const along = alongX ? initial.xs : initial.ys;
    const reach = alongX ? canvas.width / grid.columns : canvas.height / grid.rows;
    let start = Number.NEGATIVE_INFINITY;
    for (const node of ports[side].sort((a, b) => along[a]! - along[b]! || a - b)) {
      if (along[node]! > start + reach) {
        start = along[node]!;
        count++;
      }
      groups[node] = count - 1;
    }
  }
  return count;
}

function addNeighbours(block: Block, nets: CellNets, groups: Int32Array): void {
  const { netStarts, netNodes, nodeStarts, nodeNets } = nets;
  const join = (node: number, group: number): void => {
    if (groups[node]! < 0 && block.kinds[node] === NodeKind.StandardCell) groups[node] = group;
  };
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === NodeKind.StandardCell || groups[node]! < 0) continue;
    for (let k = nodeStarts[node]!; k < nodeStarts[node + 1]!; k++) {
      const start = netStarts[nodeNets[k]!]!;
      const end = netStarts[nodeNets[k]! + 1]!;
      if (netNodes[start] !== node) join(netNodes[start]!, groups[node]!);
      else for (let i = start + 1; i < end; i++) join(netNodes[i]!, groups[node]!);
    }
  }
}
