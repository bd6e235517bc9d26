// Connection lines: those of the selection (flylines), and those of the whole block, where nodes that are near each other
// are bundled because there are too many lines.
import { type Block, greatestOf, type Placement } from "../../netlist/index.js";
import { isPlaced } from "../geometry.js";
import type { Connectivity } from "./connectivity.js";

/** A line between two places in µm; `share` is its weight relative to the strongest one. */
export interface NetLine {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly share: number;
}

const MOST_FLYLINES = 400;
const MOST_BUNDLES = 600;
const MOST_SINKS = 64;
/** Clusters along each side of the die. */
const CLUSTERS = 12;

/** The strongest connections from the selected nodes to others. */
export function flylines(
  placement: Placement,
  connectivity: Connectivity,
  selection: ReadonlySet<number>,
): NetLine[] {
  const lines: { from: number; to: number; weight: number }[] = [];
  const most = Math.ceil(MOST_FLYLINES / Math.max(1, Math.min(selection.size, 20)));
  let selected = 0;
  for (const from of selection) {
    if (++selected > 200) break;
    if (!isPlaced(placement, from)) continue;
    const joined = connectivity.neighbours([from]).slice(0, most);
    for (const { node: to, weight } of joined) if (isPlaced(placement, to)) lines.push({ from, to, weight });
  }
  const strongest = Math.max(greatestOf(lines.map((line) => line.weight)), 1e-30);
  return lines.map(({ from, to, weight }) => ({
    x1: placement.xs[from]!,
    y1: placement.ys[from]!,
    x2: placement.xs[to]!,
    y2: placement.ys[to]!,
    share: weight / strongest,
  }));
}

/** All nets as bundles between squares of the die, each drawn at the mean place of its pins. */
export function bundles(block: Block, placement: Placement): NetLine[] {
  const count = CLUSTERS * CLUSTERS;
  const sums = { x: new Float64Array(count), y: new Float64Array(count), n: new Float64Array(count) };
  const cluster = (node: number): number => {
    const column = Math.floor((placement.xs[node]! / block.canvas.width) * CLUSTERS);
    const row = Math.floor((placement.ys[node]! / block.canvas.height) * CLUSTERS);
    const inside = (index: number) => Math.min(CLUSTERS - 1, Math.max(0, index));
    return inside(row) * CLUSTERS + inside(column);
  };
  const weights = new Float64Array(count * count);
  for (let net = 0; net < block.netCount; net++) {
    const start = block.netStarts[net]!;
    const end = Math.min(block.netStarts[net + 1]!, start + 1 + MOST_SINKS);
    const driver = block.pinNodes[block.netPins[start]!]!;
    if (!isPlaced(placement, driver)) continue;
    const from = cluster(driver);
    for (let i = start + 1; i < end; i++) {
      const sink = block.pinNodes[block.netPins[i]!]!;
      if (sink === driver || !isPlaced(placement, sink)) continue;
      const to = cluster(sink);
      const weight = block.netWeights[net]! / (end - start - 1);
      for (const [at, node] of [
        [from, driver],
        [to, sink],
      ] as const) {
        sums.x[at]! += placement.xs[node]! * weight;
        sums.y[at]! += placement.ys[node]! * weight;
        sums.n[at]! += weight;
      }
      if (from !== to) weights[Math.min(from, to) * count + Math.max(from, to)]! += weight;
    }
  }
  const pairs: number[] = [];
  for (let pair = 0; pair < weights.length; pair++) if (weights[pair]! > 0) pairs.push(pair);
  pairs.sort((a, b) => weights[b]! - weights[a]!);
  const strongest = pairs.length > 0 ? weights[pairs[0]!]! : 1;
  return pairs.slice(0, MOST_BUNDLES).map((pair) => {
    const [from, to] = [Math.floor(pair / count), pair % count];
    return {
      x1: sums.x[from]! / sums.n[from]!,
      y1: sums.y[from]! / sums.n[from]!,
      x2: sums.x[to]! / sums.n[to]!,
      y2: sums.y[to]! / sums.n[to]!,
      share: weights[pair]! / strongest,
    };
  });
}
