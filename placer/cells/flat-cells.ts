// The standard cells of a flat netlist around macros that have their places: global placement, rows, detailed placement. It
// lets the process breathe between two steps, stops when it is asked to, and can go on where an earlier process was killed.
import type { Block, Placement } from "../../netlist/index.js";
import { SECONDS_PER_CHECKPOINT, throttle, timeText } from "../search.js";
import {
  type GlobalResult,
  type GlobalState,
  type GlobalStep,
  globalProgress,
  globalSteps,
} from "./global-placement.js";
import { type RowResult, type RowState, refuseWithoutRoom, rowSteps } from "./place-rows.js";

/** What a later process goes on from. Before rows there is a state of global placement, then its result. */
export type FlatCellsState =
  | { readonly stage: "global"; readonly global: GlobalState }
  | { readonly stage: "rows"; readonly spread: GlobalResult; readonly rows?: RowState };

export interface FlatCellsOptions {
  /** Share of the free space that cells may fill. */
  readonly density: number;
  /** Most passes of detailed placement. */
  readonly passes: number;
  /** Threads of global placement; they do not change the result. Default: 1. */
  readonly workers?: number;
  readonly from?: FlatCellsState | undefined;
  /** Keeps a state, the last one only; it is waited for. */
  keep?(state: FlatCellsState): Promise<void>;
  /** Called after every iteration of global placement. */
  onIteration?(step: GlobalStep): void;
  onProgress(line: string): void;
  /** Aborted: cells go into rows from where they are, and no pass follows. */
  readonly signal?: AbortSignal | undefined;
}

export interface FlatCells extends RowResult {
  /** Before the rows. */
  readonly spread: Placement;
  /** Of global placement. */
  readonly iterations: number;
  /** Share of the cells' area that global placement left above the target density. */
  readonly overflow: number;
}

/** Global placement that leaves more of the cells' area above the target density has run out of room. */
const CROWDED = 0.2;
/** Progress is told at least this often, s. */
const TELL_EVERY = 2;
/** A checkpoint may take this share of the time. */
const CHECKPOINTS_SHARE = 0.05;

/**
 * Places the standard cells that may move around everything else as `start` has it. The same input gives the same bytes, also
 * if it goes on from any state that was kept. Throws `InputError` for cells that find no room in the rows.
 */
export async function placeFlatCells(
  block: Block,
  start: Placement,
  options: FlatCellsOptions,
): Promise<FlatCells> {
  const { density, passes, from, onProgress, signal } = options;
  refuseWithoutRoom(block, start);
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  const isDue = throttle(TELL_EVERY);
  const keeper = paced(options.keep, seconds);
  let spread = from?.stage === "rows" ? from.spread : undefined;
  if (!spread) {
    const line = globalProgress();
    spread = await driven(
      globalSteps(block, start, {
        targetDensity: density,
        threads: options.workers ?? 1,
        ...(from?.stage === "global" && { from: from.global }),
      }),
      async (step) => {
        options.onIteration?.(step);
        const text = line(step, seconds());
        if (isDue(seconds(), false)) onProgress(text);
        await keeper(() => ({ stage: "global", global: step.save() }));
      },
      signal,
    );
    // What is cut short is no result of global placement: a later process goes on with the iterations.
    if (!signal?.aborted) await options.keep?.({ stage: "rows", spread });
  }
  const { overflow, count: iterations, placement } = spread;
  if (overflow > CROWDED && !signal?.aborted)
    onProgress(
      `${(100 * overflow).toFixed(0)} % of the cells' area found no room at --density ${density}: wires get longer; raise it, or give the cells more room`,
    );
  const whole = spread;
  const rows = await driven(
    rowSteps(block, placement, {
      passes,
      ...(from?.stage === "rows" && from.rows && { from: from.rows }),
    }),
    async (step) => {
      const { pass, wirelength } = step;
      onProgress(
        `${pass === 0 ? "in rows" : `pass ${pass}`}  ${timeText(seconds())}  wirelength ${Math.round(wirelength).toLocaleString("en")} µm`,
      );
      if (!signal?.aborted) await keeper(() => ({ stage: "rows", spread: whole, rows: step.save() }));
    },
    signal,
  );
  return { ...rows, spread: placement, iterations, overflow };
}

/** Goes through the steps; between them signals are heard. */
export async function driven<Step, Result>(
  steps: Generator<Step, Result, boolean | undefined>,
  onStep: (step: Step) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Result> {
  try {
    let next = steps.next();
    while (!next.done) {
      await onStep(next.value);
      await new Promise((resolve) => setImmediate(resolve));
      next = steps.next(signal?.aborted === true);
    }
    return next.value;
  } finally {
    // Ends its threads if a step was not kept, and does nothing after the last one.
    steps.return(undefined as never);
  }
}

/** Keeps a state when a second has passed, and so much more that states take a small share of the time. */
export function paced<State>(
  keep: ((state: State) => Promise<void>) | undefined,
  seconds: () => number,
): (state: () => State) => Promise<void> {
  let next = SECONDS_PER_CHECKPOINT;
  return async (state) => {
    const before = seconds();
    if (!keep || before < next) return;
    await keep(state());
    const after = seconds();
    next = after + Math.max(SECONDS_PER_CHECKPOINT, (after - before) / CHECKPOINTS_SHARE);
  };
}
