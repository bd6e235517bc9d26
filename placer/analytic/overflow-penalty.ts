// What macros cost that stand too close: the canvas in bins, each bin's fullness beyond the target, and an energy of
// that overflow, E = 1/2 o' G o. G is the inverse of (1 - range^2 * Laplacian) with reflecting edges, taken exactly in
// the cosine basis. It is positive between any two bins, so overflow pushes overflow away over a distance of about
// `range`; at range 0 the energy is half the sum of squared overflows. (Electrostatic placers use the unscreened
// Laplacian and fillers; the screen makes empty space need none.)

/** Shape of the bins. */
export interface Bins {
  readonly columns: number;
  readonly rows: number;
  readonly binWidth: number;
  readonly binHeight: number;
}

/** Rectangles by centre; `charges` is how much a µm² of each counts. */
export interface Bodies {
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly halfWidths: Float64Array;
  readonly halfHeights: Float64Array;
  readonly charges: Float64Array;
}

export class OverflowPenalty {
  /** Part of all charge that lies above the target, at the last call. */
  overflow = 0;
  private readonly bins: Bins;
  private readonly target: number;
  private readonly standing: Float64Array;
  private readonly fullness: Float64Array;
  private readonly excess: Float64Array;
  private readonly potential: Float64Array;
  private readonly scratch: Float64Array;
  private readonly columnBasis: Float64Array;
  private readonly rowBasis: Float64Array;
  private readonly cover = emptyCover();

  /** @param standing fullness of each bin by what does not move, row-major from the lower left */
  constructor(bins: Bins, target: number, standing: Float64Array) {
    const count = bins.columns * bins.rows;
    this.bins = bins;
    this.target = target;
    this.standing = standing;
    this.fullness = new Float64Array(count);
    this.excess = new Float64Array(count);
    this.potential = new Float64Array(count);
    this.scratch = new Float64Array(count);
    this.columnBasis = cosineBasis(bins.columns);
    this.rowBasis = cosineBasis(bins.rows);
  }

  /**
   * Energy of the overflow, in bins; its derivatives go to the gradients, one per body.
   * @param range in µm
   */
  gradient(bodies: Bodies, range: number, outXGradient: Float64Array, outYGradient: Float64Array): number {
    const { fullness, excess, potential, target } = this;
    fullness.set(this.standing);
    addFullness(this.bins, bodies, fullness);
    let above = 0;
    let all = 0;
    for (let bin = 0; bin < fullness.length; bin++) {
      const over = Math.max(0, fullness[bin]! - target);
      excess[bin] = over;
      above += over;
      all += fullness[bin]!;
    }
    this.overflow = all > 0 ? above / all : 0;
    this.solve(range);
    let energy = 0;
    for (let bin = 0; bin < excess.length; bin++) {
      energy += (excess[bin]! * potential[bin]!) / 2;
      if (excess[bin] === 0) potential[bin] = 0; // below the target more fullness costs nothing
    }
    this.pushBodies(bodies, outXGradient, outYGradient);
    return energy;
  }

  /** potential = G excess. */
  private solve(range: number): void {
    const { columns, rows, binWidth, binHeight } = this.bins;
    const { columnBasis, rowBasis, excess, potential, scratch } = this;
    // To the cosine basis along rows of bins, then along columns; divide; and back.
    rowsTimesTransposed(excess, columnBasis, rows, columns, scratch);
    basisTimes(rowBasis, scratch, rows, columns, potential, true);
    for (let row = 0; row < rows; row++) {
      const vertical = eigenvalue(row, rows, binHeight);
      for (let column = 0; column < columns; column++)
        potential[row * columns + column]! /=
          1 + range * range * (vertical + eigenvalue(column, columns, binWidth));
    }
    basisTimes(rowBasis, potential, rows, columns, scratch, false);
    rowsTimes(scratch, columnBasis, rows, columns, potential);
  }

  /** The energy's derivatives: a body's edges weigh the potential along them. */
  private pushBodies(bodies: Bodies, outXs: Float64Array, outYs: Float64Array): void {
    const { columns, binWidth, binHeight } = this.bins;
    const { potential, cover } = this;
    const { charges } = bodies;
    for (let body = 0; body < charges.length; body++) {
      setCover(cover, this.bins, bodies, body);
      const { left, right, bottom, top, firstColumn, lastColumn, firstRow, lastRow } = cover;
      let x = 0;
      let y = 0;
      for (let row = firstRow; row <= lastRow; row++) {
        const height = Math.min(top, (row + 1) * binHeight) - Math.max(bottom, row * binHeight);
        const upper = (top < (row + 1) * binHeight ? 1 : 0) - (bottom > row * binHeight ? 1 : 0);
        for (let column = firstColumn; column <= lastColumn; column++) {
          const value = potential[row * columns + column]!;
          if (value === 0) continue;
          const width = Math.min(right, (column + 1) * binWidth) - Math.max(left, column * binWidth);
          const outer = (right < (column + 1) * binWidth ? 1 : 0) - (left > column * binWidth ? 1 : 0);
          x += value * outer * height;
          y += value * upper * width;
        }
      }
      const factor = charges[body]! / (binWidth * binHeight);
      outXs[body] = x * factor;
      outYs[body] = y * factor;
    }
  }
}

