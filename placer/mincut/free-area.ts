// How much room there is in a rectangle of the canvas: its area without blockages and fixed hard macros.
import { type Block, isSideways, NodeKind } from "../../netlist/index.js";

export interface Region {
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
  readonly top: number;
}

/** Samples along each side of a grid cell. */
const FINENESS = 4;

/** Part of a region's room that trimming may lose. */
const TRIMMED = 1e-6;

/** Halvings of an interval that find a cut. */
const HALVINGS = 24;

/** Free area over rectangles, from a table of sums (resolved to a quarter of a grid cell, linear between). */
export class RegionSpace {
  private readonly width: number;
  private readonly height: number;
  private readonly columns: number;
  private readonly rows: number;
  /** Free area left of column i and below row j at `j * (columns + 1) + i`. */
  private readonly sums: Float64Array;

  constructor(block: Block) {
    const { canvas, grid } = block;
    this.width = canvas.width;
    this.height = canvas.height;
    this.columns = FINENESS * grid.columns;
    this.rows = FINENESS * grid.rows;
    const free = new Float64Array(this.columns * this.rows).fill(1);
    for (const blockage of block.blockages) this.cover(free, blockage, blockage.rate);
    for (let node = 0; node < block.nodeCount; node++)
      if (block.fixed[node] && block.kinds[node] === NodeKind.HardMacro)
        this.cover(free, boxOf(block, node), 1);
    this.sums = this.sumUp(free);
  }

  /** Free area in µm². */
  free({ left, bottom, right, top }: Region): number {
    return (
      this.below(right, top) - this.below(left, top) - this.below(right, bottom) + this.below(left, bottom)
    );
  }

  /** Where a cut across x (or y) leaves `share` of a region's free area left of it (below it). */
  cutAt(region: Region, acrossX: boolean, share: number): number {
    const total = this.free(region);
    const { left, bottom, right, top } = region;
    let low = acrossX ? left : bottom;
    let high = acrossX ? right : top;
    if (!(total > 0)) return low + share * (high - low);
    for (let i = 0; i < HALVINGS; i++) {
      const middle = (low + high) / 2;
      const part = acrossX
        ? this.free({ left, bottom, right: middle, top })
        : this.free({ left, bottom, right, top: middle });
      if (part < share * total) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  /** A region without the strips at its sides that have no room at all. */
  trim(region: Region): Region {
    if (!(this.free(region) > 0)) return region;
    return {
      left: this.cutAt(region, true, TRIMMED),
      right: this.cutAt(region, true, 1 - TRIMMED),
      bottom: this.cutAt(region, false, TRIMMED),
      top: this.cutAt(region, false, 1 - TRIMMED),
    };
  }

  private cover(free: Float64Array, box: Region, rate: number): void {
    const dx = this.width / this.columns;
    const dy = this.height / this.rows;
    const lastColumn = Math.min(this.columns - 1, Math.floor(box.right / dx));
    const lastRow = Math.min(this.rows - 1, Math.floor(box.top / dy));
    for (let row = Math.max(0, Math.floor(box.bottom / dy)); row <= lastRow; row++) {
      const high = Math.max(0, Math.min(box.top, (row + 1) * dy) - Math.max(box.bottom, row * dy));
      for (let column = Math.max(0, Math.floor(box.left / dx)); column <= lastColumn; column++) {
        const wide = Math.max(0, Math.min(box.right, (column + 1) * dx) - Math.max(box.left, column * dx));
        const at = row * this.columns + column;
        free[at] = Math.max(0, free[at]! - (rate * wide * high) / (dx * dy));
      }
    }
  }

  private sumUp(free: Float64Array): Float64Array {
    const cell = (this.width / this.columns) * (this.height / this.rows);
    const stride = this.columns + 1;
    const sums = new Float64Array(stride * (this.rows + 1));
    for (let row = 0; row < this.rows; row++) {
      let line = 0;
      for (let column = 0; column < this.columns; column++) {
        line += free[row * this.columns + column]! * cell;
        sums[(row + 1) * stride + column + 1] = sums[row * stride + column + 1]! + line;
      }
    }
    return sums;
  }

  /** Free area left of x and below y. */
  private below(x: number, y: number): number {
    const u = Math.min(this.columns, Math.max(0, (x / this.width) * this.columns));
    const v = Math.min(this.rows, Math.max(0, (y / this.height) * this.rows));
    const column = Math.min(this.columns - 1, Math.floor(u));
    const row = Math.min(this.rows - 1, Math.floor(v));
    const at = row * (this.columns + 1) + column;
    const low = mix(this.sums[at]!, this.sums[at + 1]!, u - column);
    const high = mix(this.sums[at + this.columns + 1]!, this.sums[at + this.columns + 2]!, u - column);
    return mix(low, high, v - row);
  }
}

function mix(a: number, b: number, share: number): number {
  return a + share * (b - a);
}

function boxOf(block: Block, node: number): Region {
  const sideways = isSideways(block.initial.orientations[node]!);
  const halfWidth = (sideways ? block.heights[node]! : block.widths[node]!) / 2;
  const halfHeight = (sideways ? block.widths[node]! : block.heights[node]!) / 2;
  const x = block.initial.xs[node]!;
  const y = block.initial.ys[node]!;
  return { left: x - halfWidth, bottom: y - halfHeight, right: x + halfWidth, top: y + halfHeight };
}
