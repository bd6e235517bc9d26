// Pictures of how densely standard cells cover the die, as square tiles of a pyramid: level L has 2^L tiles along each side of the
// die. Tiles are painted when they come into view, for a limited time in each frame, so that panning never waits. Until then a
// coarser one is shown, or the one of before the cells moved.
import { Container, Rectangle as PixiRectangle, Sprite, Texture } from "pixi.js";
import type { Block, Placement, Rectangle } from "../../netlist/index.js";
import type { Camera } from "./camera.js";
import { Cover, levelFor, TILE } from "./cell-cover.js";

/** Time that one frame may spend on painting, ms. */
const BUDGET = 12;
/** Most tiles that are kept, at 256 kB each. */
const MOST_TILES = 128;
/** Opacity of an empty pixel that a cell touches, and what full cover adds. */
const [FAINTEST, FULL] = [40, 150] as const;

/** Cells within a rectangle, and perhaps a few more. */
export type CellsIn = (rectangle: Rectangle) => Iterable<number>;

/** Which tile of the pyramid. */
interface TilePlace {
  readonly level: number;
  readonly row: number;
  readonly column: number;
}

interface Tile {
  readonly texture: Texture;
  readonly context: CanvasRenderingContext2D;
  /** How often cells had moved when it was painted. */
  version: number;
}

const COARSEST: TilePlace = { level: 0, row: 0, column: 0 };

function keyOf({ level, row, column }: TilePlace): string {
  return `${level} ${row} ${column}`;
}

export class CellTiles {
  readonly container = new Container();
  private readonly block: Block;
  private readonly cellsIn: CellsIn;
  /** The one used last comes last. */
  private readonly tiles = new Map<string, Tile>();
  private readonly sprites: Sprite[] = [];
  /** The tile that is being painted. */
  private begun: { readonly key: string; readonly cover: Cover } | undefined;
  /** How often cells have moved. */
  private version = 0;

  constructor(block: Block, cellsIn: CellsIn) {
    this.block = block;
    this.cellsIn = cellsIn;
  }

  /** Tells that cells have moved, so that all tiles are to be painted again. */
  outdate(): void {
    this.version++;
    this.begun = undefined;
  }

  recolour(colour: string): void {
    for (const sprite of this.sprites) sprite.tint = colour;
  }

  /** Shows the tiles in view. Returns whether some of them are still to be painted. */
  update(camera: Camera, placement: Placement, colour: string): boolean {
    const { canvas } = this.block;
    const level = levelFor(canvas.width * camera.scale, canvas.height * camera.scale);
    const places = this.inView(camera, level);
    // The coarsest one stands in for all others.
    const isDone = this.paint([COARSEST, ...places], placement);
    const [width, height] = [canvas.width / 2 ** level, canvas.height / 2 ** level];
    places.forEach((place, index) => {
      const sprite = this.sprite(index, colour);
      show(sprite, this.take(place)?.texture ?? this.standIn(place));
      sprite.setSize(width, height);
      // Pictures have y downward, the world upward. Setting the size keeps the sign that the scale had.
      sprite.scale.y = -Math.abs(sprite.scale.y);
      sprite.position.set(place.column * width, (place.row + 1) * height);
    });
    for (let i = places.length; i < this.sprites.length; i++) this.sprites[i]!.visible = false;
    this.forget();
    return !isDone;
  }

