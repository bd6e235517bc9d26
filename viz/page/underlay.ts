// Drawings under the nodes, in pixels: grid lines, blockages, rows, tracks, fences, guides, notches, core and die. Everything is
// redrawn when something changes.
import { Graphics } from "pixi.js";
import type { Placement, Rectangle } from "../../netlist/index.js";
import type { Colours } from "../palette.js";
import type { Box } from "../scene.js";
import type { Camera } from "./camera.js";
import { LEAST_ROW_PIXELS, LEAST_TRACK_PIXELS } from "./layer-limits.js";
import type { SceneState } from "./scene-state.js";

const LEAST_GRID_PIXELS = 9;
/** Dashes around guides, and the gaps between them, in pixels. */
const DASH = 7;
const GAP = 4;
/** Most dashes along one side. */
const MOST_DASHES = 400;

/** Contents of a drawing. */
export interface Picture {
  readonly camera: Camera;
  readonly colours: Colours;
  readonly placement: Placement;
  /** Whether a map is shown, so that hard macros become outlines. */
  readonly heat: boolean;
}

export class Underlay {
  readonly drawing = new Graphics();
  private readonly scene: SceneState;

  constructor(scene: SceneState) {
    this.scene = scene;
  }

  draw({ camera, colours, placement, heat }: Picture): void {
    const { block, layers, frame } = this.scene;
    const { drawing: under } = this;
    under.clear();
    const [left, right] = [camera.toScreenX(0), camera.toScreenX(block.canvas.width)];
    const [top, bottom] = [camera.toScreenY(block.canvas.height), camera.toScreenY(0)];
    if (layers.shown("grid")) {
      const { columns, rows } = block.grid;
      const [cellWidth, cellHeight] = [(right - left) / columns, (bottom - top) / rows];
      const xStep = Math.max(1, Math.ceil(LEAST_GRID_PIXELS / cellWidth));
      const yStep = Math.max(1, Math.ceil(LEAST_GRID_PIXELS / cellHeight));
      for (let column = xStep; column < columns; column += xStep)
        under.moveTo(left + column * cellWidth, top).lineTo(left + column * cellWidth, bottom);
      for (let row = yStep; row < rows; row += yStep)
        under.moveTo(left, bottom - row * cellHeight).lineTo(right, bottom - row * cellHeight);
      under.stroke({ width: 1, color: heat ? "#ffffff" : colours.faint, alpha: heat ? 0.12 : 0.8 });
    }
    if (layers.shown("blockages"))
      for (const { rate, ...blockage } of block.blockages) {
        const [x, y] = [camera.toScreenX(blockage.left), camera.toScreenY(blockage.top)];
        const width = (blockage.right - blockage.left) * camera.scale;
        const height = (blockage.top - blockage.bottom) * camera.scale;
        under.rect(x, y, width, height);
        under.fill({ color: colours.blocked, alpha: 0.12 + 0.25 * rate });
        under.rect(x, y, width, height).stroke({ width: 1, color: colours.blocked });
        this.hatch({ x, y, width, height }, colours);
      }
    this.drawRows(camera, colours);
    if (layers.shown("tracks")) this.drawTracks(camera, colours);
    if (layers.shown("fences"))
      for (const { rectangles } of frame.fences) {
        for (const rectangle of rectangles) this.outline(camera, rectangle);
        under
          .fill({ color: colours.series[3]!, alpha: 0.07 })
          .stroke({ width: 1.5, color: colours.series[3]! });
      }
    if (layers.shown("guides")) this.drawGuides(camera, colours);
    if (layers.shown("notches")) this.drawNotches(camera, colours, placement);
    if (frame.core && layers.shown("core")) {
      this.outline(camera, frame.core);
      under.stroke({ width: 1, color: colours.edge, alpha: 0.8 });
    }
    under.rect(left, top, right - left, bottom - top).stroke({ width: 1.5, color: colours.edge });
  }

  /** Rows of sites, once they are far enough apart to be told from one another. */
  private drawRows(camera: Camera, colours: Colours): void {
    const { frame, layers } = this.scene;
    if (!layers.shown("rows")) return;
    const { left, right, bottom, top } = camera.view;
    let drawn = false;
    for (const { left: x, bottom: y, height, siteWidth, sites } of frame.rows) {
      if (height * camera.scale < LEAST_ROW_PIXELS) continue;
      const end = x + siteWidth * sites;
      if (y > top || y + height < bottom || x > right || end < left) continue;
      drawn = true;
      this.outline(camera, { left: x, right: end, bottom: y, top: y + height });
    }
    if (drawn) this.drawing.stroke({ width: 1, color: colours.muted, alpha: 0.18 });
  }

