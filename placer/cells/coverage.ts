// How full rectangles make the bins of a grid: those that move, and those that stand. Used with the bins of the electric field
// and with the judge's own cells. Kernel: kernels/assembly/cells/charge-grid.ts.
import type { KernelRecord, Kernels } from "../../kernels/index.js";
import { type BinGrid, makeChargeGrid, makeMap, type Rectangles } from "./electric-field.js";

export class Coverage {
  /** 1 is a full bin; row-major from the lower left. */
  readonly map: Float32Array;
  private readonly kernels: Kernels;
  private readonly standing: Float32Array;
  private readonly moving: Rectangles;
  private readonly fixed: Rectangles;
  private readonly movingGrid: KernelRecord<"ChargeGrid">;
  private readonly fixedGrid: KernelRecord<"ChargeGrid">;

  /** @param map where to write, from `makeMap`; by default a new one */
  constructor(
    kernels: Kernels,
    bins: BinGrid,
    {
      moving,
      fixed,
      map = makeMap(kernels, bins),
    }: { readonly moving: Rectangles; readonly fixed: Rectangles; readonly map?: Float32Array },
  ) {
    this.kernels = kernels;
    this.map = map;
    this.standing = makeMap(kernels, bins);
    this.moving = moving;
    this.fixed = fixed;
    this.movingGrid = makeChargeGrid(kernels, bins, moving);
    this.fixedGrid = makeChargeGrid(kernels, bins, fixed);
  }

  /** Reads the places of the fixed rectangles. They make no bin fuller than `most`, however they overlap. */
  readFixed(most: number): void {
    const { standing, fixed, kernels } = this;
    standing.fill(0);
    kernels.run.addCharges(this.fixedGrid.address, 0, fixed.charges.length, standing.byteOffset);
    for (let bin = 0; bin < standing.length; bin++) standing[bin] = Math.min(most, standing[bin]!);
  }

  /** Brings the map up to date with the places of the moving rectangles. */
  evaluate(): void {
    this.map.set(this.standing);
    const { charges } = this.moving;
    this.kernels.run.addCharges(this.movingGrid.address, 0, charges.length, this.map.byteOffset);
  }

  /** Adds `factor` times the field over each moving rectangle to its pair of slopes. */
  addField(
    field: { readonly xs: Float32Array; readonly ys: Float32Array },
    factor: number,
    slopes: Float32Array,
  ): void {
    const count = this.moving.charges.length;
    this.kernels.run.gatherField(
      this.movingGrid.address,
      0,
      count,
      field.xs.byteOffset,
      field.ys.byteOffset,
      factor,
      slopes.byteOffset,
    );
  }

  /** Adds `factor` times the slopes of sum(weight · fullness) by the moving rectangles' places. */
  addEdges(weights: Float32Array, factor: number, slopes: Float32Array): void {
    const count = this.moving.charges.length;
    this.kernels.run.gatherEdges(
      this.movingGrid.address,
      0,
      count,
      weights.byteOffset,
      factor,
      slopes.byteOffset,
    );
  }
}
