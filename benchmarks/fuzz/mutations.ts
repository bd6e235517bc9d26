// Structured mutations of files: of bytes, words, numbers, names, lines and sections, of JSON values, of encodings and
// of gzip members. A random stream determines each mutation.
import { gzipSync } from "node:zlib";
import type { Random } from "../../netlist/index.js";

const NUMBERS = [
  ...[
    "NaN",
    "nan",
    "inf",
    "-inf",
    "Infinity",
    "-Infinity",
    "1e308",
    "-1e308",
    "1.7976931348623157e308",
    "1e400",
  ],
  ...["5e-324", "1e-320", "1e-7", "1.8e19", "18446744073709551616", "9007199254740993", "4294967296"],
  ...["2147483648", "-2147483649", "1000000000", "1000000001", "65536", "1025", "1024", "1e10", "1e5"],
  ...["-1", "0", "-0", "-0.0", "0.5", "1", "2", "0x10", "1_000", ".", "-", "+", "1e", "1,5", "00012"],
];
const WORDS = [
  ...[
    ":",
    ";",
    "{",
    "}",
    "(",
    ")",
    "[",
    "]",
    '"',
    "'",
    "\\",
    "#",
    "*",
    "+",
    "/",
    "..",
    "/FIXED",
    "/dev/zero",
  ],
  ...["\n", "\r", "\t", "\0", "é", "\u2028", "\u0085", "\ufeff", "\ud800", "😀", "</script>", "$(x)", "%s"],
  ...[
    "terminal",
    "NetDegree",
    "End",
    "END",
    "UCLA",
    "node",
    "name",
    "attr",
    "MACRO",
    "PORT",
    "RECT",
    "N",
    "FE",
  ],
  ...["Columns : 1024  Rows : 1024", "Width : 1e308  Height : 5e-324", "Smoothing factor : 1e9"],
  ...["__proto__", "constructor", "toString", "a", "m", "p", "null", "true"],
];
const VALUES: readonly unknown[] = [
  ...[null, true, false, "", "x", "__proto__", "../../x", "/dev/null", "NaN", "\u2028", [], {}, [[]], [null]],
  ...[0, -0, -1, 0.5, 1, 2, 7, 8, 255, 1e5, 1e10, 2 ** 31, 2 ** 53, 1.8e19, 1e308, -1e308, 5e-324],
];

type Change<Part> = (parts: Part[], at: number) => void;

/** The text after one to three mutations; one is most likely to be still accepted. */
export function mutateText(text: string, random: Random): string {
  let result = text;
  for (let i = random.below(1 + random.below(3)); i >= 0; i--)
    result = TEXT_MUTATIONS[random.below(TEXT_MUTATIONS.length)]!(result, random);
  return result;
}

const lines = (text: string) => text.split(/(?<=\n)/);
const words = (text: string) => text.split(/(?<=\s)/);
/** Every second part is a number. */
const numbers = (text: string) => text.split(/(-?\b\d+(?:\.\d*)?(?:e[+-]?\d+)?)/i);
/** Every second part is a word of a name. */
const names = (text: string) => text.split(/([A-Za-z_][\w/[\]]*)/);

