// A worker thread of `onThreads`: imports the module of its jobs on its first task, and runs its functions.
import { workerData } from "piscina";
import { handlerOf, type JobHandlers, openHandlers, type ThreadSetup, type ThreadTask } from "./jobs.js";

let handlers: Promise<JobHandlers> | undefined;

export default async function runTask({ name, task }: ThreadTask): Promise<unknown> {
  handlers ??= openHandlers(workerData as ThreadSetup);
  return handlerOf(await handlers, name)(task as never);
}
