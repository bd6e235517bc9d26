// The proxy cost once more, in plain double precision, straight from the rules of docs/proxy-cost.md and with no
// code of the judge: obvious loops over nets, macros and cells. Slow and made to be read.
import type { Block, Placement } from "../../netlist/index.js";

const HARD = 0;
const PORT = 3;

export interface TwinResult {
  readonly wirelength: number;
  readonly wirelengthCost: number;
  readonly densityCost: number;
  readonly congestionCost: number;
  readonly density: Float64Array;
  readonly horizontal: Float64Array;
  readonly vertical: Float64Array;
  /** Wires per cell, neither smoothed nor divided by the capacity. */
  readonly horizontalDemand: Float64Array;
  readonly verticalDemand: Float64Array;
}

type Cell = readonly [row: number, column: number];

export function judgeTwin(
  block: Block,
  placement: Placement,
  outside: "skip" | "clamp" = "skip",
): TwinResult {
  const { canvas, grid, routing } = block;
  const { columns, rows } = grid;
  const cells = columns * rows;
  const cellWidth = canvas.width / columns;
  const cellHeight = canvas.height / rows;

  // Wirelength, and wires per cell.
  const h = new Float64Array(cells);
  const v = new Float64Array(cells);
  let wirelength = 0;
  let weights = 0;
  for (let net = 0; net < block.netCount; net++) {
    const pins = [...block.netPins.subarray(block.netStarts[net]!, block.netStarts[net + 1]!)];
    const places = pins.map((pin) => pinPlace(block, placement, pin));
    const weight = block.netWeights[net]!;
    weights += weight;
    if (places.some(([x]) => Number.isNaN(x))) continue;
    const xs = places.map(([x]) => x);
    const ys = places.map(([, y]) => y);
    wirelength += weight * (Math.max(...xs) - Math.min(...xs) + Math.max(...ys) - Math.min(...ys));
    let at: Cell[] = places.map(([x, y]) => [Math.floor(y / cellHeight), Math.floor(x / cellWidth)]);
    if (outside === "clamp") at = at.map(([r, c]) => [clamp(r, rows), clamp(c, columns)]);
    if (at.some(([r, c]) => r < 0 || c < 0 || r >= rows || c >= columns)) continue;
    route(at, Math.max(weight, 1), columns, h, v);
  }

  // Smoothed, per capacity.
  const range = Math.floor(block.smoothing);
  const horizontal = new Float64Array(cells);
  const vertical = new Float64Array(cells);
  for (let r = 0; r < rows; r++)
    for (let c = 0; c < columns; c++) {
      const nearRows = around(r, range, rows);
      for (const near of nearRows) horizontal[near * columns + c]! += h[r * columns + c]! / nearRows.length;
      const nearColumns = around(c, range, columns);
      for (const near of nearColumns)
        vertical[r * columns + near]! += v[r * columns + c]! / nearColumns.length;
    }
  for (let cell = 0; cell < cells; cell++) {
    horizontal[cell]! /= cellHeight * routing.horizontal;
    vertical[cell]! /= cellWidth * routing.vertical;
  }

  // Area and blocked tracks of macros.
  const density = new Float64Array(cells);
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === PORT || Number.isNaN(placement.xs[node])) continue;
    const turned = placement.orientations[node]! >= 4;
    const width = turned ? block.heights[node]! : block.widths[node]!;
    const height = turned ? block.widths[node]! : block.heights[node]!;
    const left = placement.xs[node]! - width / 2;
    const right = placement.xs[node]! + width / 2;
    const bottom = placement.ys[node]! - height / 2;
    const top = placement.ys[node]! + height / 2;
    const widthIn = (c: number) => overlap(left, right, c * cellWidth, (c + 1) * cellWidth);
    const heightIn = (r: number) => overlap(bottom, top, r * cellHeight, (r + 1) * cellHeight);
    for (let r = 0; r < rows; r++)
      for (let c = 0; c < columns; c++)
        density[r * columns + c]! += (widthIn(c) * heightIn(r)) / (cellWidth * cellHeight);
    if (block.kinds[node] !== HARD) continue;
    const c0 = clamp(Math.floor(left / cellWidth), columns);
    const c1 = clamp(Math.floor(right / cellWidth), columns);
    const r0 = clamp(Math.floor(bottom / cellHeight), rows);
    const r1 = clamp(Math.floor(top / cellHeight), rows);
    const partialRows = [r0, r1].some((r) => Math.abs(heightIn(r) - cellHeight) > 1e-5);
    const partialColumns = [c0, c1].some((c) => Math.abs(widthIn(c) - cellWidth) > 1e-5);
    for (let r = r0; r <= r1; r++)
      for (let c = c0; c <= c1; c++) {
        if (widthIn(c) <= 0 || heightIn(r) <= 0) continue;
        if (!(r === r1 && r0 < r1 && partialRows))
          vertical[r * columns + c]! +=
            (widthIn(c) * routing.verticalUsedByMacros) / (cellWidth * routing.vertical);
        if (!(c === c1 && c0 < c1 && partialColumns))
          horizontal[r * columns + c]! +=
            (heightIn(r) * routing.horizontalUsedByMacros) / (cellHeight * routing.horizontal);
      }
  }

  return {
    wirelength,
    wirelengthCost: wirelength / ((canvas.width + canvas.height) * (weights || 1)),
    densityCost: 0.5 * meanOfLargest([...density], Math.max(1, Math.floor(0.1 * cells))),
    congestionCost: meanOfLargest([...horizontal, ...vertical], Math.max(1, Math.floor(0.05 * 2 * cells))),
    density,
    horizontal,
    vertical,
    horizontalDemand: h,
    verticalDemand: v,
  };
}

