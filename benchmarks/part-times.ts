// Processor time, which other processes on the machine disturb far less than the wall clock, of the parts of some work.

/** Milliseconds of the processor so far, all threads. */
export function processorMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** The same in seconds. */
export function processorSeconds(): number {
  return processorMs() / 1000;
}

/** Adds up the processor time of each part. */
export class PartTimes {
  /** Milliseconds by part, in the order in which parts were first timed. */
  readonly times = new Map<string, number>();

  /** Does the work, and counts its time to a part. */
  timed<T>(part: string, work: () => T): T {
    const start = processorMs();
    const result = work();
    this.times.set(part, (this.times.get(part) ?? 0) + processorMs() - start);
    return result;
  }
}
