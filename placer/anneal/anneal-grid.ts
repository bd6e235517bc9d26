// Simulated annealing of hard macros on grid cells (protocols `fd` and `es`): sweeps of moves while the soft macros stay
// where they are. After each of them the cell placer places the soft macros anew, or adjusts them if it can; what counts is the
// cost after they were placed anew, and the best such placement is kept. Kernel: kernels/assembly/anneal/anneal-grid.ts.
import {
  type CellPlacer,
  type Costs,
  fencesOf,
  IncrementalJudge,
  type Judge,
  MaskMaker,
  macrosByArea,
  netsOfNodes,
} from "../../env/index.js";
import { CONSTANTS, ENUMS, KernelRecord } from "../../kernels/index.js";
import { type Block, copyPlacement, groupBy, type Placement, type Random } from "../../netlist/index.js";
import { geometric } from "../geometric.js";
import type { ScoredPlacement } from "../method.js";
import { BurstGate } from "./bursts.js";

export type GridProposal = keyof typeof ENUMS.GridProposal;

/** Kinds of proposals, in the kernel's order. */
export const GRID_PROPOSALS = Object.keys(ENUMS.GridProposal) as readonly GridProposal[];

/**
 * Where soft macros can be adjusted, every so many sweeps place them anew. Sweeps that only adjust lead to hard macros that fit
 * the soft ones as they stand: after hundreds of them, placing anew raised the cost by 0.5 to 3 %.
 */
const PLACED_EVERY = 5;

/** First guess of how much a move's congestion changes the proxy cost; soon replaced by what is seen. */
const START_CONGESTION_CHANGE = 1e-3;

export interface GridAnnealOptions {
  /** Relative frequency of each kind of proposal. */
  readonly shares: Readonly<Record<GridProposal, number>>;
  /** Temperatures, in units of the proxy cost, between which the schedule falls geometrically. */
  readonly hottest: number;
  readonly coldest: number;
  /** Proposals per macro in a sweep. */
  readonly stepsPerMacro: number;
}

export const GRID_ANNEAL_DEFAULTS: GridAnnealOptions = {
  shares: {
    swap: 0.12,
    shift: 0.2,
    flip: 0.08,
    move: 0.16,
    shuffle: 0.04,
    wireMove: 0.12,
    wireSwap: 0.08,
    sizeSwap: 0.08,
    slide: 0.08,
    coolMove: 0.04,
  },
  hottest: 5e-4,
  coldest: 1e-6,
  stepsPerMacro: 80,
};

/** How often each kind of proposal was made, feasible and accepted, and how much cost it took off. */
export type ProposalCounts = Readonly<
  Record<
    GridProposal,
    { readonly tried: number; readonly feasible: number; readonly accepted: number; readonly gain: number }
  >
>;

export class GridAnnealer {
  /** Best placement since `begin`, its soft macros placed anew. */
  best!: ScoredPlacement;
  readonly macroCount: number;
  private readonly judge: Judge;
  private readonly cells: CellPlacer;
  private readonly incremental: IncrementalJudge;
  private readonly options: GridAnnealOptions;
  private readonly state: KernelRecord<"GridAnneal">;
  private readonly random: Int32Array;
  private readonly arrays: ReturnType<typeof makeArrays>;
  private gate: BurstGate | undefined;
  /** Sweeps since the soft macros were placed anew. */
  private adjustedSweeps = 0;

  constructor(judge: Judge, cells: CellPlacer, options: GridAnnealOptions = GRID_ANNEAL_DEFAULTS) {
    const { kernels } = judge;
    this.judge = judge;
    this.cells = cells;
    this.options = options;
    this.incremental = new IncrementalJudge(judge);
    this.arrays = makeArrays(judge);
    this.random = kernels.i32(4);
    this.macroCount = this.arrays.macros.length;
    this.state = new KernelRecord(kernels, "GridAnneal");
    this.state.set({
      ...Object.fromEntries(Object.entries(this.arrays).map(([name, array]) => [name, array.byteOffset])),
      moves: this.incremental.state.address,
      random: this.random.byteOffset,
      macroCount: this.macroCount,
      unmirrored: unmirroredAt(judge),
      ...reachOf(judge, this.arrays),
    });
    this.setShares(options.shares);
  }

