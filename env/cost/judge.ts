// The judge: the exact proxy cost of Circuit Training, wirelength + 0.5 density + 0.5 congestion. docs/proxy-cost.md has
// the rules and their sources, kernels/assembly/judge/ the arithmetic. All sums are integers in fixed point, so a cost
// does not depend on the order of additions.
import { CONSTANTS, type ENUMS, KernelRecord, Kernels } from "../../kernels/index.js";
import { type Block, NodeKind, type Placement } from "../../netlist/index.js";
import { evaluateTerms, type TermRule, type WeightedTerm } from "./cost-term.js";
import { guideArrays } from "./guides.js";
import { compileNets, type JudgeNets } from "./judge-nets.js";
import { FARTHEST_PIN, refuseFarPlaces, refuseUncountable } from "./ranges.js";

/** Factors of the three costs in the proxy cost. */
export interface CostWeights {
  readonly wirelength: number;
  readonly density: number;
  readonly congestion: number;
}

/** The weights of all published figures; Circuit Training's released code defaults to 1, 1, 0.5. */
export const PUBLISHED_WEIGHTS: CostWeights = { wirelength: 1, density: 0.5, congestion: 0.5 };

/** How a judge counts: weights, pins outside the grid, and cost terms of the user. */
export interface JudgeOptions {
  readonly weights?: CostWeights;
  /**
   * What to do with a net that has a pin outside the grid: not route it (`skip`, the default, as the original binary
   * does), or count the pin in the nearest cell (`clamp`).
   */
  readonly outside?: "skip" | "clamp";
  /** Costs that a user adds to the proxy cost. */
  readonly terms?: readonly WeightedTerm[];
}

/** The options of a judge as plain data, which worker threads can be sent; `loadCostTerms` makes `JudgeOptions` of it. */
export interface JudgeRules {
  readonly weights: CostWeights;
  readonly outside: "skip" | "clamp";
  readonly terms: readonly TermRule[];
}

/** The rules of all published figures. */
export const PUBLISHED_RULES: JudgeRules = { weights: PUBLISHED_WEIGHTS, outside: "skip", terms: [] };

/** The costs of a placement: lower is better. */
export interface Costs {
  /** Weighted half-perimeter wirelength, µm. */
  readonly wirelength: number;
  readonly wirelengthCost: number;
  readonly densityCost: number;
  readonly congestionCost: number;
  /** Weighted sum of the three costs above and of the cost terms, plus the pull of the block's guides. */
  readonly proxyCost: number;
  /** Unweighted values of the cost terms by name, as a judge with terms gives them; training stores the sum alone. */
  readonly extra?: Readonly<Record<string, number>>;
}

/** Maps over grid cells, row-major from the lower left; 1 is a full cell. */
export interface CostMaps {
  readonly density: Float64Array;
  readonly horizontal: Float64Array;
  readonly vertical: Float64Array;
}

/** Value of one unit of the fixed-point maps; 1 is a full cell. */
export const MAP_UNIT = 1 / CONSTANTS.MAP_ONE;

/** The kernels read `Block.kinds`: this compiles only while both sides number the kinds alike. */
NodeKind satisfies typeof ENUMS.NodeKind;

/**
 * Scores placements of one block. It holds a placement of its own in kernel memory, which `evaluate` overwrites and
 * whose owner may change it.
 */
export class Judge {
  readonly block: Block;
  readonly nets: JudgeNets;
  readonly weights: CostWeights;
  readonly terms: readonly WeightedTerm[];
  readonly kernels: Kernels;
  /** The judge's own placement, live. After a change, `evaluate()` brings the state up to date. */
  readonly placement: Placement;
  readonly state: KernelRecord<"JudgeState">;
  private readonly density: BigInt64Array;
  private readonly congestion: BigInt64Array;
  private readonly lengthScale: number;

