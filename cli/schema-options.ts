// Command-line options made from a schema: name, default, check and help are declared once, in the schema. `--config`
// reads them from a JSON file; flags override the file.
import { type Command, Option } from "commander";
import { z } from "zod";
import { flagOf, readSmallText } from "../flow/index.js";
import { InputError, nearestName } from "../netlist/index.js";
import { addCostTermOption, addSetOption, repeated, withSettings } from "./settings.js";

interface JsonProperty {
  readonly type?: string;
  readonly anyOf?: readonly { readonly type?: string }[];
  readonly enum?: readonly string[];
  readonly default?: unknown;
  readonly description?: string;
}

/**
 * Adds an option for every property of an object schema, `--set` for its settings, and `--config`.
 * @param renamed options that were renamed, old name to new: the old flags still work, with a warning
 */
export function addSchemaOptions(
  command: Command,
  schema: z.ZodObject,
  renamed: Readonly<Record<string, string>> = {},
): Command {
  const properties = propertiesOf(schema);
  for (const [name, property] of Object.entries(properties)) {
    if (name === "settings") addSetOption(command, property.description ?? "");
    else if (name === "costTerms") addCostTermOption(command, property.description ?? "");
    else command.addOption(toOption(name, property).helpGroup(groupOf(name)));
  }
  for (const [was, is] of Object.entries(renamed))
    command.addOption(toOption(was, properties[is]!).hideHelp().default(undefined));
  return addConfigOption(command, schema, renamed);
}

/** Headings of help, and the options under them; all others are under `OTHERS`. */
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  "Reading files:": ["lef", "halo", "die", "snap", "freeFixed", "placement", "canvas", "grid", "like"],
  "Clustering cells:": ["clusters", "clusterBy", "clustering", "cluster"],
  "Scoring:": [
    "routes",
    "macroRoutes",
    "smoothing",
    "outside",
    "squareSoftMacros",
    "weights",
    "placeCells",
    "nudges",
  ],
  "Running:": [
    "budget",
    "iterations",
    "workers",
    "queue",
    "queueTimeout",
    "queueMode",
    "seed",
    "top",
    "out",
    "resume",
    "force",
  ],
};
const OTHERS = "Options:";

function groupOf(name: string): string {
  return Object.keys(GROUPS).find((heading) => GROUPS[heading]!.includes(name)) ?? OTHERS;
}

function propertiesOf(schema: z.ZodObject): Record<string, JsonProperty> {
  const { properties } = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });
  return properties as Record<string, JsonProperty>;
}

function toOption(name: string, property: JsonProperty): Option {
  const flag = flagOf(name);
  const { type, description, default: preset } = property;
  if (type === "boolean")
    return new Option(preset === true ? flag.replace("--", "--no-") : flag, description);
  if (type === "array" || property.anyOf?.some((kind) => kind.type === "array"))
    return repeated(new Option(`${flag} <value>`, description));
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

/** Adds `--config`, and translates old names of options, from flags and file alike. */
function addConfigOption(
  command: Command,
  schema: z.ZodObject,
  renamed: Readonly<Record<string, string>>,
): Command {
  command.option(
    "--config <file>",
    'JSON file of options by name, such as { "grid": "20x20" }; flags override it',
  );
  const names = Object.keys(schema.shape);
  const known = [...names, ...Object.keys(renamed), ...(names.includes("settings") ? ["set"] : [])];
  return command.hook("preAction", () => {
    const { config } = command.opts<{ config?: string }>();
    for (const [name, value] of Object.entries(config === undefined ? {} : readConfig(config))) {
      if (!known.includes(name))
        throw new InputError(
          config!,
          `'${name}' is no option of '${command.name()}'`,
          nearestName(name, names),
        );
      const flagged = command.getOptionValueSource(name) === "cli";
      if (!flagged) command.setOptionValueWithSource(name, value, "config");
    }
    for (const [was, is] of Object.entries(renamed)) {
      const source = command.getOptionValueSource(was);
      if (source !== "cli" && source !== "config") continue;
      process.stderr.write(
        `${flagOf(was)} is called ${flagOf(is)} now; the next version will not know the old name\n`,
      );
      command.setOptionValueWithSource(is, command.getOptionValue(was), source);
    }
  });
}

function readConfig(path: string): Record<string, unknown> {
  const text = readSmallText(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InputError(path, `is no JSON (${(error as Error).message})`);
  }
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new InputError(path, "holds no object, option names with their values were expected");
  return value as Record<string, unknown>;
}

/** The options of a schema that were given, by flag or in a file; the command's own (such as `json`) are left out. */
export function optionsFor<S extends z.ZodObject>(schema: S, command: Command): z.input<S> {
  const given = Object.entries(command.opts()).filter(
    ([name]) => command.getOptionValueSource(name) !== "default",
  );
  const options = Object.entries(withSettings(Object.fromEntries(given)));
  return Object.fromEntries(options.filter(([name]) => name in schema.shape)) as z.input<S>;
}

/** Throws `InputError` for an option that was given, by flag or in a file, though the schema that counts lacks it. */
export function refuseBeyond(command: Command, all: z.ZodObject, schema: z.ZodObject, why: string): void {
  for (const name of Object.keys(all.shape)) {
    const source = command.getOptionValueSource(name);
    if (name in schema.shape || (source !== "cli" && source !== "config")) continue;
    throw new InputError(flagOf(name), why);
  }
}
