// Blocks for tests: drafts with a canvas around them, and small generated ones.
import {
  type Block,
  copyPlacement,
  generateBlock,
  type NetlistDraft,
  NodeKind,
  type Placement,
  type Random,
} from "../../netlist/index.js";

/** Canvas 100 x 100 µm, 10 x 10 cells, 1 track per µm both ways of which macros take all; no smoothing. */
const PLAIN = {
  canvas: { width: 100, height: 100 },
  grid: { columns: 10, rows: 10 },
  routing: { horizontal: 1, vertical: 1, horizontalUsedByMacros: 1, verticalUsedByMacros: 1 },
  smoothing: 0,
  overlapThreshold: 0,
  blockages: [],
} as const;

/** The draft as a block; ports are fixed, and what has a place in `places` stands there. */
export function blockOf(
  draft: NetlistDraft,
  rules: Partial<Pick<Block, "canvas" | "grid" | "routing" | "smoothing" | "blockages">> = {},
  places: Readonly<Record<string, readonly [number, number]>> = {},
): Block {
  const { netlist, places: initial } = draft.finish("drafted");
  for (const [name, [x, y]] of Object.entries(places)) {
    const node = netlist.nodeNames.indexOf(name);
    if (node < 0) throw new Error(`internal: no node '${name}'`);
    initial.xs[node] = x;
    initial.ys[node] = y;
  }
  const fixed = Uint8Array.from(netlist.kinds, (kind) => (kind === NodeKind.Port ? 1 : 0));
  return { ...netlist, ...PLAIN, ...rules, fixed, initial };
}

/** A generated block small enough for any number of runs: hard macros, 12 soft macros, 16 ports. */
export function smallBlock(seed: number, macros = 8): Block {
  return generateBlock({ seed, macros, softMacros: 12, ports: 16 });
}

/** Macros anywhere on the canvas and a little beyond, in any orientation; ports stay. */
export function randomPlacement(block: Block, random: Random, beyond = 0.05): Placement {
  const placement = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.kinds[node] === NodeKind.Port) continue;
    placement.xs[node] = block.canvas.width * (random.uniform() * (1 + 2 * beyond) - beyond);
    placement.ys[node] = block.canvas.height * (random.uniform() * (1 + 2 * beyond) - beyond);
    placement.orientations[node] = block.kinds[node] === NodeKind.HardMacro ? random.below(8) : 0;
  }
  return placement;
}
