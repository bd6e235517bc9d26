// Fast cosine and sine transforms of the columns of a map, f32, by complex Fourier transforms of half-reordered columns
// (Makhoul: "A fast cosine transform in one and two dimensions", IEEE Trans. ASSP 28, 1980). Eight columns are done at a time: four
// lanes, each with one column as the real and one as the imaginary part. Lengths are powers of two from 8 on.

@unmanaged
export class CosineTransform {
  length: i32;
  /** Per step of the Fourier transform's input, in bit-reversed order: number of the element, i32. */
  order: usize;
  /** cos and sin of 2πk / length for k < length / 2, f32 pairs. */
  turns: usize;
  /** cos and sin of πk / (2 length) for k < length, f32 pairs. */
  halfTurns: usize;
  /** 32 bytes per element. One thread's own. */
  scratch: usize;
}

/** Fills the tables of a transform whose length and addresses are set. */
export function prepareTransform(address: usize): void {
  const state = changetype<CosineTransform>(address);
  const n = state.length;
  for (let k = 0; k < n; k++) {
    const angle = Math.PI * <f64>k / <f64>(2 * n);
    store<f32>(state.halfTurns + (<usize>k << 3), <f32>NativeMath.cos(angle));
    store<f32>(state.halfTurns + (<usize>k << 3), <f32>NativeMath.sin(angle), 4);
  }
  for (let k = 0; k < n >> 1; k++) {
    const angle = 2 * Math.PI * <f64>k / <f64>n;
    store<f32>(state.turns + (<usize>k << 3), <f32>NativeMath.cos(angle));
    store<f32>(state.turns + (<usize>k << 3), <f32>NativeMath.sin(angle), 4);
  }
  const shift = clz(n - 1);
  for (let i = 0; i < n; i++) {
    let reversed: u32 = 0;
    for (let bit = 0; bit < 32; bit++) reversed |= ((<u32>i >> bit) & 1) << (31 - bit);
    store<i32>(state.order + (<usize>i << 2), reversed >> shift);
  }
}

/** Element of a column that is number i in the reordered one: 0, 2, 4, … 5, 3, 1. */
// @ts-ignore: decorator
@inline
function reordered(i: i32, n: i32): i32 {
  return i < n >> 1 ? 2 * i : 2 * (n - i) - 1;
}

/** Fourier transform of `scratch`, whose elements are two vectors each, real and imaginary; in bit-reversed order at first. */
function fourier(state: CosineTransform): void {
  const n = state.length;
  const bytes = <usize>n << 5;
  const scratch = state.scratch;
  const end = scratch + bytes;
  // Pairs: no turn.
  for (let at = scratch; at < end; at += 64) {
    const re = v128.load(at);
    const im = v128.load(at, 16);
    const otherRe = v128.load(at, 32);
    const otherIm = v128.load(at, 48);
    v128.store(at, f32x4.add(re, otherRe));
    v128.store(at, f32x4.add(im, otherIm), 16);
    v128.store(at, f32x4.sub(re, otherRe), 32);
    v128.store(at, f32x4.sub(im, otherIm), 48);
  }
  let turnStep = <usize>n << 1; // bytes of `turns` from one butterfly to the next: length / 4 pairs at first
  for (let half: usize = 64; half < bytes; half <<= 1) {
    for (let group = scratch; group < end; group += half << 1) {
      let turn = state.turns;
      const stop = group + half;
      for (let at = group; at < stop; at += 32, turn += turnStep) {
        const cos = v128.load32_splat(turn);
        const sin = v128.load32_splat(turn, 4);
        const far = at + half;
        const re = v128.load(at);
        const im = v128.load(at, 16);
        const farRe = v128.load(far);
        const farIm = v128.load(far, 16);
        // Times cos - i sin.
        const turnedRe = f32x4.add(f32x4.mul(farRe, cos), f32x4.mul(farIm, sin));
        const turnedIm = f32x4.sub(f32x4.mul(farIm, cos), f32x4.mul(farRe, sin));
        v128.store(at, f32x4.add(re, turnedRe));
        v128.store(at, f32x4.add(im, turnedIm), 16);
        v128.store(far, f32x4.sub(re, turnedRe));
        v128.store(far, f32x4.sub(im, turnedIm), 16);
      }
    }
    turnStep >>= 1;
  }
}

/**
 * Cosine transform of columns `first` .. `end`, both multiples of 8, of `source` [length x columns] into `target`:
 * X_k = sum over n of x_n · cos(πk(2n + 1) / 2N).
 */
export function cosineColumns(
  address: usize, source: usize, target: usize, columns: i32, first: i32, end: i32,
): void {
  const state = changetype<CosineTransform>(address);
  const n = state.length;
  const stride = <usize>columns << 2;
  const half = f32x4.splat(0.5);
  for (let column = first; column < end; column += 8) {
    const from = source + (<usize>column << 2);
    const to = target + (<usize>column << 2);
    let at = state.scratch;
    for (let i = 0; i < n; i++, at += 32) {
      const element = reordered(load<i32>(state.order + (<usize>i << 2)), n);
      const row = from + <usize>element * stride;
      v128.store(at, v128.load(row));
      v128.store(at, v128.load(row, 16), 16);
    }
    fourier(state);
    for (let k = 0; k < n; k++) {
      const here = state.scratch + (<usize>k << 5);
      const mirror = state.scratch + (<usize>((n - k) & (n - 1)) << 5);
      const cos = f32x4.mul(half, v128.load32_splat(state.halfTurns + (<usize>k << 3)));
      const sin = f32x4.mul(half, v128.load32_splat(state.halfTurns + (<usize>k << 3), 4));
      const re = v128.load(here);
      const im = v128.load(here, 16);
      const mirrorRe = v128.load(mirror);
      const mirrorIm = v128.load(mirror, 16);
      // Real part of (cos - i sin) · the transform of the real column, then of the imaginary one.
      const row = to + <usize>k * stride;
      const a = f32x4.add(f32x4.mul(cos, f32x4.add(re, mirrorRe)), f32x4.mul(sin, f32x4.sub(im, mirrorIm)));
      const b = f32x4.add(f32x4.mul(cos, f32x4.add(im, mirrorIm)), f32x4.mul(sin, f32x4.sub(mirrorRe, re)));
      v128.store(row, a);
      v128.store(row, b, 16);
    }
  }
}

