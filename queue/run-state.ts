// What a run on a queue knows of it, for whoever watches the run.
import type { WorkerSign } from "./names.js";

/** The jobs of a run by state, its rate over the last minute, and the workers of its version. */
export interface RunQueueState {
  readonly server: string;
  readonly per_second: number;
  readonly jobs: Readonly<
    Record<"waiting" | "active" | "done" | "issued_again" | "late" | "given_up", number>
  >;
  readonly workers: readonly (Pick<WorkerSign, "threads" | "running" | "done"> & {
    readonly name: string;
    readonly per_second: number;
  })[];
}

/** @param open jobs that are not answered yet, whether a worker has taken them or not */
export function runQueueState({
  server,
  run,
  perSecond,
  counts: { done, reissued, duplicates, dropped },
  open,
  workers,
}: {
  readonly server: string;
  readonly run: string;
  readonly perSecond: number;
  readonly counts: Readonly<Record<"done" | "reissued" | "duplicates" | "dropped", number>>;
  readonly open: number;
  readonly workers: readonly { readonly name: string; readonly sign: WorkerSign }[];
}): RunQueueState {
  const taken = workers.flatMap(({ sign }) => sign.now.filter((job) => job.endsWith(` of ${run}`)));
  const active = Math.min(open, taken.length); // signs are some seconds old
  return {
    server,
    per_second: perSecond,
    jobs: {
      ...{ waiting: open - active, active, done },
      ...{ issued_again: reissued, late: duplicates, given_up: dropped },
    },
    workers: workers.map(({ name, sign }) => {
      const { threads, running, done: doneByIt, perSecond: rate } = sign;
      return { name, threads, running, done: doneByIt, per_second: rate };
    }),
  };
}
