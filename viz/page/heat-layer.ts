// A map over grid cells, drawn as one small picture that is stretched over the die.
import { Sprite, Texture } from "pixi.js";
import type { Block, Grid } from "../../netlist/index.js";
import { heatColour } from "../palette.js";

const LEVELS = 256;
const TABLE = Array.from({ length: LEVELS }, (_, level) => {
  const colour = heatColour(level / (LEVELS - 1));
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
});

export class HeatLayer {
  readonly sprite: Sprite;
  private readonly canvas = document.createElement("canvas");
  constructor(block: Block) {
    this.canvas.width = block.grid.columns;
    this.canvas.height = block.grid.rows;
    const texture = Texture.from(this.canvas);
    texture.source.scaleMode = "nearest";
    this.sprite = new Sprite(texture);
    this.sprite.setSize(block.canvas.width, block.canvas.height);
    this.sprite.scale.y *= -1;
    this.sprite.y = block.canvas.height;
    this.sprite.visible = false;
  }

  /**
   * Colours the cells of a grid. Values are limited to the range; cells without a value are transparent, and with `clear` also
   * those at its lower end.
   */
  update(
    values: Float64Array | undefined,
    [low, high]: readonly [number, number],
    { columns, rows, clear }: Grid & { readonly clear: boolean },
  ): void {
    this.sprite.visible = values !== undefined;
    if (this.canvas.width !== columns || this.canvas.height !== rows) {
      const { x, y, width, height } = this.sprite;
      [this.canvas.width, this.canvas.height] = [columns, rows];
      this.sprite.texture.source.resize(columns, rows);
      this.sprite.setSize(width, height);
      this.sprite.scale.y = -Math.abs(this.sprite.scale.y);
      this.sprite.position.set(x, y);
    }
    const context = this.canvas.getContext("2d");
    if (!values || !context) return;
    const image = context.createImageData(columns, rows);
    for (let cell = 0; cell < values.length; cell++) {
      const share = Math.min(1, Math.max(0, (values[cell]! - low) / (high - low || 1)));
      const [red, green, blue] = TABLE[Math.round(share * (LEVELS - 1)) || 0]!;
      const pixel = (rows - 1 - Math.floor(cell / columns)) * columns + (cell % columns);
      const isClear = Number.isNaN(share) || (clear && share < 1 / LEVELS);
      image.data.set([red!, green!, blue!, isClear ? 0 : 255], 4 * pixel);
    }
    context.putImageData(image, 0, 0);
    this.sprite.texture.source.update();
  }
}
