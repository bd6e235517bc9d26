// The proxy cost in plain double arithmetic, straight from docs/proxy-cost.md: slow, obvious, and sharing no code
// with the judge.
import { type Block, isSideways, type Placement, turnOffset } from "../../netlist/index.js";

export interface TwinCosts {
  readonly wirelength: number;
  readonly wirelengthCost: number;
  readonly densityCost: number;
  readonly congestionCost: number;
}

const HARD = 0;
const PORT = 3;

type Cell = readonly [row: number, column: number];

export function twinCosts(block: Block, placement: Placement, outside: "skip" | "clamp"): TwinCosts {
  const { columns, rows } = block.grid;
  const cellWidth = block.canvas.width / columns;
  const cellHeight = block.canvas.height / rows;
  const map = () => Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  const horizontal = map();
  const vertical = map();
  let wirelength = 0;
  let weightSum = 0;
  for (let net = 0; net < block.netCount; net++) {
    const pins = block.netPins.subarray(block.netStarts[net], block.netStarts[net + 1]);
    const weight = block.netWeights[net]!;
    weightSum += weight;
    const places = Array.from(pins, (pin) => pinPlace(block, placement, pin));
    const xs = places.map(([x]) => x);
    const ys = places.map(([, y]) => y);
    wirelength += weight * (Math.max(...xs) - Math.min(...xs) + Math.max(...ys) - Math.min(...ys));
    const cells = places.map(([x, y]): Cell => {
      const cell: Cell = [Math.floor(y / cellHeight), Math.floor(x / cellWidth)];
      if (outside === "skip") return cell;
      return [Math.min(Math.max(cell[0], 0), rows - 1), Math.min(Math.max(cell[1], 0), columns - 1)];
    });
    if (cells.some(([row, column]) => row < 0 || row >= rows || column < 0 || column >= columns)) continue;
    route(cells, Math.max(weight, 1), horizontal, vertical);
  }
  scale(horizontal, 1 / (cellHeight * block.routing.horizontal));
  scale(vertical, 1 / (cellWidth * block.routing.vertical));
  const smoothH = smooth(horizontal, Math.floor(block.smoothing), "rows");
  const smoothV = smooth(vertical, Math.floor(block.smoothing), "columns");
  const density = map();
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === PORT) continue;
    cover(block, placement, node, density, smoothH, smoothV);
  }
  const k = Math.max(1, Math.floor(0.1 * columns * rows));
  const wires = [...smoothH.flat(), ...smoothV.flat()];
  return {
    wirelength,
    wirelengthCost: wirelength / ((block.canvas.width + block.canvas.height) * (weightSum || 1)),
    densityCost: (0.5 * largest(density.flat(), k)) / k,
    congestionCost:
      largest(wires, Math.max(1, Math.floor(0.05 * wires.length))) /
      Math.max(1, Math.floor(0.05 * wires.length)),
  };
}

function pinPlace(block: Block, placement: Placement, pin: number): [number, number] {
  const node = block.pinNodes[pin]!;
  const [dx, dy] = turnOffset(
    placement.orientations[node]!,
    block.pinXOffsets[pin]!,
    block.pinYOffsets[pin]!,
  );
  return [placement.xs[node]! + dx, placement.ys[node]! + dy];
}

function route(cells: readonly Cell[], demand: number, horizontal: number[][], vertical: number[][]): void {
  const rowWire = (row: number, from: number, to: number) => {
    for (let column = Math.min(from, to); column < Math.max(from, to); column++)
      horizontal[row]![column]! += demand;
  };
  const columnWire = (column: number, from: number, to: number) => {
    for (let row = Math.min(from, to); row < Math.max(from, to); row++) vertical[row]![column]! += demand;
  };
  const distinct = cells.filter((a, i) => cells.findIndex((b) => a[0] === b[0] && a[1] === b[1]) === i);
  const [source, ...others] = distinct as [Cell, ...Cell[]];
  if (distinct.length !== 3) {
    for (const sink of others) {
      rowWire(source[0], source[1], sink[1]);
      columnWire(sink[1], source[0], sink[0]);
    }
    return;
  }
  const [[y1, x1], [y2, x2], [y3, x3]] = [...distinct].sort((a, b) => a[1] - b[1] || a[0] - b[0]) as [
    Cell,
    Cell,
    Cell,
  ];
  if (x1 < x2 && x2 < x3 && Math.min(y1, y3) < y2 && y2 < Math.max(y1, y3)) {
    rowWire(y1, x1, x2);
    rowWire(y2, x2, x3);
    columnWire(x2, y1, y2);
    columnWire(x3, y2, y3);
  } else if (x1 < x2 && x2 === x3 && y1 < Math.min(y2, y3)) {
    rowWire(y1, x1, x2);
    columnWire(x2, y1, Math.max(y2, y3));
  } else if (y2 === y3) {
    rowWire(y1, x1, x2);
    rowWire(y2, x2, x3);
    columnWire(x2, y1, y2);
  } else {
    const [low, middle, high] = [...distinct].sort((a, b) => a[0] - b[0] || a[1] - b[1]) as [
      Cell,
      Cell,
      Cell,
    ];
    rowWire(middle[0], x1, x3);
    columnWire(low[1], low[0], middle[0]);
    columnWire(high[1], middle[0], high[0]);
  }
}

