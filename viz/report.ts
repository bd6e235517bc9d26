// The report of a run: one HTML file with the picture and the figures, which opens without a network or a script.
import { renderSvg, type Scene } from "./svg.js";
import { escapeXml } from "./svg-parts.js";

const STYLE = `
:root { color-scheme: light dark; --page: #ffffff; --ink: #1c2733; --line: #d5dde5 }
@media (prefers-color-scheme: dark) { :root { --page: #12181f; --ink: #e8eef4; --line: #344250 } }
body { margin: 2rem auto; max-width: 1110px; padding: 0 1rem; background: var(--page); color: var(--ink); font: 15px/1.5 Helvetica, Arial, sans-serif }
table { border-collapse: collapse; margin: 1rem 0 }
td, th { border-bottom: 1px solid var(--line); padding: 0.3rem 1.2rem 0.3rem 0; text-align: left; vertical-align: top }
svg { max-width: 100%; height: auto }
.dark { display: none }
@media (prefers-color-scheme: dark) { .dark { display: block } .light { display: none } }
`;

/** Renders the report; `summary` is printed as a table of its plain values. */
export function renderReportHtml(report: {
  readonly scene: Scene;
  readonly summary: Readonly<Record<string, unknown>>;
}): string {
  const { scene, summary } = report;
  const rows = Object.entries(summary)
    .filter(([, value]) => value !== null && typeof value !== "object")
    .map(([name, value]) => `<tr><th>${escapeXml(name)}</th><td>${escapeXml(String(value))}</td></tr>`);
  return [
    "<!doctype html>",
    `<html lang="en"><head><meta charset="utf-8"><title>${escapeXml(scene.title)}</title><style>${STYLE}</style></head><body>`,
    `<div class="light">${renderSvg({ ...scene, theme: "light" })}</div>`,
    `<div class="dark">${renderSvg({ ...scene, theme: "dark" })}</div>`,
    `<table>${rows.join("\n")}</table>`,
    "</body></html>",
    "",
  ].join("\n");
}
