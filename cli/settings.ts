// `--set NAME=VALUE`: settings of a method, which the library takes as objects.
import { type Command, Option } from "commander";
import { settingsOfTexts } from "../flow/index.js";

/** Adds `--set` to a command whose schema has `settings`. */
export function addSetOption(command: Command, description: string): void {
  command.addOption(repeated(new Option("--set <name=value>", description)));
}

/** Makes an option of which every occurrence adds one text. Not variadic: `--set a=1 BLOCK` must leave the block alone. */
export function repeated(option: Option): Option {
  return option.argParser((text, before: string[] | undefined) => [...(before ?? []), text]);
}

/** Options with what `--set` says among their `settings`, over those of a `--config` file. */
export function withSettings(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { set, ...others } = options;
  if (!Array.isArray(set)) return options; // no settings, or the one option of this name that is another
  return {
    ...others,
    settings: settingsOfTexts(
      set as string[],
      others.settings as Readonly<Record<string, unknown>> | undefined,
    ),
  };
}
