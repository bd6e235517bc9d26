// Groups and distance: a group that spreads over too much of the canvas is divided, and a tiny one joins the neighbour
// that it shares most nets with. Facts: Circuit Training's grouper.

import { groupBy } from "../arrays.js";
import { type Block, NodeKind } from "../block.js";
import type { CellNets } from "./cell-nets.js";

/** Groups in numbers 0 .. count - 1. */
interface Groups {
  /** Per node its group, or -1; changed in place. */
  readonly groups: Int32Array;
  readonly count: number;
}

/** A group is at most as wide and high as a square with this share of the canvas area. */
const LARGEST_SPREAD = 1 / 16;
/** Groups with at most this share of the mean number of members are merged. */
const SMALL = 1 / 4;

/** Largest width or height of a group, in µm. */
export function largestSpread({ canvas }: Block): number {
  return Math.sqrt(canvas.width * canvas.height * LARGEST_SPREAD);
}

/**
 * Divides groups wider or higher than `spread` (µm) into squares of that size around their centre of area. The middle
 * square keeps the number, the others get new ones from `count` on. Hard macros count as points. Returns the number of
 * groups afterwards.
 */
export function breakUp(block: Block, { groups, count }: Groups, spread: number): number {
  const { xs, ys } = block.initial;
  const { members, starts } = membersOf(groups, count);
  let next = count;
  for (let group = 0; group < count; group++) {
    const nodes = members.subarray(starts[group]!, starts[group + 1]!);
    const [wide, centreX] = extent(block, nodes, xs);
    const [high, centreY] = extent(block, nodes, ys);
    if (!(wide > spread) && !(high > spread)) continue;
    const numberOf = new Map<string, number>();
    for (const node of nodes) {
      const column = wide > spread ? square(xs[node]!, centreX, spread) : 0;
      const row = high > spread ? square(ys[node]!, centreY, spread) : 0;
      if (column === 0 && row === 0) continue;
      const key = `${column},${row}`;
      let number = numberOf.get(key);
      if (number === undefined) {
        number = next++;
        numberOf.set(key, number);
      }
      groups[node] = number;
    }
  }
  return next;
}

/** Index of the square that a coordinate is in; 0 is around the centre. */
function square(at: number, centre: number, spread: number): number {
  const distance = (at - centre) / spread;
  return Math.trunc(distance + (distance > 0 ? 0.5 : -0.5));
}

/** Distance between the outermost nodes, and the centre of area (or of the places, if there is no area). */
function extent(block: Block, nodes: Int32Array, along: Float64Array): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  let area = 0;
  let moment = 0;
  let sum = 0;
  for (const node of nodes) {
    const at = along[node]!;
    least = Math.min(least, at);
    most = Math.max(most, at);
    sum += at;
    if (block.kinds[node] !== NodeKind.StandardCell) continue;
    const size = block.widths[node]! * block.heights[node]!;
    area += size;
    moment += size * at;
  }
  return [most - least, area > 0 ? moment / area : sum / nodes.length];
}

interface Merging extends Groups {
  /** Largest Manhattan distance between the centres of two groups that merge, in µm. Infinite: places do not matter. */
  readonly reach: number;
}

/**
 * Merges each small group into the group within reach that shares most nets with it; among equal ones, into that of
 * the lowest number.
 */
export function mergeSmall(block: Block, nets: CellNets, merging: Merging): void {
  const { groups, count } = merging;
  let filled = 0;
  let grouped = 0;
  const sizes = new Int32Array(count);
  for (const group of groups) {
    if (group < 0) continue;
    grouped++;
    if (sizes[group]!++ === 0) filled++;
  }
  const small = filled > 0 ? Math.floor((SMALL * grouped) / filled) : 0;
  while (mergePass(block, nets, { ...merging, small }));
}

