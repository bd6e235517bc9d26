// What wires may use: layers with their tracks, and what takes tracks away. Readers of formats make it; the global router
// (env/routing/) uses it. Lengths are µm in the canvas's frame.
import { leastOf } from "./arrays.js";
import type { Block, Rectangle } from "./block.js";
import { InputError } from "./input-error.js";

/** A layer of parallel tracks. */
export interface RoutingLayer {
  readonly name: string;
  readonly isHorizontal: boolean;
  /** Tracks per µm across its direction. */
  readonly tracks: number;
}

/** Tracks of a layer that are taken within a rectangle. */
export interface RoutingBlockage {
  readonly rectangle: Rectangle;
  /** Index of the layer. */
  readonly layer: number;
  /** Share of the tracks, 0 to 1. */
  readonly share: number;
}

export interface RoutingSupply {
  /** Bottom up. The lowest is left to pins and the wires inside cells. */
  readonly layers: readonly RoutingLayer[];
  /** Sides of a cell of the routing grid. */
  readonly cellWidth: number;
  readonly cellHeight: number;
  /** Share of the free tracks that signals may use; the rest is for power, clock and detailed routing. */
  readonly usable: number;
  /** Share of a layer's tracks that a hard macro blocks over its box. */
  blockedBy(node: number, layer: number): number;
  readonly blockages: readonly RoutingBlockage[];
  /** Where the layers come from, for a reader. */
  readonly source: string;
}

/** Share of the tracks that signals may use where no file says. Assumed. */
export const USABLE_TRACKS = 0.75;
/** Tracks of a cell of the routing grid on the third layer, as in FastRoute of OpenROAD. */
export const CELL_TRACKS = 15;
/** Routing layers that a hard macro blocks if its files do not say, as memories of open libraries do. */
export const MACRO_LAYERS = 4;

/** Tracks of a row of standard cells where no file gives layers: libraries have 7 to 12. */
const ROW_TRACKS = 10;
/** Directions of the assumed layers, and their pitch in that of the lowest. */
const ASSUMED_LAYERS = [
  { isHorizontal: true, pitch: 1 },
  { isHorizontal: false, pitch: 1 },
  { isHorizontal: true, pitch: 1 },
  { isHorizontal: false, pitch: 1 },
  { isHorizontal: true, pitch: 2 },
  { isHorizontal: false, pitch: 2 },
  { isHorizontal: true, pitch: 2 },
  { isHorizontal: false, pitch: 2 },
] as const;

/** Share of a layer that a macro blocks if no file says: all of the lowest `MACRO_LAYERS`. */
export function assumedObstruction(layer: number): number {
  return layer < MACRO_LAYERS ? 1 : 0;
}

/**
 * The supply of a block whose files have no layers, from the height of its lowest rows: eight layers in turn horizontal and vertical,
 * four with a tenth of a row from track to track and four with twice that; macros block the lower four. Throws `InputError`
 * for a block without rows.
 */
export function assumedSupply(block: Block): RoutingSupply {
  const height = leastOf((block.rows ?? []).map((row) => row.height));
  if (height === Number.POSITIVE_INFINITY)
    throw new InputError(
      block.name,
      "has neither routing layers nor rows, from which tracks could be assumed",
      "give a Bookshelf set with its .scl file, or a DEF with its LEF files",
    );
  const pitch = height / ROW_TRACKS;
  return {
    layers: ASSUMED_LAYERS.map((layer, i) => ({
      name: `M${i + 1}`,
      isHorizontal: layer.isHorizontal,
      tracks: 1 / (layer.pitch * pitch),
    })),
    cellWidth: CELL_TRACKS * pitch,
    cellHeight: CELL_TRACKS * pitch,
    usable: USABLE_TRACKS,
    blockedBy: (_, layer) => assumedObstruction(layer),
    blockages: [],
    source: `assumed: ${ASSUMED_LAYERS.length} layers, ${ROW_TRACKS} tracks to a row`,
  };
}
