// Placement files (`.plc`): `#` header lines with canvas, grid and routing resources, then one line
// `index x y orientation fixed` per placed port and macro. Facts: Circuit Training's `save_placement`.
import type { Blockage, Canvas, Grid, RoutingResources } from "./block.js";
import { InputError } from "./input-error.js";
import { orientationCode } from "./orientation.js";
import { readText } from "./text-stream.js";

/** What a placement file says; a part that its header does not mention is undefined. */
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
  readonly lines: readonly PlcLine[];
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

const NUMBER = "([-+0-9.eE]+)";
const HEADER = {
  grid: new RegExp(`^Columns\\s*:\\s*${NUMBER}\\s+Rows\\s*:\\s*${NUMBER}`),
  canvas: new RegExp(`^Width\\s*:\\s*${NUMBER}\\s+Height\\s*:\\s*${NUMBER}`),
  routes: new RegExp(`^Routes per micron, hor\\s*:\\s*${NUMBER}\\s+ver\\s*:\\s*${NUMBER}`),
  used: new RegExp(`^Routes used by macros, hor\\s*:\\s*${NUMBER}\\s+ver\\s*:\\s*${NUMBER}`),
  smoothing: new RegExp(`^Smoothing factor\\s*:\\s*${NUMBER}`),
  threshold: new RegExp(`^Overlap threshold\\s*:\\s*${NUMBER}`),
  blockage: new RegExp(`^Blockage\\s*:\\s*${NUMBER}\\s+${NUMBER}\\s+${NUMBER}\\s+${NUMBER}\\s+${NUMBER}`),
};

/** Reads a placement file. Throws `InputError` with the line of what is wrong. */
export async function readPlc(path: string): Promise<PlcFile> {
  const header: Partial<Record<keyof typeof HEADER, number[]>> = {};
  const blockages: Blockage[] = [];
  const names: { project?: string; block?: string } = {};
  const lines: PlcLine[] = [];
  let lineNumber = 0;
  for (const line of (await readText(path)).split("\n")) {
    lineNumber++;
    const where = `${path}:${lineNumber}`;
    const text = line.trim();
    if (text === "") continue;
    if (!text.startsWith("#")) {
      lines.push(parsePlace(text, where, lineNumber));
      continue;
    }
    const comment = text.slice(1).trim();
    for (const key of Object.keys(HEADER) as (keyof typeof HEADER)[]) {
      const match = HEADER[key].exec(comment);
      if (!match) continue;
      const numbers = match.slice(1).map((word) => finite(word, where, `header '${comment}'`));
      if (key === "blockage") blockages.push(toBlockage(numbers, where));
      else header[key] = numbers;
    }
    const name = /^(Project|Block)\s*:\s*(\S.*)$/.exec(comment);
    if (name?.[1] === "Project") names.project = name[2]!;
    else if (name) names.block = name[2]!;
  }
  if (header.grid && !header.grid.every((n) => Number.isInteger(n) && n >= 1 && n <= 1024))
    throw new InputError(
      path,
      `the grid is ${header.grid.join(" x ")}, whole numbers from 1 to 1024 were expected`,
    );
  if (header.canvas && !header.canvas.every((n) => n > 0))
    throw new InputError(
      path,
      `the canvas is ${header.canvas.join(" x ")} µm, both greater than 0 were expected`,
    );
  if (header.routes && !header.routes.every((n) => n > 0))
    throw new InputError(
      path,
      `routes per micron are ${header.routes.join(" and ")}, greater than 0 was expected`,
    );
  if (header.used && !header.used.every((n) => n >= 0))
    throw new InputError(
      path,
      `routes used by macros are ${header.used.join(" and ")}, 0 or more was expected`,
    );
  return {
    path,
    ...names,
    blockages,
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

function parsePlace(text: string, where: string, lineNumber: number): PlcLine {
  const words = text.split(/\s+/);
  if (words.length !== 5)
    throw new InputError(where, `${words.length} words, five were expected: index x y orientation fixed`);
  const index = Number(words[0]);
  if (!Number.isInteger(index) || index < 0)
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

function toBlockage(numbers: number[], where: string): Blockage {
  const [left, bottom, right, top, rate] = numbers as [number, number, number, number, number];
  if (!(left <= right && bottom <= top))
    throw new InputError(where, "the blockage's corners are not lower left, then upper right");
  if (!(rate >= 0 && rate <= 1))
    throw new InputError(where, `the blockage's rate is ${rate}, 0 to 1 was expected`);
  return { left, bottom, right, top, rate };
}

function finite(word: string, where: string, what: string): number {
  const value = Number(word);
  if (!Number.isFinite(value))
    throw new InputError(where, `${what} is '${word}', a finite number was expected`);
  return value;
}
