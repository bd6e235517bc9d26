// Numbers as readers want them.

/** A cost with six decimals, as the reports have it. */
export function cost(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? "–" : value.toFixed(6);
}

/** The name of a placement; of one that is not whole the costs are those of the nodes that stand. */
export function placementName(label: string, partial: boolean): string {
  return partial ? `${label}, partial` : label;
}

/** A change with its sign; empty if there is none. */
export function change(from: number | undefined, to: number | undefined): string {
  if (from === undefined || to === undefined || from === to) return "";
  const difference = to - from;
  const text = Math.abs(difference) < 5e-7 ? difference.toExponential(0) : difference.toFixed(6);
  return difference > 0 ? `+${text}` : text.replace("-", "−");
}

/** A length in µm with as many decimals as are worth reading. */
export function length(value: number): string {
  if (!Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  const digits = size >= 1000 ? 1 : size >= 1 ? 2 : 3;
  return value.toFixed(digits).replace("-", "−");
}

export function count(value: number): string {
  return value.toLocaleString("en-US");
}

/** A number of unknown size, four significant places. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  return size >= 1e5 || size < 1e-3 ? value.toExponential(2) : String(Number(value.toPrecision(4)));
}
