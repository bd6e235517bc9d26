// What a run on a queue says of it in its folder, for the viewer: its workers, its jobs by state, and how fast they are done.
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { writeFileAtomically } from "../netlist/index.js";
import type { OpenedQueue } from "../queue/index.js";
import type { QueueState } from "../viz/index.js";
import type { RunFolder } from "./run-folder.js";
import { readJson } from "./run-record.js";

export const QUEUE_FILE = "queue.json";
/** Between two writings, ms. Workers tell of themselves as often. */
const WRITE_EVERY = 5000;

const count = z.number().int().min(0);
const stateSchema: z.ZodType<QueueState> = z.object({
  server: z.string(),
  per_second: z.number().min(0),
  jobs: z.object({
    ...{ waiting: count, active: count, done: count, issued_again: count, late: count, given_up: count },
  }),
  workers: z.array(
    z.object({
      ...{ name: z.string(), threads: count, running: count, done: count, per_second: z.number().min(0) },
    }),
  ),
});

/** Does a run's work, and keeps the state of its queue in its folder meanwhile. */
export async function tellQueue<Result>(
  queue: OpenedQueue | undefined,
  run: RunFolder,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!queue) return work();
  const write = () =>
    writeFileAtomically(run.file(QUEUE_FILE), `${JSON.stringify(queue.state(), null, 2)}\n`, {
      durable: false,
    }).catch(() => {}); // the result does not depend on it
  const end = new AbortController();
  const writing = (async () => {
    while (!end.signal.aborted) {
      await write();
      await sleep(WRITE_EVERY, undefined, { signal: end.signal, ref: false }).catch(() => {});
    }
    await write();
  })();
  try {
    return await work();
  } finally {
    end.abort();
    await writing;
  }
}

/** The state of a run's queue as it was told last; undefined if it computes here, or the file is of another form. */
export function readQueueState(run: string): QueueState | undefined {
  return stateSchema.safeParse(readJson(`${run}/${QUEUE_FILE}`)).data;
}
