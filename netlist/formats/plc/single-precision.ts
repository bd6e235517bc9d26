// Numbers of netlist files are single-precision, written as decimals. In memory they are the decimals' doubles, which
// is what every published cost was computed from.

/** Shortest decimal that reads back to the same float32. */
export function float32(value: number): string {
  const single = Math.fround(value);
  // Six digits always survive the way through a normal float32, so a shorter decimal shows at six already.
  for (let digits = Math.abs(single) < 1.2e-38 ? 1 : 6; digits < 9; digits++) {
    const candidate = Number(single.toPrecision(digits));
    if (Math.fround(candidate) === single) return String(candidate);
  }
  return String(Number(single.toPrecision(9)));
}

/** The decimal that a netlist file would hold for `value`: what writing and reading back makes of it. */
export function asInFile(value: number): number {
  return Number(float32(value));
}
