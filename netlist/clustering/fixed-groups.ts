// Groups that are fixed before partitioning: each hard macro with the cells next to it in the netlist, and ports that
// lie close together with theirs. Facts: Circuit Training's grouper (`fixed_logic_levels` = 1).
import { type Block, type Grid, isMovableCell, NodeKind } from "../block.js";
import type { CellNets } from "./cell-nets.js";

export interface FixedGroups {
  readonly count: number;
  /** Per node its group, or -1. */
  readonly groups: Int32Array;
}

/**
 * One group per hard macro that has nets, in node order; then groups of ports, one side of the canvas after the other
 * (top, right, bottom, left), each at most one grid cell long. A cell that drives a member or is driven by one joins
 * its group, that of the first such member in node order. Ports without places are in no group.
 */
export function fixedGroups(block: Block, nets: CellNets, grid: Grid = block.grid): FixedGroups {
  const groups = new Int32Array(block.nodeCount).fill(-1);
  let count = 0;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro || nets.nodeStarts[node] === nets.nodeStarts[node + 1])
      continue;
    groups[node] = count++;
  }
  count = groupPorts(block, grid, { groups, count });
  addNeighbours(block, nets, groups);
  return { count, groups };
}

const SIDES = ["top", "right", "bottom", "left"] as const;
type Side = (typeof SIDES)[number];

/** The side that a place is nearest to, by the canvas's diagonals. */
function sideOf({ width, height }: Block["canvas"], x: number, y: number): Side {
  const rising = y * width > height * x;
  const falling = y * width > height * (width - x);
  if (rising) return falling ? "top" : "left";
  return falling ? "right" : "bottom";
}

/** Adds groups of ports to `groups`. Returns the number of groups afterwards. */
function groupPorts(block: Block, grid: Grid, { groups, count: first }: FixedGroups): number {
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
    if (groups[node]! < 0 && isMovableCell(block, node)) groups[node] = group;
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
