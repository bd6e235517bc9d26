// What a mixed-size run keeps while it goes on: its state, for a process that resumes it, and progress, metrics and frames.
import { type Block, InputError, isFile, type Placement, readOwnJson } from "../../netlist/index.js";
import { paced } from "../cells/flat-cells.js";
import { type GlobalState, type GlobalStep, globalProgress } from "../cells/global-placement.js";
import { reviveArrays, storeArrays } from "../cells/stored-arrays.js";
import type { FlatNetlist, MethodContext, ScoredPlacement } from "../method.js";
import { SECONDS_PER_LINE, throttle } from "../search.js";

export const CHECKPOINT = "checkpoints/mixed.json";

/** What a later process goes on from: an attempt that has not begun, or one of its two stages. */
export type MixedState = { readonly done: Done } & (
  | { readonly stage: "next" }
  | {
      readonly stage: "together";
      /** Index of the charge that is tried, and the best of those before. */
      readonly charge: number;
      readonly before: Tried;
      readonly global: GlobalState;
    }
  | {
      readonly stage: "around";
      readonly placement: Placement;
      readonly iterations: number;
      readonly global?: GlobalState;
    }
);

/** What attempts before the present one have done. Placements of macros and soft macros are of the block that is placed. */
export interface Done {
  readonly attempts: number;
  readonly iterations: number;
  readonly best?: Attempt;
}

/** A legal placement, and what it is chosen by: the wires' length, or under a protocol of grid cells the proxy cost. */
export interface Attempt {
  readonly placement: Placement;
  readonly rating: number;
  /** Length of the wires with cells in rows, µm, if they find room there. */
  readonly inRows?: number;
}

/** Macros and cells together: the placement that has spread best so far. */
export interface Tried {
  readonly rough: Placement;
  readonly overflow: number;
  /** Done so far. */
  readonly iterations: number;
}

/** Iterations between two frames. */
const FRAME_EVERY = 10;

/** Progress, metrics, frames and checkpoints of a run. */
export class Followed {
  private readonly context: MethodContext;
  private readonly flat: FlatNetlist;
  private readonly started = performance.now();
  private readonly isDue = throttle(SECONDS_PER_LINE);
  private readonly keepNow: (state: () => MixedState) => Promise<void>;
  private line = globalProgress();
  private what = "";

  constructor(context: MethodContext, flat: FlatNetlist) {
    this.context = context;
    this.flat = flat;
    this.keepNow = paced(
      (state) => this.keep(state),
      () => this.seconds(),
    );
  }

  /** Since the method began in this process. */
  seconds(): number {
    return (performance.now() - this.started) / 1000;
  }

  async keep(state: MixedState): Promise<void> {
    await this.context.run.writeJson(CHECKPOINT, storeArrays(state));
  }

  /** The state that an earlier process has kept; what it wrote after it is dropped. */
  async readState(): Promise<MixedState | undefined> {
    const { run, block, onProgress } = this.context;
    const path = run.file(CHECKPOINT);
    const state = isFile(path) ? (reviveArrays(readOwnJson(path)) as MixedState) : undefined;
    if (state && !isOf(block, state))
      throw new InputError(path, "is no checkpoint of this block", "start over without --resume");
    const done = iterationsOf(state);
    if (state) onProgress(`resuming after iteration ${done}`);
    await run.continueAfter(done);
    return state;
  }

  /** An iteration, the first of `what` after `before` others; it ends when cells have spread to `spreadTo`. */
  async take(
    step: GlobalStep,
    {
      before,
      what,
      spreadTo,
    }: { readonly before: number; readonly what: string; readonly spreadTo?: number },
    state: () => MixedState,
  ): Promise<void> {
    const { run, block, judge, onProgress } = this.context;
    if (what !== this.what) this.line = globalProgress(spreadTo);
    this.what = what;
    const text = this.line(step, this.seconds());
    if (this.isDue(this.seconds(), false)) onProgress(`${what}: ${text}`);
    run.appendMetrics({
      iteration: before + step.iteration + 1,
      seconds: this.seconds(),
      "cells/wirelength": step.wirelength,
      "cells/overflow": step.overflow,
    });
    if (step.iteration % FRAME_EVERY === 0) {
      const placement = this.flat.fromFlat(step.placement());
      run.appendFrame(block, placement, { costs: judge.evaluate(placement) });
    }
    await this.keepNow(state);
  }

  /** The best placement so far. */
  async improve(placement: Placement): Promise<void> {
    const { run, block, judge } = this.context;
    const costs = judge.evaluate(placement);
    await run.writeBest(block, placement, costs);
  }

  /** Another placement, if several results are asked for. */
  offer(placement: Placement): void {
    const { run, judge } = this.context;
    if (run.offer) run.offer(placement, judge.evaluate(placement));
  }

  async end(iterations: number, { placement, costs }: ScoredPlacement): Promise<void> {
    const { run, block } = this.context;
    await run.writeBest(block, placement, costs);
    run.appendMetrics({
      iteration: iterations + 1,
      seconds: this.seconds(),
      "cost/best": costs.proxyCost,
    });
  }
}

function isOf({ nodeCount }: Block, state: MixedState): boolean {
  const placements = [
    state.done?.best?.placement,
    state.stage === "together" && state.before?.rough,
    state.stage === "around" && state.placement,
  ];
  return state.done !== undefined && placements.every((one) => !one || one.xs?.length === nodeCount);
}

/** Of all attempts. */
function iterationsOf(state: MixedState | undefined): number {
  if (!state) return 0;
  if (state.stage === "next") return state.done.iterations;
  const before = state.stage === "together" ? state.before.iterations : state.iterations;
  return before + (state.global?.iterations ?? 0);
}
