// Mixed-size placement: hard macros and cells of the flat netlist together, by electrostatics (Lu et al., "ePlace-MS", IEEE
// TCAD 34, 2015). Then macros are mirrored, pushed apart and made legal with small moves, and cells are placed anew around them.
// What the judge scores are the soft macros, each at the mean of its cells.
import { MaskMaker } from "../../env/index.js";
import {
  type Block,
  copyPlacement,
  isInputError,
  isSideways,
  NodeKind,
  type Placement,
  Random,
} from "../../netlist/index.js";
import { driven } from "../cells/flat-cells.js";
import { globalSteps } from "../cells/global-placement.js";
import { rowSteps } from "../cells/place-rows.js";
import { makeCellPlacer } from "../cells/protocols.js";
import { isLooseCell } from "../cells/row-space.js";
import { insideCanvas, legalStart } from "../legaliser/legal-start.js";
import { snapHardMacros } from "../legaliser/snap.js";
import type { FlatNetlist, Method, MethodContext, MethodResult } from "../method.js";
import { type Attempt, CHECKPOINT, type Done, Followed, type MixedState, type Tried } from "./followed.js";
import { mirrorMacros } from "./mirror-macros.js";
import { type MacroPitch, spreadMacros } from "./spread-macros.js";

export const mixedMethod: Method = {
  name: "mixed",
  description: "hard macros and standard cells placed together by electrostatics, then macros made legal",
  protocols: ["free", "fd", "es"],
  checkpoint: CHECKPOINT,
  mirrors: true,
  run: placeMixed,
};

/** Tried one after the other until macros have spread; more than is needed makes wires longer. */
const MACRO_CHARGES = [1.3, 1.6, 2.2];
const SPREAD = 0.2;
/**
 * Macros and cells spread until no more than this share of their area lies above the target density. Cells are placed anew anyway;
 * the last overlaps cost many iterations, and macros are pushed about.
 */
const SPREAD_TO = 0.15;
/** But no more than this share of the cells' area: where cells are few, macros that still overlap have their room. */
const SPREAD_TO_OF_CELLS = 0.6;
/** Less overlap is not waited for. */
const LEAST_SPREAD_TO = 0.1;
/**
 * Cells ask for so much more room than they have area. Macros would close in on cells that then find no place in the rows between
 * them.
 */
const CELL_CHARGE = 1.2;
/** What attempts after the first one draw from: for the charges, the ranges of the best of 126 attempts on four ICCAD04 blocks. */
const DRAWN_CHARGES = [1.25, 1.4] as const;
const DRAWN_CELL_CHARGES = [1.17, 1.27] as const;
const DRAWN_SPREAD_TO = [0.13, 0.2] as const;
/**
 * Attempts are compared with cells in rows after so many passes, for rows lengthen wires by 2 to 6 %. An attempt whose wires are
 * longer than the best one's by this factor before that gets no rows.
 */
const PASSES = 1;
const FAR_FROM_BEST = 1.03;
/** Distance that free macros keep from each other, µm; touching is legal. */
const GAP = 0;

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
    const isBest = found !== undefined && isBetter(found, done.best);
    const best = isBest ? found : done.best;
    // Cut short, the attempt is begun again by a later process.
    if (signal?.aborted) {
      done = { ...done, iterations, ...(best && { best }) };
      break;
    }
    from = undefined;
    done = { attempts: done.attempts + 1, iterations, ...(best && { best }) };
    longest = Math.max(longest, followed.seconds() - began);
    if (isBest) await followed.improve(found.placement);
    else if (found) followed.offer(found.placement);
    if (found)
      onProgress(
        `attempt ${done.attempts}: ${ratingText(context, found)}${isBest ? "" : `, best ${ratingText(context, done.best!)}`}`,
      );
    await followed.keep({ stage: "next", done });
  }
  if (!done.best) return undefined;
  const { placement } = done.best;
  const costs = judge.evaluate(placement);
  await followed.end(done.iterations, { placement, costs });
  return { placement, costs, iterations: done.iterations, episodes: 0 };
}

function isBetter(one: Attempt, other: Attempt | undefined): boolean {
  if (!other) return true;
  if (one.inRows !== undefined && other.inRows !== undefined) return one.inRows < other.inRows;
  if (one.inRows !== undefined || other.inRows !== undefined) return one.inRows !== undefined;
  return one.rating < other.rating;
}

