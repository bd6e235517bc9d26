// The electric field of charges in bins: Poisson's equation -Δφ = ρ on the canvas, with no field through its edges (Lu et al.:
// "ePlace", ACM TODAES 20, 2015). The density's cosine series is divided by the squared frequencies, and the field is -∇φ,
// term by term. The constant term is left out: only differences in density push.
import { cosineColumns, cosineSeries, CosineTransform, sineSeries, transposeMap } from "./cosine-transform";

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
}

/** Finds the field (µm) of `density`. */
export function solvePoisson(address: usize): void {
  const state = changetype<PoissonSolver>(address);
  const columns = changetype<CosineTransform>(state.alongX).length;
  const rows = changetype<CosineTransform>(state.alongY).length;
  const first = state.first;
  const second = state.second;
  cosineColumns(state.alongY, state.density, first, columns, 0, columns);
  transposeMap(first, second, rows, columns);
  cosineColumns(state.alongX, second, first, rows, 0, rows); // [frequency along x][frequency along y]
  divideByFrequencies(state, first, second, columns, rows);
  // `second` holds φ's series and `first` that of its slope along x.
  const field = state.fieldXs;
  sineSeries(state.alongX, first, first, rows, 0, rows);
  transposeMap(first, field, columns, rows);
  cosineSeries(state.alongY, field, field, columns, 0, columns);
  cosineSeries(state.alongX, second, second, rows, 0, rows);
  transposeMap(second, first, columns, rows); // [frequency along y][x]
  if (state.potential) cosineSeries(state.alongY, first, state.potential, columns, 0, columns);
  for (let v = 0; v < rows; v++) {
    const frequency = f32x4.splat(<f32>(Math.PI * <f64>v / state.height));
    const row = first + (<usize>(v * columns) << 2);
    for (let at = row; at < row + (<usize>columns << 2); at += 16) {
      v128.store(at, f32x4.mul(v128.load(at), frequency));
    }
  }
  sineSeries(state.alongY, first, state.fieldYs, columns, 0, columns);
}

/** Turns the transform in `first` into the series of φ, in `second`, and of its negative slope along x, in `first`. */
function divideByFrequencies(state: PoissonSolver, first: usize, second: usize, columns: i32, rows: i32): void {
  const scale = 4 / (<f64>columns * <f64>rows);
  for (let u = 0; u < columns; u++) {
    const frequencyX = Math.PI * <f64>u / state.width;
    const scaleX = u == 0 ? scale / 2 : scale;
    for (let v = 0; v < rows; v++) {
      const frequencyY = Math.PI * <f64>v / state.height;
      const at = <usize>(u * rows + v) << 2;
      const squares = frequencyX * frequencyX + frequencyY * frequencyY;
      const factor = squares > 0 ? (v == 0 ? scaleX / 2 : scaleX) / squares : 0;
      const term = <f64>load<f32>(first + at) * factor;
      store<f32>(second + at, <f32>term);
      store<f32>(first + at, <f32>(term * frequencyX));
    }
  }
}
