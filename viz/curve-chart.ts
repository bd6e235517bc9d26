// Line charts: learning curves and comparisons of methods, with a band per line for the spread over seeds.
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

/** A chart as a picture of its own. */
export function renderCurvesSvg(series: readonly Curve[], options: ChartOptions = {}): string {
  const width = Math.max(320, options.width ?? 900);
  const lines = options.title ? wrapWords(options.title, (width - 2 * PADDING) / 1.12, 16, 2) : [];
  const titles = lines.map((text, index) =>
    label(PADDING, PADDING + 14 + index * 20, 16, text, { class: "strong" }),
  );
  const top = PADDING + lines.length * 20 + (lines.length > 0 ? 8 : 0);
  const height = Math.max(top + 220, options.height ?? 460);
  const chart = curveChart(series, width - 2 * PADDING, height - top - PADDING, options);
  return picture(
    width,
    height,
    options.theme ?? "light",
    [...titles, moved(PADDING, top, chart.markup)],
    options.title ?? "chart",
  );
}

/** The outermost element of every picture. */
export function picture(
  width: number,
  height: number,
  theme: Theme,
  children: readonly string[],
  name: string,
): string {
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

/** Style sheets hold quotes, which need no escape in content and must have none in HTML. */
function escapeStyle(style: string): string {
  return style.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** A chart of the size given, legend above, without a page around it. */
export function curveChart(
  series: readonly Curve[],
  width: number,
  height: number,
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
  const left = Math.max(...yTexts.map((text) => textWidth(text, 11))) + 8 + (yLabel ? 20 : 0);
  const box: Box = { x: left, y: top, width: width - left - 14, height: bottom - top };
  const mostTicks = Math.max(2, Math.floor(box.width / 80));
  const xAxis = logX ? logAxis(places, mostTicks) : countAxis(places, mostTicks);
  const toX = (value: number) => box.x + xAxis.share(value) * box.width;
  const toY = (value: number) => box.y + (1 - yAxis.share(value)) * box.height;
  const empty = places.length === 0;
  const markup = [
    legend.markup,
    axes(box, xAxis, yAxis, toX, toY),
    ...points.map((run, index) => (series[index]!.lows ? band(run, index, toX, toY) : "")),
    ...points.map((run, index) => line(run, series[index]!.label, index, toX, toY)),
    empty
      ? label(box.x + box.width / 2, box.y + box.height / 2, 12, "no data", {
          class: "muted",
          "text-anchor": "middle",
        })
      : "",
    xLabel
      ? label(box.x + box.width / 2, height - 4, 11, cutEnd(xLabel, box.width, 11), {
          class: "muted",
          "text-anchor": "middle",
        })
      : "",
    yLabel
      ? label(0, 0, 11, cutEnd(yLabel, box.height, 11), {
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
  /** Whether the line goes on from the point before. */
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

type ToPixel = (value: number) => number;

function axes(box: Box, xAxis: Axis, yAxis: Axis, toX: ToPixel, toY: ToPixel): string {
  const grid =
    yAxis.ticks
      .map((tick) => `M${coordinate(box.x)} ${coordinate(toY(tick))}h${coordinate(box.width)}`)
      .join("") +
    xAxis.ticks
      .map((tick) => `M${coordinate(toX(tick))} ${coordinate(box.y)}v${coordinate(box.height)}`)
      .join("");
  const frame = `M${coordinate(box.x)} ${coordinate(box.y)}v${coordinate(box.height)}h${coordinate(box.width)}`;
  const [xTexts, yTexts] = [tickTexts(xAxis.ticks), tickTexts(yAxis.ticks)];
  const texts = [
    ...yAxis.ticks.map((tick, index) =>
      label(box.x - 6, toY(tick) + 4, 11, yTexts[index]!, { class: "muted", "text-anchor": "end" }),
    ),
    ...xAxis.ticks.map((tick, index) =>
      label(toX(tick), box.y + box.height + 16, 11, xTexts[index]!, {
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

function line(points: readonly Point[], name: string, index: number, toX: ToPixel, toY: ToPixel): string {
  if (points.length === 0) return "";
  const path = points.map(({ x, y, joined }, at) => {
    const place = `${coordinate(toX(x))} ${coordinate(toY(y))}`;
    // A point without neighbours is a dot: a line of no length with round ends.
    const alone = !joined && !points[at + 1]?.joined;
    return `${joined ? "L" : "M"}${place}${alone ? "h.01" : ""}`;
  });
  return element("path", { ...lineStyle(index), d: path.join("") }, element("title", {}, escapeText(name)));
}

function band(points: readonly Point[], index: number, toX: ToPixel, toY: ToPixel): string {
  if (points.length < 2) return "";
  const upper = points.map(({ x, high }) => `${coordinate(toX(x))} ${coordinate(toY(high))}`);
  const lower = points.map(({ x, low }) => `${coordinate(toX(x))} ${coordinate(toY(low))}`).reverse();
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

/** Names of the lines, side by side as long as they fit. */
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
      label(x + sample + 6, y, size, text);
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
  /** Panels side by side. */
  readonly columns?: number;
  /** Pixels of the whole picture, and of each panel. */
  readonly width?: number;
  readonly panelHeight?: number;
  readonly theme?: Theme;
}

const GAP = 24;

/** Charts as a picture of its own; a line of the same number has the same colour in all panels. */
export function renderPanelsSvg(panels: readonly ChartPanel[], options: PanelOptions): string {
  const { columns = 2, panelHeight = 320, theme = "light" } = options;
  const width = Math.max(320 * columns, options.width ?? 1000);
  const titles = wrapWords(options.title, (width - 2 * PADDING) / 1.12, 16, 2);
  const top = PADDING + titles.length * 20 + 12;
  const panelWidth = (width - 2 * PADDING - (columns - 1) * GAP) / columns;
  const rows = Math.ceil(panels.length / columns);
  const parts = panels.map(({ title, series, ...chart }, index) => {
    const x = PADDING + (index % columns) * (panelWidth + GAP);
    const y = top + Math.floor(index / columns) * (panelHeight + GAP);
    return moved(x, y, [
      label(0, 12, 13, title, { class: "strong" }),
      moved(0, 22, curveChart(series, panelWidth, panelHeight - 22, chart).markup),
    ]);
  });
  const heading = titles.map((text, index) =>
    label(PADDING, PADDING + 14 + index * 20, 16, text, { class: "strong" }),
  );
  const height = top + rows * (panelHeight + GAP) - GAP + PADDING;
  return picture(width, height, theme, [...heading, ...parts], options.title);
}
