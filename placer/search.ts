// What searches share: paced progress lines and checkpoints, stored placements.
import { revivePlacement, type StoredPlacement, storePlacement } from "../netlist/index.js";
import type { ScoredPlacement } from "./method.js";

/** Seconds between two lines of progress, and between two checkpoints, while nothing better is found. */
export const SECONDS_PER_LINE = 5;
export const SECONDS_PER_CHECKPOINT = 1;

/** A function that says whether something is due: because it must be, or because `seconds` have passed. */
export function throttle(seconds: number): (elapsed: number, must: boolean) => boolean {
  let last = 0;
  return (elapsed, must) => {
    if (!must && elapsed - last < seconds) return false;
    last = elapsed;
    return true;
  };
}

/** Seconds since the beginning, and seconds that are left if that is known, for a line of progress. */
export function timeText(elapsed: number, left?: number): string {
  const gone = `${elapsed.toFixed(elapsed < 10 ? 1 : 0)} s`;
  return left !== undefined && Number.isFinite(left)
    ? `${gone}, ${Math.max(0, left).toFixed(0)} s left`
    : gone;
}

/** A scored placement in a JSON file. */
export interface StoredScored extends Omit<ScoredPlacement, "placement"> {
  readonly placement: StoredPlacement;
}

/** For a checkpoint; every double comes back as it was. */
export function storeScored<Scored extends ScoredPlacement>(scored: Scored) {
  return { ...scored, placement: storePlacement(scored.placement) };
}

/** The scored placement of a block with `nodeCount` nodes; throws if the lists are not that. */
export function reviveScored<Stored extends StoredScored>(stored: Stored, nodeCount: number) {
  return { ...stored, placement: revivePlacement(stored.placement, nodeCount) };
}