/** @param merging `small`: most members of a small group */
function mergePass(block: Block, nets: CellNets, merging: Merging & { readonly small: number }): boolean {
  const { groups, count, reach, small } = merging;
  const { xs, ys } = block.initial;
  const { members, starts } = membersOf(groups, count);
  const centres = new Float64Array(2 * count).fill(Number.NaN);
  const near = Number.isFinite(reach);
  if (near)
    for (let group = 0; group < count; group++) {
      const nodes = members.subarray(starts[group]!, starts[group + 1]!);
      if (nodes.length === 0) continue;
      centres[2 * group] = extent(block, nodes, xs)[1];
      centres[2 * group + 1] = extent(block, nodes, ys)[1];
    }
  const into = Int32Array.from({ length: count }, (_, group) => group);
  const shared = new SharedNets(nets, groups, count);
  let merged = false;
  for (let group = 0; group < count; group++) {
    const size = starts[group + 1]! - starts[group]!;
    if (size === 0 || size > small || into[group] !== group) continue;
    const partner = shared.most(members.subarray(starts[group]!, starts[group + 1]!), group, (other) => {
      if (root(into, other) === group) return false;
      if (!near) return true;
      const dx = centres[2 * other]! - centres[2 * group]!;
      const dy = centres[2 * other + 1]! - centres[2 * group + 1]!;
      return Math.abs(dx) + Math.abs(dy) <= reach;
    });
    if (partner < 0) continue;
    into[group] = root(into, partner);
    merged = true;
  }
  for (let node = 0; node < groups.length; node++)
    if (groups[node]! >= 0) groups[node] = root(into, groups[node]!);
  return merged;
}

function root(into: Int32Array, group: number): number {
  let at = group;
  while (into[at] !== at) at = into[at]!;
  return at;
}

/** Counts the nets that groups share. */
class SharedNets {
  private readonly nets: CellNets;
  private readonly groups: Int32Array;
  private readonly counts: Int32Array;
  private readonly netMet: Int32Array;
  private readonly groupMet: Int32Array;
  private netNumber = 0;
  private groupNumber = 0;

  constructor(nets: CellNets, groups: Int32Array, count: number) {
    this.nets = nets;
    this.groups = groups;
    this.counts = new Int32Array(count);
    this.netMet = new Int32Array(nets.netCount);
    this.groupMet = new Int32Array(count);
  }

  /** The allowed group that shares most nets with group `own`, whose members are `nodes`; -1 if there is none. */
  most(nodes: Int32Array, own: number, allowed: (group: number) => boolean): number {
    const { netStarts, netNodes, nodeStarts, nodeNets } = this.nets;
    const { groups, counts, netMet, groupMet } = this;
    const net0 = ++this.netNumber;
    const met: number[] = [];
    for (const node of nodes)
      for (let k = nodeStarts[node]!; k < nodeStarts[node + 1]!; k++) {
        const net = nodeNets[k]!;
        if (netMet[net] === net0) continue;
        netMet[net] = net0;
        const group0 = ++this.groupNumber;
        for (let i = netStarts[net]!; i < netStarts[net + 1]!; i++) {
          const group = groups[netNodes[i]!]!;
          if (group < 0 || group === own || groupMet[group] === group0) continue;
          groupMet[group] = group0;
          if (counts[group]!++ === 0) met.push(group);
        }
      }
    let best = -1;
    let most = 0;
    for (const group of met.sort((a, b) => a - b)) {
      if (counts[group]! > most && allowed(group)) {
        most = counts[group]!;
        best = group;
      }
      counts[group] = 0;
    }
    return best;
  }
}

/** Members of every group, in node order; nodes without a group are left out. */
function membersOf(groups: Int32Array, count: number): { starts: Int32Array; members: Int32Array } {
  const shifted = groups.map((group) => (group < 0 ? count : group));
  const { starts, items } = groupBy(count + 1, shifted);
  return { starts: starts.subarray(0, count + 1), members: items.subarray(0, starts[count]!) };
}
