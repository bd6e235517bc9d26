// Order statistics on i64 arrays: the top-k means of the density and congestion costs.

/** Swaps two i64 values of the array at `base`. */
// @ts-ignore: decorator
@inline
function swap(base: usize, i: i32, j: i32): void {
  const a = load<i64>(base + (<usize>i << 3));
  store<i64>(base + (<usize>i << 3), load<i64>(base + (<usize>j << 3)));
  store<i64>(base + (<usize>j << 3), a);
}

/**
 * Sum of the `k` largest of the `n` values at `values` (i64). The array is permuted.
 * Hoare's selection with the median of three as pivot; equal values are spread over both sides, so that
 * a map full of zeros stays linear.
 */
export function sumOfLargest(values: usize, n: i32, k: i32): i64 {
  if (k >= n) {
    let all: i64 = 0;
    for (let i = 0; i < n; i++) all += load<i64>(values + (<usize>i << 3));
    return all;
  }
  let low = 0;
  let high = n - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (load<i64>(values + (<usize>middle << 3)) > load<i64>(values + (<usize>low << 3))) swap(values, middle, low);
    if (load<i64>(values + (<usize>high << 3)) > load<i64>(values + (<usize>low << 3))) swap(values, high, low);
    if (load<i64>(values + (<usize>high << 3)) > load<i64>(values + (<usize>middle << 3))) swap(values, high, middle);
    const pivot = load<i64>(values + (<usize>middle << 3));
    let i = low - 1;
    let j = high + 1;
    while (true) {
      do i++;
      while (load<i64>(values + (<usize>i << 3)) > pivot);
      do j--;
      while (load<i64>(values + (<usize>j << 3)) < pivot);
      if (i >= j) break;
      swap(values, i, j);
    }
    if (k - 1 <= j) high = j;
    else low = j + 1;
  }
  let sum: i64 = 0;
  for (let i = 0; i < k; i++) sum += load<i64>(values + (<usize>i << 3));
  return sum;
}
