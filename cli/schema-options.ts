// Command-line options made from a schema: name, default, check and help are declared once, in the schema.
import { type Command, Option } from "commander";
import { z } from "zod";
import { InputError } from "../netlist/index.js";
import { addConfigOption } from "./config-file.js";

interface JsonProperty {
  readonly type?: string;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
}

/** Adds an option for every property of an object schema; nested objects are left to `--set`. */
export function addSchemaOptions(command: Command, schema: z.ZodObject): Command {
  for (const [name, property] of Object.entries(propertiesOf(schema))) {
    if (property.type === "object") continue;
    command.addOption(toOption(name, property));
  }
  return addConfigOption(command, schema);
}

function propertiesOf(schema: z.ZodObject): Record<string, JsonProperty> {
  return z.toJSONSchema(schema, { io: "input" }).properties as Record<string, JsonProperty>;
}

function toOption(name: string, property: JsonProperty): Option {
  const flag = flagOf(name);
  const { type, description, default: preset } = property;
  if (type === "boolean")
    return new Option(preset === true ? flag.replace("--", "--no-") : flag, description);
  if (type === "array")
    // Repeated, not variadic: `--set a=1 BLOCK` must leave the block alone.
    return new Option(`${flag} <value>`, description).argParser((text, before: string[] | undefined) => [
      ...(before ?? []),
      text,
    ]);
  const number = type === "number" || type === "integer";
  const option = new Option(`${flag} <${number ? "number" : "value"}>`, description);
  if (property.enum) option.choices(property.enum);
  if (number) option.argParser((text) => parseNumber(flag, text));
  if (preset !== undefined) option.default(preset);
  return option;
}

function parseNumber(flag: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value))
    throw new InputError(flag, `'${text}', a number was expected`);
  return value;
}

/** The options that a schema knows, checked; others (such as `json`) are the command's own. */
export function parseOptions<S extends z.ZodObject>(
  schema: S,
  options: Record<string, unknown>,
): z.output<S> {
  const known = Object.keys(propertiesOf(schema));
  const given = Object.fromEntries(Object.entries(options).filter(([name]) => known.includes(name)));
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const issue = result.error.issues[0]!;
  throw new InputError(flagOf(String(issue.path[0] ?? "")), issue.message);
}

/** Throws `InputError` for an option that was given, by flag or in a file, though the schema that counts lacks it. */
export function refuseBeyond(command: Command, all: z.ZodObject, schema: z.ZodObject, why: string): void {
  for (const name of Object.keys(all.shape)) {
    const source = command.getOptionValueSource(name);
    if (name in schema.shape || (source !== "cli" && source !== "config")) continue;
    throw new InputError(flagOf(name), why);
  }
}

function flagOf(name: string): string {
  return `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
