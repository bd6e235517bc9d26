// Flags whose texts the library takes as objects: `--set NAME=VALUE`, and `--cost-term MODULE=WEIGHT`.
import { type Command, Option } from "commander";
import { settingsOfTexts } from "../flow/index.js";
import { InputError } from "../netlist/index.js";

/** Adds `--set` to a command whose schema has `settings`. */
export function addSetOption(command: Command, description: string): void {
  command.addOption(repeated(new Option("--set <name=value>", description)));
}

/** Adds `--cost-term` to a command whose schema has `costTerms`. */
export function addCostTermOption(command: Command, description: string): void {
  const option = new Option("--cost-term <module=weight>", description);
  option.argParser((text, before: object[] | undefined) => [...(before ?? []), costTermOf(text)]);
  option.attributeName = () => "costTerms";
  command.addOption(option);
}

/** `./mine.js` or `./mine.js=WEIGHT`. */
function costTermOf(text: string): { readonly module: string; readonly weight: number } {
  const [, module = text, factor = "1"] = /^(.+)=([^=/\\]*)$/.exec(text) ?? [];
  const weight = factor.trim() === "" ? Number.NaN : Number(factor);
  if (!Number.isFinite(weight))
    throw new InputError("--cost-term", `'${text}', MODULE or MODULE=WEIGHT was expected, as ./mine.js=0.5`);
  return { module, weight };
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
