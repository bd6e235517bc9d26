// The tiles of each family and the connections between them. On the line of logic, tiles are ordered so that neighbours
// are close (meshes along the Z curve), and the binary hierarchy over the line follows that of the design.
import type { Random } from "../random.js";
import { Edge } from "./ports.js";

/** A part of a block: logic, and memories of some roles. */
export interface Tile {
  /** Weight of its logic, relative to the other tiles. */
  readonly logic: number;
  /** Per role of the family, the weight of its memories. */
  readonly memories: readonly number[];
}

/** Tiles, and the connections between them by tile number. */
export interface Topology {
  readonly tiles: readonly Tile[];
  readonly links: readonly { readonly from: number; readonly to: number; readonly bits: number }[];
  readonly broadcasts: readonly {
    readonly from: number;
    readonly to: readonly number[];
    readonly bits: number;
  }[];
  /** Tiles that have ports, and the canvas edge of these ports. */
  readonly doors: readonly { readonly tile: number; readonly edge: Edge }[];
}

interface Links {
  readonly from: number;
  readonly to: number;
  readonly bits: number;
}

/** Processing elements in a mesh: operands come from memories at the left, weights from the top, sums leave below. */
export function systolic(macros: number, random: Random): Topology {
  const rows = clamp(Math.round(Math.sqrt(macros / 2) * (0.8 + 0.4 * random.uniform())), 2, 12);
  const columns = clamp(Math.round(macros / 2 / rows), 2, 12);
  const mesh = meshOrder(columns, rows);
  const operandBits = [16, 32, 64][random.below(3)]!;
  const tiles: Tile[] = mesh.cells.map(([column, row]) => ({
    logic: 1 + (column === 0 || row === 0 || row === rows - 1 ? 0.5 : 0),
    memories: [
      column === 0 ? 0.4 / rows : 0,
      row === rows - 1 ? 0.3 / columns : 0,
      row === 0 ? 0.3 / columns : 0,
    ],
  }));
  const links: Links[] = [];
  mesh.cells.forEach(([column, row], tile) => {
    if (column + 1 < columns) links.push({ from: tile, to: mesh.at(column + 1, row), bits: operandBits });
    if (row > 0) links.push({ from: tile, to: mesh.at(column, row - 1), bits: 48 });
  });
  tiles.push({ logic: 1, memories: [0, 0, 0] });
  const control = tiles.length - 1;
  return {
    tiles,
    links,
    broadcasts: [{ from: control, to: mesh.cells.map((_, tile) => tile), bits: 4 }],
    doors: [
      ...Array.from({ length: rows }, (_, row) => ({ tile: mesh.at(0, row), edge: Edge.Left })),
      ...Array.from({ length: columns }, (_, column) => ({
        tile: mesh.at(column, rows - 1),
        edge: Edge.Top,
      })),
      ...Array.from({ length: columns }, (_, column) => ({ tile: mesh.at(column, 0), edge: Edge.Bottom })),
      { tile: control, edge: Edge.Right },
    ],
  };
}

/** Slices of data and tag memories around a crossbar; requests come in on one side, memory is on the other. */
export function cache(macros: number, random: Random): Topology {
  const slices = clamp(Math.round(macros / 12), 2, 16);
  const crossbar = Math.floor(slices / 2);
  const lineBits = [64, 128, 128, 256][random.below(4)]!;
  const tiles: Tile[] = Array.from({ length: slices + 1 }, (_, tile) =>
    tile === crossbar ? { logic: 1.5, memories: [0, 0] } : { logic: 1, memories: [0.75, 0.25] },
  );
  const others = [...tiles.keys()].filter((tile) => tile !== crossbar);
  const [near, far] = random.uniform() < 0.5 ? [Edge.Left, Edge.Right] : [Edge.Bottom, Edge.Top];
  return {
    tiles,
    links: others.flatMap((tile) => [
      { from: crossbar, to: tile, bits: lineBits },
      { from: tile, to: crossbar, bits: lineBits },
    ]),
    broadcasts: [{ from: crossbar, to: others, bits: 12 }],
    doors: [
      { tile: crossbar, edge: near },
      { tile: crossbar, edge: near },
      ...others.map((tile) => ({ tile, edge: far })),
    ],
  };
}

