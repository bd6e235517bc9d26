// Placement by min-cut (Breuer 1977; Dunlop and Kernighan 1985; Caldwell, Kahng and Markov 2000): the canvas is cut
// in two across its longer side and so are the macros, with few nets cut; then each half likewise, down to regions of
// one macro or so. Nets that leave a region pull to the side where their other ends are (terminal propagation). At
// last hard macros go to grid cells, largest first, each to the feasible one nearest to its region.
import type { Judge, MaskMaker } from "../../env/index.js";
import {
  bisect,
  copyPlacement,
  groupBy,
  type Hypergraph,
  makeHypergraph,
  NodeKind,
  type Placement,
  type Random,
} from "../../netlist/index.js";
import { snapHardMacros } from "../legaliser/snap.js";
import type { OneShotPlacer } from "../restarts/one-shot.js";
import { type Region, RegionSpace } from "./free-area.js";

/** What attempts draw. */
export const MINCUT_SETTINGS = {
  tolerance: {
    least: 0.15,
    most: 0.65,
    meaning: "deviation that a cut may have from equal areas, relative to them",
  },
  outward: {
    least: 0.1,
    most: 20,
    meaning: "pull of hard macros to the canvas edge, over the mean weight of their wires",
  },
  softArea: { least: 0.6, most: 4, meaning: "factor on the area of soft macros" },
  dead: {
    least: 0.02,
    most: 0.5,
    meaning:
      "distance from a cut line within which net ends pull to neither side, in half-widths of the region",
  },
  portWeight: { least: 0.3, most: 4, meaning: "factor on the weight of nets that leave a region" },
} as const;

export type MincutOptions = Readonly<Record<keyof typeof MINCUT_SETTINGS, number>>;

export const MINCUT_START: MincutOptions = {
  tolerance: 0.4,
  outward: 2,
  softArea: 1.5,
  dead: 0.1,
  portWeight: 1,
};

/** Tries of one attempt to get past dead ends, each with the next random numbers and so another division. */
const TRIES = 40;

const mincutPlacer: OneShotPlacer = {
  name: "mincut",
  description: "canvas and macros cut in two again and again with few nets cut, then onto cells",
  module: import.meta.url,
  settings: MINCUT_SETTINGS,
  starts: [MINCUT_START],

  place(context, { settings }, random) {
    for (let deadEnds = 0; deadEnds < TRIES; deadEnds++)
      if (mincutPlacement(context.masks, random, settings)) return true;
    return false;
  },
};
export default mincutPlacer;

/** A region that comes this near to an edge of the canvas lies at it, in canvas sides. */
const AT_EDGE = 0.001;
/** Random starts of each division at its coarsest: more attempts bring more than better divisions. */
const STARTS = 1;
/** Weights of nets are whole numbers of this part of a wire. */
const WEIGHT_UNIT = 8;
/** Regions of at most so many movable nodes are not cut further. */
const LEAF = 2;
/** A region this many times as wide as high counts as square; a random factor up to it blurs the choice of the cut. */
const SQUARENESS = 1.25;

/**
 * Macros divided over the canvas, hard ones then on grid cells without overlap; false if one finds no cell.
 * Overwrites the placement of the masks' judge; soft macros stand in the middle of their regions and are yet to be settled.
 */
export function mincutPlacement(
  masks: MaskMaker,
  random: Random,
  given: Partial<MincutOptions> = {},
): boolean {
  return snapHardMacros(masks, divideMacros(masks.judge, random, given)) !== undefined;
}

/** Where min-cut wants the macros: hard ones may overlap, and are in orientation N. */
export function divideMacros(judge: Judge, random: Random, given: Partial<MincutOptions> = {}): Placement {
  return new MincutPlacer(judge, random, { ...MINCUT_START, ...given }).run();
}

interface Part {
  readonly region: Region;
  readonly nodes: Int32Array;
}

class MincutPlacer {
  private readonly judge: Judge;
  private readonly random: Random;
  private readonly options: MincutOptions;
  private readonly space: RegionSpace;
  private readonly nets: NodeNets;
  private readonly placement: Placement;
  private readonly areas: Float64Array;
  private readonly meanWires: number;
  /** Per node, its vertex in the graph that is being made, or -1. */
  private readonly localOf: Int32Array;
  private readonly netMet: Int32Array;
  private partNumber = 0;

