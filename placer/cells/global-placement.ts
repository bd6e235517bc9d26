// Global placement of the standard cells of a flat netlist, macros fixed: ePlace (Lu et al., "ePlace: electrostatics-based
// placement using fast Fourier transform and Nesterov's method", ACM TODAES 20, 2015), with the schedules of RePlAce
// (Cheng et al., IEEE TCAD 38, 2019) and DREAMPlace (Lin et al., DAC 2019). Cells are charges that pull along their nets
// and push each other apart; fillers take the space that cells need not. Nesterov's method descends the smooth wirelength
// plus a growing weight times the density's energy.
import type { Block, Placement } from "../../netlist/index.js";
import { timeText } from "../search.js";
import { CellField, type FieldOptions } from "./cell-field.js";

export interface GlobalOptions extends FieldOptions {
  /** Default: 1500. */
  readonly mostIterations?: number;
  readonly onIteration?: (iteration: GlobalIteration) => void;
  /** Goes on from here. It must come from a descent of the same block, start and options; the result has the same bytes. */
  readonly from?: GlobalState;
}

/** All that the descent carries from one iteration to the next. Lengths in µm. */
export interface GlobalState {
  /** Done so far. */
  readonly iterations: number;
  readonly point: Float32Array;
  readonly slopes: Float32Array;
  readonly solution: Float32Array;
  readonly step: number;
  readonly turn: number;
  readonly weight: number;
  readonly gamma: number;
  /** After the last iteration. */
  readonly wirelength: number;
  readonly overflow: number;
  readonly spreadPlaces: Float32Array;
  readonly spreadOverflow: number;
  readonly spreadIteration: number;
}

/** One iteration of a descent that its caller drives. */
export interface GlobalStep extends GlobalIteration {
  /** A copy of the state after it. */
  save(): GlobalState;
  /** The placement now; cells overlap. */
  placement(): Placement;
}

export interface GlobalResult {
  readonly placement: Placement;
  /** Iterations done, those of `from` too, and the last one of them. */
  readonly count: number;
  readonly overflow: number;
}

export interface GlobalIteration {
  readonly iteration: number;
  /** Weighted half-perimeter wirelength, µm. */
  readonly wirelength: number;
  /** Share of the cells' area above the target density. */
  readonly overflow: number;
}

/** Iterations by whose pace the end is foretold, and the overflow above which cells have hardly begun to spread. */
const PACE_OF = 40;
const UNSPREAD = 0.9;

/** Iterations as lines of progress, with the time that is left at the pace at which the overflow falls. */
export function globalProgress(): (iteration: GlobalIteration, seconds: number) => string {
  const recent: { overflow: number; seconds: number }[] = [];
  return ({ iteration, wirelength, overflow }, seconds) => {
    recent.push({ overflow, seconds });
    if (recent.length > PACE_OF) recent.shift();
    const first = recent[0]!;
    const pace = (first.overflow - overflow) / (seconds - first.seconds);
    const isSure = overflow < UNSPREAD && recent.length === PACE_OF && pace > 0;
    const time = timeText(seconds, isSure ? (overflow - SPREAD) / pace : undefined);
    return `iteration ${iteration}  ${time}  wirelength ${wirelength.toExponential(4)} µm  overflow ${overflow.toFixed(3)}`;
  };
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
  const steps = globalSteps(block, start, options);
  const iterations: GlobalIteration[] = [];
  for (;;) {
    const next = steps.next();
    if (next.done) return { placement: next.value.placement, iterations };
    const { iteration, wirelength, overflow } = next.value;
    iterations.push({ iteration, wirelength, overflow });
  }
}

/** The same, iteration by iteration. `next(true)` ends the descent where it is. */
export function* globalSteps(
  block: Block,
  start: Placement,
  options: GlobalOptions = {},
): Generator<GlobalStep, GlobalResult, boolean | undefined> {
  const field = new CellField(block, start, options);
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
  const { from } = options;
  if (from && from.point.length !== length)
    throw new Error(`internal: a state of ${from.point.length} numbers, ${length} were expected`);
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
  // Where too little room is free, cells spread no further at some point, and longer wires would buy nothing.
  const spread = { places: vector(), overflow: Number.POSITIVE_INFINITY, iteration: 0 };
  let count = 0;
  let overflow = 0;
  if (from) {
    point.set(from.point);
    slopes.set(from.slopes);
    solution.set(from.solution);
    spread.places.set(from.spreadPlaces);
    spread.overflow = from.spreadOverflow;
    spread.iteration = from.spreadIteration;
    ({ step, turn, weight, gamma, overflow, wirelength: before, iterations: count } = from);
  }
  const hasSpread = () => overflow < SPREAD && count > 21;
  const hasStalled = () => overflow < STALLS_BELOW && count - 1 - spread.iteration > MOST_STALLED;
  while (count < (options.mostIterations ?? 1500) && !(count > 0 && (hasSpread() || hasStalled()))) {
    const iteration = count;
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
    ({ overflow } = field);
    count++;
    options.onIteration?.({ iteration, wirelength, overflow });
    const rise = before > 0 ? (wirelength - before) / before : 0;
    before = wirelength;
    if (overflow < 0.99 * spread.overflow) {
      spread.places.set(solution);
      spread.overflow = overflow;
      spread.iteration = iteration;
    }
    weight *=
      rise < 0
        ? GROWTH * Math.max(0.9999 ** iteration, 0.98)
        : GROWTH * clampTo(GROWTH ** (-rise / STEADY_RISE), 0.95, 1.05);
    gamma = gammaAt(overflow);
    // Closures over constants only: the loops above stay fast.
    const [pointNow, slopesNow, solutionNow] = [point, slopes, solution];
    const numbers = {
      ...{ iterations: count, step, turn, weight, gamma, wirelength, overflow },
      spreadOverflow: spread.overflow,
      spreadIteration: spread.iteration,
    };
    const isEnough = yield {
      ...{ iteration, wirelength, overflow },
      save: () => ({
        ...numbers,
        point: pointNow.slice(),
        slopes: slopesNow.slice(),
        solution: solutionNow.slice(),
        spreadPlaces: spread.places.slice(),
      }),
      placement: () => field.placement(solutionNow),
    };
    if (isEnough) break;
  }
  const places = hasStalled() && !hasSpread() ? spread.places : solution;
  return { placement: field.placement(places), count, overflow };
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
