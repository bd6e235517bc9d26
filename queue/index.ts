// Jobs on other machines, by a Redis server: a run puts them on a queue (client.ts), workers compute them (worker.ts).
export { type OpenedQueue, openQueue, type QueueCounts, type QueueOptions } from "./client.js";
export { clearQueue, type QueueStatus, queueStatus, retryFailed } from "./inspect.js";
export type { QueueLogin } from "./login.js";
export {
  METHOD_JOBS,
  type MethodAnswer,
  type MethodSetup,
  type MethodTask,
  type RunEvent,
} from "./method-jobs.js";
export {
  runWorker,
  type WorkerObserver,
  type WorkerOptions,
  type WorkerSummary,
  workerOptionsSchema,
} from "./worker.js";
