// The text of `ashlar queue`.
import type { QueueStatus } from "../queue/index.js";

/** Failures that are shown; --json has all that are kept. */
const MOST_FAILURES = 10;

/** What is going on at a queue, as people read it. */
export function queueText({ server, version, memory, jobs, runs, workers, failures }: QueueStatus): string {
  const { used, limit } = memory;
  const other = (build: string) =>
    build === version ? "" : `, ashlar ${build}, which takes no jobs of this one`;
  const lines = [
    `${server}: ashlar ${version}, ${mebibytes(used)} of ${limit === undefined ? "memory without a limit" : mebibytes(limit)}`,
    `jobs: ${jobs.waiting} waiting, ${jobs.active} active, ${jobs.failed} failed, ${jobs.done} done by these workers`,
    `runs: ${runs.length === 0 ? "none" : ""}`.trimEnd(),
    ...runs.map((run) => `  ${run.name}${other(run.version)}`),
    workers.length === 0 ? `workers: none; start one with: ashlar worker --queue ${server}` : "workers:",
    ...workers.map(
      ({ name, threads, running, done, per_second: rate, now, version: build }) =>
        `  ${name}: ${threads} thread${threads === 1 ? "" : "s"}, ${running} running, ${done} done, ` +
        `${rate.toFixed(2)} per second${now.length > 0 ? `; ${shown(now)}` : ""}${other(build)}`,
    ),
    ...(failures.length === 0 ? [] : ["failures, newest first:"]),
    ...failures
      .slice(0, MOST_FAILURES)
      .map(({ kind, job, worker, reason }) => `  ${kind} ${job} on ${worker}: ${reason}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Texts with how often each is there. */
function shown(texts: readonly string[]): string {
  return [...new Set(texts)]
    .map((text) => {
      const times = texts.filter((other) => other === text).length;
      return times === 1 ? text : `${times} x ${text}`;
    })
    .join(", ");
}

function mebibytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(0)} MiB`;
}