  /**
   * Starts from the hard macros of `placement`, which must stand upright (N, or mirrored) on cell centres without
   * overlap, as an episode puts them.
   * @param known costs of `placement`, if its soft macros are placed already
   */
  begin(placement: Placement, random: Random, known?: Costs): void {
    this.gate = BurstGate.of(this.judge, random);
    this.random.set(seedWords(random));
    this.state.set({ congestionChange: START_CONGESTION_CHANGE });
    this.judge.evaluate(placement);
    this.takePlaces();
    for (const counts of [this.arrays.tried, this.arrays.feasible, this.arrays.accepted, this.arrays.gains])
      counts.fill(0);
    this.adjustedSweeps = 0;
    const costs = known ?? this.placeSoftMacros();
    this.best = { placement: this.placement(), costs };
  }

  /** A copy of the placement as it stands. */
  placement(): Placement {
    return copyPlacement(this.judge.placement);
  }

  /**
   * One sweep of moves at the temperature of `progress` (0 to 1), then soft macros. Returns the costs after that.
   * @param hottest temperature at progress 0, if not that of the options
   */
  sweep(progress: number, hottest = this.options.hottest): Costs {
    const { coldest, stepsPerMacro } = this.options;
    const temperature = geometric([hottest, coldest], progress);
    const costs = this.incremental.start();
    const steps = stepsPerMacro * this.macroCount;
    if (this.gate) this.annealInBursts(this.gate, costs, { temperature, steps });
    else this.runMoves(temperature, steps);
    if (this.cells.adjustSoftMacros && this.adjustedSweeps < PLACED_EVERY - 1) {
      this.cells.adjustSoftMacros();
      this.adjustedSweeps++;
      return this.judge.evaluate();
    }
    return this.settle();
  }

  /** Whether the soft macros were only adjusted since the last sweep, so that the cost does not depend on the hard macros alone. */
  get onlyAdjusted(): boolean {
    return this.adjustedSweeps > 0;
  }

  /** Places the soft macros anew, keeps the placement if it is the best so far, and returns its costs. */
  settle(): Costs {
    const costs = this.placeSoftMacros();
    this.adjustedSweeps = 0;
    if (costs.proxyCost < this.best.costs.proxyCost) this.best = { placement: this.placement(), costs };
    return costs;
  }

  /** Moves from where the incremental judge has started. */
  private runMoves(temperature: number, steps: number): void {
    this.state.set({ temperature, cost: this.judge.proxyOfKernels() });
    this.judge.kernels.run.annealGrid(this.state.address, steps);
  }

  /** Bursts of about one proposal per macro, while soft macros stay where they are, like all moves. */
  private annealInBursts(
    gate: BurstGate,
    start: Costs,
    { temperature, steps }: { readonly temperature: number; readonly steps: number },
  ): void {
    let costs = start;
    for (let left = Math.floor(steps); left > 0; left -= this.macroCount) {
      const kept = this.placement();
      this.runMoves(temperature, Math.min(left, this.macroCount));
      const after = this.incremental.start();
      if (gate.keeps(costs.proxyCost, after.proxyCost, temperature)) costs = after;
      else {
        costs = this.incremental.start(kept);
        this.takePlaces();
      }
    }
  }

  /** Proxy cost, without cost terms, as the moves of the last sweep left it, before the soft macros were placed. */
  get runningCost(): number {
    return this.state.get("cost");
  }

  counts(): ProposalCounts {
    const { tried, feasible, accepted, gains } = this.arrays;
    return Object.fromEntries(
      GRID_PROPOSALS.map((name, kind) => [
        name,
        { tried: tried[kind]!, feasible: feasible[kind]!, accepted: accepted[kind]!, gain: gains[kind]! },
      ]),
    ) as ProposalCounts;
  }

  private placeSoftMacros(): Costs {
    this.cells.placeSoftMacros();
    return this.judge.evaluate();
  }

  private setShares(shares: GridAnnealOptions["shares"]): void {
    const total = GRID_PROPOSALS.reduce((sum, name) => sum + shares[name], 0);
    let sum = 0;
    GRID_PROPOSALS.forEach((name, kind) => {
      sum += shares[name] / total;
      this.arrays.shares[kind] = sum;
    });
  }

  /** Reads the macros' cells from the judge's placement. */
  private takePlaces(): void {
    const { placement, block } = this.judge;
    const { macros, macroCells, cellMacros } = this.arrays;
    const { columns, rows } = block.grid;
    cellMacros.fill(-1);
    macros.forEach((node, macro) => {
      const column = Math.floor((placement.xs[node]! * columns) / block.canvas.width);
      const row = Math.floor((placement.ys[node]! * rows) / block.canvas.height);
      macroCells[macro] = row * columns + column;
      cellMacros[macroCells[macro]!] = macro;
    });
  }
}

