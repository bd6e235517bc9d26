// Heat maps: a value per grid cell, row-major from the lower left.
import type { CostMaps } from "../../env/index.js";
import { type Block, type Canvas, type Grid, type Placement, turnOffset } from "../../netlist/index.js";
import type { Trace } from "../protocol.js";

export const MAPS = {
  none: "None",
  density: "Density",
  horizontal: "Horizontal congestion",
  vertical: "Vertical congestion",
  nets: "Net density",
  pins: "Pin density",
  probabilities: "Action probabilities",
  masks: "Action mask",
  wires: "Wire mask",
  why: "Cost elsewhere",
  whyWirelength: "Wirelength elsewhere",
  whyDensity: "Density elsewhere",
  whyCongestion: "Congestion elsewhere",
  routedHorizontal: "Routed, horizontal",
  routedVertical: "Routed, vertical",
  routedOverflow: "Routed, overflow",
} as const;

export type MapName = keyof typeof MAPS;
/** Maps of the policy's episode, one per step. */
export const POLICY_MAPS: readonly MapName[] = ["probabilities", "masks", "wires"];
/** Maps of the global router, on its own grid. */
export const ROUTED_MAPS = {
  routedHorizontal: "horizontal",
  routedVertical: "vertical",
  routedOverflow: "overflow",
} as const satisfies Partial<Record<MapName, string>>;
export function isRouted(name: MapName): name is keyof typeof ROUTED_MAPS {
  return name in ROUTED_MAPS;
}

/** Maps with few cells of interest: other cells are transparent, and macros are drawn as usual. */
export const SPARSE_MAPS: readonly MapName[] = ["probabilities", "masks"];
/** Units of the maps. */
export const MAP_UNITS: Readonly<Record<MapName, string>> = {
  none: "",
  density: "share of the cell covered",
  horizontal: "share of the tracks taken",
  vertical: "share of the tracks taken",
  nets: "expected wires, µm per µm²",
  pins: "pins on nets in the cell",
  probabilities: "probability",
  masks: "1 where the macro may go",
  wires: "growth of wirelength, 0 best, 1 worst",
  why: "change of the proxy cost",
  whyWirelength: "change of the wirelength cost",
  whyDensity: "change of the density cost",
  whyCongestion: "change of the congestion cost",
  routedHorizontal: "wires / capacity",
  routedVertical: "wires / capacity",
  routedOverflow: "wires above capacity",
};

/** Why a map has nothing to show. */
export function whyMapEmpty(name: MapName, values: Float64Array | undefined): string | undefined {
  if (name === "none" || values?.some((value) => value !== 0 && !Number.isNaN(value))) return undefined;
  switch (name) {
    case "density":
      return "Nothing is placed, so no cell is covered.";
    case "horizontal":
    case "vertical":
    case "nets":
      return "No net joins two placed pins.";
    case "pins":
      return "No pin on a net is placed.";
    case "masks":
    case "probabilities":
    case "wires":
      return "The macro of this step fits nowhere.";
    case "routedOverflow":
      return "No edge has more wires than it can take.";
    default:
      return "All values are 0.";
  }
}

/** The judge's map with this name, if it is one. */
export function judgeMap(name: MapName, maps: CostMaps): Float64Array | undefined {
  return name === "density" || name === "horizontal" || name === "vertical" ? maps[name] : undefined;
}

/** The policy's map with this name at a step, if it is one. */
export function policyMap(
  name: MapName,
  trace: Trace,
  { step, cells }: { readonly step: number; readonly cells: number },
): Float64Array | undefined {
  if (name !== "probabilities" && name !== "masks" && name !== "wires") return undefined;
  return Float64Array.from(trace[name].subarray(step * cells, (step + 1) * cells));
}

/** Pins on nets in each cell of the grid; those outside the canvas count in the nearest cell. */
export function pinDensity(block: Block, placement: Placement): Float64Array {
  const { canvas, grid } = block;
  const map = new Float64Array(grid.columns * grid.rows);
  const counted = new Uint8Array(block.pinCount);
  const cellAt = (place: number, length: number, cells: number) =>
    Math.min(cells - 1, Math.max(0, Math.floor((place / length) * cells)));
  for (const pin of block.netPins) {
    if (counted[pin]) continue; // a pin may be on several nets
    counted[pin] = 1;
    const [x, y] = pinPlace(block, placement, pin);
    if (Number.isNaN(x + y)) continue;
    map[cellAt(y, canvas.height, grid.rows) * grid.columns + cellAt(x, canvas.width, grid.columns)]!++;
  }
  return map;
}

