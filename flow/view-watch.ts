// Tells of what changes in a run's folder while its viewer is open.
import { join } from "node:path";
import type { QueueState, RunMetrics, RunState, ViewEvent } from "../viz/index.js";
import { stampOf } from "./file-stamp.js";
import { frameBytes } from "./frames.js";
import { QUEUE_FILE } from "./queue-state.js";
import { editsOf } from "./view-edits.js";

/** How often a run's files are looked at, ms. */
const LOOK_EVERY = 400;

/** A run that is watched. */
export interface WatchedRun {
  readonly run: string;
  /** Whether its folder was deleted or moved. */
  isGone(): boolean;
  state(): RunState;
  metrics(): RunMetrics;
  queue(): QueueState | undefined;
}

/** What there is now of a run, as events: who begins to listen has read it before, and some of it may have changed since. */
export function presentOf({ run, isGone, state, metrics, queue }: WatchedRun): ViewEvent[] {
  const now = queue();
  return [
    { type: "state", state: state() },
    // Files of a folder that is gone have not become empty: pages keep what they show.
    ...(isGone()
      ? []
      : [
          { type: "metrics", run: metrics() } as const,
          { type: "frames", bytes: frameBytes(join(run, "frames.jsonl")) } as const,
          { type: "edits", files: editsOf(run) } as const,
        ]),
    ...(now ? [{ type: "queue", queue: now } as const] : []),
  ];
}

/** Listens to a run's folder until the function that it returns is called. `onBug` is told what no file explains. */
export function watchRun(
  { run, isGone, state, metrics, queue }: WatchedRun,
  listener: (event: ViewEvent) => void,
  onBug: (error: unknown) => void,
): () => void {
  const tellMetrics = () => listener({ type: "metrics", run: metrics() });
  const looks = [
    lookout(() => stampOf(join(run, "metrics.jsonl")), tellMetrics),
    lookout(
      () => stampOf(join(run, "frames.jsonl")),
      () => listener({ type: "frames" }),
    ),
    lookout(
      () => stampOf(join(run, QUEUE_FILE)),
      () => {
        const now = queue();
        if (now) listener({ type: "queue", queue: now });
      },
    ),
    lookout(
      () => editsOf(run).join(),
      () => listener({ type: "edits", files: editsOf(run) }),
    ),
    lookout(state, (now) => {
      listener({ type: "state", state: now });
      if (now !== "gone") tellMetrics();
    }),
  ];
  const timer = setInterval(() => {
    // Files of a folder that is gone have not become empty: pages keep what they show.
    for (const look of isGone() ? looks.slice(-1) : looks)
      try {
        look();
      } catch (error) {
        onBug(error); // a file that cannot be read ends no server
      }
  }, LOOK_EVERY);
  return () => clearInterval(timer);
}

/** A function that tells when `read` gives another value than the last time. */
function lookout<Value>(read: () => Value, tell: (value: Value) => void): () => void {
  let seen = read();
  return () => {
    const now = read();
    if (now === seen) return;
    seen = now; // before telling: what fails is not told again until it changes
    tell(now);
  };
}
