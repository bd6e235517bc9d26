// Macros and ports as sprites of three shared textures: the graphics card draws them in one batch, and a move updates one.
import { Container, Sprite, Texture } from "pixi.js";
import { type Block, NodeKind, type Placement, turnOffset } from "../../netlist/index.js";
import { isPlaced, placedSize } from "../geometry.js";
import type { Colours } from "../palette.js";
import type { Camera } from "./camera.js";
import { type LayerState, layerOf } from "./layers.js";

/** Thickness of a macro's edge, px. */
const EDGE = 1;
/** A mark's share of the macro's shorter side, and its largest size in px. */
const MARK = 0.22;
const MARK_PIXELS = 14;
const PORT_PIXELS = 5;

interface HardSprites {
  readonly node: number;
  readonly edge: Sprite;
  readonly body: Sprite;
  readonly mark: Sprite;
}

interface PlainSprite {
  readonly node: number;
  readonly sprite: Sprite;
}

export class NodeSprites {
  /** In world coordinates, y upward. */
  readonly soft = new Container();
  readonly hard = new Container();
  readonly ports = new Container();
  private readonly block: Block;
  private readonly layers: LayerState;
  private readonly hards: HardSprites[] = [];
  private readonly softs: PlainSprite[] = [];
  private readonly portMarks: PlainSprite[] = [];
  private readonly hardOf = new Map<number, HardSprites>();
  private readonly softOf = new Map<number, PlainSprite>();
  private scale = 1;

  constructor(block: Block, marks: Marks, layers: LayerState) {
    this.block = block;
    this.layers = layers;
    const add = (into: Container, picture: keyof Marks): Sprite => {
      const sprite = new Sprite(marks[picture]);
      sprite.anchor.set(0.5);
      into.addChild(sprite);
      return sprite;
    };
    for (let node = 0; node < block.nodeCount; node++) {
      const kind = block.kinds[node];
      if (kind === NodeKind.HardMacro) {
        const sprites = {
          node,
          edge: add(this.hard, "square"),
          body: add(this.hard, "square"),
          mark: add(this.hard, "corner"),
        };
        this.hards.push(sprites);
        this.hardOf.set(node, sprites);
      } else if (kind === NodeKind.SoftMacro) {
        const sprite = { node, sprite: add(this.soft, "cloud") };
        this.softs.push(sprite);
        this.softOf.set(node, sprite);
      } else if (kind === NodeKind.Port) this.portMarks.push({ node, sprite: add(this.ports, "square") });
    }
  }

  /** @param colourOf the colour of a macro, if it has one of its own */
  recolour(colours: Colours, colourOf: (node: number) => string | undefined): void {
    for (const { node, edge, body, mark } of this.hards) {
      edge.tint = this.block.fixed[node] ? colours.ink : colours.hardEdge;
      body.tint = colourOf(node) ?? (this.block.fixed[node] ? colours.fixed : colours.hard);
      mark.tint = colours.onHard;
      mark.alpha = 0.8;
    }
    for (const { sprite } of this.softs) {
      sprite.tint = colours.soft;
      sprite.alpha = 0.42;
    }
    for (const { sprite } of this.portMarks) sprite.tint = colours.port;
  }

  /** Puts all nodes, or only those given, where the placement has them. */
  place(placement: Placement, nodes: readonly number[] | undefined): void {
    if (nodes) {
      for (const node of nodes) {
        const hard = this.hardOf.get(node);
        const soft = this.softOf.get(node);
        if (hard) this.placeHard(placement, hard);
        if (soft) this.placePlain(placement, soft);
      }
      return;
    }
    for (const hard of this.hards) this.placeHard(placement, hard);
    for (const soft of this.softs) this.placePlain(placement, soft);
    for (const { node, sprite } of this.portMarks) {
      sprite.visible = isPlaced(placement, node);
      if (sprite.visible) sprite.position.set(placement.xs[node]!, placement.ys[node]!);
    }
  }

