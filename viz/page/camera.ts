// Converts between micrometres and pixels. y is upward in the world and downward on the screen.

import type { Rectangle } from "../../netlist/index.js";

/** Greatest margin around fitted contents, in pixels, and its greatest share of the shorter side of the view. */
const MARGIN = { pixels: 36, share: 0.06 } as const;
const ZOOM_LIMITS = { out: 0.2, in: 4000 } as const;

export class Camera {
  /** World point in the middle of the screen, µm. */
  x = 0;
  y = 0;
  /** Pixels per µm. */
  scale = 1;
  width = 1;
  height = 1;
  /** The scale that shows the whole die. */
  private fitted = 1;
  private die: Rectangle | undefined;
  /** Whether the whole die is shown because nobody has chosen another part. */
  private isWhole = false;

  /** Takes a new size of the view, and keeps the middle and the scale relative to that of the whole die. */
  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    if (!this.die) return;
    const { zoom } = this;
    this.fitted = this.fitting(this.die);
    this.scale = zoom * this.fitted;
    if (this.isWhole) this.fit(this.die);
  }

  /** Whether the whole die is shown because nobody has chosen another part. */
  get whole(): boolean {
    return this.isWhole;
  }

  /** The scale as a multiple of that at which the whole die is shown. */
  get zoom(): number {
    return this.scale / this.fitted;
  }

  /** Shows a part of the world: its middle in µm, and `zoom` as above. */
  show(x: number, y: number, zoom: number): void {
    this.isWhole = false;
    this.x = x;
    this.y = y;
    this.scale = Math.min(ZOOM_LIMITS.in, Math.max(ZOOM_LIMITS.out, zoom)) * this.fitted;
  }

  toScreenX(x: number): number {
    return this.width / 2 + (x - this.x) * this.scale;
  }

  toScreenY(y: number): number {
    return this.height / 2 - (y - this.y) * this.scale;
  }

  toWorldX(pixel: number): number {
    return this.x + (pixel - this.width / 2) / this.scale;
  }

  toWorldY(pixel: number): number {
    return this.y - (pixel - this.height / 2) / this.scale;
  }

  /** The visible part of the world, in µm. */
  get view(): Rectangle {
    return {
      left: this.toWorldX(0),
      right: this.toWorldX(this.width),
      bottom: this.toWorldY(this.height),
      top: this.toWorldY(0),
    };
  }

  /** Moves the picture by pixels. */
  pan(dx: number, dy: number): void {
    this.isWhole = false;
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  /** Zooms so that the world point under the pixel stays there. */
  zoomAt(pixelX: number, pixelY: number, factor: number): void {
    this.isWhole = false;
    const [x, y] = [this.toWorldX(pixelX), this.toWorldY(pixelY)];
    const scale = this.scale * factor;
    this.scale = Math.min(ZOOM_LIMITS.in * this.fitted, Math.max(ZOOM_LIMITS.out * this.fitted, scale));
    this.x = x - (pixelX - this.width / 2) / this.scale;
    this.y = y + (pixelY - this.height / 2) / this.scale;
  }

  /** Shows the whole die. Zooming is limited relative to this scale. */
  fitDie(width: number, height: number): void {
    this.die = { left: 0, bottom: 0, right: width, top: height };
    this.fit(this.die);
    this.fitted = this.scale;
    this.isWhole = true;
  }

  /** Shows a rectangle, but never at a smaller scale than the whole die. */
  fitPart(part: Rectangle): void {
    this.isWhole = false;
    this.fit(part);
    if (this.scale > this.fitted || !this.die) return;
    const { left, bottom, right, top } = this.die;
    this.show((left + right) / 2, (bottom + top) / 2, 1);
  }

  private fit(part: Rectangle): void {
    this.x = (part.left + part.right) / 2;
    this.y = (part.bottom + part.top) / 2;
    this.scale = this.fitting(part);
  }

  /** The scale at which a rectangle fills the view. */
  private fitting({ left, bottom, right, top }: Rectangle): number {
    const margin = Math.min(MARGIN.pixels, MARGIN.share * Math.min(this.width, this.height));
    const room = (pixels: number) => Math.max(20, pixels - 2 * margin);
    const [width, height] = [Math.max(right - left, 1e-9), Math.max(top - bottom, 1e-9)];
    return Math.min(room(this.width) / width, room(this.height) / height);
  }

  copyFrom(other: Camera): void {
    this.x = other.x;
    this.y = other.y;
    this.scale = other.scale;
    this.fitted = other.fitted;
    this.isWhole = other.isWhole;
  }
}
