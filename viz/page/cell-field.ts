// Standard cells by level of detail: zoomed out as tiles of how densely they cover the die, zoomed in as sprites of the visible
// cells. Drawing time does not depend on the number of cells.
import { Container, Sprite, Texture } from "pixi.js";
import { type Block, NodeKind, type Placement, type Rectangle } from "../../netlist/index.js";
import { isPlaced } from "../geometry.js";
import type { Colours } from "../palette.js";
import type { Camera } from "./camera.js";
import { CellTiles } from "./cell-tiles.js";

/** With more visible cells, tiles are shown. */
const MOST_SPRITES = 6000;
/** Bins of the index along each side. */
const BINS = 128;
/** Cells that have moved since they were put into bins, before all are put into bins again. */
const MOST_LOOSE = 2000;

export class CellField {
  readonly container = new Container();
  private readonly block: Block;
  private readonly cells: Int32Array;
  private readonly tiles: CellTiles;
  private readonly near = new Container();
  private readonly pool: Sprite[] = [];
  /** Cells of bin b: `binned[binStarts[b] .. binStarts[b + 1]]`. */
  private readonly binStarts = new Int32Array(BINS * BINS + 1);
  private readonly binned: Int32Array;
  private largest = 0;
  private placement: Placement | undefined;
  private colour = "#000000";
  private stale = true;
  /** Cells that are not where the bins have them. */
  private readonly loose = new Set<number>();

  constructor(block: Block) {
    this.block = block;
    let count = 0;
    for (const kind of block.kinds) if (kind === NodeKind.StandardCell) count++;
    this.cells = new Int32Array(count);
    this.binned = new Int32Array(count);
    for (let node = 0, next = 0; node < block.nodeCount; node++) {
      if (block.kinds[node] !== NodeKind.StandardCell) continue;
      this.cells[next++] = node;
      this.largest = Math.max(this.largest, block.widths[node]!, block.heights[node]!);
    }
    this.tiles = new CellTiles(block, (rectangle) => this.around(rectangle));
    this.container.addChild(this.tiles.container, this.near);
  }

  recolour(colours: Colours): void {
    this.colour = colours.softEdge;
    this.tiles.recolour(this.colour);
    for (const sprite of this.pool) sprite.tint = this.colour;
  }

  /** Tells that cells have moved: those among some nodes, or any. */
  moved(nodes?: readonly number[]): void {
    if (nodes)
      for (const node of nodes) if (this.block.kinds[node] === NodeKind.StandardCell) this.loose.add(node);
    this.stale ||= !nodes || this.loose.size > MOST_LOOSE;
    this.tiles.outdate();
  }

  /** Chooses the level of detail for the camera and draws it. Returns whether more is to be drawn in the next frame. */
  update(camera: Camera, placement: Placement, shown: boolean): boolean {
    this.container.visible = shown && this.cells.length > 0;
    if (!this.container.visible) return false;
    this.placement = placement;
    if (this.stale) {
      this.stale = false;
      this.index(placement);
    }
    const visible = this.inView(camera, placement);
    this.tiles.container.visible = visible === undefined;
    this.near.visible = visible !== undefined;
    if (!visible) return this.tiles.update(camera, placement, this.colour);
    while (this.pool.length < visible.length) {
      const sprite = new Sprite(Texture.WHITE);
      sprite.anchor.set(0.5);
      sprite.tint = this.colour;
      sprite.alpha = 0.6;
      this.pool.push(sprite);
      this.near.addChild(sprite);
    }
    // A thin gap between neighbours, but no cell thinner than a pixel.
    const gap = 0.6 / camera.scale;
    this.pool.forEach((sprite, index) => {
      const node = visible[index];
      sprite.visible = node !== undefined;
      if (node === undefined) return;
      const least = 1 / camera.scale;
      sprite.position.set(placement.xs[node]!, placement.ys[node]!);
      sprite.setSize(
        Math.max(least, this.block.widths[node]! - gap),
        Math.max(least, this.block.heights[node]! - gap),
      );
    });
    return false;
  }

  get detail(): "tiles" | "cells" | "none" {
    if (!this.container.visible) return "none";
    return this.near.visible ? "cells" : "tiles";
  }

  /** The cell at a place, or -1. */
  at(x: number, y: number, placement: Placement): number {
    const { block } = this;
    for (const node of this.near.visible ? this.around({ left: x, right: x, bottom: y, top: y }) : [])
      if (
        Math.abs(placement.xs[node]! - x) <= block.widths[node]! / 2 &&
        Math.abs(placement.ys[node]! - y) <= block.heights[node]! / 2
      )
        return node;
    return -1;
  }

  /** Visible cells, or undefined if there are too many for sprites. */
  private inView(camera: Camera, placement: Placement): number[] | undefined {
    const found: number[] = [];
    for (const node of this.around(camera.view)) {
      if (!isPlaced(placement, node)) continue;
      found.push(node);
      if (found.length > MOST_SPRITES) return undefined;
    }
    return found;
  }

  /** Cells of the bins that a rectangle touches, extended by half the largest cell. */
  private *around({ left, right, bottom, top }: Rectangle): Generator<number> {
    const reach = this.largest / 2;
    const [c1, c2] = [this.column(left - reach), this.column(right + reach)];
    const [r1, r2] = [this.row(bottom - reach), this.row(top + reach)];
    const { loose } = this;
    for (let row = r1; row <= r2; row++)
      for (let i = this.binStarts[row * BINS + c1]!; i < this.binStarts[row * BINS + c2 + 1]!; i++) {
        const node = this.binned[i]!;
        if (loose.size === 0 || !loose.has(node)) yield node;
      }
    const { placement } = this;
    if (!placement) return;
    const { xs, ys } = placement;
    for (const node of loose)
      if (
        xs[node]! >= left - reach &&
        xs[node]! <= right + reach &&
        ys[node]! >= bottom - reach &&
        ys[node]! <= top + reach
      )
        yield node;
  }

  private column(x: number): number {
    return Math.min(BINS - 1, Math.max(0, Math.floor((x / this.block.canvas.width) * BINS)));
  }

  private row(y: number): number {
    return Math.min(BINS - 1, Math.max(0, Math.floor((y / this.block.canvas.height) * BINS)));
  }

  private index(placement: Placement): void {
    const { binStarts, binned, cells } = this;
    this.loose.clear();
    const bin = (node: number) => this.row(placement.ys[node]!) * BINS + this.column(placement.xs[node]!);
    binStarts.fill(0);
    for (const node of cells) if (isPlaced(placement, node)) binStarts[bin(node) + 1]!++;
    for (let i = 0; i < BINS * BINS; i++) binStarts[i + 1]! += binStarts[i]!;
    const next = binStarts.slice();
    for (const node of cells) if (isPlaced(placement, node)) binned[next[bin(node)]!++] = node;
  }
}
