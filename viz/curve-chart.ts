// Line charts: learning curves and comparisons of methods, with a band per line for the spread over seeds.
import { greatestOf } from "../netlist/index.js";
import { type Axis, countAxis, linearAxis, logAxis, tickTexts } from "./axis.js";
import { coordinate, element, escapeText, label, moved } from "./markup.js";
import { pictureStyle, SERIES_COLOURS } from "./palette.js";
import type { Box, Curve, Part, Theme } from "./scene.js";
import { cutEnd, textWidth, wrapWords } from "./text-fit.js";

export interface ChartOptions {
  readonly title?: string;
  readonly xLabel?: string;
  readonly yLabel?: string;
  /** Logarithmic x axis; points at or below 0 are left out. */
  readonly logX?: boolean;
  /** Pixels. */
  readonly width?: number;
  readonly height?: number;
  readonly theme?: Theme;
}

const DASHES = [undefined, "7 4", "2 4", "9 3 2 3"];
const PADDING = 20;

/** A chart as an SVG picture. */
export function renderCurvesSvg(series: readonly Curve[], options: ChartOptions = {}): string {
  const width = Math.max(320, options.width ?? 900);
  const lines = options.title
    ? wrapWords(options.title, { width: (width - 2 * PADDING) / 1.12, size: 16, most: 2 })
    : [];
  const titles = lines.map((text, index) =>
    label(text, { x: PADDING, y: PADDING + 14 + index * 20, size: 16, class: "strong" }),
  );
  const top = PADDING + lines.length * 20 + (lines.length > 0 ? 8 : 0);
  const height = Math.max(top + 220, options.height ?? 460);
  const chart = curveChart(series, { width: width - 2 * PADDING, height: height - top - PADDING }, options);
  return picture([...titles, moved(PADDING, top, chart.markup)], {
    width,
    height,
    theme: options.theme ?? "light",
    name: options.title ?? "chart",
  });
}

interface PictureFrame {
  /** Pixels. */
  readonly width: number;
  readonly height: number;
  readonly theme: Theme;
  /** What the picture shows, for readers who cannot see it. */
  readonly name: string;
}

/** The outermost element of every picture. */
export function picture(children: readonly string[], { width, height, theme, name }: PictureFrame): string {
  return `${element(
    "svg",
    {
      xmlns: "http://www.w3.org/2000/svg",
      class: "ashlar",
      width,
      height,
      viewBox: `0 0 ${coordinate(width)} ${coordinate(height)}`,
      role: "img",
      "aria-label": name,
    },
    [
      element("style", {}, escapeStyle(pictureStyle(theme))),
      element("rect", { class: "page", x: 0, y: 0, width, height }),
      ...children,
    ],
  )}\n`;
}

