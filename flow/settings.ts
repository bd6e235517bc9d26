// NAME=VALUE settings of a method, checked against its schema: an unknown name is an error, not ignored.
import type { z } from "zod";
import { InputError } from "../netlist/index.js";

/** Gives settings the names of today. */
export type Migrate = (values: Record<string, unknown>) => Record<string, unknown>;

/** Parses settings such as `learningRate=0.001` or `experimental.network.width=32` over `base`. */
export function parseSettings<S extends z.ZodType>(
  schema: S,
  settings: readonly string[],
  { base = {}, migrate = (values) => values }: { readonly base?: Values; readonly migrate?: Migrate } = {},
): z.output<S> {
  const given: Record<string, unknown> = {};
  for (const setting of settings) {
    const match = /^([A-Za-z.]+)=(.*)$/.exec(setting);
    if (!match) throw new InputError("--set", `'${setting}', NAME=VALUE was expected`);
    const path = match[1]!.split(".");
    const last = path.pop()!;
    let target = given;
    for (const part of path) {
      if (!isGroup(target[part])) target[part] = {};
      target = target[part] as Record<string, unknown>;
    }
    target[last] = parseValue(match[2]!);
  }
  return checked(schema, mergeOver(base, migrate(given)), "--set");
}

type Values = Readonly<Record<string, unknown>>;

function isGroup(value: unknown): value is Values {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Values over those of `base`, group by group. */
function mergeOver(base: Values, values: Values): Record<string, unknown> {
  const merged: Record<string, unknown> = { ...base };
  for (const [name, value] of Object.entries(values)) {
    const below = base[name];
    merged[name] = isGroup(value) && isGroup(below) ? mergeOver(below, value) : value;
  }
  return merged;
}

/** The parsed value, or an `InputError` with the first thing that is wrong. */
export function checked<S extends z.ZodType>(
  schema: S,
  value: unknown,
  where: string,
  remedy?: string,
): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  const name = issue.path.join(".");
  throw new InputError(name ? `${where} ${name}` : where, issue.message, remedy);
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
