// Electrostatic density: rectangles are charges, and their field pushes them from full bins to empty ones (ePlace, RePlAce,
// DREAMPlace). Kernels: kernels/assembly/cells/{charge-grid,poisson,cosine-transform}.ts.
import { KernelRecord, type Kernels } from "../../kernels/index.js";

/** Rectangles in kernel memory: pairs of x and y, µm. */
export interface Rectangles {
  readonly places: Float32Array;
  readonly halfSizes: Float32Array;
  /** How full each makes a bin that it covers. */
  readonly charges: Float32Array;
}

export interface BinGrid {
  readonly columns: number;
  readonly rows: number;
  /** µm. */
  readonly width: number;
  readonly height: number;
}

/** Room for one rectangle after the last, because kernels read two pairs or four bins at a time. */
export function makeRectangles(kernels: Kernels, count: number, places?: Float32Array): Rectangles {
  return {
    places: places ?? kernels.f32(2 * count + 2),
    halfSizes: kernels.f32(2 * count + 2),
    charges: kernels.f32(count),
  };
}

/** A map over the bins, with the room that the kernels need behind it. */
export function makeMap(kernels: Kernels, { columns, rows }: BinGrid): Float32Array {
  return kernels.f32(columns * rows + 3).subarray(0, columns * rows);
}

/** The record by which kernels put rectangles on a grid. */
export function makeChargeGrid(
  kernels: Kernels,
  bins: BinGrid,
  rectangles: Rectangles,
): KernelRecord<"ChargeGrid"> {
  const state = new KernelRecord(kernels, "ChargeGrid");
  state.set({
    columns: bins.columns,
    rows: bins.rows,
    binsPerX: bins.columns / bins.width,
    binsPerY: bins.rows / bins.height,
    places: rectangles.places.byteOffset,
    halfSizes: rectangles.halfSizes.byteOffset,
    charges: rectangles.charges.byteOffset,
  });
  return state;
}

/** Solves for the field of a density. Columns and rows are powers of two of at least 8. */
export class ElectricField {
  /** Set it, then call `solve`. 1 is a full bin. */
  readonly density: Float32Array;
  /** µm. */
  readonly xs: Float32Array;
  readonly ys: Float32Array;
  /** In µm²; empty unless wanted. */
  readonly potential: Float32Array;
  private readonly kernels: Kernels;
  private readonly state: KernelRecord<"PoissonSolver">;

  constructor(kernels: Kernels, bins: BinGrid, wantsPotential = false) {
    for (const side of [bins.columns, bins.rows])
      if (side < 8 || (side & (side - 1)) !== 0)
        throw new Error(`internal: ${side} bins a side, a power of two from 8 on was expected`);
    this.kernels = kernels;
    this.density = makeMap(kernels, bins);
    this.xs = makeMap(kernels, bins);
    this.ys = makeMap(kernels, bins);
    this.potential = wantsPotential ? makeMap(kernels, bins) : new Float32Array();
    this.state = new KernelRecord(kernels, "PoissonSolver");
    this.state.set({
      alongX: makeTransform(kernels, bins.columns).address,
      alongY: makeTransform(kernels, bins.rows).address,
      width: bins.width,
      height: bins.height,
      density: this.density.byteOffset,
      fieldXs: this.xs.byteOffset,
      fieldYs: this.ys.byteOffset,
      potential: wantsPotential ? this.potential.byteOffset : 0,
      first: makeMap(kernels, bins).byteOffset,
      second: makeMap(kernels, bins).byteOffset,
    });
  }

  /** Brings the field up to date with the density. */
  solve(): void {
    this.kernels.run.solvePoisson(this.state.address);
  }
}

/** The tables of fast transforms of one length. */
export function makeTransform(kernels: Kernels, length: number): KernelRecord<"CosineTransform"> {
  const state = new KernelRecord(kernels, "CosineTransform");
  state.set({
    length,
    order: kernels.i32(length).byteOffset,
    turns: kernels.f32(length).byteOffset,
    halfTurns: kernels.f32(2 * length).byteOffset,
    scratch: kernels.f32(8 * length).byteOffset,
  });
  kernels.run.prepareTransform(state.address);
  return state;
}
