// The electric field of charges in bins: Poisson's equation -Δφ = ρ on the canvas, with no field through its edges (Lu et al.:
// "ePlace", ACM TODAES 20, 2015). The density's cosine series is divided by the squared frequencies, and the field is -∇φ,
// term by term. The constant term is left out: only differences in density push.
import { cosineColumns, cosineSeries, CosineTransform, sineSeries, transposeRows } from "./cosine-transform";

@unmanaged
export class PoissonSolver {
  /** Transforms along x and along y: their lengths are the columns and the rows. */
  alongX: usize;
  alongY: usize;
  /** µm. */
  width: f64;
  height: f64;
  // Maps [rows x columns], f32.
  density: usize;
  fieldXs: usize;
  fieldYs: usize;
  /** φ in µm², or 0 if it is not wanted. */
  potential: usize;
  first: usize;
  second: usize;
  third: usize;
}

// The work has three parts, and what a part reads of another one is complete once that is. Each is done for some lines, multiples
// of 8, by themselves: threads share them.

/** Finds the field (µm) of `density`. */
export function solvePoisson(address: usize): void {
  const state = changetype<PoissonSolver>(address);
  const columns = changetype<CosineTransform>(state.alongX).length;
  const rows = changetype<CosineTransform>(state.alongY).length;
  densityAlongY(state, 0, columns);
  seriesAlongX(state, 0, rows);
  fieldAlongY(state, 0, columns);
}

/** Transforms some columns of the density along y. `first` is [frequency along y][x]. */
export function densityAlongY(state: PoissonSolver, begin: i32, end: i32): void {
  const columns = changetype<CosineTransform>(state.alongX).length;
  cosineColumns(state.alongY, state.density, state.first, columns, begin, end);
}

/**
 * For some frequencies along y: transforms along x, and back to x after the division by the squared frequencies. `second` gets φ's
 * series along y and `third` that of its negative slope along x, both [x][frequency along y].
 */
export function seriesAlongX(state: PoissonSolver, begin: i32, end: i32): void {
  const columns = changetype<CosineTransform>(state.alongX).length;
  const rows = changetype<CosineTransform>(state.alongY).length;
  const second = state.second;
  const third = state.third;
  transposeRows(state.first, third, rows, columns, begin, end);
  cosineColumns(state.alongX, third, third, rows, begin, end);
  divideByFrequencies(state, begin, end);
  sineSeries(state.alongX, third, third, rows, begin, end);
  cosineSeries(state.alongX, second, second, rows, begin, end);
}

/** The field, and φ if it is wanted, in some columns. */
export function fieldAlongY(state: PoissonSolver, begin: i32, end: i32): void {
  const columns = changetype<CosineTransform>(state.alongX).length;
  const rows = changetype<CosineTransform>(state.alongY).length;
  const first = state.first;
  const field = state.fieldXs;
  transposeRows(state.third, field, columns, rows, begin, end);
  cosineSeries(state.alongY, field, field, columns, begin, end);
  transposeRows(state.second, first, columns, rows, begin, end);
  if (state.potential) cosineSeries(state.alongY, first, state.potential, columns, begin, end);
  for (let v = 0; v < rows; v++) {
    const frequency = f32x4.splat(<f32>(Math.PI * <f64>v / state.height));
    const row = first + (<usize>(v * columns) << 2);
    for (let at = row + (<usize>begin << 2); at < row + (<usize>end << 2); at += 16) {
      v128.store(at, f32x4.mul(v128.load(at), frequency));
    }
  }
  sineSeries(state.alongY, first, state.fieldYs, columns, begin, end);
}

/** Turns the transform in `third` into the series of φ, in `second`, and of its negative slope along x, in `third`. */
function divideByFrequencies(state: PoissonSolver, begin: i32, end: i32): void {
  const columns = changetype<CosineTransform>(state.alongX).length;
  const rows = changetype<CosineTransform>(state.alongY).length;
  const scale = 4 / (<f64>columns * <f64>rows);
  for (let u = 0; u < columns; u++) {
    const frequencyX = Math.PI * <f64>u / state.width;
    const scaleX = u == 0 ? scale / 2 : scale;
    for (let v = begin; v < end; v++) {
      const frequencyY = Math.PI * <f64>v / state.height;
      const at = <usize>(u * rows + v) << 2;
      const squares = frequencyX * frequencyX + frequencyY * frequencyY;
      const factor = squares > 0 ? (v == 0 ? scaleX / 2 : scaleX) / squares : 0;
      const term = <f64>load<f32>(state.third + at) * factor;
      store<f32>(state.second + at, <f32>term);
      store<f32>(state.third + at, <f32>(term * frequencyX));
    }
  }
}
