// Writes a large flat block for measurements of scale, as a Bookshelf set: cells in rows, nets of two to five pins among cells
// whose numbers are near, some nets with many pins, fixed cells and macros everywhere.
// Run: node dist/benchmarks/large-block.js OUT.aux [--cells N] [--utilisation U] [--fixed N] [--macros N] [--net-pins N] [--nets N] [--placed]

import { once } from "node:events";
import { createWriteStream, writeFileSync } from "node:fs";
import { basename } from "node:path";
import { parseArgs } from "node:util";
import { Random } from "../netlist/index.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cells: { type: "string", default: "1000000" },
    /** Area of cells that move, over the sites that are free for them. */
    utilisation: { type: "string", default: "0.8" },
    /** Cells that stand. */
    fixed: { type: "string", default: "1000" },
    macros: { type: "string", default: "16" },
    /** Nets with many pins, and how many. */
    "net-pins": { type: "string", default: "100000" },
    nets: { type: "string", default: "2" },
    /** Gives cells places: as they are numbered, row by row over the whole floor. */
    placed: { type: "boolean", default: false },
  },
});
const [aux] = positionals;
if (!aux?.endsWith(".aux")) {
  console.error(
    "usage: node dist/benchmarks/large-block.js OUT.aux [--cells N] [--utilisation U] [--fixed N] [--macros N]",
  );
  process.exit(1);
}
const [cells, utilisation, fixed, macros] = [
  Number(values.cells),
  Number(values.utilisation),
  Number(values.fixed),
  Number(values.macros),
];
const [largePins, largeNets] = [Math.min(cells, Number(values["net-pins"])), Number(values.nets)];
const HEIGHT = 12;
const WIDTHS = [2, 3, 4, 5, 6, 8];
const FIXED_WIDTH = 4;
const random = Random.stream(1, "large block");
const stem = aux.slice(0, -".aux".length);

/** Lines go out in pieces: whole files would not fit in memory. */
async function write(ending: string, head: readonly string[], lines: Iterable<string>): Promise<void> {
  const file = createWriteStream(`${stem}.${ending}`);
  let piece = `UCLA ${ending} 1.0\n${head.join("\n")}\n`;
  for (const line of lines) {
    piece += `${line}\n`;
    if (piece.length < 1 << 20) continue;
    if (!file.write(piece)) await once(file, "drain");
    piece = "";
  }
  file.end(piece);
  await once(file, "finish");
}

const widths = Array.from({ length: cells }, () => WIDTHS[random.below(WIDTHS.length)]!);
const area = widths.reduce((sum, width) => sum + width, 0) * HEIGHT;
// Macros take a fifth of the floor, where there are some.
const taken = fixed * FIXED_WIDTH * HEIGHT;
const floor = (area / utilisation + taken) / (macros > 0 ? 0.8 : 1);
const rows = Math.round(Math.sqrt(floor) / HEIGHT);
const sites = Math.ceil(floor / (rows * HEIGHT));
const across = Math.ceil(Math.sqrt(macros));
const rowsOfMacro = macros > 0 ? Math.floor(Math.sqrt((0.2 * floor) / macros) / HEIGHT) : 0;
const macroSide = rowsOfMacro * HEIGHT;

interface Place {
  readonly name: string;
  readonly x: number;
  readonly y: number;
}
const standing: Place[] = [];
const macroPlaces: Place[] = Array.from({ length: macros }, (_, i) => ({
  name: `m${i}`,
  x: Math.floor((((i % across) + 0.5) * sites) / across - macroSide / 2),
  y: HEIGHT * Math.floor(((Math.floor(i / across) + 0.5) * rows) / across - rowsOfMacro / 2),
}));
const isFree = (x: number, y: number) =>
  macroPlaces.every(
    (macro) =>
      x + FIXED_WIDTH <= macro.x || x >= macro.x + macroSide || y < macro.y || y >= macro.y + macroSide,
  );
