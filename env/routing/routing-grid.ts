// The grid of the global router: equal cells over the canvas, and how many wires fit between neighbours, layer by layer.
import {
  type Block,
  boxOf,
  NodeKind,
  type Placement,
  type Rectangle,
  type RoutingLayer,
  type RoutingSupply,
} from "../../netlist/index.js";

/** Cells of the grid at most; with more, cells are made larger. The searches take 100 bytes a cell. */
export const MOST_ROUTING_CELLS = 1 << 19;

/** Cells row by row from the lower left; lengths in µm. */
export interface RoutingGrid {
  readonly columns: number;
  readonly rows: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly layers: readonly RoutingLayer[];
  /**
   * Per layer and cell, wires that fit from the cell to the one on its right (horizontal layers) or above it (vertical
   * ones); 0 in the last column or row. The lowest layer has none.
   */
  readonly capacities: readonly Float64Array[];
}

/** The grid for a block with its macros placed. Hard macros without a place block nothing. */
export function routingGridOf(block: Block, placement: Placement, supply: RoutingSupply): RoutingGrid {
  const { width, height } = block.canvas;
  let columns = Math.max(1, Math.ceil(width / supply.cellWidth - 1e-6));
  let rows = Math.max(1, Math.ceil(height / supply.cellHeight - 1e-6));
  const shrink = Math.sqrt((columns * rows) / MOST_ROUTING_CELLS);
  if (shrink > 1) {
    columns = Math.max(1, Math.floor(columns / shrink));
    rows = Math.max(1, Math.floor(rows / shrink));
  }
  const shape = { columns, rows, cellWidth: width / columns, cellHeight: height / rows };
  const macros: { readonly node: number; readonly box: Rectangle }[] = [];
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro) continue;
    const box = boxOf(block, placement, node);
    if (!Number.isNaN(box.left + box.bottom)) macros.push({ node, box });
  }
  const capacities = supply.layers.map((layer, number) => {
    if (number === 0) return new Float64Array(columns * rows);
    const blocked = new Float64Array(columns * rows);
    for (const { node, box } of macros)
      addBlocked(blocked, shape, {
        box,
        isHorizontal: layer.isHorizontal,
        share: supply.blockedBy(node, number),
      });
    for (const { rectangle, layer: other, share } of supply.blockages)
      if (other === number)
        addBlocked(blocked, shape, { box: rectangle, isHorizontal: layer.isHorizontal, share });
    return capacitiesOf(blocked, shape, { ...layer, usable: supply.usable });
  });
  return { ...shape, layers: supply.layers, capacities };
}

type Shape = Omit<RoutingGrid, "layers" | "capacities">;

/** Wires that fit, from the shares of tracks that are blocked. */
function capacitiesOf(
  blocked: Float64Array,
  { columns, rows, cellWidth, cellHeight }: Shape,
  { isHorizontal, tracks, usable }: RoutingLayer & { readonly usable: number },
): Float64Array {
  const whole = usable * tracks * (isHorizontal ? cellHeight : cellWidth);
  return blocked.map((share, cell) => {
    const isLast = isHorizontal ? cell % columns === columns - 1 : cell >= columns * (rows - 1);
    return isLast ? 0 : whole * (1 - Math.min(1, share));
  });
}

/**
 * Adds the share of tracks that a box blocks between the centres of each two neighbours, as far as it reaches between
 * them: a wire goes from one centre to the other.
 */
function addBlocked(
  blocked: Float64Array,
  { columns, rows, cellWidth, cellHeight }: Shape,
  {
    box,
    isHorizontal,
    share,
  }: { readonly box: Rectangle; readonly isHorizontal: boolean; readonly share: number },
): void {
  if (!(share > 0)) return;
  // Along the wires: edges i from centre i to centre i + 1. Across them: cells.
  const along = isHorizontal
    ? { low: box.left / cellWidth, high: box.right / cellWidth, count: columns }
    : { low: box.bottom / cellHeight, high: box.top / cellHeight, count: rows };
  const across = isHorizontal
    ? { low: box.bottom / cellHeight, high: box.top / cellHeight, count: rows }
    : { low: box.left / cellWidth, high: box.right / cellWidth, count: columns };
  const first = Math.max(0, Math.floor(along.low - 0.5));
  const last = Math.min(along.count - 2, Math.ceil(along.high - 0.5) - 1);
  for (let lane = Math.max(0, Math.floor(across.low)); lane < Math.min(across.count, across.high); lane++) {
    const covered = share * (Math.min(across.high, lane + 1) - Math.max(across.low, lane));
    if (covered <= 0) continue;
    for (let edge = first; edge <= last; edge++) {
      const cell = isHorizontal ? lane * columns + edge : edge * columns + lane;
      blocked[cell]! += covered;
    }
  }
}
