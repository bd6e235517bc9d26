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
  readonly state: KernelRecord<"PoissonSolver">;
  private readonly kernels: Kernels;
  private readonly transforms: {
    readonly alongX: KernelRecord<"CosineTransform">;
    readonly alongY: KernelRecord<"CosineTransform">;
  };

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
    this.transforms = {
      alongX: makeTransform(kernels, bins.columns),
      alongY: makeTransform(kernels, bins.rows),
    };
    this.state.set({
      alongX: this.transforms.alongX.address,
      alongY: this.transforms.alongY.address,
      width: bins.width,
      height: bins.height,
      density: this.density.byteOffset,
      fieldXs: this.xs.byteOffset,
      fieldYs: this.ys.byteOffset,
      potential: wantsPotential ? this.potential.byteOffset : 0,
      first: makeMap(kernels, bins).byteOffset,
      second: makeMap(kernels, bins).byteOffset,
      third: makeMap(kernels, bins).byteOffset,
    });
  }

  /** The same solver with scratch space of its own: another thread may do parts of the work with it. */
  stateOfThread(): KernelRecord<"PoissonSolver"> {
    const { alongX, alongY } = this.transforms;
    const copyOf = (transform: KernelRecord<"CosineTransform">) =>
      transform.copyWith({ scratch: this.kernels.f32(8 * transform.get("length")).byteOffset }).address;
    return this.state.copyWith({ alongX: copyOf(alongX), alongY: copyOf(alongY) });
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
