// One stored episode: a slot of the shared kernel memory, written by the worker that plays the episode and read by the
// workers that compute gradients. All threads lay the slot out alike, so only its address travels between them.
//
// A step holds what its observation was drawn from, not the planes: these are drawn again for every gradient, which takes
// a fraction of the network's time and a fifth of the memory.
import {
  bodiesOf,
  type Costs,
  macrosByArea,
  type ObservationSource,
  STATE_NUMBERS,
  sourceLengths,
  storedPlanes,
} from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import type { Block, Grid } from "../../netlist/index.js";

export interface TrajectoryShape {
  /** Most steps of an episode: the number of macros. */
  readonly steps: number;
  readonly grid: Grid;
  readonly planes: number;
  readonly stateNumbers: number;
  readonly nodes: number;
  /** Bodies whose places are stored with every step; 0 for a network that does not read them. */
  readonly bodies: number;
}

/** Where an episode is stored. */
export interface TrajectorySlot {
  readonly address: number;
  /** Number of the block, among those of the run, that the episode is of. */
  readonly block: number;
  readonly shape: TrajectoryShape;
}

// Places in `counts` and `results`.
const STEPS = 0;
const ENDING = 1;
const PLACED_BEFORE = 2;
const COUNTS = 3;
const WIRELENGTH = 0;
const WIRELENGTH_COST = 1;
const DENSITY_COST = 2;
const CONGESTION_COST = 3;
const PROXY_COST = 4;
const MEAN_ENTROPY = 5;
const RESULTS = 6;

const COMPLETE = 1;
const DEAD_END = 2;

/** How an episode went, without what its observations are drawn from: those can be drawn again by playing its actions. */
export interface EpisodeRecord {
  readonly counts: Int32Array;
  readonly results: Float64Array;
  /** [steps] */
  readonly actions: Int32Array;
  readonly logProbabilities: Float32Array;
  readonly values: Float32Array;
  readonly wirelengthDeltas: Float32Array;
  readonly counterfactuals: Float32Array;
  /** [macros] */
  readonly cells: Int32Array;
  /** [nodes], or empty: only a placement that may be the best so far is worth its bytes */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly orientations: Uint8Array;
}

/** Arrays of a record of which only the first entries, one for each step, are filled. */
const PER_STEP = ["actions", "logProbabilities", "values", "wirelengthDeltas", "counterfactuals"] as const;
const PLACEMENT = ["xs", "ys", "orientations"] as const;

export class Trajectory {
  readonly address: number;
  /** Number of the block that the episode is of. */
  readonly block: number;
  /** [steps x stateNumbers] */
  readonly states: Float32Array;
  /** [steps]: the cell that each step chose */
  readonly actions: Int32Array;
  /** [macros]: cells of all macros in order, those placed before the first stored step included */
  readonly cells: Int32Array;
  /** [steps]: of the action, under the policy that played */
  readonly logProbabilities: Float32Array;
  /** [steps]: the value head's estimate of the return */
  readonly values: Float32Array;
  /** [steps]: what the step adds to the wirelength cost, soft macros at their estimated places */
  readonly wirelengthDeltas: Float32Array;
  /** [steps]: by how much the proxy cost would grow if the step's macro were elsewhere (env/environment/counterfactual.ts) */
  readonly counterfactuals: Float32Array;
  /** [steps], written by the trainer before the update */
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  /** The final placement: centres in µm. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly orientations: Uint8Array;
  private readonly counts: Int32Array;
  private readonly results: Float64Array;
  // What observations are drawn from (`ObservationSource`), per step.
  private readonly lengths: Float64Array;
  private readonly stored: Float32Array;
  private readonly places: Uint16Array;
  private readonly macros: Int32Array;
  private readonly masks: Uint8Array;
  private readonly sources: readonly ObservationSource[];

  constructor(kernels: Kernels, { address, block, shape }: TrajectorySlot) {
    const { steps, grid, planes, stateNumbers, nodes, bodies } = shape;
    const cells = grid.columns * grid.rows;
    const [lengthCount, storedCount] = [sourceLengths(grid), storedPlanes(planes) * cells];
    const { buffer } = kernels.handle.memory;
    let at = address;
    const next = <View extends { readonly byteLength: number }>(view: View): View => {
      at += view.byteLength;
      return view;
    };
    const f64 = (length: number) => next(new Float64Array(buffer, at, length));
    const f32 = (length: number) => next(new Float32Array(buffer, at, length));
    const i32 = (length: number) => next(new Int32Array(buffer, at, length));
    const u16 = (length: number) => next(new Uint16Array(buffer, at, length));
    const u8 = (length: number) => next(new Uint8Array(buffer, at, length));
    this.address = address;
    this.block = block;
    // From the widest numbers to the narrowest, so that each array is aligned.
    this.results = f64(RESULTS);
    this.xs = f64(nodes);
    this.ys = f64(nodes);
    this.lengths = f64(steps * lengthCount);
    this.stored = f32(steps * storedCount);
    this.states = f32(steps * stateNumbers);
    this.macros = i32(steps * 2);
    this.actions = i32(steps);
    this.cells = i32(steps);
    this.logProbabilities = f32(steps);
    this.values = f32(steps);
    this.wirelengthDeltas = f32(steps);
    this.counterfactuals = f32(steps);
    this.advantages = f32(steps);
    this.returns = f32(steps);
    this.counts = i32(COUNTS);
    this.places = u16(steps * 2 * bodies);
    this.masks = u8(steps * cells);
    this.orientations = u8(nodes);
    this.sources = Array.from({ length: steps }, (_, step) => ({
      macros: part(this.macros, step, 2),
      mask: part(this.masks, step, cells),
      lengths: part(this.lengths, step, lengthCount),
      stored: part(this.stored, step, storedCount),
      places: part(this.places, step, 2 * bodies),
    }));
  }

  /** What the observation of a step is drawn from. */
  source(step: number): ObservationSource {
    return this.sources[step]!;
  }

