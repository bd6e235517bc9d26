// Where macros may be: the core, which is the bounds of the rows, and the lattice that their lower-left corners lie on.
// All in database units.
import { InputError } from "../../input-error.js";
import { isSideways } from "../../orientation.js";
import type { DefDesign, DefRow, DefTracks } from "./def-design.js";
import { boundsOf, type Rect, unionOf } from "./geometry.js";
import type { LefLibrary } from "./lef-library.js";

/** What the lower-left corners of macros lie on. */
export const SNAP_CHOICES = ["manufacturing", "track", "row"] as const;
export type SnapChoice = (typeof SNAP_CHOICES)[number];

/** Points `start + k * pitch` along one axis, whole numbers of database units. */
export interface Comb {
  readonly start: number;
  readonly pitch: number;
}

/** Points that lower-left corners may have. */
export interface Lattice {
  readonly x: Comb;
  readonly y: Comb;
  /** What it is, for messages. */
  readonly name: string;
}

/**
 * The core: the bounds of all rows, within the die. Undefined for a design without rows, or whose rows cover the die or
 * lie outside of it. A row is as high as its site. Where no LEF file defines the site, it is as high as rows are apart.
 */
export function coreOf(design: DefDesign, library: LefLibrary): Rect | undefined {
  const { rows, units } = design;
  const apart = { x: leastGap(rows.map(({ x }) => x)), y: leastGap(rows.map(({ y }) => y)) };
  let bounds: Rect | undefined;
  for (const row of rows) {
    const { width, height } = siteSize(row, library, units);
    const [stepX, stepY] = [row.stepX || width || 0, row.stepY || height || 0];
    const [lastX, lastY] = [row.x + (row.columns - 1) * stepX, row.y + (row.rows - 1) * stepY];
    bounds = unionOf(bounds, {
      left: Math.min(row.x, lastX),
      bottom: Math.min(row.y, lastY),
      right: Math.max(row.x, lastX) + (width ?? (row.stepX || apart.x)),
      top: Math.max(row.y, lastY) + (height ?? (row.stepY || apart.y)),
    });
  }
  if (!bounds) return undefined;
  const die = boundsOf(design.die);
  const core = {
    left: Math.max(bounds.left, die.left),
    bottom: Math.max(bounds.bottom, die.bottom),
    right: Math.min(bounds.right, die.right),
    top: Math.min(bounds.top, die.top),
  };
  const isWhole = (["left", "bottom", "right", "top"] as const).every((side) => core[side] === die[side]);
  return !isWhole && core.right > core.left && core.top > core.bottom ? core : undefined;
}

/** Sides of a row's site in database units, as turned; undefined if no LEF file defines it. */
export function siteSize(
  { site, orientation }: DefRow,
  { sites }: LefLibrary,
  units: number,
): { readonly width?: number; readonly height?: number } {
  const found = sites.get(site);
  if (!found) return {};
  const [width, height] = isSideways(orientation) ? [found.height, found.width] : [found.width, found.height];
  return { width: Math.round(width * units), height: Math.round(height * units) };
}

/** The least distance of two values that differ; 0 if all are equal. */
function leastGap(values: readonly number[]): number {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  let least = Number.POSITIVE_INFINITY;
  for (let i = 1; i < sorted.length; i++) least = Math.min(least, sorted[i]! - sorted[i - 1]!);
  return Number.isFinite(least) ? least : 0;
}

/** Parts of the bounds of the die that are outside the core. */
export function outsideCore(die: Rect, core: Rect): Rect[] {
  const rects = [
    { ...die, right: core.left },
    { ...die, left: core.right },
    { left: core.left, right: core.right, bottom: die.bottom, top: core.bottom },
    { left: core.left, right: core.right, bottom: core.top, top: die.top },
  ];
  return rects.filter(({ left, bottom, right, top }) => right > left && top > bottom);
}

/**
 * The lattice of a design: its manufacturing grid, or the tracks or rows that lie on it. Without a manufacturing grid it is
 * that of database units. Throws `InputError` if the design has no such tracks or rows.
 */
export function latticeOf(
  design: DefDesign,
  library: LefLibrary,
  snap: SnapChoice = "manufacturing",
): Lattice {
  const grid = { start: 0, pitch: manufacturingPitch(design, library) };
  if (snap === "track") {
    const x = trackComb(design, library, "X");
    const y = trackComb(design, library, "Y");
    return { x: meet(x, grid), y: meet(y, grid), name: "the tracks" };
  }
  if (snap === "row") {
    const { x, y } = rowCombs(design, library);
    return { x: meet(x, grid), y: meet(y, grid), name: "the rows and their sites" };
  }
  const name =
    library.manufacturingGrid === undefined
      ? "database units"
      : `the manufacturing grid of ${library.manufacturingGrid} µm`;
  return { x: grid, y: grid, name };
}