/** Where a pin is, in µm; NaN if its node is not placed. */
function pinPlace(block: Block, { xs, ys, orientations }: Placement, pin: number): [number, number] {
  const node = block.pinNodes[pin]!;
  const [dx, dy] = turnOffset(orientations[node]!, block.pinXOffsets[pin]!, block.pinYOffsets[pin]!);
  return [xs[node]! + dx, ys[node]! + dy];
}

/**
 * Expected wire length per area: every net spreads its half-perimeter, times its weight, evenly over its bounding box
 * (RUDY; Spindler and Johannes 2007). Boxes are at least one cell wide and high.
 */
export function netDensity(block: Block, placement: Placement): Float64Array {
  const { columns, rows } = block.grid;
  const cellWidth = block.canvas.width / columns;
  const cellHeight = block.canvas.height / rows;
  // Two-dimensional differences: a box changes four corners, and running sums fill it.
  const sums = new Float64Array((columns + 1) * (rows + 1));
  const stride = columns + 1;
  for (let net = 0; net < block.netCount; net++) {
    let [left, right, bottom, top] = [Infinity, -Infinity, Infinity, -Infinity];
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++) {
      const [x, y] = pinPlace(block, placement, block.netPins[i]!);
      if (Number.isNaN(x + y)) continue;
      left = Math.min(left, x);
      right = Math.max(right, x);
      bottom = Math.min(bottom, y);
      top = Math.max(top, y);
    }
    if (!(right - left + top - bottom > 0)) continue;
    const column = (x: number) => Math.min(columns - 1, Math.max(0, Math.floor(x / cellWidth)));
    const row = (y: number) => Math.min(rows - 1, Math.max(0, Math.floor(y / cellHeight)));
    const [c1, c2, r1, r2] = [column(left), column(right) + 1, row(bottom), row(top) + 1];
    const area = (c2 - c1) * cellWidth * (r2 - r1) * cellHeight;
    const value = (block.netWeights[net]! * (right - left + top - bottom)) / area;
    sums[r1 * stride + c1]! += value;
    sums[r1 * stride + c2]! -= value;
    sums[r2 * stride + c1]! -= value;
    sums[r2 * stride + c2]! += value;
  }
  const map = new Float64Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    let along = 0;
    for (let column = 0; column < columns; column++) {
      along += sums[row * stride + column]!;
      const below = row > 0 ? map[(row - 1) * columns + column]! : 0;
      map[row * columns + column] = Math.max(0, along + below);
    }
  }
  return map;
}

/**
 * Initial range of a map: from 0, or from its least value if that is less, to its largest, each rounded outward to two
 * digits. Cells without a value do not count.
 */
export function mapRange(values: Float64Array): [number, number] {
  let [low, top] = [0, 0];
  for (const value of values) {
    if (value > top) top = value;
    if (value < low) low = value;
  }
  if (low === 0 && top === 0) return [0, 1];
  return [low === 0 ? 0 : -roundedUp(-low), roundedUp(top)];
}

/** Up to two digits; 0 for 0. */
function roundedUp(value: number): number {
  if (value <= 0) return 0;
  const unit = 10 ** Math.floor(Math.log10(value) - 1);
  return Number((Math.ceil(value / unit - 1e-9) * unit).toPrecision(2));
}

/** A map with its grid and the canvas that it covers. */
export interface MapTable {
  readonly name: MapName;
  readonly values: Float64Array;
  readonly grid: Grid;
  readonly canvas: Canvas;
}

/** CSV with a header and one line per cell: column, row, middle of the cell in µm, value. The lower left cell is first. */
export function mapCsv({ name, values, grid, canvas }: MapTable): string {
  const lines = [`column,row,x_um,y_um,"${MAPS[name].replace("… of", "change of")} (${MAP_UNITS[name]})"`];
  const [width, height] = [canvas.width / grid.columns, canvas.height / grid.rows];
  values.forEach((value, cell) => {
    const [column, row] = [cell % grid.columns, Math.floor(cell / grid.columns)];
    const middle = [(column + 0.5) * width, (row + 0.5) * height].map((um) => Number(um.toPrecision(12)));
    lines.push([column, row, ...middle, Number.isNaN(value) ? "" : value].join(","));
  });
  return `${lines.join("\n")}\n`;
}
