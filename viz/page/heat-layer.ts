// A map over grid cells, drawn as one small picture that is stretched over the die.
import { Sprite, Texture } from "pixi.js";
import type { Block } from "../../netlist/index.js";
import { heatColour } from "../palette.js";

const LEVELS = 256;
const TABLE = Array.from({ length: LEVELS }, (_, level) => {
  const colour = heatColour(level / (LEVELS - 1));
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
});

export class HeatLayer {
  readonly sprite: Sprite;
  private readonly canvas = document.createElement("canvas");
  private readonly block: Block;

  constructor(block: Block) {
    this.block = block;
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

  /** Colours the cells. Values are limited to the range. With `clear`, cells at its lower end are transparent. */
  update(values: Float64Array | undefined, [low, high]: readonly [number, number], clear: boolean): void {
    this.sprite.visible = values !== undefined;
    const context = this.canvas.getContext("2d");
    if (!values || !context) return;
    const { columns, rows } = this.block.grid;
    const image = context.createImageData(columns, rows);
    for (let cell = 0; cell < values.length; cell++) {
      const share = Math.min(1, Math.max(0, (values[cell]! - low) / (high - low || 1)));
      const [red, green, blue] = TABLE[Math.round(share * (LEVELS - 1))]!;
      const pixel = (rows - 1 - Math.floor(cell / columns)) * columns + (cell % columns);
      image.data.set([red!, green!, blue!, clear && share < 1 / LEVELS ? 0 : 255], 4 * pixel);
    }
    context.putImageData(image, 0, 0);
    this.sprite.texture.source.update();
  }
}
