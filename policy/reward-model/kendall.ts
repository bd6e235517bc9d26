// Kendall's rank correlation: do two lists agree on which of two things is better?

/**
 * Kendall's tau-b of two lists of numbers: agreeing less disagreeing pairs over the geometric mean of the pairs that are
 * not tied in the one and in the other (Kendall 1945). 1 for the same order, -1 for the opposite one; NaN if one of
 * the lists is constant.
 */
export function kendallTau(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let agreement = 0;
  let untiedA = 0;
  let untiedB = 0;
  for (let i = 0; i < a.length; i++) {
    const ai = a[i]!;
    const bi = b[i]!;
    for (let j = 0; j < i; j++) {
      const da = Math.sign(ai - a[j]!);
      const db = Math.sign(bi - b[j]!);
      agreement += da * db;
      untiedA += da * da;
      untiedB += db * db;
    }
  }
  return agreement / Math.sqrt(untiedA * untiedB);
}
