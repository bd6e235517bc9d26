// Pictures of how densely standard cells cover the die, as square tiles of a pyramid: level L has 2^L tiles along each side of the
// die. Tiles are painted when they come into view, a few per frame, so that panning never waits; until then a coarser one is shown.
import { Container, Rectangle as PixiRectangle, Sprite, Texture } from "pixi.js";
import type { Block, Placement, Rectangle } from "../../netlist/index.js";
import type { Camera } from "./camera.js";
import { coverOf, levelFor, TILE } from "./cell-cover.js";

/** Time that one frame may spend on painting, ms; at least one tile is painted. */
const BUDGET = 12;
/** Most tiles that are kept, at 256 kB each. */
const MOST_TILES = 128;
/** Opacity of an empty pixel that a cell touches, and what full cover adds. */
const [FAINTEST, FULL] = [40, 150] as const;

/** Cells within a rectangle, and perhaps a few more. */
export type CellsIn = (rectangle: Rectangle) => Iterable<number>;

export class CellTiles {
  readonly container = new Container();
  private readonly block: Block;
  private readonly cellsIn: CellsIn;
  /** By level, row and column; the one used last comes last. */
  private readonly tiles = new Map<string, Texture>();
  private readonly sprites: Sprite[] = [];

  constructor(block: Block, cellsIn: CellsIn) {
    this.block = block;
    this.cellsIn = cellsIn;
  }

  /** Drops all tiles: cells have moved. */
  clear(): void {
    for (const sprite of this.sprites) show(sprite, Texture.EMPTY);
    for (const texture of this.tiles.values()) texture.destroy(true);
    this.tiles.clear();
  }

  recolour(colour: string): void {
    for (const sprite of this.sprites) sprite.tint = colour;
  }

  /** Shows the tiles in view. Returns whether some of them are still to be painted. */
  update(camera: Camera, placement: Placement, colour: string): boolean {
    const { canvas } = this.block;
    const level = levelFor(canvas.width * camera.scale, canvas.height * camera.scale);
    const began = performance.now();
    let isPending = false;
    // The coarsest one stands in for all others.
    this.take(0, 0, 0) ?? this.paint(0, 0, 0, placement);
    const count = 2 ** level;
    const { left, right, bottom, top } = camera.view;
    const within = (value: number, size: number) =>
      Math.min(count - 1, Math.max(0, Math.floor((value / size) * count)));
    const [fromColumn, toColumn] = [within(left, canvas.width), within(right, canvas.width)];
    const [fromRow, toRow] = [within(bottom, canvas.height), within(top, canvas.height)];
    let used = 0;
    let painted = 0;
    for (let row = fromRow; row <= toRow; row++)
      for (let column = fromColumn; column <= toColumn; column++) {
        let tile = this.take(level, row, column);
        if (!tile && (painted === 0 || performance.now() - began < BUDGET)) {
          tile = this.paint(level, row, column, placement);
          painted++;
        }
        if (!tile) isPending = true;
        const sprite = this.sprite(used++, colour);
        show(sprite, tile ?? this.standIn(level, row, column));
        sprite.setSize(canvas.width / count, canvas.height / count);
        // Pictures have y downward, the world upward. Setting the size keeps the sign that the scale had.
        sprite.scale.y = -Math.abs(sprite.scale.y);
        sprite.position.set((column * canvas.width) / count, ((row + 1) * canvas.height) / count);
      }
    for (let i = used; i < this.sprites.length; i++) this.sprites[i]!.visible = false;
    this.forget();
    return isPending;
  }

  private sprite(index: number, colour: string): Sprite {
    let sprite = this.sprites[index];
    if (!sprite) {
      sprite = new Sprite();
      sprite.tint = colour;
      this.sprites.push(sprite);
      this.container.addChild(sprite);
    }
    sprite.visible = true;
    return sprite;
  }

  private take(level: number, row: number, column: number): Texture | undefined {
    const key = `${level} ${row} ${column}`;
    const tile = this.tiles.get(key);
    if (!tile) return undefined;
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    return tile;
  }

  /** The part of the finest coarser tile that covers this one. */
  private standIn(level: number, row: number, column: number): Texture {
    for (let up = 1; up <= level; up++) {
      const tile = this.take(level - up, row >> up, column >> up);
      if (!tile) continue;
      const parts = 2 ** up;
      const side = TILE / parts;
      const [x, y] = [(column % parts) * side, (parts - 1 - (row % parts)) * side];
      return new Texture({ source: tile.source, frame: new PixiRectangle(x, y, side, side) });
    }
    return Texture.EMPTY;
  }

  /** Removes the tiles that were used longest ago. */
  private forget(): void {
    for (const [key, tile] of this.tiles) {
      if (this.tiles.size <= MOST_TILES) return;
      if (key === "0 0 0" || this.sprites.some(({ texture }) => texture.source === tile.source)) continue;
      this.tiles.delete(key);
      tile.destroy(true);
    }
  }

  private paint(level: number, row: number, column: number, placement: Placement): Texture {
    const { canvas } = this.block;
    const count = 2 ** level;
    const [width, height] = [canvas.width / count, canvas.height / count];
    const area = {
      left: column * width,
      right: (column + 1) * width,
      bottom: row * height,
      top: (row + 1) * height,
    };
    const picture = document.createElement("canvas");
    picture.width = TILE;
    picture.height = TILE;
    const context = picture.getContext("2d");
    const cover = coverOf(this.block, placement, { area, cells: this.cellsIn(area), side: TILE });
    const image = context?.createImageData(TILE, TILE);
    if (context && image) {
      for (let pixel = 0; pixel < cover.length; pixel++) {
        const value = cover[pixel]!;
        if (value === 0) continue;
        const at = 4 * pixel;
        image.data[at] = 255;
        image.data[at + 1] = 255;
        image.data[at + 2] = 255;
        image.data[at + 3] = FAINTEST + FULL * Math.min(1, value);
      }
      context.putImageData(image, 0, 0);
    }
    const texture = Texture.from(picture);
    this.tiles.set(`${level} ${row} ${column}`, texture);
    return texture;
  }
}

/** Puts a texture on a sprite. Parts of other tiles are used once, and end here. */
function show(sprite: Sprite, texture: Texture): void {
  const before = sprite.texture;
  sprite.texture = texture;
  const isPart = before !== Texture.EMPTY && before !== texture && before.frame.width < TILE;
  if (isPart) before.destroy(false);
}
