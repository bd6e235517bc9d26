// The judge's congestion as a smooth function of the places of moving nodes. Kernels:
// kernels/assembly/cells/smooth-route-shapes.ts for the routes, kernels/assembly/cells/smooth-routes.ts for their demand.
import type { Judge } from "../../env/index.js";
import { KernelRecord } from "../../kernels/index.js";
import type { CellNets } from "./cell-nets.js";

export class SmoothRoutes {
  /** Congestion of cells as the judge counts it, horizontal before vertical. */
  readonly congestion: Float32Array;
  /** Share of each of these in the cost: write it, then call `sumShares`. */
  readonly shares: Float32Array;
  private readonly judge: Judge;
  private readonly nets: CellNets;
  private readonly state: KernelRecord<"SmoothRoutes">;
  private readonly standing: Float32Array;
  private count = 0;

  constructor(judge: Judge, nets: CellNets) {
    const { kernels, block } = judge;
    const { grid, canvas, routing } = block;
    this.judge = judge;
    this.nets = nets;
    const values = 2 * grid.columns * grid.rows;
    this.congestion = kernels.f32(values + 3).subarray(0, values);
    this.shares = kernels.f32(values + 3).subarray(0, values);
    this.standing = kernels.f32(values + 3).subarray(0, values);
    const demands = Float32Array.from(nets.judgeNets, (net) => judge.nets.netDemands[net]!);
    const routes = nets.pinPoints.length;
    const splats = (grid.columns + 1) * (grid.rows + 1);
    this.state = new KernelRecord(kernels, "SmoothRoutes");
    this.state.set({
      columnsPerX: grid.columns / canvas.width,
      rowsPerY: grid.rows / canvas.height,
      horizontalUnit: grid.rows / (canvas.height * routing.horizontal),
      verticalUnit: grid.columns / (canvas.width * routing.vertical),
      nets: nets.state.address,
      judge: judge.state.address,
      pinPoints: nets.pinPoints.byteOffset,
      demands: kernels.copyOf(demands),
      rowPins: kernels.i32(routes).byteOffset,
      startPins: kernels.i32(routes).byteOffset,
      endPins: kernels.i32(routes).byteOffset,
      routeDemands: kernels.f32(routes).byteOffset,
      positions: kernels.f32(2 * routes + 2).byteOffset,
      horizontal: kernels.f32(splats + 1).byteOffset,
      vertical: kernels.f32(splats + 1).byteOffset,
      congestion: this.congestion.byteOffset,
      standing: this.standing.byteOffset,
      shares: this.shares.byteOffset,
      line: kernels.f32(Math.max(grid.columns, grid.rows)).byteOffset,
    });
  }

  /** Takes the tracks that macros block from the judge's last evaluation, and routes the nets that stand. */
  readStanding(): void {
    const { run } = this.judge.kernels;
    const { netCount, allNetCount, netStarts } = this.nets;
    run.readBlockedTracks(this.state.address);
    const count = run.buildRoutes(this.state.address, netCount, allNetCount, 0);
    if (count === 0) return;
    run.routeDemand(this.state.address, 0, count, netStarts[netCount]!, netStarts[allNetCount]!);
    this.standing.set(this.congestion);
  }

  /** Chooses the routes anew, by the cells of the judge's points. */
  build(): void {
    this.count = this.judge.kernels.run.buildRoutes(this.state.address, 0, this.nets.netCount, 0);
  }

  /** Brings `congestion` up to date with the nodes' places. */
  evaluate(): void {
    const { netCount, netStarts } = this.nets;
    this.judge.kernels.run.routeDemand(this.state.address, 0, this.count, 0, netStarts[netCount]!);
  }

  /** Makes the running sums of `shares`, which it overwrites, for `addSlopes`. */
  sumShares(): void {
    this.judge.kernels.run.sumShares(this.state.address);
  }

  /** Adds `factor` times the slopes of the shared congestion, at the places of the last `evaluate`, to pairs of moving nodes. */
  addSlopes(factor: number, slopes: Float32Array): void {
    this.judge.kernels.run.gatherRoutes(this.state.address, 0, this.count, factor, slopes.byteOffset);
  }
}
