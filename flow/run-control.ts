// How a caller follows a job and stops it.
import type { QueueLogin } from "../queue/index.js";

export interface RunControl {
  /** One line about the progress. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /**
   * Asks the job to stop: it finishes the current step, writes its results as at the end, and says `interrupted` in its
   * summary.
   */
  readonly signal?: AbortSignal | undefined;
  /** Called once something is written, so that a process that ended at once would leave less than a whole result. */
  readonly onStart?: (() => void) | undefined;
  /** Who logs in to the Redis server of option `queue`. Not an option: options are recorded in the run folder. */
  readonly queueLogin?: QueueLogin | undefined;
}

/** A job's last argument: all of it, or only what to do with lines of progress. */
export type RunObserver = RunControl | ((line: string) => void);

/** The control that was given, its parts filled in. */
export function controlOf(observer: RunObserver = {}): {
  onProgress(line: string): void;
  onStart(): void;
  readonly signal: AbortSignal;
  /** Stops the job as its caller's signal does. */
  stop(): void;
  readonly queueLogin: QueueLogin | undefined;
  /** Stands at the end of every line of progress, such as how many workers there are. */
  readonly tail: { text: () => string };
} {
  const { onProgress, signal, onStart, queueLogin }: RunControl =
    typeof observer === "function" ? { onProgress: observer } : observer;
  const own = new AbortController();
  const tail = { text: () => "" };
  return {
    onProgress: (line) => onProgress?.(`${line}${line.startsWith("queue: ") ? "" : tail.text()}`),
    onStart: onStart ?? (() => {}),
    signal: signal ? AbortSignal.any([signal, own.signal]) : own.signal,
    stop: () => own.abort(),
    ...{ queueLogin, tail },
  };
}

/** For the summary of a job that was asked to stop. */
export function interruptedBy(signal: AbortSignal | undefined): { readonly interrupted?: true } {
  return signal?.aborted ? { interrupted: true } : {};
}
