// Several charts in one picture, in rows of equal panels.
import { type ChartOptions, curveChart, picture } from "./curve-chart.js";
import { label, moved } from "./markup.js";
import type { Curve, Theme } from "./scene.js";
import { wrapWords } from "./text-fit.js";

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

const PADDING = 20;
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
