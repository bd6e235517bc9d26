// The families of generated blocks, each a hierarchy of tiles. A tile is a part of the logic with its memories. A family
// says which tiles there are, which memories they hold, and which buses connect them. Ranges of shares are those of the
// open clustered blocks, slightly widened (docs/generator.md).

import { MOST_CELLS } from "../grid-choice.js";
import type { Random } from "../random.js";
import type { LogicStyle } from "./logic.js";
import { type Bank, drawMemoryType, type MemoryRole, splitIntoBanks } from "./memory.js";
import type { Family, GenerateOptions } from "./options.js";
import type { Outline, Span } from "./outline.js";
import { drawBusWidths } from "./ports.js";
import { cache, logic, memory, network, systolic, type Tile, type Topology, vector } from "./topologies.js";

// The open blocks have 504 cells (133 macros) to 1,064 (128 macros), and 696 for 20 macros.
const CELLS_PER_MACRO = 7;
const FEWEST_CELLS = 500;
const MOST_SOFT_MACROS = 1200;
const MOST_PORTS = 1300;

type Range = readonly [least: number, most: number];

interface FamilyRules {
  /** Memories by role, and how many of them make a bank. */
  readonly roles: readonly (MemoryRole & { readonly bank: number })[];
  readonly softShare: Range;
  readonly utilisation: Range;
  readonly softMacros: { readonly base: number; readonly perMacro: number };
  readonly ports: { readonly base: number; readonly perMacro: number };
  readonly style: LogicStyle;
  readonly topology: (macros: number, random: Random) => Topology;
}

const RULES: Readonly<Record<Exclude<Family, "flat">, FamilyRules>> = {
  systolic: {
    roles: [
      { wordBits: [16, 32], capacity: [12, 14], bank: 2 },
      { wordBits: [16, 32], capacity: [11, 13], bank: 4 },
      { wordBits: [32], capacity: [11, 12], bank: 4 },
    ],
    softShare: [0.35, 0.55],
    utilisation: [0.6, 0.75],
    softMacros: { base: 200, perMacro: 4 },
    ports: { base: 260, perMacro: 3 },
    style: { reachDoubles: 0.48, outputs: 11, wires: 0.9, oldNeighbour: 0.9, areaSpread: 0.15 },
    topology: systolic,
  },
  cache: {
    roles: [
      { wordBits: [16, 32], capacity: [13, 14], bank: 8 },
      { wordBits: [16, 32], capacity: [11, 12], bank: 4 },
    ],
    softShare: [0.25, 0.4],
    utilisation: [0.6, 0.7],
    softMacros: { base: 180, perMacro: 4 },
    ports: { base: 300, perMacro: 2 },
    style: { reachDoubles: 0.52, outputs: 10, wires: 0.9, oldNeighbour: 0.9, areaSpread: 0.15 },
    topology: cache,
  },
  network: {
    roles: [
      { wordBits: [32, 64], capacity: [12, 14], bank: 4 },
      { wordBits: [32], capacity: [11, 11], bank: 1 },
    ],
    softShare: [0.45, 0.7],
    utilisation: [0.65, 0.85],
    softMacros: { base: 260, perMacro: 4 },
    ports: { base: 500, perMacro: 3 },
    style: { reachDoubles: 0.52, outputs: 12, wires: 0.95, oldNeighbour: 0.9, areaSpread: 0.15 },
    topology: network,
  },
  vector: {
    roles: [
      { wordBits: [32, 64], capacity: [11, 12], bank: 4 },
      { wordBits: [32, 64], capacity: [12, 13], bank: 4 },
    ],
    softShare: [0.4, 0.6],
    utilisation: [0.65, 0.8],
    softMacros: { base: 240, perMacro: 4 },
    ports: { base: 450, perMacro: 3 },
    style: { reachDoubles: 0.5, outputs: 12, wires: 0.95, oldNeighbour: 0.9, areaSpread: 0.15 },
    topology: vector,
  },
  memory: {
    roles: [
      { wordBits: [32, 64], capacity: [13, 15], bank: 8 },
      { wordBits: [32], capacity: [12, 13], bank: 4 },
      { wordBits: [16], capacity: [11, 12], bank: 2 },
    ],
    softShare: [0.14, 0.25],
    utilisation: [0.55, 0.65],
    softMacros: { base: 140, perMacro: 4 },
    ports: { base: 320, perMacro: 3 },
    style: { reachDoubles: 0.52, outputs: 10, wires: 1.05, oldNeighbour: 0.9, areaSpread: 0.15 },
    topology: memory,
  },
  logic: {
    roles: [
      { wordBits: [16, 32], capacity: [11, 12], bank: 1 },
      { wordBits: [32, 64], capacity: [12, 13], bank: 2 },
    ],
    softShare: [0.62, 0.78],
    utilisation: [0.75, 0.95],
    softMacros: { base: 300, perMacro: 5 },
    ports: { base: 500, perMacro: 4 },
    style: { reachDoubles: 0.57, outputs: 14, wires: 0.85, oldNeighbour: 0.9, areaSpread: 0.15 },
    topology: logic,
  },
};

