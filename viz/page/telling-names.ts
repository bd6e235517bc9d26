// Short forms of names that keep what tells a name from the others: what all have in common goes first, and last what is
// the same at one level of the hierarchy.

import { cutStart, textWidth } from "../text-fit.js";

/** By the index of a name: its forms, from the whole name to the shortest. No two are equal. */
export function tellingNames(names: readonly string[]): (index: number) => readonly string[] {
  const paths = names.map((name) => name.split("/"));
  const ends = commonEnds(paths);
  // Names with as many levels are alike: at each level, what the names there begin and end with.
  const alike = new Map<number, Level[]>();
  for (const path of paths) if (!alike.has(path.length)) alike.set(path.length, levelsOf(paths, path.length));
  const shortOf = (path: readonly string[]) => {
    const levels = alike.get(path.length)!;
    return path
      .map((part, level) => ({ part, level: levels[level]! }))
      .filter(({ level }) => !level.isConstant)
      .map(({ part, level }) => keptOf(part, level))
      .join("/");
  };
  const prefixes = new Map<readonly Level[], readonly ReadonlyMap<string, string>[]>();
  for (const [length, levels] of alike) prefixes.set(levels, prefixesOf(paths, length, levels));
  /** With as little of the upper levels as tells them apart. */
  const briefOf = (path: readonly string[]) => {
    const levels = alike.get(path.length)!;
    const brief = prefixes.get(levels)!;
    return path
      .map((part, at) => (at < path.length - 1 ? brief[at]!.get(part)! : keptOf(part, levels[at]!)))
      .filter((_, at) => !levels[at]!.isConstant)
      .join("/");
  };
  const taken = new Map<string, number>();
  for (const path of paths)
    for (const form of new Set([shortOf(path), briefOf(path)])) taken.set(form, (taken.get(form) ?? 0) + 1);
  return (index) => {
    const path = paths[index]!;
    const inner = path.slice(ends.start, path.length - ends.end);
    const forms = [names[index]!, path.slice(ends.start).join("/"), inner.join("/")];
    // Paths of different lengths may have the same short form.
    for (const short of [shortOf(path), briefOf(path)]) if (taken.get(short) === 1) forms.push(short);
    return [...new Set(forms.filter(Boolean))];
  };
}

/** By the index of a text: how many characters at its end no other text ends with. More than it has if it ends another. */
export function tellingEnds(texts: readonly string[]): readonly number[] {
  const ends = new Array<number>(texts.length).fill(1);
  const reversed = texts.map((text, index) => ({ index, text: [...text].reverse().join("") }));
  reversed.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0));
  reversed.forEach(({ index, text }, at) => {
    const next = reversed[at + 1];
    if (!next) return;
    const common = commonStart(text, next.text) + 1;
    ends[index] = Math.max(ends[index]!, common);
    ends[next.index] = Math.max(ends[next.index]!, common);
  });
  return ends;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return length;
}

/** What is left of a part without what all of its level have in common. */
function keptOf(part: string, { initial, start, end }: Level): string {
  return initial + part.slice(start, part.length - end);
}

/** By the level and the part there: the shortest beginning of what is left of it that no other part of the level has. */
function prefixesOf(
  paths: readonly (readonly string[])[],
  length: number,
  levels: readonly Level[],
): readonly ReadonlyMap<string, string>[] {
  return levels.map((level, at) => {
    const parts = new Set(paths.filter((path) => path.length === length).map((path) => path[at]!));
    const sorted = [...parts].map((part) => ({ part, kept: keptOf(part, level) }));
    sorted.sort((a, b) => (a.kept < b.kept ? -1 : a.kept > b.kept ? 1 : 0));
    const found = new Map<string, string>();
    sorted.forEach(({ part, kept }, i) => {
      const alike = (other: { readonly kept: string } | undefined) =>
        other ? commonStart(kept, other.kept) : 0;
      let size = Math.max(alike(sorted[i - 1]), alike(sorted[i + 1])) + 1;
      // Half a number would be another one.
      while (size < kept.length && /\d/.test(kept[size - 1]!) && /\d/.test(kept[size]!)) size++;
      found.set(part, kept.slice(0, size));
    });
    return found;
  });
}

