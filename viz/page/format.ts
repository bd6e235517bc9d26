// Numbers as text.

/** A cost with six decimals, as in reports. */
export function cost(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(6);
}

/** The name of a placement. Costs of a partial one are those of its placed nodes. */
export function placementName(label: string, partial: boolean): string {
  return partial ? `${label}, partial` : label;
}

/** A signed difference; empty if it is zero or unknown. */
export function change(from: number | undefined, to: number | undefined): string {
  if (from === undefined || to === undefined || from === to) return "";
  const difference = to - from;
  const text = Math.abs(difference) < 5e-7 ? difference.toExponential(0) : difference.toFixed(6);
  return difference > 0 ? `+${text}` : text.replace("-", "−");
}

/** A length in µm with a sensible number of decimals. */
export function length(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 1000 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace("-", "−");
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A number of any size with four significant digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