/** Values of cosine series, one per column: y_n = sum over k of X_k · cos(πk(2n + 1) / 2N). `target` may be `source`. */
export function cosineSeries(
  address: usize, source: usize, target: usize, columns: i32, first: i32, end: i32,
): void {
  evaluateSeries(changetype<CosineTransform>(address), source, target, columns, first, end, false);
}

/** Values of sine series: y_n = sum over k of X_k · sin(πk(2n + 1) / 2N). `target` may be `source`. */
export function sineSeries(
  address: usize, source: usize, target: usize, columns: i32, first: i32, end: i32,
): void {
  evaluateSeries(changetype<CosineTransform>(address), source, target, columns, first, end, true);
}

/** A sine series is the cosine series of the coefficients in reverse, with every second value negated. */
// @ts-ignore: decorator
@inline
function evaluateSeries(
  state: CosineTransform, source: usize, target: usize, columns: i32, first: i32, end: i32, sine: bool,
): void {
  const n = state.length;
  const stride = <usize>columns << 2;
  const zero = f32x4.splat(0);
  for (let column = first; column < end; column += 8) {
    const from = source + (<usize>column << 2);
    const to = target + (<usize>column << 2);
    let at = state.scratch;
    for (let i = 0; i < n; i++, at += 32) {
      const k = load<i32>(state.order + (<usize>i << 2));
      if (k == 0) {
        // The constant term; a sine series has none.
        v128.store(at, sine ? zero : v128.load(from, 16));
        v128.store(at, sine ? zero : v128.load(from), 16);
        continue;
      }
      const row = from + <usize>(sine ? n - k : k) * stride;
      const mirror = from + <usize>(sine ? k : n - k) * stride;
      const cos = f32x4.mul(f32x4.splat(0.5), v128.load32_splat(state.halfTurns + (<usize>k << 3)));
      const sin = f32x4.mul(f32x4.splat(0.5), v128.load32_splat(state.halfTurns + (<usize>k << 3), 4));
      // (cos + i sin) · ((a_k + b_mirror) + i (b_k - a_mirror)) / 2. Real and imaginary parts change places, which makes
      // the inverse Fourier transform of the forward one.
      const re = f32x4.add(v128.load(row), v128.load(mirror, 16));
      const im = f32x4.sub(v128.load(row, 16), v128.load(mirror));
      v128.store(at, f32x4.add(f32x4.mul(cos, im), f32x4.mul(sin, re)));
      v128.store(at, f32x4.sub(f32x4.mul(cos, re), f32x4.mul(sin, im)), 16);
    }
    fourier(state);
    at = state.scratch;
    for (let i = 0; i < n; i++, at += 32) {
      const element = reordered(i, n);
      const row = to + <usize>element * stride;
      let a = v128.load(at, 16);
      let b = v128.load(at);
      if (sine && (element & 1)) {
        a = f32x4.neg(a);
        b = f32x4.neg(b);
      }
      v128.store(row, a);
      v128.store(row, b, 16);
    }
  }
}

/** `target` [columns x rows] = `source` [rows x columns], turned over; both are multiples of 4. */
export function transposeMap(source: usize, target: usize, rows: i32, columns: i32): void {
  transposeRows(source, target, rows, columns, 0, rows);
}

/** The same for rows `first` .. `end` of `source`, multiples of 4: columns of `target`. */
export function transposeRows(source: usize, target: usize, rows: i32, columns: i32, first: i32, end: i32): void {
  const stride = <usize>columns << 2;
  const targetStride = <usize>rows << 2;
  for (let row = first; row < end; row += 4) {
    for (let column = 0; column < columns; column += 4) {
      const from = source + <usize>row * stride + (<usize>column << 2);
      const to = target + <usize>column * targetStride + (<usize>row << 2);
      const a = v128.load(from);
      const b = v128.load(from + stride);
      const c = v128.load(from + 2 * stride);
      const d = v128.load(from + 3 * stride);
      const ab = v128.shuffle<f32>(a, b, 0, 4, 1, 5);
      const cd = v128.shuffle<f32>(c, d, 0, 4, 1, 5);
      const abHigh = v128.shuffle<f32>(a, b, 2, 6, 3, 7);
      const cdHigh = v128.shuffle<f32>(c, d, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f32>(ab, cd, 0, 1, 4, 5));
      v128.store(to + targetStride, v128.shuffle<f32>(ab, cd, 2, 3, 6, 7));
      v128.store(to + 2 * targetStride, v128.shuffle<f32>(abHigh, cdHigh, 0, 1, 4, 5));
      v128.store(to + 3 * targetStride, v128.shuffle<f32>(abHigh, cdHigh, 2, 3, 6, 7));
    }
  }
}