  constructor(judge: Judge, random: Random, options: MincutOptions) {
    const { block } = judge;
    this.judge = judge;
    this.random = random;
    this.options = options;
    this.space = new RegionSpace(block);
    this.nets = nodeNets(judge);
    this.placement = copyPlacement(block.initial);
    this.areas = Float64Array.from({ length: block.nodeCount }, (_, node) => {
      const area = block.widths[node]! * block.heights[node]!;
      return block.kinds[node] === NodeKind.HardMacro ? area : options.softArea * area;
    });
    this.meanWires = this.meanWiresOfHardMacros();
    this.localOf = new Int32Array(block.nodeCount).fill(-1);
    this.netMet = new Int32Array(this.nets.netCount).fill(-1);
  }

  run(): Placement {
    const { block } = this.judge;
    const movable: number[] = [];
    for (let node = 0; node < block.nodeCount; node++)
      if (!block.fixed[node] && block.kinds[node] !== NodeKind.Port) movable.push(node);
    const canvas = { left: 0, bottom: 0, right: block.canvas.width, top: block.canvas.height };
    for (const node of movable)
      if (block.kinds[node] === NodeKind.HardMacro) this.placement.orientations[node] = 0;
    let parts: Part[] = [{ region: this.space.trim(canvas), nodes: Int32Array.from(movable) }];
    this.gather(parts[0]!);
    while (parts.length > 0) {
      const next: Part[] = [];
      for (const part of parts) {
        if (this.small(part)) continue;
        const [first, second] = this.divide(part);
        this.gather(first);
        this.gather(second);
        next.push(first, second);
      }
      parts = next;
    }
    return this.placement;
  }

  /** No use in cutting it: few nodes, or about a grid cell. */
  private small({ region, nodes }: Part): boolean {
    const { canvas, grid } = this.judge.block;
    const cellWidth = canvas.width / grid.columns;
    const cellHeight = canvas.height / grid.rows;
    if (nodes.length <= LEAF) return true;
    return region.right - region.left < 1.5 * cellWidth && region.top - region.bottom < 1.5 * cellHeight;
  }

  /** All nodes of a part to its middle. */
  private gather({ region, nodes }: Part): void {
    for (const node of nodes) {
      this.placement.xs[node] = (region.left + region.right) / 2;
      this.placement.ys[node] = (region.bottom + region.top) / 2;
    }
  }

  private divide({ region, nodes }: Part): [Part, Part] {
    const { random, options, space } = this;
    const width = region.right - region.left;
    const height = region.top - region.bottom;
    const acrossX = width * SQUARENESS ** (2 * random.uniform() - 1) >= height;
    const line = space.cutAt(region, acrossX, 0.5);
    const { graph, fixed } = this.graphOf(nodes, region, acrossX, line);
    let total = 0;
    for (const area of graph.areas) total += area;
    const slack = (options.tolerance * total) / 2;
    const balance = { low: total / 2 - slack, high: total / 2 + slack };
    const { sides } = bisect({ graph, fixed, balance }, random, { starts: STARTS });
    let area = 0;
    for (let i = 0; i < nodes.length; i++) if (sides[i] === 0) area += graph.areas[i]!;
    const share = total > 0 ? Math.min(0.9, Math.max(0.1, area / total)) : 0.5;
    const cut = space.cutAt(region, acrossX, share);
    const low = acrossX ? { ...region, right: cut } : { ...region, top: cut };
    const high = acrossX ? { ...region, left: cut } : { ...region, bottom: cut };
    return [
      { region: space.trim(low), nodes: nodes.filter((_, i) => sides[i] === 0) },
      { region: space.trim(high), nodes: nodes.filter((_, i) => sides[i] === 1) },
    ];
  }

