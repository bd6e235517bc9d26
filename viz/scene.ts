// The contents of a picture.
import type { Block, Placement } from "../netlist/index.js";

/** A line of a chart. Points that are not finite leave a gap. */
export interface Curve {
  readonly label: string;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  /** Band around the line, one value per point, for example minimum and maximum over seeds. */
  readonly lows?: readonly number[];
  readonly highs?: readonly number[];
  /** Draw points without a line. */
  readonly dots?: boolean;
}

/** Per grid cell, row-major from the lower left; 1 is a full cell. */
export interface SceneMaps {
  readonly density: Float64Array;
  readonly horizontal: Float64Array;
  readonly vertical: Float64Array;
}

export interface SceneCosts {
  readonly wirelengthCost: number;
  readonly densityCost: number;
  readonly congestionCost: number;
  readonly proxyCost: number;
}

/** `auto` follows the reader's system setting. */
export type Theme = "light" | "dark" | "auto";

export interface Scene {
  readonly block: Block;
  readonly placement: Placement;
  readonly title: string;
  readonly subtitle?: readonly string[];
  readonly curve?: readonly Curve[];
  /** Title of the curves' x axis. Default: iteration. */
  readonly curveX?: string;
  readonly maps?: SceneMaps;
  readonly costs?: SceneCosts;
  readonly theme?: Theme;
}

/** A rectangle of the picture in pixels, y downward. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** A part of a picture and its height in pixels. */
export interface Part {
  readonly markup: string;
  readonly height: number;
}