  private inView({ view: { left, right, bottom, top } }: Camera, level: number): TilePlace[] {
    const { width, height } = this.block.canvas;
    const count = 2 ** level;
    const within = (value: number, size: number) =>
      Math.min(count - 1, Math.max(0, Math.floor((value / size) * count)));
    const [lastRow, lastColumn] = [within(top, height), within(right, width)];
    const places: TilePlace[] = [];
    for (let row = within(bottom, height); row <= lastRow; row++)
      for (let column = within(left, width); column <= lastColumn; column++)
        places.push({ level, row, column });
    return places;
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

  private take(place: TilePlace): Tile | undefined {
    const key = keyOf(place);
    const tile = this.tiles.get(key);
    if (!tile) return undefined;
    this.tiles.delete(key);
    this.tiles.set(key, tile);
    return tile;
  }

  /** The part of the finest coarser tile that covers this one. */
  private standIn({ level, row, column }: TilePlace): Texture {
    for (let up = 1; up <= level; up++) {
      const tile = this.take({ level: level - up, row: row >> up, column: column >> up });
      if (!tile) continue;
      const parts = 2 ** up;
      const side = TILE / parts;
      const [x, y] = [(column % parts) * side, (parts - 1 - (row % parts)) * side];
      return new Texture({ source: tile.texture.source, frame: new PixiRectangle(x, y, side, side) });
    }
    return Texture.EMPTY;
  }

  /** Removes the tiles that were used longest ago. */
  private forget(): void {
    for (const [key, { texture }] of this.tiles) {
      if (this.tiles.size <= MOST_TILES) return;
      const isUsed = this.sprites.some((sprite) => sprite.texture.source === texture.source);
      if (isUsed || key === keyOf(COARSEST)) continue;
      this.tiles.delete(key);
      texture.destroy(true);
    }
  }

  /** Paints those tiles that are missing or out of date, until the time is over. Returns whether none is left. */
  private paint(places: readonly TilePlace[], placement: Placement): boolean {
    const deadline = performance.now() + BUDGET;
    const isOver = () => performance.now() >= deadline;
    const missing = places.filter((place) => this.tiles.get(keyOf(place))?.version !== this.version);
    // The one that was begun goes on first.
    const begun = missing.filter((place) => keyOf(place) === this.begun?.key);
    const wanted = [...begun, ...missing.filter((place) => !begun.includes(place))];
    return wanted.every((place, index) => {
      if (index > 0 && isOver()) return false;
      const key = keyOf(place);
      if (this.begun?.key !== key) {
        const area = this.areaOf(place);
        const what = { area, cells: this.cellsIn(area), side: TILE };
        this.begun = { key, cover: new Cover(this.block, placement, what) };
      }
      const { cover } = this.begun;
      if (!cover.proceed(isOver)) return false;
      this.begun = undefined;
      this.finish(key, cover.shares);
      return true;
    });
  }

  private areaOf({ level, row, column }: TilePlace): Rectangle {
    const { canvas } = this.block;
    const [width, height] = [canvas.width / 2 ** level, canvas.height / 2 ** level];
    return {
      left: column * width,
      right: (column + 1) * width,
      bottom: row * height,
      top: (row + 1) * height,
    };
  }

  /** Puts a picture on its tile. */
  private finish(key: string, shares: Float32Array): void {
    const tile = this.tiles.get(key) ?? newTile();
    const image = tile.context.createImageData(TILE, TILE);
    for (let pixel = 0; pixel < shares.length; pixel++) {
      const share = shares[pixel]!;
      if (share === 0) continue;
      const at = 4 * pixel;
      image.data[at] = 255;
      image.data[at + 1] = 255;
      image.data[at + 2] = 255;
      image.data[at + 3] = FAINTEST + FULL * Math.min(1, share);
    }
    tile.context.putImageData(image, 0, 0);
    tile.texture.source.update();
    tile.version = this.version;
    this.tiles.set(key, tile);
  }
}

function newTile(): Tile {
  const picture = document.createElement("canvas");
  picture.width = TILE;
  picture.height = TILE;
  const context = picture.getContext("2d");
  if (!context) throw new Error("internal: no drawing context");
  return { texture: Texture.from(picture), context, version: -1 };
}

/** Puts a texture on a sprite. Parts of other tiles are used once, and end here. */
function show(sprite: Sprite, texture: Texture): void {
  const before = sprite.texture;
  sprite.texture = texture;
  const isPart = before !== Texture.EMPTY && before !== texture && before.frame.width < TILE;
  if (isPart) before.destroy(false);
}
