// Our global router beside others, on the same placed nets, grid and capacities: `--peer NAME=COMMAND` gives a shell command that
// reads $GR, a file in the format of the ISPD 2008 routing contest, and writes its routes to $OUT as the contest wants them.
// Wires and overflow of both are counted here, from the edges that each net uses. Macros stand where BLOCK or PLACEMENT has them,
// and `cells` places the cells.
// Run: node dist/benchmarks/routers.js [--json] [--peer NAME=COMMAND]... BLOCK[=PLACEMENT]...
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";
import {
  cellOf,
  type GlobalRouting,
  overflowOf,
  placedNetsOf,
  type RoutingGrid,
  routeGlobally,
} from "../env/index.js";
import { loadBlockWith, loadDefWith, routingSupplyFor, verifyPlacement } from "../flow/index.js";
import { readGivenPlaces } from "../flow/load-block.js";
import { isDefPath } from "../netlist/index.js";
import { peersOf, runPeerCommand } from "./peer-command.js";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    peer: { type: "string", multiple: true, default: [] },
  },
});
const peers = peersOf(values.peer);
if (positionals.length === 0 || !peers) {
  console.error(
    "usage: node dist/benchmarks/routers.js [--json] [--peer NAME=COMMAND]... BLOCK[=PLACEMENT]...",
  );
  process.exit(1);
}

/** Side of a grid cell in the contest's file, in its units of length; a wire takes 2, its width and its space. */
const TILE = 10;
const WIRE = 2;

/** One routing. `wires` counts edges of the grid, each once a net; `cpu` is in s. */
interface Run {
  readonly router: string;
  readonly nets: number;
  readonly wires: number;
  readonly overflow: number;
  readonly vias: number;
  readonly cpu: number;
}

for (const argument of positionals) {
  const [path, places] = argument.split("=") as [string, string | undefined];
  const design = isDefPath(path) ? await loadDefWith(path, {}) : undefined;
  const block = design?.block ?? (await loadBlockWith(path, {}));
  const macros = places === undefined ? block.initial : await readGivenPlaces(places, block, []);
  const supply = routingSupplyFor(block, design);
  const { placement } = await verifyPlacement({ block, placement: macros, supply }, { rounds: 0 });
  const before = process.cpuUsage();
  const routing = routeGlobally(block, placement, supply);
  const { user, system } = process.cpuUsage(before);
  const nets = distinctCells(placedNetsOf(block, placement), routing.grid);
  const tell = (run: Omit<Run, "nets">) => print({ block: basename(path), nets: nets.size, ...run });
  tell({
    router: "own",
    wires: routing.nets.edges.length,
    overflow: routing.overflow,
    vias: routing.vias,
    cpu: (user + system) / 1e6,
  });
  for (const peer of peers) {
    const run = runPeer(peer.command, { nets, routing });
    if (run) tell({ router: peer.name, ...run });
    else process.exitCode = 1;
  }
}

function print(run: Run & { readonly block: string }): void {
  const { block, router, nets, wires, overflow, vias, cpu } = run;
  console.log(
    values.json
      ? JSON.stringify(run)
      : `${block} ${router}: ${nets} nets, wires ${wires}, overflow ${overflow}, vias ${vias}, ${cpu.toFixed(1)} s`,
  );
}

/** Nets that leave a cell, by number: the cells that their pins are in, each once. */
function distinctCells(
  { starts, xs, ys }: ReturnType<typeof placedNetsOf>,
  grid: RoutingGrid,
): Map<number, number[]> {
  const found = new Map<number, number[]>();
  for (let net = 0; net + 1 < starts.length; net++) {
    const cells = new Set<number>();
    for (let pin = starts[net]!; pin < starts[net + 1]!; pin++) cells.add(cellOf(grid, xs[pin]!, ys[pin]!));
    if (cells.size > 1) found.set(net, [...cells]);
  }
  return found;
}

interface Given {
  readonly nets: ReadonlyMap<number, readonly number[]>;
  readonly routing: GlobalRouting;
}

function runPeer(command: string, given: Given): Omit<Run, "router" | "nets"> | undefined {
  const folder = mkdtempSync(join(tmpdir(), "routers-"));
  const [input, output] = [join(folder, "nets.gr"), join(folder, "routes.txt")];
  writeFileSync(input, contestFile(given));
  const { cpu, stderr } = runPeerCommand(command, { GR: input, OUT: output, LOG: join(folder, "log") });
  if (!existsSync(output)) {
    console.error(`no result of ${command}. ${stderr}`);
    return undefined;
  }
  const routes = readRoutes(readFileSync(output, "utf8"), given);
  rmSync(folder, { recursive: true });
  return { ...routes, cpu };
}

