// Maps over grid cells as coloured rectangles, with one colour scale for all maps, and its legend.
import { type Block, type Grid, NodeKind, type Placement } from "../netlist/index.js";
import { isPlaced, placedSize } from "./geometry.js";
import { coordinate, element, escapeText, label, moved, rectanglePath } from "./markup.js";
import { heatColour } from "./palette.js";
import type { Box, SceneMaps } from "./scene.js";
import { cutEnd } from "./text-fit.js";

/** Values are rounded to this many colours, so that cells of the same colour form one path. */
const LEVELS = 64;
/** Upper limit of the scale. Otherwise one extreme cell would give all others the same colour. */
const GREATEST_TOP = 2;

export function greatest(values: Float64Array): number {
  let top = 0;
  for (const value of values) if (value > top) top = value;
  return top;
}

/** The value at the bright end of the common scale: from 1 to 2, in steps of 0.25. */
export function sharedTop(maps: SceneMaps): number {
  const top = Math.max(greatest(maps.density), greatest(maps.horizontal), greatest(maps.vertical));
  return Math.min(GREATEST_TOP, Math.max(1, Math.ceil(top * 4 - 1e-9) / 4));
}

/** Colour of a value on a scale from 0 to `top`. */
export function mapColour(value: number, top: number): string {
  return heatColour(levelOf(value, top) / LEVELS);
}

function levelOf(value: number, top: number): number {
  return Math.round(Math.min(1, Math.max(0, value / top)) * LEVELS);
}

/** Cells of a map in a box: one path per colour, one rectangle per run of cells of that colour in a row. */
export function heatCells(
  values: Float64Array,
  { columns, rows, top, box }: Grid & { readonly top: number; readonly box: Box },
): string {
  const paths = new Map<number, string>();
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      const value = values[row * columns + column] ?? Number.NaN;
      const level = Number.isNaN(value) ? -1 : levelOf(value, top);
      let end = column + 1;
      while (end < columns && sameLevel(values[row * columns + end] ?? Number.NaN, top, level)) end++;
      if (level >= 0) {
        const run = `M${column} ${rows - 1 - row}h${end - column}v1h${column - end}z`;
        paths.set(level, (paths.get(level) ?? "") + run);
      }
      column = end;
    }
  }
  const scale = `scale(${coordinate(box.width / columns, 5)} ${coordinate(box.height / rows, 5)})`;
  const cells = [...paths]
    .sort(([a], [b]) => a - b)
    .map(([level, d]) => element("path", { fill: heatColour(level / LEVELS), d }));
  return moved(
    box.x,
    box.y,
    element("g", { transform: scale, "shape-rendering": "crispEdges", class: "heat" }, cells),
  );
}

function sameLevel(value: number, top: number, level: number): boolean {
  return Number.isNaN(value) ? level === -1 : levelOf(value, top) === level;
}

/** A map with its name and largest value above it and the outlines of hard macros over it. */
export function heatMap(options: {
  readonly name: string;
  readonly values: Float64Array;
  readonly block: Block;
  readonly placement: Placement;
  readonly top: number;
  readonly box: Box;
  /** Width for the texts, centred on the box, in pixels. */
  readonly textWidth: number;
}): string {
  const { name, values, block, placement, top, box, textWidth } = options;
  const { columns, rows } = block.grid;
  const greatestText = `max ${greatest(values).toFixed(2)}`;
  const inside = { x: 0, y: 0, width: box.width, height: box.height };
  return moved(box.x, box.y, [
    element("title", {}, escapeText(`${name}, ${greatestText}`)),
    label(cutEnd(name, textWidth - 70, 11), { x: (box.width - textWidth) / 2, y: -6, size: 11 }),
    label(greatestText, {
      x: (box.width + textWidth) / 2,
      y: -6,
      size: 10,
      class: "muted",
      "text-anchor": "end",
    }),
    heatCells(values, { columns, rows, top, box: inside }),
    element("path", { class: "on-map", d: macroOutlines(block, placement, inside) }),
    element("path", {
      class: "thin",
      d: rectanglePath({ x: 0, y: 0, width: box.width, height: box.height }),
    }),
  ]);
}

function macroOutlines(block: Block, placement: Placement, box: Box): string {
  const scale = box.width / block.canvas.width;
  const within = (value: number, limit: number) => Math.min(limit, Math.max(0, value));
  let path = "";
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] !== NodeKind.HardMacro || !isPlaced(placement, node)) continue;
    const [width, height] = placedSize(block, placement, node);
    const left = within((placement.xs[node]! - width / 2) * scale, box.width);
    const right = within((placement.xs[node]! + width / 2) * scale, box.width);
    const upper = within(box.height - (placement.ys[node]! + height / 2) * scale, box.height);
    const lower = within(box.height - (placement.ys[node]! - height / 2) * scale, box.height);
    path += rectanglePath({ x: left, y: upper, width: right - left, height: lower - upper });
  }
  return path;
}

interface LegendPlace {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  /** The value at the bright end of the scale. */
  readonly top: number;
}

/** The scale: a bar from 0 to `top` with ticks; 28 pixels high. */
export function heatLegend(maps: SceneMaps, { x, y, width, top }: LegendPlace): string {
  const steps = 32;
  const bars: string[] = [];
  for (let step = 0; step < steps; step++)
    bars.push(
      element("path", {
        fill: heatColour(step / (steps - 1)),
        d: rectanglePath({ x: (step * width) / steps, y: 0, width: width / steps, height: 12 }),
      }),
    );
  const cut = Math.max(greatest(maps.density), greatest(maps.horizontal), greatest(maps.vertical)) > top;
  const ticks = top <= 1 ? [0, 0.5, 1] : top < 1.5 ? [0, 0.5, top] : [0, 0.5, 1, top];
  const texts = ticks.map((tick) =>
    label(tick === top && cut ? `≥ ${tick}` : String(tick), {
      x: (tick / top) * width,
      y: 25,
      size: 10,
      class: "muted",
      "text-anchor": tick === 0 ? "start" : tick === top ? "end" : "middle",
    }),
  );
  return moved(x, y, [
    element("g", { "shape-rendering": "crispEdges" }, bars),
    element("path", { class: "thin", d: rectanglePath({ x: 0, y: 0, width, height: 12 }) }),
    ...texts,
  ]);
}
