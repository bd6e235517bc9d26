// Random inputs for kernels, which take f32, and for their float64 twins, which get the same rounded numbers.
import { Matrix } from "ml-matrix";
import type { Kernels } from "../../kernels/index.js";
import type { Random } from "../../netlist/index.js";

/** `length` normal numbers in kernel memory. */
export function normals(kernels: Kernels, random: Random, length: number, scale = 1): Float32Array {
  const values = kernels.f32(length);
  for (let i = 0; i < length; i++) values[i] = scale * random.normal();
  return values;
}

/** The same numbers as a float64 matrix. */
export function matrixOf(values: ArrayLike<number>, rows: number, columns: number): Matrix {
  return Matrix.from1DArray(rows, columns, Array.from(values));
}
