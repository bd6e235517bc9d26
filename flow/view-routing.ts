// The maps of a global router that `verify RUN --out RUN/verify` has left beside a run.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { InputError, isFile } from "../netlist/index.js";
import type { Packed } from "../viz/index.js";

const HEADER = "column,row,right_wires,right_capacity,up_wires,up_capacity";

function fileOf(run: string): string {
  return join(run, "verify", "routing.csv");
}

export function hasRouting(run: string): boolean {
  return existsSync(fileOf(run));
}

/**
 * Maps of the routing: how full the edges to the right and to the top of each cell are, NaN where an edge takes no wire, and
 * wires above capacity. Throws `InputError` if there is no such file or it cannot be read.
 */
export function routingOf(run: string | undefined): Packed {
  const path = run === undefined ? undefined : fileOf(run);
  if (path === undefined || !isFile(path))
    throw new InputError(
      path ?? "routing",
      "the run has no maps of a router",
      "call verify RUN --out RUN/verify",
    );
  const [header, ...lines] = readFileSync(path, "utf8").trim().split("\n");
  const table = lines.map((line) => line.split(",").map(Number));
  const second = table.findIndex((line) => line[1] === 1);
  const columns = second < 0 ? table.length : second;
  const rows = table.length / columns;
  const isTable = table.every((line, i) => line.length === 6 && line[0] === i % columns);
  if (header !== HEADER || !Number.isInteger(rows) || rows === 0 || !isTable)
    throw new InputError(path, "is not a table as verify writes it", "call verify again");
  const fullness = (wires: number, capacity: number) => (capacity >= 1 ? wires / capacity : Number.NaN);
  const above = (wires: number, capacity: number) => Math.max(0, wires - capacity);
  const map = (value: (line: readonly number[]) => number) => Float64Array.from(table, value);
  return {
    meta: { columns, rows },
    arrays: {
      horizontal: map(([, , wires, capacity]) => fullness(wires!, capacity!)),
      vertical: map(([, , , , wires, capacity]) => fullness(wires!, capacity!)),
      overflow: map(([, , right, rightMost, up, upMost]) => above(right!, rightMost!) + above(up!, upMost!)),
    },
  };
}