  /** Routing tracks at the pitch that the judge counts with, once they can be told from one another. */
  private drawTracks(camera: Camera, colours: Colours): void {
    const { canvas, routing } = this.scene.block;
    const { left, right, bottom, top } = camera.view;
    const [x1, x2] = [Math.max(0, left), Math.min(canvas.width, right)];
    const [y1, y2] = [Math.max(0, bottom), Math.min(canvas.height, top)];
    const { drawing: under } = this;
    const across = (tracks: number) => tracks > 0 && camera.scale / tracks >= LEAST_TRACK_PIXELS;
    if (across(routing.horizontal))
      for (let track = Math.ceil(y1 * routing.horizontal); track <= y2 * routing.horizontal; track++) {
        const y = camera.toScreenY(track / routing.horizontal);
        under.moveTo(camera.toScreenX(x1), y).lineTo(camera.toScreenX(x2), y);
      }
    if (across(routing.vertical))
      for (let track = Math.ceil(x1 * routing.vertical); track <= x2 * routing.vertical; track++) {
        const x = camera.toScreenX(track / routing.vertical);
        under.moveTo(x, camera.toScreenY(y1)).lineTo(x, camera.toScreenY(y2));
      }
    under.stroke({ width: 1, color: colours.link, alpha: 0.3 });
  }

  /** Adds a rectangle, in µm, to the drawing under the nodes. */
  private outline(camera: Camera, { left, right, bottom, top }: Rectangle): void {
    const { scale } = camera;
    this.drawing.rect(
      camera.toScreenX(left),
      camera.toScreenY(top),
      (right - left) * scale,
      (top - bottom) * scale,
    );
  }

  /** Hatches a rectangle. */
  private hatch({ x, y, width, height }: Box, colours: Colours): void {
    const step = Math.max(8, (width + height) / 120);
    for (let at = step; at < width + height; at += step) {
      this.drawing.moveTo(x + Math.max(0, at - height), y + Math.min(at, height));
      this.drawing.lineTo(x + Math.min(at, width), y + Math.max(0, at - width));
    }
    this.drawing.stroke({ width: 1, color: colours.blocked, alpha: 0.55 });
  }

  /** Guides are dashed: macros may leave them. */
  private drawGuides(camera: Camera, colours: Colours): void {
    const { guides = [] } = this.scene.frame;
    for (const { rectangles } of guides)
      for (const { left, right, bottom, top } of rectangles) {
        const [x1, x2] = [camera.toScreenX(left), camera.toScreenX(right)];
        const [y1, y2] = [camera.toScreenY(top), camera.toScreenY(bottom)];
        this.drawing.rect(x1, y1, x2 - x1, y2 - y1).fill({ color: colours.series[2]!, alpha: 0.06 });
        for (const y of [y1, y2]) this.dashes([x1, y], [x2, y]);
        for (const x of [x1, x2]) this.dashes([x, y1], [x, y2]);
      }
    if (guides.length > 0) this.drawing.stroke({ width: 1.5, color: colours.series[2]! });
  }

  private dashes([x1, y1]: readonly [number, number], [x2, y2]: readonly [number, number]): void {
    const length = Math.hypot(x2 - x1, y2 - y1);
    const step = Math.max(DASH + GAP, length / MOST_DASHES);
    for (let at = 0; at < length; at += step) {
      const [from, to] = [at / length, Math.min(1, (at + (step * DASH) / (DASH + GAP)) / length)];
      this.drawing
        .moveTo(x1 + from * (x2 - x1), y1 + from * (y2 - y1))
        .lineTo(x1 + to * (x2 - x1), y1 + to * (y2 - y1));
    }
  }

  private drawNotches(camera: Camera, colours: Colours, placement: Placement): void {
    const notches = this.scene.notches.of(placement);
    for (const { rectangles } of notches) for (const rectangle of rectangles) this.outline(camera, rectangle);
    if (notches.length > 0) this.drawing.fill({ color: colours.series[4]!, alpha: 0.45 });
  }
}