  /** Keeps edges, marks and ports at a fixed size in pixels. Very small macros have no edge and no mark. */
  zoom({ scale }: Camera, placement: Placement): void {
    this.ports.visible = this.layers.shown("ports");
    this.soft.visible = this.layers.shown("soft");
    if (scale === this.scale) return;
    this.scale = scale;
    for (const hard of this.hards) this.sizeHard(placement, hard);
    for (const { sprite } of this.portMarks) sprite.setSize(PORT_PIXELS / scale, PORT_PIXELS / scale);
  }

  private placeHard(placement: Placement, hard: HardSprites): void {
    const { node, edge, body, mark } = hard;
    const visible = isPlaced(placement, node) && this.layers.shown(layerOf(this.block, node));
    edge.visible = visible;
    body.visible = visible;
    mark.visible = visible;
    if (!visible) return;
    edge.position.set(placement.xs[node]!, placement.ys[node]!);
    body.position.copyFrom(edge.position);
    this.sizeHard(placement, hard);
  }

  private sizeHard(placement: Placement, { node, edge, body, mark }: HardSprites): void {
    if (!edge.visible) return;
    const [width, height] = placedSize(this.block, placement, node);
    const rim = (2 * EDGE) / this.scale;
    edge.setSize(width, height);
    body.setSize(Math.max(width - rim, width * 0.5), Math.max(height - rim, height * 0.5));
    const side = Math.min(MARK * Math.min(width, height), MARK_PIXELS / this.scale);
    mark.visible = side * this.scale > 2.5;
    if (!mark.visible) return;
    // (right, up) is the corner that is the lower left one in orientation N; in the texture it is (-1, -1).
    const [right, up] = turnOffset(placement.orientations[node]!, -1, -1);
    mark.position.set(
      placement.xs[node]! + (right * (width - side)) / 2,
      placement.ys[node]! + (up * (height - side)) / 2,
    );
    mark.setSize(side, side);
    // Setting the size keeps the signs that the scale had.
    mark.scale.x = (right < 0 ? 1 : -1) * Math.abs(mark.scale.x);
    mark.scale.y = (up < 0 ? 1 : -1) * Math.abs(mark.scale.y);
  }

  private placePlain(placement: Placement, { node, sprite }: PlainSprite): void {
    sprite.visible = isPlaced(placement, node);
    if (!sprite.visible) return;
    const [width, height] = placedSize(this.block, placement, node);
    sprite.position.set(placement.xs[node]!, placement.ys[node]!);
    sprite.setSize(width, height);
  }
}

/** Size of the texture of soft macros, in pixels. */
const CLOUD = 64;
const CORNER = 32;

export interface Marks {
  readonly square: Texture;
  /** White, fading towards a rounded edge. */
  readonly cloud: Texture;
  /** A triangle in the lower left corner (of a world with y upward). */
  readonly corner: Texture;
}

export function makeMarks(): Marks {
  return { square: Texture.WHITE, cloud: cloud(), corner: corner() };
}

function cloud(): Texture {
  const { canvas, context } = sheet(CLOUD);
  const image = context.createImageData(CLOUD, CLOUD);
  for (let y = 0; y < CLOUD; y++)
    for (let x = 0; x < CLOUD; x++) {
      // A superellipse, which is a box with round corners: opaque inside, transparent at the edge.
      const [u, v] = [Math.abs((2 * x + 1) / CLOUD - 1), Math.abs((2 * y + 1) / CLOUD - 1)];
      const radius = (u ** 4 + v ** 4) ** 0.25;
      const alpha = Math.min(1, Math.max(0, (1 - radius) / 0.3));
      image.data.set(
        [255, 255, 255, Math.round(255 * (0.35 + 0.65 * alpha) * Math.min(1, alpha * 4))],
        4 * (y * CLOUD + x),
      );
    }
  context.putImageData(image, 0, 0);
  return Texture.from(canvas);
}

function corner(): Texture {
  const { canvas, context } = sheet(CORNER);
  context.fillStyle = "#fff";
  context.beginPath();
  context.moveTo(0, 0);
  context.lineTo(CORNER, 0);
  context.lineTo(0, CORNER);
  context.fill();
  return Texture.from(canvas);
}

function sheet(side: number): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement("canvas");
  canvas.width = side;
  canvas.height = side;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("internal: no drawing context");
  return { canvas, context };
}
