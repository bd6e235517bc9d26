// The electrostatic placer of soft macros. Given hard macros, it places the soft ones in four stages:
// 1. a quadratic start, which depends on nothing but the hard macros and ports;
// 2. spreading: macros are charges, and their electric field pushes them apart against a smooth wirelength (Lu et al.:
//    "ePlace", 2015; Cheng et al.: "RePlAce", 2019; Lin et al.: "DREAMPlace", 2019), with a density weight that grows;
// 3. descent: the slope of the judge's own proxy cost, smoothed: wirelength, the fullest cells, the busiest routes;
// 4. decisions: macros near a border of two cells go to the side that is cheaper by the judge's exact cost.
// A long call ends with more steps of single macros by the exact cost.
// Both descents are Nesterov's with fixed preconditioned steps. Adaptive steps would be faster, but they make the result jump
// when a hard macro moves a little. docs/cell-placers.md has the parameters and what they were measured by.
import type { CellPlacer, Judge } from "../../env/index.js";
import { KernelRecord, type Kernels } from "../../kernels/index.js";
import { type Block, NodeKind, sidesOf } from "../../netlist/index.js";
import { geometric } from "../geometric.js";
import { CellNets } from "./cell-nets.js";
import { Coverage } from "./coverage.js";
import { type BinGrid, ElectricField, makeRectangles, type Rectangles } from "./electric-field.js";
import { ExactSteps } from "./exact-steps.js";
import { ForceDirectedPlacer } from "./force-directed.js";
import { LEAST_STIFFNESS, NodeStiffness } from "./node-stiffness.js";
import { SmoothRoutes } from "./smooth-routes.js";

export interface ElectrostaticOptions {
  /** Steps that spread the soft macros. Default 80. */
  readonly spreadSteps?: number;
  /** Steps down the smooth proxy cost after that. Default 60. */
  readonly descentSteps?: number;
  /** Steps down the smooth proxy cost of `adjustSoftMacros`. Default 20. */
  readonly adjustSteps?: number;
  /** Lengths, in cells, by which single macros are moved in the end where that lowers the exact cost. Default none. */
  readonly exactSteps?: readonly number[];
}

/** More steps, then exact ones, for a lower cost at about four times the time. */
export const LONG_ELECTROSTATIC: ElectrostaticOptions = {
  spreadSteps: 160,
  descentSteps: 160,
  exactSteps: [8, 4, 2, 1, 0.5, 0.25, 0.125],
};

const DEFAULTS: Required<ElectrostaticOptions> = {
  spreadSteps: 80,
  descentSteps: 60,
  adjustSteps: 20,
  exactSteps: [],
};

const STAR_STEPS = 40;
/** Bins of the field for each cell side; the power of two nearest to that is taken. */
const BINS_PER_CELL = 2.7;
/** First and last softness γ of the wirelength, in cells. */
const SPREAD_GAMMA = [3, 0.3] as const;
const DESCENT_GAMMA = [0.3, 0.1] as const;
/** First and last force of the field, in those of the wires at the start; the last is that of a full block. */
const FIELD_WEIGHT = [0.3, 3e4] as const;
/**
 * Where soft macros fill less than this share of the area that hard ones leave free, the last force is smaller, by this power
 * of their share: a weaker field parts them, and a stronger one only makes their wires longer.
 */
const FULL = 0.8;
const FULLNESS_POWER = 4;
/** The smallest last force: macros may crowd at one place of an empty block. */
const LEAST_FIELD_WEIGHT = 100;
/** First and last softness τ of the largest values, in full cells. */
const DENSITY_TAU = [0.1, 0.02] as const;
const CONGESTION_TAU = [0.1, 0.01] as const;
/** Steps, in slopes over stiffness. */
const SPREAD_STEP = 0.7;
const DESCENT_STEP = 0.5;
const MOMENTUM = 0.9;
/** Routes are chosen anew, and slopes of the congestion found anew, at every so many steps. */
const ROUTES_EVERY = 6;
const CONGESTION_EVERY = 3;
/** The result is the mean of so many last iterates. */
const MEAN_OF = 20;
/** Shift of every start, in cells: macros with the same nets must not coincide, as equal charges at one place never part. */
const JITTER = 0.01;

