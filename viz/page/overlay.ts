// Drawings under and over the nodes, in pixels: die and grid lines, blockages, halos, pins, selection, connections, arrows
// and the ruler. Everything is redrawn when something changes.
import { Graphics } from "pixi.js";
import {
  type Halos,
  NodeKind,
  type Placement,
  type Rectangle,
  shapesOf,
  turnOffset,
} from "../../netlist/index.js";
import { boxOf, isPlaced } from "../geometry.js";
import type { Colours } from "../palette.js";
import type { Box } from "../scene.js";
import type { Camera } from "./camera.js";
import { LEAST_ROW_PIXELS, LEAST_TRACK_PIXELS } from "./layer-limits.js";
import { layerOf } from "./layers.js";
import { bundles, flylines, type NetLine } from "./net-lines.js";
import type { SceneState } from "./scene-state.js";

const LEAST_GRID_PIXELS = 9;
/** Smallest width of a macro that shows its pins, in pixels. */
const PINS_FROM = 90;
const MOST_PINS = 4000;
const MOST_OUTLINES = 3000;
const MOST_ARROWS = 2000;

/** A measured distance between two places, in µm. */
export interface Ruler {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
}

/** Contents of a drawing. */
interface Picture {
  readonly camera: Camera;
  readonly colours: Colours;
  readonly placement: Placement;
  /** Whether a map is shown, so that hard macros become outlines. */
  readonly heat: boolean;
}

/** A macro's box with its halo, which is turned with the macro; undefined without a halo. */
export function haloBox(
  { left, right, bottom, top }: Rectangle,
  { lefts, bottoms, rights, tops }: Halos,
  { node, orientation }: { readonly node: number; readonly orientation: number },
): Rectangle | undefined {
  const low = turnOffset(orientation, -lefts[node]!, -bottoms[node]!);
  const high = turnOffset(orientation, rights[node]!, tops[node]!);
  if (low.concat(high).every((side) => side === 0)) return undefined;
  return {
    left: left + Math.min(low[0], high[0]),
    right: right + Math.max(low[0], high[0]),
    bottom: bottom + Math.min(low[1], high[1]),
    top: top + Math.max(low[1], high[1]),
  };
}

export class Overlay {
  /** Drawings below and above the nodes. */
  readonly under = new Graphics();
  readonly over = new Graphics();
  ruler: Ruler | undefined;
  /** Arrows lead from here to the placement shown. */
  from: Placement | undefined;
  /** A grid cell to mark, or -1. */
  markedCell = -1;
  /** Lines, x or y in µm, that an edge of the dragged macro lies on. */
  guides: { readonly x?: number; readonly y?: number } | undefined;
  /** Whether the placement is the one that is edited: its violations and locks are drawn. */
  isEdited = false;
  private readonly scene: SceneState;
  private bundled: { readonly placement: Placement; readonly lines: readonly NetLine[] } | undefined;
  private pinsOf: Map<number, number[]> | undefined;

  constructor(scene: SceneState) {
    this.scene = scene;
  }

  /** Tells that nodes have moved. */
  moved(): void {
    this.bundled = undefined;
  }

  draw(picture: Picture): void {
    const { camera, colours, heat } = picture;
    this.drawUnder(camera, colours, heat);
    this.over.clear();
    if (heat) this.drawOutlines(picture);
    this.drawHalos(picture);
    this.drawPins(picture);
    this.drawConnections(picture);
    if (this.from && this.scene.layers.shown("arrows")) this.drawArrows(picture, this.from);
    this.drawMarkedCell(camera, colours);
    this.drawSelection(picture);
    if (this.isEdited) {
      this.drawViolations(picture);
      this.drawLocks(picture);
      this.drawGuides(camera, colours);
    }
    this.drawRuler(camera, colours);
  }

  private drawUnder(camera: Camera, colours: Colours, heat: boolean): void {
    const { block, layers, frame } = this.scene;
    const { under } = this;
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
    if (drawn) this.under.stroke({ width: 1, color: colours.muted, alpha: 0.18 });
  }

