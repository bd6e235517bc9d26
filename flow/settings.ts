// NAME=VALUE settings of a method, checked against its schema: an unknown name is an error, not ignored.
import type { z } from "zod";
import { InputError } from "../netlist/index.js";

/** Parses settings such as `learningRate=0.001` or `network.width=32` over `base`. */
export function parseSettings<S extends z.ZodType>(
  schema: S,
  settings: readonly string[],
  base: Readonly<Record<string, unknown>>,
): z.output<S> {
  const values: Record<string, unknown> = { ...base };
  for (const setting of settings) {
    const match = /^([A-Za-z.]+)=(.*)$/.exec(setting);
    if (!match) throw new InputError("--set", `'${setting}', NAME=VALUE was expected`);
    const path = match[1]!.split(".");
    const last = path.pop()!;
    let target = values;
    for (const part of path) {
      target[part] = { ...((target[part] as object | undefined) ?? {}) };
      target = target[part] as Record<string, unknown>;
    }
    target[last] = parseValue(match[2]!);
  }
  return checked(schema, values, "--set");
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
