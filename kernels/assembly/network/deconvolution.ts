// Transposed convolution, 3x3, stride 2, 'same': [height x width x cIn] to [2·height x 2·width x cOut], channels
// last, bias and ReLU. Output row o takes input row i with tap t where o = 2·i + t, so that even rows see taps 0
// and 2, odd rows tap 1; columns alike. All nine taps of all pixels are one matrix product
// [pixels x cIn] · [cIn x 9·cOut]; the functions here move the products to their pixels and back. cOut is a multiple of 4.

/**
 * outputs [2h x 2w x channels] = relu(bias + the taps that meet at each pixel).
 * @param taps [h x w x 3 x 3 x channels], tap row before tap column
 */
export function gatherTaps(taps: usize, bias: usize, outputs: usize, height: i32, width: i32, channels: i32): void {
  const bytes = <usize>channels << 2;
  const pixel = bytes * 9;
  const rowOfPixels = pixel * <usize>width;
  const outRow = bytes * 2 * <usize>width;
  const zero = f32x4.splat(0);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const here = taps + <usize>y * rowOfPixels + <usize>x * pixel;
      const left = here - pixel;
      const below = here - rowOfPixels;
      const belowLeft = below - pixel;
      const out = outputs + <usize>y * 2 * outRow + <usize>x * 2 * bytes;
      for (let k: usize = 0; k < bytes; k += 16) {
        const b = v128.load(bias + k);
        let even = f32x4.add(b, v128.load(here + k));
        let evenOdd = f32x4.add(b, v128.load(here + bytes + k));
        let oddEven = f32x4.add(b, v128.load(here + bytes * 3 + k));
        const odd = f32x4.add(b, v128.load(here + bytes * 4 + k));
        if (x > 0) {
          even = f32x4.add(even, v128.load(left + bytes * 2 + k));
          oddEven = f32x4.add(oddEven, v128.load(left + bytes * 5 + k));
        }
        if (y > 0) {
          even = f32x4.add(even, v128.load(below + bytes * 6 + k));
          evenOdd = f32x4.add(evenOdd, v128.load(below + bytes * 7 + k));
          if (x > 0) even = f32x4.add(even, v128.load(belowLeft + bytes * 8 + k));
        }
        v128.store(out + k, f32x4.pmax(even, zero));
        v128.store(out + bytes + k, f32x4.pmax(evenOdd, zero));
        v128.store(out + outRow + k, f32x4.pmax(oddEven, zero));
        v128.store(out + outRow + bytes + k, f32x4.pmax(odd, zero));
      }
    }
  }
}

/**
 * Gradient of `gatherTaps`: dTaps [h x w x 3 x 3 x channels] from dOutputs [2h x 2w x channels], which already
 * went through ReLU's gradient. Taps that fall outside the map get 0.
 */
export function spreadTaps(dOutputs: usize, dTaps: usize, height: i32, width: i32, channels: i32): void {
  const bytes = <usize>channels << 2;
  const outRow = bytes * 2 * <usize>width;
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let source = dOutputs + <usize>y * 2 * outRow + <usize>x * 2 * bytes;
      const inside = bytes * (x + 1 < width ? 3 : 2);
      for (let tapRow = 0; tapRow < 3; tapRow++) {
        // The three taps of a row lie side by side, there and here.
        const copied = tapRow < 2 || y + 1 < height ? inside : 0;
        let k: usize = 0;
        for (; k < copied; k += 16) v128.store(dTaps + k, v128.load(source + k));
        for (; k < bytes * 3; k += 16) v128.store(dTaps + k, f32x4.splat(0));
        dTaps += bytes * 3;
        source += outRow;
      }
    }
  }
}