/** Where a pin is: its offset in N, turned as its node is. */
function pinPlace(block: Block, placement: Placement, pin: number): [number, number] {
  const node = block.pinNodes[pin]!;
  const dx = block.pinXOffsets[pin]!;
  const dy = block.pinYOffsets[pin]!;
  const turned = [
    [dx, dy], // N
    [-dx, dy], // FN
    [-dx, -dy], // S
    [dx, -dy], // FS
    [dy, -dx], // E
    [-dy, -dx], // FE
    [-dy, dx], // W
    [dy, dx], // FW
  ][placement.orientations[node]!]!;
  return [placement.xs[node]! + turned[0]!, placement.ys[node]! + turned[1]!];
}

/** Adds the wires of a net whose pins are in these cells, the driver's first. */
function route(at: readonly Cell[], wires: number, columns: number, h: Float64Array, v: Float64Array): void {
  const distinct = at.filter(([r, c], i) => at.findIndex(([r2, c2]) => r === r2 && c === c2) === i);
  const row = (r: number, a: number, b: number) => {
    for (let c = Math.min(a, b); c < Math.max(a, b); c++) h[r * columns + c]! += wires;
  };
  const column = (c: number, a: number, b: number) => {
    for (let r = Math.min(a, b); r < Math.max(a, b); r++) v[r * columns + c]! += wires;
  };
  if (distinct.length === 3) {
    const [[y1, x1], [y2, x2], [y3, x3]] = distinct.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]) as [
      Cell,
      Cell,
      Cell,
    ];
    if (x1 < x2 && x2 < x3 && Math.min(y1, y3) < y2 && y2 < Math.max(y1, y3)) {
      row(y1, x1, x2);
      row(y2, x2, x3);
      column(x2, y1, y2);
      column(x3, y2, y3);
    } else if (x2 === x3 && x1 < x2 && y1 < Math.min(y2, y3)) {
      row(y1, x1, x2);
      column(x2, y1, Math.max(y2, y3));
    } else if (y2 === y3) {
      row(y1, x1, x2);
      row(y2, x2, x3);
      column(x2, y1, y2);
    } else {
      const [low, middle, high] = distinct.toSorted((a, b) => a[0] - b[0] || a[1] - b[1]) as [
        Cell,
        Cell,
        Cell,
      ];
      row(middle[0], x1, x3);
      column(low[1], low[0], middle[0]);
      column(high[1], middle[0], high[0]);
    }
    return;
  }
  const [sourceRow, sourceColumn] = distinct[0]!;
  for (const [sinkRow, sinkColumn] of distinct.slice(1)) {
    row(sourceRow, sourceColumn, sinkColumn);
    column(sinkColumn, sourceRow, sinkRow);
  }
}

function around(index: number, range: number, length: number): number[] {
  return Array.from({ length }, (_, i) => i).filter((i) => Math.abs(i - index) <= range);
}

function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length - 1);
}

function overlap(a0: number, a1: number, b0: number, b1: number): number {
  return Math.max(0, Math.min(a1, b1) - Math.max(a0, b0));
}

function meanOfLargest(values: readonly number[], count: number): number {
  const largest = values.toSorted((a, b) => b - a).slice(0, count);
  return largest.reduce((sum, value) => sum + value, 0) / count;
}
