// The original's legaliser: macros leave the canvas and come back one by one, largest first, each onto the legal grid
// cell nearest to where it stood. Hard and soft macros go in one list. The rule of legality reproduces the binary's
// on every node of the open blocks: inside the canvas, no cell more than full, no hard macro on another. Standard
// cells of flat netlists stay where they are and count nothing.
import { OUTSIDE_TOLERANCE, TOUCHING } from "../../env/index.js";
import { type Block, copyPlacement, isSideways, NodeKind, type Placement } from "../../netlist/index.js";

/** How full a cell may be; the binary accepts 1.00099 and rejects 1.00102. */
const FULL = 1.001;

export interface Legalised {
  readonly placement: Placement;
  /** Nodes without a place: the first that fits nowhere ends the work, and all after it are left out too. */
  readonly unplaced: number[];
}

/** Puts every macro that may move on the nearest legal cell. Orientations stay; fixed nodes stand. */
export function legalise(block: Block, given: Placement): Legalised {
  const placement = copyPlacement(given);
  const order = movingByArea(block);
  const starts = order.map((node) => cellOf(block, placement.xs[node]!, placement.ys[node]!));
  for (const node of order) {
    placement.xs[node] = Number.NaN;
    placement.ys[node] = Number.NaN;
  }
  const floor = new Floor(block, placement);
  for (let i = 0; i < order.length; i++) {
    const cell = nearestLegal(floor, order[i]!, starts[i]!);
    if (cell < 0) return { placement, unplaced: order.slice(i) };
    floor.place(order[i]!, cell);
  }
  return { placement, unplaced: [] };
}

/** Hard and soft macros that may move, by area descending, ties in node order. */
function movingByArea(block: Block): number[] {
  const nodes: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (!block.fixed[node] && isMacro(block, node)) nodes.push(node);
  const area = (node: number) => block.widths[node]! * block.heights[node]!;
  return nodes.sort((a, b) => area(b) - area(a) || a - b);
}

function isMacro(block: Block, node: number): boolean {
  return block.kinds[node] === NodeKind.HardMacro || block.kinds[node] === NodeKind.SoftMacro;
}

/** The cell that a point lies in, row-major from the lower left, or -1 outside the canvas. */
function cellOf({ canvas, grid }: Block, x: number, y: number): number {
  const column = Math.floor((x * grid.columns) / canvas.width);
  const row = Math.floor((y * grid.rows) / canvas.height);
  const inside = column >= 0 && column < grid.columns && row >= 0 && row < grid.rows;
  return inside ? row * grid.columns + column : -1;
}

/**
 * The first legal cell by Manhattan distance from `start`; within a distance by row, then column. A start of -1 counts
 * as the last column of row 0, as the binary's modulo has it. -1 if there is none.
 */
function nearestLegal(floor: Floor, node: number, start: number): number {
  const { columns, rows } = floor.block.grid;
  const startColumn = ((start % columns) + columns) % columns;
  const startRow = Math.trunc(start / columns);
  for (let distance = 0; distance <= columns + rows; distance++) {
    for (let rowOffset = -distance; rowOffset <= distance; rowOffset++) {
      const row = startRow + rowOffset;
      if (row < 0 || row >= rows) continue;
      const reach = distance - Math.abs(rowOffset);
      const left = startColumn - reach;
      const right = startColumn + reach;
      if (left >= 0 && left < columns && floor.allows(node, row * columns + left))
        return row * columns + left;
      if (reach > 0 && right >= 0 && right < columns && floor.allows(node, row * columns + right))
        return row * columns + right;
    }
  }
  return -1;
}

interface Box {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

/** What stands on the canvas: how full each cell is, and the hard macros' boxes. */
class Floor {
  readonly block: Block;
  private readonly placement: Placement;
  private readonly cellWidth: number;
  private readonly cellHeight: number;
  private readonly fullness: Float64Array;
  private readonly hardSizes: Box[] = [];