function makeArrays(judge: Judge) {
  const { kernels, block, nets } = judge;
  const order = macrosByArea(block);
  const cells = block.grid.columns * block.grid.rows;
  const incidence = netsOfNodes(block.nodeCount, nets);
  const { classes, representatives } = sizeClasses(block, order);
  const arrays = {
    macros: kernels.i32(order.length),
    halfWidths: kernels.f64(order.length),
    halfHeights: kernels.f64(order.length),
    macroCells: kernels.i32(order.length),
    classes: kernels.i32(order.length),
    memberStarts: kernels.i32(representatives.length + 1),
    members: kernels.i32(order.length),
    allowed: kernels.u8(representatives.length * cells),
    cellMacros: kernels.i32(cells),
    nodeNetStarts: kernels.i32(incidence.starts.length),
    nodeNets: kernels.i32(incidence.nets.length),
    wireColumns: kernels.f64(block.grid.columns),
    wireRows: kernels.f64(block.grid.rows),
    shares: kernels.f64(GRID_PROPOSALS.length),
    tried: kernels.i32(GRID_PROPOSALS.length),
    feasible: kernels.i32(GRID_PROPOSALS.length),
    accepted: kernels.i32(GRID_PROPOSALS.length),
    gains: kernels.f64(GRID_PROPOSALS.length),
    chosen: kernels.i32(CONSTANTS.MOST_CHOSEN),
    targets: kernels.i32(CONSTANTS.MOST_CHOSEN),
  };
  arrays.macros.set(order);
  arrays.classes.set(classes);
  const members = groupBy(representatives.length, classes);
  arrays.memberStarts.set(members.starts);
  arrays.members.set(members.items);
  arrays.nodeNetStarts.set(incidence.starts);
  arrays.nodeNets.set(incidence.nets);
  order.forEach((node, macro) => {
    arrays.halfWidths[macro] = block.widths[node]! / 2;
    arrays.halfHeights[macro] = block.heights[node]! / 2;
  });
  // What only the canvas, blockages and fixed macros forbid: the mask with all other macros off the canvas.
  const { placement } = judge;
  placement.xs.set(block.initial.xs);
  placement.ys.set(block.initial.ys);
  placement.orientations.set(block.initial.orientations);
  for (const node of order) {
    placement.xs[node] = Number.NaN;
    placement.orientations[node] = 0; // as episodes place them
  }
  const masks = new MaskMaker(judge);
  representatives.forEach((node, index) => {
    masks.maskFor(node);
    arrays.allowed.set(masks.mask, index * cells);
  });
  return arrays;
}

/** Macros of one size and the same fences share a mask. */
function sizeClasses(block: Block, order: Int32Array): { classes: Int32Array; representatives: number[] } {
  const classOf = new Map<string, number>();
  const representatives: number[] = [];
  const classes = order.map((node) => {
    const key = `${block.widths[node]} ${block.heights[node]} ${fencesOf(block, node)}`;
    if (!classOf.has(key)) {
      classOf.set(key, representatives.length);
      representatives.push(node);
    }
    return classOf.get(key)!;
  });
  return { classes, representatives };
}

/** Where the kernel finds which nodes must not be mirrored; 0 if all may. */
function unmirroredAt({ kernels, block: { unmirrored } }: Judge): number {
  if (!unmirrored) return 0;
  const array = kernels.u8(unmirrored.length);
  array.set(unmirrored);
  return array.byteOffset;
}

function reachOf(judge: Judge, arrays: { halfWidths: Float64Array; halfHeights: Float64Array }) {
  const { canvas, grid } = judge.block;
  const widest = 2 * arrays.halfWidths.reduce((a, b) => Math.max(a, b), 0);
  const highest = 2 * arrays.halfHeights.reduce((a, b) => Math.max(a, b), 0);
  return {
    reachColumns: Math.ceil((widest * grid.columns) / canvas.width),
    reachRows: Math.ceil((highest * grid.rows) / canvas.height),
  };
}

/** The stream's state as the kernel keeps it: low and high words of s0 and s1. */
export function seedWords(random: Random): Int32Array {
  const [s0High, s0Low, s1High, s1Low] = random.state() as [number, number, number, number];
  return Int32Array.from([s0Low, s0High, s1Low, s1High]);
}