  /** The state numbers of a step's observation. */
  state(step: number): Float32Array {
    return part(this.states, step, STATE_NUMBERS);
  }

  /** Stores the observation of a step. */
  store(step: number, seen: ObservationSource, state: Float32Array): void {
    const { macros, mask, lengths, stored, places } = seen;
    const source = this.source(step);
    source.macros.set(macros);
    source.mask.set(mask);
    source.lengths.set(lengths);
    source.stored.set(stored);
    if (source.places.length > 0) source.places.set(places);
    this.state(step).set(state);
  }

  /** Steps stored. */
  get steps(): number {
    return this.counts[STEPS]!;
  }

  /** Macros that were placed before the first stored step, as in one of the elites. */
  get placedBefore(): number {
    return this.counts[PLACED_BEFORE]!;
  }

  /** Whether the episode ended with all macros placed. */
  get isComplete(): boolean {
    return this.counts[ENDING] === COMPLETE;
  }

  /** Whether the episode began on an empty canvas. */
  get isWhole(): boolean {
    return this.placedBefore === 0;
  }

  /** Of the final placement; NaN at a dead end. */
  get costs(): Costs {
    const { results } = this;
    return {
      wirelength: results[WIRELENGTH]!,
      wirelengthCost: results[WIRELENGTH_COST]!,
      densityCost: results[DENSITY_COST]!,
      congestionCost: results[CONGESTION_COST]!,
      proxyCost: results[PROXY_COST]!,
    };
  }

  get proxyCost(): number {
    return this.results[PROXY_COST]!;
  }

  /** Mean entropy of the policy over the steps, in nats. */
  get meanEntropy(): number {
    return this.results[MEAN_ENTROPY]!;
  }

  /** Records how the episode went. An episode that is not complete met a dead end. */
  end(given: {
    readonly steps: number;
    readonly complete: boolean;
    readonly placedBefore?: number;
    readonly costs?: Costs | undefined;
    readonly meanEntropy?: number;
  }): void {
    const { counts, results } = this;
    const { steps, complete, placedBefore = 0, costs, meanEntropy = Number.NaN } = given;
    counts[STEPS] = steps;
    counts[ENDING] = complete ? COMPLETE : DEAD_END;
    counts[PLACED_BEFORE] = placedBefore;
    results[WIRELENGTH] = costs?.wirelength ?? Number.NaN;
    results[WIRELENGTH_COST] = costs?.wirelengthCost ?? Number.NaN;
    results[DENSITY_COST] = costs?.densityCost ?? Number.NaN;
    results[CONGESTION_COST] = costs?.congestionCost ?? Number.NaN;
    results[PROXY_COST] = costs?.proxyCost ?? Number.NaN;
    results[MEAN_ENTROPY] = meanEntropy;
  }

  /**
   * A copy of how the episode went, for another process.
   * @param below without the final placement unless this is undefined, or the placement is complete and costs less
   */
  record(below: number | undefined): EpisodeRecord {
    const { counts, results, steps } = this;
    const perStep = PER_STEP.map((name) => [name, this[name].slice(0, steps)]);
    const isWanted = below === undefined || (this.isComplete && this.proxyCost < below);
    const placement = PLACEMENT.map((name) => [name, this[name].slice(0, isWanted ? undefined : 0)]);
    return {
      counts: counts.slice(),
      results: results.slice(),
      cells: this.cells.slice(),
      ...Object.fromEntries([...perStep, ...placement]),
    };
  }

  /** Stores how an episode went that another process played. Observations are not there. */
  restore(record: EpisodeRecord): void {
    this.counts.set(record.counts);
    this.results.set(record.results);
    for (const name of [...PER_STEP, "cells", ...PLACEMENT] as const)
      this[name].set(record[name] as Float64Array);
    if (record.xs.length === 0) for (const places of [this.xs, this.ys]) places.fill(Number.NaN);
  }

  /** The part of an array [steps] that this episode filled. */
  ofSteps(values: Float32Array): Float32Array {
    return values.subarray(0, this.steps);
  }
}

/** What decides how much of an observation is stored. */
export interface SeenByPolicy {
  /** Planes that the policy sees. */
  readonly planes: number;
  /** Whether it reads the places of all nodes. */
  readonly live: boolean;
}

/** The shape of a block's episodes. */
export function trajectoryShape(block: Block, { planes, live }: SeenByPolicy): TrajectoryShape {
  return {
    steps: macrosByArea(block).length,
    grid: block.grid,
    planes,
    stateNumbers: STATE_NUMBERS,
    nodes: block.nodeCount,
    bodies: live ? bodiesOf(block).length : 0,
  };
}

/** Bytes of one slot. */
export function trajectoryBytes(shape: TrajectoryShape): number {
  const { steps, grid, planes, stateNumbers, nodes, bodies } = shape;
  const cells = grid.columns * grid.rows;
  const numbersPerStep = storedPlanes(planes) * cells + stateNumbers + 2 + 8; // macros take 2, and there are 8 arrays [steps]
  return (
    8 * (RESULTS + 2 * nodes + steps * sourceLengths(grid)) +
    4 * (steps * numbersPerStep + COUNTS) +
    2 * steps * 2 * bodies +
    steps * cells +
    nodes
  );
}

/** Entry `index` of an array of rows of this length. */
function part<Rows extends Float64Array | Float32Array | Int32Array | Uint16Array | Uint8Array>(
  rows: Rows,
  index: number,
  length: number,
): Rows {
  return rows.subarray(index * length, (index + 1) * length) as Rows;
}
