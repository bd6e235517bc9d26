// The common shape of Bookshelf files (UCLA/UMich placement formats): a first line `UCLA kind version`, comments from
// `#` to the line's end, and lines of words. Facts: the GSRC Bookshelf's format pages.

import { readLines } from "../../files.js";
import { InputError } from "../../input-error.js";

/** Larger lengths and coordinates are refused, because doubles would not hold small fractions of them. */
export const LARGEST = 1e9;

/** One line that is not empty. */
export interface Line {
  readonly words: readonly string[];
  /** `file:line`. */
  readonly where: string;
}

/**
 * Calls `each` for every line with words, in order. The first line may be `UCLA kind version`, or `kind version` as in
 * the sets of the ISPD 2011 and DAC 2012 contests. Throws `InputError` if it names another kind.
 */
export async function readWords(path: string, kind: string, each: (line: Line) => void): Promise<void> {
  let first = true;
  await readLines(path, (text, lineNumber) => {
    const comment = text.indexOf("#");
    const words = wordsOf(comment < 0 ? text : text.slice(0, comment));
    if (words.length === 0) return;
    const line = { words, where: `${path}:${lineNumber}` };
    if (first) {
      first = false;
      if (words.length === 2 && words[0] === kind && /^\d+\.\d+$/.test(words[1]!)) return;
      if (words[0] === "UCLA") {
        if (words[1] !== kind)
          throw new InputError(
            line.where,
            `'${words.join(" ")}', a Bookshelf file of kind '${kind}' was expected`,
            "does the .aux file name its parts by their right endings?",
          );
        return;
      }
    }
    each(line);
  });
}

function wordsOf(text: string): string[] {
  const trimmed = text.trim();
  return trimmed === "" ? [] : trimmed.split(/\s+/);
}

/** The words after the colon if the line is `key : …`, with or without spaces around the colon. */
export function valuesOf({ words }: Line, key: string): string[] | undefined {
  const [first, second] = words;
  if (first === undefined || first.length > key.length + 40) return undefined;
  const lower = key.toLowerCase();
  const start = first.toLowerCase();
  if (start === lower) {
    if (second === ":") return words.slice(2);
    if (second?.startsWith(":")) return [second.slice(1), ...words.slice(2)];
    return undefined;
  }
  if (!start.startsWith(`${lower}:`)) return undefined;
  const rest = first.slice(key.length + 1);
  return rest === "" ? words.slice(1) : [rest, ...words.slice(1)];
}

const DECIMAL = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/;

/** A length or place in database units. */
export function toNumber(word: string | undefined, where: string, what: string): number {
  const value = word !== undefined && DECIMAL.test(word) ? Number(word) : Number.NaN;
  if (!(Math.abs(value) <= LARGEST))
    throw new InputError(
      where,
      `${what} is ${word === undefined ? "missing" : `'${word}'`}, a number of at most 1e9 was expected`,
    );
  return value;
}

/** A count, 0 or more. */
export function toCount(word: string | undefined, where: string, what: string): number {
  const value = word !== undefined && /^\d{1,10}$/.test(word) ? Number(word) : -1;
  if (value < 0)
    throw new InputError(
      where,
      `${what} is ${word === undefined ? "missing" : `'${word}'`}, a whole number from 0 was expected`,
    );
  return value;
}

/** A count that a file announces, such as NumNodes, and its line. */
export interface Announced {
  readonly count: number;
  readonly where: string;
}

/** Throws `InputError` if an announced count is wrong. */
export function checkCount(
  path: string,
  { what, announced, found }: { what: string; announced: Announced | undefined; found: number },
): void {
  if (announced === undefined || announced.count === found) return;
  throw new InputError(
    announced.where,
    `${what} is ${announced.count}, but '${path}' holds ${found}`,
    "the file is cut off or edited: fetch it again, or correct the count",
  );
}
