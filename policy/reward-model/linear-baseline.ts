// Linear regression: what a network must beat.
import { Matrix, solve } from "ml-matrix";

/** Keeps columns that say the same apart; in deviations of the standardised inputs. */
const RIDGE = 1e-3;

/**
 * Weights [inputs x outputs], row-major, of the least squares fit of standardised `outputs` [rows x outputs] by
 * standardised `inputs` [rows x inputs], with a little ridge.
 */
export function leastSquares(
  inputs: readonly ArrayLike<number>[],
  outputs: readonly ArrayLike<number>[],
): number[] {
  const x = new Matrix(inputs.map((row) => Array.from(row)));
  const y = new Matrix(outputs.map((row) => Array.from(row)));
  const square = x.transpose().mmul(x);
  for (let i = 0; i < square.rows; i++) square.set(i, i, square.get(i, i) + RIDGE * x.rows);
  return solve(square, x.transpose().mmul(y)).to1DArray();
}

/** Column `output` of inputs · weights. */
export function linearPrediction(
  inputs: ArrayLike<number>,
  weights: readonly number[],
  outputs: number,
  output: number,
): number {
  let sum = 0;
  for (let i = 0; i < inputs.length; i++) sum += inputs[i]! * weights[i * outputs + output]!;
  return sum;
}
