// Pools of worker threads.
import { Piscina } from "piscina";

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
