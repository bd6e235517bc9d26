// Suggestions for names that nothing is called.
const FARTHEST = 2;
const MOST_LISTED = 8;

/** The known name that was probably meant; undefined if none is near. */
export function nearestOf(name: string, known: readonly string[]): string | undefined {
  const wanted = name.toLowerCase();
  const farthest = Math.min(FARTHEST, Math.floor(wanted.length / 2));
  let best: { name: string; distance: number } | undefined;
  for (const candidate of known) {
    const distance = editDistance(wanted, candidate.toLowerCase());
    if (distance <= farthest && (!best || distance < best.distance)) best = { name: candidate, distance };
  }
  return best?.name;
}

/** A remedy: the name that was probably meant, or some of those that there are. */
export function nearestName(name: string, known: readonly string[]): string {
  const nearest = nearestOf(name, known);
  if (nearest !== undefined) return `did you mean '${nearest}'?`;
  const listed = known.slice(0, MOST_LISTED).join(", ");
  return `there are ${listed}${known.length > MOST_LISTED ? ` and ${known.length - MOST_LISTED} more` : ""}`;
}

/** Letters to insert, delete or replace to get from one word to the other (Levenshtein 1966). */
function editDistance(from: string, to: string): number {
  let row = Array.from({ length: to.length + 1 }, (_, i) => i);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++)
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (from[i - 1] === to[j - 1] ? 0 : 1));
    row = next;
  }
  return row[to.length]!;
}