/** Escapes a style sheet. Quotes stay, because HTML would not undo their escapes here. */
function escapeStyle(style: string): string {
  return style.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** A chart of a size in pixels, with its legend above, as a part of a picture. */
export function curveChart(
  series: readonly Curve[],
  { width, height }: { readonly width: number; readonly height: number },
  options: ChartOptions = {},
): Part {
  const { xLabel = "", yLabel = "", logX = false } = options;
  const legend = legendOf(series, width);
  const points = series.map((curve) => usable(curve, logX));
  const values = points.flatMap((run) => run.flatMap(({ y, low, high }) => [y, low, high]));
  const places = points.flatMap((run) => run.map(({ x }) => x));
  const top = legend.height + 8;
  const bottom = height - 22 - (xLabel ? 18 : 0);
  const yAxis = linearAxis(values, Math.max(2, Math.floor((bottom - top) / 45)));
  const yTexts = tickTexts(yAxis.ticks);
  const left = greatestOf(yTexts.map((text) => textWidth(text, 11))) + 8 + (yLabel ? 20 : 0);
  const box: Box = { x: left, y: top, width: width - left - 14, height: bottom - top };
  const mostTicks = Math.max(2, Math.floor(box.width / 80));
  const xAxis = logX ? logAxis(places, mostTicks) : countAxis(places, mostTicks);
  const toPixel = scalesOf(box, xAxis, yAxis);
  const empty = places.length === 0;
  const markup = [
    legend.markup,
    axes(box, xAxis, yAxis),
    ...points.map((run, index) => (series[index]!.lows ? band(run, index, toPixel) : "")),
    ...points.map((run, index) => line(run, { name: series[index]!.label, index }, toPixel)),
    empty
      ? label("no data", {
          x: box.x + box.width / 2,
          y: box.y + box.height / 2,
          size: 12,
          class: "muted",
          "text-anchor": "middle",
        })
      : "",
    xLabel
      ? label(cutEnd(xLabel, box.width, 11), {
          x: box.x + box.width / 2,
          y: height - 4,
          size: 11,
          class: "muted",
          "text-anchor": "middle",
        })
      : "",
    yLabel
      ? label(cutEnd(yLabel, box.height, 11), {
          x: 0,
          y: 0,
          size: 11,
          class: "muted",
          "text-anchor": "middle",
          transform: `translate(12 ${coordinate(box.y + box.height / 2)}) rotate(-90)`,
        })
      : "",
  ];
  return { markup: markup.join(""), height };
}

interface Point {
  readonly x: number;
  readonly y: number;
  readonly low: number;
  readonly high: number;
  /** Whether a line connects it to the point before. */
  readonly joined: boolean;
}

function usable({ xs, ys, lows, highs, dots = false }: Curve, logX: boolean): Point[] {
  const points: Point[] = [];
  let joined = false;
  for (let index = 0; index < Math.min(xs.length, ys.length); index++) {
    const [x, y] = [xs[index]!, ys[index]!];
    const fits = Number.isFinite(x) && Number.isFinite(y) && (!logX || x > 0);
    if (fits) {
      const [low, high] = [lows?.[index] ?? y, highs?.[index] ?? y];
      points.push({
        x,
        y,
        low: Number.isFinite(low) ? low : y,
        high: Number.isFinite(high) ? high : y,
        joined,
      });
    }
    joined = fits && !dots;
  }
  return points;
}

interface ToPixel {
  readonly x: (value: number) => number;
  readonly y: (value: number) => number;
}

function scalesOf(box: Box, xAxis: Axis, yAxis: Axis): ToPixel {
  return {
    x: (value) => box.x + xAxis.share(value) * box.width,
    y: (value) => box.y + (1 - yAxis.share(value)) * box.height,
  };
}

function axes(box: Box, xAxis: Axis, yAxis: Axis): string {
  const toPixel = scalesOf(box, xAxis, yAxis);
  const grid =
    yAxis.ticks
      .map((tick) => `M${coordinate(box.x)} ${coordinate(toPixel.y(tick))}h${coordinate(box.width)}`)
      .join("") +
    xAxis.ticks
      .map((tick) => `M${coordinate(toPixel.x(tick))} ${coordinate(box.y)}v${coordinate(box.height)}`)
      .join("");
  const frame = `M${coordinate(box.x)} ${coordinate(box.y)}v${coordinate(box.height)}h${coordinate(box.width)}`;
  const [xTexts, yTexts] = [tickTexts(xAxis.ticks), tickTexts(yAxis.ticks)];
  const texts = [
    ...yAxis.ticks.map((tick, index) =>
      label(yTexts[index]!, {
        x: box.x - 6,
        y: toPixel.y(tick) + 4,
        size: 11,
        class: "muted",
        "text-anchor": "end",
      }),
    ),
    ...xAxis.ticks.map((tick, index) =>
      label(xTexts[index]!, {
        x: toPixel.x(tick),
        y: box.y + box.height + 16,
        size: 11,
        class: "muted",
        "text-anchor": "middle",
      }),
    ),
  ];
  return (
    element("path", { class: "grid", d: grid }) +
    element("path", { class: "thin", d: frame }) +
    texts.join("")
  );
}

function line(
  points: readonly Point[],
  { name, index }: { readonly name: string; readonly index: number },
  toPixel: ToPixel,
): string {
  if (points.length === 0) return "";
  const path = points.map(({ x, y, joined }, at) => {
    const place = `${coordinate(toPixel.x(x))} ${coordinate(toPixel.y(y))}`;
    // A point without neighbours is drawn as a dot: a very short line with round ends.
    const alone = !joined && !points[at + 1]?.joined;
    return `${joined ? "L" : "M"}${place}${alone ? "h.01" : ""}`;
  });
  return element("path", { ...lineStyle(index), d: path.join("") }, element("title", {}, escapeText(name)));
}

function band(points: readonly Point[], index: number, toPixel: ToPixel): string {
  if (points.length < 2) return "";
  const upper = points.map(({ x, high }) => `${coordinate(toPixel.x(x))} ${coordinate(toPixel.y(high))}`);
  const lower = points
    .map(({ x, low }) => `${coordinate(toPixel.x(x))} ${coordinate(toPixel.y(low))}`)
    .reverse();
  return element("path", {
    class: `band-${index % SERIES_COLOURS}`,
    d: `M${[...upper, ...lower].join("L")}z`,
  });
}

function lineStyle(index: number): Record<string, string | undefined> {
  return {
    class: `line-${index % SERIES_COLOURS}`,
    "stroke-dasharray": DASHES[Math.floor(index / SERIES_COLOURS) % DASHES.length],
  };
}

/** Names of the lines, in rows. */
function legendOf(series: readonly Curve[], width: number): Part {
  const size = 11;
  const sample = 26;
  const most = Math.min(360, width - sample);
  let [x, y] = [0, 12];
  const parts = series.map(({ label: name }, index) => {
    const text = cutEnd(name, most, size);
    const taken = sample + 6 + textWidth(text, size) + 14;
    if (x > 0 && x + taken > width) [x, y] = [0, y + 18];
    const part =
      element("path", { ...lineStyle(index), d: `M${coordinate(x)} ${y - 4}h${sample}` }) +
      label(text, { x: x + sample + 6, y, size });
    x += taken;
    return part;
  });
  return { markup: parts.join(""), height: series.length > 0 ? y + 6 : 0 };
}

export interface ChartPanel extends Pick<ChartOptions, "xLabel" | "yLabel" | "logX"> {
  readonly title: string;
  readonly series: readonly Curve[];
}

export interface PanelOptions {
  readonly title: string;
  /** Panels per row. */
  readonly columns?: number;
  /** Width of the picture and height of a panel, in pixels. */
  readonly width?: number;
  readonly panelHeight?: number;
  readonly theme?: Theme;
}

const GAP = 24;

/** Several charts as one SVG picture, in rows of equal panels. Lines with the same index have the same colour in all. */
export function renderPanelsSvg(panels: readonly ChartPanel[], options: PanelOptions): string {
  const { columns = 2, panelHeight = 320, theme = "light" } = options;
  const width = Math.max(320 * columns, options.width ?? 1000);
  const titles = wrapWords(options.title, { width: (width - 2 * PADDING) / 1.12, size: 16, most: 2 });
  const top = PADDING + titles.length * 20 + 12;
  const panelWidth = (width - 2 * PADDING - (columns - 1) * GAP) / columns;
  const rows = Math.ceil(panels.length / columns);
  const parts = panels.map(({ title, series, ...chart }, index) => {
    const x = PADDING + (index % columns) * (panelWidth + GAP);
    const y = top + Math.floor(index / columns) * (panelHeight + GAP);
    return moved(x, y, [
      label(title, { x: 0, y: 12, size: 13, class: "strong" }),
      moved(0, 22, curveChart(series, { width: panelWidth, height: panelHeight - 22 }, chart).markup),
    ]);
  });
  const heading = titles.map((text, index) =>
    label(text, { x: PADDING, y: PADDING + 14 + index * 20, size: 16, class: "strong" }),
  );
  const height = top + rows * (panelHeight + GAP) - GAP + PADDING;
  return picture([...heading, ...parts], { width, height, theme, name: options.title });
}
