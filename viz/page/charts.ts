// Charts of runs, drawn by uPlot: costs, their parts, training metrics, the policy's value during its episode, and a table
// of results.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import { greatestOf } from "../../netlist/index.js";
import { tickTexts } from "../axis.js";
import type { RunMetrics, Trace } from "../protocol.js";
import { textWidth } from "../text-fit.js";
import {
  axesOf,
  type CurveChoice,
  columnsOf,
  curvesOf,
  iterationAt,
  type Line,
  placeOnAxis,
  SMOOTHINGS,
  TABS,
  type Tab,
  X_AXES,
  type XAxis,
  Y_TITLES,
} from "./curves.js";
import { fill, h } from "./dom.js";
import { Emitter } from "./emitter.js";
import { short } from "./format.js";
import { resultsTable } from "./results-table.js";
import type { ThemeState } from "./theme.js";

/** What a chart shows, as an address keeps it. */
export interface ChartState {
  readonly tab: Tab;
  readonly x: XAxis;
  readonly smoothing: number;
  readonly pinned: readonly string[];
  readonly hidden: readonly string[];
}

/** Pixels from a line at which the pointer is on it. */
const NEAR = 40;
/** In pixels. */
const FONT_SIZE = 11;
const LEAST_Y_AXIS = 56;
const LABEL_SIZE = 15;
const TICK_SIZE = 4;
const TICK_GAP = 4;

export class Charts extends Emitter<{ step: number; change: undefined }> {
  readonly element: HTMLElement;
  private readonly theme: ThemeState;
  private readonly host = h("div", { id: "chart" });
  private readonly tabs = h("div", { class: "tabs", role: "tablist", "aria-label": "Charts" });
  private readonly legend = h("div", { id: "chart-legend" });
  private readonly axis: HTMLSelectElement;
  private readonly smooth: HTMLSelectElement;
  private tab: Tab = "cost";
  private readonly pinned = new Set<string>();
  private readonly hidden = new Set<string>();
  private metrics: readonly RunMetrics[] = [];
  private trace: Trace | undefined;
  private plot: uPlot | undefined;
  private lines: readonly Line[] = [];
  private marked: number | undefined;
  private yTexts: readonly string[] = [];
  /** Index of the band whose single runs are drawn; -1: none. */
  private hovered = -1;
  /** What the plot is of. */
  private plotted = "";
  private waiting = 0;
  /** Number of points in all lines of the last drawing. */
  points = 0;

  constructor(theme: ThemeState) {
    super();
    this.theme = theme;
    const choice = (id: string, label: string) =>
      h("select", { id, "aria-label": label, title: label, onchange: () => this.changed() });
    this.axis = choice("x-axis", "What the x axis counts");
    this.smooth = choice("smoothing", "Smoothing: mean over points");
    fill(
      this.smooth,
      ...SMOOTHINGS.map((value) => h("option", { value }, value === 1 ? "not smoothed" : `mean of ${value}`)),
    );
    this.element = h(
      "div",
      { id: "charts" },
      h("div", { class: "chart-head" }, this.tabs, this.legend, this.smooth, this.axis),
      this.host,
    );
    theme.on("change", () => this.schedule());
    new ResizeObserver(() => this.resize()).observe(this.host);
  }

  get state(): ChartState {
    return {
      tab: this.tab,
      x: this.choice.x,
      smoothing: this.choice.smoothing,
      pinned: [...this.pinned],
      hidden: [...this.hidden],
    };
  }

  /** Takes a state; what is not given stays. */
  restore({ tab, x, smoothing, pinned, hidden }: Partial<ChartState>): void {
    if (tab) this.tab = tab;
    if (smoothing) this.smooth.value = String(smoothing);
    if (x) {
      if (![...this.axis.options].some(({ value }) => value === x))
        this.axis.append(h("option", { value: x }, X_AXES[x]));
      this.axis.value = x;
    }
    for (const [labels, set] of [
      [pinned, this.pinned],
      [hidden, this.hidden],
    ] as const) {
      if (!labels) continue;
      set.clear();
      for (const label of labels) set.add(label);
    }
    this.schedule();
  }

  update(metrics: readonly RunMetrics[]): void {
    this.metrics = metrics;
    this.schedule();
  }

