// Analytic placement: hard and soft macros move together down the gradient of a smooth wirelength plus a penalty for
// overfull bins whose weight grows, from the middle of the canvas (Adam steps); then hard macros go to grid cells,
// largest first, each to the feasible one nearest to its place. It does not see density or congestion as the judge
// counts them: restarts (placer/restarts/restarts.ts) try other settings and let the judge choose.
import type { Judge, MaskMaker } from "../../env/index.js";
import {
  type Block,
  copyPlacement,
  NodeKind,
  type Placement,
  type Random,
  turnOffset,
} from "../../netlist/index.js";
import { geometric } from "../geometric.js";
import { snapHardMacros } from "../legaliser/snap.js";
import type { OneShotPlacer } from "../restarts/one-shot.js";
import { Cloud, CloudAdam } from "./movable-bodies.js";
import { OverflowPenalty } from "./overflow-penalty.js";
import { SmoothWirelength } from "./smooth-wirelength.js";

export interface AnalyticOptions {
  /** Density up to which a bin costs nothing. */
  readonly target: number;
  /** Adam steps. */
  readonly steps: number;
  /** Bins along each side. */
  readonly bins: number;
  /** How far hard macros are enlarged: 0 their own size, 1 whole numbers of grid cells. */
  readonly inflation: number;
  /** First and last step length, in half-perimeters of the canvas. */
  readonly longestStep: number;
  readonly shortestStep: number;
  /** The penalty's first and last force, in those of the wirelength. */
  readonly firstPenalty: number;
  readonly lastPenalty: number;
  /** Pull of hard macros to the nearer walls, at a wall, in their mean pull of wires: soft macros get the middle. */
  readonly outward: number;
  /** Part of the soft macros' area that counts as density. */
  readonly softGrowth: number;
  /** Spread of the start around the middle, in canvas sides. */
  readonly spread: number;
}

export const ANALYTIC_DEFAULTS: AnalyticOptions = {
  target: 0.6,
  steps: 200,
  bins: 32,
  inflation: 1,
  longestStep: 0.006,
  shortestStep: 0.0006,
  firstPenalty: 0.05,
  lastPenalty: 10000, // a strong end spreads evenly, which the judge's density rewards after settling
  outward: 3,
  softGrowth: 0.5,
  spread: 0.02,
};

/** What restarts draw. */
export const ANALYTIC_SETTINGS = {
  target: { least: 0.45, most: 1.2, meaning: "density up to which a bin costs nothing" },
  inflation: {
    least: 0.3,
    most: 1,
    meaning: "enlargement of hard macros: 0 their own size, 1 whole grid cells",
  },
  softGrowth: { least: 0.15, most: 1, meaning: "part of the soft macros' area that counts as density" },
  outward: {
    least: 0.5,
    most: 25,
    meaning: "pull of hard macros to the canvas edges, over the mean pull of their wires",
  },
  lastPenalty: {
    least: 2000,
    most: 40000,
    meaning: "force that spreads the macros at the end, over that of the wires",
  },
  spread: {
    least: 0.01,
    most: 0.1,
    meaning: "spread of the start around the canvas centre, in canvas sides",
  },
} as const satisfies Partial<Record<keyof AnalyticOptions, object>>;

const analyticPlacer: OneShotPlacer = {
  name: "analytic",
  description: "all macros spread together down the gradient of wirelength and overlap, then onto cells",
  module: import.meta.url,
  settings: ANALYTIC_SETTINGS,
  starts: [
    Object.fromEntries(
      Object.keys(ANALYTIC_SETTINGS).map((name) => [name, ANALYTIC_DEFAULTS[name as keyof AnalyticOptions]]),
    ),
  ],

  place(context, { settings }, random) {
    return analyticPlacement(context.masks, random, settings) !== undefined;
  },
};
export default analyticPlacer;

// First and last softness of the wirelength and reach of the penalty, in half-perimeters of the canvas.
const GAMMA = [0.02, 0.001] as const;
const RANGE = [0.12, 0.01] as const;

/**
 * A placement of all macros that may move; they overlap a little, hard ones too. The judge's own placement is not
 * touched.
 */
export function spreadMacros(judge: Judge, random: Random, given: Partial<AnalyticOptions> = {}): Placement {
  const options = { ...ANALYTIC_DEFAULTS, ...given };
  const { block } = judge;
  const start = startOf(block, random, options.spread);
  const cloud = new Cloud(block, start, options);
  const slopes = new Slopes(judge, start, cloud);
  const adam = new CloudAdam(cloud);
  const halfPerimeter = block.canvas.width + block.canvas.height;
  for (let step = 0; step < options.steps; step++) {
    const progress = step / Math.max(1, options.steps - 1);
    const gamma = geometric(GAMMA, progress) * halfPerimeter;
    const range = geometric(RANGE, progress) * halfPerimeter;
    const weight = geometric([options.firstPenalty, options.lastPenalty], progress);
    slopes.find(gamma, range, weight, options.outward);
    const length = geometric([options.longestStep, options.shortestStep], progress) * halfPerimeter;
    adam.step(slopes.xs, slopes.ys, length);
  }
  cloud.writeTo(start);
  return start;
}

