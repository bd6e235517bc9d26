// One stored episode: a slot of the shared kernel memory, written by the worker that plays the episode and read by the
// workers that compute gradients. All threads lay the slot out alike, so only its address travels between them.
import { type Costs, macrosByArea, type Observation, STATE_NUMBERS } from "../../env/index.js";
import type { Kernels } from "../../kernels/index.js";
import type { Block } from "../../netlist/index.js";

export interface TrajectoryShape {
  /** Most steps of an episode: the number of macros. */
  readonly steps: number;
  readonly cells: number;
  readonly planes: number;
  readonly stateNumbers: number;
  readonly nodes: number;
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

export class Trajectory {
  readonly address: number;
  /** Number of the block that the episode is of. */
  readonly block: number;
  /** [steps x planes x cells] */
  readonly planes: Float32Array;
  /** [steps x cells], 1 where the macro may go */
  readonly masks: Uint8Array;
  /** [steps x stateNumbers] */
  readonly states: Float32Array;
  /** [steps x 2]: graph nodes of the current and of the next macro, -1 for none */
  readonly nodes: Int32Array;
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
  private readonly shape: TrajectoryShape;

  constructor(kernels: Kernels, { address, block, shape }: TrajectorySlot) {
    this.shape = shape;
    const { steps, cells, planes, stateNumbers, nodes } = shape;
    const { buffer } = kernels.handle.memory;
    let at = address;
    const next = <View extends { readonly byteLength: number }>(view: View): View => {
      at += view.byteLength;
      return view;
    };
    const f64 = (length: number) => next(new Float64Array(buffer, at, length));
    const f32 = (length: number) => next(new Float32Array(buffer, at, length));
    const i32 = (length: number) => next(new Int32Array(buffer, at, length));
    const u8 = (length: number) => next(new Uint8Array(buffer, at, length));
    this.address = address;
    this.block = block;
    // From the widest numbers to the narrowest, so that each array is aligned.
    this.results = f64(RESULTS);
    this.xs = f64(nodes);
    this.ys = f64(nodes);
    this.planes = f32(steps * planes * cells);
    this.states = f32(steps * stateNumbers);
    this.nodes = i32(steps * 2);
    this.actions = i32(steps);
    this.cells = i32(steps);
    this.logProbabilities = f32(steps);
    this.values = f32(steps);
    this.wirelengthDeltas = f32(steps);
    this.counterfactuals = f32(steps);
    this.advantages = f32(steps);
    this.returns = f32(steps);
    this.counts = i32(COUNTS);
    this.masks = u8(steps * cells);
    this.orientations = u8(nodes);
  }

  /** Where the observation of a step is stored; empty arrays beyond the last step. */
  observation(step: number): Observation {
    const { planes, cells, stateNumbers } = this.shape;
    return {
      planes: this.planes.subarray(step * planes * cells, (step + 1) * planes * cells),
      state: this.states.subarray(step * stateNumbers, (step + 1) * stateNumbers),
    };
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

  /** The part of an array [steps] that this episode filled. */
  ofSteps(values: Float32Array): Float32Array {
    return values.subarray(0, this.steps);
  }
}

/** The shape of a block's episodes, of which a policy sees `planes` planes. */
export function trajectoryShape(block: Block, planes: number): TrajectoryShape {
  return {
    steps: macrosByArea(block).length,
    cells: block.grid.columns * block.grid.rows,
    planes,
    stateNumbers: STATE_NUMBERS,
    nodes: block.nodeCount,
  };
}

/** Bytes of one slot. */
export function trajectoryBytes({ steps, cells, planes, stateNumbers, nodes }: TrajectoryShape): number {
  const numbersPerStep = planes * cells + stateNumbers + 2 + 8; // nodes take 2, and there are 8 arrays [steps]
  return 8 * (RESULTS + 2 * nodes) + 4 * (steps * numbersPerStep + COUNTS) + steps * cells + nodes;
}
