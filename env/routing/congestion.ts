// Figures of how full a routing is.

/** Shares of the edges in per cent over which the average congestion of edges is taken. */
export const ACE_SHARES = [0.5, 1, 2, 5, 10] as const;

/**
 * Mean of wires over capacity in the most congested `share` per cent of the edges, at least one (ACE, average congestion of
 * g-cell edges; Wei et al.: "GLARE: global and local wiring aware routability evaluation", DAC 2012). 1 is full. Edges
 * with room for less than one wire are left out: a quotient would say nothing of them.
 */
export function averageCongestion(
  usage: ArrayLike<number>,
  capacities: ArrayLike<number>,
  share: number,
): number {
  return averageOfWorst(sortedCongestion(usage, capacities), share);
}

/** Wires over capacity of all edges with room for a wire, lowest first. */
export function sortedCongestion(usage: ArrayLike<number>, capacities: ArrayLike<number>): Float64Array {
  const values = new Float64Array(usage.length);
  let count = 0;
  for (let edge = 0; edge < usage.length; edge++)
    if (capacities[edge]! >= 1) values[count++] = usage[edge]! / capacities[edge]!;
  return values.slice(0, count).sort();
}

/** Mean of the largest `share` per cent of sorted values, at least one; 0 for none. */
export function averageOfWorst(sorted: Float64Array, share: number): number {
  const count = Math.min(sorted.length, Math.max(1, Math.round((share / 100) * sorted.length)));
  let sum = 0;
  for (let i = sorted.length - count; i < sorted.length; i++) sum += sorted[i]!;
  return count > 0 ? sum / count : 0;
}

/** Wires above capacity, in all edges together. */
export function overflowOf(usage: ArrayLike<number>, capacities: ArrayLike<number>): number {
  let sum = 0;
  for (let edge = 0; edge < usage.length; edge++) sum += Math.max(0, usage[edge]! - capacities[edge]!);
  return sum;
}
