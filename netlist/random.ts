// Random numbers: one root seed and one derived stream per purpose, so that results do not depend on how work is
// divided among threads. The generator is xoroshiro128+ (package pure-rand).
import { type xoroshiro128plus, xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";

type Generator = ReturnType<typeof xoroshiro128plus>;

/** A stream of random numbers. */
export class Random {
  private readonly generator: Generator;

  private constructor(generator: Generator) {
    this.generator = generator;
  }

  /**
   * The stream of `seed` for one purpose. Streams with different purposes are independent:
   * `Random.stream(1, "episode", 17)`.
   */
  static stream(seed: number, ...purpose: readonly (string | number)[]): Random {
    const text = [seed, ...purpose].join("/");
    const state: number[] = [];
    // Four words of a murmur-like hash of the text, each with its own start value.
    for (let word = 0; word < 4; word++) {
      let hash = Math.imul(word + 1, 0x9e3779b9);
      for (let i = 0; i < text.length; i++) {
        hash = Math.imul(hash ^ text.charCodeAt(i), 0x5bd1e995);
        hash ^= hash >>> 15;
      }
      hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
      state.push((hash ^ (hash >>> 16)) | 0);
    }
    if (!state.some((word) => word !== 0)) state[0] = 1;
    return new Random(xoroshiro128plusFromState(state));
  }

  /** Continues a stream from `state()`. */
  static fromState(state: readonly number[]): Random {
    return new Random(xoroshiro128plusFromState(state));
  }

  /** The state from which `fromState` continues the stream. */
  state(): readonly number[] {
    return this.generator.getState();
  }

  /** A signed 32-bit integer. */
  int32(): number {
    return this.generator.next();
  }

  /** Uniform in [0, 1), with 53 bits. */
  uniform(): number {
    const high = this.generator.next() >>> 5;
    const low = this.generator.next() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform integer in [0, bound). */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** Normal with mean 0 and variance 1 (Box-Muller). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** Shuffles in place (Fisher-Yates). */
  shuffle<T extends Int32Array | unknown[]>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i];
      items[i] = items[j] as never;
      items[j] = kept as never;
    }
    return items;
  }
}
