/** The process's clock, s: for time-outs and rates. */
export function seconds(): number {
  return performance.now() / 1000;
}
