// SVG and HTML as text: escaping, numbers, elements. Every name and number of a picture passes through this file, so that
// no input can break the markup and a scene gives the same bytes on every machine.
import type { Box } from "./scene.js";

export type AttributeValue = string | number | undefined;

/** Text for element content and attribute values. Characters that XML cannot hold become U+FFFD. */
export function escapeText(text: string): string {
  return text
    .replace(/[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, "\ufffd")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

/** A coordinate with at most `digits` decimals, no exponent and no trailing zeros. */
export function coordinate(value: number, digits = 2): string {
  if (!Number.isFinite(value)) throw new Error(`internal: a coordinate is ${value}`);
  const text = value.toFixed(digits);
  const short = text.includes(".") ? text.replace(/\.?0+$/, "") : text;
  return short === "-0" ? "0" : short;
}

/** An element. `children` are markup. Undefined attributes are left out. */
export function element(
  name: string,
  attributes: Readonly<Record<string, AttributeValue>>,
  children?: string | readonly string[],
): string {
  let open = `<${name}`;
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined) continue;
    open += ` ${key}="${typeof value === "number" ? coordinate(value) : escapeText(value)}"`;
  }
  if (children === undefined) return `${open}/>`;
  return `${open}>${typeof children === "string" ? children : children.join("")}</${name}>`;
}

interface LabelStyle {
  /** Where the text starts (or its anchor is), and its font size; pixels. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly [attribute: string]: AttributeValue;
}

/** A line of text in the picture, with further attributes. */
export function label(text: string, { x, y, size, ...attributes }: LabelStyle): string {
  return element("text", { x, y, "font-size": size, ...attributes }, escapeText(text));
}

/** Children moved to (x, y). */
export function moved(x: number, y: number, children: string | readonly string[]): string {
  return element("g", { transform: `translate(${coordinate(x)} ${coordinate(y)})` }, children);
}

/** Path data of a rectangle, in pixels. */
export function rectanglePath({ x, y, width, height }: Box): string {
  return `M${coordinate(x)} ${coordinate(y)}h${coordinate(width)}v${coordinate(height)}h${coordinate(-width)}z`;
}

/** A value with at most four significant digits; an en dash if it is not finite. */
export function readable(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size >= 1e6 || size < 1e-4) return value.toExponential(3);
  return coordinate(value, Math.max(0, Math.min(7, 3 - Math.floor(Math.log10(size)))));
}
