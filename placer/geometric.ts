// How schedules go from one value to another.

/** From `first` to `last` geometrically; `progress` 0 to 1. */
export function between([first, last]: readonly [number, number], progress: number): number {
  return first * (last / first) ** progress;
}
