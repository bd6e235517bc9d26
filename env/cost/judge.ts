// The judge: the exact proxy cost of Circuit Training, wirelength + 0.5 density + 0.5 congestion.
// Rules and their sources: docs/proxy-cost.md. The arithmetic is in kernels/assembly/judge/.
import { CONSTANTS, type ENUMS, KernelRecord, type Kernels } from "../../kernels/index.js";

import { type Block, NodeKind, type Placement } from "../../netlist/index.js";
import { evaluateTerms, type TermRule, type WeightedTerm } from "./cost-term.js";
import { compileNets, type JudgeNets } from "./judge-nets.js";
import { FARTHEST_PIN, refuseFarPlaces, refuseUncountable } from "./ranges.js";

/** What the parts of the proxy count. */
export interface CostWeights {
  readonly wirelength: number;
  readonly density: number;
  readonly congestion: number;
}

/** What everyone publishes. (The released training code defaults to 1, 1, 0.5.) */
export const PUBLISHED_WEIGHTS: CostWeights = { wirelength: 1, density: 0.5, congestion: 0.5 };

export interface JudgeOptions {
  readonly weights?: CostWeights;
  /** A pin outside the grid: its net is not routed, as in the original binary, or it counts in the edge cell. */
  readonly outside?: "skip" | "clamp";
  /** What a user adds to the proxy cost. */
  readonly terms?: readonly WeightedTerm[];
}

/** Options of a judge as plain data, for worker threads: `loadCostTerms` makes options of them. */
export interface JudgeRules {
  readonly weights: CostWeights;
  readonly outside: "skip" | "clamp";
  readonly terms: readonly TermRule[];
}

/** The judge as everyone publishes its costs. */
export const PUBLISHED_RULES: JudgeRules = { weights: PUBLISHED_WEIGHTS, outside: "skip", terms: [] };

export interface Costs {
  /** Weighted half-perimeter wirelength, µm. */
  readonly wirelength: number;
  readonly wirelengthCost: number;
  readonly densityCost: number;
  readonly congestionCost: number;
  /** Weighted sum of the three costs above and of the cost terms. */
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

/** What a unit of the fixed-point maps is worth. */
export const MAP_UNIT = 1 / CONSTANTS.MAP_BITS;

/** The kernels read `Block.kinds`: this compiles only while both sides number the kinds alike. */
NodeKind satisfies typeof ENUMS.NodeKind;

/** Scores placements of one block. Holds its own placement in kernel memory; `evaluate` copies one in. */
export class Judge {
  readonly block: Block;
  readonly nets: JudgeNets;
  readonly weights: CostWeights;
  readonly terms: readonly WeightedTerm[];
  readonly kernels: Kernels;
  /** The placement that the state describes, live: change it, then call `evaluate()`. */
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
    // As many fractional bits as leave room for every net spanning the farthest place allowed.
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
      demands[net] = BigInt(Math.round(nets.netDemands[net]! * CONSTANTS.DEMAND_BITS));
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
    });
  }

  /** Scores `placement`, or the judge's own one as it stands. Nodes at NaN count nothing. */
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

  /** Brings the state and its maps up to date with the judge's own placement, without asking for costs. */
  evaluateMaps(): void {
    this.kernels.run.evaluatePlacement(this.state.address);
  }

  /** What a unit of the fixed-point wirelength adds to the wirelength cost. */
  get wirelengthUnit(): number {
    const { canvas } = this.block;
    return 1 / (this.lengthScale * (canvas.width + canvas.height) * (this.nets.totalWeight || 1));
  }

  /** How many of the densest and of the most congested values count. */
  get topCounts(): { readonly densityCount: number; readonly congestionCount: number } {
    const cells = this.density.length;
    return {
      densityCount: Math.max(1, Math.floor(0.1 * cells)),
      congestionCount: Math.max(1, Math.floor(0.05 * 2 * cells)),
    };
  }

  /** The costs that the state holds, and those of the terms at the judge's own placement, which must be the state's. */
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

  /** The proxy cost that the state holds without the cost terms: what the annealing kernels work on. */
  proxyOfKernels(): number {
    return this.costsOfKernels().proxyCost;
  }

  private costsOfKernels(): Costs {
    const { state, weights, block, nets } = this;
    const wirelength = state.get("wirelength") / this.lengthScale;
    const halfPerimeter = block.canvas.width + block.canvas.height;
    const wirelengthCost = wirelength / (halfPerimeter * (nets.totalWeight || 1));
    // The factor 0.5 is part of the cost: it undoes the bloat of soft macros.
    const densityCost = (0.5 * state.get("densityTop") * MAP_UNIT) / state.get("densityCount");
    const congestionCost = (state.get("congestionTop") * MAP_UNIT) / state.get("congestionCount");
    return {
      wirelength,
      wirelengthCost,
      densityCost,
      congestionCost,
      proxyCost:
        weights.wirelength * wirelengthCost +
        weights.density * densityCost +
        weights.congestion * congestionCost,
    };
  }

  /**
   * The congestion map of the last evaluation, horizontal then vertical, into f32 kernel memory [2 x cells]: cut at
   * `most` and divided by it.
   */
  writeCongestion(out: Float32Array, most: number): void {
    this.kernels.run.readMap(this.congestion.byteOffset, out.byteOffset, out.length, most);
  }

  /** The maps behind the costs of the last evaluation. */
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