  /** Routing tracks at the pitch that the judge counts with, once they can be told from one another. */
  private drawTracks(camera: Camera, colours: Colours): void {
    const { canvas, routing } = this.scene.block;
    const { left, right, bottom, top } = camera.view;
    const [x1, x2] = [Math.max(0, left), Math.min(canvas.width, right)];
    const [y1, y2] = [Math.max(0, bottom), Math.min(canvas.height, top)];
    const { under } = this;
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
    this.under.rect(
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
      this.under.moveTo(x + Math.max(0, at - height), y + Math.min(at, height));
      this.under.lineTo(x + Math.min(at, width), y + Math.max(0, at - width));
    }
    this.under.stroke({ width: 1, color: colours.blocked, alpha: 0.55 });
  }

  private drawOutlines({ camera, placement }: Picture): void {
    const { block, layers } = this.scene;
    for (const node of this.scene.hardMacros) {
      if (!isPlaced(placement, node)) continue;
      if (layers.shown(layerOf(block, node))) this.frame(camera, boxOf(block, placement, node), 0);
    }
    this.over.stroke({ width: 1, color: "#ffffff", alpha: 0.6 });
  }

  private drawHalos({ camera, colours, placement }: Picture): void {
    const { block, layers, frame } = this.scene;
    if (!layers.shown("halos")) return;
    for (const node of this.scene.hardMacros) {
      if (!isPlaced(placement, node)) continue;
      const box = boxOf(block, placement, node);
      if (frame.halos) {
        const around = haloBox(box, frame.halos, { node, orientation: placement.orientations[node]! });
        if (around) this.frame(camera, around, 0);
      } else if (layers.halo > 0) this.frame(camera, box, layers.halo * camera.scale);
    }
    this.over.stroke({ width: 1, color: colours.hardEdge, alpha: 0.7 });
  }

  private drawPins({ camera, colours, placement }: Picture): void {
    const { block, layers } = this.scene;
    if (!layers.shown("pins")) return;
    const { left, right, bottom, top } = camera.view;
    let drawn = 0;
    for (const node of this.scene.hardMacros) {
      if (drawn >= MOST_PINS) break;
      if (!isPlaced(placement, node)) continue;
      if (!layers.shown(layerOf(block, node))) continue;
      const box = boxOf(block, placement, node);
      if ((box.right - box.left) * camera.scale < PINS_FROM) continue;
      if (box.right < left || box.left > right || box.top < bottom || box.bottom > top) continue;
      for (const pin of this.pins(node)) {
        const [dx, dy] = turnOffset(
          placement.orientations[node]!,
          block.pinXOffsets[pin]!,
          block.pinYOffsets[pin]!,
        );
        const x = camera.toScreenX(placement.xs[node]! + dx);
        const y = camera.toScreenY(placement.ys[node]! + dy);
        this.over.rect(x - 2, y - 2, 4, 4);
        if (++drawn >= MOST_PINS) break;
      }
    }
    if (drawn > 0) this.over.fill({ color: colours.onHard }).stroke({ width: 1, color: colours.hardEdge });
  }

  private pins(node: number): readonly number[] {
    if (!this.pinsOf) {
      const { block } = this.scene;
      this.pinsOf = new Map();
      for (let pin = 0; pin < block.pinCount; pin++) {
        const owner = block.pinNodes[pin]!;
        if (block.kinds[owner] !== NodeKind.HardMacro) continue;
        const list = this.pinsOf.get(owner);
        if (list) list.push(pin);
        else this.pinsOf.set(owner, [pin]);
      }
    }
    return this.pinsOf.get(node) ?? [];
  }

  private drawConnections({ camera, colours, placement }: Picture): void {
    const { block, layers, selection } = this.scene;
    if (layers.shown("nets")) {
      if (this.bundled?.placement !== placement)
        this.bundled = { placement, lines: bundles(block, placement) };
      this.lines(camera, this.bundled.lines, { color: colours.link, width: 5, alpha: 0.5 });
    }
    if (layers.shown("flylines") && selection.size > 0) {
      const style = { color: colours.link, width: 3, alpha: 0.85 };
      this.lines(camera, flylines(placement, this.scene.connectivity, selection), style);
    }
  }

