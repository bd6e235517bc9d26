// `--config`: options from a JSON file, under the names and checks of the command's schema. Flags count over the file.
import { readFileSync } from "node:fs";
import type { Command } from "commander";
import type { z } from "zod";
import { InputError } from "../netlist/index.js";

/** Adds `--config` to a command whose options are those of a schema. */
export function addConfigOption(command: Command, schema: z.ZodObject): Command {
  command.option(
    "--config <file>",
    'JSON file of options by name, such as { "grid": "20x20" }; flags count over it',
  );
  return command.hook("preAction", () => {
    const { config } = command.opts<{ config?: string }>();
    if (config === undefined) return;
    for (const [name, value] of Object.entries(readConfig(config))) {
      if (!Object.hasOwn(schema.shape, name))
        throw new InputError(
          config,
          `'${name}' is no option of '${command.name()}'`,
          `use ${Object.keys(schema.shape).join(", ")}`,
        );
      const flagged = command.getOptionValueSource(name) === "cli";
      if (!flagged) command.setOptionValueWithSource(name, value, "config");
    }
  });
}

function readConfig(path: string): Record<string, unknown> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw new InputError(
      path,
      `cannot be read (${(error as Error).message})`,
      "name a JSON file with --config",
    );
  }
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