/** Places soft macros around the hard macros of a judge's placement. Kernels: kernels/assembly/cells/. */
export class ElectrostaticPlacer implements CellPlacer {
  readonly name = "electrostatic";
  private readonly judge: Judge;
  private readonly kernels: Kernels;
  private readonly options: Required<ElectrostaticOptions>;
  private readonly count: number;
  private readonly nets: CellNets;
  private readonly routes: SmoothRoutes;
  /** For estimates while hard macros are missing. */
  private readonly force: ForceDirectedPlacer;
  private readonly field: ElectricField;
  private readonly bins: Coverage;
  private readonly cells: Coverage;
  private readonly fixedNodes: Int32Array;
  private readonly fixed: Rectangles;
  private readonly exact: ExactSteps;
  private readonly start: KernelRecord<"StarStart">;
  private readonly step: KernelRecord<"MomentumStep">;
  /** Width and height of a cell, µm; and the geometric mean of both, the unit of γ. */
  private readonly cellWidth: number;
  private readonly cellHeight: number;
  private readonly cellSide: number;
  /** Share of each cell in the density cost. */
  private readonly densityShares: Float32Array;
  // Per moving node: pairs of x and y, µm.
  private readonly slopes: Float32Array;
  private readonly congestionSlopes: Float32Array;
  private readonly stiffness: Float32Array;
  private readonly iterates: Float32Array;
  private readonly sums: Float32Array;
  private readonly least: Float32Array;
  private readonly most: Float32Array;
  /** Per moving node: charge, in bins. */
  private readonly charges: Float32Array;
  private readonly hold: NodeStiffness;
  /** First and last force of the field on this block. */
  private readonly fieldWeight: readonly [number, number];

  constructor(judge: Judge, options: ElectrostaticOptions = {}) {
    const { kernels, block } = judge;
    const { canvas, grid } = block;
    this.judge = judge;
    this.kernels = kernels;
    this.options = { ...DEFAULTS, ...options };
    this.force = new ForceDirectedPlacer(judge);
    this.nets = new CellNets(judge, (node) => moves(block, node));
    this.routes = new SmoothRoutes(judge, this.nets);
    this.count = this.nets.movingCount;
    this.cellWidth = canvas.width / grid.columns;
    this.cellHeight = canvas.height / grid.rows;
    this.cellSide = Math.sqrt(this.cellWidth * this.cellHeight);
    this.fixedNodes = this.nets.nodes.filter(
      (node) => block.kinds[node] !== NodeKind.Port && !moves(block, node),
    );
    this.fixed = makeRectangles(kernels, this.fixedNodes.length);
    this.fixed.charges.fill(1);

    const cells: BinGrid = { ...grid, ...canvas };
    const bins: BinGrid = { ...canvas, columns: binsFor(grid.columns), rows: binsFor(grid.rows) };
    const real = this.rectangles((node) => [block.widths[node]!, block.heights[node]!]);
    // At least a cell wide and high: what is smaller would only feel the field within one bin.
    const widened = this.rectangles((node) => [
      Math.max(block.widths[node]!, this.cellWidth),
      Math.max(block.heights[node]!, this.cellHeight),
    ]);
    this.field = new ElectricField(kernels, bins);
    this.bins = new Coverage(kernels, bins, { moving: widened, fixed: this.fixed, map: this.field.density });
    this.cells = new Coverage(kernels, cells, { moving: real, fixed: this.fixed });
    this.densityShares = kernels.f32(grid.columns * grid.rows + 3);
    const pairs = () => kernels.f32(2 * this.count + 2);
    this.slopes = pairs();
    this.congestionSlopes = pairs();
    this.stiffness = pairs().fill(1);
    this.iterates = pairs();
    this.sums = pairs();
    this.least = pairs();
    this.most = pairs();
    this.charges = new Float32Array(this.count);
    this.hold = new NodeStiffness(judge, this.nets);
    this.measureNodes((canvas.width * canvas.height) / (bins.columns * bins.rows));
    this.fieldWeight = [FIELD_WEIGHT[0], Math.max(LEAST_FIELD_WEIGHT, FIELD_WEIGHT[1] * this.fullness())];
    this.exact = new ExactSteps(judge, this.nets, { least: this.least, most: this.most });
    this.start = this.nets.makeStarStart();
    this.step = new KernelRecord(kernels, "MomentumStep");
    this.step.set({
      count: this.count,
      ahead: this.nets.places.byteOffset,
      iterates: this.iterates.byteOffset,
      slopes: this.slopes.byteOffset,
      stiffness: this.stiffness.byteOffset,
      least: this.least.byteOffset,
      most: this.most.byteOffset,
      sums: this.sums.byteOffset,
    });
  }

  placeSoftMacros(): void {
    if (this.count === 0) return;
    this.readPlacement();
    this.startFromStars();
    this.spread(this.options.spreadSteps);
    this.descend(this.options.descentSteps, 0);
    this.exact.crossBorders();
    for (const length of this.options.exactSteps) this.exact.stepAside(length);
  }

