// The schedule of temperatures, weights and step lengths that all searches and placers share.

/** From `first` to `last` geometrically; `progress` from 0 to 1. */
export function geometric([first, last]: readonly [number, number], progress: number): number {
  return first * (last / first) ** progress;
}
