// A comparison as text: a line per method and block, others' figures for the same block and protocol below.

import { append, greatestOf } from "../netlist/index.js";
import type { Comparison, ComparisonRow, MeanSpread, Spread } from "./comparison.js";
import { parseBudget } from "./options.js";
import type { PublishedFigure } from "./published.js";

const NUDGED = "nudged";
const HEADINGS = [
  "method",
  "proxy",
  NUDGED,
  "wirelength",
  "density",
  "congestion",
  "seconds",
  "legal",
  "runs",
];
const VERIFIED_HEADINGS = [
  "verified",
  "flat µm",
  "routed µm",
  "first overflow",
  "overflow",
  "ACE 5 %",
  "legal",
];
/** Reading the block and writing the result count in a run's seconds, but not against its budget. */
const GRACE_SECONDS = 2;

/** The table that `ashlar compare` prints. */
export function comparisonTable(comparison: Comparison): string {
  const { protocol, budget, workers, seeds } = comparison;
  const lines = [
    `protocol ${protocol}, ${budget} per run, ${workers} worker${workers === 1 ? "" : "s"}, ` +
      `seeds ${seeds.join(" ")}; median (least to greatest)`,
  ];
  const isNudged = comparison.rows.some((row) => row.nudged);
  if (isNudged)
    lines.push(
      `${NUDGED}: the proxy cost of the same placements when a macro moves by a thousandth of a cell, mean over many copies; mean (least to greatest) over seeds`,
    );
  if (comparison.rows.some((row) => row.verified))
    lines.push(
      "verified: cells placed and nets routed for the best placement of every run; mean (least to greatest)",
    );
  for (const block of comparison.blocks) {
    const rows = comparison.rows.filter((row) => row.block === block);
    const published = comparison.published.filter((figure) => figure.block === block);
    const shown = (cells: readonly string[]) =>
      cells.filter((_, column) => isNudged || HEADINGS[column] !== NUDGED);
    const cells = [HEADINGS, ...rows.map(cellsOf), ...published.map(publishedCells)].map(shown);
    append(lines, ["", block, ...aligned(cells)]);
    if (rows.some((row) => row.verified))
      append(lines, ["", ...aligned([VERIFIED_HEADINGS, ...rows.map(verifiedCells)])]);
    for (const row of rows) for (const reason of row.reasons) lines.push(`  ${row.method} failed: ${reason}`);
    for (const row of rows) append(lines, overrun(row, comparison));
    append(lines, new Set(published.map(sourceLine)));
  }
  return `${lines.join("\n")}\n`;
}

function cellsOf(row: ComparisonRow): string[] {
  const { costs, runs } = row;
  const done = runs.filter((run) => run.score).length;
  const cost = (spread: Spread | undefined) => (spread ? rangeOf(spread, 4) : "failed");
  return [
    row.method,
    cost(costs?.proxy_cost),
    row.nudged ? rangeOf({ ...row.nudged, median: row.nudged.mean }, 4) : "",
    cost(costs?.wirelength_cost),
    cost(costs?.density_cost),
    cost(costs?.congestion_cost),
    row.seconds ? rangeOf(row.seconds, 1) : "failed",
    `${row.legal}/${done}`,
    `${done}/${runs.length}`,
  ];
}

function verifiedCells({ method, runs, verified }: ComparisonRow): string[] {
  if (!verified) return [method, "none", "", "", "", "", ""];
  const of = (spread: MeanSpread, digits: number) => rangeOf({ ...spread, median: spread.mean }, digits);
  const found = runs.flatMap((run) => run.verified ?? []);
  return [
    method,
    of(verified.flat_wirelength, 0),
    of(verified.routed_wirelength, 0),
    of(verified.pattern_overflow, 0),
    of(verified.overflow, 0),
    of(verified.ace_5, 3),
    `${found.filter(({ legal, macro_overlaps }) => legal && macro_overlaps === 0).length}/${found.length}`,
  ];
}

/** Equal time is the point of the table: a method that took more is named. */
function overrun({ method, seconds }: ComparisonRow, { budget }: Comparison): string[] {
  if (!seconds || /iterations?$/.test(budget)) return [];
  const allowed = parseBudget(budget);
  if (seconds.median <= 1.1 * allowed + GRACE_SECONDS) return [];
  return [`  ${method} overran: ${seconds.median.toFixed(1)} s for a budget of ${budget}`];
}

function sourceLine({ method, source, hardware, note }: PublishedFigure): string {
  return `  ${[`${method}: ${source}`, hardware ?? "hardware not stated", note].filter(Boolean).join("; ")}`;
}

function rangeOf({ median, min, max }: Spread, digits: number): string {
  return min === max
    ? median.toFixed(digits)
    : `${median.toFixed(digits)} (${min.toFixed(digits)} to ${max.toFixed(digits)})`;
}

function publishedCells(figure: PublishedFigure): string[] {
  const { proxy_cost: low, proxy_cost_max: high, legal, seconds, seeds } = figure;
  const part = (value: number | undefined) => (value === undefined ? "" : value.toFixed(4));
  return [
    figure.method,
    high === undefined ? String(low) : `${low} to ${high}`,
    "",
    part(figure.wirelength_cost),
    part(figure.density_cost),
    part(figure.congestion_cost),
    seconds === null ? "" : String(seconds),
    legal === null ? "" : legal ? "yes" : "no",
    seeds === null ? "" : String(seeds),
  ];
}

function aligned(rows: readonly (readonly string[])[]): string[] {
  const widths = rows[0]!.map((_, column) => greatestOf(rows.map((row) => row[column]!.length)));
  return rows.map((row) =>
    `  ${row.map((cell, column) => cell.padEnd(widths[column]!)).join("  ")}`.trimEnd(),
  );
}
