// The parts of the electrostatic placer once more, as plain loops in float64. They give values only; tests take slopes from
// finite differences.
import { type Block, type Placement, turnOffset } from "../../netlist/index.js";

/** Weighted sum of the weighted-average lengths of all nets, µm. Nets with a pin without a place do not count. */
export function smoothWirelengthTwin(
  block: Block,
  { xs, ys, orientations }: Placement,
  gamma: number,
): number {
  let total = 0;
  for (let net = 0; net < block.netCount; net++) {
    const pins = block.netPins.subarray(block.netStarts[net]!, block.netStarts[net + 1]!);
    const places = [...pins].map((pin) => {
      const node = block.pinNodes[pin]!;
      const [dx, dy] = turnOffset(orientations[node]!, block.pinXOffsets[pin]!, block.pinYOffsets[pin]!);
      return [xs[node]! + dx, ys[node]! + dy] as const;
    });
    // The judge counts sinks at one point once.
    const distinct = [...new Map(places.map((place) => [place.join(), place])).values()];
    for (const axis of [0, 1] as const) {
      const values = distinct.map((place) => place[axis]);
      if (values.some(Number.isNaN)) continue;
      total +=
        block.netWeights[net]! *
        (softMaximum(values, gamma) + softMaximum(values.map((value) => -value), gamma)); // biome-ignore format: one formula
    }
  }
  return total;
}

function softMaximum(values: readonly number[], gamma: number): number {
  const most = Math.max(...values);
  const weights = values.map((value) => Math.exp((value - most) / gamma));
  const sum = weights.reduce((a, b) => a + b, 0);
  return values.reduce((total, value, i) => total + (value * weights[i]!) / sum, 0);
}

export interface TwinRectangle {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly charge: number;
}

export interface TwinGrid {
  readonly columns: number;
  readonly rows: number;
  readonly width: number;
  readonly height: number;
}

/** How full rectangles make the bins. */
export function fullnessTwin(grid: TwinGrid, rectangles: readonly TwinRectangle[]): Float64Array {
  const map = new Float64Array(grid.columns * grid.rows);
  for (const rectangle of rectangles)
    for (let bin = 0; bin < map.length; bin++)
      map[bin]! += rectangle.charge * coverTwin(grid, rectangle, bin);
  return map;
}

/** Part of a bin that a rectangle covers. */
export function coverTwin(grid: TwinGrid, { x, y, width, height }: TwinRectangle, bin: number): number {
  const binWidth = grid.width / grid.columns;
  const binHeight = grid.height / grid.rows;
  const column = bin % grid.columns;
  const row = Math.floor(bin / grid.columns);
  const dx = Math.min(x + width / 2, (column + 1) * binWidth) - Math.max(x - width / 2, column * binWidth);
  const dy = Math.min(y + height / 2, (row + 1) * binHeight) - Math.max(y - height / 2, row * binHeight);
  return (Math.max(0, dx) * Math.max(0, dy)) / (binWidth * binHeight);
}

/** Field and potential of a density as sums over all cosine terms. */
export function fieldTwin(
  { columns, rows, width, height }: TwinGrid,
  density: ArrayLike<number>,
): { potential: Float64Array; xs: Float64Array; ys: Float64Array } {
  const size = columns * rows;
  const [potential, xs, ys] = [new Float64Array(size), new Float64Array(size), new Float64Array(size)];
  const angleX = (u: number, bin: number) => (Math.PI * u * ((bin % columns) + 0.5)) / columns;
  const angleY = (v: number, bin: number) => (Math.PI * v * (Math.floor(bin / columns) + 0.5)) / rows;
  for (let u = 0; u < columns; u++)
    for (let v = 0; v < rows; v++) {
      if (u === 0 && v === 0) continue;
      let coefficient = 0;
      for (let bin = 0; bin < size; bin++)
        coefficient += density[bin]! * Math.cos(angleX(u, bin)) * Math.cos(angleY(v, bin));
      coefficient *= (u === 0 ? 1 : 2) * (v === 0 ? 1 : 2);
      const [frequencyX, frequencyY] = [(Math.PI * u) / width, (Math.PI * v) / height];
      const term = coefficient / size / (frequencyX ** 2 + frequencyY ** 2);
      for (let bin = 0; bin < size; bin++) {
        const [ax, ay] = [angleX(u, bin), angleY(v, bin)];
        potential[bin]! += term * Math.cos(ax) * Math.cos(ay);
        xs[bin]! += term * frequencyX * Math.sin(ax) * Math.cos(ay);
        ys[bin]! += term * frequencyY * Math.cos(ax) * Math.sin(ay);
      }
    }
  return { potential, xs, ys };
}

/** The smooth mean of the k largest values, and the share of each. */
export function smoothTopTwin(
  values: readonly number[],
  k: number,
  tau: number,
): { value: number; shares: number[] } {
  const countAt = (t: number) =>
    values.reduce((sum, value) => sum + 1 / (1 + Math.exp(-(value - t) / tau)), 0);
  let low = Math.min(...values) - 100 * tau;
  let high = Math.max(...values) + 100 * tau;
  for (let step = 0; step < 200; step++) {
    const middle = (low + high) / 2;
    if (countAt(middle) > k) low = middle;
    else high = middle;
  }
  const softPlus = (x: number) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)));
  return {
    value: low + (tau / k) * values.reduce((sum, value) => sum + softPlus((value - low) / tau), 0),
    shares: values.map((value) => 1 / (1 + Math.exp(-(value - low) / tau)) / k),
  };
}
