// Charts of runs, drawn by uPlot: costs, their parts, training metrics, and the policy's value during its episode.
import uPlot from "uplot";
import "uplot/dist/uPlot.min.css";
import type { RunMetrics, Trace } from "../protocol.js";
import { fill, h } from "./dom.js";
import { Emitter } from "./emitter.js";
import { short } from "./format.js";
import type { ThemeState } from "./theme.js";

type Tab = "cost" | "components" | "training" | "value";
const TABS: Readonly<Record<Tab, string>> = {
  cost: "Proxy cost",
  components: "Components",
  training: "Training",
  value: "Value",
};

interface Line {
  readonly label: string;
  readonly xs: readonly number[];
  readonly ys: readonly (number | null)[];
  readonly dash?: boolean;
}

export class Charts extends Emitter<{ step: number }> {
  readonly element: HTMLElement;
  private readonly theme: ThemeState;
  private readonly host = h("div", { id: "chart" });
  private readonly tabs = h("div", { class: "tabs", role: "tablist" });
  private readonly legend = h("div", { id: "chart-legend" });
  private tab: Tab = "cost";
  private metrics: readonly RunMetrics[] = [];
  private trace: Trace | undefined;
  private plot: uPlot | undefined;
  private marked: number | undefined;
  private waiting = 0;
  /** Number of points in all lines of the last drawing. */
  points = 0;

  constructor(theme: ThemeState) {
    super();
    this.theme = theme;
    this.element = h(
      "div",
      { id: "charts" },
      h("div", { class: "chart-head" }, this.tabs, this.legend),
      this.host,
    );
    theme.on("change", () => this.schedule());
    new ResizeObserver(() => this.resize()).observe(this.host);
  }

  update(metrics: readonly RunMetrics[]): void {
    this.metrics = metrics;
    this.schedule();
  }

  showTrace(trace: Trace): void {
    this.trace = trace;
    this.schedule();
  }

  /** Marks the position on the x axis that the picture shows. */
  mark(x: number | undefined, tab: Tab): void {
    if (tab === "value" && this.tab !== "value" && this.trace) {
      this.tab = "value";
      this.schedule();
    } else if (tab !== "value" && this.tab === "value") {
      this.tab = "cost";
      this.schedule();
    }
    this.marked = x;
    this.plot?.redraw(false);
  }

  get hasCurves(): boolean {
    return this.trace !== undefined || this.metrics.some((run) => run.lines.length > 1);
  }

  get idle(): boolean {
    return this.waiting === 0;
  }

  private schedule(): void {
    if (this.waiting === 0)
      this.waiting = requestAnimationFrame(() => {
        this.waiting = 0;
        this.draw();
      });
  }

  private draw(): void {
    const offered = (Object.keys(TABS) as Tab[]).filter((tab) => this.linesOf(tab).length > 0);
    if (!offered.includes(this.tab)) this.tab = offered[0] ?? "cost";
    fill(
      this.tabs,
      ...offered.map((tab) =>
        h(
          "button",
          {
            role: "tab",
            "aria-selected": String(tab === this.tab),
            onclick: () => {
              this.tab = tab;
              this.schedule();
            },
          },
          TABS[tab],
        ),
      ),
    );
    this.plot?.destroy();
    this.plot = undefined;
    const lines = this.linesOf(this.tab);
    fill(
      this.legend,
      ...lines.map(({ label }, index) =>
        h("span", { class: "key" }, h("i", { style: `background:var(--series-${index % 6})` }), label),
      ),
    );
    this.points = lines.reduce((sum, line) => sum + line.xs.length, 0);
    const { clientWidth: width, clientHeight: height } = this.host;
    if (lines.length === 0 || width < 40 || height < 40) return;
    const { colours } = this.theme;
    const axis = {
      stroke: colours.muted,
      grid: { stroke: colours.faint, width: 1 },
      ticks: { stroke: colours.faint, width: 1, size: 4 },
      font: "11px system-ui, sans-serif",
    };
    const options: uPlot.Options = {
      width,
      height,
      legend: { show: false },
      cursor: { points: { size: 6 }, drag: { x: true, y: false } },
      scales: { x: { time: false } },
      axes: [
        { ...axis, size: 24, gap: 3 },
        { ...axis, size: 56, gap: 4, space: 22, values: (_, ticks) => ticks.map(short) },
      ],
      series: [
        {},
        ...lines.map(({ label, dash }, index) => ({
          label,
          stroke: colours.series[index % colours.series.length]!,
          width: 1.6,
          spanGaps: true,
          points: { show: lines[index]!.xs.length < 40, size: 4 },
          ...(dash && { dash: [5, 4] }),
        })),
      ],
      hooks: { draw: [(plot) => this.drawMark(plot)] },
    };
    this.plot = new uPlot(options, aligned(lines), this.host);
    this.host.querySelector(".u-over")?.addEventListener("click", () => {
      const index = this.plot?.cursor.idx;
      const x = index === null || index === undefined ? undefined : this.plot?.data[0][index];
      if (x !== undefined) this.emit("step", x);
    });
  }

  private drawMark(plot: uPlot): void {
    if (this.marked === undefined) return;
    const x = plot.valToPos(this.marked, "x", true);
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
    if (tab === "value") return this.trace ? [valueLine(this.trace)] : [];
    const [first] = this.metrics;
    if (!first) return [];
    const of = (run: RunMetrics, key: string, label: string): Line[] => {
      const lines = run.lines.filter((line) => typeof line[key] === "number");
      if (lines.length < 2) return [];
      return [
        {
          label,
          xs: lines.map((line) => Number(line.iteration)),
          ys: lines.map((line) => Number(line[key])),
        },
      ];
    };
    if (tab === "components")
      return ["wirelength", "density", "congestion"].flatMap((name) => of(first, `cost/${name}`, name));
    if (tab === "training")
      return [...of(first, "losses/entropy", "entropy, nats"), ...of(first, "losses/value", "value loss")];
    if (this.metrics.length === 1)
      return [...of(first, "cost/best", "best so far"), ...of(first, "cost/proxy", "mean of the iteration")];
    return this.metrics.flatMap((run) => of(run, "cost/best", `${run.label}: best`));
  }

  private resize(): void {
    const { clientWidth: width, clientHeight: height } = this.host;
    if (this.plot && width > 40 && height > 40) this.plot.setSize({ width, height });
    else this.schedule();
  }
}

function valueLine(trace: Trace): Line {
  return {
    label: "value the policy expects",
    xs: Array.from(trace.values, (_, step) => step + 1),
    ys: Array.from(trace.values),
  };
}

/** All lines over the union of their x values; missing values are null. */
function aligned(lines: readonly Line[]): uPlot.AlignedData {
  const xs = [...new Set(lines.flatMap((line) => line.xs))].sort((a, b) => a - b);
  const at = new Map(xs.map((x, index) => [x, index]));
  const columns = lines.map((line) => {
    const column: (number | null)[] = new Array(xs.length).fill(null);
    line.xs.forEach((x, index) => {
      column[at.get(x)!] = line.ys[index]!;
    });
    return column;
  });
  return [xs, ...columns];
}