const TEXT_MUTATIONS: readonly ((text: string, random: Random) => string)[] = [
  (text, random) => text.slice(0, random.below(text.length + 1)),
  (text, random) => text.slice(random.below(text.length + 1)),
  (text, random) => {
    const at = random.below(text.length + 1);
    return text.slice(0, at) + String.fromCharCode(random.below(256)) + text.slice(at + 1);
  },
  (text, random) => onOne(lines(text), random, (parts, at) => parts.splice(at, 1 + random.below(3))),
  (text, random) => onOne(lines(text), random, (parts, at) => parts.splice(at, 0, parts[at]!)),
  (text, random) => onOne(words(text), random, (parts, at) => parts.splice(at, 1)),
  (text, random) => onOne(words(text), random, (parts, at) => parts.splice(at, 1, `${pick(random, WORDS)} `)),
  // Numbers occur most often, and most of them still read.
  ...Array.from({ length: 5 }, () => otherNumber),
  // One number of the same file for another, or one name: cycles, references to itself, duplicates.
  (text, random) => onEverySecond(numbers(text), random, (parts, at) => swapIn(parts, at, random)),
  (text, random) => onEverySecond(names(text), random, (parts, at) => swapIn(parts, at, random)),
  (text, random) =>
    onEverySecond(names(text), random, (parts, at) => parts.splice(at, 1, pick(random, WORDS))),
  // Sections doubled, moved, removed or repeated.
  (text, random) => withSection(text, random, (section) => section + section),
  (text, random) => withSection(text, random, () => ""),
  (text, random) => moved(text, random),
  (text, random) => moved(text, random),
  (text, random) => {
    const many = 1 + random.below(400);
    return withSection(text, random, (section) => section.repeat(section.length < 200 ? many : 2));
  },
  // Very long names, lines and nets.
  (text, random) => {
    const many = 1 + random.below(random.below(8) === 0 ? 300_000 : 2000);
    return onOne(words(text), random, (parts, at) =>
      parts.splice(at, 0, parts[at]!.slice(0, 8).repeat(many)),
    );
  },
  (text, random) => {
    const many = 1 + random.below(60_000);
    return onEverySecond(names(text), random, (parts, at) => parts.splice(at, 1, "n".repeat(many)));
  },
];

function otherNumber(text: string, random: Random): string {
  return onEverySecond(numbers(text), random, (parts, at) => parts.splice(at, 1, pick(random, NUMBERS)));
}

function swapIn(parts: string[], at: number, random: Random): void {
  parts[at] = parts[1 + 2 * random.below((parts.length - 1) / 2)]!;
}

function onOne(parts: string[], random: Random, change: Change<string>): string {
  if (parts.length > 0) change(parts, random.below(parts.length));
  return parts.join("");
}

function onEverySecond(parts: string[], random: Random, change: Change<string>): string {
  if (parts.length > 1) change(parts, 1 + 2 * random.below((parts.length - 1) / 2));
  return parts.join("");
}

/** Replaces up to 30 lines. */
function withSection(text: string, random: Random, change: (section: string) => string): string {
  const all = lines(text);
  const from = random.below(all.length + 1);
  const to = from + random.below(Math.min(30, all.length - from) + 1);
  return [...all.slice(0, from), change(all.slice(from, to).join("")), ...all.slice(to)].join("");
}

function moved(text: string, random: Random): string {
  let section = "";
  const rest = lines(
    withSection(text, random, (found) => {
      section = found;
      return "";
    }),
  );
  const at = random.below(rest.length + 1);
  return [...rest.slice(0, at), section, ...rest.slice(at)].join("");
}

/** The text of a JSON value after one to three of its values, at any depth, were replaced, removed or doubled. */
export function mutateJson(text: string, random: Random): string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return mutateText(text, random);
  }
  for (let i = random.below(1 + random.below(3)); i >= 0; i--) value = changed(value, random);
  return JSON.stringify(value) ?? "";
}

function changed(value: unknown, random: Random): unknown {
  const inner = typeof value === "object" && value !== null && Object.keys(value).length > 0;
  if (!inner || random.below(5) === 0) return otherValue(value, random);
  if (Array.isArray(value)) {
    const copy = [...(value as unknown[])];
    const at = random.below(copy.length);
    const action = random.below(8);
    if (action === 0) copy.splice(at, 1);
    else if (action === 1) copy.splice(at, 0, copy[at]);
    else if (action === 2) copy.push(otherValue(copy[at], random));
    else copy[at] = changed(copy[at], random);
    return copy;
  }
  const entries = Object.entries(value as object);
  const at = random.below(entries.length);
  const action = random.below(8);
  if (action === 0) entries.splice(at, 1);
  else if (action === 1) entries.push([pick(random, WORDS), otherValue(entries[at]![1], random)]);
  else if (action === 2) entries[at] = [pick(random, entries)[0], entries[at]![1]];
  else entries[at] = [entries[at]![0], changed(entries[at]![1], random)];
  return Object.fromEntries(entries);
}

