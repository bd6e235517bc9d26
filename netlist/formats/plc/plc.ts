// Placement files (`.plc`): `#` header lines with canvas, grid and routing resources, then one line
// `index x y orientation fixed` per placed port and macro. Facts: Circuit Training's `save_placement`.
import { append } from "../../arrays.js";
import {
  type Blockage,
  type Canvas,
  type Grid,
  MOST_SMOOTHING,
  type NodeKind,
  type RoutingResources,
} from "../../block.js";
import { readLines } from "../../files.js";
import { InputError } from "../../input-error.js";
import { orientationCode } from "../../orientation.js";

/** Contents of a placement file. Fields that its header lacks are undefined. */
export interface PlcFile {
  readonly path: string;
  readonly canvas?: Canvas;
  readonly grid?: Grid;
  readonly routing?: RoutingResources;
  readonly smoothing?: number;
  readonly overlapThreshold?: number;
  readonly blockages: readonly Blockage[];
  readonly project?: string;
  readonly block?: string;
  /** How many nodes of a kind the netlist has. */
  readonly counts: readonly PlcCount[];
  readonly lines: readonly PlcLine[];
}

export interface PlcCount {
  readonly label: string;
  readonly kind: NodeKind;
  readonly count: number;
  readonly lineNumber: number;
}

export interface PlcLine {
  /** Index of the node in the netlist file. */
  readonly index: number;
  readonly x: number;
  readonly y: number;
  readonly orientation: number;
  readonly fixed: boolean;
  readonly lineNumber: number;
}

/** A header field: how its line starts, the numbers in it, and what they must be. */
interface HeaderField {
  readonly label: RegExp;
  readonly numbers: RegExp;
  readonly check: (numbers: readonly number[]) => boolean;
  readonly expected: string;
}

/** By `NodeKind`. */
export const COUNT_LABELS = ["HARD_MACROs", "SOFT_MACROs", "STDCELLs", "PORTs"] as const;
const COUNT = new RegExp(`^(${COUNT_LABELS.join("|")})\\s*:\\s*(\\d+)$`);

const N = "([-+0-9.eE]+)";
const areAllPositive = (numbers: readonly number[]) => numbers.every((n) => n > 0);

function field(
  label: string,
  { rest, ...rule }: { readonly rest: string } & Pick<HeaderField, "expected" | "check">,
): HeaderField {
  return {
    label: new RegExp(`^${label}\\s*:`),
    numbers: new RegExp(`^${label}\\s*:\\s*${rest}(\\s|$)`),
    ...rule,
  };
}

const HEADER = {
  grid: field("Columns", {
    rest: `${N}\\s+Rows\\s*:\\s*${N}`,
    expected: "whole columns and rows from 1 to 1024",
    check: (numbers) => numbers.every((n) => Number.isInteger(n) && n >= 1 && n <= 1024),
  }),
  canvas: field("Width", {
    rest: `${N}\\s+Height\\s*:\\s*${N}`,
    expected: "a width and a height greater than 0",
    check: areAllPositive,
  }),
  routes: field("Routes per micron, hor", {
    rest: `${N}\\s+ver\\s*:\\s*${N}`,
    expected: "two numbers of tracks greater than 0",
    check: areAllPositive,
  }),
  used: field("Routes used by macros, hor", {
    rest: `${N}\\s+ver\\s*:\\s*${N}`,
    expected: "two numbers of tracks, 0 or more",
    check: (numbers) => numbers.every((n) => n >= 0),
  }),
  smoothing: field("Smoothing factor", {
    rest: N,
    expected: `a whole number from 0 to ${MOST_SMOOTHING}`,
    check: ([n]) => Number.isInteger(n) && n! >= 0 && n! <= MOST_SMOOTHING,
  }),
  threshold: field("Overlap threshold", {
    rest: N,
    expected: "a share from 0 to 1",
    check: ([n]) => n! >= 0 && n! <= 1,
  }),
  blockage: field("Blockage", {
    rest: `${N}\\s+${N}\\s+${N}\\s+${N}\\s+${N}`,
    expected: "lower left x y, upper right x y, and a rate from 0 to 1",
    check: ([left, bottom, right, top, rate]) =>
      left! <= right! && bottom! <= top! && rate! >= 0 && rate! <= 1,
  }),
} as const;
type HeaderKey = keyof typeof HEADER;
const HEADER_KEYS = Object.keys(HEADER) as HeaderKey[];