  constructor(kernels: Kernels, block: Block, options: JudgeOptions = {}) {
    this.kernels = kernels;
    this.block = block;
    this.weights = options.weights ?? PUBLISHED_WEIGHTS;
    this.terms = options.terms ?? [];
    this.nets = compileNets(block);
    refuseUncountable(block, this.nets);
    const { canvas, grid, routing, nodeCount } = block;
    const { nets } = this;
    const cells = grid.columns * grid.rows;
    const cellWidth = canvas.width / grid.columns;
    const cellHeight = canvas.height / grid.rows;
    const halfPerimeter = canvas.width + canvas.height;
    // As many fractional bits as possible while every net may reach the farthest place allowed.
    const largest = halfPerimeter * Math.max(nets.totalWeight, 1) * 4 * FARTHEST_PIN;
    this.lengthScale = 2 ** Math.floor(62 - Math.log2(largest));
    this.placement = {
      xs: kernels.f64(nodeCount),
      ys: kernels.f64(nodeCount),
      orientations: kernels.u8(nodeCount),
    };
    this.density = kernels.i64(cells);
    this.congestion = kernels.i64(2 * cells);
    const demands = kernels.i64(nets.netCount);
    for (let net = 0; net < nets.netCount; net++)
      demands[net] = BigInt(Math.round(nets.netDemands[net]! * CONSTANTS.DEMAND_ONE));
    this.state = new KernelRecord(kernels, "JudgeState");
    this.state.set({
      canvasWidth: canvas.width,
      canvasHeight: canvas.height,
      cellWidth,
      cellHeight,
      horizontalCapacity: cellHeight * routing.horizontal,
      verticalCapacity: cellWidth * routing.vertical,
      horizontalUsed: routing.horizontalUsedByMacros,
      verticalUsed: routing.verticalUsedByMacros,
      lengthScale: this.lengthScale,
      rowFactor: Math.floor(2 ** 32 / grid.columns) + 1,
      nodeCount,
      netCount: nets.netCount,
      pointCount: nets.pointCount,
      columns: grid.columns,
      rows: grid.rows,
      smoothing: Math.floor(block.smoothing),
      clampOutside: options.outside === "clamp" ? 1 : 0,
      ...this.topCounts,
      xs: this.placement.xs.byteOffset,
      ys: this.placement.ys.byteOffset,
      orientations: this.placement.orientations.byteOffset,
      widths: kernels.copyOf(block.widths),
      heights: kernels.copyOf(block.heights),
      kinds: kernels.copyOf(block.kinds),
      nodePointStarts: kernels.copyOf(nets.nodePointStarts),
      pointNodes: kernels.copyOf(nets.pointNodes),
      pointXOffsets: kernels.copyOf(nets.pointXOffsets),
      pointYOffsets: kernels.copyOf(nets.pointYOffsets),
      pointXs: kernels.f64(nets.pointCount).byteOffset,
      pointYs: kernels.f64(nets.pointCount).byteOffset,
      pointCells: kernels.i32(nets.pointCount).byteOffset,
      netStarts: kernels.copyOf(nets.netStarts),
      netPoints: kernels.copyOf(nets.netPoints),
      netWeights: kernels.copyOf(nets.netWeights),
      netDemands: demands.byteOffset,
      netLengths: kernels.i64(nets.netCount).byteOffset,
      horizontalDemand: kernels.i64(cells).byteOffset,
      verticalDemand: kernels.i64(cells).byteOffset,
      horizontalBlocked: kernels.i64(cells).byteOffset,
      verticalBlocked: kernels.i64(cells).byteOffset,
      density: this.density.byteOffset,
      congestion: this.congestion.byteOffset,
      cellStamps: kernels.i32(cells).byteOffset,
      cellList: kernels.i32(cells).byteOffset,
      selection: kernels.i64(2 * cells).byteOffset,
      ...guideArrays(kernels, block),
    });
  }

