// A sample of the reward model: numbers that describe a placement of hard macros, and its costs once the soft macros
// are placed. The numbers are cheap: a few sweeps estimate where soft macros will be (as in the policy's observations),
// and the judge evaluates once. The costs are what the model learns to predict.
import { type CellPlacer, Judge, type JudgeOptions, putOnCell } from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import { type Block, NodeKind, type Placement, Random } from "../../netlist/index.js";
import { makeCellPlacer } from "../../placer/index.js";
import type { Policy } from "../network/checkpoint.js";
import { type GraphInput, graphInput } from "../network/graph-input.js";
import { PlacementSource, REWARD_SOURCES } from "./sources.js";

/** What is predicted: costs after soft macros are placed, with all macros in orientation N. */
export const REWARD_LABELS = ["wirelength", "density", "congestion", "proxy"] as const;
export type RewardLabel = (typeof REWARD_LABELS)[number];

const SWEEPS = 30; // that estimate soft macros, as at the start of an episode
const TOP_SHARES = [0.01, 0.03, 0.1, 0.2, 0.4, 0.7] as const;
const PAIRS = ["macro-macro", "macro-soft", "macro-port", "soft-soft", "soft-port", "port-port"] as const;
const MAPS = ["density", "horizontal", "vertical"] as const;

/** Wirelengths before soft macros are placed: what the linear baseline sees. Lengths are shares of the canvas side. */
export const LENGTH_NUMBERS: readonly string[] = [
  "hpwl",
  ...PAIRS.flatMap((pair) => [`${pair}/x`, `${pair}/y`]),
];

/** All numbers that describe a placement before its soft macros are placed; the lengths come first. */
export const REWARD_NUMBERS: readonly string[] = [
  ...LENGTH_NUMBERS,
  "density",
  "congestion",
  ...MAPS.flatMap((map) => TOP_SHARES.map((share) => `${map}/top${share}`)),
  "macros/edge",
  "macros/spreadX",
  "macros/spreadY",
  "softs/overMacros",
  "softs/spreadX",
  "softs/spreadY",
];

/** One placement of one block. */
export interface RewardSample {
  /** Index into `REWARD_SOURCES`. */
  readonly source: number;
  /** Grid cell of every movable hard macro, in the order by area. */
  readonly cells: Int32Array;
  /** x and y of every graph node, -1 at the left or lower edge, 1 at the right or upper one, [2 x graph nodes] */
  readonly places: Float32Array;
  /** [REWARD_NUMBERS] */
  readonly numbers: Float32Array;
  /** [REWARD_LABELS] */
  readonly labels: Float32Array;
}

/** Draws and measures samples of one block. */
export class RewardSampler {
  readonly graph: GraphInput;
  private readonly judge: Judge;
  private readonly cells: CellPlacer;
  private readonly source: PlacementSource;
  private readonly softs: readonly number[];

  constructor(
    kernels: Kernels,
    block: Block,
    { policies = [], judge }: { readonly policies?: readonly Policy[]; readonly judge?: JudgeOptions } = {},
  ) {
    this.judge = new Judge(kernels, block, judge);
    this.cells = makeCellPlacer("fd", this.judge);
    this.source = new PlacementSource(this.judge, this.cells, policies);
    this.graph = graphInput(block);
    this.softs = Array.from(block.kinds.keys()).filter((node) => block.kinds[node] === NodeKind.SoftMacro);
  }

  /** The macros whose cells a sample holds. */
  get macros(): Int32Array {
    return this.source.macros;
  }

  /** Sample number `index` of a seed; depends on nothing else. */
  draw(seed: number, index: number): RewardSample {
    const random = Random.stream(seed, "reward", this.judge.block.name, index);
    const { source, cells } = this.source.draw(random);
    return { source: REWARD_SOURCES.indexOf(source), cells, ...this.measure(cells) };
  }

  /** Everything that follows from the cells of the macros. */
  measure(cells: Int32Array): Omit<RewardSample, "source" | "cells"> {
    return this.measured(() => {
      const { judge } = this;
      for (const [index, macro] of this.macros.entries()) {
        putOnCell(judge, macro, cells[index]!);
        judge.placement.orientations[macro] = 0;
      }
    });
  }

  /** The same of macros that lie anywhere, in any orientation: those of a placement of this block. */
  measureAt({ xs, ys, orientations }: Placement): Omit<RewardSample, "source" | "cells"> {
    return this.measured(() => {
      const { placement } = this.judge;
      for (const macro of this.macros) {
        placement.xs[macro] = xs[macro]!;
        placement.ys[macro] = ys[macro]!;
        placement.orientations[macro] = orientations[macro]!;
      }
    });
  }

  /** Where everything lies that was measured last. The next sample overwrites it. */
  get placement(): Placement {
    return this.judge.placement;
  }

  private measured(putMacros: () => void): Omit<RewardSample, "source" | "cells"> {
    const { judge } = this;
    const { placement, block, kernels, state } = judge;
    placement.xs.set(block.initial.xs);
    placement.ys.set(block.initial.ys);
    placement.orientations.set(block.initial.orientations);
    putMacros();
    kernels.run.placePoints(state.address);
    this.cells.estimateSoftMacros(SWEEPS, true);
    const places = this.places();
    const numbers = this.numbers(places);
    this.cells.placeSoftMacros();
    const { wirelengthCost, densityCost, congestionCost, proxyCost } = judge.evaluate();
    const labels = Float32Array.of(wirelengthCost, densityCost, congestionCost, proxyCost);
    return { places, numbers, labels };
  }

