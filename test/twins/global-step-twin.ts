// A step of global placement once more, as plain loops in float64: slopes of wires by finite differences, the field from sums over
// all cosine terms.
import type { Block, Placement } from "../../netlist/index.js";
import { fieldTwin, fullnessTwin, smoothWirelengthTwin, type TwinGrid } from "./electrostatic-twin.js";

/** Cells, then fillers: centres, µm. */
export interface TwinNode {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Node of the block; undefined for a filler. */
  readonly node?: number;
}

export interface StepTwin {
  /** Pairs of x and y. */
  readonly slopes: readonly number[];
  readonly overflow: number;
}

/** Preconditioned slopes of smooth wirelength plus `weight` times the field, where all else is free, and the overflow. */
export function stepTwin(
  block: Block,
  placement: Placement,
  {
    grid,
    nodes,
    gamma,
    weight,
  }: {
    readonly grid: TwinGrid;
    readonly nodes: readonly TwinNode[];
    readonly gamma: number;
    readonly weight: number;
  },
): StepTwin {
  const [binWidth, binHeight] = [grid.width / grid.columns, grid.height / grid.rows];
  const charges = nodes.map(({ x, y, width, height }) => {
    const wide = Math.max(width, Math.SQRT2 * binWidth);
    const high = Math.max(height, Math.SQRT2 * binHeight);
    return { x, y, width: wide, height: high, charge: (width * height) / (wide * high) };
  });
  const { xs, ys } = fieldTwin(grid, fullnessTwin(grid, charges));
  const cells = nodes.filter(({ node }) => node !== undefined);
  const at = { xs: placement.xs.slice(), ys: placement.ys.slice(), orientations: placement.orientations };
  for (const { node, x, y } of cells) [at.xs[node!], at.ys[node!]] = [x, y];
  const slopes = nodes.flatMap(({ node, width, height }, i) => {
    const cover = fullnessTwin(grid, [charges[i]!]);
    const push = (field: Float64Array) => -cover.reduce((sum, share, bin) => sum + share * field[bin]!, 0);
    const stiffness = Math.max(1, netsAt(block, node) + (weight * width * height) / (binWidth * binHeight));
    return ([at.xs, at.ys] as const).map((places, axis) => {
      const wire =
        node === undefined ? 0 : difference(places, node, () => smoothWirelengthTwin(block, at, gamma));
      return (wire + weight * push(axis === 0 ? xs : ys)) / stiffness;
    });
  });
  const fullness = fullnessTwin(
    grid,
    cells.map((cell) => ({ ...cell, charge: 1 })),
  );
  const over = fullness.reduce((sum, full) => sum + Math.max(0, full - 1), 0) * binWidth * binHeight;
  return { slopes, overflow: over / cells.reduce((sum, { width, height }) => sum + width * height, 0) };
}

/** Weights of the nets at a node, one for each pin. */
function netsAt(block: Block, node: number | undefined): number {
  let sum = 0;
  for (let net = 0; net < block.netCount; net++)
    for (let entry = block.netStarts[net]!; entry < block.netStarts[net + 1]!; entry++)
      if (block.pinNodes[block.netPins[entry]!] === node) sum += block.netWeights[net]!;
  return sum;
}

function difference(places: Float64Array, node: number, value: () => number): number {
  const [here, step] = [places[node]!, 1e-5];
  places[node] = here + step;
  const above = value();
  places[node] = here - step;
  const below = value();
  places[node] = here;
  return (above - below) / (2 * step);
}
