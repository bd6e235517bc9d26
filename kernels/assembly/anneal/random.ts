// xoroshiro128+ (Blackman and Vigna), the generator of netlist/random.ts, for loops inside the module.
// A stream is two 64-bit words in kernel memory.

/** Next 64 bits of the stream at `address`. */
// @ts-ignore: decorator
@inline
export function nextBits(address: usize): u64 {
  const s0 = load<u64>(address);
  const s1 = load<u64>(address, 8);
  const a = s0 ^ s1;
  store<u64>(address, rotl<u64>(s0, 24) ^ a ^ (a << 16));
  store<u64>(address, rotl<u64>(a, 37), 8);
  return s0 + s1;
}

/** Uniform in (0, 1]: its logarithm is always finite. */
// @ts-ignore: decorator
@inline
export function uniform(address: usize): f64 {
  return <f64>((nextBits(address) >> 11) + 1) * 1.1102230246251565e-16; // 2^-53
}

/** Uniform integer in [0, bound), from the high bits. */
// @ts-ignore: decorator
@inline
export function below(address: usize, bound: i32): i32 {
  return <i32>(((nextBits(address) >> 32) * <u64>bound) >> 32);
}

/** Low 32 bits of the next number, so that a test can compare it with netlist/random.ts. */
export function nextInt32(address: usize): i32 {
  return <i32>nextBits(address);
}
