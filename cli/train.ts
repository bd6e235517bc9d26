import type { Command } from "commander";
import { trainCommand, trainCommandSchema } from "../flow/index.js";
import { printResult, progressReporter } from "./output.js";
import { addSchemaOptions, parseOptions } from "./schema-options.js";

export function addTrain(program: Command): void {
  const command = program
    .command("train")
    .description(
      "train a placement policy on a block; writes metrics.jsonl, checkpoints and the best placement",
    )
    .argument("<block...>", "directory, netlist file (.pb.txt) or Bookshelf set (.aux), gzip allowed")
    .option("--json", "print one line of JSON")
    .option("--quiet", "no progress on standard error")
    .addHelpText(
      "after",
      "\nExamples:\n  ashlar train blocks/ariane --budget 10m --out runs/ariane-policy" +
        "\n  ashlar train blocks/ariane --out runs/ariane-policy --resume --budget 1h",
    );
  addSchemaOptions(command, trainCommandSchema).action(async (paths: string[], options) => {
    const progress = progressReporter(options.quiet);
    const result = await trainCommand(
      paths,
      parseOptions(trainCommandSchema, options),
      progress.line,
    ).finally(progress.done);
    printResult(result, options.json);
  });
}