  adjustSoftMacros(): void {
    if (this.count === 0) return;
    this.readPlacement();
    const before = this.exact.places();
    this.keepInside();
    this.descend(this.options.adjustSteps, 1);
    this.exact.follow(before);
  }

  estimateSoftMacros(sweeps: number, fromCentre: boolean): void {
    this.force.estimateSoftMacros(sweeps, fromCentre);
  }

  // What depends on the block alone

  /** Rectangles of the moving nodes, of their whole area each. */
  private rectangles(sizeOf: (node: number) => readonly [number, number]): Rectangles {
    const { block } = this.judge;
    const all = makeRectangles(this.kernels, this.count, this.nets.places);
    for (let i = 0; i < this.count; i++) {
      const node = this.nets.nodes[i]!;
      const [width, height] = sizeOf(node);
      const area = block.widths[node]! * block.heights[node]!;
      all.halfSizes.set([width / 2, height / 2], 2 * i);
      all.charges[i] = area > 0 ? area / (width * height) : 0;
    }
    return all;
  }

  private measureNodes(binArea: number): void {
    const { canvas, widths, heights } = this.judge.block;
    for (let i = 0; i < this.count; i++) {
      const node = this.nets.nodes[i]!;
      const [width, height] = [widths[node]!, heights[node]!];
      this.charges[i] = (width * height) / binArea;
      this.least.set([Math.min(width, canvas.width) / 2, Math.min(height, canvas.height) / 2], 2 * i);
      this.most.set([canvas.width - this.least[2 * i]!, canvas.height - this.least[2 * i + 1]!], 2 * i);
    }
  }

  /** How near to full the moving nodes make the free area, to the power by which the field's last force falls; at most 1. */
  private fullness(): number {
    const { canvas, widths, heights } = this.judge.block;
    const areaOf = (nodes: Int32Array) =>
      nodes.reduce((sum, node) => sum + widths[node]! * heights[node]!, 0);
    const free = canvas.width * canvas.height - areaOf(this.fixedNodes);
    const moving = areaOf(this.nets.nodes.subarray(0, this.count));
    return free > 0 ? Math.min(1, moving / (FULL * free)) ** FULLNESS_POWER : 1;
  }

  // One call

  /** Takes everything that stands from the judge's placement. */
  private readPlacement(): void {
    const { judge, nets, fixed, fixedNodes } = this;
    const { block, placement } = judge;
    judge.evaluateMaps(); // the tracks that macros block
    nets.readPlacement();
    for (let i = 0; i < fixedNodes.length; i++) {
      const node = fixedNodes[i]!;
      const { width, height } = sidesOf(block, placement, node);
      fixed.places[2 * i] = placement.xs[node]!;
      fixed.places[2 * i + 1] = placement.ys[node]!;
      fixed.halfSizes[2 * i] = width / 2;
      fixed.halfSizes[2 * i + 1] = height / 2;
    }
    this.bins.readFixed(1);
    this.cells.readFixed(Number.POSITIVE_INFINITY);
    this.routes.readStanding();
    this.hold.readWeights();
  }

  private startFromStars(): void {
    const { nets, count, kernels } = this;
    const { canvas } = this.judge.block;
    for (let i = 0; i < count; i++) {
      // Evenly spread points (Roberts: "The unreasonable effectiveness of quasirandom sequences", 2018).
      const x = fraction((i + 1) * 0.7548776662466927) - 0.5;
      const y = fraction((i + 1) * 0.5698402909980532) - 0.5;
      const alone = this.hold.netWeights[i] === 0;
      nets.places[2 * i] = canvas.width * (alone ? x + 0.5 : 0.5);
      nets.places[2 * i + 1] = canvas.height * (alone ? y + 0.5 : 0.5);
      this.sums[2 * i] = JITTER * this.cellWidth * x;
      this.sums[2 * i + 1] = JITTER * this.cellHeight * y;
    }
    kernels.run.placeByStars(this.start.address, STAR_STEPS);
    for (let at = 0; at < 2 * count; at++) nets.places[at]! += this.sums[at]!;
    this.keepInside();
  }

  /** Holds the moving nodes on the canvas, and begins a descent from there. */
  private keepInside(): void {
    const { places } = this.nets;
    for (let at = 0; at < 2 * this.count; at++) {
      places[at] = Math.min(this.most[at]!, Math.max(this.least[at]!, places[at]!));
      this.iterates[at] = places[at]!;
    }
  }

