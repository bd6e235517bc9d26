// Lists of lists as two flat arrays: what everything that walks from nodes to pins or nets is built on.

/** Items 0, 1, … gathered by group: those of group g are `items[starts[g] .. starts[g + 1]]`, in order. */
export function groupBy(groupCount: number, groups: Int32Array): { starts: Int32Array; items: Int32Array } {
  const starts = new Int32Array(groupCount + 1);
  for (const group of groups) starts[group + 1]!++;
  for (let group = 0; group < groupCount; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice();
  const items = new Int32Array(groups.length);
  for (let item = 0; item < groups.length; item++) items[next[groups[item]!]!++] = item;
  return { starts, items };
}
