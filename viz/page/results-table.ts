// The table of final results: one row for each run, and above the runs of one configuration a row with the median and the
// spread over their seeds.
import type { RunMetrics, RunResult } from "../protocol.js";
import { type CurveChoice, families, medianOf } from "./curves.js";
import { h } from "./dom.js";
import { cost, short } from "./format.js";

const COLUMNS = ["proxy", "wirelength", "density", "congestion", "seconds"] as const;
type Column = (typeof COLUMNS)[number];
const NOBODY: ReadonlySet<string> = new Set();

/** Median, least and greatest value of a column. */
export interface Spread {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

export function spreadOf(results: readonly RunResult[], column: Column): Spread | undefined {
  const values = results.map((result) => result[column]).sort((a, b) => a - b);
  const median = medianOf(values);
  return median === null ? undefined : { median, low: values[0]!, high: values.at(-1)! };
}

/** Least, median and greatest value as texts. Costs have as many decimals as tell them apart, 4 at least and 9 at most. */
export function spreadTexts({ low, median, high }: Spread, column: Column): [string, string, string] {
  if (column === "seconds") return [short(low), short(median), short(high)];
  for (let decimals = 4; ; decimals++) {
    const texts: [string, string, string] = [
      low.toFixed(decimals),
      median.toFixed(decimals),
      high.toFixed(decimals),
    ];
    if (decimals === 9 || new Set(texts).size === new Set([low, median, high]).size) return texts;
  }
}

export function resultsTable(
  metrics: readonly RunMetrics[],
  { pinned, hidden }: CurveChoice,
  toggle: (label: string, how: "pinned" | "hidden") => void,
): HTMLElement {
  const rows = families(metrics, NOBODY)
    .sort((a, b) => Number(hasPinned(b.runs, pinned)) - Number(hasPinned(a.runs, pinned)))
    .flatMap(({ label, runs }) => [
      ...(runs.length > 1 ? [familyRow(label, runs)] : []),
      ...runs.map((run) => runRow(run, runs.length > 1, { pinned, hidden, toggle })),
    ]);
  return h(
    "div",
    { id: "results", tabindex: 0, role: "region", "aria-label": "Results" },
    h(
      "table",
      {},
      h(
        "thead",
        {},
        h(
          "tr",
          {},
          h("th", { scope: "col" }, "run"),
          h("th", { scope: "col" }, "shown"),
          h("th", { scope: "col" }, "pinned"),
          ...COLUMNS.map((name) => h("th", { scope: "col" }, name)),
          h("th", { scope: "col" }, "legal"),
        ),
      ),
      h("tbody", {}, ...rows),
    ),
  );
}

function hasPinned(runs: readonly RunMetrics[], pinned: ReadonlySet<string>): boolean {
  return runs.some(({ label }) => pinned.has(label));
}

function familyRow(label: string, runs: readonly RunMetrics[]): HTMLElement {
  const results = runs.flatMap(({ result }) => result ?? []);
  return h(
    "tr",
    { class: "family" },
    h(
      "th",
      { scope: "row" },
      `${label}: ${results.length} of ${runs.length} runs, median (least to greatest)`,
    ),
    h("td", {}),
    h("td", {}),
    ...COLUMNS.map((column) => {
      const spread = spreadOf(results, column);
      if (!spread) return h("td", {}, "–");
      const [low, median, high] = spreadTexts(spread, column);
      return h("td", {}, h("b", {}, median), ` (${low} to ${high})`);
    }),
    h(
      "td",
      {},
      results.length > 0 ? `${results.filter(({ legal }) => legal).length} of ${results.length}` : "–",
    ),
  );
}

function runRow(
  { label, result }: RunMetrics,
  indented: boolean,
  {
    pinned,
    hidden,
    toggle,
  }: Pick<CurveChoice, "pinned" | "hidden"> & { readonly toggle: Parameters<typeof resultsTable>[2] },
): HTMLElement {
  const box = (how: "pinned" | "hidden", checked: boolean, what: string) => {
    const input = h("input", {
      type: "checkbox",
      "aria-label": `${what} ${label}`,
      onchange: () => toggle(label, how),
    });
    input.checked = checked;
    return h("td", {}, input);
  };
  return h(
    "tr",
    { class: indented ? "member" : undefined },
    h("th", { scope: "row" }, label),
    box("hidden", !hidden.has(label), "Show"),
    box("pinned", pinned.has(label), "Pin"),
    ...COLUMNS.map((column) =>
      h("td", {}, column === "seconds" ? (result ? short(result.seconds) : "–") : cost(result?.[column])),
    ),
    h("td", {}, result ? (result.legal ? "yes" : "no") : "–"),
  );
}