  /** Moves the charges apart, by a field that grows from weaker to much stronger than the wires. */
  private spread(steps: number): void {
    let balance = 0;
    for (let step = 0; step < steps; step++) {
      const progress = step / Math.max(1, steps - 1);
      const gamma = geometric(SPREAD_GAMMA, progress) * this.cellSide;
      this.nets.wireSlopes(gamma, this.slopes);
      this.bins.evaluate();
      this.field.solve();
      if (step === 0) balance = this.balanceOfForces();
      const weight = balance * geometric(this.fieldWeight, progress);
      this.bins.addField(this.field, -weight, this.slopes);
      // The field of a charge bends by the density, about 1, for each bin of charge.
      for (let i = 0; i < this.count; i++) {
        const stiffness = this.hold.netWeights[i]! / gamma + weight * this.charges[i]! + LEAST_STIFFNESS;
        this.stiffness[2 * i] = stiffness;
        this.stiffness[2 * i + 1] = stiffness;
      }
      this.move(SPREAD_STEP);
    }
  }

  /** Sum of the wires' pulls over that of the field's pushes; 1 if either is missing. */
  private balanceOfForces(): number {
    this.congestionSlopes.fill(0);
    this.bins.addField(this.field, -1, this.congestionSlopes);
    let pulls = 0;
    let pushes = 0;
    for (let at = 0; at < 2 * this.count; at++) {
      pulls += Math.abs(this.slopes[at]!);
      pushes += Math.abs(this.congestionSlopes[at]!);
    }
    return pulls > 0 && pushes > 0 ? pulls / pushes : 1;
  }

  /** Steps down the smooth proxy cost, from a stage of its schedule (0 to 1) on; then writes the mean of the last places. */
  private descend(steps: number, from: number): void {
    const { judge, nets, routes, kernels, count, slopes } = this;
    const { weights, block } = judge;
    const { densityCount, congestionCount } = judge.topCounts;
    // All costs times this have slopes like those of the wirelength.
    const unit = (block.canvas.width + block.canvas.height) * (judge.nets.totalWeight || 1);
    const densityWeight = 0.5 * weights.density * unit;
    const congestionWeight = weights.congestion * unit;
    const meanOf = Math.min(MEAN_OF, steps);
    this.sums.fill(0);
    nets.places.set(this.iterates.subarray(0, 2 * count));
    for (let step = 0; step < steps; step++) {
      const progress = from + ((1 - from) * step) / Math.max(1, steps - 1);
      const gamma = geometric(DESCENT_GAMMA, progress) * this.cellSide;
      const densityTau = geometric(DENSITY_TAU, progress);
      const congestionTau = geometric(CONGESTION_TAU, progress);
      nets.wireSlopes(gamma, slopes);
      if (weights.wirelength !== 1) for (let at = 0; at < 2 * count; at++) slopes[at]! *= weights.wirelength;
      this.cells.evaluate();
      this.topShares(this.cells.map, this.densityShares, densityCount, densityTau);
      this.cells.addEdges(this.densityShares, densityWeight, slopes);
      if (step % ROUTES_EVERY === 0) {
        nets.writePlacement(nets.places);
        kernels.run.placePoints(judge.state.address);
        routes.build();
      }
      if (step % CONGESTION_EVERY === 0) {
        routes.evaluate();
        this.topShares(routes.congestion, routes.shares, congestionCount, congestionTau);
        routes.sumShares();
        this.congestionSlopes.fill(0);
        routes.addSlopes(congestionWeight, this.congestionSlopes);
      }
      for (let at = 0; at < 2 * count; at++) slopes[at]! += this.congestionSlopes[at]!;
      this.hold.write(this.stiffness, { unit, gamma, densityTau, congestionTau });
      this.move(DESCENT_STEP);
      if (step >= steps - meanOf) kernels.run.sumIterates(this.step.address);
    }
    if (meanOf === 0) this.sums.set(this.iterates);
    else for (let at = 0; at < 2 * count; at++) this.sums[at]! /= meanOf;
    nets.writePlacement(this.sums);
  }

  private topShares(values: Float32Array, shares: Float32Array, k: number, tau: number): void {
    const n = values.length;
    if (k >= n) shares.fill(1 / n);
    else this.kernels.run.smoothTop(values.byteOffset, shares.byteOffset, n, k, tau);
  }

  private move(length: number): void {
    this.kernels.run.momentumStep(this.step.address, length, MOMENTUM, this.cellWidth, this.cellHeight);
  }
}

/** Soft macros and single cells, unless they are fixed. */
function moves(block: Block, node: number): boolean {
  const kind = block.kinds[node];
  return kind !== NodeKind.Port && kind !== NodeKind.HardMacro && !block.fixed[node];
}

function binsFor(cells: number): number {
  return Math.max(8, 2 ** Math.round(Math.log2(BINS_PER_CELL * cells)));
}

function fraction(value: number): number {
  return value - Math.floor(value);
}
