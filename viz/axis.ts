// Axes of charts: a range of values, its ticks at round values, and the position of values on the axis.
import { greatestOf, leastOf } from "../netlist/index.js";

export interface Axis {
  readonly least: number;
  readonly greatest: number;
  readonly ticks: readonly number[];
  /** Position of a value: 0 at `least`, 1 at `greatest`. */
  readonly share: (value: number) => number;
}

/** An axis over the finite values, ends rounded outward to ticks. */
export function linearAxis(values: readonly number[], mostTicks: number): Axis {
  let [least, greatest] = extent(values);
  // Ticks have 12 digits, so values that differ only in their last bits count as one.
  if (greatest - least <= 1e-9 * Math.max(Math.abs(least), Math.abs(greatest))) {
    const room = Math.abs(least) * 0.1 || 0.5;
    [least, greatest] = [least - room, greatest + room];
  }
  const step = roundStep((greatest - least) / Math.max(1, mostTicks));
  const first = Math.floor(least / step + 1e-9);
  const last = Math.ceil(greatest / step - 1e-9);
  const ticks: number[] = [];
  // Rounding avoids ticks such as 0.30000000000000004.
  for (let tick = first; tick <= last; tick++) ticks.push(Number((tick * step).toPrecision(12)));
  const [from, to] = [ticks[0]!, ticks.at(-1)!];
  return { least: from, greatest: to, ticks, share: (value) => (value - from) / (to - from) };
}

/** A linear axis that ends at the greatest value, for counts on the x axis. */
export function countAxis(values: readonly number[], mostTicks: number): Axis {
  const [least, greatest] = extent(values);
  if (least === greatest) return linearAxis(values, mostTicks);
  const ticks = linearAxis(values, mostTicks).ticks.filter((tick) => tick >= least && tick <= greatest);
  return { least, greatest, ticks, share: (value) => (value - least) / (greatest - least) };
}

/** A logarithmic axis over the values above 0; ticks at 1, 2, 5 or at powers of ten. */
export function logAxis(values: readonly number[], mostTicks: number): Axis {
  let [least, greatest] = extent(values.filter((value) => value > 0));
  if (least <= 0) [least, greatest] = [1, 10];
  if (least === greatest) [least, greatest] = [least / 2, greatest * 2];
  const logarithms = [Math.log10(least), Math.log10(greatest)] as const;
  const from = Math.floor(logarithms[0]);
  const to = Math.ceil(logarithms[1]);
  const inside = (tick: number) => tick >= least * (1 - 1e-9) && tick <= greatest * (1 + 1e-9);
  const candidates = [[1, 2, 5], [1]].map((digits) => {
    const ticks: number[] = [];
    for (let power = from; power <= to; power++)
      for (const digit of digits) ticks.push(Number(`${digit}e${power}`));
    return ticks.filter(inside);
  });
  let ticks = candidates.find((choice) => choice.length <= mostTicks) ?? candidates[1]!;
  const every = Math.ceil(ticks.length / mostTicks);
  ticks = ticks.filter((_, index) => index % every === 0);
  // A short stretch has none of these values, or one.
  if (ticks.length < 2) ticks = linearAxis([least, greatest], mostTicks).ticks.filter(inside);
  const span = logarithms[1] - logarithms[0];
  return { least, greatest, ticks, share: (value) => (Math.log10(value) - logarithms[0]) / span };
}

/** Texts of the ticks, all with as many decimals as the finest one needs. Different ticks have different texts. */
export function tickTexts(ticks: readonly number[]): string[] {
  for (let digits = 6; ; digits++) {
    const texts = textsOf(ticks, digits);
    if (digits >= 15 || new Set(texts).size === new Set(ticks).size) return texts;
  }
}

/** Texts with at most so many significant digits. */
function textsOf(ticks: readonly number[], digits: number): string[] {
  const sizes = ticks.map(Math.abs);
  const greatest = greatestOf(sizes);
  const least = leastOf(sizes.filter((size) => size > 0));
  if (greatest >= 1e7 || least < 1e-4)
    return ticks.map((tick) => Number(tick.toPrecision(digits)).toExponential());
  if (greatest >= 1e4)
    return ticks.map((tick) => (tick === 0 ? "0" : `${Number((tick / 1000).toPrecision(digits - 1))}k`));
  // Ticks of a logarithmic axis differ in size; each has only the decimals that it needs.
  if (least > 0 && greatest / least > 50)
    return ticks.map((tick) => String(Number(tick.toPrecision(digits))));
  const decimals = ticks.map((tick) => String(Number(tick.toPrecision(digits))).split(".")[1]?.length ?? 0);
  const most = greatestOf(decimals);
  return ticks.map((tick) => tick.toFixed(most));
}

function extent(values: readonly number[]): [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let greatest = Number.NEGATIVE_INFINITY;
  for (const value of values) {
    if (!Number.isFinite(value)) continue;
    if (value < least) least = value;
    if (value > greatest) greatest = value;
  }
  return least <= greatest ? [least, greatest] : [0, 1];
}

/** 1, 2 or 5 times a power of ten, not below `step`. */
function roundStep(step: number): number {
  const power = Math.floor(Math.log10(step));
  for (const digit of [1, 2, 5]) {
    const rounded = Number(`${digit}e${power}`);
    if (rounded >= step * (1 - 1e-9)) return rounded;
  }
  return Number(`1e${power + 1}`);
}

/** 1, 2 or 5 times a power of ten, not above `length`: for scale bars. */
export function roundLength(length: number): number {
  const power = Math.floor(Math.log10(length));
  for (const digit of [5, 2]) if (Number(`${digit}e${power}`) <= length) return Number(`${digit}e${power}`);
  return Number(`1e${power}`);
}
