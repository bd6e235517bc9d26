// A map over grid cells as coloured squares, and the scale of the colours.
import type { Frame } from "./canvas-picture.js";
import { escapeXml, heatColour, num, type Palette, text } from "./svg-parts.js";

/** Draws a row-major map (row 0 at the bottom) with its name and its largest value; `full` is the scale's end. */
export function drawHeatMap(
  map: {
    readonly name: string;
    readonly values: Float64Array;
    readonly columns: number;
    readonly rows: number;
  },
  frame: Frame,
  full: number,
  palette: Palette,
): string {
  const { columns, rows, values } = map;
  const width = frame.width / columns;
  const height = frame.height / rows;
  let largest = 0;
  const cells: string[] = [];
  for (let row = 0, cell = 0; row < rows; row++)
    for (let column = 0; column < columns; column++, cell++) {
      const value = values[cell]!;
      largest = Math.max(largest, value);
      const x = num(frame.x + column * width);
      const y = num(frame.y + frame.height - (row + 1) * height);
      // A little larger than the cell, so that no seams show.
      cells.push(
        `<rect x="${x}" y="${y}" width="${num(width + 0.3)}" height="${num(height + 0.3)}" fill="${heatColour(value / full)}"/>`,
      );
    }
  return (
    text(frame.x, frame.y - 6, map.name, { size: 12, fill: palette.ink, weight: 600 }) +
    text(frame.x + frame.width, frame.y - 6, `max ${largest.toFixed(2)}`, {
      size: 11,
      fill: palette.faint,
      anchor: "end",
    }) +
    `<g shape-rendering="crispEdges"><title>${escapeXml(map.name)}</title>${cells.join("")}</g>`
  );
}

/** The colours from 0 to `full`. */
export function drawHeatScale(frame: Frame, full: number, palette: Palette): string {
  const steps = 60;
  const bars = Array.from({ length: steps }, (_, i) => {
    const x = num(frame.x + (i * frame.width) / steps);
    return `<rect x="${x}" y="${num(frame.y)}" width="${num(frame.width / steps + 0.3)}" height="${num(frame.height)}" fill="${heatColour((i + 0.5) / steps)}"/>`;
  });
  const y = frame.y + frame.height + 12;
  const label = (value: number, x: number, anchor: string) =>
    text(x, y, value.toFixed(1), { size: 10, fill: palette.faint, anchor });
  return (
    bars.join("") +
    label(0, frame.x, "start") +
    label(full / 2, frame.x + frame.width / 2, "middle") +
    text(frame.x + frame.width, y, `${full.toFixed(1)} and more`, {
      size: 10,
      fill: palette.faint,
      anchor: "end",
    })
  );
}