/** Slopes of wirelength and penalty together, one per body of a cloud. */
class Slopes {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  private readonly cloud: Cloud;
  private readonly wirelength: SmoothWirelength;
  private readonly penalty: OverflowPenalty;
  private readonly nodeXs: Float64Array;
  private readonly nodeYs: Float64Array;
  private readonly nodeXSlopes: Float64Array;
  private readonly nodeYSlopes: Float64Array;
  private readonly xPushes: Float64Array;
  private readonly yPushes: Float64Array;
  private balance = 0;
  private hardPull = 0;

  constructor(judge: Judge, start: Placement, cloud: Cloud) {
    const { nodeCount, canvas } = judge.block;
    const count = cloud.nodes.length;
    this.cloud = cloud;
    this.wirelength = new SmoothWirelength(judge.nets, ...turnedOffsets(judge, start));
    this.penalty = new OverflowPenalty(cloud.bins, cloud.target, cloud.standing);
    // Fixed nodes without a place count as in the middle.
    this.nodeXs = start.xs.map((x) => (Number.isNaN(x) ? canvas.width / 2 : x));
    this.nodeYs = start.ys.map((y) => (Number.isNaN(y) ? canvas.height / 2 : y));
    this.nodeXSlopes = new Float64Array(nodeCount);
    this.nodeYSlopes = new Float64Array(nodeCount);
    this.xPushes = new Float64Array(count);
    this.yPushes = new Float64Array(count);
    this.xs = new Float64Array(count);
    this.ys = new Float64Array(count);
  }

  /** @param weight of the penalty; at 1 it pushes as hard in sum, at the first call, as the wires pull */
  find(gamma: number, range: number, weight: number, outward: number): void {
    const { cloud, nodeXs, nodeYs, nodeXSlopes, nodeYSlopes, xPushes, yPushes } = this;
    cloud.writeTo({ xs: nodeXs, ys: nodeYs });
    nodeXSlopes.fill(0);
    nodeYSlopes.fill(0);
    this.wirelength.addGradient(nodeXs, nodeYs, gamma, nodeXSlopes, nodeYSlopes);
    this.penalty.gradient(cloud, range, xPushes, yPushes);
    if (this.balance === 0) {
      this.balance = this.pulls() / Math.max(sizeOf(xPushes) + sizeOf(yPushes), Number.MIN_VALUE);
      this.hardPull = this.meanHardPull();
    }
    const factor = weight * this.balance;
    for (let body = 0; body < cloud.nodes.length; body++) {
      const node = cloud.nodes[body]!;
      this.xs[body] = nodeXSlopes[node]! + factor * xPushes[body]!;
      this.ys[body] = nodeYSlopes[node]! + factor * yPushes[body]!;
    }
    if (outward > 0) this.addOutward(outward);
  }

  /** Hard macros away from the middle, the harder the nearer they are to a wall. */
  private addOutward(outward: number): void {
    const { cloud, xs, ys } = this;
    const { width, height } = cloud.block.canvas;
    const force = outward * this.hardPull;
    for (let body = 0; body < cloud.nodes.length; body++) {
      if (cloud.block.kinds[cloud.nodes[body]!] !== NodeKind.HardMacro) continue;
      xs[body]! -= force * ((2 * cloud.xs[body]!) / width - 1);
      ys[body]! -= force * ((2 * cloud.ys[body]!) / height - 1);
    }
  }

  private meanHardPull(): number {
    const { nodes, block } = this.cloud;
    let sum = 0;
    let count = 0;
    for (const node of nodes) {
      if (block.kinds[node] !== NodeKind.HardMacro) continue;
      sum += Math.hypot(this.nodeXSlopes[node]!, this.nodeYSlopes[node]!);
      count++;
    }
    return count > 0 ? sum / count : 0;
  }

  private pulls(): number {
    let sum = 0;
    for (const node of this.cloud.nodes)
      sum += Math.abs(this.nodeXSlopes[node]!) + Math.abs(this.nodeYSlopes[node]!);
    return sum;
  }
}

function sizeOf(values: Float64Array): number {
  return values.reduce((sum, value) => sum + Math.abs(value), 0);
}

/**
 * Macros spread out, the hard ones then on grid cells without overlap. Undefined if one of them finds no cell left.
 * Overwrites the placement of the masks' judge with the result; soft macros stay where the gradient took them.
 */
export function analyticPlacement(
  masks: MaskMaker,
  random: Random,
  options: Partial<AnalyticOptions> = {},
): Placement | undefined {
  return snapHardMacros(masks, spreadMacros(masks.judge, random, options));
}

/** Everything that may move in the middle of the canvas, spread a little; hard macros in orientation N. */
function startOf(block: Block, random: Random, spread: number): Placement {
  const placement = copyPlacement(block.initial);
  const { width, height } = block.canvas;
  for (let node = 0; node < block.nodeCount; node++) {
    if (block.fixed[node]) continue;
    placement.xs[node] = width * (0.5 + spread * random.normal());
    placement.ys[node] = height * (0.5 + spread * random.normal());
    if (block.kinds[node] === NodeKind.HardMacro) placement.orientations[node] = 0;
  }
  return placement;
}

/** The points' offsets as their nodes are turned. */
function turnedOffsets(judge: Judge, placement: Placement): [Float64Array, Float64Array] {
  const { nets } = judge;
  const xs = nets.pointXOffsets.slice();
  const ys = nets.pointYOffsets.slice();
  for (let point = 0; point < nets.pointCount; point++) {
    const [x, y] = turnOffset(placement.orientations[nets.pointNodes[point]!]!, xs[point]!, ys[point]!);
    xs[point] = x;
    ys[point] = y;
  }
  return [xs, ys];
}
