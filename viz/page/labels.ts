// Names on macros: as many as are legible, at a fixed size on the screen. Texts are reused.
import { BitmapText, Container } from "pixi.js";
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";
import { isPlaced, placedSize } from "../geometry.js";
import type { Colours } from "../palette.js";
import type { Camera } from "./camera.js";
import { LEAST_NAME_PIXELS } from "./layer-limits.js";
import { type LayerState, layerOf } from "./layers.js";
import { fittedForm, tellingNames } from "./telling-names.js";

const SIZE = 11;
const MOST = 260;
/** Smallest macro that gets a name, in pixels. */
const LEAST = { along: LEAST_NAME_PIXELS, across: 15 } as const;

export class Labels {
  /** In screen coordinates. */
  readonly container = new Container();
  private readonly block: Block;
  private readonly pool: BitmapText[] = [];
  private readonly macros: number[] = [];
  /** By node, the forms of its name from long to short. */
  private readonly forms = new Map<number, readonly string[]>();
  private colours: Colours | undefined;

  constructor(block: Block) {
    this.block = block;
    for (const kind of [NodeKind.HardMacro, NodeKind.SoftMacro]) {
      const nodes: number[] = [];
      for (let node = 0; node < block.nodeCount; node++) if (block.kinds[node] === kind) nodes.push(node);
      const formsOf = tellingNames(nodes.map((node) => block.nodeNames[node]!));
      nodes.forEach((node, i) => {
        this.macros.push(node);
        this.forms.set(node, formsOf(i));
      });
    }
  }

  recolour(colours: Colours): void {
    this.colours = colours;
  }

  update(camera: Camera, placement: Placement, layers: LayerState): void {
    const { colours, block } = this;
    this.container.visible = layers.shown("names");
    if (!this.container.visible || !colours) return;
    let used = 0;
    for (const node of this.macros) {
      if (used >= MOST) break;
      if (!isPlaced(placement, node) || !layers.shown(layerOf(block, node))) continue;
      const [width, height] = placedSize(block, placement, node).map((side) => side * camera.scale) as [
        number,
        number,
      ];
      const tall = height > 1.4 * width && width < 90;
      const [along, across] = tall ? [height, width] : [width, height];
      if (along < LEAST.along || across < LEAST.across) continue;
      const x = camera.toScreenX(placement.xs[node]!);
      const y = camera.toScreenY(placement.ys[node]!);
      if (x < -width / 2 || x > camera.width + width / 2 || y < -height / 2 || y > camera.height + height / 2)
        continue;
      const text = fittedForm(this.forms.get(node)!, { width: along - 8, size: SIZE });
      if (text === "") continue;
      const label = this.take(used++);
      if (label.text !== text) label.text = text;
      label.position.set(Math.round(x), Math.round(y));
      label.rotation = tall ? -Math.PI / 2 : 0;
      label.tint = block.kinds[node] === NodeKind.HardMacro ? colours.onHard : colours.ink;
      label.alpha = block.kinds[node] === NodeKind.HardMacro ? 1 : 0.75;
    }
    for (let i = used; i < this.pool.length; i++) this.pool[i]!.visible = false;
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
