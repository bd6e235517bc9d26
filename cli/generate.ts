import type { Command } from "commander";
import { generateCommand, generateCommandSchema } from "../flow/index.js";
import { printResult } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addGenerate(program: Command): void {
  const command = program
    .command("generate")
    .description("make a structured block: memory banks around datapath clusters, ports on the edges")
    .option("--json", "print one line of JSON")
    .addHelpText("after", "\nExample:\n  ashlar generate --macros 32 --seed 7 --out blocks/g32");
  addSchemaOptions(command, generateCommandSchema).action(async (options) => {
    printResult(await generateCommand(parseOptions(generateCommandSchema, options)), options.json);
  });
}
