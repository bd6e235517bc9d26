// Fits text into a width. Pictures are drawn without a browser, so text cannot be measured; widths are upper estimates
// for sans-serif fonts.

const DOTS = "…";
const NARROW = new Set("iljI.,:;'|!()[]{}ft/\\ -r");
const WIDE = new Set("mwMW@%…→—");
/** Characters below this have their width in a table: names have no others. */
const FIRST_OTHER = 0x250;

/** Widths in hundredths of the font size. As they are whole numbers, sums do not depend on their order. */
function widthOf(character: string): number {
  if (NARROW.has(character)) return 41;
  if (WIDE.has(character)) return 100;
  if (character >= "A" && character <= "Z") return 78;
  return character < String.fromCharCode(FIRST_OTHER) ? 64 : 105;
}

const WIDTHS = Uint8Array.from({ length: FIRST_OTHER }, (_, code) => widthOf(String.fromCharCode(code)));
const DOTS_WIDTH = widthOf(DOTS);

function hundredths(text: string): number {
  let width = 0;
  for (const character of text) width += WIDTHS[character.charCodeAt(0)] ?? widthOf(character);
  return width;
}

/** Upper estimate of a text's width at a font size. */
export function textWidth(text: string, size: number): number {
  return (hundredths(text) * size) / 100;
}

/** How many of the characters fit beside dots, from the first on. */
function countBesideDots(characters: readonly string[], width: number, size: number): number {
  let sum = DOTS_WIDTH;
  let count = 0;
  while (count < characters.length) {
    sum += hundredths(characters[count]!);
    if ((sum * size) / 100 > width) break;
    count++;
  }
  return count;
}

/** The text, cut at its end with dots if it does not fit; empty if even the dots do not. */
export function cutEnd(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  const count = countBesideDots(characters, width, size);
  if (count > 0) return characters.slice(0, count).join("").trimEnd() + DOTS;
  return textWidth(DOTS, size) <= width ? DOTS : "";
}

/** The text, cut at its start with dots if it does not fit; empty if even the dots do not. */
export function cutStart(text: string, width: number, size: number): string {
  if (textWidth(text, size) <= width) return text;
  const characters = Array.from(text);
  const count = countBesideDots(characters.toReversed(), width, size);
  return count > 0 || textWidth(DOTS, size) <= width
    ? DOTS + characters.slice(characters.length - count).join("")
    : "";
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
