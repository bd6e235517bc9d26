// Runs that compute on the workers of a queue (queue/) instead of on threads of this process.
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import type { Method, OpenPool } from "../placer/index.js";
import { type OpenedQueue, openQueue } from "../queue/index.js";
import { METHODS } from "./registry.js";
import type { controlOf } from "./run-control.js";

/** Where a run computes. */
export const queueOption = z
  .string()
  .optional()
  .describe(
    "compute on the workers (ashlar worker) of this Redis server, redis://HOST:PORT, with the same result; default: on this machine",
  );

/** How long a run waits for its workers. */
export const queueTimeoutOption = z
  .number()
  .int()
  .min(1)
  .optional()
  .describe("seconds without any progress on the queue after which the run ends (default 600)");

/** Whether training on a queue waits for all of its jobs. */
export const queueModeOption = z
  .enum(["exact", "fast"])
  .default("exact")
  .describe(
    "exact: the result depends on no machine; fast: training goes on without jobs that take much longer than others",
  );

/** Throws `InputError` for `fast` where it would change nothing. */
export function refuseIdleFastMode(
  { queue, queueMode }: { readonly queue?: string | undefined; readonly queueMode: "exact" | "fast" },
  method?: Pick<Method, "name" | "usesPolicy">,
): void {
  if (queueMode === "exact") return;
  const remedy = "leave it out";
  if (queue === undefined)
    throw new InputError("--queue-mode fast", "there is no queue", `give --queue, or ${remedy}`);
  if (method && !method.usesPolicy)
    throw new InputError(
      "--queue-mode fast",
      `method '${method.name}' does not train, and needs the result of every job`,
      remedy,
    );
}

/** How a run with a queue is followed and stopped. */
export interface QueueControl extends ReturnType<typeof controlOf> {
  /** After how long a job is issued again, where jobs may take longer than usual. */
  readonly timeoutSeconds?: number;
  /** Option `queueTimeout`. */
  readonly patienceSeconds?: number | undefined;
  /** Option `queueMode`. */
  readonly mode?: "exact" | "fast" | undefined;
}

/**
 * Does the work with a connection to the queue, if one was asked for, and closes it. If the queue gives up, the run is
 * stopped as by its signal; once it has written what it has, `GivenUpError` says why.
 */
export async function withQueue<Result>(
  url: string | undefined,
  { onProgress, queueLogin: login, tail, timeoutSeconds, patienceSeconds, mode, signal, stop }: QueueControl,
  work: (openPool: OpenPool | undefined, queue?: OpenedQueue) => Promise<Result>,
): Promise<Result> {
  if (url === undefined) return work(undefined);
  const queue = await openQueue(url, {
    ...{ login, onProgress, patienceSeconds, signal, onGivenUp: stop, dropStragglers: mode === "fast" },
    ...(timeoutSeconds !== undefined && { timeoutSeconds }),
  });
  tail.text = () => {
    const { workers, per_second } = queue.state();
    return `  ${workers.length} worker${workers.length === 1 ? "" : "s"}, ${per_second.toFixed(1)} jobs/s`;
  };
  try {
    const result = await work(queue.openPool, queue);
    if (queue.problem) throw queue.problem;
    return result;
  } finally {
    tail.text = () => "";
    await queue.close();
  }
}

/** Throws `InputError` for code of the user's own, which workers do not run: values by the options that gave them. */
export function refuseOwnCodeOnQueue(
  url: string | undefined,
  given: Readonly<Record<string, unknown>>,
): void {
  if (url === undefined) return;
  for (const [flag, value] of Object.entries(given))
    if (value !== undefined && !(Array.isArray(value) && value.length === 0))
      throw new InputError(
        "--queue",
        `does not go with code of your own (${flag}), which workers do not run`,
        "leave one of them out",
      );
}

/** Throws `InputError` for a method that computes in this process only. */
export function refuseUndistributed(
  url: string | undefined,
  { name, distributes }: Method,
  flag: "--method" | "--methods" = "--method",
): void {
  if (url === undefined || distributes) return;
  throw new InputError(
    "--queue",
    `method '${name}' computes on this machine only`,
    `use it with ${flag} ${METHODS.filter((method) => method.distributes)
      .map((method) => method.name)
      .join(" or ")}`,
  );
}
