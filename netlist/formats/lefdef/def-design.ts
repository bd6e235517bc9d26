// What is kept of a DEF file, in its own terms: database units, lower-left corners, file order. Struct of arrays, so
// that a million components fit. Together with the byte ranges of the placements it is all that writing back needs.
import type { Point, Rect } from "./geometry.js";

/** Whether and how firmly a component stands. */
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
   * Bytes `starts[c] .. ends[c]` of the unpacked file say where the component stands: from the word PLACED, FIXED,
   * COVER or UNPLACED to the orientation. Where there is nothing, the two are equal and behind the master's name.
   */
  readonly starts: Float64Array;
  readonly ends: Float64Array;
  readonly lines: Int32Array;
  /** Of components that have one: left, bottom, right, top, in database units and orientation N. */
  readonly halos: ReadonlyMap<number, Rect>;
  /** Of components with `+ REGION`: the region's name. */
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
  /** Whether the net is of use POWER or GROUND. */
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

export interface DefTracks {
  /** X: vertical tracks, side by side in x. */
  readonly axis: "X" | "Y";
  readonly start: number;
  readonly count: number;
  readonly step: number;
  readonly layers: readonly string[];
}

/** A placement blockage. `density` is the share of it that cells may fill: 0 unless PARTIAL says otherwise. */
export interface DefBlockage extends Rect {
  readonly kind: "hard" | "soft" | "partial";
  readonly density: number;
  readonly line: number;
}

export interface DefRegion {
  readonly name: string;
  readonly rects: readonly Rect[];
  readonly type: "FENCE" | "GUIDE" | undefined;
  readonly line: number;
}

export interface DefGroup {
  readonly name: string;
  /** Names of components; `*` stands for anything. */
  readonly patterns: readonly string[];
  readonly region: string | undefined;
  readonly line: number;
}

export interface DefDesign {
  readonly path: string;
  readonly name: string;
  /** Database units per µm. */
  readonly units: number;
  /** Corners of the die: two of a rectangle, or all of a rectilinear polygon. */
  readonly die: readonly Point[];
  readonly rowCount: number;
  /** Bounds of all rows whose site count and step are given: the core. */
  readonly core: Rect | undefined;
  readonly tracks: readonly DefTracks[];
  readonly components: DefComponents;
  readonly pins: readonly DefPin[];
  readonly nets: DefNets;
  readonly blockages: readonly DefBlockage[];
  readonly regions: readonly DefRegion[];
  readonly groups: readonly DefGroup[];
  /** Statements and section items that were passed over, and how many of each. */
  readonly ignored: ReadonlyMap<string, number>;
  /** What is odd about the file but no reason to refuse it, one line each. */
  readonly notes: readonly string[];
}
