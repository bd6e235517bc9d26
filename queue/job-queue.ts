// BullMQ's queue of this build, with what bounds its records.
import type { Queue } from "bullmq";
import type { Redis } from "ioredis";
import { ownBuild, PREFIX, queueName } from "./names.js";

/** Entries of BullMQ's stream of events, 10,000 unless it is told; and jobs that it remembers after their end. */
export const MOST_EVENTS = 100;
const REMEMBERED = { count: 100 };

/**
 * Opens the queue. Every process that does so writes the bound of the stream to the server, where the last one counts, so
 * all must open it here.
 */
export async function openJobQueue(redis: Redis): Promise<Queue> {
  const { Queue } = await import("bullmq");
  const queue = new Queue(queueName(ownBuild()), {
    connection: redis,
    prefix: PREFIX,
    streams: { events: { maxLen: MOST_EVENTS } },
    defaultJobOptions: { removeOnComplete: REMEMBERED, removeOnFail: REMEMBERED },
  });
  queue.on("error", () => {}); // the connection is lost; it comes back, or commands fail by themselves
  return queue;
}
