// Standard cells at two levels of detail: zoomed out as one picture of how densely they cover the die, zoomed in as sprites
// of the visible cells. Drawing time does not depend on the number of cells.
import { Container, Sprite, Texture } from "pixi.js";
import { type Block, NodeKind, type Placement, type Rectangle } from "../../netlist/index.js";
import { isPlaced } from "../geometry.js";
import type { Colours } from "../palette.js";
import type { Camera } from "./camera.js";

/** With more visible cells, the picture is shown. */
const MOST_SPRITES = 6000;
/** Side of the picture, px. */
const PICTURE = 768;
/** Bins of the index along each side. */
const BINS = 128;

export class CellField {
  readonly container = new Container();
  private readonly block: Block;
  private readonly cells: Int32Array;
  private readonly picture: Sprite;
  private readonly near = new Container();
  private readonly pool: Sprite[] = [];
  private readonly canvas = document.createElement("canvas");
  /** Cells of bin b: `binned[binStarts[b] .. binStarts[b + 1]]`. */
  private readonly binStarts = new Int32Array(BINS * BINS + 1);
  private readonly binned: Int32Array;
  private largest = 0;
  private colour = "#000000";
  private stale = true;

  constructor(block: Block) {
    this.block = block;
    const cells: number[] = [];
    for (let node = 0; node < block.nodeCount; node++)
      if (block.kinds[node] === NodeKind.StandardCell) {
        cells.push(node);
        this.largest = Math.max(this.largest, block.widths[node]!, block.heights[node]!);
      }
    this.cells = Int32Array.from(cells);
    this.binned = new Int32Array(cells.length);
    this.canvas.width = cells.length > 0 ? PICTURE : 1;
    this.canvas.height = this.canvas.width;
    this.picture = new Sprite(Texture.from(this.canvas));
    this.picture.setSize(block.canvas.width, block.canvas.height);
    this.picture.scale.y *= -1;
    this.picture.y = block.canvas.height;
    this.container.addChild(this.picture, this.near);
  }

  recolour(colours: Colours): void {
    this.colour = colours.softEdge;
    this.stale = true;
    for (const sprite of this.pool) sprite.tint = this.colour;
  }

  /** Tells that cells have moved. */
  moved(): void {
    this.stale = true;
  }

  /** Chooses the level of detail for the camera and draws it. */
  update(camera: Camera, placement: Placement, shown: boolean): void {
    this.container.visible = shown && this.cells.length > 0;
    if (!this.container.visible) return;
    if (this.stale) {
      this.stale = false;
      this.index(placement);
      this.paint(placement);
    }
    const visible = this.inView(camera, placement);
    this.picture.visible = visible === undefined;
    this.near.visible = visible !== undefined;
    if (!visible) return;
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
    for (let row = r1; row <= r2; row++)
      for (let i = this.binStarts[row * BINS + c1]!; i < this.binStarts[row * BINS + c2 + 1]!; i++)
        yield this.binned[i]!;
  }

  private column(x: number): number {
    return Math.min(BINS - 1, Math.max(0, Math.floor((x / this.block.canvas.width) * BINS)));
  }

  private row(y: number): number {
    return Math.min(BINS - 1, Math.max(0, Math.floor((y / this.block.canvas.height) * BINS)));
  }

  private index(placement: Placement): void {
    const { binStarts, binned, cells } = this;
    const bin = (node: number) => this.row(placement.ys[node]!) * BINS + this.column(placement.xs[node]!);
    binStarts.fill(0);
    const placed = cells.filter((node) => isPlaced(placement, node));
    for (const node of placed) binStarts[bin(node) + 1]!++;
    for (let i = 0; i < BINS * BINS; i++) binStarts[i + 1]! += binStarts[i]!;
    const next = binStarts.slice();
    for (const node of placed) binned[next[bin(node)]!++] = node;
  }

  /** Paints the picture: every cell adds its area to the pixel of its centre, and covered area sets the opacity. */
  private paint(placement: Placement): void {
    const context = this.canvas.getContext("2d");
    if (!context) return;
    const { canvas } = this.block;
    const cover = new Float32Array(PICTURE * PICTURE);
    const pixelArea = (canvas.width / PICTURE) * (canvas.height / PICTURE);
    for (const node of this.cells) {
      const column = Math.floor((placement.xs[node]! / canvas.width) * PICTURE);
      const row = PICTURE - 1 - Math.floor((placement.ys[node]! / canvas.height) * PICTURE);
      if (!(column >= 0 && column < PICTURE && row >= 0 && row < PICTURE)) continue;
      cover[row * PICTURE + column]! += (this.block.widths[node]! * this.block.heights[node]!) / pixelArea;
    }
    const image = context.createImageData(PICTURE, PICTURE);
    const [red, green, blue] = [1, 3, 5].map((at) => Number.parseInt(this.colour.slice(at, at + 2), 16));
    for (let pixel = 0; pixel < cover.length; pixel++) {
      const value = cover[pixel]!;
      if (value === 0) continue;
      image.data.set([red!, green!, blue!, 40 + 150 * Math.min(1, value)], 4 * pixel);
    }
    context.putImageData(image, 0, 0);
    this.picture.texture.source.update();
  }
}
