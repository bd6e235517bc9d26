import type { Command } from "commander";
import { generateCommand, generateCommandSchema } from "../flow/index.js";
import { printResult } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addGenerate(program: Command): void {
  const command = program
    .command("generate")
    .description("make a structured block of a family, or a set of blocks")
    .option("--json", "print one line of JSON")
    .addHelpText(
      "after",
      [
        "\nExamples:",
        "  ashlar generate --macros 32 --seed 7 --out blocks/g32",
        "  ashlar generate --family cache --macros 60 --blockages 2 --out blocks/cache",
        "  ashlar generate --set benchmarks/sets/five.json --out blocks/five",
      ].join("\n"),
    );
  addSchemaOptions(command, generateCommandSchema).action(async (options) => {
    printResult(await generateCommand(parseOptions(generateCommandSchema, options)), options.json);
  });
}