/** How many levels all paths begin and end with. At least one level of each path is left. */
function commonEnds(paths: readonly (readonly string[])[]): { readonly start: number; readonly end: number } {
  const [first] = paths;
  if (!first || paths.length < 2) return { start: 0, end: 0 };
  let most = first.length - 1;
  for (const path of paths) most = Math.min(most, path.length - 1);
  let start = 0;
  while (start < most && paths.every((path) => path[start] === first[start])) start++;
  let end = 0;
  while (start + end < most && paths.every((path) => path.at(-1 - end) === first.at(-1 - end))) end++;
  return { start, end };
}

/** What the parts of one level have in common. */
interface Level {
  readonly isConstant: boolean;
  /** The first letter of what all begin with. */
  readonly initial: string;
  /** Characters that all begin and end with. */
  readonly start: number;
  readonly end: number;
}

function levelsOf(paths: readonly (readonly string[])[], length: number): Level[] {
  const alike = paths.filter((path) => path.length === length);
  return Array.from({ length }, (_, level) => {
    const parts = [...new Set(alike.map((path) => path[level]!))];
    const [first = ""] = parts;
    const isConstant = parts.length < 2;
    const common = parts.map(tokensOf);
    let tokens = 0;
    while (
      !isConstant &&
      common.every((each) => each[tokens] !== undefined && each[tokens] === common[0]![tokens])
    )
      tokens++;
    let last = 0;
    const rest = (each: readonly string[]) => each.length - tokens - last;
    while (
      !isConstant &&
      common.every((each) => rest(each) > 0 && each.at(-1 - last) === common[0]!.at(-1 - last))
    )
      last++;
    const size = (list: readonly string[]) => list.reduce((sum, token) => sum + token.length, 0);
    const start = size(common[0]!.slice(0, tokens));
    const end = last === 0 ? 0 : size(common[0]!.slice(-last));
    return {
      isConstant,
      initial: start > 0 ? (/[A-Za-z]/.exec(first.slice(0, start))?.[0] ?? "") : "",
      start,
      end,
    };
  });
}

/** Numbers, words and what separates them. */
function tokensOf(text: string): string[] {
  return text.match(/\d+|[A-Za-z]+|[^A-Za-z\d]+/g) ?? [];
}

/** Fewest characters that are left of a form that is cut, with the dots before them. */
const LEAST_CUT = 9;

/** A text, and at most how wide it is in pixels. */
export interface Label {
  readonly text: string;
  readonly width: number;
}

/** How a name is fitted into a width. */
export interface LabelOptions {
  /** Font size, pixels. */
  readonly size: number;
  /** Characters at the end of the shortest form that tell it from those of other names. */
  readonly leastEnd?: number;
}

/**
 * Chooses a name's label for a width in pixels: the longest form that fits, else the end of the shortest one; none if that would
 * be only a few characters, or might be another name's. Texts are measured once.
 */
export function labelFitter(
  forms: readonly string[],
  { size, leastEnd = 1 }: LabelOptions,
): (width: number) => Label | undefined {
  const shortest = forms.at(-1)!;
  let labels: readonly Label[] | undefined;
  let leastCut = Number.POSITIVE_INFINITY;
  return (width) => {
    if (!labels) {
      labels = forms.map((text) => ({ text, width: textWidth(text, size) }));
      if (shortest.length >= LEAST_CUT) leastCut = textWidth(shortest.slice(1 - LEAST_CUT), size);
    }
    const fits = labels.find((label) => label.width <= width);
    if (fits || width < leastCut) return fits;
    const text = cutStart(shortest, width, size);
    return text.length >= LEAST_CUT && text.length > leastEnd ? { text, width } : undefined;
  };
}