const used = new Set<string>();
while (standing.length < fixed) {
  const x = FIXED_WIDTH * random.below(Math.floor(sites / FIXED_WIDTH));
  const y = HEIGHT * random.below(rows);
  if (used.has(`${x} ${y}`) || !isFree(x, y)) continue;
  used.add(`${x} ${y}`);
  standing.push({ name: `f${standing.length}`, x, y });
}

await write(
  "nodes",
  [`NumNodes : ${cells + fixed + macros}`, `NumTerminals : 0`],
  (function* () {
    for (const [i, width] of widths.entries()) yield `c${i} ${width} ${HEIGHT}`;
    for (const { name } of standing) yield `${name} ${FIXED_WIDTH} ${HEIGHT}`;
    for (const { name } of macroPlaces) yield `${name} ${macroSide} ${macroSide}`;
  })(),
);

// A net a cell, among neighbours in a square of cells: most near, some far, as Rent's rule has it.
const side = Math.ceil(Math.sqrt(cells));
const sinks: number[][] = [];
let pins = 0;
for (let i = 0; i < cells; i++) {
  const reach = Math.min(side, 2 ** (1 + Math.floor(-1.2 * Math.log2(1 - random.uniform()))));
  const found = new Set<number>();
  for (let k = 0; k < 1 + random.below(4); k++) {
    const x = (i % side) + random.below(2 * reach + 1) - reach;
    const y = Math.floor(i / side) + random.below(2 * reach + 1) - reach;
    const other = y * side + x;
    if (x >= 0 && x < side && other >= 0 && other < cells && other !== i) found.add(other);
  }
  sinks.push([...found]);
  pins += 1 + found.size;
}
const extra = [...standing, ...macroPlaces];
const netCount = cells + extra.length + largeNets;
pins += 2 * extra.length + largeNets * largePins;
await write(
  "nets",
  [`NumNets : ${netCount}`, `NumPins : ${pins}`],
  (function* () {
    for (const [i, others] of sinks.entries()) {
      yield `NetDegree : ${1 + others.length} n${i}\n c${i} O : 0 0`;
      for (const other of others) yield ` c${other} I : 0 0`;
    }
    for (const { name } of extra)
      yield `NetDegree : 2 n_${name}\n ${name} O : 0 0\n c${random.below(cells)} I : 0 0`;
    for (let net = 0; net < largeNets; net++) {
      yield `NetDegree : ${largePins} large${net}`;
      for (let k = 0; k < largePins; k++)
        yield ` c${Math.floor(((k + net / largeNets) * cells) / largePins)} ${k === 0 ? "O" : "I"} : 0 0`;
    }
  })(),
);
await write("wts", [], []);
await write(
  "pl",
  [],
  (function* () {
    for (let i = 0; i < cells; i++) {
      if (!values.placed) {
        yield `c${i} 0 0 : N`;
        continue;
      }
      const [column, row] = [i % side, Math.floor(i / side)];
      yield `c${i} ${Math.floor((column * sites) / side)} ${HEIGHT * Math.floor((row * rows) / side)} : N`;
    }
    for (const { name, x, y } of extra) yield `${name} ${x} ${y} : N /FIXED`;
  })(),
);
await write(
  "scl",
  [`NumRows : ${rows}`],
  (function* () {
    for (let row = 0; row < rows; row++)
      yield `CoreRow Horizontal\n Coordinate : ${row * HEIGHT}\n Height : ${HEIGHT}\n Sitewidth : 1\n Sitespacing : 1\n Siteorient : N\n Sitesymmetry : Y\n SubrowOrigin : 0 NumSites : ${sites}\nEnd`;
  })(),
);
const name = basename(stem);
writeFileSync(
  aux,
  `RowBasedPlacement : ${["nodes", "nets", "wts", "pl", "scl"].map((ending) => `${name}.${ending}`).join(" ")}\n`,
);
console.log(`${cells} cells, ${netCount} nets, ${pins} pins, ${rows} rows of ${sites} sites`);
