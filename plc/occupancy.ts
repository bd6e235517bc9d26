// Where a node may go: how full each grid cell is, and the masks that follow from it. The rules reproduce every step of
// the original's legaliser on the open blocks (docs/proxy-cost.md): inside the canvas, no cell that is touched more than
// full, and hard macros neither on each other nor on a blockage. What is placed counts, the node itself included.
import { OUTSIDE_TOLERANCE, TOUCHING } from "../env/index.js";
import {
  type Blockage,
  type Canvas,
  type Grid,
  isMacro,
  NodeKind,
  type Placement,
  sidesOf,
} from "../netlist/index.js";
import { ChangedNodes } from "./changed-nodes.js";

/** How full a cell may be; the binary accepts 1.00099 and rejects 1.00102. */
const FULL = 1.001;
/** Shares of cells are multiples of 2^-40, so that what is taken away leaves no trace. */
const UNIT = 2 ** 40;
/** Of a cell's side: an overlap that is rounding. */
const LEAST_SHARE = 1e-9;

/** What the masks depend on besides the placement. Lengths are µm. */
export interface Site {
  readonly canvas: Canvas;
  readonly grid: Grid;
  readonly kinds: Uint8Array;
  readonly widths: Float64Array;
  readonly heights: Float64Array;
  readonly blockages: readonly Blockage[];
  /** Least distance of two hard macros in x and in y. */
  readonly spacing: { readonly x: number; readonly y: number };
  /** Whether hard macros may stand on soft macros and cells. */
  readonly overCells: boolean;
}

interface Spans {
  /** From the centre's column or row: how far the node reaches, and its share of each. */
  readonly reach: number;
  readonly shares: readonly number[];
}

export class Occupancy {
  /** Whoever changes the placement adds the nodes here. */
  readonly changed: ChangedNodes;
  private readonly site: Site;
  private readonly placement: Placement;
  private readonly cellWidth: number;
  private readonly cellHeight: number;
  /** Per cell in units: blockages; these and hard macros; soft macros and cells. */
  private readonly blocked: Float64Array;
  private readonly hard: Float64Array;
  private readonly soft: Float64Array;
  /** Where the nodes are in `hard` and `soft`. */
  private readonly counted: Placement;
  private readonly mask: Uint8Array;
  /** The node whose mask `mask` is, or -1. */
  private maskNode = -1;

  constructor(site: Site, placement: Placement) {
    const { canvas, grid, kinds } = site;
    const cells = grid.columns * grid.rows;
    this.site = site;
    this.placement = placement;
    this.cellWidth = canvas.width / grid.columns;
    this.cellHeight = canvas.height / grid.rows;
    this.blocked = new Float64Array(cells);
    for (const { left, bottom, right, top, rate } of site.blockages)
      this.cover(this.blocked, [left, bottom, right, top], rate);
    this.hard = this.blocked.slice();
    this.soft = new Float64Array(cells);
    this.counted = {
      xs: new Float64Array(kinds.length).fill(Number.NaN),
      ys: new Float64Array(kinds.length).fill(Number.NaN),
      orientations: new Uint8Array(kinds.length),
    };
    this.mask = new Uint8Array(cells);
    this.changed = new ChangedNodes(kinds.length);
  }

  /** Share of each cell that blockages, macros and cells take, row-major from the lower left. */
  density(): number[] {
    this.follow();
    return Array.from(this.hard, (units, cell) => (units + this.soft[cell]!) / UNIT);
  }

  /**
   * Per cell, row-major from the lower left: 1 where the node's centre may be on the cell's centre. Overwritten by the
   * next call.
   */
  maskFor(node: number): Uint8Array {
    this.follow();
    if (this.maskNode === node) return this.mask;
    const { site, mask } = this;
    const { width, height } = sidesOf(site, this.placement, node);
    mask.fill(0);
    this.allowInside(width, height);
    if (isMacro(site.kinds[node]!) || site.kinds[node] === NodeKind.StandardCell) {
      const isHard = site.kinds[node] === NodeKind.HardMacro;
      if (isHard) this.refuseHard(width, height);
      this.refuseFull(width, height, !(isHard && site.overCells));
    }
    this.maskNode = node;
    return mask;
  }

  /** Brings the shares up to date with the placement. */
  private follow(): void {
    const { changed, site } = this;
    if (!changed.isAll && changed.nodes.length === 0) return;
    this.maskNode = -1;
    if (changed.isAll) for (let node = 0; node < site.kinds.length; node++) this.recount(node);
    else for (const node of changed.nodes) this.recount(node);
    changed.clear();
  }

  private recount(node: number): void {
    const { placement, counted, site } = this;
    const kind = site.kinds[node];
    if (kind === NodeKind.Port) return;
    const map = kind === NodeKind.HardMacro ? this.hard : this.soft;
    this.coverNode(map, counted, node, -1);
    counted.xs[node] = placement.xs[node]!;
    counted.ys[node] = placement.ys[node]!;
    counted.orientations[node] = placement.orientations[node]!;
    this.coverNode(map, counted, node, 1);
  }

  private coverNode(map: Float64Array, placement: Placement, node: number, rate: number): void {
    const [x, y] = [placement.xs[node]!, placement.ys[node]!];
    if (Number.isNaN(x)) return;
    const { width, height } = sidesOf(this.site, placement, node);
    this.cover(map, [x - width / 2, y - height / 2, x + width / 2, y + height / 2], rate);
  }