/** Grid, capacities and nets as text; pins are in the middle of their cells, on the lowest layer. */
function contestFile({ nets, routing: { grid } }: Given): string {
  const { columns, rows, layers, capacities } = grid;
  const most = capacities.map((values) => values.reduce((least, value) => Math.max(least, value), 0));
  const per = (value: (layer: number) => number) => layers.map((_, layer) => value(layer)).join(" ");
  const lines = [
    `grid ${columns} ${rows} ${layers.length}`,
    `vertical capacity ${per((layer) => (layers[layer]!.isHorizontal ? 0 : WIRE * most[layer]!))}`,
    `horizontal capacity ${per((layer) => (layers[layer]!.isHorizontal ? WIRE * most[layer]! : 0))}`,
    `minimum width ${per(() => WIRE / 2)}`,
    `minimum spacing ${per(() => WIRE / 2)}`,
    `via spacing ${per(() => 0)}`,
    `0 0 ${TILE} ${TILE}`,
    "",
    `num net ${nets.size}`,
  ];
  for (const [net, cells] of nets) {
    lines.push(`n${net} ${net} ${cells.length} 1`);
    for (const cell of cells) lines.push(`${middle(cell % columns)} ${middle(Math.floor(cell / columns))} 1`);
  }
  const reduced: string[] = [];
  for (const [layer, { isHorizontal }] of layers.entries())
    for (let cell = 0; cell < columns * rows; cell++) {
      const [x, y] = [cell % columns, Math.floor(cell / columns)];
      const isLast = isHorizontal ? x === columns - 1 : y === rows - 1;
      if (isLast || capacities[layer]![cell] === most[layer]) continue;
      const other = isHorizontal ? `${x + 1} ${y}` : `${x} ${y + 1}`;
      reduced.push(`${x} ${y} ${layer + 1} ${other} ${layer + 1} ${WIRE * capacities[layer]![cell]!}`);
    }
  return [...lines, "", `${reduced.length}`, ...reduced, ""].join("\n");
}

function middle(index: number): number {
  return TILE * index + TILE / 2;
}

/** Counts the edges of each net, and vias by layers that they pass. Throws if a net's pins are not all joined. */
function readRoutes(text: string, { nets, routing }: Given): Omit<Run, "router" | "nets" | "cpu"> {
  const { columns, rows } = routing.grid;
  const usage = new Int32Array(2 * columns * rows);
  let [wires, vias, joined] = [0, 0, 0];
  for (const part of text.split("!\n")) {
    const [head, ...segments] = part.trim().split("\n");
    if (head === undefined || head === "") continue;
    const net = Number(/^n(\d+) /.exec(head)?.[1]);
    const edges = new Set<number>();
    for (const segment of segments) {
      const [x1, y1, l1, x2, y2, l2] = segment.match(/-?\d+/g)!.map(Number) as [
        ...[number, number, number],
        ...[number, number, number],
      ];
      vias += Math.abs(l1! - l2!);
      const [left, right] = [Math.min(x1!, x2!), Math.max(x1!, x2!)].map((at) => (at - TILE / 2) / TILE);
      const [bottom, top] = [Math.min(y1!, y2!), Math.max(y1!, y2!)].map((at) => (at - TILE / 2) / TILE);
      for (let x = left!; x < right!; x++) edges.add(bottom! * columns + x);
      for (let y = bottom!; y < top!; y++) edges.add(columns * rows + y * columns + left!);
    }
    if (!isJoined(nets.get(net) ?? [], edges, routing.grid)) throw new Error(`net ${head} is not joined`);
    joined++;
    wires += edges.size;
    for (const edge of edges) usage[edge]!++;
  }
  if (joined !== nets.size) throw new Error(`${joined} of ${nets.size} nets have routes`);
  return { wires, vias, overflow: overflowOf(usage, routing.capacities) };
}

/** Whether a net's edges join all its cells. */
function isJoined(
  cells: readonly number[],
  edges: ReadonlySet<number>,
  { columns, rows }: RoutingGrid,
): boolean {
  const neighbours = new Map<number, number[]>();
  const join = (a: number, b: number) => neighbours.set(a, [...(neighbours.get(a) ?? []), b]);
  for (const edge of edges) {
    const from = edge % (columns * rows);
    const to = from + (edge < columns * rows ? 1 : columns);
    join(from, to);
    join(to, from);
  }
  const reached = new Set(cells.slice(0, 1));
  for (const cell of reached) for (const next of neighbours.get(cell) ?? []) reached.add(next);
  return cells.every((cell) => reached.has(cell));
}
