// The contents of a DEF file, in its own terms: database units, lower-left corners, file order. Components and nets are
// typed arrays, so that millions of them fit. Writing back needs only these and the byte ranges of the placements.
import type { Point, Rect } from "./geometry.js";

/** Placement status of a component. */
export const PlaceStatus = { Unplaced: 0, Placed: 1, Fixed: 2, Cover: 3 } as const;

export interface DefComponents {
  readonly count: number;
  readonly names: readonly string[];
  /** Index into `masterNames`. */
  readonly masters: Int32Array;
  readonly masterNames: readonly string[];
  /** Codes of `PlaceStatus`. */
  readonly statuses: Uint8Array;
  /** Lower-left corner of the placed box in database units; meaningless while unplaced. */
  readonly xs: Int32Array;
  readonly ys: Int32Array;
  readonly orientations: Uint8Array;
  /**
   * Bytes `starts[c] .. ends[c]` of the unpacked file hold the component's placement, from the word PLACED, FIXED, COVER
   * or UNPLACED to the orientation. If it has none, the two are equal and just after the master's name.
   */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly lines: Int32Array;
  /** Halos of components that have one, in database units, for orientation N. */
  readonly halos: ReadonlyMap<number, Rect>;
  /** Names of the regions of components with `+ REGION`. */
  readonly regions: ReadonlyMap<number, string>;
}

export interface DefPin {
  readonly name: string;
  readonly net: string;
  readonly direction: string;
  readonly use: string;
  readonly isPlaced: boolean;
  /** Centre of the first placed port's shapes, in database units. */
  readonly x: number;
  readonly y: number;
  readonly line: number;
}

export interface DefNets {
  readonly count: number;
  readonly names: readonly string[];
  readonly weights: Float64Array;
  /** Per net, whether its use is POWER or GROUND. */
  readonly isSupply: Uint8Array;
  /** Connections of net n: from `starts[n]` to `starts[n + 1]`. */
  readonly starts: Int32Array;
  /** Per connection the component, or -1 for a pin of the design. */
  readonly components: Int32Array;
  /** Per connection the pin, an index into `pinNames`. */
  readonly pins: Int32Array;
  readonly pinNames: readonly string[];
  readonly lines: Int32Array;
}

/** Sites in `columns` and `rows`, of which one is usually 1, the first with its lower-left corner at (x, y). */
export interface DefRow {
  readonly site: string;
  readonly x: number;
  readonly y: number;
  readonly orientation: number;
  readonly columns: number;
  readonly rows: number;
  /** From one site to the next; 0 if the file gives none, and the sites abut. */
  readonly stepX: number;
  readonly stepY: number;
}

export interface DefTracks {
  /** X for vertical tracks, Y for horizontal ones. */
  readonly axis: "X" | "Y";
  readonly start: number;
  readonly count: number;
  readonly step: number;
  readonly layers: readonly string[];
}

/** A placement blockage. `density`: share of it that cells may fill, 0 unless it is PARTIAL. */
export interface DefBlockage extends Rect {
  readonly kind: "hard" | "soft" | "partial";
  readonly density: number;
  /** Name of the component that it belongs to, and that it does not keep out. */
  readonly component?: string;
  readonly line: number;
}

/** A blockage of wires on a routing layer. */
export interface DefRoutingBlockage extends Rect {
  readonly layer: string;
}

export interface DefRegion {
  readonly name: string;
  readonly rects: readonly Rect[];
  readonly type: "FENCE" | "GUIDE" | undefined;
  readonly line: number;
}

export interface DefGroup {
  readonly name: string;
  /** Patterns of component names; `*` matches any text. */
  readonly patterns: readonly string[];
  readonly region: string | undefined;
  readonly line: number;
}

export interface DefDesign {
  readonly path: string;
  readonly name: string;
  /** Database units per µm. */
  readonly units: number;
  /** Corners of the die: two opposite ones of a rectangle, or all of a rectilinear polygon. */
  readonly die: readonly Point[];
  readonly rows: readonly DefRow[];
  readonly tracks: readonly DefTracks[];
  readonly components: DefComponents;
  readonly pins: readonly DefPin[];
  readonly nets: DefNets;
  readonly blockages: readonly DefBlockage[];
  readonly routingBlockages: readonly DefRoutingBlockage[];
  readonly regions: readonly DefRegion[];
  readonly groups: readonly DefGroup[];
  /** Number of ignored statements and section items, by kind. */
  readonly ignored: ReadonlyMap<string, number>;
  /** Notes on oddities of the file, one line each. */
  readonly notes: readonly string[];
}