  /**
   * Costs of `placement`, which it copies, or of the judge's own placement. Nodes without a place (NaN) cover nothing,
   * and none of their nets counts.
   */
  evaluate(placement?: Placement): Costs {
    if (placement) {
      refuseFarPlaces(this.block, placement);
      this.placement.xs.set(placement.xs);
      this.placement.ys.set(placement.ys);
      this.placement.orientations.set(placement.orientations);
    }
    this.evaluateMaps();
    return this.costs();
  }

  /** Brings the state and its maps up to date with the judge's own placement, without evaluating cost terms. */
  evaluateMaps(): void {
    this.kernels.run.evaluatePlacement(this.state.address);
  }

  /** Wirelength cost of one unit of the fixed-point wirelength. */
  get wirelengthUnit(): number {
    const { canvas } = this.block;
    return 1 / (this.lengthScale * (canvas.width + canvas.height) * (this.nets.totalWeight || 1));
  }

  /** How many of the greatest values the density and the congestion cost average: a tenth of the cells, and 5 %. */
  get topCounts(): { readonly densityCount: number; readonly congestionCount: number } {
    const cells = this.density.length;
    return {
      densityCount: Math.max(1, Math.floor(0.1 * cells)),
      congestionCount: Math.max(1, Math.floor(0.05 * 2 * cells)),
    };
  }

  /** The costs of the judge's own placement, to which the state must be up to date. */
  costs(): Costs {
    const costs = this.costsOfKernels();
    if (this.terms.length === 0) return costs;
    const values = evaluateTerms(this.terms, this.block, this.placement);
    return {
      ...costs,
      proxyCost: values.reduce((sum, value, i) => sum + this.terms[i]!.weight * value, costs.proxyCost),
      extra: Object.fromEntries(values.map((value, i) => [this.terms[i]!.term.name, value])),
    };
  }

  /** The proxy cost without the cost terms, which is what the annealing kernels work on. */
  proxyOfKernels(): number {
    return this.costsOfKernels().proxyCost;
  }

  private costsOfKernels(): Costs {
    const { state, weights, block, nets } = this;
    const wirelength = state.get("wirelength") / this.lengthScale;
    const halfPerimeter = block.canvas.width + block.canvas.height;
    const wirelengthCost = wirelength / (halfPerimeter * (nets.totalWeight || 1));
    // The factor 0.5 is part of Circuit Training's cost, to compensate for bloated soft macros.
    const densityCost = (0.5 * state.get("densityTop") * MAP_UNIT) / state.get("densityCount");
    const congestionCost = (state.get("congestionTop") * MAP_UNIT) / state.get("congestionCount");
    const proxyCost =
      weights.wirelength * wirelengthCost +
      weights.density * densityCost +
      weights.congestion * congestionCost;
    const pull = block.guides ? this.kernels.run.guidePull(state.address) : 0;
    return { wirelength, wirelengthCost, densityCost, congestionCost, proxyCost: proxyCost + pull };
  }

  /**
   * Writes the congestion of the last evaluation into f32 kernel memory [2 x cells], horizontal before vertical, as a
   * share of `most` and at most 1.
   */
  writeCongestion(out: Float32Array, most: number): void {
    this.kernels.run.readMap(this.congestion.byteOffset, out.byteOffset, out.length, most);
  }

  /** The density and congestion of every cell at the last evaluation, copied. */
  maps(): CostMaps {
    const cells = this.density.length;
    return {
      density: Float64Array.from(this.density, toUnit),
      horizontal: Float64Array.from(this.congestion.subarray(0, cells), toUnit),
      vertical: Float64Array.from(this.congestion.subarray(cells), toUnit),
    };
  }
}

function toUnit(value: bigint): number {
  return Number(value) * MAP_UNIT;
}

/**
 * A judge of one block with kernel memory of its own. Throws `InputError` for a block that cannot be counted exactly.
 * `evaluate(placement)` gives the costs; docs/proxy-cost.md has the rules.
 */
export function createJudge(block: Block, options: JudgeOptions = {}): Judge {
  return new Judge(Kernels.create(), block, options);
}
