// Mixed-size placement: hard macros and cells of the flat netlist together, by electrostatics (Lu et al., "ePlace-MS", IEEE
// TCAD 34, 2015). Then macros are pushed apart and made legal with small moves, and cells are placed anew around them. What
// the judge scores are the soft macros, each at the mean of its cells.
import { MaskMaker } from "../../env/index.js";
import {
  type Block,
  copyPlacement,
  InputError,
  isFile,
  isInputError,
  isSideways,
  NodeKind,
  type Placement,
  Random,
  readOwnJson,
} from "../../netlist/index.js";
import { driven, paced } from "../cells/flat-cells.js";
import { type GlobalState, type GlobalStep, globalProgress, globalSteps } from "../cells/global-placement.js";
import { makeCellPlacer } from "../cells/protocols.js";
import { reviveArrays, storeArrays } from "../cells/stored-arrays.js";
import { insideCanvas, legalStart } from "../legaliser/legal-start.js";
import { snapHardMacros } from "../legaliser/snap.js";
import type { FlatNetlist, Method, MethodContext, MethodResult, ScoredPlacement } from "../method.js";
import { SECONDS_PER_LINE, throttle } from "../search.js";
import { type MacroPitch, spreadMacros } from "./spread-macros.js";

const CHECKPOINT = "checkpoints/mixed.json";

export const mixedMethod: Method = {
  name: "mixed",
  description: "hard macros and standard cells placed together by electrostatics, then macros made legal",
  protocols: ["free", "fd", "es"],
  checkpoint: CHECKPOINT,
  run: placeMixed,
};

/** Tried one after the other until macros have spread; more than is needed makes wires longer. */
const MACRO_CHARGES = [1.3, 1.6, 2.2];
const SPREAD = 0.2;
/**
 * Cells ask for so much more room than they have area. Macros would close in on cells that then find no place in the rows between
 * them.
 */
const CELL_CHARGE = 1.2;
/** Charges of attempts after the first one are drawn from these ranges: which are best differs from block to block. */
const DRAWN_CHARGES = [1.15, 1.45] as const;
const DRAWN_CELL_CHARGES = [1.1, 1.3] as const;
/** Distance that free macros keep from each other, µm; touching is legal. */
const GAP = 0;