  /** Adds `rate` times a box (left, bottom, right, top) to the cells that it touches. */
  private cover(map: Float64Array, box: readonly [number, number, number, number], rate: number): void {
    const { columns, rows } = this.site.grid;
    const { cellWidth, cellHeight } = this;
    const [left, bottom, right, top] = box;
    const firstColumn = Math.max(0, Math.floor(left / cellWidth));
    const lastColumn = Math.min(columns - 1, Math.floor(right / cellWidth));
    const firstRow = Math.max(0, Math.floor(bottom / cellHeight));
    const lastRow = Math.min(rows - 1, Math.floor(top / cellHeight));
    const area = cellWidth * cellHeight;
    for (let row = firstRow; row <= lastRow; row++) {
      const height = Math.min(top, (row + 1) * cellHeight) - Math.max(bottom, row * cellHeight);
      for (let column = firstColumn; column <= lastColumn; column++) {
        const width = Math.min(right, (column + 1) * cellWidth) - Math.max(left, column * cellWidth);
        if (width <= 0 || height <= 0) continue;
        map[row * columns + column]! += rate * Math.round((width * height * UNIT) / area);
      }
    }
  }

  /** Sets the cells on whose centres a box lies inside the canvas. */
  private allowInside(width: number, height: number): void {
    const { columns, rows } = this.site.grid;
    const { cellWidth, cellHeight, mask } = this;
    const isInside = (index: number, side: number, cell: number, cells: number) => {
      const centre = (index + 0.5) * cell;
      const slack = OUTSIDE_TOLERANCE * cell;
      return centre - side / 2 >= -slack && centre + side / 2 <= cell * cells + slack;
    };
    const inColumns: number[] = [];
    for (let column = 0; column < columns; column++)
      if (isInside(column, width, cellWidth, columns)) inColumns.push(column);
    if (inColumns.length === 0) return;
    const [first, end] = [inColumns[0]!, inColumns.at(-1)! + 1];
    for (let row = 0; row < rows; row++)
      if (isInside(row, height, cellHeight, rows)) mask.fill(1, row * columns + first, row * columns + end);
  }

  /** Clears the cells where a hard macro would overlap another, come too near to it, or touch a blockage. */
  private refuseHard(width: number, height: number): void {
    const { site, counted } = this;
    const { kinds, spacing } = site;
    for (let node = 0; node < kinds.length; node++) {
      if (kinds[node] !== NodeKind.HardMacro || Number.isNaN(counted.xs[node]!)) continue;
      const other = sidesOf(site, counted, node);
      this.refuseAround(counted.xs[node]!, counted.ys[node]!, {
        x: (other.width + width) / 2 + spacing.x - TOUCHING,
        y: (other.height + height) / 2 + spacing.y - TOUCHING,
      });
    }
    for (const { left, bottom, right, top } of site.blockages)
      this.refuseAround((left + right) / 2, (bottom + top) / 2, {
        x: (right - left + width) / 2 - TOUCHING,
        y: (top - bottom + height) / 2 - TOUCHING,
      });
  }

  /** Clears the cells whose centres are nearer to (x, y) than `reach` on both axes. */
  private refuseAround(x: number, y: number, reach: { readonly x: number; readonly y: number }): void {
    const { columns, rows } = this.site.grid;
    const { cellWidth, cellHeight, mask } = this;
    const firstColumn = Math.max(0, Math.floor((x - reach.x) / cellWidth - 0.5) + 1);
    const firstRow = Math.max(0, Math.floor((y - reach.y) / cellHeight - 0.5) + 1);
    const lastColumn = Math.min(columns - 1, Math.ceil((x + reach.x) / cellWidth - 0.5) - 1);
    const lastRow = Math.min(rows - 1, Math.ceil((y + reach.y) / cellHeight - 0.5) - 1);
    if (lastColumn < firstColumn) return;
    for (let row = firstRow; row <= lastRow; row++)
      mask.fill(0, row * columns + firstColumn, row * columns + lastColumn + 1);
  }

  /** Clears the cells from which a box would fill a cell that it touches beyond `FULL`. */
  private refuseFull(width: number, height: number, soft: boolean): void {
    const { columns, rows } = this.site.grid;
    const { mask } = this;
    const acrossX = spans(width, this.cellWidth, columns);
    const acrossY = spans(height, this.cellHeight, rows);
    const largest = acrossX.shares[acrossX.reach]! * acrossY.shares[acrossY.reach]!;
    for (let row = 0; row < rows; row++)
      for (let column = 0; column < columns; column++) {
        const cell = row * columns + column;
        const room = FULL - (this.hard[cell]! + (soft ? this.soft[cell]! : 0)) / UNIT;
        if (largest <= room) continue;
        // The cells from which the box reaches this one.
        const firstRow = Math.max(0, row - acrossY.reach);
        const lastRow = Math.min(rows - 1, row + acrossY.reach);
        const firstColumn = Math.max(0, column - acrossX.reach);
        const lastColumn = Math.min(columns - 1, column + acrossX.reach);
        for (let r = firstRow; r <= lastRow; r++) {
          const share = acrossY.shares[row - r + acrossY.reach]!;
          if (share <= 0) continue;
          for (let c = firstColumn; c <= lastColumn; c++) {
            const part = share * acrossX.shares[column - c + acrossX.reach]!;
            if (part > 0 && part > room) mask[r * columns + c] = 0;
          }
        }
      }
  }
}

/** How a side, centred on a cell's centre, lies over the cells around. */
function spans(side: number, cell: number, cells: number): Spans {
  const reach = Math.min(cells, Math.max(0, Math.ceil(side / (2 * cell) - 0.5)));
  const shares: number[] = [];
  for (let offset = -reach; offset <= reach; offset++) {
    const covered = Math.min(side / 2, (offset + 0.5) * cell) - Math.max(-side / 2, (offset - 0.5) * cell);
    shares.push(covered > LEAST_SHARE * cell ? covered / cell : 0);
  }
  return { reach, shares };
}
