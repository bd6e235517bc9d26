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
/** Distance that free macros keep from each other, µm; touching is legal. */
const GAP = 0;

/** What a later process goes on from. Placements of macros and soft macros are of the block that is placed. */
type MixedState =
  | {
      readonly stage: "together";
      /** Index of the charge that is tried, and the best of those before. */
      readonly attempt: number;
      readonly before: Tried;
      readonly global: GlobalState;
    }
  | {
      readonly stage: "around";
      readonly placement: Placement;
      readonly iterations: number;
      readonly global?: GlobalState;
    };

/** Macros and cells together: the placement that has spread best so far. */
interface Tried {
  readonly rough: Placement;
  readonly overflow: number;
  /** Done so far. */
  readonly iterations: number;
}

async function placeMixed(context: MethodContext): Promise<MethodResult | undefined> {
  const { block, judge, protocol, workers, signal } = context;
  const flat = context.flat ?? { block, fromFlat: copyPlacement, toFlat: copyPlacement };
  const followed = new Followed(context, flat);
  const from = context.resume ? await followed.readState() : undefined;
  let placement: Placement | undefined;
  let around: MixedState & { stage: "around" };
  if (from?.stage === "around") around = from;
  else {
    const { rough, iterations } = await placeTogether(flat, followed, { from, workers, signal });
    placement =
      protocol === "free" ? legalAnywhere(block, rough, pitchOf(flat.block)) : onGridCells(context, rough);
    if (!placement) return undefined;
    if (protocol === "free") takeSoftMacros(block, placement, rough);
    around = { stage: "around", placement, iterations };
    if (!signal?.aborted) await followed.keep(around);
  }
  ({ placement } = around);
  let { iterations } = around;
  // Cut short, soft macros stay where they were among the macros that overlapped.
  if (protocol === "free" && !signal?.aborted) {
    const before = iterations;
    const { placement: legal } = around;
    const steps = globalSteps(flat.block, flat.toFlat(legal), {
      threads: workers,
      ...(around.global && { from: around.global }),
    });
    const cells = await driven(
      steps,
      (step) => followed.take(step, { before, what: "cells" }, () => ({ ...around, global: step.save() })),
      signal,
    );
    iterations += cells.count;
    takeSoftMacros(block, placement, flat.fromFlat(cells.placement));
  }
  const costs = judge.evaluate(placement);
  await followed.end(iterations, { placement, costs });
  return { placement, costs, iterations, episodes: 0 };
}

/** Macros and cells by electrostatics, with more charge for the macros until they have spread. */
async function placeTogether(
  flat: FlatNetlist,
  followed: Followed,
  {
    from,
    workers,
    signal,
  }: Pick<MethodContext, "workers" | "signal"> & { readonly from: MixedState | undefined },
): Promise<Tried> {
  const start = upright(flat.block);
  const resumed = from?.stage === "together" ? from : undefined;
  let best: Tried = resumed?.before ?? {
    rough: flat.fromFlat(start),
    overflow: Number.POSITIVE_INFINITY,
    iterations: 0,
  };
  for (let attempt = resumed?.attempt ?? 0; attempt < MACRO_CHARGES.length; attempt++) {
    const before = best;
    const global = attempt === resumed?.attempt ? resumed.global : undefined;
    const steps = globalSteps(flat.block, start, {
      macroCharge: MACRO_CHARGES[attempt]!,
      threads: workers,
      ...(global && { from: global }),
    });
    const { placement, overflow, count } = await driven(
      steps,
      (step) =>
        followed.take(step, { before: before.iterations, what: "macros and cells" }, () => ({
          ...{ stage: "together", attempt, before },
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

  private seconds(): number {
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
    const placement = state?.stage === "together" ? state.before?.rough : state?.placement;
    if (state && placement?.xs?.length !== block.nodeCount)
      throw new InputError(path, "is no checkpoint of this block", "start over without --resume");
    const before = !state ? 0 : state.stage === "together" ? state.before.iterations : state.iterations;
    const done = before + (state?.global?.iterations ?? 0);
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