/** Spreads every value evenly over the cells at most `range` away along one direction. */
function smooth(map: number[][], range: number, along: "rows" | "columns"): number[][] {
  const out = map.map((row) => row.map(() => 0));
  map.forEach((row, r) => {
    row.forEach((value, c) => {
      const targets: Cell[] = [];
      for (let step = -range; step <= range; step++) {
        const target: Cell = along === "rows" ? [r + step, c] : [r, c + step];
        if (out[target[0]]?.[target[1]] !== undefined) targets.push(target);
      }
      for (const [tr, tc] of targets) out[tr]![tc]! += value / targets.length;
    });
  });
  return out;
}

function cover(
  block: Block,
  placement: Placement,
  node: number,
  density: number[][],
  horizontal: number[][],
  vertical: number[][],
): void {
  const { columns, rows } = block.grid;
  const cellWidth = block.canvas.width / columns;
  const cellHeight = block.canvas.height / rows;
  const turned = isSideways(placement.orientations[node]!);
  const width = turned ? block.heights[node]! : block.widths[node]!;
  const height = turned ? block.widths[node]! : block.heights[node]!;
  const left = placement.xs[node]! - width / 2;
  const bottom = placement.ys[node]! - height / 2;
  const overlap = (from: number, size: number, index: number, cell: number) =>
    Math.min(from + size, (index + 1) * cell) - Math.max(from, index * cell);
  const clip = (value: number, last: number) => Math.min(Math.max(value, 0), last);
  const r0 = clip(Math.floor(bottom / cellHeight), rows - 1);
  const r1 = clip(Math.floor((bottom + height) / cellHeight), rows - 1);
  const c0 = clip(Math.floor(left / cellWidth), columns - 1);
  const c1 = clip(Math.floor((left + width) / cellWidth), columns - 1);
  const partial = (from: number, size: number, index: number, cell: number) =>
    Math.abs(overlap(from, size, index, cell) - cell) > 1e-5;
  const topOpen =
    r0 < r1 && (partial(bottom, height, r0, cellHeight) || partial(bottom, height, r1, cellHeight));
  const rightOpen = c0 < c1 && (partial(left, width, c0, cellWidth) || partial(left, width, c1, cellWidth));
  for (let row = r0; row <= r1; row++)
    for (let column = c0; column <= c1; column++) {
      const dx = overlap(left, width, column, cellWidth);
      const dy = overlap(bottom, height, row, cellHeight);
      if (dx <= 0 || dy <= 0) continue;
      density[row]![column]! += (dx * dy) / (cellWidth * cellHeight);
      if (block.kinds[node] !== HARD) continue;
      const { routing } = block;
      if (!(topOpen && row === r1))
        vertical[row]![column]! += (dx * routing.verticalUsedByMacros) / (cellWidth * routing.vertical);
      if (!(rightOpen && column === c1))
        horizontal[row]![column]! +=
          (dy * routing.horizontalUsedByMacros) / (cellHeight * routing.horizontal);
    }
}

function scale(map: number[][], factor: number): void {
  for (const row of map) for (let column = 0; column < row.length; column++) row[column]! *= factor;
}

function largest(values: readonly number[], count: number): number {
  return [...values]
    .sort((a, b) => b - a)
    .slice(0, count)
    .reduce((sum, value) => sum + value, 0);
}