  showTrace(trace: Trace): void {
    this.trace = trace;
    this.schedule();
  }

  /** Marks what the picture shows: an iteration, or a step of the episode. Undefined: none of both. */
  mark(at: number | undefined, tab: Tab): void {
    if (tab === "value" && this.tab !== "value" && this.trace) {
      this.tab = "value";
      this.schedule();
    } else if (tab !== "value" && this.tab === "value") {
      this.tab = "cost";
      this.schedule();
    }
    this.marked = at;
    this.plot?.redraw(false);
  }

  get hasCurves(): boolean {
    return this.trace !== undefined || this.metrics.some((run) => run.lines.length > 0);
  }

  /** Texts at the y axis, and the pixels that each has. */
  get yTicks(): { readonly texts: readonly string[]; readonly room: number } {
    const left = (this.plot?.bbox.left ?? 0) / devicePixelRatio;
    return { texts: this.yTexts, room: left - LABEL_SIZE - TICK_SIZE - TICK_GAP };
  }

  /** Titles of the axes as they are drawn. */
  get axisTitles(): string[] {
    return (this.plot?.axes ?? []).map(({ label }) => String(label));
  }

  /** Ends of the x axis. */
  get xRange(): readonly [number | undefined, number | undefined] {
    const { min, max } = this.plot?.scales.x ?? {};
    return [min, max];
  }

  /** The lines drawn, with their values, and the labels of the single runs drawn over a band. */
  get drawn(): { readonly lines: readonly Line[]; readonly singles: readonly string[] } {
    return { lines: this.lines, singles: this.lines[this.hovered]?.members?.map(({ label }) => label) ?? [] };
  }

  /** The last value of the first line. */
  get best(): number | null | undefined {
    return this.lines[0]?.ys.at(-1);
  }

  get idle(): boolean {
    return this.waiting === 0;
  }

  private get choice(): CurveChoice {
    return {
      x: (this.axis.value || "iteration") as XAxis,
      smoothing: Number(this.smooth.value) || 1,
      pinned: this.pinned,
      hidden: this.hidden,
    };
  }

  private changed(): void {
    this.schedule();
    this.emit("change", undefined);
  }

  private schedule(): void {
    if (this.waiting === 0)
      this.waiting = requestAnimationFrame(() => {
        this.waiting = 0;
        this.draw();
      });
  }

  private draw(): void {
    this.offerAxes();
    const offered = (Object.keys(TABS) as Tab[]).filter((tab) =>
      tab === "results" ? this.metrics.some(({ result }) => result) : this.linesOf(tab).length > 0,
    );
    if (!offered.includes(this.tab)) this.tab = offered[0] ?? "cost";
    this.drawTabs(offered);
    const plotted = `${this.tab} ${this.choice.x}`;
    const kept = this.plotted === plotted ? this.seen() : {};
    this.plotted = plotted;
    this.plot?.destroy();
    this.plot = undefined;
    this.hovered = -1;
    this.lines = this.linesOf(this.tab);
    this.points = this.lines.reduce((sum, line) => sum + line.xs.length, 0);
    const isTable = this.tab === "results";
    this.axis.hidden = this.tab === "value" || isTable;
    // Only what one run measures in each iteration is noisy.
    const runs = this.metrics.filter(({ label }) => !this.hidden.has(label)).length;
    this.smooth.hidden = !(this.tab === "training" || (this.tab === "cost" && runs === 1));
    this.drawLegend(undefined);
    const focused = document.activeElement?.getAttribute("aria-label");
    fill(this.host, isTable && resultsTable(this.metrics, this.choice, this.toggle));
    if (isTable && focused)
      for (const input of this.host.querySelectorAll("input"))
        if (input.getAttribute("aria-label") === focused) input.focus();
    const { clientWidth: width, clientHeight: height } = this.host;
    if (this.lines.length === 0 || width < 40 || height < 40) return;
    this.plot = new uPlot(
      this.optionsOf(width, height),
      columnsOf(this.lines) as uPlot.AlignedData,
      this.host,
    );
    if (kept.range) this.plot.setScale("x", kept.range);
    if (kept.pointer) this.plot.setCursor(kept.pointer);
    this.host.querySelector(".u-over")?.addEventListener("click", () => {
      const index = this.plot?.cursor.idx;
      const x = index === null || index === undefined ? undefined : this.plot?.data[0][index];
      if (x === undefined) return;
      this.emit("step", this.tab === "value" ? x : iterationAt(this.metrics[0], x, this.choice.x));
    });
  }

