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
      .map(({ part, level }) => level.initial + part.slice(level.start, part.length - level.end))
      .join("/");
  };
  const taken = new Map<string, number>();
  for (const path of paths) taken.set(shortOf(path), (taken.get(shortOf(path)) ?? 0) + 1);
  return (index) => {
    const path = paths[index]!;
    const inner = path.slice(ends.start, path.length - ends.end);
    const short = shortOf(path);
    const forms = [names[index]!, path.slice(ends.start).join("/"), inner.join("/")];
    // Paths of different lengths may have the same short form.
    if (taken.get(short) === 1) forms.push(short);
    return [...new Set(forms.filter(Boolean))];
  };
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

/**
 * Chooses a name's label for a width in pixels: the longest form that fits, else the end of the shortest one; none if that would
 * be only a few characters. Texts are measured once.
 */
export function labelFitter(forms: readonly string[], size: number): (width: number) => Label | undefined {
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
    return text.length >= LEAST_CUT ? { text, width } : undefined;
  };
}