const MOST_STEPS = 100000;

/** Database units from one point of the manufacturing grid to the next that is a whole number of units; 1 without one. */
function manufacturingPitch({ units }: DefDesign, { manufacturingGrid }: LefLibrary): number {
  if (manufacturingGrid === undefined) return 1;
  const step = manufacturingGrid * units;
  for (let pitch = Math.max(1, Math.floor(step)); pitch < MOST_STEPS; pitch++) {
    const lines = pitch / step;
    if (Math.round(lines) > 0 && Math.abs(lines - Math.round(lines)) < 1e-6) return pitch;
  }
  return 1;
}

/** The tracks of the lowest layer whose wires run along them. X are those of vertical wires. */
function trackComb(design: DefDesign, library: LefLibrary, axis: DefTracks["axis"]): Comb {
  const direction = axis === "X" ? "V" : "H";
  const own = design.tracks.filter((tracks) => tracks.axis === axis && tracks.step > 0);
  const layers = library.layers.filter((layer) => layer.direction === direction);
  for (const { name } of layers) {
    const tracks = own.find((candidate) => candidate.layers.includes(name));
    if (tracks) return { start: tracks.start, pitch: tracks.step };
  }
  if (layers.length === 0 && own[0]) return { start: own[0].start, pitch: own[0].step };
  throw new InputError(
    "--snap",
    `track, but '${design.path}' has no TRACKS ${axis} of a layer in that direction`,
    "use --snap manufacturing",
  );
}

/** Left ends of the sites, and lower ends of the rows, of the lowest row. */
function rowCombs(design: DefDesign, library: LefLibrary): { readonly x: Comb; readonly y: Comb } {
  const { rows, units, path } = design;
  const [lowest] = [...rows].sort((a, b) => a.y - b.y || a.x - b.x);
  if (!lowest)
    throw new InputError("--snap", `row, but '${path}' has no ROW statement`, "use --snap manufacturing");
  const site = siteSize(lowest, library, units);
  const pitchX = Math.abs(lowest.stepX) || site.width || leastGap(rows.map(({ x }) => x)) || 1;
  const pitchY = Math.abs(lowest.stepY) || site.height || leastGap(rows.map(({ y }) => y)) || 1;
  return { x: { start: lowest.x, pitch: pitchX }, y: { start: lowest.y, pitch: pitchY } };
}

/** Points of a comb that are on the grid too; the comb itself if none is. */
function meet(comb: Comb, grid: Comb): Comb {
  for (let k = 0; k < grid.pitch; k++) {
    const start = comb.start + k * comb.pitch;
    if ((start - grid.start) % grid.pitch !== 0) continue;
    return { start, pitch: (comb.pitch * grid.pitch) / gcd(comb.pitch, grid.pitch) };
  }
  return comb;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Database units: how far below the next point a value may be to count as on it. */
const ON_POINT = 0.01;

/** The last point at or below a value. */
export function pointBelow({ start, pitch }: Comb, value: number): number {
  return start + Math.floor((value - start + ON_POINT) / pitch) * pitch;
}

/** The first point at or above a value. */
export function pointAbove({ start, pitch }: Comb, value: number): number {
  return start + Math.ceil((value - start - ON_POINT) / pitch) * pitch;
}

/** A length that is a whole number of pitches, at least as long. */
export function wholePitches({ pitch }: Comb, length: number): number {
  return Math.ceil((length - ON_POINT) / pitch) * pitch;
}

/** A rectangle with its sides moved outward onto the points of a lattice. */
export function outwardOn({ x, y }: Lattice, rect: Rect): Rect {
  return {
    left: pointBelow(x, rect.left),
    bottom: pointBelow(y, rect.bottom),
    right: pointAbove(x, rect.right),
    top: pointAbove(y, rect.top),
  };
}

/** The lattice as seen from a point, such as the origin of a block. */
export function latticeFrom(
  { x, y, name }: Lattice,
  from: { readonly x: number; readonly y: number },
): Lattice {
  const moved = ({ start, pitch }: Comb, by: number) => ({
    start: (((start - by) % pitch) + pitch) % pitch,
    pitch,
  });
  return { x: moved(x, from.x), y: moved(y, from.y), name };
}