  /** The part of the x axis that was zoomed to, and where the pointer is: a run that goes on is drawn again and again. */
  private seen(): {
    readonly range?: { readonly min: number; readonly max: number };
    readonly pointer?: { readonly left: number; readonly top: number };
  } {
    if (!this.plot) return {};
    const { min, max } = this.plot.scales.x!;
    const { left = -1, top = -1 } = this.plot.cursor;
    const xs = this.plot.data[0];
    const isPart = min != null && max != null && (min > xs[0]! || max < xs.at(-1)!);
    return { ...(isPart && { range: { min, max } }), ...(left >= 0 && { pointer: { left, top } }) };
  }

  private drawTabs(offered: readonly Tab[]): void {
    const choose = (tab: Tab) => {
      this.tab = tab;
      this.changed();
    };
    fill(
      this.tabs,
      ...offered.map((tab) =>
        h(
          "button",
          {
            role: "tab",
            id: `tab-${tab}`,
            "aria-selected": String(tab === this.tab),
            onclick: () => choose(tab),
          },
          TABS[tab],
        ),
      ),
    );
  }

  /** Names of the lines, with their values at the pointer. */
  private drawLegend(index: number | undefined): void {
    let column = 1;
    fill(
      this.legend,
      ...this.lines.map(({ label, colour, lows }) => {
        const value = index === undefined ? undefined : this.plot?.data[column]?.[index];
        column += lows ? 3 : 1;
        return h(
          "span",
          { class: "key" },
          h("i", { style: `background:var(--series-${colour % 6})` }),
          typeof value === "number" ? `${label} ${short(value)}` : label,
        );
      }),
    );
  }

  private offerAxes(): void {
    const axes = axesOf(this.metrics);
    const was = this.choice.x;
    if (axes.length === 0) return;
    fill(this.axis, ...axes.map((axis) => h("option", { value: axis }, `by ${X_AXES[axis]}`)));
    this.axis.value = axes.includes(was) ? was : "iteration";
  }

  private optionsOf(width: number, height: number): uPlot.Options {
    const { colours } = this.theme;
    const axis = {
      stroke: colours.muted,
      grid: { stroke: colours.faint, width: 1 },
      ticks: { stroke: colours.faint, width: 1, size: TICK_SIZE },
      font: `${FONT_SIZE}px system-ui, sans-serif`,
      labelFont: `${FONT_SIZE}px system-ui, sans-serif`,
      labelSize: LABEL_SIZE,
      values: (_: uPlot, ticks: number[]) => tickTexts(ticks),
    };
    const isTrace = this.tab === "value";
    const xTitle = isTrace ? "step of the episode" : X_AXES[this.choice.x];
    const series: uPlot.Series[] = [];
    const bands: uPlot.Band[] = [];
    for (const { label, colour, xs, lows } of this.lines) {
      const stroke = colours.series[colour % colours.series.length]!;
      series.push({
        label,
        stroke,
        width: 1.6,
        spanGaps: true,
        points: { show: xs.length < 40, size: 4 },
        ...(colour >= colours.series.length && { dash: [5, 4] }),
      });
      if (!lows) continue;
      const limit = { stroke: "transparent", width: 0, spanGaps: true, points: { show: false } };
      series.push({ ...limit, label: "greatest" }, { ...limit, label: "least" });
      const high = series.length - 1;
      bands.push({ series: [high, high + 1], fill: `${stroke}30` });
    }
    return {
      width,
      height,
      legend: { show: false },
      cursor: { points: { size: 6, show: (plot, i) => pointOf(plot, i) }, drag: { x: true, y: false } },
      scales: {
        // A single iteration has room on both sides.
        x: { time: false, range: (_, low, high) => (low === high ? [low - 0.5, high + 0.5] : [low, high]) },
      },
      axes: [
        {
          ...axis,
          size: 22,
          gap: 3,
          label: xTitle,
          ...((isTrace || this.choice.x !== "seconds") && { incrs: WHOLE }),
        },
        // Costs that hardly differ need long numbers, of which none may be cut.
        {
          ...axis,
          size: (_, texts) => widthOf(texts),
          gap: TICK_GAP,
          space: 22,
          label: Y_TITLES[this.tab],
          values: (_, ticks) => {
            this.yTexts = tickTexts(ticks);
            return [...this.yTexts];
          },
        },
      ],
      series: [{}, ...series],
      bands,
      hooks: {
        draw: [(plot) => this.drawMembers(plot), (plot) => this.drawMark(plot)],
        setCursor: [(plot) => this.follow(plot)],
      },
    };
  }

