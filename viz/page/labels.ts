// Names on macros: as many as are legible, at a fixed size on the screen. Where names would lie over each other, that of the first
// macro is shown; where one would lie over a hard macro in front of its own, none is. Texts are reused.
import { BitmapText, Color, Container } from "pixi.js";
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";
import { isPlaced, placedSize } from "../geometry.js";
import type { Colours } from "../palette.js";
import type { Box } from "../scene.js";
import type { Camera } from "./camera.js";
import type { HeatLayer } from "./heat-layer.js";
import { LEAST_NAME_PIXELS } from "./layer-limits.js";
import { type LayerState, layerOf } from "./layers.js";
import { type Label, labelFitter, tellingEnds, tellingNames } from "./telling-names.js";

const SIZE = 11;
const MOST = 260;
/** Smallest macro that gets a name, in pixels. */
const LEAST = { along: LEAST_NAME_PIXELS, across: 15 } as const;
const [BLACK, WHITE] = [0x000000, 0xffffff] as const;

/** A macro with its longer side in µm, and its label for a width in pixels. */
interface Named {
  readonly node: number;
  readonly isHard: boolean;
  readonly long: number;
  readonly labelFor: (width: number) => Label | undefined;
}

/** What is under the names. */
export interface LabelGround {
  readonly camera: Camera;
  readonly placement: Placement;
  readonly layers: LayerState;
  /** A map that shows through macros. */
  readonly map: HeatLayer | undefined;
  /** Whether the map hides soft macros. */
  readonly hidesSoft: boolean;
  /** Whether hard macros are so faint that their names have the colour of other text. */
  readonly isFaint: boolean;
}

export class Labels {
  /** In screen coordinates. */
  readonly container = new Container();
  private readonly block: Block;
  private readonly pool: BitmapText[] = [];
  private readonly macros: Named[] = [];
  private colours = { onHard: WHITE as number, ink: BLACK as number };

  constructor(block: Block) {
    this.block = block;
    for (const kind of [NodeKind.HardMacro, NodeKind.SoftMacro]) {
      const nodes: number[] = [];
      for (let node = 0; node < block.nodeCount; node++) if (block.kinds[node] === kind) nodes.push(node);
      const formsOf = tellingNames(nodes.map((node) => block.nodeNames[node]!));
      const forms = nodes.map((_, i) => formsOf(i));
      const ends = tellingEnds(forms.map((each) => each.at(-1)!));
      nodes.forEach((node, i) => {
        const long = Math.max(block.widths[node]!, block.heights[node]!);
        const labelFor = labelFitter(forms[i]!, { size: SIZE, leastEnd: ends[i]! });
        this.macros.push({ node, isHard: kind === NodeKind.HardMacro, long, labelFor });
      });
    }
  }

  recolour({ onHard, ink }: Colours): void {
    this.colours = { onHard: new Color(onHard).toNumber(), ink: new Color(ink).toNumber() };
  }

  update({ camera, placement, layers, map, hidesSoft, isFaint }: LabelGround): void {
    const { block, colours } = this;
    this.container.visible = layers.shown("names");
    if (!this.container.visible) return;
    const taken: Box[] = [];
    let inFront: readonly Box[] | undefined;
    for (const { node, isHard, long, labelFor } of this.macros) {
      if (taken.length >= MOST) break;
      if (long * camera.scale < LEAST.along || (hidesSoft && !isHard)) continue;
      if (!isPlaced(placement, node) || !layers.shown(layerOf(block, node))) continue;
      const sides = placedSize(block, placement, node);
      const [width, height] = [sides[0] * camera.scale, sides[1] * camera.scale];
      const tall = height > 1.4 * width && width < 90;
      const [along, across] = tall ? [height, width] : [width, height];
      if (along < LEAST.along || across < LEAST.across) continue;
      const [worldX, worldY] = [placement.xs[node]!, placement.ys[node]!];
      const [x, y] = [camera.toScreenX(worldX), camera.toScreenY(worldY)];
      if (x < -width / 2 || x > camera.width + width / 2 || y < -height / 2 || y > camera.height + height / 2)
        continue;
      const fitted = labelFor(along - 8);
      if (!fitted) continue;
      const [boxWidth, boxHeight] = tall ? [SIZE, fitted.width] : [fitted.width, SIZE];
      const box = { x: x - boxWidth / 2, y: y - boxHeight / 2, width: boxWidth, height: boxHeight };
      if (taken.some((other) => overlap(box, other))) continue;
      if (!isHard) {
        inFront ??= this.hardBoxes(camera, placement, layers);
        if (inFront.some((other) => overlap(box, other))) continue;
      }
      const label = this.take(taken.length);
      taken.push(box);
      if (label.text !== fitted.text) label.text = fitted.text;
      label.position.set(Math.round(x), Math.round(y));
      label.rotation = tall ? -Math.PI / 2 : 0;
      const otherwise = isHard && !isFaint ? colours.onHard : colours.ink;
      label.tint = map ? tintOn(map, camera, { box, tall, otherwise }) : otherwise;
      label.alpha = isHard ? 1 : 0.75;
    }
    for (let i = taken.length; i < this.pool.length; i++) this.pool[i]!.visible = false;
  }

  /** Hard macros that are drawn, in pixels. */
  private hardBoxes(camera: Camera, placement: Placement, layers: LayerState): Box[] {
    const { block } = this;
    const boxes: Box[] = [];
    for (const { node, isHard } of this.macros) {
      if (!isHard) break; // they come first
      if (!isPlaced(placement, node) || !layers.shown(layerOf(block, node))) continue;
      const sides = placedSize(block, placement, node);
      const [width, height] = [sides[0] * camera.scale, sides[1] * camera.scale];
      const x = camera.toScreenX(placement.xs[node]!) - width / 2;
      const y = camera.toScreenY(placement.ys[node]!) - height / 2;
      if (x < camera.width && x + width > 0 && y < camera.height && y + height > 0)
        boxes.push({ x, y, width, height });
    }
    return boxes;
  }

  private take(index: number): BitmapText {
    let label = this.pool[index];
    if (!label) {
      label = new BitmapText({
        text: "",
        style: {
          fontFamily: "system-ui, 'DejaVu Sans', Verdana, sans-serif",
          fontSize: SIZE,
          fill: "#ffffff",
        },
      });
      label.anchor.set(0.5);
      this.pool.push(label);
      this.container.addChild(label);
    }
    label.visible = true;
    return label;
  }
}

/** Places along a name at which the map under it is looked at, as shares of its length. */
const LOOKS = [0.1, 0.3, 0.5, 0.7, 0.9];

/** The colour that can be read on most of what is under a name. `otherwise`: where the map is transparent. */
function tintOn(
  map: HeatLayer,
  camera: Camera,
  { box, tall, otherwise }: { readonly box: Box; readonly tall: boolean; readonly otherwise: number },
): number {
  const votes = new Map<number, number>();
  for (const share of LOOKS) {
    const x = box.x + box.width * (tall ? 0.5 : share);
    const y = box.y + box.height * (tall ? share : 0.5);
    const isLight = map.isLightAt(camera.toWorldX(x), camera.toWorldY(y));
    const tint = isLight === undefined ? otherwise : isLight ? BLACK : WHITE;
    votes.set(tint, (votes.get(tint) ?? 0) + 1);
  }
  return [...votes].reduce((most, vote) => (vote[1] > most[1] ? vote : most))[0];
}

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
