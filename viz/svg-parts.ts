// Small pieces of SVG text: numbers without noise, escaped names, colours.

/** A coordinate with at most two decimals. */
export function num(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return String(Object.is(rounded, -0) ? 0 : rounded);
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** Text that may stand in an element or an attribute; control characters, which XML forbids, become spaces. */
export function escapeXml(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is being replaced
  return text.replace(/[\u0000-\u001f]/g, " ").replace(/[&<>"']/g, (character) => ENTITIES[character]!);
}

/** Colours of one theme. */
export interface Palette {
  readonly page: string;
  readonly ink: string;
  readonly faint: string;
  readonly grid: string;
  readonly hardFill: string;
  readonly hardStroke: string;
  readonly hardText: string;
  readonly fixedFill: string;
  readonly softFill: string;
  readonly port: string;
  readonly net: string;
  readonly series: readonly string[];
}

export const PALETTES: Readonly<Record<"light" | "dark", Palette>> = {
  light: {
    page: "#ffffff",
    ink: "#1c2733",
    faint: "#5b6b7b",
    grid: "#e6ebf0",
    hardFill: "#2f6690",
    hardStroke: "#16324a",
    hardText: "#ffffff",
    fixedFill: "#7a5c99",
    softFill: "#e8a33d",
    port: "#c1121f",
    net: "#1c2733",
    series: ["#2f6690", "#d1602b", "#3a7d44", "#8e44ad", "#b58900", "#555555"],
  },
  dark: {
    page: "#12181f",
    ink: "#e8eef4",
    faint: "#9fb0c0",
    grid: "#232d38",
    hardFill: "#4f8fc0",
    hardStroke: "#bcd9ee",
    hardText: "#0b1117",
    fixedFill: "#a98bc7",
    softFill: "#e8a33d",
    port: "#ff6b6b",
    net: "#e8eef4",
    series: ["#6fb1e0", "#f0935c", "#7cc489", "#c58fdc", "#e0c35c", "#bbbbbb"],
  },
};

/** Anchors of the heat maps' scale: dark blue over green to yellow, told apart by colour-blind eyes too. */
const HEAT: readonly (readonly [number, number, number])[] = [
  [28, 20, 74],
  [45, 72, 138],
  [32, 124, 140],
  [62, 172, 112],
  [170, 214, 64],
  [253, 235, 90],
];

/** Colour of a value between 0 and 1; values beyond are taken as the ends. */
export function heatColour(value: number): string {
  const position = Math.max(0, Math.min(1, value)) * (HEAT.length - 1);
  const index = Math.min(HEAT.length - 2, Math.floor(position));
  const share = position - index;
  const mix = (channel: number) =>
    Math.round(HEAT[index]![channel]! * (1 - share) + HEAT[index + 1]![channel]! * share);
  return `rgb(${mix(0)},${mix(1)},${mix(2)})`;
}

/** A line of text. */
export function text(
  x: number,
  y: number,
  content: string,
  style: { readonly size: number; readonly fill: string; readonly anchor?: string; readonly weight?: number },
): string {
  const anchor = style.anchor ? ` text-anchor="${style.anchor}"` : "";
  const weight = style.weight ? ` font-weight="${style.weight}"` : "";
  return `<text x="${num(x)}" y="${num(y)}" font-size="${num(style.size)}" fill="${style.fill}"${anchor}${weight}>${escapeXml(content)}</text>`;
}

/** About how wide a text is, in units of its size: enough to keep it inside a box. */
export const CHARACTER_WIDTH = 0.6;

/** Steps of 1, 2 or 5 times a power of ten that divide a range into about `count` parts. */
export function niceStep(range: number, count: number): number {
  const rough = range / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find((factor) => factor * power >= rough)!;
  return step * power;
}
