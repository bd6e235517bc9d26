import { seconds } from "./seconds.js";

/** How far back a rate looks, s. */
const WINDOW = 60;

/** How fast a count grows, over the last minute. */
export class Rate {
  private readonly seen: { readonly time: number; readonly count: number }[] = [
    { time: seconds(), count: 0 },
  ];

  /** Per second, of a count that is now this much. Asked every few seconds. */
  at(count: number): number {
    const time = seconds();
    this.seen.push({ time, count });
    while (this.seen.length > 2 && this.seen[1]!.time <= time - WINDOW) this.seen.shift();
    const first = this.seen[0]!;
    return time > first.time ? (count - first.count) / (time - first.time) : 0;
  }
}