  /** The nodes of a region and, last, two fixed vertices for what pulls them to either side of the line. */
  private graphOf(
    nodes: Int32Array,
    region: Region,
    acrossX: boolean,
    line: number,
  ): { graph: Hypergraph; fixed: Int8Array } {
    const { nets, localOf, netMet, placement, options } = this;
    const from = acrossX ? region.left : region.bottom;
    const to = acrossX ? region.right : region.top;
    const along = acrossX ? placement.xs : placement.ys;
    const dead = (options.dead * (to - from)) / 2;
    const count = nodes.length;
    const stamp = this.partNumber++;
    const starts: number[] = [0];
    const vertices: number[] = [];
    const weights: number[] = [];
    for (let i = 0; i < count; i++) localOf[nodes[i]!] = i;
    for (const node of nodes)
      for (let k = nets.nodeStarts[node]!; k < nets.nodeStarts[node + 1]!; k++) {
        const net = nets.nodeNets[k]!;
        if (netMet[net] === stamp) continue;
        netMet[net] = stamp;
        const start = vertices.length;
        let low = false;
        let high = false;
        for (let j = nets.netStarts[net]!; j < nets.netStarts[net + 1]!; j++) {
          const other = nets.netNodes[j]!;
          const local = localOf[other]!;
          if (local >= 0) vertices.push(local);
          else if (along[other]! < line - dead) low = true;
          else if (along[other]! > line + dead) high = true;
        }
        // A net with ends on both sides is cut whatever is done.
        const inner = vertices.length - start;
        if ((low && high) || (inner === 1 && !low && !high)) {
          vertices.length = start;
          continue;
        }
        if (low || high) vertices.push(low ? count : count + 1);
        const weight = nets.netWeights[net]! * (low || high ? options.portWeight : 1);
        starts.push(vertices.length);
        weights.push(Math.max(1, Math.round(WEIGHT_UNIT * weight)));
      }
    this.addPullOutward(nodes, region, acrossX, starts, vertices, weights);
    for (const node of nodes) localOf[node] = -1;
    const areas = new Float64Array(count + 2);
    for (let i = 0; i < count; i++) areas[i] = this.areas[nodes[i]!]!;
    const fixed = new Int8Array(count + 2).fill(-1);
    fixed[count] = 0;
    fixed[count + 1] = 1;
    return { graph: makeHypergraph(areas, { starts, vertices, weights }), fixed };
  }

  /** A net from every hard macro to the side at an edge of the canvas, where only one side is. */
  private addPullOutward(
    nodes: Int32Array,
    region: Region,
    acrossX: boolean,
    starts: number[],
    vertices: number[],
    weights: number[],
  ): void {
    const { canvas, kinds } = this.judge.block;
    const size = acrossX ? canvas.width : canvas.height;
    const atStart = (acrossX ? region.left : region.bottom) < AT_EDGE * size;
    const atEnd = (acrossX ? region.right : region.top) > (1 - AT_EDGE) * size;
    const weight = Math.round(WEIGHT_UNIT * this.options.outward * this.meanWires);
    if (atStart === atEnd || weight < 1) return;
    for (let i = 0; i < nodes.length; i++) {
      if (kinds[nodes[i]!] !== NodeKind.HardMacro) continue;
      vertices.push(i, nodes.length + (atStart ? 0 : 1));
      starts.push(vertices.length);
      weights.push(weight);
    }
  }

  private meanWiresOfHardMacros(): number {
    const { nets, judge } = this;
    const { kinds, nodeCount } = judge.block;
    let wires = 0;
    let macros = 0;
    for (let node = 0; node < nodeCount; node++) {
      if (kinds[node] !== NodeKind.HardMacro) continue;
      macros++;
      for (let k = nets.nodeStarts[node]!; k < nets.nodeStarts[node + 1]!; k++)
        wires += nets.netWeights[nets.nodeNets[k]!]!;
    }
    return macros > 0 ? wires / macros : 0;
  }
}

/** Nets as lists of distinct nodes. */
interface NodeNets {
  readonly netCount: number;
  readonly netStarts: Int32Array;
  readonly netNodes: Int32Array;
  readonly netWeights: Float64Array;
  readonly nodeStarts: Int32Array;
  readonly nodeNets: Int32Array;
}

function nodeNets({ nets, block }: Judge): NodeNets {
  const starts: number[] = [0];
  const nodes: number[] = [];
  const owners: number[] = [];
  const lastNet = new Int32Array(block.nodeCount).fill(-1);
  for (let net = 0; net < nets.netCount; net++) {
    for (let i = nets.netStarts[net]!; i < nets.netStarts[net + 1]!; i++) {
      const node = nets.pointNodes[nets.netPoints[i]!]!;
      if (lastNet[node] === net) continue;
      lastNet[node] = net;
      nodes.push(node);
      owners.push(net);
    }
    starts.push(nodes.length);
  }
  const netNodes = Int32Array.from(nodes);
  const { starts: nodeStarts, items } = groupBy(block.nodeCount, netNodes);
  return {
    netCount: nets.netCount,
    netStarts: Int32Array.from(starts),
    netNodes,
    netWeights: nets.netWeights,
    nodeStarts,
    nodeNets: items.map((item) => owners[item]!),
  };
}
