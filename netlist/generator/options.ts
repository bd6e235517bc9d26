// Options of generated blocks, and their check.
import type { RoutingResources } from "../block.js";
import { InputError } from "../input-error.js";

/** `flat` is a line of memory banks; the others are hierarchies, described in docs/generator.md. */
export const FAMILIES = ["flat", "systolic", "cache", "network", "vector", "memory", "logic"] as const;
export type Family = (typeof FAMILIES)[number];

export interface GenerateOptions {
  readonly seed: number;
  /** Default: `flat`. */
  readonly family?: Family | undefined;
  /** Default: `generated_<macros>_<seed>`, with the family's name if it is not `flat`. */
  readonly name?: string | undefined;
  /** Hard macros, 4 to 800. */
  readonly macros: number;
  /** Soft macros, 8 to 5,000. The default follows from family and hard macros, at most 1,200 (`flat`: 900). */
  readonly softMacros?: number | undefined;
  /** Ports, 0 to 10,000. */
  readonly ports?: number | undefined;
  /**
   * Area of all macros over the canvas area that is not blocked, 0.05 to 0.9. The canvas grows where random placements
   * would dead-end: by at most a quarter if this option is given, else up to 4.8 times.
   */
  readonly utilisation?: number | undefined;
  /** Canvas width over height, 0.2 to 5. */
  readonly aspect?: number | undefined;
  /** Share of the macro area that is soft, 0.01 to 0.95. By default drawn from the family's range. */
  readonly softShare?: number | undefined;
  /** Blockages at the canvas edges and inside, 0 to 6; each takes 1 to 3 % of the canvas. */
  readonly blockages?: number | undefined;
  /** Fixed hard macros at the canvas edges, at most a quarter of all. */
  readonly fixedMacros?: number | undefined;
  readonly routing?: RoutingResources | undefined;
  readonly smoothing?: number | undefined;
}

/** Throws `InputError` for options out of range. */
export function checkGenerateOptions(options: GenerateOptions): void {
  const check = (name: keyof GenerateOptions, low: number, high: number, whole = false) => {
    const value = options[name] as number | undefined;
    if (value === undefined) return;
    if (!(value >= low && value <= high) || (whole && !Number.isInteger(value)))
      throw new InputError(
        name,
        `${value}, ${whole ? "a whole number" : "a number"} from ${low} to ${high} was expected`,
      );
  };
  if (options.family !== undefined && !FAMILIES.includes(options.family))
    throw new InputError("family", `'${options.family}', one of ${FAMILIES.join(", ")} was expected`);
  check("seed", Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, true);
  check("macros", 4, 800, true);
  check("softMacros", 8, 5000, true);
  check("ports", 0, 10_000, true);
  check("utilisation", 0.05, 0.9);
  check("aspect", 0.2, 5);
  check("softShare", 0.01, 0.95);
  check("blockages", 0, 6, true);
  check("fixedMacros", 0, Math.floor(options.macros / 4), true);
  check("smoothing", 0, 100, true);
}