  constructor(block: Block, placement: Placement) {
    const { canvas, grid } = block;
    this.block = block;
    this.placement = placement;
    this.cellWidth = canvas.width / grid.columns;
    this.cellHeight = canvas.height / grid.rows;
    this.fullness = new Float64Array(grid.columns * grid.rows);
    for (const blockage of block.blockages) this.cover(blockage, blockage.rate);
    for (let node = 0; node < block.nodeCount; node++)
      if (isMacro(block, node) && !Number.isNaN(placement.xs[node]! + placement.ys[node]!))
        this.take(node, this.boxAt(node, placement.xs[node]!, placement.ys[node]!));
  }

  /** Whether a node's centre may stand on the centre of `cell`. */
  allows(node: number, cell: number): boolean {
    const { canvas, blockages, kinds } = this.block;
    const box = this.boxOnCell(node, cell);
    const slackX = OUTSIDE_TOLERANCE * this.cellWidth;
    const slackY = OUTSIDE_TOLERANCE * this.cellHeight;
    if (box.left < -slackX || box.right > canvas.width + slackX) return false;
    if (box.bottom < -slackY || box.top > canvas.height + slackY) return false;
    if (kinds[node] === NodeKind.HardMacro) {
      if (this.hardSizes.some((other) => overlap(box, other))) return false;
      if (blockages.some((blockage) => overlap(box, blockage))) return false;
    }
    return this.everyCell(box, (at, share) => this.fullness[at]! + share <= FULL);
  }

  place(node: number, cell: number): void {
    const box = this.boxOnCell(node, cell);
    this.placement.xs[node] = (box.left + box.right) / 2;
    this.placement.ys[node] = (box.bottom + box.top) / 2;
    this.take(node, box);
  }

  private take(node: number, box: Box): void {
    this.cover(box, 1);
    if (this.block.kinds[node] === NodeKind.HardMacro) this.hardSizes.push(box);
  }

  private cover(box: Box, rate: number): void {
    this.everyCell(box, (at, share) => {
      this.fullness[at]! += rate * share;
      return true;
    });
  }

  private boxOnCell(node: number, cell: number): Box {
    const { columns } = this.block.grid;
    const x = ((cell % columns) + 0.5) * this.cellWidth;
    const y = (Math.floor(cell / columns) + 0.5) * this.cellHeight;
    return this.boxAt(node, x, y);
  }

  private boxAt(node: number, x: number, y: number): Box {
    const sideways = isSideways(this.placement.orientations[node]!);
    const width = sideways ? this.block.heights[node]! : this.block.widths[node]!;
    const height = sideways ? this.block.widths[node]! : this.block.heights[node]!;
    return { left: x - width / 2, bottom: y - height / 2, right: x + width / 2, top: y + height / 2 };
  }

  /** Calls `visit` with each cell that a box touches and the share of it that is covered, until it says false. */
  private everyCell(box: Box, visit: (cell: number, share: number) => boolean): boolean {
    const { columns, rows } = this.block.grid;
    const { cellWidth, cellHeight } = this;
    const firstColumn = Math.max(0, Math.floor(box.left / cellWidth));
    const lastColumn = Math.min(columns - 1, Math.floor(box.right / cellWidth));
    const firstRow = Math.max(0, Math.floor(box.bottom / cellHeight));
    const lastRow = Math.min(rows - 1, Math.floor(box.top / cellHeight));
    for (let row = firstRow; row <= lastRow; row++) {
      const height = Math.min(box.top, (row + 1) * cellHeight) - Math.max(box.bottom, row * cellHeight);
      for (let column = firstColumn; column <= lastColumn; column++) {
        const width = Math.min(box.right, (column + 1) * cellWidth) - Math.max(box.left, column * cellWidth);
        if (width <= 0 || height <= 0) continue;
        if (!visit(row * columns + column, (width * height) / (cellWidth * cellHeight))) return false;
      }
    }
    return true;
  }
}

function overlap(a: Box, b: Box): boolean {
  return (
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > TOUCHING &&
    Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom) > TOUCHING
  );
}
