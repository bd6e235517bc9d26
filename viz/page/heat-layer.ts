// A map over grid cells, drawn as one small picture that is stretched over the die.
import { Sprite, Texture } from "pixi.js";
import type { Block, Grid } from "../../netlist/index.js";
import { heatColour } from "../palette.js";

const LEVELS = 256;
const TABLE = Array.from({ length: LEVELS }, (_, level) => {
  const colour = heatColour(level / (LEVELS - 1));
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
});
/** Whether black text can be read better than white on the colour of a level, by the contrast of WCAG 2. */
const IS_LIGHT = TABLE.map((channels) => {
  const [red, green, blue] = channels.map((channel) => {
    const share = channel / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  const luminance = 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
  return (luminance + 0.05) ** 2 > 1.05 * 0.05;
});

export class HeatLayer {
  readonly sprite: Sprite;
  private readonly canvas = document.createElement("canvas");
  private readonly block: Block;
  /** Level of each cell shown, row-major from the lower left; -1 where it is transparent. */
  private levels = new Int16Array();

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
    this.levels = new Int16Array(values.length);
    for (let cell = 0; cell < values.length; cell++) {
      const share = Math.min(1, Math.max(0, (values[cell]! - low) / (high - low || 1)));
      const isClear = Number.isNaN(share) || (clear && share < 1 / LEVELS);
      const level = Math.round(share * (LEVELS - 1)) || 0;
      const [red, green, blue] = TABLE[level]!;
      const pixel = (rows - 1 - Math.floor(cell / columns)) * columns + (cell % columns);
      image.data.set([red!, green!, blue!, isClear ? 0 : 255], 4 * pixel);
      this.levels[cell] = isClear ? -1 : level;
    }
    context.putImageData(image, 0, 0);
    this.sprite.texture.source.update();
  }

  /** Whether the map is light at a place in µm, so that text there is to be dark; undefined where it is transparent. */
  isLightAt(x: number, y: number): boolean | undefined {
    const { width: columns, height: rows } = this.canvas;
    const { width, height } = this.block.canvas;
    const [column, row] = [Math.floor((x / width) * columns), Math.floor((y / height) * rows)];
    if (!(column >= 0 && column < columns && row >= 0 && row < rows)) return undefined;
    return IS_LIGHT[this.levels[row * columns + column] ?? -1];
  }
}
