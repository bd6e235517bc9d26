// A run's report: one HTML file with the picture inlined, without scripts and without a network.
import { escapeText } from "./markup.js";
import { pageStyle } from "./palette.js";
import type { Scene } from "./scene.js";
import { costRows } from "./side-panel.js";
import { renderSvg } from "./svg.js";

export interface ReportFile {
  readonly name: string;
  readonly what: string;
}

export interface Report {
  readonly scene: Scene;
  /** The run's options and results; nested objects become dotted names. */
  readonly summary: Readonly<Record<string, unknown>>;
  /** Files in the same folder that the report links to. Default: those of every run. */
  readonly files?: readonly ReportFile[];
  /** Further pictures as SVG, each below the one before, and what they show. */
  readonly pictures?: readonly { readonly title: string; readonly svg: string; readonly text: string }[];
}

const RUN_FILES: readonly ReportFile[] = [
  { name: "best.plc", what: "the placement" },
  { name: "best.svg", what: "this picture" },
  { name: "summary.json", what: "costs and facts of the run" },
  { name: "options.json", what: "options, version and hashes of the input files" },
];
const METRICS_FILE: ReportFile = { name: "metrics.jsonl", what: "one line per iteration" };

const STYLE = `
body{margin:0 auto;padding:1.5rem;max-width:1400px;background:var(--page);color:var(--ink);
font:15px/1.5 "DejaVu Sans",Verdana,Arial,sans-serif}
svg{display:block;width:100%;height:auto}
.columns{display:flex;flex-wrap:wrap;gap:1rem 3rem;align-items:flex-start}
section{flex:1 1 20rem;min-width:0}
h2{font-size:1.1rem;margin:1.2rem 0 .4rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .6rem .25rem 0;border-bottom:1px solid var(--line);
font-weight:normal;overflow-wrap:anywhere}
th{color:var(--muted);min-width:9rem}
td.number{text-align:right;font-variant-numeric:tabular-nums}
a{color:var(--link)}
`;

/** The report as HTML. Without a theme in the scene it follows the reader's system setting. */
export function renderReportHtml({ scene, summary, files, pictures = [] }: Report): string {
  const theme = scene.theme ?? "auto";
  const metrics = (scene.curve?.length ?? 0) > 0 ? [METRICS_FILE] : [];
  const costs = scene.costs
    ? section("Costs", table(costRows(scene.costs).map(([name, value]) => [name, number(value)])))
    : "";
  const facts = flatten(summary).map(([name, value]): [string, string] => [name, cell(value)]);
  const list = (files ?? [...RUN_FILES, ...metrics]).map(({ name, what }): [string, string] => [
    name,
    `<td><a href="${escapeText(encodeURI(name).replaceAll(":", "%3A"))}">${escapeText(name)}</a></td><td>${escapeText(what)}</td>`,
  ]);
  const fileRows = list.map(([, cells]) => `<tr>${cells}</tr>`).join("");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeText(scene.title)}</title>
<style>${pageStyle(theme)}${STYLE}</style>
</head>
<body>
${renderSvg({ ...scene, theme }).trimEnd()}
${pictures.map(({ title, svg, text }) => section(title, `${svg.trimEnd()}<p>${escapeText(text)}</p>`)).join("")}<div class="columns">
${costs}${section("Run", facts.length > 0 ? table(facts) : "<p>No summary.</p>")}${section("Files", `<table>${fileRows}</table>`)}
</div>
</body>
</html>
`;
}

function section(title: string, content: string): string {
  return `<section><h2>${escapeText(title)}</h2>${content}</section>\n`;
}

function table(rows: readonly (readonly [name: string, cells: string])[]): string {
  return `<table>${rows.map(([name, cells]) => `<tr><th scope="row">${escapeText(name)}</th>${cells}</tr>`).join("")}</table>`;
}

function number(text: string): string {
  return `<td class="number">${escapeText(text)}</td>`;
}

function cell(value: unknown): string {
  if (typeof value === "number") return number(Number.isFinite(value) ? String(value) : "–");
  return `<td>${escapeText(typeof value === "string" ? value : (JSON.stringify(value) ?? "–"))}</td>`;
}

function flatten(values: Readonly<Record<string, unknown>>, prefix = ""): [string, unknown][] {
  return Object.entries(values).flatMap(([name, value]): [string, unknown][] => {
    const isObject = typeof value === "object" && value !== null && !Array.isArray(value);
    return isObject
      ? flatten(value as Record<string, unknown>, `${prefix}${name}.`)
      : [[`${prefix}${name}`, value]];
  });
}
