// Options of commands: one door that checks them, and those that several commands share.
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import { type Budget, describeIssue, emptyGroup, mergedOver, put, type Settings } from "../placer/index.js";

/** The flag of an option: `heldOut` is `--held-out`. */
export function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/**
 * Options of a command, checked and with defaults: the one door for what the command line and callers of the library
 * give. Throws `InputError`, which names the option by its flag.
 */
export function parseOptions<Schema extends z.ZodObject>(schema: Schema, given: unknown): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const { path, problem, remedy } = describeIssue(schema, given, result.error.issues[0]!);
  const [name, ...parts] = path;
  const where = name === undefined ? "options" : [flagOf(name), ...parts].join(" ");
  throw new InputError(where, problem, remedy);
}

/** Those of the options that a schema knows. */
export function pickOptions(schema: z.ZodObject, options: object): object {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in schema.shape));
}

/** What the options of a command are that are not given; those without a default are left out. */
export function defaultsOf(schema: z.ZodObject): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([name, option]) => {
      const result = z.safeParse(option, undefined);
      return result.success && result.data !== undefined ? [[name, result.data]] : [];
    }),
  );
}

/** Options of everything that runs in a folder. */
export const runOptions = {
  workers: z.number().int().min(1).max(64).default(2).describe("worker threads"),
  seed: z.number().int().min(0).default(1).describe("root seed: same seed, same --iterations, same bytes"),
  resume: z.boolean().default(false).describe("continue from the run folder's last checkpoint"),
  force: z.boolean().default(false).describe("replace the run that the run folder holds"),
};

/** Options of everything with a budget; `fallback` names the one if neither is given. */
export function budgetOptions(fallback: string, fewest: number) {
  return {
    budget: z
      .string()
      .optional()
      .describe(
        `wall-clock time of the search, after reading and clustering: 60s, 5m or 1h (default ${fallback} if no --iterations)`,
      ),
    iterations: z
      .number()
      .int()
      .min(fewest)
      .optional()
      .describe("budget in iterations of the method; reproduces exactly"),
  };
}

/** Settings of a method, as an object; the command line fills it from `--set NAME=VALUE`. */
export function settingsOption(description: string) {
  return z.record(z.string(), z.unknown()).default({}).describe(description);
}

const SECONDS = { ms: 0.001, s: 1, m: 60, h: 3600 } as const;

/** Seconds of "90", "90s", "1.5m", "500ms" or "2h". */
export function parseBudget(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)?$/.exec(text.trim());
  const seconds = match ? Number(match[1]) * SECONDS[(match[2] ?? "s") as keyof typeof SECONDS] : 0;
  if (!(seconds > 0))
    throw new InputError("--budget", `'${text}', a time such as 60s, 5m or 1h was expected`);
  return seconds;
}

/** The limits that `--budget` and `--iterations` set; `fallback` if neither is given. */
export function budgetOf(
  { budget, iterations }: { readonly budget?: string | undefined; readonly iterations?: number | undefined },
  fallback: string,
): Budget {
  if (budget === undefined && iterations === undefined) return { seconds: parseBudget(fallback) };
  return {
    ...(budget !== undefined && { seconds: parseBudget(budget) }),
    ...(iterations !== undefined && { iterations }),
  };
}

/**
 * Settings from texts such as `learningRate=0.001` or `network.width=32`, over those of `base`: values are JSON, or else
 * text. The command line reads `--set` by it, and resuming reads records of runs that kept these texts.
 */
export function settingsOfTexts(texts: readonly string[], base: Settings = {}): Settings {
  const settings = emptyGroup();
  for (const text of texts) {
    const match = /^([A-Za-z.]+)=(.*)$/.exec(text);
    if (!match) throw new InputError("--set", `'${text}', NAME=VALUE was expected`);
    put(settings, match[1]!, parseValue(match[2]!));
  }
  return mergedOver(base, settings);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
