// Flat blocks for tests: rows of sites, standard cells, macros that stand, ports at the edge.
import {
  type Block,
  type CellRow,
  copyPlacement,
  NetlistDraft,
  NodeKind,
  type Placement,
  Random,
} from "../../netlist/index.js";
import { blockOf } from "./blocks.js";

export interface FlatOptions {
  readonly seed?: number;
  readonly cells?: number;
  /** Places of macros of 20 x 15 µm: lower left corners. */
  readonly macros?: readonly (readonly [number, number])[];
  /** Widths of the cells, in sites. */
  readonly widths?: readonly number[];
  readonly rows?: number;
  readonly sitesPerRow?: number;
  /** Orientations of the rows, by turns from the lowest. */
  readonly orientations?: readonly number[];
}

export const SITE = 0.5;
export const ROW_HEIGHT = 2;
export const MACRO: readonly [number, number] = [20, 15];

/** Cells on nets of two to five pins, each net among cells whose numbers are near, so that there is something to win. */
export function flatBlock({
  seed = 1,
  cells = 300,
  macros = [],
  widths = [2, 3, 4, 6],
  rows: rowCount = 20,
  sitesPerRow = 100,
  orientations = [0],
}: FlatOptions = {}): Block {
  const random = Random.stream(seed, "flat block");
  const draft = new NetlistDraft();
  const [width, height] = [sitesPerRow * SITE, rowCount * ROW_HEIGHT];
  const ports = [draft.addPort("west", 0, height / 3), draft.addPort("east", width, height / 2)];
  const places: Record<string, readonly [number, number]> = {};
  const macroPins = macros.map(([left, bottom], i) => {
    const node = draft.addNode(NodeKind.HardMacro, `m${i}`, ...MACRO);
    places[`m${i}`] = [left + MACRO[0] / 2, bottom + MACRO[1] / 2];
    return draft.addPin(node, `m${i}/p`, 3, -4);
  });
  const pins = Array.from({ length: cells }, (_, i) => {
    const node = draft.addNode(
      NodeKind.StandardCell,
      `c${i}`,
      widths[random.below(widths.length)]! * SITE,
      ROW_HEIGHT,
    );
    return draft.addPin(node, `c${i}`, 0.25, -0.5);
  });
  const near = (i: number) => Math.min(cells - 1, Math.max(0, i + random.below(21) - 10));
  for (const [i, pin] of pins.entries()) {
    const sinks = new Set(Array.from({ length: 1 + random.below(4) }, () => pins[near(i)]!));
    sinks.delete(pin);
    draft.addNet(pin, [...sinks]);
  }
  for (const pin of [...ports, ...macroPins]) draft.addNet(pin, [pins[random.below(cells)]!]);
  const rows = Array.from(
    { length: rowCount },
    (_, row): CellRow => ({
      left: 0,
      bottom: row * ROW_HEIGHT,
      height: ROW_HEIGHT,
      siteWidth: SITE,
      sites: sitesPerRow,
      orientation: orientations[row % orientations.length]!,
    }),
  );
  const block = blockOf(draft, { canvas: { width, height } }, places);
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] === NodeKind.HardMacro) block.fixed[node] = 1;
  return { ...block, rows };
}

export function isCell(block: Block, node: number): boolean {
  return block.kinds[node] === NodeKind.StandardCell;
}

/** The movable cells anywhere on the canvas, also where they cannot stand. */
export function scattered(block: Block, seed: number): Placement {
  const random = Random.stream(seed, "scatter");
  const placement = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++) {
    if (!isCell(block, node) || block.fixed[node]) continue;
    placement.xs[node] = block.canvas.width * random.uniform();
    placement.ys[node] = block.canvas.height * random.uniform();
  }
  return placement;
}
