// A line chart: axes with round numbers, a line per series, an optional band around it, a legend.
import type { Frame } from "./canvas-picture.js";
import { niceStep, num, PALETTES, type Palette, text } from "./svg-parts.js";

/** A line; `low` and `high`, if given, bound the band around it. */
export interface Curve {
  readonly label: string;
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly low?: readonly number[];
  readonly high?: readonly number[];
}

export interface ChartOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  /** x on a logarithmic scale; values not above 0 are left out. */
  readonly logX?: boolean;
}

/** Draws the chart into `frame`, axes and labels included. */
export function drawCurves(
  curves: readonly Curve[],
  frame: Frame,
  options: ChartOptions,
  palette: Palette,
): string {
  const plot = { x: frame.x + 66, y: frame.y + 8, width: frame.width - 66, height: frame.height - 46 };
  const usable = (x: number, y: number) => Number.isFinite(x + y) && (!options.logX || x > 0);
  const points = curves.flatMap(({ xs, ys, low, high }) =>
    xs.flatMap((x, i) => [ys[i]!, low?.[i] ?? ys[i]!, high?.[i] ?? ys[i]!].map((y) => ({ x, y }))),
  );
  const shown = points.filter(({ x, y }) => usable(x, y));
  if (shown.length === 0)
    return text(plot.x, plot.y + 20, "no values yet", { size: 12, fill: palette.faint });
  const toScale = options.logX ? Math.log10 : (x: number) => x;
  const [xLow, xHigh] = extent(shown.map(({ x }) => toScale(x)));
  const [yLow, yHigh] = extent(shown.map(({ y }) => y));
  const px = (x: number) => plot.x + ((toScale(x) - xLow) / (xHigh - xLow)) * plot.width;
  const py = (y: number) => plot.y + plot.height - ((y - yLow) / (yHigh - yLow)) * plot.height;
  const parts: string[] = [axes(plot, { xLow, xHigh, yLow, yHigh }, px, py, options, palette)];
  curves.forEach((curve, index) => {
    const colour = palette.series[index % palette.series.length]!;
    const kept = curve.xs.map((_, i) => i).filter((i) => usable(curve.xs[i]!, curve.ys[i]!));
    const path = (values: readonly number[], order: readonly number[]) =>
      order.map((i) => `${num(px(curve.xs[i]!))} ${num(py(values[i]!))}`).join("L");
    if (curve.low && curve.high && kept.length > 1)
      parts.push(
        `<path d="M${path(curve.high, kept)}L${path(curve.low, [...kept].reverse())}Z" fill="${colour}" fill-opacity="0.15"/>`,
      );
    if (kept.length > 0)
      parts.push(`<path d="M${path(curve.ys, kept)}" fill="none" stroke="${colour}" stroke-width="1.8"/>`);
    const y = plot.y + 12 + 15 * index;
    parts.push(
      `<path d="M${num(plot.x + plot.width - 14)} ${num(y - 4)}h14" stroke="${colour}" stroke-width="3"/>`,
      text(plot.x + plot.width - 20, y, curve.label, { size: 11, fill: palette.ink, anchor: "end" }),
    );
  });
  return parts.join("\n");
}

function extent(values: readonly number[]): [number, number] {
  let low = Number.POSITIVE_INFINITY;
  let high = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  const margin = high > low ? 0.04 * (high - low) : Math.abs(high) * 0.05 || 1;
  return [low - margin, high + margin];
}

function axes(
  plot: Frame,
  range: { xLow: number; xHigh: number; yLow: number; yHigh: number },
  px: (x: number) => number,
  py: (y: number) => number,
  options: ChartOptions,
  palette: Palette,
): string {
  const bottom = plot.y + plot.height;
  const parts = [
    `<path d="M${num(plot.x)} ${num(plot.y)}V${num(bottom)}H${num(plot.x + plot.width)}" fill="none" stroke="${palette.faint}"/>`,
  ];
  for (const y of ticks(range.yLow, range.yHigh, 4)) {
    parts.push(`<path d="M${num(plot.x)} ${num(py(y))}h${num(plot.width)}" stroke="${palette.grid}"/>`);
    parts.push(text(plot.x - 6, py(y) + 4, label(y), { size: 11, fill: palette.faint, anchor: "end" }));
  }
  const xTicks = options.logX
    ? ticks(range.xLow, range.xHigh, 4).map((exponent) => 10 ** exponent)
    : ticks(range.xLow, range.xHigh, 6);
  for (const x of xTicks)
    parts.push(text(px(x), bottom + 15, label(x), { size: 11, fill: palette.faint, anchor: "middle" }));
  parts.push(
    text(plot.x + plot.width / 2, bottom + 32, options.xLabel, {
      size: 12,
      fill: palette.ink,
      anchor: "middle",
    }),
  );
  const middle = plot.y + plot.height / 2;
  parts.push(
    `<g transform="rotate(-90 ${num(plot.x - 54)} ${num(middle)})">${text(plot.x - 54, middle, options.yLabel, { size: 12, fill: palette.ink, anchor: "middle" })}</g>`,
  );
  return parts.join("\n");
}

function ticks(low: number, high: number, count: number): number[] {
  const step = niceStep(high - low, count);
  const values: number[] = [];
  for (let i = Math.ceil(low / step); i * step <= high; i++) values.push(i * step);
  return values;
}

function label(value: number): string {
  return String(Number(value.toPrecision(4)));
}

/** A chart by itself. */
export function renderCurvesSvg(
  curves: readonly Curve[],
  options: ChartOptions & { readonly title: string; readonly theme?: "light" | "dark" },
): string {
  const palette = PALETTES[options.theme ?? "light"];
  const [width, height] = [760, 420];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="${palette.page}"/>`,
    text(20, 28, options.title, { size: 16, fill: palette.ink, weight: 600 }),
    drawCurves(curves, { x: 20, y: 44, width: width - 40, height: height - 60 }, options, palette),
    "</svg>\n",
  ].join("\n");
}
