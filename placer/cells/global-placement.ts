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
  /** It ends when no more than this share of the cells' area lies above the target density. Default: 0.1. */
  readonly spreadTo?: number;
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
  /** Weighted half-perimeter wirelength of all nets, µm: those between nodes that stand, too. */
  readonly wirelength: number;
}

export interface GlobalIteration {
  readonly iteration: number;
  /** Weighted half-perimeter wirelength of the nets at nodes that move, µm. */
  readonly wirelength: number;
  /** Share of the cells' area above the target density. */
  readonly overflow: number;
}

/** Iterations by whose pace the end is foretold, and the overflow above which cells have hardly begun to spread. */
const PACE_OF = 40;
const UNSPREAD = 0.9;

/** Iterations as lines of progress, with the time that is left until `spreadTo` at the pace at which the overflow falls. */
export function globalProgress(spreadTo = SPREAD): (iteration: GlobalIteration, seconds: number) => string {
  const recent: { overflow: number; seconds: number }[] = [];
  return ({ iteration, wirelength, overflow }, seconds) => {
    recent.push({ overflow, seconds });
    if (recent.length > PACE_OF) recent.shift();
    const first = recent[0]!;
    const pace = (first.overflow - overflow) / (seconds - first.seconds);
    const isSure = overflow < UNSPREAD && recent.length === PACE_OF && pace > 0;
    const time = timeText(seconds, isSure ? (overflow - spreadTo) / pace : undefined);
    return `iteration ${iteration}  ${time}  wirelength ${Math.round(wirelength).toLocaleString("en")} µm  overflow ${overflow.toFixed(3)}`;
  };
}

/** Cells have spread when no more than this share of their area lies above the target density. */
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
  try {
    return yield* descend(field, options);
  } finally {
    field.close();
  }
}

function* descend(
  field: CellField,
  options: GlobalOptions,
): Generator<GlobalStep, GlobalResult, boolean | undefined> {
  const length = 2 * field.count;
  const base = 4 * (field.binWidth + field.binHeight);
  const gammaAt = (overflow: number) => base * 10 ** (((overflow - 0.1) * 20) / 9 - 1);
  const { from, spreadTo = SPREAD } = options;
  if (from && from.point.length !== length)
    throw new Error(`internal: a state of ${from.point.length} numbers, ${length} were expected`);
  field.point.set(field.start);
  field.solution.set(field.start);
  // Steps of no length, to find how far cells have spread, how the slopes compare, and the slopes with these weights.
  field.tryStep({ length: 0, momentum: 0, gamma: gammaAt(1), weight: 1 });
  let gamma = gammaAt(field.overflow);
  field.tryStep({ length: 0, momentum: 0, gamma, weight: 1 });
  const norms = field.slopeNorms();
  // Without nets the density alone moves the cells.
  let weight = norms.wires > 0 ? (FIRST_WEIGHT * norms.wires) / norms.field : 1;
  field.tryStep({ length: 0, momentum: 0, gamma, weight });
  field.acceptStep();
  // The first step moves no cell by more than a tenth of a bin.
  let steepest = 0;
  for (let i = 0; i < length; i++) steepest = Math.max(steepest, Math.abs(field.slopes[i]!));
  let step = steepest > 0 ? (0.1 * field.binWidth) / steepest : 1;
  let turn = 1;
  let before = field.wirelength;
  // Where too little room is free, cells spread no further at some point, and longer wires would buy nothing.
  const spread = { places: new Float32Array(length), overflow: Number.POSITIVE_INFINITY, iteration: 0 };
  let count = 0;
  let overflow = 0;
  if (from) {
    field.point.set(from.point);
    field.slopes.set(from.slopes);
    field.solution.set(from.solution);
    spread.places.set(from.spreadPlaces);
    spread.overflow = from.spreadOverflow;
    spread.iteration = from.spreadIteration;
    ({ step, turn, weight, gamma, overflow, wirelength: before, iterations: count } = from);
  }
  const hasSpread = () => overflow < spreadTo && count > 21;
  const hasStalled = () => overflow < STALLS_BELOW && count - 1 - spread.iteration > MOST_STALLED;
  while (count < (options.mostIterations ?? 1500) && !(count > 0 && (hasSpread() || hasStalled()))) {
    const iteration = count;
    const nextTurn = (1 + Math.sqrt(4 * turn * turn + 1)) / 2;
    const momentum = (turn - 1) / nextTurn;
    for (let tries = 0; ; tries++) {
      const { moved, bend } = field.tryStep({ length: step, momentum, gamma, weight });
      const foretold = bend > 0 ? moved / bend : step;
      const isShort = !(step * BACKTRACKING > foretold);
      step = foretold;
      if (isShort || tries === MOST_BACKTRACKS) break;
    }
    field.acceptStep();
    turn = nextTurn;
    const { wirelength } = field;
    ({ overflow } = field);
    count++;
    options.onIteration?.({ iteration, wirelength, overflow });
    const rise = before > 0 ? (wirelength - before) / before : 0;
    before = wirelength;
    if (overflow < 0.99 * spread.overflow) {
      spread.places.set(field.solution.subarray(0, length));
      spread.overflow = overflow;
      spread.iteration = iteration;
    }
    weight *=
      rise < 0
        ? GROWTH * Math.max(0.9999 ** iteration, 0.98)
        : GROWTH * clampTo(GROWTH ** (-rise / STEADY_RISE), 0.95, 1.05);
    gamma = gammaAt(overflow);
    const [point, slopes, solution] = [field.point, field.slopes, field.solution].map((pairs) =>
      pairs.subarray(0, length),
    ) as [Float32Array, Float32Array, Float32Array];
    const numbers = {
      ...{ iterations: count, step, turn, weight, gamma, wirelength, overflow },
      spreadOverflow: spread.overflow,
      spreadIteration: spread.iteration,
    };
    const isEnough = yield {
      ...{ iteration, wirelength, overflow },
      save: () => ({
        ...numbers,
        point: point.slice(),
        slopes: slopes.slice(),
        solution: solution.slice(),
        spreadPlaces: spread.places.slice(),
      }),
      placement: () => field.placement(solution),
    };
    if (isEnough) break;
  }
  const places = hasStalled() && !hasSpread() ? spread.places : field.solution;
  return { placement: field.placement(places), wirelength: field.wholeWirelength(), count, overflow };
}

function clampTo(value: number, low: number, high: number): number {
  return Math.max(low, Math.min(high, value));
}
