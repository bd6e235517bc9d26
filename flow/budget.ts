// Time budgets as people write them.
import { InputError } from "../netlist/index.js";

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** Seconds of "90", "90s", "1.5m", "500ms" or "2h". */
export function parseBudget(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?$/.exec(text.trim());
  const seconds = match ? Number(match[1]) * SECONDS[(match[2] ?? "s") as keyof typeof SECONDS] : 0;
  if (!(seconds > 0))
    throw new InputError("--budget", `'${text}', a time such as 60s, 5m or 1h was expected`);
  return seconds;
}

/** What ends a run: seconds, iterations, or whichever of both comes first. */
export interface Limits {
  readonly seconds?: number;
  readonly iterations?: number;
}

/** The limits that `--budget` and `--iterations` set; if neither is given, `defaultSeconds`. */
export function limitsOf(
  { budget, iterations }: { readonly budget?: string | undefined; readonly iterations?: number | undefined },
  defaultSeconds: number,
): Limits {
  if (budget === undefined && iterations === undefined) return { seconds: defaultSeconds };
  return {
    ...(budget !== undefined && { seconds: parseBudget(budget) }),
    ...(iterations !== undefined && { iterations }),
  };
}
