// Rent's rule of a netlist: T = t · B^p, where T wires leave a cluster of B macros (Landman and Russo, IEEE Trans.
// Computers 1971). Clusters come from matching, not from min-cut partitioning: in every round each cluster joins the
// neighbour that it shares most wires with, relative to that neighbour's size. The exponents are somewhat higher than
// with partitioning, but in the same way for every block, so that blocks can be compared.
import { type Block, NodeKind } from "./block.js";

export interface RentLevel {
  readonly clusters: number;
  /** Mean number of macros and cells in a cluster. */
  readonly size: number;
  /** Geometric mean over clusters of the wires (net weights) that leave; clusters without any are left out. */
  readonly wires: number;
}

export interface RentDescription {
  /** Slope of log wires over log size; 0 if there are fewer than three levels. */
  readonly exponent: number;
  readonly levels: readonly RentLevel[];
}

const LARGEST_NET = 64; // pins; larger nets do not decide which clusters join, but count as wires
const FEWEST_CLUSTERS = 8; // with fewer, ports and edges dominate (Rent's second region)

/** Rent's rule over the hard macros, soft macros and cells of a block; ports are outside. */
export function describeRent(block: Block): RentDescription {
  let cluster = new Int32Array(block.nodeCount).fill(-1); // per node; -1 for ports
  let sizes: number[] = [];
  for (let node = 0; node < block.nodeCount; node++)
    if (block.kinds[node] !== NodeKind.Port) {
      cluster[node] = sizes.length;
      sizes.push(1);
    }
  const levels: RentLevel[] = [];
  while (sizes.length >= FEWEST_CLUSTERS) {
    const { wires, ties } = countWires(block, cluster, sizes.length);
    levels.push(describeLevel(sizes, wires));
    const { mates, count } = match(sizes, ties);
    if (count === sizes.length) break;
    const joined = new Array<number>(count).fill(0);
    for (const [old, mate] of mates.entries()) joined[mate]! += sizes[old]!;
    cluster = cluster.map((old) => (old < 0 ? -1 : mates[old]!));
    sizes = joined;
  }
  return { exponent: slope(levels), levels };
}

/** Wires that leave each cluster, and the strength of the tie between every two that share a net. */
function countWires(
  block: Block,
  cluster: Int32Array,
  count: number,
): { wires: Float64Array; ties: Map<number, number>[] } {
  const wires = new Float64Array(count);
  const ties = Array.from({ length: count }, () => new Map<number, number>());
  for (let net = 0; net < block.netCount; net++) {
    const members = new Set<number>();
    for (let i = block.netStarts[net]!; i < block.netStarts[net + 1]!; i++)
      members.add(cluster[block.pinNodes[block.netPins[i]!]!]!);
    if (members.size < 2) continue;
    const weight = block.netWeights[net]!;
    members.delete(-1);
    for (const member of members) wires[member]! += weight;
    if (members.size < 2 || members.size > LARGEST_NET) continue;
    const tie = weight / (members.size - 1);
    for (const a of members)
      for (const b of members) if (a !== b) ties[a]!.set(b, (ties[a]!.get(b) ?? 0) + tie);
  }
  return { wires, ties };
}

/** Pairs of clusters, smallest first, each with the neighbour of the strongest tie for its size. */
function match(
  sizes: readonly number[],
  ties: readonly Map<number, number>[],
): { mates: Int32Array; count: number } {
  const mates = new Int32Array(sizes.length).fill(-1);
  const order = [...sizes.keys()].sort((a, b) => sizes[a]! - sizes[b]! || a - b);
  let count = 0;
  for (const a of order) {
    if (mates[a]! >= 0) continue;
    let best = -1;
    let strongest = 0;
    for (const [b, tie] of ties[a]!) {
      if (mates[b]! >= 0) continue;
      const strength = tie / sizes[b]!;
      if (strength > strongest || (strength === strongest && b < best)) [best, strongest] = [b, strength];
    }
    mates[a] = count;
    if (best >= 0) mates[best] = count;
    count++;
  }
  return { mates, count };
}

function describeLevel(sizes: readonly number[], wires: Float64Array): RentLevel {
  let logarithms = 0;
  let counted = 0;
  for (const value of wires)
    if (value > 0) {
      logarithms += Math.log(value);
      counted++;
    }
  const total = sizes.reduce((sum, size) => sum + size, 0);
  return {
    clusters: sizes.length,
    size: total / sizes.length,
    wires: counted > 0 ? Math.exp(logarithms / counted) : 0,
  };
}

/** Least squares in logarithms. */
function slope(levels: readonly RentLevel[]): number {
  const points = levels
    .filter(({ wires }) => wires > 0)
    .map(({ size, wires }) => [Math.log(size), Math.log(wires)] as const);
  if (points.length < 3) return 0;
  const meanX = points.reduce((sum, [x]) => sum + x, 0) / points.length;
  const meanY = points.reduce((sum, [, y]) => sum + y, 0) / points.length;
  let products = 0;
  let squares = 0;
  for (const [x, y] of points) {
    products += (x - meanX) * (y - meanY);
    squares += (x - meanX) ** 2;
  }
  return squares > 0 ? products / squares : 0;
}