  /** Draws lines in three classes of weight, with one stroke per class instead of one per line. */
  private lines(
    camera: Camera,
    lines: readonly NetLine[],
    { color, width, alpha }: { readonly color: string; readonly width: number; readonly alpha: number },
  ): void {
    const limits = [0, 0.08, 0.35, Number.POSITIVE_INFINITY];
    for (let level = 0; level < 3; level++) {
      let any = false;
      for (const { x1, y1, x2, y2, share } of lines) {
        if (share < limits[level]! || share >= limits[level + 1]!) continue;
        any = true;
        this.over.moveTo(camera.toScreenX(x1), camera.toScreenY(y1));
        this.over.lineTo(camera.toScreenX(x2), camera.toScreenY(y2));
      }
      const strength = [0.22, 0.5, 1][level]!;
      if (any)
        this.over.stroke({
          width: Math.max(0.8, width * strength),
          color,
          alpha: alpha * (0.35 + 0.65 * strength),
        });
    }
  }

  private drawArrows({ camera, colours, placement: to }: Picture, from: Placement): void {
    let drawn = 0;
    for (const node of this.scene.hardMacros) {
      if (drawn >= MOST_ARROWS) break;
      if (!isPlaced(from, node) || !isPlaced(to, node)) continue;
      const [x1, y1] = [camera.toScreenX(from.xs[node]!), camera.toScreenY(from.ys[node]!)];
      const [x2, y2] = [camera.toScreenX(to.xs[node]!), camera.toScreenY(to.ys[node]!)];
      const length = Math.hypot(x2 - x1, y2 - y1);
      if (length < 4) continue;
      drawn++;
      const [ux, uy] = [(x2 - x1) / length, (y2 - y1) / length];
      const head = Math.min(9, length / 2);
      this.over.moveTo(x1, y1).lineTo(x2, y2);
      for (const side of [-0.5, 0.5])
        this.over.moveTo(x2 - head * (ux + side * uy), y2 - head * (uy - side * ux)).lineTo(x2, y2);
    }
    // Many arrows are drawn thinner, so that they do not hide what is below.
    const [width, alpha] = drawn > 60 ? [1, 0.55] : [1.5, 0.9];
    if (drawn > 0) this.over.stroke({ width, color: colours.series[1]!, alpha });
  }

  private drawMarkedCell(camera: Camera, colours: Colours): void {
    if (this.markedCell < 0) return;
    const { canvas, grid } = this.scene.block;
    const [width, height] = [canvas.width / grid.columns, canvas.height / grid.rows];
    const x = camera.toScreenX((this.markedCell % grid.columns) * width);
    const y = camera.toScreenY((Math.floor(this.markedCell / grid.columns) + 1) * height);
    this.over.rect(x, y, width * camera.scale, height * camera.scale);
    this.over.stroke({ width: 3, color: colours.series[1]! });
  }

  private drawSelection({ camera, colours, placement }: Picture): void {
    const { block, selection } = this.scene;
    let drawn = 0;
    for (const node of selection) {
      if (!isPlaced(placement, node)) continue;
      if (++drawn > MOST_OUTLINES) break;
      this.frame(camera, boxOf(block, placement, node), 2);
    }
    if (drawn === 0) return;
    this.over.stroke({ width: 4, color: colours.page, alpha: 0.9 });
    let again = 0;
    for (const node of selection)
      if (isPlaced(placement, node) && ++again <= MOST_OUTLINES)
        this.frame(camera, boxOf(block, placement, node), 2);
    this.over.stroke({ width: 2, color: colours.series[1]! });
  }

