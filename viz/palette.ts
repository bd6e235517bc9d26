// Colours: two themes as style sheets, and a sequential palette for maps that also works for colour-blind readers and in
// grey (viridis, interpolated in RGB between ten anchors).
import type { Theme } from "./scene.js";

const ANCHORS = [
  0x440154, 0x482878, 0x3e4a89, 0x31688e, 0x26828e, 0x1f9e89, 0x35b779, 0x6dcd59, 0xb4de2c, 0xfde725,
];

/** Colour of a share from 0 to 1. Values outside get the colour of the nearer end. */
export function heatColour(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (ANCHORS.length - 1);
  const below = Math.min(ANCHORS.length - 2, Math.floor(place));
  const part = place - below;
  let colour = "#";
  for (const shift of [16, 8, 0]) {
    const from = (ANCHORS[below]! >> shift) & 255;
    const to = (ANCHORS[below + 1]! >> shift) & 255;
    colour += Math.round(from + (to - from) * part)
      .toString(16)
      .padStart(2, "0");
  }
  return colour;
}

/** Number of line colours in a chart. Further lines repeat them with dashes. */
export const SERIES_COLOURS = 6;

/** A theme's colours, as CSS writes them. */
export interface Colours {
  readonly page: string;
  readonly ink: string;
  readonly muted: string;
  readonly faint: string;
  readonly die: string;
  readonly edge: string;
  readonly hard: string;
  readonly hardEdge: string;
  readonly fixed: string;
  readonly onHard: string;
  readonly soft: string;
  readonly softEdge: string;
  readonly port: string;
  readonly link: string;
  readonly blocked: string;
  /** What breaks a rule. */
  readonly wrong: string;
  /** Lines of charts, from Okabe and Ito's colour-blind-safe set. */
  readonly series: readonly string[];
}

export const LIGHT: Colours = {
  page: "#ffffff",
  ink: "#1b2430",
  muted: "#55616f",
  faint: "#d6dde5",
  die: "#f8fafc",
  edge: "#3a4654",
  hard: "#3b6ba5",
  hardEdge: "#1d3f69",
  fixed: "#5c6673",
  onHard: "#ffffff",
  soft: "#e08e1b",
  softEdge: "#a8630a",
  port: "#b5135e",
  link: "#6a35a8",
  blocked: "#8a94a0",
  wrong: "#c4122f",
  series: ["#0072b2", "#d55e00", "#00805d", "#b0508a", "#8a6d00", "#3f4854"],
};

export const DARK: Colours = {
  page: "#11161d",
  ink: "#e9eef4",
  muted: "#a3afbc",
  faint: "#2c3949",
  die: "#171e28",
  edge: "#9fb0c2",
  hard: "#2f639f",
  hardEdge: "#9cc4f3",
  fixed: "#5f6a78",
  onHard: "#ffffff",
  soft: "#f0a63c",
  softEdge: "#f0b45c",
  port: "#ff86b3",
  link: "#c7a8ff",
  blocked: "#76828f",
  wrong: "#ff6b70",
  series: ["#56b4e9", "#ff8a3d", "#2ecc9b", "#e79ac6", "#f0d343", "#b8c2cc"],
};

/** The style sheet of a picture, for rules below the class `ashlar`. */
export function pictureStyle(theme: Theme): string {
  if (theme === "auto") return `${rules(LIGHT)}@media (prefers-color-scheme:dark){${rules(DARK)}}`;
  return rules(theme === "dark" ? DARK : LIGHT);
}

function rules(colours: Colours): string {
  const line = (name: string, colour: string, more = "") =>
    `.ashlar .${name}{fill:none;stroke:${colour}${more}}`;
  const area = (name: string, colour: string, more = "") => `.ashlar .${name}{fill:${colour}${more}}`;
  return [
    `.ashlar text{fill:${colours.ink};font-family:"DejaVu Sans",Verdana,Arial,sans-serif}`,
    `.ashlar text.muted{fill:${colours.muted}}`,
    `.ashlar text.on-hard{fill:${colours.onHard}}`,
    `.ashlar text.strong{font-weight:bold}`,
    area("page", colours.page),
    area("die", colours.die),
    line("outline", colours.edge, ";stroke-width:1.5"),
    line("thin", colours.edge, ";stroke-width:1"),
    line("grid", colours.faint, ";stroke-width:.6"),
    line("on-map", "#ffffff", ";stroke-width:.6;stroke-opacity:.45"),
    area("hard", colours.hard, `;fill-opacity:.92;stroke:${colours.hardEdge};stroke-width:.8`),
    area("fixed", colours.fixed, `;fill-opacity:.92;stroke:${colours.ink};stroke-width:1.6`),
    area("mark", colours.onHard, ";fill-opacity:.75"),
    area(
      "soft",
      colours.soft,
      `;fill-opacity:.2;stroke:${colours.softEdge};stroke-opacity:.45;stroke-width:.6`,
    ),
    area("cell", colours.softEdge, ";fill-opacity:.5"),
    line("port", colours.port, ";stroke-width:1.2"),
    line("link", colours.link),
    line("hatch", colours.blocked, ";stroke-width:1.4"),
    line("blockage", colours.blocked, ";stroke-width:.8"),
    ...colours.series.flatMap((colour, index) => [
      line(`line-${index}`, colour, ";stroke-width:1.8;stroke-linejoin:round;stroke-linecap:round"),
      area(`band-${index}`, colour, ";fill-opacity:.18"),
    ]),
  ].join("");
}

/** The style sheet of a page around pictures. `auto` follows the reader's system setting. */
export function pageStyle(theme: Theme): string {
  const page = ({ page, ink, muted, faint, series }: Colours) =>
    `:root{--page:${page};--ink:${ink};--muted:${muted};--line:${faint};--link:${series[0]}}`;
  if (theme === "auto")
    return `:root{color-scheme:light dark}${page(LIGHT)}@media (prefers-color-scheme:dark){${page(DARK)}}`;
  return `:root{color-scheme:${theme}}${page(theme === "dark" ? DARK : LIGHT)}`;
}