/** Reads a placement file. Throws `InputError` with the line of the error. */
export async function readPlc(path: string): Promise<PlcFile> {
  const header: Partial<Record<HeaderKey, number[]>> = {};
  const blockages: Blockage[] = [];
  const names: { project?: string; block?: string } = {};
  const counts: PlcCount[] = [];
  const lines: PlcLine[] = [];
  await readLines(path, (line, lineNumber) => {
    const text = line.trim();
    if (text === "") return;
    const where = `${path}:${lineNumber}`;
    if (!text.startsWith("#")) {
      lines.push(parsePlcLine(text, where, lineNumber));
      return;
    }
    const comment = text.slice(1).trim();
    const key = HEADER_KEYS.find((key) => HEADER[key].label.test(comment));
    if (key === undefined) {
      const name = /^(Project|Block)\s*:\s*(\S.*)$/.exec(comment);
      if (name?.[1] === "Project") names.project = name[2]!;
      else if (name) names.block = name[2]!;
      else append(counts, countsIn(comment, lineNumber));
    } else {
      const numbers = headerNumbers(HEADER[key], comment, where);
      if (key === "blockage") blockages.push(toBlockage(numbers));
      else header[key] = numbers;
    }
  });
  if (lines.length === 0 && blockages.length === 0 && Object.keys({ ...header, ...names }).length === 0)
    throw new InputError(
      path,
      "neither a header field nor a place found",
      "is this a placement file (.plc)?",
    );
  return {
    path,
    ...names,
    blockages,
    counts,
    lines,
    ...(header.grid && { grid: { columns: header.grid[0]!, rows: header.grid[1]! } }),
    ...(header.canvas && { canvas: { width: header.canvas[0]!, height: header.canvas[1]! } }),
    ...(header.routes &&
      header.used && {
        routing: {
          horizontal: header.routes[0]!,
          vertical: header.routes[1]!,
          horizontalUsedByMacros: header.used[0]!,
          verticalUsedByMacros: header.used[1]!,
        },
      }),
    ...(header.smoothing && { smoothing: header.smoothing[0]! }),
    ...(header.threshold && { overlapThreshold: header.threshold[0]! }),
  };
}

/** The node count in a header line, if it is one. */
function countsIn(comment: string, lineNumber: number): PlcCount[] {
  const match = COUNT.exec(comment);
  if (!match) return [];
  const label = match[1]!;
  const kind = (COUNT_LABELS as readonly string[]).indexOf(label) as NodeKind;
  return [{ label, kind, count: Number(match[2]), lineNumber }];
}

/** Throws `InputError` for a header line, without its `#`, that `readPlc` refuses. */
export function checkHeaderLine(comment: string, where: string): void {
  const key = HEADER_KEYS.find((key) => HEADER[key].label.test(comment));
  if (key !== undefined) headerNumbers(HEADER[key], comment, where);
}

function headerNumbers(field: HeaderField, comment: string, where: string): number[] {
  const match = field.numbers.exec(comment);
  const numbers = match ? match.slice(1, -1).map(Number) : [];
  if (!match || !numbers.every(Number.isFinite) || !field.check(numbers))
    throw new InputError(where, `header '${comment}', ${field.expected} was expected`);
  return numbers;
}

/** Reads one line of places, without blanks around it. Throws `InputError` that names `where`. */
export function parsePlcLine(text: string, where: string, lineNumber: number): PlcLine {
  const words = text.split(/\s+/);
  if (words.length !== 5)
    throw new InputError(where, `${words.length} words, five were expected: index x y orientation fixed`);
  const index = /^\d+$/.test(words[0]!) ? Number(words[0]) : -1;
  if (!Number.isSafeInteger(index) || index < 0)
    throw new InputError(where, `node index '${words[0]}', a whole number from 0 was expected`);
  const orientation = words[3] === "-" ? 0 : orientationCode(words[3]!);
  if (orientation < 0)
    throw new InputError(where, `orientation '${words[3]}', one of N FN S FS E FE W FW - was expected`);
  if (words[4] !== "0" && words[4] !== "1")
    throw new InputError(where, `fixed flag '${words[4]}', 0 or 1 was expected`);
  return {
    index,
    x: finite(words[1]!, where, "x"),
    y: finite(words[2]!, where, "y"),
    orientation,
    fixed: words[4] === "1",
    lineNumber,
  };
}

function toBlockage(numbers: readonly number[]): Blockage {
  const [left, bottom, right, top, rate] = numbers as [number, number, number, number, number];
  return { left, bottom, right, top, rate };
}

function finite(word: string, where: string, what: string): number {
  const value = /^[-+0-9.eE]+$/.test(word) ? Number(word) : Number.NaN;
  if (!Number.isFinite(value))
    throw new InputError(where, `${what} is '${word}', a finite number was expected`);
  return value;
}
