// Converts between micrometres and pixels. y is upward in the world and downward on the screen.

import type { Rectangle } from "../../netlist/index.js";

/** Margin around fitted contents, in pixels. */
const MARGIN = 36;
const ZOOM_LIMITS = { out: 0.2, in: 4000 } as const;

export class Camera {
  /** World point in the middle of the screen, µm. */
  x = 0;
  y = 0;
  /** Pixels per µm. */
  scale = 1;
  width = 1;
  height = 1;
  private fitted = 1;

  resize(width: number, height: number): void {
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
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
    this.x -= dx / this.scale;
    this.y += dy / this.scale;
  }

  /** Zooms so that the world point under the pixel stays there. */
  zoomAt(pixelX: number, pixelY: number, factor: number): void {
    const [x, y] = [this.toWorldX(pixelX), this.toWorldY(pixelY)];
    const scale = this.scale * factor;
    this.scale = Math.min(ZOOM_LIMITS.in * this.fitted, Math.max(ZOOM_LIMITS.out * this.fitted, scale));
    this.x = x - (pixelX - this.width / 2) / this.scale;
    this.y = y + (pixelY - this.height / 2) / this.scale;
  }

  /** Shows the whole die. Zooming is limited relative to this scale. */
  fitDie(width: number, height: number): void {
    this.fit({ left: 0, bottom: 0, right: width, top: height });
    this.fitted = this.scale;
  }

  fit({ left, bottom, right, top }: Rectangle): void {
    this.x = (left + right) / 2;
    this.y = (bottom + top) / 2;
    const room = (pixels: number) => Math.max(20, pixels - 2 * MARGIN);
    const [width, height] = [Math.max(right - left, 1e-9), Math.max(top - bottom, 1e-9)];
    this.scale = Math.min(room(this.width) / width, room(this.height) / height);
  }

  copyFrom(other: Camera): void {
    this.x = other.x;
    this.y = other.y;
    this.scale = other.scale;
    this.fitted = other.fitted;
  }
}