function ratingText({ protocol }: MethodContext, { rating, inRows }: Attempt): string {
  if (protocol !== "free") return `cost ${rating.toFixed(4)}`;
  return `wirelength ${(inRows ?? rating).toExponential(4)} µm${inRows === undefined ? "" : " in rows"}`;
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
  if (signal?.aborted) return { found: { placement, rating: Number.POSITIVE_INFINITY }, iterations };
  const rating = cells.wirelength;
  const isFar = done.best !== undefined && rating > FAR_FROM_BEST * done.best.rating;
  const inRows = isFar ? undefined : await lengthInRows(flat.block, cells.placement, signal);
  return { found: { placement, rating, ...(inRows !== undefined && { inRows }) }, iterations };
}

/** Length of the wires with cells in rows, µm; undefined without rows or cells, without room for them, or if it is cut short. */
async function lengthInRows(
  block: Block,
  spread: Placement,
  signal: AbortSignal | undefined,
): Promise<number | undefined> {
  if (!block.rows?.length || !block.kinds.some((_, node) => isLooseCell(block, node))) return undefined;
  try {
    const { wirelength } = await driven(rowSteps(block, spread, { passes: PASSES }), async () => {}, signal);
    return signal?.aborted ? undefined : wirelength;
  } catch (error) {
    if (!isInputError(error)) throw error; // cells without room
    return undefined;
  }
}

/** Macros and cells by electrostatics, with more charge for the macros until they have spread. */
async function placeTogether(
  { seed, workers, signal }: MethodContext,
  { flat, followed, from, done }: AttemptParts,
): Promise<Tried> {
  const start = upright(flat.block);
  const { charges, cellCharge, startSeed, ...variant } = variantOf(seed, done.attempts);
  const ofCells = SPREAD_TO_OF_CELLS * shareOfCells(flat.block, cellCharge);
  const spreadTo = Math.max(LEAST_SPREAD_TO, Math.min(variant.spreadTo, ofCells));
  const resumed = from?.stage === "together" ? from : undefined;
  const mayBe = (node: number, orientation: number) => flat.allows?.(node, orientation) ?? true;
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
      spreadTo,
      seed: startSeed,
      threads: workers,
      ...(global && { from: global }),
    });
    const { placement, overflow, count } = await driven(
      steps,
      (step) =>
        followed.take(step, { before: before.iterations, what: "macros and cells", spreadTo }, () => ({
          ...{ stage: "together", done, charge, before },
          global: step.save(),
        })),
      signal,
    );
    const iterations = before.iterations + count;
    best =
      overflow < before.overflow
        ? { rough: flat.fromFlat(mirrorMacros(flat.block, placement, mayBe)), overflow, iterations }
        : { ...before, iterations };
    if (overflow < SPREAD || signal?.aborted) break;
  }
  return best;
}

/** Share of the cells, with their charge, in the area of all that moves. */
function shareOfCells({ kinds, fixed, widths, heights }: Block, cellCharge: number): number {
  let [cells, macros] = [0, 0];
  for (let node = 0; node < kinds.length; node++) {
    if (fixed[node] || kinds[node] === NodeKind.Port) continue;
    const area = widths[node]! * heights[node]!;
    if (kinds[node] === NodeKind.HardMacro) macros += area;
    else cells += cellCharge * area;
  }
  return cells > 0 ? cells / (macros + cells) : 1;
}

/** What an attempt does otherwise than others. */
interface Variant {
  /** Charges of the macros, tried one after the other. */
  readonly charges: readonly number[];
  readonly cellCharge: number;
  readonly spreadTo: number;
  readonly startSeed: number;
}

/** The first attempt is the same for every seed. */
function variantOf(seed: number, attempt: number): Variant {
  if (attempt === 0)
    return { charges: MACRO_CHARGES, cellCharge: CELL_CHARGE, spreadTo: SPREAD_TO, startSeed: 0 };
  const random = Random.stream(seed, "mixed", attempt);
  const drawn = ([least, most]: readonly [number, number]) => least + (most - least) * random.uniform();
  const first = drawn(DRAWN_CHARGES);
  return {
    charges: [first, ...MACRO_CHARGES.filter((charge) => charge > first)],
    startSeed: random.below(2 ** 31),
    cellCharge: drawn(DRAWN_CELL_CHARGES),
    spreadTo: drawn(DRAWN_SPREAD_TO),
  };
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