/** What a later process goes on from: an attempt that has not begun, or one of its two stages. */
type MixedState = { readonly done: Done } & (
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
interface Done {
  readonly attempts: number;
  readonly iterations: number;
  readonly best?: Attempt;
}

/** A legal placement, and what it is chosen by: the wires' length, or under a protocol of grid cells the proxy cost. */
interface Attempt {
  readonly placement: Placement;
  readonly rating: number;
}

/** Macros and cells together: the placement that has spread best so far. */
interface Tried {
  readonly rough: Placement;
  readonly overflow: number;
  /** Done so far. */
  readonly iterations: number;
}

/**
 * Attempts follow each other until the budget is spent, each with another charge of the macros and another start; small
 * changes of either change the wires by some per cent. Another attempt begins only if there is time for it.
 */
async function placeMixed(context: MethodContext): Promise<MethodResult | undefined> {
  const { block, judge, budget, signal, onProgress } = context;
  const flat = context.flat ?? { block, fromFlat: copyPlacement, toFlat: copyPlacement };
  const followed = new Followed(context, flat);
  let from = context.resume ? await followed.readState() : undefined;
  let done: Done = from?.done ?? { attempts: 0, iterations: 0 };
  let longest = 0;
  const mayTry = () =>
    done.attempts === 0 ||
    (done.iterations < (budget.iterations ?? Number.POSITIVE_INFINITY) &&
      followed.seconds() + longest < (budget.seconds ?? Number.POSITIVE_INFINITY));
  // An attempt that was cut short goes on, whatever the budget.
  while ((from && from.stage !== "next") || mayTry()) {
    const began = followed.seconds();
    const { found, iterations } = await attempt(context, { flat, followed, from, done });
    const isBetter = found !== undefined && (!done.best || found.rating < done.best.rating);
    const best = isBetter ? found : done.best;
    // Cut short, the attempt is begun again by a later process.
    if (signal?.aborted) {
      done = { ...done, iterations, ...(best && { best }) };
      break;
    }
    from = undefined;
    done = { attempts: done.attempts + 1, iterations, ...(best && { best }) };
    longest = Math.max(longest, followed.seconds() - began);
    if (isBetter) await followed.improve(found.placement);
    else if (found) followed.offer(found.placement);
    if (found)
      onProgress(
        `attempt ${done.attempts}: ${ratingText(context, found)}${isBetter ? "" : `, best ${ratingText(context, done.best!)}`}`,
      );
    await followed.keep({ stage: "next", done });
  }
  if (!done.best) return undefined;
  const { placement } = done.best;
  const costs = judge.evaluate(placement);
  await followed.end(done.iterations, { placement, costs });
  return { placement, costs, iterations: done.iterations, episodes: 0 };
}

function ratingText({ protocol }: MethodContext, { rating }: Attempt): string {
  return protocol === "free" ? `wirelength ${rating.toExponential(4)} µm` : `cost ${rating.toFixed(4)}`;
}

/** What an attempt works with: what was done before it, and the state of an earlier process that it goes on from. */
interface AttemptParts {
  readonly flat: FlatNetlist;
  readonly followed: Followed;
  readonly from: MixedState | undefined;
  readonly done: Done;
}

/** One placement of macros and cells together, made legal, with cells placed anew around; undefined if macros find no room. */
async function attempt(
  context: MethodContext,
  parts: AttemptParts,
): Promise<{ readonly found?: Attempt; readonly iterations: number }> {
  const { block, judge, protocol, workers, signal } = context;
  const { flat, followed, from, done } = parts;
  let around: MixedState & { stage: "around" };
  if (from?.stage === "around") around = from;
  else {
    const { rough, iterations } = await placeTogether(context, parts);
    const placement =
      protocol === "free" ? legalAnywhere(block, rough, pitchOf(flat.block)) : onGridCells(context, rough);
    if (!placement) return { iterations };
    if (protocol === "free") takeSoftMacros(block, placement, rough);
    around = { stage: "around", done, placement, iterations };
    if (!signal?.aborted) await followed.keep(around);
  }
  const { placement } = around;
  let { iterations } = around;
  if (protocol !== "free")
    return { found: { placement, rating: judge.evaluate(placement).proxyCost }, iterations };
  // Cut short, soft macros stay where they were among the macros that overlapped.
  if (signal?.aborted) return { found: { placement, rating: Number.POSITIVE_INFINITY }, iterations };
  const before = iterations;
  const cells = await driven(
    globalSteps(flat.block, flat.toFlat(placement), {
      threads: workers,
      ...(around.global && { from: around.global }),
    }),
    (step) => followed.take(step, { before, what: "cells" }, () => ({ ...around, global: step.save() })),
    signal,
  );
  iterations += cells.count;
  takeSoftMacros(block, placement, flat.fromFlat(cells.placement));
  // Cells that have not spread have short wires, which say nothing.
  const rating = signal?.aborted ? Number.POSITIVE_INFINITY : cells.wirelength;
  return { found: { placement, rating }, iterations };
}

/** Macros and cells by electrostatics, with more charge for the macros until they have spread. */
async function placeTogether(
  { seed, workers, signal }: MethodContext,
  { flat, followed, from, done }: AttemptParts,
): Promise<Tried> {
  const start = upright(flat.block);
  const { charges, cellCharge, startSeed } = variantOf(seed, done.attempts);
  const resumed = from?.stage === "together" ? from : undefined;
  let best: Tried = resumed?.before ?? {
    rough: flat.fromFlat(start),
    overflow: Number.POSITIVE_INFINITY,
    iterations: done.iterations,
  };
  for (let charge = resumed?.charge ?? 0; charge < charges.length; charge++) {
    const before = best;
    const global = charge === resumed?.charge ? resumed.global : undefined;
    const steps = globalSteps(flat.block, start, {
      macroCharge: charges[charge]!,
      cellCharge,
      seed: startSeed,
      threads: workers,
      ...(global && { from: global }),
    });
    const { placement, overflow, count } = await driven(
      steps,
      (step) =>
        followed.take(step, { before: before.iterations, what: "macros and cells" }, () => ({
          ...{ stage: "together", done, charge, before },
          global: step.save(),
        })),
      signal,
    );
    const iterations = before.iterations + count;
    best =
      overflow < before.overflow
        ? { rough: flat.fromFlat(placement), overflow, iterations }
        : { ...before, iterations };
    if (overflow < SPREAD || signal?.aborted) break;
  }
  return best;
}

/** What an attempt does otherwise than others. */
interface Variant {
  /** Charges of the macros, tried one after the other. */
  readonly charges: readonly number[];
  readonly cellCharge: number;
  readonly startSeed: number;
}

/** The first attempt is the same for every seed. */
function variantOf(seed: number, attempt: number): Variant {
  if (attempt === 0) return { charges: MACRO_CHARGES, cellCharge: CELL_CHARGE, startSeed: 0 };
  const random = Random.stream(seed, "mixed", attempt);
  const drawn = ([least, most]: readonly [number, number]) => least + (most - least) * random.uniform();
  const first = drawn(DRAWN_CHARGES);
  return {
    charges: [first, ...MACRO_CHARGES.filter((charge) => charge > first)],
    startSeed: random.below(2 ** 31),
    cellCharge: drawn(DRAWN_CELL_CHARGES),
  };
}

/** Iterations between two frames. */
const FRAME_EVERY = 10;

/** Progress, metrics, frames and checkpoints of a run. */
class Followed {
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

  /** An iteration, the first of `what` after `before` others. */
  async take(
    step: GlobalStep,
    { before, what }: { readonly before: number; readonly what: string },
    state: () => MixedState,
  ): Promise<void> {
    const { run, block, judge, onProgress } = this.context;
    if (what !== this.what) this.line = globalProgress();
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

/** The block's own placement, macros in orientation N, or as they lie if they lie. */
function upright(block: Block): Placement {
  const placement = copyPlacement(block.initial);
  for (let node = 0; node < block.nodeCount; node++)
    if (
      block.kinds[node] === NodeKind.HardMacro &&
      !block.fixed[node] &&
      !isSideways(placement.orientations[node]!)
    )
      placement.orientations[node] = 0;
  return placement;
}

/** Rows and sites, on which macros waste none of them; undefined without rows. */
function pitchOf({ rows: [row] = [] }: Block): MacroPitch | undefined {
  return row && { x: row.siteWidth, y: row.height, originX: row.left, originY: row.bottom };
}

/** Macros pushed apart, and those that still overlap at the nearest free place; undefined if one finds none. */
function legalAnywhere(block: Block, rough: Placement, pitch: MacroPitch | undefined): Placement | undefined {
  for (const choice of pitch ? [pitch, undefined] : [undefined]) {
    const { placement } = spreadMacros(block, rough, choice);
    try {
      return legalStart(block, placement, GAP).placement;
    } catch (error) {
      if (!isInputError(error)) throw error; // no free place for a macro
    }
  }
  return undefined;
}

/** Macros pushed apart, each on the nearest feasible cell, and soft macros as the protocol places them. */
function onGridCells({ block, judge, protocol }: MethodContext, rough: Placement): Placement | undefined {
  const { placement: apart } = spreadMacros(block, rough);
  const snapped = snapHardMacros(new MaskMaker(judge), apart);
  if (!snapped) return undefined;
  judge.evaluate(snapped);
  makeCellPlacer(protocol, judge).placeSoftMacros();
  return copyPlacement(judge.placement);
}

/** Soft macros where another placement has them, inside the canvas. */
function takeSoftMacros(
  { kinds, fixed, widths, heights, canvas }: Block,
  out: Placement,
  from: Placement,
): void {
  for (let node = 0; node < kinds.length; node++) {
    if (kinds[node] !== NodeKind.SoftMacro || fixed[node]) continue;
    out.xs[node] = insideCanvas(from.xs[node]!, widths[node]! / 2, canvas.width);
    out.ys[node] = insideCanvas(from.ys[node]!, heights[node]! / 2, canvas.height);
  }
}