  private places(): Float32Array {
    const { graph, judge } = this;
    const { placement, block } = judge;
    const places = new Float32Array(2 * graph.nodeCount);
    const features = graph.features.length / Math.max(1, graph.nodeCount);
    for (let node = 0; node < graph.nodeCount; node++)
      places.set(graph.features.subarray(node * features + 7, node * features + 9), 2 * node);
    for (let node = 0; node < block.nodeCount; node++) {
      const at = graph.graphNodes[node]!;
      if (at < 0 || Number.isNaN(placement.xs[node])) continue;
      places[2 * at] = (2 * placement.xs[node]!) / block.canvas.width - 1;
      places[2 * at + 1] = (2 * placement.ys[node]!) / block.canvas.height - 1;
    }
    return places;
  }

  private numbers(places: Float32Array): Float32Array {
    const { judge } = this;
    const { wirelengthCost, densityCost, congestionCost } = judge.evaluate();
    const maps = judge.maps();
    const numbers = [
      wirelengthCost,
      ...edgeLengths(this.graph, places),
      densityCost,
      congestionCost,
      ...MAPS.flatMap((name) => topMeans(maps[name])),
      ...macroNumbers(judge, this.macros),
      this.softsOverMacros(),
      ...spreads(judge, this.softs),
    ];
    return Float32Array.from(numbers);
  }

  /** Share of the soft macros' area whose centre lies in a cell that a macro touches. */
  private softsOverMacros(): number {
    const { block, placement } = this.judge;
    const { columns, rows } = block.grid;
    const covered = new Uint8Array(columns * rows);
    for (const macro of this.macros) {
      const left = cellAlong(placement.xs[macro]! - block.widths[macro]! / 2, block.canvas.width, columns);
      const right = cellAlong(placement.xs[macro]! + block.widths[macro]! / 2, block.canvas.width, columns);
      const bottom = cellAlong(placement.ys[macro]! - block.heights[macro]! / 2, block.canvas.height, rows);
      const top = cellAlong(placement.ys[macro]! + block.heights[macro]! / 2, block.canvas.height, rows);
      for (let row = bottom; row <= top; row++)
        for (let column = left; column <= right; column++) covered[row * columns + column] = 1;
    }
    let over = 0;
    let total = 0;
    for (const soft of this.softs) {
      const area = block.widths[soft]! * block.heights[soft]!;
      const cell =
        cellAlong(placement.ys[soft]!, block.canvas.height, rows) * columns +
        cellAlong(placement.xs[soft]!, block.canvas.width, columns);
      total += area;
      if (covered[cell] === 1) over += area;
    }
    return over / (total || 1);
  }
}

function cellAlong(at: number, length: number, cells: number): number {
  return Math.min(cells - 1, Math.max(0, Math.floor((at * cells) / length)));
}

/** Mean length of the graph's edges by the kinds that they join, weighted, in x and in y, as shares of the canvas. */
function edgeLengths(graph: GraphInput, places: Float32Array): number[] {
  const sums = new Float64Array(2 * PAIRS.length);
  const weights = new Float64Array(PAIRS.length);
  const features = graph.features.length / Math.max(1, graph.nodeCount);
  // Row of the first three features: hard macro, port, soft macro.
  const kind = (node: number) =>
    graph.features[node * features] === 1 ? 0 : graph.features[node * features + 1] === 1 ? 2 : 1;
  const pairs = [0, 1, 2, 1, 3, 4, 2, 4, 5]; // macro, soft, port by macro, soft, port
  for (let edge = 0; edge < graph.edgeCount; edge++) {
    const a = graph.edgeSources[edge]!;
    const b = graph.edgeTargets[edge]!;
    const weight = graph.edgeWeights[edge]!;
    const pair = pairs[3 * kind(a) + kind(b)]!;
    sums[2 * pair]! += (weight * Math.abs(places[2 * a]! - places[2 * b]!)) / 2;
    sums[2 * pair + 1]! += (weight * Math.abs(places[2 * a + 1]! - places[2 * b + 1]!)) / 2;
    weights[pair]! += weight;
  }
  return Array.from(sums, (sum, index) => sum / (weights[index >> 1]! || 1));
}

/** Means of the highest values of a map, by share of the cells. */
function topMeans(map: Float64Array): number[] {
  const sorted = map.slice().sort().reverse();
  return TOP_SHARES.map((share) => {
    const count = Math.max(1, Math.floor(share * sorted.length));
    return sorted.subarray(0, count).reduce((sum, value) => sum + value, 0) / count;
  });
}

/** Nearness of the macros' area to the edges (0 in the middle, 1 at an edge), and how far it is spread. */
function macroNumbers(judge: Judge, macros: Int32Array): number[] {
  const { block, placement } = judge;
  let near = 0;
  let total = 0;
  for (const macro of macros) {
    const area = block.widths[macro]! * block.heights[macro]!;
    const x = Math.abs((2 * placement.xs[macro]!) / block.canvas.width - 1);
    const y = Math.abs((2 * placement.ys[macro]!) / block.canvas.height - 1);
    near += area * Math.max(x, y);
    total += area;
  }
  return [near / (total || 1), ...spreads(judge, macros)];
}

/** Deviation of the nodes' area in x and in y, as shares of the canvas. */
function spreads({ block, placement }: Judge, nodes: ArrayLike<number>): number[] {
  return [placement.xs, placement.ys].map((places, axis) => {
    const length = axis === 0 ? block.canvas.width : block.canvas.height;
    let total = 0;
    let sum = 0;
    let squares = 0;
    for (const node of Array.from(nodes)) {
      const area = block.widths[node]! * block.heights[node]!;
      const at = places[node]! / length;
      total += area;
      sum += area * at;
      squares += area * at * at;
    }
    const mean = sum / (total || 1);
    return Math.sqrt(Math.max(0, squares / (total || 1) - mean * mean));
  });
}