/** Sides of a body in µm, and the bins that it touches. */
interface Cover {
  left: number;
  right: number;
  bottom: number;
  top: number;
  firstColumn: number;
  lastColumn: number;
  firstRow: number;
  lastRow: number;
}

function emptyCover(): Cover {
  return { left: 0, right: 0, bottom: 0, top: 0, firstColumn: 0, lastColumn: 0, firstRow: 0, lastRow: 0 };
}

function setCover(
  out: Cover,
  { columns, rows, binWidth, binHeight }: Bins,
  bodies: Bodies,
  body: number,
): void {
  out.left = bodies.xs[body]! - bodies.halfWidths[body]!;
  out.right = bodies.xs[body]! + bodies.halfWidths[body]!;
  out.bottom = bodies.ys[body]! - bodies.halfHeights[body]!;
  out.top = bodies.ys[body]! + bodies.halfHeights[body]!;
  out.firstColumn = Math.max(0, Math.floor(out.left / binWidth));
  out.lastColumn = Math.min(columns - 1, Math.floor(out.right / binWidth));
  out.firstRow = Math.max(0, Math.floor(out.bottom / binHeight));
  out.lastRow = Math.min(rows - 1, Math.floor(out.top / binHeight));
}

/** Adds to each bin the share of it that bodies cover, by charge. What lies outside the bins is lost. */
export function addFullness(bins: Bins, bodies: Bodies, outFullness: Float64Array): void {
  const { columns, binWidth, binHeight } = bins;
  const { charges } = bodies;
  const cover = emptyCover();
  for (let body = 0; body < charges.length; body++) {
    setCover(cover, bins, bodies, body);
    const { left, right, bottom, top, firstColumn, lastColumn, firstRow, lastRow } = cover;
    const factor = charges[body]! / (binWidth * binHeight);
    for (let row = firstRow; row <= lastRow; row++) {
      const height = Math.min(top, (row + 1) * binHeight) - Math.max(bottom, row * binHeight);
      for (let column = firstColumn; column <= lastColumn; column++) {
        const width = Math.min(right, (column + 1) * binWidth) - Math.max(left, column * binWidth);
        outFullness[row * columns + column]! += factor * width * height;
      }
    }
  }
}

/** Orthonormal cosines (DCT-II): row k, column n holds the k-th cosine at the middle of bin n. */
function cosineBasis(count: number): Float64Array {
  const basis = new Float64Array(count * count);
  for (let k = 0; k < count; k++)
    for (let n = 0; n < count; n++)
      basis[k * count + n] =
        Math.sqrt((k === 0 ? 1 : 2) / count) * Math.cos((Math.PI * k * (n + 0.5)) / count);
  return basis;
}

/** Of minus the five-point Laplacian with reflecting edges, along one axis. */
function eigenvalue(k: number, count: number, bin: number): number {
  return (2 - 2 * Math.cos((Math.PI * k) / count)) / (bin * bin);
}

/** out [rows, columns] = a [rows, columns] · basis [columns, columns] transposed. */
function rowsTimesTransposed(
  a: Float64Array,
  basis: Float64Array,
  rows: number,
  columns: number,
  out: Float64Array,
): void {
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < columns; k++) {
      let sum = 0;
      for (let n = 0; n < columns; n++) sum += a[row * columns + n]! * basis[k * columns + n]!;
      out[row * columns + k] = sum;
    }
}

/** out [rows, columns] = a [rows, columns] · basis [columns, columns]. */
function rowsTimes(
  a: Float64Array,
  basis: Float64Array,
  rows: number,
  columns: number,
  out: Float64Array,
): void {
  out.fill(0);
  for (let row = 0; row < rows; row++)
    for (let k = 0; k < columns; k++) {
      const factor = a[row * columns + k]!;
      for (let n = 0; n < columns; n++) out[row * columns + n]! += factor * basis[k * columns + n]!;
    }
}

/** out [rows, columns] = basis [rows, rows] (`forward`) or its transpose · a [rows, columns]. */
function basisTimes(
  basis: Float64Array,
  a: Float64Array,
  rows: number,
  columns: number,
  out: Float64Array,
  forward: boolean,
): void {
  out.fill(0);
  for (let to = 0; to < rows; to++)
    for (let from = 0; from < rows; from++) {
      const factor = forward ? basis[to * rows + from]! : basis[from * rows + to]!;
      for (let column = 0; column < columns; column++)
        out[to * columns + column]! += factor * a[from * columns + column]!;
    }
}