/** Draws the outline of a block of a family. */
export function familyOutline(
  family: Exclude<Family, "flat">,
  options: GenerateOptions,
  stream: (purpose: string) => Random,
): Outline {
  const { macros } = options;
  const rules = RULES[family];
  const shape = stream("shape");
  // With many macros, the memories of a role come in two types.
  const types = rules.roles.map((role) =>
    Array.from({ length: macros >= 40 ? 1 + shape.below(2) : 1 }, () => drawMemoryType(shape, role)),
  );
  const { tiles, links, broadcasts, doors } = rules.topology(macros, shape);
  const between = ([least, most]: Range) => least + (most - least) * shape.uniform();
  const spans = spansOf(tiles);
  // Macros are divided among all memories of all tiles at once, so that their total is exactly the requested number.
  const weights = tiles.flatMap(({ memories }) => memories);
  const counts = shareOut(macros, weights);
  const banks: (Bank & { home: number })[] = [];
  tiles.forEach(({ memories }, tile) => {
    memories.forEach((_, role) => {
      const count = counts[tile * rules.roles.length + role]!;
      const [start, end] = spans[tile]!;
      const type = types[role]![shape.below(types[role]!.length)]!;
      const bankSize = rules.roles[role]!.bank;
      for (const bank of splitIntoBanks({ macros: count, bankSize, type }, shape))
        banks.push({ ...bank, home: start + (end - start) * shape.uniform() });
    });
  });
  const doorStream = stream("doors");
  const sized = ({ base, perMacro }: { base: number; perMacro: number }, most: number) =>
    Math.min(Math.round(base + perMacro * macros), most);
  const buses = drawBusWidths(options.ports ?? sized(rules.ports, MOST_PORTS), stream("buses")).map(
    (width) => {
      const { tile, edge } = doors[doorStream.below(doors.length)]!;
      const [start, end] = spans[tile]!;
      return { width, edge, home: start + (end - start) * doorStream.uniform() };
    },
  );
  const drawnSoftShare = between(rules.softShare);
  const drawnUtilisation = between(rules.utilisation);
  const drawnAspect = Math.exp(between([-0.3, 0.3]));
  return {
    banks,
    links: links.map(({ from, to, bits }) => ({ from: spans[from]!, to: spans[to]!, bits })),
    broadcasts: broadcasts.map(({ from, to, bits }) => ({
      from: spans[from]!,
      to: to.map((tile) => spans[tile]!),
      bits,
    })),
    buses,
    softMacros: options.softMacros ?? sized(rules.softMacros, MOST_SOFT_MACROS),
    softShare: options.softShare ?? drawnSoftShare,
    utilisation: options.utilisation ?? drawnUtilisation,
    aspect: options.aspect ?? drawnAspect,
    cells: Math.min(Math.max(CELLS_PER_MACRO * macros, FEWEST_CELLS), MOST_CELLS),
    style: rules.style,
  };
}

/** The part of the line of logic that each tile takes, in order. */
function spansOf(tiles: readonly Tile[]): Span[] {
  const total = tiles.reduce((sum, { logic }) => sum + logic, 0);
  let start = 0;
  return tiles.map(({ logic }) => {
    const span: Span = [start / total, (start + logic) / total];
    start += logic;
    return span;
  });
}

/** Divides `count` into whole numbers in proportion to the weights (largest remainders). */
function shareOut(count: number, weights: readonly number[]): number[] {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const shares = weights.map((weight) => Math.floor((count * weight) / total));
  const rest = weights.map((weight, index) => (count * weight) / total - shares[index]!);
  let left = count - shares.reduce((sum, share) => sum + share, 0);
  const order = [...weights.keys()].sort((a, b) => rest[b]! - rest[a]! || a - b);
  for (const index of order) {
    if (left === 0) break;
    if (weights[index]! <= 0) continue;
    shares[index]!++;
    left--;
  }
  return shares;
}
