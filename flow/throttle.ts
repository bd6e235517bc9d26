// Lines of progress and checkpoints of a search: at every improvement, else now and then, as its steps may be short.

/** Without an improvement: seconds between two lines of progress. */
export const SECONDS_PER_LINE = 5;
/** Without an improvement: seconds between two checkpoints. */
export const SECONDS_PER_CHECKPOINT = 1;

/** Says whether something is due: because it must be, or as it last was so many seconds ago. */
export function atMostEvery(seconds: number): (elapsed: number, must: boolean) => boolean {
  let last = 0;
  return (elapsed, must) => {
    if (!must && elapsed - last < seconds) return false;
    last = elapsed;
    return true;
  };
}
