// Episodes as they are stored for an update: one slot of shared memory each, written by the worker that plays the
// episode and read by the workers that compute gradients. A slot is laid out alike on both sides.
import type { Kernels } from "../../kernels/index.js";

export interface TrajectoryShape {
  /** Most steps of an episode: the number of macros. */
  readonly steps: number;
  readonly cells: number;
  readonly planes: number;
  readonly stateNumbers: number;
  readonly nodes: number;
}

/** How an episode ended. */
export const Outcome = { Complete: 1, DeadEnd: 2 } as const;

/** One stored episode; all arrays live in kernel memory. */
export interface Trajectory {
  /** [steps x planes x cells] */
  readonly planes: Float32Array;
  /** [steps x cells] */
  readonly masks: Uint8Array;
  /** [steps x stateNumbers] */
  readonly states: Float32Array;
  /** [steps x 2]: graph nodes of the current and of the next macro (-1 for none). */
  readonly nodes: Int32Array;
  readonly actions: Int32Array;
  /** [macros]: cells of all macros in order, those placed before the first stored step included. */
  readonly cells: Int32Array;
  readonly logProbabilities: Float32Array;
  readonly values: Float32Array;
  /** Growth of the anticipated wirelength cost by every step. */
  readonly wirelengthDeltas: Float32Array;
  /** By how much the final cost would grow if the step's macro stood elsewhere (env/environment/counterfactual.ts). */
  readonly counterfactuals: Float32Array;
  /** Filled in by the trainer before the update. */
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  /** Steps stored, `Outcome`, macros placed before the first of them. */
  readonly summary: Int32Array;
  /** wirelength, wirelengthCost, densityCost, congestionCost, proxyCost, mean entropy. */
  readonly costs: Float64Array;
  /** The final placement. */
  readonly xs: Float64Array;
  readonly ys: Float64Array;
  readonly orientations: Uint8Array;
}

/** Where an episode is stored. */
export interface Slot {
  readonly at: number;
  /** Number of the block that the episode is of. */
  readonly block: number;
  readonly trajectory: Trajectory;
}

const BYTES: Readonly<Record<keyof Trajectory, 1 | 4 | 8>> = {
  costs: 8,
  xs: 8,
  ys: 8,
  planes: 4,
  states: 4,
  nodes: 4,
  actions: 4,
  cells: 4,
  logProbabilities: 4,
  values: 4,
  wirelengthDeltas: 4,
  counterfactuals: 4,
  advantages: 4,
  returns: 4,
  summary: 4,
  masks: 1,
  orientations: 1,
};

const INTEGERS: ReadonlySet<keyof Trajectory> = new Set(["nodes", "actions", "cells", "summary"]);

function lengths(shape: TrajectoryShape): Record<keyof Trajectory, number> {
  const { steps, cells, planes, stateNumbers, nodes } = shape;
  return {
    costs: 6,
    xs: nodes,
    ys: nodes,
    planes: steps * planes * cells,
    states: steps * stateNumbers,
    nodes: steps * 2,
    actions: steps,
    cells: steps,
    logProbabilities: steps,
    values: steps,
    wirelengthDeltas: steps,
    counterfactuals: steps,
    advantages: steps,
    returns: steps,
    summary: 3,
    masks: steps * cells,
    orientations: nodes,
  };
}

/** Bytes of one slot. */
export function trajectoryBytes(shape: TrajectoryShape): number {
  const counts = lengths(shape);
  let bytes = 0;
  for (const key of Object.keys(BYTES) as (keyof Trajectory)[]) bytes += counts[key] * BYTES[key];
  return bytes;
}

/** The slot at `address`. Any thread of the same memory may look at it. */
export function trajectoryAt(kernels: Kernels, address: number, shape: TrajectoryShape): Trajectory {
  const counts = lengths(shape);
  const { buffer } = kernels.handle.memory;
  let at = address;
  const slot: Partial<Record<keyof Trajectory, unknown>> = {};
  for (const key of Object.keys(BYTES) as (keyof Trajectory)[]) {
    const length = counts[key];
    if (BYTES[key] === 8) slot[key] = new Float64Array(buffer, at, length);
    else if (BYTES[key] === 1) slot[key] = new Uint8Array(buffer, at, length);
    else if (INTEGERS.has(key)) slot[key] = new Int32Array(buffer, at, length);
    else slot[key] = new Float32Array(buffer, at, length);
    at += length * BYTES[key];
  }
  return slot as unknown as Trajectory;
}

/** Ended with all macros placed. */
export function isComplete(trajectory: Trajectory): boolean {
  return trajectory.summary[1] === Outcome.Complete;
}
