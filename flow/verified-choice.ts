// `--objective verified`: of the best few results of a run the one that is best once cells are placed and nets are routed.
import type { Placement } from "../netlist/index.js";
import type { ScoredPlacement } from "../placer/index.js";
import type { PlacingJob } from "./placing-job.js";
import { routingSupplyFor, type VerifyFigures, verifyPlacement } from "./verify.js";

/** What decides among the results of a run. */
export const OBJECTIVES = ["proxy", "verified"] as const;

/** So many different results are verified, if there is time for them. */
export const VERIFIED_RESULTS = 3;
/** Share of the budget that the search gets if its results are verified. */
export const SEARCH_SHARE = 2 / 3;

/** What verification found out about a result; see `verify`. Lengths in µm. */
export interface VerifiedResult
  extends Pick<
    VerifyFigures,
    "legal" | "flat_wirelength" | "routed_wirelength" | "overflow" | "pattern_overflow" | "ace_5"
  > {
  readonly proxy_cost: number;
  /** Whether it is the one that the run gives. */
  readonly chosen: boolean;
}

/** How verification may go on. */
export interface VerifyingControl {
  /** Wall-clock time that is left, s. The first result is verified whatever it is. */
  secondsLeft(): number;
  readonly workers: number;
  readonly signal: AbortSignal | undefined;
  onProgress(line: string): void;
}

/** A verified result and its figures. */
interface Verified {
  readonly result: ScoredPlacement;
  readonly figures: VerifyFigures;
}

/**
 * Verifies the results one after the other, the cheapest first, as long as there is time for another. Returns all results, the
 * best verified one first, and the figures of those that were verified. What is cut short is not counted.
 */
export async function chooseVerified(
  results: readonly ScoredPlacement[],
  job: PlacingJob,
  { secondsLeft, workers, signal, onProgress }: VerifyingControl,
): Promise<{ readonly results: ScoredPlacement[]; readonly verified: readonly VerifiedResult[] }> {
  const done: Verified[] = [];
  let longest = 0;
  for (const [index, result] of results.entries()) {
    if (signal?.aborted || (index > 0 && secondsLeft() < longest)) break;
    const before = performance.now();
    onProgress(`verifying result ${index + 1} of ${results.length}`);
    const figures = await figuresOf(result.placement, job, { workers, signal });
    longest = Math.max(longest, (performance.now() - before) / 1000);
    if (signal?.aborted) break;
    done.push({ result, figures });
    onProgress(
      `result ${index + 1}: cost ${result.costs.proxyCost.toFixed(4)}, routed wirelength ` +
        `${Math.round(figures.routed_wirelength).toLocaleString("en")} µm, overflow ${figures.overflow.toLocaleString("en")}`,
    );
  }
  const ranked = [...done].sort((a, b) => rating(a.figures) - rating(b.figures));
  const best = ranked[0]?.result;
  return {
    results: best ? [best, ...results.filter((result) => result !== best)] : [...results],
    verified: done.map(({ result, figures }) => ({
      proxy_cost: result.costs.proxyCost,
      legal: figures.legal,
      flat_wirelength: figures.flat_wirelength,
      routed_wirelength: figures.routed_wirelength,
      overflow: figures.overflow,
      pattern_overflow: figures.pattern_overflow,
      ace_5: figures.ace_5,
      chosen: result === best,
    })),
  };
}

function figuresOf(
  placement: Placement,
  job: PlacingJob,
  settings: { readonly workers: number; readonly signal: AbortSignal | undefined },
): Promise<VerifyFigures> {
  const { block, placement: flat } = job.flatOutput!(placement);
  const input = { block, placement: flat, supply: routingSupplyFor(block, job.design) };
  return verifyPlacement(input, settings).then(({ figures }) => figures);
}

/** Routed wirelength, µm, in which a wire that finds no room counts once more for every edge where it finds none. */
function rating({ routed_wirelength, overflow, grid, legal }: VerifyFigures): number {
  if (!legal) return Number.POSITIVE_INFINITY;
  return routed_wirelength + (overflow * (grid.cell_width + grid.cell_height)) / 2;
}
