// Typed arrays: lists of lists as two flat arrays, and arrays that grow. Lists of any length: `push(...items)` and
// `Math.max(...values)` overflow the stack for some 100,000 of them, since each item is an argument.

/** Adds items at the end of a list. */
export function append<T>(list: T[], items: Iterable<T>): void {
  for (const item of items) list.push(item);
}

/** The least value; infinite without one, NaN if one is NaN. */
export function leastOf(values: Iterable<number>): number {
  let least = Number.POSITIVE_INFINITY;
  for (const value of values) least = Math.min(least, value);
  return least;
}

/** The greatest value; minus infinite without one, NaN if one is NaN. */
export function greatestOf(values: Iterable<number>): number {
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) greatest = Math.max(greatest, value);
  return greatest;
}

/** Items 0, 1, … by group: those of group g are `items[starts[g] .. starts[g + 1]]`, in ascending order. */
export function groupBy(groupCount: number, groups: Int32Array): { starts: Int32Array; items: Int32Array } {
  const starts = new Int32Array(groupCount + 1);
  for (const group of groups) starts[group + 1]!++;
  for (let group = 0; group < groupCount; group++) starts[group + 1]! += starts[group]!;
  const next = starts.slice();
  const items = new Int32Array(groups.length);
  for (let item = 0; item < groups.length; item++) items[next[groups[item]!]!++] = item;
  return { starts, items };
}

type Numbers = Float64Array | Int32Array | Uint8Array;

/** A typed array that grows, for readers that cannot trust a count in the file. */
export class GrowingArray<T extends Numbers> {
  length = 0;
  private values: T;
  private readonly make: (length: number) => T;

  /** @param make returns an array of zeros, for example `(n) => new Int32Array(n)` */
  constructor(make: (length: number) => T) {
    this.make = make;
    this.values = make(1024);
  }

  push(value: number): void {
    if (this.length === this.values.length) {
      const larger = this.make(2 * this.length);
      larger.set(this.values);
      this.values = larger;
    }
    this.values[this.length++] = value;
  }

  at(index: number): number {
    return this.values[index]!;
  }

  set(index: number, value: number): void {
    this.values[index] = value;
  }

  /** A copy of the values. */
  toArray(): T {
    return this.values.slice(0, this.length) as T;
  }
}

export const growingFloats = () => new GrowingArray((length) => new Float64Array(length));
export const growingInts = () => new GrowingArray((length) => new Int32Array(length));
export const growingBytes = () => new GrowingArray((length) => new Uint8Array(length));