function otherValue(value: unknown, random: Random): unknown {
  const action = random.below(8);
  if (action === 0 && typeof value === "string") return mutateText(value, random);
  if (action === 1 && typeof value === "string") return value.repeat(1 + random.below(5000));
  if (action === 2) return [value];
  if (action === 3) {
    let deep: unknown = value;
    for (let i = random.below(800); i >= 0; i--) deep = [deep];
    return deep;
  }
  return pick(random, VALUES);
}

/** The bytes of a broken file: a mutated text in some encoding, plain or as gzip that may be broken too. */
export function brokenFile(
  text: string,
  random: Random,
  mutate: (text: string, random: Random) => string = mutateText,
): Uint8Array {
  const kind = random.below(16);
  if (kind === 0) return inEncoding(random.below(2) === 0 ? text : mutate(text, random), random);
  if (kind === 1) return gzipped(random.below(2) === 0 ? text : mutate(text, random), random);
  return Buffer.from(mutate(text, random));
}

function inEncoding(text: string, random: Random): Uint8Array {
  switch (random.below(8)) {
    case 0:
      return Buffer.from(`\ufeff${text}`, "utf16le");
    case 1:
      return Buffer.from(`\ufeff${text}`, "utf16le").swap16();
    case 2:
      return Buffer.from(text, "utf16le");
    case 3:
      return Buffer.from(`\ufeff${text}`);
    case 4:
      return Buffer.from(text.replace(/[aeo]/g, "ö"), "latin1");
    case 5:
      return Buffer.from(text.replaceAll("\n", "\r\n"));
    case 6:
      return Buffer.from(text.replaceAll("\n", "\r"));
    default:
      return Buffer.from(`${text}${"\0".repeat(1 + random.below(5000))}`);
  }
}

function gzipped(text: string, random: Random): Uint8Array {
  const packed = gzipSync(text);
  const cut = random.below(text.length + 1);
  switch (random.below(7)) {
    case 0:
      return packed.subarray(0, random.below(packed.length));
    case 1: {
      packed[random.below(packed.length)]! ^= 1 << random.below(8);
      return packed;
    }
    case 2: // two members, as `cat a.gz b.gz` gives
      return Buffer.concat([gzipSync(text.slice(0, cut)), gzipSync(text.slice(cut))]);
    case 3:
      return Buffer.concat([packed, packed.subarray(0, random.below(packed.length))]);
    case 4:
      return Buffer.concat([packed, Buffer.from("trailing")]);
    case 5:
      return gzipSync(packed);
    default: // highly compressed: a thousand times its size
      return gzipSync(text + "\n".repeat(random.below(3_000_000)));
  }
}

/** Bytes with one to three changes: a bit, a cut, a range that is doubled, zeroed or filled with 255. */
export function mutateBytes(bytes: Uint8Array, random: Random): Uint8Array {
  let result = Buffer.from(bytes);
  for (let i = random.below(3); i >= 0; i--) {
    const from = random.below(result.length + 1);
    const to = from + random.below(Math.min(64, result.length - from) + 1);
    const action = random.below(6);
    if (action === 0) result = result.subarray(0, from);
    else if (action === 1) result = Buffer.concat([result.subarray(0, to), result.subarray(from)]);
    else if (action === 2) result.fill(0, from, to);
    else if (action === 3) result.fill(255, from, to);
    else if (from < result.length) result[from]! ^= 1 << random.below(8);
  }
  return result;
}

export function pick<Value>(random: Random, values: readonly Value[]): Value {
  return values[random.below(values.length)]!;
}
