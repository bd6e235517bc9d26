// Fits text into a width. Pictures are drawn without a browser, so text cannot be measured; widths are upper estimates
// for sans-serif fonts.

const DOTS = "…";
const NARROW = new Set("iljI.,:;'|!()[]{}ft/\\ -r");
const WIDE = new Set("mwMW@%…→—");

/** Upper estimate of a text's width at a font size. */
export function textWidth(text: string, size: number): number {
  let width = 0;
  for (const character of text) {
    if (NARROW.has(character)) width += 0.41;
    else if (WIDE.has(character)) width += 1;
    else if (character >= "A" && character <= "Z") width += 0.78;
    else if (character < "\u0250") width += 0.64;
    else width += 1.05;
  }
  return width * size;
}

/** The text, cut at its end with dots if it does not fit; empty if even the dots do not. */
export function cutEnd(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const kept = Array.from(text);
  while (kept.length > 0 && textWidth(kept.join("") + DOTS, size) > width) kept.pop();
  return kept.length > 0 ? kept.join("").trimEnd() + DOTS : textWidth(DOTS, size) <= width ? DOTS : "";
}

/** The text, cut at its start with dots if it does not fit. */
export function cutStart(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const kept = Array.from(text);
  while (kept.length > 0 && textWidth(DOTS + kept.join(""), size) > width) kept.shift();
  return kept.length > 0 || textWidth(DOTS, size) <= width ? DOTS + kept.join("") : "";
}

/** How text is broken into lines. */
interface Wrapping {
  /** Pixels of a line. */
  readonly width: number;
  /** Font size, pixels. */
  readonly size: number;
  /** Most lines. */
  readonly most: number;
}

/** Breaks text into lines of whole words. The last line is cut if there are too many. */
export function wrapWords(text: string, { width, size, most }: Wrapping): string[] {
  const lines: string[] = [];
  let rest = text.split(" ").filter(Boolean);
  while (rest.length > 0 && lines.length < most) {
    let count = 1;
    while (count < rest.length && textWidth(rest.slice(0, count + 1).join(" "), size) <= width) count++;
    if (lines.length === most - 1) count = rest.length;
    lines.push(cutEnd(rest.slice(0, count).join(" "), width, size));
    rest = rest.slice(count);
  }
  return lines;
}

export interface FittedName {
  readonly size: number;
  readonly lines: readonly string[];
}

const SIZES = [10, 9, 8, 7, 6];
const LINE = 1.15;
const MOST_LINES = 4;
const MOST_COMPONENTS = 5;
const FEWEST_CHARACTERS = 4;

/**
 * The end of a path name for a box of `along` × `across` pixels: as many of the last components as fit in a readable
 * size, else the last one in a small size, else its end after dots. Undefined if nothing legible fits.
 */
export function fitName(name: string, along: number, across: number): FittedName | undefined {
  const components = name.split("/").filter(Boolean);
  const last = components.at(-1);
  if (last === undefined) return undefined;
  for (let count = Math.min(MOST_COMPONENTS, components.length); count > 1; count--) {
    const path = components.slice(-count).join("/");
    for (const size of SIZES.filter((size) => size >= (count > 2 ? 8 : 7))) {
      const wrapping = { width: along, size, most: linesIn(across, size) };
      const { lines, complete } = wrapFromEnd(path, wrapping);
      if (complete) return { size, lines: withMore({ components, count }, lines, wrapping) };
    }
  }
  let cut: FittedName | undefined;
  for (const size of SIZES) {
    const { lines, complete } = wrapFromEnd(last, { width: along, size, most: linesIn(across, size) });
    if (complete) return { size, lines };
    const shown = lines.join("").length - 1;
    if (shown >= FEWEST_CHARACTERS && shown > (cut ? cut.lines.join("").length - 1 : 0))
      cut = { size, lines };
  }
  return cut;
}

/** The lines, with dots and the end of the component before them if there is room. */
function withMore(
  { components, count }: { readonly components: readonly string[]; readonly count: number },
  found: readonly string[],
  wrapping: Wrapping,
): readonly string[] {
  if (count === components.length || wrapping.size < 8) return found;
  const path = components.slice(-count - 1).join("/");
  const { lines } = wrapFromEnd(path, wrapping);
  const gained = lines.join("").length - 1 - found.join("").length;
  return gained > FEWEST_CHARACTERS ? lines : found;
}

function linesIn(across: number, size: number): number {
  return Math.min(MOST_LINES, Math.floor((across - 1) / (size * LINE)));
}

/** Breaks a name after `/`, `_` and `.` into lines, starting from its end. */
function wrapFromEnd(name: string, { width, size, most }: Wrapping): { lines: string[]; complete: boolean } {
  const tokens = name.match(/[^/_.]+[/_.]*|[/_.]+/g) ?? [];
  const lines: string[] = [];
  let next = tokens.length - 1;
  while (next >= 0 && lines.length < most) {
    let line = tokens[next]!;
    if (textWidth(line, size) > width) {
      lines.unshift(cutStart(line, width, size));
      return { lines: lines.filter((text) => text !== DOTS && text !== ""), complete: false };
    }
    next--;
    while (next >= 0 && textWidth(tokens[next]! + line, size) <= width) line = tokens[next--]! + line;
    lines.unshift(line);
  }
  if (next < 0) return { lines, complete: lines.length > 0 };
  if (lines.length > 0) lines[0] = cutStart(tokens.slice(0, next + 1).join("") + lines[0]!, width, size);
  return { lines, complete: false };
}
