// Files of the protocol: lines of places that are saved and restored, and Tcl that places macros in other tools.
import { gunzipSync } from "node:zlib";
import { InputError, ORIENTATION_NAMES, ownBytesOf, type PlcLine, parsePlcLine } from "../netlist/index.js";

const LARGEST_FILE = 1 << 28;

/** The lines of a placement file that give places; comments are ignored. Throws `InputError` that names a bad line. */
export function readPlaces(path: string): PlcLine[] {
  const bytes = ownBytesOf(path, LARGEST_FILE);
  if (!bytes) throw new InputError(path, "no such file");
  const lines: PlcLine[] = [];
  textOf(path, bytes)
    .split(/\r?\n/)
    .forEach((line, i) => {
      const text = line.trim();
      if (text !== "" && !text.startsWith("#")) lines.push(parsePlcLine(text, `${path}:${i + 1}`, i + 1));
    });
  return lines;
}

function textOf(path: string, bytes: Buffer): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes.toString("utf8");
  try {
    return gunzipSync(bytes, { maxOutputLength: LARGEST_FILE }).toString("utf8");
  } catch {
    throw new InputError(path, "is no whole gzip file");
  }
}

/** A number with six significant digits, as C++ streams write it. */
export function sixDigits(value: number): string {
  if (value === 0) return "0";
  const [digits, power] = value.toExponential(5).split("e") as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < 6) return withoutZeros(value.toFixed(5 - exponent));
  const sign = exponent < 0 ? "-" : "+";
  return `${withoutZeros(digits)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withoutZeros(decimal: string): string {
  return decimal.includes(".") ? decimal.replace(/\.?0+$/, "") : decimal;
}

/** A macro where Tcl puts it: lengths in µm, `left` and `bottom` of its box as it is turned. */
export interface TclMacro {
  readonly name: string;
  readonly left: number;
  readonly bottom: number;
  readonly orientation: number;
}

/** Commands of one tool that place a macro and fix it. */
const TOOLS: Readonly<Record<string, (macro: TclMacro, name: string, turn: string) => string>> = {
  innovus: ({ left, bottom }, name, turn) =>
    `placeInstance ${name} ${sixDecimals(left)} ${sixDecimals(bottom)} ${INNOVUS[turn]} -fixed`,
  icc2: ({ left, bottom }, name, turn) =>
    `set_cell_location -coordinates {${sixDecimals(left)} ${sixDecimals(bottom)}} -orientation ${INNOVUS[turn]} -fixed ${name}`,
  dct: ({ left, bottom }, name, turn) =>
    `set_cell_location -coordinates {${sixDecimals(left)} ${sixDecimals(bottom)}} -orientation ${turn} -fixed ${name}`,
};

/** DEF's names as R and M words, which Innovus and ICC2 read. */
const INNOVUS: Readonly<Record<string, string>> = Object.fromEntries(
  ["R0", "MY", "R180", "MX", "R270", "MY90", "R90", "MX90"].map((word, code) => [
    ORIENTATION_NAMES[code]!,
    word,
  ]),
);

/** Tcl that places `macros` in `tool`: dct, innovus or icc2. Throws `InputError` for any other. */
export function placementTcl(macros: readonly TclMacro[], tool: string, project: string): string {
  const command = Object.hasOwn(TOOLS, tool) ? TOOLS[tool] : undefined;
  if (!command)
    throw new InputError(`tool '${tool}'`, `one of ${Object.keys(TOOLS).join(", ")} was expected`);
  const lines = macros.map((macro) =>
    command(macro, `{${macro.name}}`, ORIENTATION_NAMES[macro.orientation]!),
  );
  return [`# Macro placement for ${tool}: ${project.replace(/\s+/g, " ")}`, ...lines, ""].join("\n");
}

function sixDecimals(value: number): string {
  return withoutZeros(value.toFixed(6));
}