  /** Outlines macros that break a rule, and fills what two of them both cover. */
  private drawViolations({ camera, colours, placement }: Picture): void {
    const { block, legality } = this.scene;
    let drawn = 0;
    for (const { kind, nodes } of legality.violations) {
      const [a, b] = nodes;
      if (kind !== "overlap" || b === undefined) continue;
      if (++drawn > MOST_OUTLINES) break;
      for (const some of shapesOf(block, placement, a!))
        for (const other of shapesOf(block, placement, b)) {
          const [left, right] = [Math.max(some.left, other.left), Math.min(some.right, other.right)];
          const [bottom, top] = [Math.max(some.bottom, other.bottom), Math.min(some.top, other.top)];
          if (right > left && top > bottom)
            this.over.rect(
              camera.toScreenX(left),
              camera.toScreenY(top),
              (right - left) * camera.scale,
              (top - bottom) * camera.scale,
            );
        }
    }
    if (drawn > 0) this.over.fill({ color: colours.wrong, alpha: 0.5 });
    drawn = 0;
    for (const node of legality.nodes) {
      if (!isPlaced(placement, node)) continue;
      if (++drawn > MOST_OUTLINES) break;
      this.frame(camera, boxOf(block, placement, node), 0);
    }
    if (drawn > 0) this.over.stroke({ width: 2.5, color: colours.wrong });
  }

  /** A small padlock in the lower right corner of each locked macro. */
  private drawLocks({ camera, colours, placement }: Picture): void {
    const { block, locked } = this.scene;
    let drawn = 0;
    for (const node of locked) {
      if (!isPlaced(placement, node) || ++drawn > MOST_OUTLINES) continue;
      const box = boxOf(block, placement, node);
      const [x, y] = [camera.toScreenX(box.right) - 12, camera.toScreenY(box.bottom) - 10];
      this.over.rect(x, y, 9, 7).fill({ color: colours.onHard });
      this.over
        .moveTo(x + 2, y)
        .lineTo(x + 2, y - 3)
        .lineTo(x + 7, y - 3)
        .lineTo(x + 7, y);
      this.over.stroke({ width: 1.5, color: colours.onHard });
    }
  }

  private drawGuides(camera: Camera, colours: Colours): void {
    const { guides } = this;
    if (guides?.x === undefined && guides?.y === undefined) return;
    const { width, height } = camera;
    if (guides.x !== undefined)
      this.over.moveTo(camera.toScreenX(guides.x), 0).lineTo(camera.toScreenX(guides.x), height);
    if (guides.y !== undefined)
      this.over.moveTo(0, camera.toScreenY(guides.y)).lineTo(width, camera.toScreenY(guides.y));
    this.over.stroke({ width: 1, color: colours.series[1]!, alpha: 0.9 });
  }

  private drawRuler(camera: Camera, colours: Colours): void {
    if (!this.ruler) return;
    const [x1, y1] = [camera.toScreenX(this.ruler.x1), camera.toScreenY(this.ruler.y1)];
    const [x2, y2] = [camera.toScreenX(this.ruler.x2), camera.toScreenY(this.ruler.y2)];
    this.over
      .moveTo(x1, y1)
      .lineTo(x2, y1)
      .lineTo(x2, y2)
      .stroke({ width: 1, color: colours.ink, alpha: 0.4 });
    this.over.moveTo(x1, y1).lineTo(x2, y2).stroke({ width: 2, color: colours.ink });
    for (const [x, y] of [
      [x1, y1],
      [x2, y2],
    ] as const)
      this.over.circle(x, y, 3.5).fill({ color: colours.page }).stroke({ width: 1.5, color: colours.ink });
  }

  /** Adds the outline of a box (µm), `room` pixels outside it and at least 6 pixels wide. */
  private frame(camera: Camera, box: Rectangle, room: number): void {
    const width = Math.max(6, (box.right - box.left) * camera.scale);
    const height = Math.max(6, (box.top - box.bottom) * camera.scale);
    const x = camera.toScreenX((box.left + box.right) / 2) - width / 2;
    const y = camera.toScreenY((box.bottom + box.top) / 2) - height / 2;
    this.over.rect(x - room, y - room, width + 2 * room, height + 2 * room);
  }
}