/** A mesh of cores, each with local memories and a router whose links go to its four neighbours, both ways. */
export function network(macros: number, random: Random): Topology {
  const cores = clamp(Math.round(macros / 5), 4, 64);
  const columns = clamp(Math.round(Math.sqrt(cores)), 2, 8);
  const rows = Math.max(Math.round(cores / columns), 2);
  const mesh = meshOrder(columns, rows);
  const flitBits = [32, 64, 64][random.below(3)]!;
  const tiles: Tile[] = mesh.cells.map(() => ({
    logic: 0.7 + 0.6 * random.uniform(),
    memories: [0.8, 0.2],
  }));
  const links: Links[] = [];
  const doors: { tile: number; edge: Edge }[] = [];
  mesh.cells.forEach(([column, row], tile) => {
    const neighbours = [
      column + 1 < columns ? mesh.at(column + 1, row) : undefined,
      row + 1 < rows ? mesh.at(column, row + 1) : undefined,
    ];
    for (const neighbour of neighbours)
      if (neighbour !== undefined)
        links.push(
          { from: tile, to: neighbour, bits: flitBits },
          { from: neighbour, to: tile, bits: flitBits },
        );
    if (column === 0) doors.push({ tile, edge: Edge.Left });
    if (column === columns - 1) doors.push({ tile, edge: Edge.Right });
    if (row === 0) doors.push({ tile, edge: Edge.Bottom });
    if (row === rows - 1) doors.push({ tile, edge: Edge.Top });
  });
  return { tiles, links, broadcasts: [], doors };
}

/** Lanes with register files and a slide ring, a sequencer that commands them all, a load-store unit with buffers. */
export function vector(macros: number, random: Random): Topology {
  const lanes = clamp(2 ** Math.round(Math.log2(macros / 6) + 0.5 * random.normal()), 2, 32);
  const sequencer = lanes;
  const loadStore = lanes + 1;
  const laneNumbers = Array.from({ length: lanes }, (_, lane) => lane);
  const tiles: Tile[] = [
    ...laneNumbers.map(() => ({ logic: 1, memories: [0.8 / lanes, 0] })),
    { logic: 1 + lanes / 8, memories: [0, 0.05] },
    { logic: 1 + lanes / 8, memories: [0, 0.15] },
  ];
  return {
    tiles,
    links: laneNumbers.flatMap((lane) => [
      { from: lane, to: (lane + 1) % lanes, bits: 64 },
      { from: lane, to: loadStore, bits: 64 },
      { from: loadStore, to: lane, bits: 64 },
    ]),
    broadcasts: [{ from: sequencer, to: laneNumbers, bits: 24 }],
    doors: [
      { tile: sequencer, edge: Edge.Left },
      { tile: loadStore, edge: Edge.Right },
      { tile: loadStore, edge: Edge.Right },
      { tile: sequencer, edge: Edge.Bottom },
    ],
  };
}

/** A few controllers, each with a lot of memory, on one shared bus. */
export function memory(macros: number, random: Random): Topology {
  const controllers = clamp(Math.round(macros / 24), 2, 12);
  const numbers = Array.from({ length: controllers }, (_, controller) => controller);
  const tiles: Tile[] = numbers.map(() => ({
    logic: 0.7 + 0.6 * random.uniform(),
    memories: [0.5, 0.3, 0.2],
  }));
  const edges = [Edge.Left, Edge.Right, Edge.Bottom, Edge.Top];
  return {
    tiles,
    links: numbers.flatMap((controller) => [
      { from: controller, to: (controller + 1) % controllers, bits: 128 },
      { from: (controller + 1) % controllers, to: controller, bits: 64 },
    ]),
    broadcasts: [],
    doors: numbers.map((tile) => ({ tile, edge: edges[random.below(4)]! })),
  };
}

/** Units of logic of very different size, small memories here and there, buses between any two, many ports. */
export function logic(macros: number, random: Random): Topology {
  const units = clamp(Math.round(6 + macros / 10), 6, 40);
  const tiles: Tile[] = Array.from({ length: units }, () => ({
    logic: Math.exp(0.6 * random.normal()),
    memories: [random.uniform(), random.uniform() < 0.4 ? random.uniform() : 0],
  }));
  const links: Links[] = [];
  for (let unit = 0; unit < units; unit++)
    for (let link = 0; link < 2; link++) {
      const other = random.below(units);
      if (other !== unit) links.push({ from: unit, to: other, bits: [16, 32, 64][random.below(3)]! });
    }
  const edges = [Edge.Left, Edge.Right, Edge.Bottom, Edge.Top];
  return {
    tiles,
    links,
    broadcasts: [],
    doors: tiles.map((_, tile) => ({ tile, edge: edges[random.below(4)]! })),
  };
}

/** Cells of a mesh along the Z curve, and the number of each in that order. */
function meshOrder(
  columns: number,
  rows: number,
): { cells: (readonly [number, number])[]; at: (column: number, row: number) => number } {
  const cells: (readonly [number, number])[] = [];
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) cells.push([column, row]);
  const key = ([column, row]: readonly [number, number]) => {
    let code = 0;
    for (let bit = 0; bit < 4; bit++)
      code |= (((column >> bit) & 1) << (2 * bit)) | (((row >> bit) & 1) << (2 * bit + 1));
    return code;
  };
  cells.sort((a, b) => key(a) - key(b));
  const numbers = new Map(cells.map(([column, row], tile) => [row * columns + column, tile]));
  return { cells, at: (column, row) => numbers.get(row * columns + column)! };
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), most);
}
