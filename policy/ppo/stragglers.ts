// A step of training on other machines that does not wait for its last jobs: one slow machine would hold up all others.
// What is dropped depends on the machines, so the result does, too; training does this only where it is asked to.
import { setMaxListeners } from "node:events";

/** Share of a step's jobs that are waited for in any case. */
const LEAST_SHARE = 0.75;
/**
 * The others have this many times as long as half of the jobs took. With more jobs than threads they come back one after
 * the other, the last one after twice the time of the middle one, though no machine is slow.
 */
const TIMES_MEDIAN = 3;
/** However short the jobs are, the others have this long, ms: less would drop what waits for a network or a lock. */
const LEAST_WAIT = 1000;

/** How long stragglers are waited for; the limits above by default. */
export interface StragglerLimits {
  readonly timesMedian?: number;
  /** ms */
  readonly leastWait?: number;
}

/**
 * Runs jobs at the same time, and gives up those that take much longer than the others. Results in the order of the jobs,
 * undefined for a job that was given up. Throws what a job throws.
 * @param jobs must end once their signal is aborted, by its reason
 */
export async function withoutStragglers<Result>(
  jobs: readonly ((signal: AbortSignal) => Promise<Result>)[],
  { timesMedian = TIMES_MEDIAN, leastWait = LEAST_WAIT }: StragglerLimits = {},
): Promise<(Result | undefined)[]> {
  const enough = Math.ceil(LEAST_SHARE * jobs.length);
  const began = performance.now();
  const stop = new AbortController();
  setMaxListeners(0, stop.signal);
  const results: (Result | undefined)[] = jobs.map(() => undefined);
  let timer: NodeJS.Timeout | undefined;
  let back = 0;
  let median = 0;
  try {
    await Promise.all(
      jobs.map(async (job, index) => {
        try {
          results[index] = await job(stop.signal);
        } catch (error) {
          if (error !== stop.signal.reason) throw error;
          return;
        }
        const took = performance.now() - began;
        back++;
        if (back <= Math.ceil(jobs.length / 2)) median = took;
        if (back === enough && enough < jobs.length)
          timer = setTimeout(
            () => stop.abort(new Error("the job took much longer than others")),
            Math.max(leastWait, timesMedian * median) - took,
          );
      }),
    );
  } finally {
    clearTimeout(timer);
  }
  return results;
}
