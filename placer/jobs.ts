// Where the tasks of a search or of training are computed. A search knows a kind of jobs and a pool that runs its tasks: on
// worker threads of this process, in this thread, or on other machines (queue/). The result is the same to the last bit.
import { InputError } from "../netlist/index.js";
import { endPool, startPool, type WorkerPool } from "./thread-pool.js";

/** Functions by the names of tasks, on one thread. Whatever they are given and return is plain data. */
export type JobHandlers = Readonly<Record<string, (task: never) => unknown>>;

/** What a module of jobs exports: makes the functions of a thread from what is the same for all its tasks. */
export interface JobModule {
  openJobs(setup: unknown): JobHandlers | Promise<JobHandlers>;
}

/** A kind of jobs. */
export interface JobKind {
  /** Under which workers of a queue know it. */
  readonly name: string;
  /** URL of a `JobModule`. */
  readonly module: string;
}

/** A pool for tasks of one kind. */
export interface JobPool {
  /**
   * Runs the task of a name; tasks may run at the same time, and end in any order. Where other processes compute, a task
   * whose signal is aborted is given up, and fails with the signal's reason.
   */
  run(name: string, task: unknown, signal?: AbortSignal): Promise<unknown>;
  /** Ends the pool at once. Results that are still awaited may never come. */
  close(): Promise<void>;
}

/**
 * A pool gives its tasks up: the run was asked to stop, or nobody computes them. What was done before is whole, and a later
 * process can go on from it.
 */
export class GivenUpError extends InputError {
  override name = "GivenUpError";
}

/**
 * Opens a pool. `setup` is plain data, the same for all tasks; `workers` is how many tasks should run at the same time
 * in this process.
 */
export interface OpenPool {
  (kind: JobKind, workers: number, setup: unknown): JobPool;
  /** Tasks are computed by other processes, so nothing can be passed by its address in shared memory. */
  readonly isRemote?: boolean;
  /** Training may go on without tasks that take much longer than others. */
  readonly dropsStragglers?: boolean;
}

/** What a thread of `onThreads` is given. */
export interface ThreadSetup {
  readonly module: string;
  readonly setup: unknown;
}

/** A task of `onThreads`. */
export interface ThreadTask {
  readonly name: string;
  readonly task: unknown;
}

/** Runs tasks on worker threads of this process. */
export const onThreads: OpenPool = ({ module }, workers, setup) => {
  const data: ThreadSetup = { module, setup };
  const pool: WorkerPool = startPool(new URL("./job-thread.js", import.meta.url), workers, data);
  return {
    run: (name, task) => pool.run({ name, task } satisfies ThreadTask),
    close: () => endPool(pool),
  };
};

/** Runs tasks in this thread, one after the other. It blocks the thread: for debugging, and to check the others. */
export const inThisThread: OpenPool = ({ module }, _workers, setup) => {
  let handlers: Promise<JobHandlers> | undefined;
  let before: Promise<unknown> = Promise.resolve();
  return {
    run(name, task) {
      handlers ??= openHandlers({ module, setup });
      const result = before.then(async () => handlerOf(await handlers!, name)(task as never));
      before = result.catch(() => {});
      return result;
    },
    close: async () => {},
  };
};

/** The functions of a thread. */
export async function openHandlers({ module, setup }: ThreadSetup): Promise<JobHandlers> {
  const { openJobs } = (await import(module)) as JobModule;
  return openJobs(setup);
}

export function handlerOf(handlers: JobHandlers, name: string): (task: never) => unknown {
  const handler = handlers[name];
  if (!handler) throw new Error(`internal: no job is called '${name}'`);
  return handler;
}
