// Global placement of the standard cells of a flat netlist, macros fixed: ePlace (Lu et al., "ePlace: electrostatics-based
// placement using fast Fourier transform and Nesterov's method", ACM TODAES 20, 2015), with the schedules of RePlAce
// (Cheng et al., IEEE TCAD 38, 2019) and DREAMPlace (Lin et al., DAC 2019). Cells are charges that pull along their nets
// and push each other apart; fillers take the space that cells need not. Nesterov's method descends the smooth wirelength
// plus a growing weight times the density's energy.
import type { Block, Placement } from "../../netlist/index.js";
import { CellField, type FieldOptions } from "./cell-field.js";

export interface GlobalOptions extends FieldOptions {
  /** Default: 1500. */
  readonly mostIterations?: number;
  readonly onIteration?: (iteration: GlobalIteration) => void;
}

export interface GlobalIteration {
  readonly iteration: number;
  /** Weighted half-perimeter wirelength, µm. */
  readonly wirelength: number;
  /** Share of the cells' area above the target density. */
  readonly overflow: number;
}

/** An iteration as a line of progress. */
export function globalProgress(
  { iteration, wirelength, overflow }: GlobalIteration,
  seconds: number,
): string {
  return `iteration ${iteration}  ${seconds.toFixed(0)} s  wirelength ${wirelength.toExponential(4)} µm  overflow ${overflow.toFixed(3)}`;
}

/** The placement has spread when this share of the cells' area lies above the target density. */
const SPREAD = 0.1;
/** ePlace: steps are at least this share of what the last two slopes foretell. */
const BACKTRACKING = 0.95;
const MOST_BACKTRACKS = 10;
/** DREAMPlace: first density weight, as a share of the wirelength's slopes. */
const FIRST_WEIGHT = 8e-5;
/** RePlAce: how far the density weight may change in one iteration. */
const GROWTH = 1.05;
/** A rise of the wirelength by this share in one iteration lets the density weight grow no more. */
const STEADY_RISE = 0.005;

/**
 * Bins: charges larger than the first move by at most the second in an iteration. What surrounds a large macro has to give
 * way first; a step that suits the cells lets such macros swing, ever wider.
 */
const LARGE_CHARGE = 50;
const MOST_BINS_A_STEP = 1;

/** Iterations without less overflow after which the placement stays as spread as it was, once most cells have spread. */
const MOST_STALLED = 50;
const STALLS_BELOW = 0.3;

/**
 * Places the standard cells that may move, and with `macroCharge` the hard macros; everything else stays where `start` has it.
 * They overlap in the result: rows, and places of macros, come afterwards. The same input gives the same bytes.
 */
export function placeCellsGlobally(
  block: Block,
  start: Placement,
  options: GlobalOptions = {},
): { readonly placement: Placement; readonly iterations: readonly GlobalIteration[] } {
  const field = new CellField(block, start, options);
  const { iterations, places } = descend(field, options);
  return { placement: field.placement(places), iterations };
}

function descend(
  field: CellField,
  options: GlobalOptions,
): { readonly iterations: readonly GlobalIteration[]; readonly places: Float32Array } {
  const length = 2 * field.count;
  const base = 4 * (field.binWidth + field.binHeight);
  const gammaAt = (overflow: number) => base * 10 ** (((overflow - 0.1) * 20) / 9 - 1);
  const vector = () => new Float32Array(length);
  let [point, slopes, newPoint, newSlopes, solution, newSolution] = Array.from({ length: 6 }, vector) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ];
  point.set(field.start);
  solution.set(field.start);
  field.moveTo(point);
  field.readField();
  let gamma = gammaAt(field.overflow);
  field.readWires(gamma);
  const pull = norm1(field.wireSlopes);
  // Without nets the density alone moves the cells.
  let weight = pull > 0 ? (FIRST_WEIGHT * pull) / norm1(field.fieldSlopes) : 1;
  const mix = (out: Float32Array) => {
    const { wireSlopes, fieldSlopes, netCounts, binCharges } = field;
    for (let i = 0; i < field.count; i++) {
      const stiffness = Math.max(1, netCounts[i]! + weight * binCharges[i]!);
      for (let at = 2 * i; at < 2 * i + 2; at++)
        out[at] = (wireSlopes[at]! + weight * fieldSlopes[at]!) / stiffness;
    }
  };
  mix(slopes);
  // The first step moves no cell by more than a tenth of a bin.
  let steepest = 0;
  for (let i = 0; i < length; i++) steepest = Math.max(steepest, Math.abs(slopes[i]!));
  let step = steepest > 0 ? (0.1 * field.binWidth) / steepest : 1;
  const longest = MOST_BINS_A_STEP * Math.min(field.binWidth, field.binHeight);
  let turn = 1;
  let before = field.wirelength();
  const iterations: GlobalIteration[] = [];
  // Where too little room is free, cells spread no further at some point, and longer wires would buy nothing.
  const spread = { places: vector(), overflow: Number.POSITIVE_INFINITY, iteration: 0 };
  for (let iteration = 0; iteration < (options.mostIterations ?? 1500); iteration++) {
    const nextTurn = (1 + Math.sqrt(4 * turn * turn + 1)) / 2;
    const momentum = (turn - 1) / nextTurn;
    for (let tries = 0; ; tries++) {
      for (let i = 0; i < length; i++) {
        const move = step * slopes[i]!;
        const isLarge = field.binCharges[i >> 1]! > LARGE_CHARGE;
        newSolution[i] = point[i]! - (isLarge ? clampTo(move, -longest, longest) : move);
      }
      field.clamp(newSolution);
      for (let i = 0; i < length; i++)
        newPoint[i] = newSolution[i]! + momentum * (newSolution[i]! - solution[i]!);
      field.clamp(newPoint);
      field.moveTo(newPoint);
      field.readField();
      field.readWires(gamma);
      mix(newSlopes);
      const bend = distance(newSlopes, slopes);
      const foretold = bend > 0 ? distance(newPoint, point) / bend : step;
      if (!(step * BACKTRACKING > foretold) || tries === MOST_BACKTRACKS) {
        step = foretold;
        break;
      }
      step = foretold;
    }
    [point, newPoint] = [newPoint, point];
    [slopes, newSlopes] = [newSlopes, slopes];
    [solution, newSolution] = [newSolution, solution];
    turn = nextTurn;
    const wirelength = field.wirelength();
    const { overflow } = field;
    const report = { iteration, wirelength, overflow };
    iterations.push(report);
    options.onIteration?.(report);
    if (overflow < SPREAD && iteration > 20) break;
    const rise = before > 0 ? (wirelength - before) / before : 0;
    before = wirelength;
    if (overflow < 0.99 * spread.overflow) {
      spread.places.set(solution);
      spread.overflow = overflow;
      spread.iteration = iteration;
    } else if (overflow < STALLS_BELOW && iteration - spread.iteration > MOST_STALLED)
      return { iterations, places: spread.places };
    weight *=
      rise < 0
        ? GROWTH * Math.max(0.9999 ** iteration, 0.98)
        : GROWTH * clampTo(GROWTH ** (-rise / STEADY_RISE), 0.95, 1.05);
    gamma = gammaAt(overflow);
  }
  return { iterations, places: solution };
}

function clampTo(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}

function norm1(values: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!);
  return sum;
}

function distance(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = a[i]! - b[i]!;
    sum += difference * difference;
  }
  return Math.sqrt(sum);
}
