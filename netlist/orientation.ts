// The eight orientations of DEF and of placement files, and how they turn a pin's offset. Offsets are always turned from
// orientation N, never from the current one (Circuit Training's convention).

/** Names by code. `Placement.orientations` holds the codes. */
export const ORIENTATION_NAMES = ["N", "FN", "S", "FS", "E", "FE", "W", "FW"] as const;

export const Orientation = { N: 0, FN: 1, S: 2, FS: 3, E: 4, FE: 5, W: 6, FW: 7 } as const;

/** Code of an orientation's name, or -1. */
export function orientationCode(name: string): number {
  return (ORIENTATION_NAMES as readonly string[]).indexOf(name);
}

/** Whether the orientation swaps width and height: E, FE, W, FW. */
export function isSideways(orientation: number): boolean {
  return orientation >= Orientation.E;
}

// x' = a·x + b·y and y' = c·x + d·y, one row [a, b, c, d] per code.
const TURNS: readonly (readonly [number, number, number, number])[] = [
  [1, 0, 0, 1], // N   ( x,  y)
  [-1, 0, 0, 1], // FN  (-x,  y)
  [-1, 0, 0, -1], // S   (-x, -y)
  [1, 0, 0, -1], // FS  ( x, -y)
  [0, 1, -1, 0], // E   ( y, -x)
  [0, -1, -1, 0], // FE  (-y, -x)
  [0, -1, 1, 0], // W   (-y,  x)
  [0, 1, 1, 0], // FW  ( y,  x)
];

/** A pin's offset from its macro's centre in an orientation, given its offset (x, y) in N. */
export function turnOffset(orientation: number, x: number, y: number): [number, number] {
  const turn = TURNS[orientation]!;
  return [turn[0] * x + turn[1] * y, turn[2] * x + turn[3] * y];
}

/** Per pair `first * 8 + then` the orientation of what is in `first` and is then turned by `then`. */
const COMPOSED = Uint8Array.from({ length: 64 }, (_, pair) => {
  const found = turnOffset(pair % 8, ...turnOffset(pair >> 3, 1, 2));
  return TURNS.findIndex((_turn, code) => {
    const [x, y] = turnOffset(code, 1, 2);
    return x === found[0] && y === found[1];
  });
});

/** The orientation of what is in orientation `first` and is then turned or mirrored as `then` does to N. */
export function composed(first: number, then: number): number {
  return COMPOSED[first * 8 + then]!;
}

/** The orientation that undoes another one: E and W undo each other, all others undo themselves. */
export function inverseOf(orientation: number): number {
  return COMPOSED.subarray(orientation * 8, orientation * 8 + 8).indexOf(Orientation.N);
}