  /** Shows the values at the pointer, and the single runs of the band that it is on. */
  private follow(plot: uPlot): void {
    const { idx, top } = plot.cursor;
    this.drawLegend(idx ?? undefined);
    let [nearest, least] = [-1, NEAR];
    let column = 1;
    this.lines.forEach((line, i) => {
      const value = idx === null || idx === undefined ? undefined : plot.data[column]?.[idx];
      column += line.lows ? 3 : 1;
      if (typeof value !== "number" || top === undefined || top < 0) return;
      const away = Math.abs(plot.valToPos(value, "y") - top);
      if (away < least) [nearest, least] = [i, away];
    });
    if (nearest === this.hovered) return;
    this.hovered = nearest;
    plot.redraw(false);
  }

  /** The single runs of the band at the pointer. */
  private drawMembers(plot: uPlot): void {
    const band = this.lines[this.hovered];
    if (!band?.members) return;
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
    ctx.clip();
    ctx.strokeStyle = this.theme.colours.series[band.colour % this.theme.colours.series.length]!;
    ctx.lineWidth = devicePixelRatio;
    for (const { xs, ys } of band.members) {
      ctx.beginPath();
      xs.forEach((x, i) => {
        const y = ys[i];
        if (typeof y === "number") ctx.lineTo(plot.valToPos(x, "x", true), plot.valToPos(y, "y", true));
      });
      ctx.stroke();
    }
    ctx.restore();
  }

  private drawMark(plot: uPlot): void {
    if (this.marked === undefined) return;
    const place =
      this.tab === "value" ? this.marked : placeOnAxis(this.metrics[0], this.marked, this.choice.x);
    const x = plot.valToPos(place, "x", true);
    const { left, top, width, height } = plot.bbox;
    if (x < left || x > left + width) return;
    plot.ctx.save();
    plot.ctx.strokeStyle = this.theme.colours.series[1]!;
    plot.ctx.lineWidth = 1.5 * devicePixelRatio;
    plot.ctx.beginPath();
    plot.ctx.moveTo(x, top);
    plot.ctx.lineTo(x, top + height);
    plot.ctx.stroke();
    plot.ctx.restore();
  }

  private linesOf(tab: Tab): Line[] {
    return curvesOf(tab, { metrics: this.metrics, trace: this.trace }, this.choice);
  }

  /** Pins a run, or leaves it out of the charts, or takes that back. */
  private readonly toggle = (label: string, how: "pinned" | "hidden"): void => {
    if (!this[how].delete(label)) this[how].add(label);
    this.changed();
  };

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (this.plot && width > 40 && height > 40) this.plot.setSize({ width, height });
    else this.schedule();
  }
}

/** Pixels that the y axis takes beside its title. */
function widthOf(texts: readonly string[] | null): number {
  const widths = (texts ?? []).map((text) => textWidth(text, FONT_SIZE));
  return Math.max(LEAST_Y_AXIS, greatestOf(widths) + TICK_SIZE + TICK_GAP);
}

/** Steps between the ticks of an axis that counts. */
const WHOLE = [0, 1, 2, 3, 4, 5, 6].flatMap((power) => [1, 2, 5].map((digit) => digit * 10 ** power));

/** The point at the pointer; the limits of bands have none. */
function pointOf(plot: uPlot, index: number): HTMLElement {
  const series = plot.series[index]!;
  const isLimit = series.width === 0;
  const stroke = typeof series.stroke === "function" ? String(series.stroke(plot, index)) : "";
  return h("div", isLimit ? { hidden: true } : { style: `background:${stroke}` });
}
