// Drawings over the nodes, in pixels: halos, pins, selection, connections, arrows, violations and the ruler. Everything is
// redrawn when something changes. underlay.ts draws what is under the nodes.
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
import type { Camera } from "./camera.js";
import { Depth } from "./depth.js";
import { drawInfluences } from "./influence-lines.js";
import type { Influence } from "./influences.js";
import { LEAST_PINS_PIXELS } from "./layer-limits.js";
import { layerOf } from "./layers.js";
import { bundles, flylines, type NetLine } from "./net-lines.js";
import type { SceneState } from "./scene-state.js";
import { type Picture, Underlay } from "./underlay.js";

const MOST_PINS = 4000;
const MOST_OUTLINES = 3000;
const MOST_ARROWS = 2000;
/** Overlaps of which one more would not be seen: seven at half opacity leave less than a hundredth of what is below. */
const MOST_OVER_EACH_OTHER = 7;

/** A measured distance between two places, in µm. */
export interface Ruler {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
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
  readonly underlay: Underlay;
  readonly over = new Graphics();
  ruler: Ruler | undefined;
  /** Arrows lead from here to the placement shown. */
  from: Placement | undefined;
  /** A grid cell to mark, or -1. */
  markedCell = -1;
  /** Nodes that were drawn last as what moved the policy. */
  influences: readonly Influence[] = [];
  /** Lines, x or y in µm, that an edge of the dragged macro lies on. */
  snapLines: { readonly x?: number; readonly y?: number } | undefined;
  /** Whether the placement is the one that is edited: its violations and locks are drawn. */
  isEdited = false;
  private readonly scene: SceneState;
  private bundled: { readonly placement: Placement; readonly lines: readonly NetLine[] } | undefined;
  private pinsOf: Map<number, number[]> | undefined;

  constructor(scene: SceneState) {
    this.scene = scene;
    this.underlay = new Underlay(scene);
  }

  /** Tells that nodes have moved. */
  moved(): void {
    this.bundled = undefined;
  }

  draw(picture: Picture): void {
    const { camera, colours, heat } = picture;
    this.underlay.draw(picture);
    this.over.clear();
    if (heat) this.drawOutlines(picture);
    this.drawHalos(picture);
    this.drawPins(picture);
    this.drawConnections(picture);
    const showsInfluences = this.isEdited && this.scene.layers.shown("influences");
    this.influences = showsInfluences ? drawInfluences(this.over, picture, this.scene) : [];
    if (this.from && this.scene.layers.shown("arrows")) this.drawArrows(picture, this.from);
    this.drawMarkedCell(camera, colours);
    this.drawSelection(picture);
    if (this.isEdited) {
      this.drawViolations(picture);
      this.drawLocks(picture);
      this.drawSnapLines(camera, colours);
    }
    this.drawRuler(camera, colours);
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
      if ((box.right - box.left) * camera.scale < LEAST_PINS_PIXELS) continue;
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
    const depth = new Depth(camera, MOST_OVER_EACH_OTHER);
    for (const { kind, nodes } of legality.violations) {
      const [a, b] = nodes;
      if (kind !== "overlap" || b === undefined) continue;
      if (drawn > MOST_OUTLINES) break;
      for (const some of shapesOf(block, placement, a!))
        for (const other of shapesOf(block, placement, b)) {
          const x = camera.toScreenX(Math.max(some.left, other.left));
          const y = camera.toScreenY(Math.min(some.top, other.top));
          const width = camera.toScreenX(Math.min(some.right, other.right)) - x;
          const height = camera.toScreenY(Math.max(some.bottom, other.bottom)) - y;
          if (!(width > 0 && height > 0) || !depth.add({ x, y, width, height })) continue;
          this.over.rect(x, y, width, height);
          drawn++;
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

  private drawSnapLines(camera: Camera, colours: Colours): void {
    const { snapLines } = this;
    if (snapLines?.x === undefined && snapLines?.y === undefined) return;
    const { width, height } = camera;
    if (snapLines.x !== undefined)
      this.over.moveTo(camera.toScreenX(snapLines.x), 0).lineTo(camera.toScreenX(snapLines.x), height);
    if (snapLines.y !== undefined)
      this.over.moveTo(0, camera.toScreenY(snapLines.y)).lineTo(width, camera.toScreenY(snapLines.y));
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
