// The judge, move by move: try a move, get the exact costs, keep it or undo it. After any number of moves the state is
// that of a full evaluation to the last bit, because every sum is an integer. Kernels: kernels/assembly/judge/moves.ts.
// Cost terms have no incremental form: each try evaluates them in full on the moved placement.
import { CONSTANTS, KernelRecord } from "../../kernels/index.js";
import type { Placement } from "../../netlist/index.js";
import type { Costs, Judge } from "./judge.js";
import { MAP_UNIT } from "./judge.js";
import { netsOfNodes } from "./judge-nets.js";

/** A node and where it goes: its centre in µm and its orientation code. */
export interface Move {
  readonly node: number;
  readonly x: number;
  readonly y: number;
  readonly orientation: number;
}

/** Greatest number of nodes in one move. */
export const { MOST_NODES_PER_MOVE } = CONSTANTS;

/**
 * Tries moves on a judge's own placement. From `start` on, nothing else may change that placement; a further `start`
 * begins anew from whatever the placement then is.
 */
export class IncrementalJudge {
  readonly judge: Judge;
  readonly state: KernelRecord<"MoveState">;
  private readonly moveNodes: Int32Array;
  private readonly moveXs: Float64Array;
  private readonly moveYs: Float64Array;
  private readonly moveOrientations: Uint8Array;

  constructor(judge: Judge) {
    this.judge = judge;
    const { kernels, nets, block, weights } = judge;
    const cells = block.grid.columns * block.grid.rows;
    const incidence = netsOfNodes(block.nodeCount, nets);
    const most = MOST_NODES_PER_MOVE;
    this.moveNodes = kernels.i32(most);
    this.moveXs = kernels.f64(most);
    this.moveYs = kernels.f64(most);
    this.moveOrientations = kernels.u8(most);
    const { densityCount, congestionCount } = judge.topCounts;
    this.state = new KernelRecord(kernels, "MoveState");
    this.state.set({
      lengthFactor: weights.wirelength * judge.wirelengthUnit,
      densityFactor: (weights.density * 0.5 * MAP_UNIT) / densityCount,
      congestionFactor: (weights.congestion * MAP_UNIT) / congestionCount,
      judge: judge.state.address,
      densityList: this.topList(judge.state.get("density"), cells, densityCount),
      congestionList: this.topList(judge.state.get("congestion"), 2 * cells, congestionCount),
      nodeNetStarts: kernels.copyOf(incidence.starts),
      nodeNets: kernels.copyOf(incidence.nets),
      moveNodes: this.moveNodes.byteOffset,
      moveXs: this.moveXs.byteOffset,
      moveYs: this.moveYs.byteOffset,
      moveOrientations: this.moveOrientations.byteOffset,
      oldXs: kernels.f64(most).byteOffset,
      oldYs: kernels.f64(most).byteOffset,
      oldOrientations: kernels.u8(most).byteOffset,
      keptPointXs: kernels.f64(nets.pointCount).byteOffset,
      keptPointYs: kernels.f64(nets.pointCount).byteOffset,
      keptPointCells: kernels.i32(nets.pointCount).byteOffset,
      nets: kernels.i32(nets.netCount).byteOffset,
      oldLengths: kernels.i64(nets.netCount).byteOffset,
      netStamps: kernels.i32(nets.netCount).byteOffset,
      horizontalSteps: kernels.i64(cells).byteOffset,
      verticalSteps: kernels.i64(cells).byteOffset,
      keptHorizontalSteps: kernels.i64(cells).byteOffset,
      keptVerticalSteps: kernels.i64(cells).byteOffset,
      keptHorizontalDemand: kernels.i64(cells).byteOffset,
      keptVerticalDemand: kernels.i64(cells).byteOffset,
      keptHorizontalBlocked: kernels.i64(cells).byteOffset,
      keptVerticalBlocked: kernels.i64(cells).byteOffset,
      keptDensity: kernels.i64(cells).byteOffset,
      keptCongestion: kernels.i64(2 * cells).byteOffset,
      rowFlags: kernels.u8(block.grid.rows).byteOffset,
      columnFlags: kernels.u8(block.grid.columns).byteOffset,
      cellPlaces: kernels.i32(cells).byteOffset,
    });
  }

  /** Starts from `placement`, or from the judge's own placement, by one full evaluation. */
  start(placement?: Placement): Costs {
    const costs = this.judge.evaluate(placement);
    this.judge.kernels.run.startMoves(this.state.address);
    return costs;
  }

  /** Makes a move and returns the costs after it. `commit` or `revert` must follow. */
  try(moves: readonly Move[]): Costs {
    this.make(moves);
    return this.judge.costs();
  }

  /** The same, but returns the proxy cost without the cost terms, which take most of the time. */
  tryWithoutTerms(moves: readonly Move[]): number {
    this.make(moves);
    return this.judge.proxyOfKernels();
  }

  /** Keeps the move tried last. */
  commit(): void {
    this.judge.kernels.run.commitMove(this.state.address);
  }

  /** Undoes the move tried last: the judge is as before it, to the last bit. */
  revert(): void {
    this.judge.kernels.run.revertMove(this.state.address);
  }

  private make(moves: readonly Move[]): void {
    if (moves.length > MOST_NODES_PER_MOVE)
      throw new Error(`internal: a move of ${moves.length} nodes, ${MOST_NODES_PER_MOVE} is the most`);
    moves.forEach(({ node, x, y, orientation }, i) => {
      this.moveNodes[i] = node;
      this.moveXs[i] = x;
      this.moveYs[i] = y;
      this.moveOrientations[i] = orientation;
    });
    this.state.set({ moveCount: moves.length });
    this.judge.kernels.run.tryMove(this.state.address);
  }

  private topList(values: number, length: number, wanted: number): number {
    const { kernels } = this.judge;
    const buckets = CONSTANTS.BUCKETS;
    const list = new KernelRecord(kernels, "TopList");
    list.set({
      values,
      length,
      wanted,
      counts: kernels.i32(buckets).byteOffset,
      sums: kernels.i64(buckets).byteOffset,
      members: kernels.i32(length).byteOffset,
      places: kernels.i32(length).byteOffset,
      scratch: kernels.i64(length).byteOffset,
    });
    return list.address;
  }
}
