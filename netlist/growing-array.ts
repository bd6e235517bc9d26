// Typed arrays that grow: what a reader collects when nothing trustworthy says how much will come.

type Numbers = Float64Array | Int32Array | Uint8Array;

export class GrowingArray<T extends Numbers> {
  length = 0;
  private values: T;
  private readonly make: (length: number) => T;

  /** @param make makes an array of zeros, for example `(n) => new Int32Array(n)` */
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

  /** The values, in an array of their own. */
  toArray(): T {
    return this.values.slice(0, this.length) as T;
  }
}

export const growingFloats = () => new GrowingArray((length) => new Float64Array(length));
export const growingInts = () => new GrowingArray((length) => new Int32Array(length));
export const growingBytes = () => new GrowingArray((length) => new Uint8Array(length));
