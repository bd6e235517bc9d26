// What searches share: pools of worker threads, paced progress lines and checkpoints, stored placements.
import { Piscina } from "piscina";
import { revivePlacement, type StoredPlacement, storePlacement } from "../netlist/index.js";
import type { ScoredPlacement } from "./method.js";

/** What is needed of a Piscina; its own types do not compile under every setting of a user's compiler. */
export interface WorkerPool {
  run(task: unknown, options?: { readonly name?: string }): Promise<unknown>;
  on(event: "error", listener: () => void): unknown;
  destroy(): Promise<void>;
}

/**
 * Piscina calls `require` for a worker's module and falls back on `import`. A thread that is ended while Node loads an ES
 * module by `require` aborts the whole process ("IsGraphAsync must be used on an instantiated module", seen in Node 20.20);
 * one that is ended during `import` just ends. So `require` is to refuse ES modules in our workers.
 */
const IMPORT_ONLY = process.allowedNodeEnvironmentFlags.has("--experimental-require-module")
  ? ["--no-experimental-require-module"]
  : [];

/** Starts `workers` threads that run the module at `url`; each finds `data` in Piscina's `workerData`. */
export function startPool(url: URL | string, workers: number, data: unknown): WorkerPool {
  const options = { filename: String(url), minThreads: workers, maxThreads: workers, workerData: data };
  try {
    return new Piscina({ ...options, execArgv: [...process.execArgv, ...IMPORT_ONLY] });
  } catch (error) {
    // Options of V8, such as --max-old-space-size, hold for all threads, but a thread cannot be given them; it can
    // inherit them, with all others.
    if ((error as NodeJS.ErrnoException).code !== "ERR_WORKER_INVALID_EXEC_ARGV") throw error;
    return new Piscina(options);
  }
}

/**
 * Ends the workers at once. A result that was on its way when its task was dropped is dropped too: Piscina would
 * report it as an error of the pool, which nobody waits for any more.
 */
export async function endPool(pool: Pick<WorkerPool, "on" | "destroy">): Promise<void> {
  pool.on("error", () => {});
  await pool.destroy();
}

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
